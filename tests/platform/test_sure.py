"""What ends something is asked twice, what is counted has its unit, and what was typed is not lost."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.test import Client

import ronghe.platform.console
from ronghe.messages import LANGUAGES, known
from ronghe.platform.access.models import Person
from ronghe.platform.access.roles import Role
from ronghe.platform.alarms.models import Webhook
from ronghe.platform.clock import now
from ronghe.platform.departments.models import Department
from ronghe.platform.requests import actions
from tests.platform.conftest import City, RecordedKind
from tests.platform.handed import LATER, LAW, Handing, handing
from tests.platform.test_pages import client

pytestmark = pytest.mark.django_db
TEMPLATES = Path(ronghe.platform.console.__file__).parent / "templates"
ENDS = {
    "/people/end": "end",
    "/people/off": "switch_off",
    "/people/revoke": "revoke_token",
    "/people/take_back": "end_delegation",
    "/departments/end": "end_department",
    "/source/stop": "stop_source",
    "/revoke": "move_revoke",
    "/me/revoke": "revoke_token",
    "/me/take_back": "take_back",
    "/webhooks/end": "webhook_end",
    "/withdraw": "withdraw",
}
"""How the address ends to which a form is sent that ends something, and what it is called."""


@pytest.fixture
def one(city: City) -> Handing:
    return handing(city)


class Buttons(HTMLParser):
    """The buttons of a page: where each sends its form, and whether it lies in a closed second step."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, bool]] = []
        self.action, self.steps = "", 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.action = given.get("action") or ""
        elif tag == "details":
            self.steps += given.get("class") == "sure" and "open" not in given
        elif tag == "button" and any(self.action.endswith(end) for end in ENDS):
            self.found.append((self.action, self.steps > 0))

    def handle_endtag(self, tag: str) -> None:
        if tag == "details":
            self.steps = max(0, self.steps - 1)


def buttons(browser: Client, url: str) -> dict[str, bool]:
    return dict(Buttons(browser.get(url).content.decode()).found)


def test_nothing_ends_at_one_click(one: Handing) -> None:
    city = one.city
    request = one.asked()
    one.everybody()
    system = client(city.person("系统", city.bureau, Role.SYSTEM_ADMINISTRATOR))
    security = client(city.person("安全", city.bureau, Role.SECURITY_ADMINISTRATOR))
    officer = client(city.person("安全员", city.tax, Role.SECURITY_OFFICER))
    lender = city.person("审批人", city.civil)
    asset = one.version.asset.code
    program = client(lender)
    day = (now() + timedelta(days=30)).date().isoformat()
    program.post("/me/token", {"name": "夜间同步", "expires": day, "scopes": ["data.read"]})
    role = lender.memberships.get().pk
    program.post("/me/lend", {"membership": role, "to": "安全员", "since": "2026-01-01", "until": day})
    Webhook.objects.create(department=city.tax, url="https://example.com/hook", made=now())
    seen = {
        **buttons(system, "/people"),
        **buttons(security, "/people"),
        **buttons(system, "/departments"),
        **buttons(officer, "/webhooks"),
        **buttons(program, "/me"),
        **buttons(client(Person.objects.get(username="提供 MZJ")), f"/catalogue/{asset}"),
        **buttons(client(Person.objects.get(username="统筹")), f"/catalogue/{asset}"),
    }
    actions.decide(by=one.approver, at=LATER, request=request, profile=LAW)
    actions.delivered(at=LATER, request=request)
    seen |= buttons(client(Person.objects.get(username="审批人")), f"/requests/{request.pk}")
    assert [end for end in ENDS if not any(action.endswith(end) for action in seen)] == []
    assert [action for action, is_behind in seen.items() if not is_behind] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_second_step_says_what_will_happen(city: City, lang: str) -> None:
    assert [what for what in ENDS.values() if not known(f"platform.sure_{what}")] == []
    system = client(city.person("系统", city.bureau, Role.SYSTEM_ADMINISTRATOR), lang)
    page = system.get("/departments").content.decode()
    told = {"zh": ("立即收回，不能恢复", "确认退出共享"), "en": ("ends at once", "Confirm: End its part")}[lang]
    assert all(text in page for text in told)
    # Who listens to the page hears of which department.
    assert '<span class="visually-hidden"> 税务局</span></summary>' in page


