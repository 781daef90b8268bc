"""The second factor as people meet it: turned on, asked for, guessed at, lost; and one's own password."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from ronghe.platform.access.actions import reset_second_factor
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


@pytest.fixture
def secret(person: Person) -> str:
    """The secret of the person's app, turned on through the pages."""
    browser, _ = at_the_door(person.username)
    confirmed(browser, "/second-factor/totp/activate/")
    page = browser.get("/second-factor/totp/activate/").content.decode()
    found = re.search(r"<code>([A-Z2-7]+)</code>", page)
    assert found is not None
    wrong = browser.post("/second-factor/totp/activate/", {"code": "000000"})
    assert "验证码不正确。" in wrong.content.decode()
    assert not Authenticator.objects.exists()
    assert browser.post("/second-factor/totp/activate/", {"code": code_of(found[1])}).status_code == 302
    return found[1]


def test_the_code_of_the_app_opens_once_and_a_wrong_one_never(person: Person, secret: str) -> None:
    code = code_of(secret)
    assert not enters(person.username, f"{(int(code) + 1) % 1_000_000:06}")
    assert enters(person.username, code)
    # Seen over a shoulder it is worth nothing, also in another process: what was used stands in the database.
    assert not enters(person.username, code)
    assert not enters(person.username, code_of(secret, -5))
    assert {one.action for one in Entry.objects.filter(person="安全")} == {"person.factor_on", "person.codes_made"}


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
    browser.post(CODE_PAGE, {"code": code_of(secret)})
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
    browser.post(CODE_PAGE, {"code": code_of(secret)})
    assert browser.post("/second-factor/totp/deactivate/").status_code == 302
    assert Authenticator.objects.exists()
    confirmed(browser, "/second-factor/totp/deactivate/")
    browser.post("/second-factor/totp/deactivate/")
    assert not Authenticator.objects.exists()
    assert Entry.objects.filter(action="person.factor_off", person="安全").exists()


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
