"""Every page as people get it: through the door, in both languages, and never what they may not see."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from ronghe.messages import render
from ronghe.platform.access.models import Person
from ronghe.platform.access.roles import Role
from ronghe.platform.catalogue.models import Version
from ronghe.platform.clock import now
from ronghe.platform.requests import actions
from ronghe.platform.requests.models import Request
from ronghe.standards.legal import legal_profile
from tests.platform.conftest import START, City, RecordedKind

pytestmark = pytest.mark.django_db
LAW = legal_profile("cn-809-2025")
PASSWORD = "correct horse battery staple"
PAGES = (
    "/",
    "/catalogue",
    "/cart",
    "/requests",
    "/objections",
    "/audit",
    "/people",
    "/notices",
    "/security",
    "/jobs",
    "/departments",
    "/webhooks",
    "/grants",
    "/disputes",
    "/demands",
    "/collections",
    "/inventory",
)


@pytest.fixture
def version(city: City, kind: RecordedKind) -> Version:
    return city.published()


def client(person: Person, lang: str = "zh") -> Client:
    browser = Client()
    browser.force_login(person)
    browser.cookies["lang"] = lang
    return browser


@pytest.fixture
def asker(city: City) -> Person:
    return city.person("申请人", city.tax, Role.ASKER)


@pytest.fixture
def request_id(city: City, asker: Person, version: Version) -> str:
    answer = ask(client(asker), version)
    assert answer.status_code == 302
    return str(Request.objects.get().pk)


def ask(browser: Client, version: Version, **changes: object) -> Any:
    browser.post(f"/cart/add/{version.pk}")
    form = {
        "requester": "SWJ",
        f"fields-{version.pk}": ["姓名"],
        "purpose": "专项附加扣除核验",
        "legal_basis": "个人所得税法第十五条",
        "wanted_from": "2026-03-02",
        "wanted_until": (now() + timedelta(days=365)).date().isoformat(),
    }
    return browser.post("/cart", {**form, **changes})


@pytest.mark.parametrize("url", PAGES)
def test_nobody_enters_without_signing_in(url: str, city: City) -> None:
    answer = Client().get(url)
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/sign-in")


@pytest.fixture
def door(city: City) -> Person:
    """Somebody with a password; the count of failures begins anew."""
    cache.clear()
    person = city.person("申请人", city.tax, Role.ASKER)
    person.set_password(PASSWORD)
    person.save()
    return person


def signs_in(browser: Client, password: str = PASSWORD, **more: str) -> Any:
    return browser.post("/sign-in", {"login": "申请人", "password": password, **more})


def test_signing_in_and_out(door: Person) -> None:
    browser = Client()
    browser.cookies["lang"] = "zh"
    told = signs_in(browser, "no").content.decode()
    assert "用户名或口令不正确" in told
    absent = browser.post("/sign-in", {"login": "没有人", "password": "no"}).content.decode()
    assert "用户名或口令不正确" in absent
    session = browser.session
    session["planted"] = 1
    session.save()
    before = session.session_key
    assert signs_in(browser, next="/requests").headers["Location"] == "/requests"
    assert browser.get("/requests").status_code == 200
    # Threat 11: the session that was there before is not the one after.
    assert browser.session.session_key != before
    browser.post("/sign-out")
    assert browser.get("/requests").status_code == 302


def test_nobody_signs_up(door: Person) -> None:
    form = {"username": "新人", "password1": PASSWORD, "password2": PASSWORD}
    Client().post("/sign-up", form)
    assert not Person.objects.filter(username="新人").exists()


def test_guessing_ends_soon(door: Person) -> None:
    browser = Client()
    browser.cookies["lang"] = "en"
    for _ in range(6):
        last = signs_in(browser, "no")
    assert "Too many attempts" in last.content.decode()
    assert "Too many attempts" in signs_in(browser).content.decode()


def test_no_door_leads_to_another_site(door: Person) -> None:
    assert signs_in(Client(), next="https://example.org/").headers["Location"] == "/"


def test_somebody_switched_off_does_not_enter(door: Person) -> None:
    door.is_active = False
    door.save()
    browser = Client()
    signs_in(browser)
    assert browser.get("/requests").status_code == 302


def test_the_second_factor_is_asked_for_and_a_recovery_code_works_once(door: Person) -> None:
    browser = Client()
    signs_in(browser)
    confirm = browser.get("/second-factor/totp/activate/").headers["Location"]
    browser.post(confirm, {"password": PASSWORD})
    page = browser.get("/second-factor/totp/activate/").content.decode()
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page)
    assert secret is not None
    code = format_hotp_value(hotp_value(secret[1], int(time.time()) // 30))
    assert browser.post("/second-factor/totp/activate/", {"code": code}).status_code == 302
    codes = re.findall(r"<code>(\d+)</code>", browser.get("/second-factor/recovery-codes/").content.decode())
    browser.post("/sign-out")
    for attempt, enters in ((codes[0], True), (codes[0], False), ("000000", False)):
        again = Client()
        assert signs_in(again).headers["Location"] == "/second-factor/authenticate/"
        assert again.get("/requests").status_code == 302
        again.post("/second-factor/authenticate/", {"code": attempt})
        assert (again.get("/requests").status_code == 200) == enters


def test_a_cart_that_is_handed_in_twice_asks_once(asker: Person, version: Version) -> None:
    first, second = client(asker), client(asker)
    first.post(f"/cart/add/{version.pk}")
    once = re.search(r'name="once" value="([^"]+)"', first.get("/cart").content.decode())
    assert once is not None
    for browser in (first, second):
        assert ask(browser, version, once=once[1]).status_code == 302
    assert Request.objects.count() == 1
    assert ask(first, version).status_code == 302
    assert Request.objects.count() == 2


@pytest.mark.parametrize(
    "changes", [{"purpose": "核" * 301}, {"purpose": "a\0b"}, {"scenario": "x" * 1_001}, {"requester": "MZJ"}]
)
def test_a_cart_with_what_no_database_keeps_is_refused_on_both(
    asker: Person, version: Version, changes: dict[str, str]
) -> None:
    assert ask(client(asker), version, **changes).status_code == 422
    assert not Request.objects.exists()


def test_a_decision_is_about_what_was_seen(city: City, request_id: str) -> None:
    shown = Request.objects.get()
    approver = client(city.person("审批人", city.civil, Role.APPROVER))
    url = f"/requests/{request_id}"
    seen = re.search(r'name="seen" value="(\d+)"', approver.get(url).content.decode())
    assert seen is not None
    by = city.actor("审批人", city.civil)
    actions.ask_supplement(by=by, at=START, request=shown, missing=["场景"], profile=LAW)
    mine = city.actor("申请人", city.tax)
    actions.supplement(by=mine, at=START, request=shown, changes={"scenario": "别的用途"}, profile=LAW)
    form = {f"fields-{shown.lines.get().pk}": ["姓名"], "seen": seen[1]}
    stale = approver.post(f"{url}/accept", form)
    assert stale.status_code == 403
    assert "已有变化" in stale.content.decode()
    assert "别的用途" in stale.content.decode()
    now_seen = re.search(r'name="seen" value="(\d+)"', stale.content.decode())
    assert now_seen is not None
    assert approver.post(f"{url}/accept", {**form, "seen": now_seen[1]}).status_code == 302
    for name in ("deliver", "expire", "nothing"):
        assert approver.post(f"{url}/{name}").status_code == 404


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("url", PAGES)
def test_a_page_speaks_one_language(url: str, lang: str, city: City, version: Version, request_id: str) -> None:
    everybody = city.person("万能", city.bureau, Role.COORDINATOR, Role.AUDITOR, Role.ASKER, Role.SECURITY_OFFICER)
    city.person("万能", city.bureau, Role.SYSTEM_ADMINISTRATOR)
    page = client(everybody, lang).get(url)
    assert page.status_code == 200
    text = re.sub(r"<(script|style).*?</\1>", "", page.content.decode(), flags=re.DOTALL)
    shown = re.sub(r"<[^>]+>", " ", text)
    assert "platform." not in shown
    if lang == "zh":
        assert not re.search(r"\b(state|task|role|action|kind)_[a-z]+", shown)


def test_threat_1_a_stranger_s_request_does_not_exist(city: City, request_id: str) -> None:
    stranger = client(city.person("路人", city.health, Role.ASKER, Role.APPROVER))
    hidden, absent = (stranger.get(f"/requests/{key}") for key in (request_id, "00000000-0000-7000-8000-000000000000"))
    assert hidden.status_code == absent.status_code == 404
    assert re.sub(rb"(csrfmiddlewaretoken\"|value=\"|/requests/)[^>]*", b"", hidden.content) == re.sub(
        rb"(csrfmiddlewaretoken\"|value=\"|/requests/)[^>]*", b"", absent.content
    )
    assert stranger.post(f"/requests/{request_id}/accept").status_code == 404
    assert b"\xe4\xb8\x93\xe9\xa1\xb9" not in stranger.get("/requests").content


def test_threat_13_a_form_without_its_token_is_refused(city: City, request_id: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(city.person("审批人", city.civil, Role.APPROVER))
    browser.cookies["lang"] = "en"
    refused = browser.post(f"/requests/{request_id}/accept")
    # It is the form that is refused, not the move.
    assert (refused.status_code, render("platform.form_stale", "en") in refused.content.decode()) == (403, True)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_no_view_answers_is_told_in_the_reader_s_language(
    lang: str, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = city.person("访客", city.tax, Role.ASKER)
    browser = client(person, lang)

    def told(answer: Any) -> tuple[int, bool]:
        shown = answer.content.decode()
        return answer.status_code, (
            "menu_work" not in shown and ("无法完成" if lang == "zh" else "This cannot be done") in shown
        )

    strict = Client(enforce_csrf_checks=True)
    strict.cookies["lang"] = lang
    strict.force_login(person)
    many = "&".join(f"a{place}=1" for place in range(1_001))
    assert told(browser.get("/nowhere")) == (404, True)
    assert told(strict.post("/cart")) == (403, True)
    assert told(browser.post("/cart", many, content_type="application/x-www-form-urlencoded")) == (400, True)
    assert told(browser.get("/", headers={"Host": "evil.example"})) == (400, True)

    def failing(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("ronghe.platform.console.views.work.doors", failing)
    browser.raise_request_exception = False
    answer = browser.get("/", headers={"X-Request-ID": "number-of-it"})
    assert told(answer) == (500, True)
    assert "number-of-it" in answer.content.decode()


def test_threat_16_the_button_does_not_help_who_asked(city: City, asker: Person, request_id: str) -> None:
    city.person("申请人", city.civil, Role.APPROVER)
    line = Request.objects.get().lines.get()
    answer = client(asker).post(f"/requests/{request_id}/accept", {f"fields-{line.pk}": ["姓名"]})
    assert answer.status_code == 403
    assert "本人提出的申请" in answer.content.decode()


def test_an_approver_decides_on_the_page(city: City, request_id: str) -> None:
    browser = client(city.person("审批人", city.civil, Role.APPROVER))
    assert "待审批" in browser.get(f"/requests/{request_id}").content.decode()
    assert "专项附加扣除核验" in browser.get("/").content.decode()
    line = Request.objects.get().lines.get()
    assert browser.post(f"/requests/{request_id}/accept", {f"fields-{line.pk}": ["姓名"]}).status_code == 302
    assert Request.objects.get().state == "accepted"
    assert "已同意" in browser.get(f"/requests/{request_id}").content.decode()


def test_what_was_typed_stays_when_it_is_refused(city: City, asker: Person, version: Version) -> None:
    answer = ask(client(asker), version, legal_basis=" ", purpose="写了很久的用途")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "写了很久的用途" in page
    assert "请写明用途和法定依据" in page


def test_a_refusal_is_told_in_words_and_not_in_codes(city: City, request_id: str) -> None:
    approver = city.person("审批人", city.civil, Role.APPROVER)

    def told(lang: str, name: str, **typed: str) -> str:
        page = client(approver, lang).post(f"/requests/{request_id}/{name}", typed).content.decode()
        return page.partition('role="alert">')[2].partition("</div>")[0].partition("</strong>")[2]

    refused = told("zh", "revoke", reason="x")
    assert all(word in refused for word in ("待审批", "撤销授权", "不予同意"))
    assert not re.search("[a-z]", refused)
    assert "the state submitted there is no move Revoke" in told("en", "revoke", reason="x")
    assert "“截止日期”" in told("zh", "extend", until="x")
    assert not re.search("[a-z]", told("zh", "lengthen", days="1"))


@pytest.mark.parametrize("name", ["deliver", "use", "expire", "nonsense", "accept_in_part"])
def test_nobody_makes_the_clock_s_moves(name: str, city: City, request_id: str) -> None:
    browser = client(city.person("审批人", city.civil, Role.APPROVER))
    browser.post(f"/requests/{request_id}/{name}")
    assert Request.objects.get().state == "submitted"


def test_the_policy_of_the_page_lets_nothing_foreign_in(city: City, asker: Person) -> None:
    answer = client(asker).get("/")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "style=" not in answer.content.decode()


def test_search_shows_rows_alone_to_htmx(city: City, asker: Person, version: Version) -> None:
    browser = client(asker)
    whole = browser.get("/catalogue", {"text": "婚姻"}).content.decode()
    part = browser.get("/catalogue", {"text": "婚姻"}, headers={"HX-Target": "rows"}).content.decode()
    assert version.name in whole
    assert version.name in part
    assert "<html" in whole
    assert "<html" not in part


def test_a_reviewer_sends_back_and_publishes(city: City, version: Version) -> None:
    from ronghe.platform.access.queries import actor_of
    from ronghe.platform.catalogue.actions import describe, submit_for_review
    from tests.platform.conftest import ENTRY, ITEMS

    offerer = actor_of(Person.objects.get(username="提供 MZJ"), START)
    draft = describe(by=offerer, at=START, asset=version.asset, fields={**ENTRY, "name": "新名称"}, items=ITEMS)
    submit_for_review(by=offerer, at=START, version=draft)
    browser = client(Person.objects.get(username="统筹"))
    url = f"/catalogue/{version.asset.code}"
    assert "新名称" in browser.get(f"{url}?version=2").content.decode()
    assert browser.post(f"{url}/review?version=2", {"answer": "send_back", "reason": ""}).status_code == 403
    browser.post(f"{url}/review?version=2", {"answer": "publish"})
    assert [v.state for v in version.asset.versions.order_by("number")] == ["replaced", "published"]


def test_history_names_who_did_what(city: City, asker: Person, request_id: str) -> None:
    approver = city.actor("审批人", city.civil, Role.APPROVER)
    actions.refuse(
        by=approver, at=START, request=Request.objects.get(), reason="用途不符", clause="第十四条", profile=LAW
    )
    page = client(asker).get(f"/requests/{request_id}").content.decode()
    for text in ("不予同意", "用途不符", "第十四条", "审批人"):
        assert text in page
