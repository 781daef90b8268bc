"""The ways in, tried by somebody who means no good, and two people at the same button at once."""

import threading
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client

from ronghe.platform.access.actions import reset_password
from ronghe.platform.access.models import Person
from ronghe.platform.access.queries import actor_of
from ronghe.platform.access.roles import Role
from ronghe.platform.audit.models import Entry
from ronghe.platform.requests import actions
from ronghe.platform.requests.models import Decision, Grant, Request
from ronghe.standards.legal import legal_profile
from ronghe.terms import Refused, RequestState
from tests.platform.conftest import START, City, RecordedKind

pytestmark = pytest.mark.django_db
LAW = legal_profile("cn-809-2025")
PASSWORD = "correct horse battery staple"


@pytest.fixture
def somebody(city: City) -> Person:
    cache.clear()
    person = city.person("审计员", city.bureau, Role.AUDITOR, Role.COORDINATOR)
    person.set_password(PASSWORD)
    person.save()
    return person


def signed_in() -> Client:
    browser = Client()
    assert browser.post("/sign-in", {"login": "审计员", "password": PASSWORD}).status_code == 302
    return browser


def test_threat_11_a_session_that_was_planted_is_not_the_one_after_signing_in(somebody: Person) -> None:
    browser = Client()
    session = browser.session
    session["planted"] = 1
    session.save()
    planted = browser.cookies["sessionid"].value
    browser.post("/sign-in", {"login": "审计员", "password": PASSWORD})
    assert browser.cookies["sessionid"].value != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get("/requests").status_code == 302


def test_threat_10_a_copied_session_is_dead_after_signing_out(somebody: Person) -> None:
    browser = signed_in()
    copied = browser.cookies["sessionid"].value
    browser.post("/sign-out")
    thief = Client()
    thief.cookies["sessionid"] = copied
    assert thief.get("/requests").status_code == 302


def test_threat_10_a_new_password_ends_every_session(somebody: Person) -> None:
    browser = signed_in()
    somebody.set_password(f"{PASSWORD} and more")
    somebody.save()
    assert browser.get("/requests").status_code == 302


def test_threat_10_whoever_is_switched_off_is_out_at_once(somebody: Person) -> None:
    browser = signed_in()
    somebody.is_active = False
    somebody.save()
    assert browser.get("/requests").status_code == 302


OWN = "known to nobody else 2026"


@pytest.fixture
def given(somebody: Person, city: City) -> Person:
    """Somebody to whom the system administrator gave a password."""
    by = city.actor("系统", city.bureau, Role.SYSTEM_ADMINISTRATOR)
    reset_password(by=by, at=START, person=somebody, password=PASSWORD)
    return somebody


def test_threat_10_a_password_that_somebody_else_knows_opens_nothing_but_its_change(given: Person) -> None:
    browser = signed_in()
    for path in ("/", "/requests", "/second-factor/", "/sign-in/again", "/catalogue/none", "/nowhere"):
        assert browser.get(path).headers["Location"] == "/me", path
    assert browser.post("/me/token", {"name": "x"}).headers["Location"] == "/me"
    page = browser.get("/me").content.decode()
    assert "/me/password" in page
    assert "/me/token" not in page
    assert 'href="/requests"' not in page
    assert "/second-factor/" not in page
    same = browser.post("/me/password", {"old": PASSWORD, "new": PASSWORD})
    assert (same.status_code, browser.get("/requests").status_code) == (422, 302)
    assert browser.post("/me/password", {"old": PASSWORD, "new": OWN}).status_code == 302
    assert browser.get("/requests").status_code == 200
    assert "/me/token" in browser.get("/me").content.decode()


def test_threat_10_nor_does_it_open_the_api(given: Person) -> None:
    browser = signed_in()
    for answer in (browser.get("/api/me"), browser.post("/api/tokens", "{}", "application/json")):
        assert (answer.status_code, answer.json()["code"]) == (403, "platform.password_given")
    said = {"old": PASSWORD, "new": OWN}
    thief = browser.post("/api/me/password", said | {"old": "a guess"}, "application/json")
    assert (thief.status_code, thief.json()["code"]) == (403, "platform.password_wrong")
    assert browser.post("/api/me/password", said, "application/json").json()["username"] == "审计员"
    assert browser.get("/api/me").status_code == 200
    given.refresh_from_db()
    assert given.check_password(OWN)
    assert not given.password_given