def test_a_reason_that_was_refused_is_there_again_in_the_open_step(one: Handing) -> None:
    browser = client(Person.objects.get(username="提供 MZJ"))
    page = browser.post(f"/catalogue/{one.version.asset.code}/source/stop", {"reason": " "}).content.decode()
    assert '<details class="sure" open>' in page


@pytest.mark.parametrize(("lang", "words"), [("zh", {"件", "项"}), ("en", {"tasks", "entries"})])
def test_counts_of_the_first_page_say_what_they_count(
    city: City, kind: RecordedKind, lang: str, words: set[str]
) -> None:
    city.published()
    page = client(Person.objects.get(username="提供 MZJ"), lang).get("/").content.decode()
    figures = re.findall(r'class="card figure[^"]*"><span>[^<]+</span><strong>\d+ <small>([^<]+)</small>', page)
    assert len(figures) == page.count('<div class="card figure')
    assert {re.sub("entry", "entries", one) for one in figures} == words


def test_a_change_of_a_department_that_was_refused_keeps_what_was_typed(city: City) -> None:
    system = client(city.person("系统", city.bureau, Role.SYSTEM_ADMINISTRATOR))
    typed = {"department": str(city.tax.pk), "name": "民政局", "parent": "WJW", "approval_steps": "3"}
    answer = system.post("/departments/change", typed)
    page = answer.content.decode()
    assert (answer.status_code, Department.objects.get(pk=city.tax.pk).name) == (422, "税务局")
    row = page[page.index(f'value="{city.tax.pk}"') :].partition("</form>")[0]
    assert 'name="name" value="民政局"' in row
    assert re.findall(r"<option(?: value=\"(\w+)\")? selected>(\d?)", row) == [("WJW", ""), ("", "3")]
    # The other rows have what they had.
    assert page.count('name="name" value="民政局"') == 2
    assert 'name="name" value="卫健委"' in page


def test_what_was_tightened_in_vain_is_there_again(one: Handing) -> None:
    request = one.asked()
    one.everybody()
    line = request.lines.get()
    browser = client(Person.objects.get(username="审批人"))
    typed = {"line": str(line.pk), "duty-0": "nonsense 7", "duty-1": "mask 1 0"}
    page = browser.post(f"/requests/{request.pk}/tighten", typed).content.decode()
    assert 'role="alert"' in page
    assert all(f'value="{text}"' in page for text in ("nonsense 7", "mask 1 0"))
    assert "<details open><summary>" in page


def test_a_need_keeps_what_was_chosen(city: City, kind: RecordedKind) -> None:
    city.published()
    asker = city.person("申请人", city.tax, Role.ASKER)
    city.person("申请人", city.health, Role.ASKER)
    page = client(asker).post("/demands", {"department": "WJW", "text": " "}).content.decode()
    assert 'value="WJW" selected' in page


def test_a_dispute_that_cannot_be_raised_gives_back_what_was_written(city: City, kind: RecordedKind) -> None:
    request = city.asked()
    answer = client(Person.objects.get(username="申请人")).post(
        f"/disputes/about/requests/{request.pk}", {"text": "写了很久的理由"}
    )
    assert (answer.status_code, "写了很久的理由</textarea>" in answer.content.decode()) == (403, True)


_FORM = re.compile(r'<form[^>]*method="post".*?</form>', re.DOTALL)
_FIELD = re.compile(r"<input\b(?:[^>{]|{{.*?}}|{%.*?%})*>|<textarea\b.*?</textarea>|<select\b.*?</select>", re.DOTALL)
_NOT_TYPED = re.compile(r'type="(hidden|password|file|checkbox|radio)"')
_KEEPS = re.compile(
    r"{% kept |{{ (typed|form|fields|row|conditions|lines|code|name|starts)\b|value=\"{{ text }}\"| selected"
)


def test_every_field_of_every_form_has_what_was_typed() -> None:
    """A field that is empty again after a refusal is typed twice."""
    checked, lost = 0, []
    for path in sorted(TEMPLATES.rglob("*.html")):
        for form in _FORM.findall(path.read_text("utf-8")):
            # Refused it has a page of its own, which says what was written.
            if 'action="/disputes/about/' in form:
                continue
            for field in _FIELD.findall(form):
                if _NOT_TYPED.search(field) or 'autocomplete="one-time-code"' in field:
                    continue
                checked += 1
                if not _KEEPS.search(field):
                    lost.append((path.name, field[:160]))
    assert checked > 60
    assert lost == []
