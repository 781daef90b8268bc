"""People and roles: three administrators apart, nobody lifts themselves, tokens die when they should."""

from datetime import timedelta

import pytest
from django.test import Client

from ronghe.platform.access import actions
from ronghe.platform.access.models import Delegation, Membership, Person, Token
from ronghe.platform.access.queries import actor_by_token, actor_of
from ronghe.platform.access.roles import ADMINISTRATORS, Role
from ronghe.platform.access.start import start
from ronghe.platform.audit.actions import record
from ronghe.platform.audit.models import Entry
from ronghe.platform.clock import now
from ronghe.platform.console.wording import facts_text
from ronghe.terms import InputError, InternalFault, Refused, UsageError
from tests.platform.conftest import START, City

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)
PASSWORD = "correct horse battery staple"
THREE = {role: (f"管理 {role.value}", PASSWORD) for role in ADMINISTRATORS}


def test_an_installation_starts_with_three_and_only_once() -> None:
    start(at=START, bureau="数据局", code="SJJ", people=THREE)
    assert {held.role for person in Person.objects.all() for held in actor_of(person, START).held} == ADMINISTRATORS
    assert all(person.check_password(PASSWORD) for person in Person.objects.all())
    with pytest.raises(Refused) as told:
        start(at=START, bureau="数据局二", code="SJJ2", people=THREE)
    assert told.value.code == "platform.started"


@pytest.mark.parametrize("password", ["short", "123456789012", "password1234"])
def test_a_weak_password_starts_nothing(password: str) -> None:
    with pytest.raises(InputError):
        start(at=START, bureau="数据局", code="SJJ", people={**THREE, Role.SYSTEM_ADMINISTRATOR: ("a", password)})
    assert not Person.objects.exists()


def test_one_person_cannot_be_two_administrators() -> None:
    with pytest.raises(InputError):
        start(at=START, bureau="数据局", code="SJJ", people=dict.fromkeys(ADMINISTRATORS, ("a", PASSWORD)))


@pytest.mark.parametrize("more", sorted(set(Role) - {Role.SYSTEM_ADMINISTRATOR}))
def test_an_administrator_has_no_other_role(city: City, more: Role) -> None:
    security = city.actor("安全", city.bureau, Role.SECURITY_ADMINISTRATOR)
    person = city.person("系统", city.bureau, Role.SYSTEM_ADMINISTRATOR)
    with pytest.raises(Refused) as told:
        actions.give_role(by=security, at=START, person=person, department=city.bureau, role=more)
    assert told.value.code == "platform.roles_apart"


def test_an_administrator_stands_in_for_nobody_in_whatever_order(city: City) -> None:
    security = city.actor("安全", city.bureau, Role.SECURITY_ADMINISTRATOR)
    lender = city.actor("甲", city.civil, Role.APPROVER)
    friend = city.person("乙", city.civil)
    given = {"by": security, "person": friend, "department": city.bureau, "role": Role.AUDIT_ADMINISTRATOR}
    lent = actions.stand_in(
        by=lender,
        at=START,
        membership=Membership.objects.get(role=Role.APPROVER),
        to=friend,
        since=START + WEEK,
        until=START + 2 * WEEK,
    )
    with pytest.raises(Refused) as told:
        actions.give_role(at=START, **given)  # type: ignore[arg-type]
    assert told.value.code == "platform.roles_apart"
    actions.end_delegation(by=lender, at=START, delegation=lent)
    actions.give_role(at=START, **given)  # type: ignore[arg-type]
    with pytest.raises(Refused):
        actions.stand_in(by=lender, at=START, membership=lent.membership, to=friend, since=START, until=START + WEEK)


def test_roles_of_the_bureau_stay_there(city: City) -> None:
    security = city.actor("安全", city.bureau, Role.SECURITY_ADMINISTRATOR)
    with pytest.raises(Refused) as told:
        actions.give_role(
            by=security, at=START, person=city.person("甲", city.tax), department=city.tax, role=Role.AUDITOR
        )
    assert told.value.code == "platform.role_of_bureau"


def test_threat_2_nobody_lifts_themselves(city: City) -> None:
    security = city.actor("安全", city.bureau, Role.SECURITY_ADMINISTRATOR)
    with pytest.raises(Refused) as told:
        actions.give_role(
            by=security,
            at=START,
            person=Person.objects.get(username="安全"),
            department=city.bureau,
            role=Role.COORDINATOR,
        )
    assert told.value.code == "platform.own_role"
    for role in (Role.ASKER, Role.COORDINATOR, Role.SYSTEM_ADMINISTRATOR):
        plain = city.actor(f"普通 {role}", city.tax if role == Role.ASKER else city.bureau, role)
        with pytest.raises(Refused):
            actions.give_role(
                by=plain, at=START, person=city.person("乙", city.tax), department=city.tax, role=Role.APPROVER
            )


