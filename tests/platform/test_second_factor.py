"""The second factor as people meet it: turned on, asked for, guessed at, lost; and one's own password."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from ronghe.platform.access.actions import reset_password, reset_second_factor, switch_off
from ronghe.platform.access.machine import at_the_machine, forget_factor, set_password, shut_out
from ronghe.platform.access.models import Person
from ronghe.platform.access.roles import Role
from ronghe.platform.audit.models import Entry
from ronghe.platform.audit.replaying import replay
from ronghe.platform.audit.sealing import body_of
from ronghe.terms import InputError, Refused
from tests.platform.conftest import START, City

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"
CODE_PAGE = "/second-factor/authenticate/"


def code_of(secret: str, later: int = 0) -> str:
    """What the app shows now, or so many half minutes later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later)))


def at_the_door(name: str, password: str = PASSWORD) -> tuple[Client, Any]:
    browser = Client()
    browser.cookies["lang"] = "zh"
    return browser, browser.post("/sign-in", {"login": name, "password": password})


def confirmed(browser: Client, path: str) -> Any:
    """What the page says once the person has confirmed that it is they."""
    asked = browser.get(path).headers["Location"]
    assert asked.startswith("/sign-in/again")
    assert browser.post(asked, {"password": "no"}).status_code == 200
    return browser.get(browser.post(asked, {"password": PASSWORD}).headers["Location"]).content.decode()


def is_in(browser: Client) -> bool:
    return bool(browser.get("/requests").status_code == 200)


def enters(name: str, code: str) -> bool:
    browser, answer = at_the_door(name)
    assert answer.headers["Location"] == CODE_PAGE
    assert not is_in(browser)
    browser.post(CODE_PAGE, {"code": code})
    return is_in(browser)


def known(city: City, name: str, role: Role) -> Person:
    person = city.person(name, city.bureau, role)
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture
def person(city: City) -> Person:
    cache.clear()
    return known(city, "安全", Role.SECURITY_ADMINISTRATOR)


def turn_on(person: Person) -> tuple[str, str]:
    """The secret of the person's app, turned on through the pages, and the code that was typed for it."""
    browser, _ = at_the_door(person.username)
    confirmed(browser, "/second-factor/totp/activate/")
    page = browser.get("/second-factor/totp/activate/").content.decode()
    found = re.search(r"<code>([A-Z2-7]+)</code>", page)
    assert found is not None
    wrong = browser.post("/second-factor/totp/activate/", {"code": "000000"})
    assert "验证码不正确。" in wrong.content.decode()
    assert not Authenticator.objects.exists()
    code = code_of(found[1])
    assert browser.post("/second-factor/totp/activate/", {"code": code}).status_code == 302
    assert is_in(browser)
    return found[1], code


@pytest.fixture
def turned_on(person: Person) -> tuple[str, str]:
    return turn_on(person)


@pytest.fixture
def secret(turned_on: tuple[str, str]) -> str:
    return turned_on[0]


def test_the_code_of_the_app_opens_once_and_a_wrong_one_never(person: Person, secret: str) -> None:
    code = code_of(secret, 1)
    assert not enters(person.username, f"{(int(code) + 1) % 1_000_000:06}")
    assert enters(person.username, code)
    # Seen over a shoulder it is worth nothing, also in another process: what was used stands in the database.
    assert not enters(person.username, code)
    assert not enters(person.username, code_of(secret, -5))
    assert {one.action for one in Entry.objects.filter(person="安全")} == {"person.factor_on", "person.codes_made"}


def test_the_code_that_turned_it_on_opens_nothing_more(person: Person, turned_on: tuple[str, str]) -> None:
    secret, code = turned_on
    assert not enters(person.username, code)
    assert enters(person.username, code_of(secret, 1))


def test_codes_cannot_be_tried_for_long(person: Person, secret: str) -> None:
    browser, _ = at_the_door(person.username)
    for guess in range(8):
        told = browser.post(CODE_PAGE, {"code": f"{guess:06}"})
    assert "尝试次数过多" in told.content.decode()
    browser.post(CODE_PAGE, {"code": code_of(secret, 1)})
    assert not is_in(browser)


def test_the_database_shows_no_secret(secret: str) -> None:
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert "sm4" not in kept
    assert '"nonce"' in kept


def test_new_recovery_codes_end_the_old_ones_on_record(person: Person, secret: str) -> None:
    browser, _ = at_the_door(person.username)
    browser.post(CODE_PAGE, {"code": code_of(secret, 1)})
    codes = re.findall(r"<code>(\d+)</code>", confirmed(browser, "/second-factor/recovery-codes/"))
    assert len(codes) == 10
    browser.post("/second-factor/recovery-codes/generate/")
    fresh = re.findall(r"<code>(\d+)</code>", browser.get("/second-factor/recovery-codes/").content.decode())
    assert not set(codes) & set(fresh)
    assert not enters(person.username, codes[0])
    assert enters(person.username, fresh[0])
    assert Entry.objects.filter(action="person.codes_made").count() == 2


def test_a_lost_device_is_reset_by_another_security_administrator_alone(
    city: City, person: Person, secret: str
) -> None:
    other = city.actor("安全二", city.bureau, Role.SECURITY_ADMINISTRATOR)
    for role in (Role.SYSTEM_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR, Role.COORDINATOR):
        with pytest.raises(Refused):
            reset_second_factor(by=city.actor(role.value, city.bureau, role), at=START, person=person)
    with pytest.raises(Refused) as told:
        reset_second_factor(by=city.actor("安全", city.bureau), at=START, person=person)
    assert told.value.code == "platform.own_factor"
    assert Authenticator.objects.filter(user=person).count() == 2
    with pytest.raises(InputError):
        reset_second_factor(by=other, at=START, person=city.person("没有", city.tax))
    browser = Client()
    browser.force_login(Person.objects.get(username="安全二"))
    assert "设备遗失" in browser.get("/people").content.decode()
    assert browser.post("/people/factor", {"person": str(person.pk)}).status_code == 302
    again, answer = at_the_door(person.username)
    assert answer.headers["Location"] == "/"
    assert is_in(again)
    assert "设备遗失" not in browser.get("/people").content.decode()