NASTY = (
    "' OR 1=1 --",
    '"; DROP TABLE access_person; --',
    "1) UNION SELECT password FROM access_person --",
    "%' --",
    "\x00",
)
LISTS = (
    *(("/catalogue", name) for name in ("text", "kind", "department")),
    ("/audit", "subject"),
    *(("/api/catalogue", name) for name in ("text", "department", "cursor")),
    ("/api/requests", "state"),
)


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize(("page", "name"), LISTS)
def test_threat_14_what_is_typed_is_never_sql(
    page: str, name: str, nasty: str, somebody: Person, city: City, kind: RecordedKind
) -> None:
    city.published()
    browser = signed_in()
    people = Person.objects.count()
    answer = browser.get(page, {name: nasty})
    assert answer.status_code in (200, 400, 422)
    assert somebody.password not in answer.content.decode()
    assert "MZJ-1" not in answer.content.decode()
    assert Person.objects.count() == people


def test_threat_14_neither_a_page_nor_an_id_is_sql(somebody: Person) -> None:
    browser = signed_in()
    assert browser.get("/audit", {"page": "1; DROP TABLE audit_entry"}).status_code == 200
    assert browser.get("/requests/1' OR '1'='1").status_code == 404


PATHS = ("/requests/{}", "/audit/{}", "/audit/{}/receipt", "/objections/{}")


@pytest.mark.parametrize("path", PATHS)
def test_threat_1_asking_for_what_is_hidden_leaves_an_entry(path: str, city: City) -> None:
    person = city.person("安全员", city.health, Role.SECURITY_OFFICER)
    browser = Client()
    browser.force_login(person)
    entry = Entry.objects.create(at=START, person="a", action="b", subject_kind="c", subject="d")
    key = entry.pk if "audit" in path else uuid4()
    assert browser.get(path.format(key)).status_code == 404
    denied = Entry.objects.get(action="access.denied")
    assert (denied.person, denied.subject, denied.departments) == ("安全员", str(key), [str(city.health.pk)])


@pytest.fixture
def asked(city: City, kind: RecordedKind) -> Request:
    """A request that one of two approvers decides."""
    for name in ("审批人甲", "审批人乙"):
        city.person(name, city.civil, Role.APPROVER)
    return city.asked()


def decide(name: str, request: Request, outcome: str) -> str:
    by = actor_of(Person.objects.get(username=name), START)
    try:
        if outcome == "accept":
            actions.decide(by=by, at=START, request=request, profile=LAW)
        else:
            actions.refuse(by=by, at=START, request=request, reason="不符合", clause="第十四条", profile=LAW)
    except Refused as refused:
        return refused.code
    return outcome


@pytest.mark.parametrize("second", ["accept", "refuse"])
def test_threat_24_of_two_decisions_one_counts(asked: Request, second: str) -> None:
    stale = Request.objects.get(pk=asked.pk)
    assert decide("审批人甲", asked, "accept") == "accept"
    assert decide("审批人乙", stale, second) == "platform.move_refused"
    assert (Grant.objects.count(), Decision.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_threat_24_two_approvers_at_the_same_instant(asked: Request) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer; its tests keep it in memory, which threads cannot share")
    ready, said = threading.Barrier(2), list[Any]()

    def press(name: str, outcome: str) -> None:
        ready.wait()
        try:
            said.append(decide(name, asked, outcome))
        finally:
            connections.close_all()

    both = [threading.Thread(target=press, args=given) for given in (("审批人甲", "accept"), ("审批人乙", "refuse"))]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    asked.refresh_from_db()
    assert sorted(said) in (["accept", "platform.move_refused"], ["platform.move_refused", "refuse"])
    assert Decision.objects.count() == 1
    assert asked.state == (RequestState.ACCEPTED if "accept" in said else RequestState.REFUSED)
    assert Grant.objects.count() == ("accept" in said)