@pytest.mark.parametrize("username", ["a\0b", "a\u202eb", " a", "a\n", "a\u200b", "x" * 65, ""])
def test_a_name_that_nobody_could_tell_apart_is_refused(city: City, username: str) -> None:
    admin = city.actor("系统", city.bureau, Role.SYSTEM_ADMINISTRATOR)
    with pytest.raises(InputError):
        actions.add_person(by=admin, at=START, username=username, name="新人", password=PASSWORD)
    with pytest.raises(InputError) as told:
        actions.add_person(by=admin, at=START, username="系统", name="新人", password=PASSWORD)
    assert told.value.code == "platform.username_taken"


def test_a_role_is_given_once_and_again_after_its_end(city: City) -> None:
    security = city.actor("安全", city.bureau, Role.SECURITY_ADMINISTRATOR)
    given = {"by": security, "person": city.person("甲", city.tax), "department": city.tax, "role": Role.ASKER}
    held = actions.give_role(at=START, **given)  # type: ignore[arg-type]
    with pytest.raises(Refused) as told:
        actions.give_role(at=START, **given)  # type: ignore[arg-type]
    assert told.value.code == "platform.role_held"
    actions.end_membership(by=security, at=START + WEEK, membership=held)
    actions.give_role(at=START + WEEK, **given)  # type: ignore[arg-type]


def test_a_role_counts_from_its_instant_to_its_instant(city: City) -> None:
    person = city.person("甲", city.tax)
    Membership.objects.create(person=person, department=city.tax, role=Role.ASKER, since=START, until=START + WEEK)
    held = [
        bool(actor_of(person, at).held)
        for at in (START - timedelta(microseconds=1), START, START + WEEK - timedelta(microseconds=1), START + WEEK)
    ]
    assert held == [False, True, True, False]


def test_what_was_lent_ends_with_what_it_was_lent_of(city: City) -> None:
    security = city.actor("安全", city.bureau, Role.SECURITY_ADMINISTRATOR)
    lender = city.actor("甲", city.civil, Role.APPROVER)
    membership = Membership.objects.get(role=Role.APPROVER)
    friend = city.person("乙", city.civil)
    lent = actions.stand_in(by=lender, at=START, membership=membership, to=friend, since=START, until=START + WEEK)
    later = START + timedelta(days=1)
    assert actor_of(friend, later).has(Role.APPROVER, city.civil.pk)
    assert not actor_of(friend, START + WEEK).held
    actions.end_membership(by=security, at=later, membership=membership)
    assert not actor_of(friend, later).held
    lent.refresh_from_db()
    assert lent.ended == later


def test_somebody_switched_off_and_a_department_that_ended_have_no_roles(city: City) -> None:
    admin = city.actor("系统", city.bureau, Role.SYSTEM_ADMINISTRATOR)
    lender = city.actor("甲", city.civil, Role.APPROVER)
    friend = city.person("乙", city.tax, Role.ASKER)
    membership = Membership.objects.get(role=Role.APPROVER)
    actions.stand_in(by=lender, at=START, membership=membership, to=friend, since=START, until=START + WEEK)
    actions.switch_off(by=admin, at=START, person=membership.person)
    assert not actor_of(Person.objects.get(pk=membership.person_id), START).held
    assert {held.role for held in actor_of(friend, START).held} == {Role.ASKER}
    city.tax.ended = START
    city.tax.save()
    assert not actor_of(friend, START).held


def test_threat_10_whoever_is_switched_on_again_has_no_password_role_or_token_of_before(city: City) -> None:
    admin = city.actor("系统", city.bureau, Role.SYSTEM_ADMINISTRATOR)
    keeper = city.actor("安全", city.bureau, Role.SECURITY_ADMINISTRATOR)
    person, lender = city.person("甲", city.tax, Role.ASKER), city.actor("乙", city.civil, Role.APPROVER)
    person.set_password("correct horse battery")
    person.save()
    lent = Membership.objects.get(role=Role.APPROVER)
    actions.stand_in(by=lender, at=START, membership=lent, to=person, since=START, until=START + WEEK)
    actions.make_token(by=actor_of(person, START), at=START, name="x", scopes=["data.read"], expires=START + WEEK)
    with pytest.raises(Refused, match="person_on"):
        actions.switch_on(by=admin, at=START, person=person)
    actions.switch_off(by=admin, at=START, person=person)
    with pytest.raises(Refused, match="role_missing"):
        actions.switch_on(by=keeper, at=START, person=person)
    actions.switch_on(by=admin, at=START + WEEK, person=person)
    person.refresh_from_db()
    assert person.is_active
    assert not person.check_password("correct horse battery")
    assert not actor_of(person, START + WEEK).held
    assert not Token.objects.filter(person=person, revoked__isnull=True).exists()
    actions.give_role(by=keeper, at=START + WEEK, person=person, department=city.tax, role=Role.ASKER)
    assert {held.role for held in actor_of(person, START + WEEK).held} == {Role.ASKER}