def test_a_device_that_was_lost_after_the_backup_stays_lost(city: City, person: Person, secret: str) -> None:
    other = city.actor("安全二", city.bureau, Role.SECURITY_ADMINISTRATOR)
    kept = list(Authenticator.objects.filter(user=person))
    reset_second_factor(by=other, at=START, person=person)
    Authenticator.objects.bulk_create(kept)
    assert replay(body_of(Entry.objects.get(action="person.factor_reset")))
    assert not Authenticator.objects.exists()


def test_turning_it_off_asks_who_it_is_and_is_on_record(person: Person, secret: str) -> None:
    browser, _ = at_the_door(person.username)
    browser.post(CODE_PAGE, {"code": code_of(secret, 1)})
    assert browser.post("/second-factor/totp/deactivate/").status_code == 302
    assert Authenticator.objects.exists()
    confirmed(browser, "/second-factor/totp/deactivate/")
    browser.post("/second-factor/totp/deactivate/")
    assert not Authenticator.objects.exists()
    assert Entry.objects.filter(action="person.factor_off", person="安全").exists()


ENDINGS = {
    "factor reset": lambda city, person: reset_second_factor(
        by=city.actor("安全二", city.bureau, Role.SECURITY_ADMINISTRATOR), at=START, person=person
    ),
    "factor dropped at the machine": lambda _city, person: forget_factor(by=at_the_machine(), at=START, person=person),
    "account closed": lambda city, person: switch_off(
        by=city.actor("系统", city.bureau, Role.SYSTEM_ADMINISTRATOR), at=START, person=person
    ),
    "shut out at the machine": lambda _city, person: shut_out(by=at_the_machine(), at=START, person=person),
    "password set at the machine": lambda _city, person: set_password(
        by=at_the_machine(), at=START, person=person, password="another long password"
    ),
}


@pytest.mark.parametrize("end", ENDINGS.values(), ids=ENDINGS)
def test_sessions_end_with_what_they_stood_on(
    city: City, person: Person, secret: str, end: Callable[[City, Person], None]
) -> None:
    browser, _ = at_the_door(person.username)
    browser.post(CODE_PAGE, {"code": code_of(secret, 1)})
    assert is_in(browser)
    end(city, person)
    assert not is_in(browser)
    assert browser.get("/api/me").status_code == 401
    # Nor does a session that began before come back with the account.
    Person.objects.filter(pk=person.pk).update(is_active=True)
    assert not is_in(browser)


def test_turning_it_on_ends_sessions_that_were_opened_without_it(person: Person) -> None:
    before, _ = at_the_door(person.username)
    assert is_in(before)
    turn_on(person)
    assert not is_in(before)


def test_a_lost_password_is_replaced_by_the_system_administrator_alone(city: City, person: Person) -> None:
    clerk = known(city, "经办", Role.COORDINATOR)
    by, fresh = city.actor("系统", city.bureau, Role.SYSTEM_ADMINISTRATOR), "another long password"
    elsewhere, _ = at_the_door(clerk.username)
    for role in (Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR, Role.COORDINATOR):
        with pytest.raises(Refused):
            reset_password(by=city.actor(f"别人 {role}", city.bureau, role), at=START, person=clerk, password=fresh)
    # Neither their own nor that of another administrator: nobody gets into the account of one of the three.
    for one in (Person.objects.get(pk=by.person), person):
        with pytest.raises(Refused) as told:
            reset_password(by=by, at=START, person=one, password=fresh)
        assert told.value.code == "platform.own_password"
    with pytest.raises(InputError):
        reset_password(by=by, at=START, person=clerk, password="short")
    assert is_in(elsewhere)
    console = Client()
    console.force_login(Person.objects.get(pk=by.person))
    assert "重设口令" in console.get("/people").content.decode()
    typed = {"username": clerk.username, "password": fresh}
    assert console.post("/people/password", {**typed, "username": "没有"}).status_code == 403
    assert console.post("/people/password", typed).status_code == 302
    assert not is_in(elsewhere)
    assert not is_in(at_the_door(clerk.username)[0])
    # In, and on to the change of a password that two people know.
    assert at_the_door(clerk.username, fresh)[0].get("/requests").headers["Location"] == "/me"
    entry = Entry.objects.get(action="person.password_set")
    assert (entry.person, entry.subject) == ("系统", str(clerk.pk))
    assert fresh not in str(list(Entry.objects.values_list()))


def test_a_password_of_one_s_own_ends_other_sessions(person: Person) -> None:
    (mine, _), (elsewhere, _) = at_the_door(person.username), at_the_door(person.username)
    fresh = "another long password"
    for old, new in (("wrong", fresh), (PASSWORD, "short")):
        assert mine.post("/me/password", {"old": old, "new": new}).status_code == 422
    assert is_in(elsewhere)
    assert mine.post("/me/password", {"old": PASSWORD, "new": fresh}).status_code == 302
    assert (is_in(mine), is_in(elsewhere)) == (True, False)
    assert [one.person for one in Entry.objects.filter(action="person.password_set")] == ["安全"]
    assert is_in(at_the_door(person.username, fresh)[0])