def test_threat_10_a_token_dies_at_once(city: City) -> None:
    asker = city.actor("甲", city.tax, Role.ASKER)
    token, secret = actions.make_token(by=asker, at=START, name="脚本", scopes=["data.read"], expires=START + WEEK)
    assert secret not in str(list(Token.objects.values_list()))
    program = actor_by_token(secret, START)
    assert program is not None
    assert program.scopes == frozenset({"data.read"})
    assert actor_by_token(secret, START + WEEK) is None
    assert actor_by_token(f"{secret}x", START) is None
    actions.revoke_token(by=asker, at=START, token=token)
    assert actor_by_token(secret, START) is None


def test_a_token_makes_no_tokens_and_has_known_scopes(city: City) -> None:
    asker = city.actor("甲", city.tax, Role.ASKER)
    _, secret = actions.make_token(by=asker, at=START, name="脚本", scopes=["data.read"], expires=START + WEEK)
    program = actor_by_token(secret, START)
    assert program is not None
    with pytest.raises(Refused):
        actions.make_token(by=program, at=START, name="更多", scopes=["data.read"], expires=START + WEEK)
    for scopes, expires in (([], START + WEEK), (["all"], START + WEEK), (["data.read"], START)):
        with pytest.raises(UsageError):
            actions.make_token(by=asker, at=START, name="错", scopes=scopes, expires=expires)


def test_deed_and_entry_stand_or_fall_together(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = city.actor("系统", city.bureau, Role.SYSTEM_ADMINISTRATOR)

    def broken(**_given: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(actions, "record", broken)
    with pytest.raises(OSError, match="disk full"):
        actions.add_person(by=admin, at=START, username="新人", name="新人", password=PASSWORD)
    assert not Person.objects.filter(username="新人").exists()


@pytest.mark.django_db(transaction=True)
def test_threat_36_without_a_transaction_nothing_is_recorded() -> None:
    with pytest.raises(InternalFault):
        record(by=actor_of(Person(username="a"), START), at=START, action="x", subject_kind="x", subject=1)
    assert not Entry.objects.exists()


def test_real_passwords_are_hashed_slowly(settings: object) -> None:
    from ronghe.platform import settings as real

    assert not hasattr(real, "PASSWORD_HASHERS")


def test_a_role_that_has_an_end_can_be_taken_away_before_it(city: City) -> None:
    security = city.person("安全", city.bureau, Role.SECURITY_ADMINISTRATOR)
    holder = city.person("借调", city.tax, Role.ASKER)
    Membership.objects.filter(person=holder).update(until=now() + timedelta(days=900))
    browser = Client()
    browser.force_login(security)
    page = browser.get("/people").content.decode()
    membership = Membership.objects.get(person=holder)
    assert str(membership.pk) in page
    assert browser.post("/people/end", {"membership": str(membership.pk)}).status_code == 302
    assert not actor_of(holder, now()).held
    # Once it is over it is not there any more.
    assert str(membership.pk) not in browser.get("/people").content.decode()
    assert browser.post(f"/api/memberships/{membership.pk}/end").status_code == 404
    membership.until = now() + timedelta(days=900)
    membership.save()
    assert browser.post(f"/api/memberships/{membership.pk}/end").json()["username"] == "借调"
    assert not actor_of(holder, now()).held


def test_a_token_that_leaked_and_what_was_lent_are_ended_without_switching_anybody_off(city: City) -> None:
    pages = {role: Client() for role in ADMINISTRATORS}
    for role, browser in pages.items():
        browser.force_login(city.person(role.value, city.bureau, role))
    lender, friend, at = city.person("甲", city.civil, Role.APPROVER), city.person("乙", city.civil), now()
    by = actor_of(lender, at)
    for number in range(2):
        actions.make_token(by=by, at=at, name=f"程序{number}", scopes=["data.read"], expires=at + WEEK)
        actions.stand_in(
            by=by, at=at, membership=lender.memberships.get(), to=friend, since=at, until=at + (1 + number) * WEEK
        )
    (token, other), (lent, more) = Token.objects.order_by("name"), Delegation.objects.order_by("until")
    typed = {"/people/revoke": {"token": str(token.pk)}, "/people/take_back": {"delegation": str(lent.pk)}}
    ways = {
        f"/api/people/甲/tokens/{other.pk}/revoke": "revoked",
        f"/api/people/甲/delegations/{more.pk}/end": "until",
    }
    for role in ADMINISTRATORS - {Role.SECURITY_ADMINISTRATOR}:
        assert str(token.pk) not in pages[role].get("/people").content.decode()
        assert {pages[role].post(url, said).status_code for url, said in typed.items()} <= {403, 404}
        assert {pages[role].post(url).status_code for url in ways} == {404}
    assert Token.objects.filter(revoked__isnull=True).count() == 2
    assert Delegation.objects.filter(ended__isnull=True).count() == 2
    security = pages[Role.SECURITY_ADMINISTRATOR]
    assert all(str(one.pk) in security.get("/people").content.decode() for one in (token, other, lent, more))
    # What is somebody else's is not there under this name.
    assert {security.post(url.replace("甲", "乙")).status_code for url in ways} == {404}
    assert {security.post(url, said).status_code for url, said in typed.items()} == {302}
    assert [one["name"] for one in security.get("/api/people/甲/tokens").json()["tokens"]] == ["程序1"]
    assert len(security.get("/api/people/乙/delegations").json()["delegations"]) == 1
    assert all(security.post(url).json()[name] for url, name in ways.items())
    page = security.get("/people").content.decode()
    assert not any(str(one.pk) in page for one in (token, other, lent, more))
    # Once it is over it is not there any more.
    assert {security.post(url).status_code for url in ways} == {404}
    assert not actor_of(friend, now()).held
    assert lender.is_active
    done = Entry.objects.filter(person=Role.SECURITY_ADMINISTRATOR.value).exclude(action="access.denied")
    assert sorted(one.action for one in done) == ["role.taken_back"] * 2 + ["token.revoked"] * 2


def test_a_name_and_a_mail_address_are_changed_and_the_trail_says_which(city: City) -> None:
    admin, person = Client(), city.person("甲", city.tax, Role.ASKER)
    admin.force_login(city.person("系统", city.bureau, Role.SYSTEM_ADMINISTRATOR))
    typed = {"person": str(person.pk), "name": "王小明", "email": "wang@swj.example"}
    assert admin.post("/people/change", typed).status_code == 302
    assert "wang@swj.example" in admin.get("/people").content.decode()
    # What is left out stays, and what is as it was leaves no entry.
    assert admin.post("/api/people/甲", {"name": "王明"}, "application/json").json()["name"] == "王明"
    assert admin.post("/api/people/甲", {"name": "王明"}, "application/json").status_code == 200
    person.refresh_from_db()
    assert (person.username, person.name, person.email) == ("甲", "王明", "wang@swj.example")
    told = [one.facts for one in Entry.objects.filter(action="person.changed", subject=person.pk).order_by("at")]
    assert told == [{"name": "甲", "changed": ["name", "email"]}, {"name": "甲", "changed": ["name"]}]
    assert facts_text(told[0], "zh")[0] == ("已修改", ["姓名 · 电子邮箱"])
    own = Client()
    own.force_login(person)
    page = own.get("/me").content.decode()
    assert "王明" in page
    assert "wang@swj.example" in page


@pytest.mark.parametrize("wrong", [{"email": "no address"}, {"name": ""}, {"name": "a\u202eb"}, {"name": "x" * 101}])
def test_what_cannot_be_kept_changes_nobody_and_stands_there_again(city: City, wrong: dict[str, str]) -> None:
    admin, person = Client(), city.person("甲", city.tax)
    admin.force_login(city.person("系统", city.bureau, Role.SYSTEM_ADMINISTRATOR))
    typed = {"person": str(person.pk), "name": "王小明", "email": "wang@swj.example", **wrong}
    answer = admin.post("/people/change", typed)
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "<details open>" in page
    assert "wang@swj.example" in page or "no address" in page
    assert admin.post("/api/people/甲", wrong, "application/json").status_code == 422
    person.refresh_from_db()
    assert (person.name, person.email) == ("甲", "")
    assert not Entry.objects.filter(action="person.changed").exists()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM_ADMINISTRATOR}))
def test_nobody_else_changes_a_name_or_an_address(city: City, role: Role) -> None:
    person, by = city.person("甲", city.tax), city.actor(role.value, city.bureau, role)
    with pytest.raises(Refused, match="role_missing"):
        actions.change_person(by=by, at=START, person=person, name="王小明")
    browser = Client()
    browser.force_login(Person.objects.get(username=role.value))
    typed = {"person": str(person.pk), "name": "王小明", "email": ""}
    assert browser.post("/people/change", typed).status_code in (403, 404)
    assert browser.post("/api/people/甲", {"name": "王小明"}, "application/json").status_code == 404
    person.refresh_from_db()
    assert person.name == "甲"
