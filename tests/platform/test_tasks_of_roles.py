"""What stopped somebody at their main task once: forms that forgot, waits that told nothing, codes for words."""

import re
from pathlib import Path

import pytest

import ronghe.platform
from ronghe.messages import known
from ronghe.platform.access.models import Person
from ronghe.platform.access.roles import Role
from ronghe.platform.audit.models import Entry
from ronghe.platform.catalogue.actions import describe, new_asset
from ronghe.platform.catalogue.rules import Finding
from ronghe.platform.clock import now
from ronghe.platform.console.templatetags.say import distinct_of, file_size, finding_text
from ronghe.platform.console.wording import facts_text
from ronghe.platform.jobs.models import Beat, Job
from ronghe.platform.jobs.port import JobState
from ronghe.platform.jobs.registry import _WORK
from ronghe.platform.jobs.stored import SECURITY_CHECK
from ronghe.platform.requests.models import Request
from ronghe.platform.work_list import waiting
from ronghe.terms import Kind
from tests.platform.conftest import ENTRY, ITEMS, START, City, RecordedKind
from tests.platform.test_pages import ask, client

pytestmark = pytest.mark.django_db


def told(browser: object, url: str, **typed: str) -> str:
    """The page that a form gives back."""
    return browser.post(url, typed).content.decode()  # type: ignore[attr-defined,no-any-return]


def test_a_form_that_was_refused_still_has_what_was_typed(city: City) -> None:
    system = client(city.person("系统", city.bureau, Role.SYSTEM_ADMINISTRATOR))
    page = told(system, "/departments/add", code="MZJ", name="新设局", parent="SJJ", approval_steps="2")
    assert "已有部门用了“MZJ”" in page
    assert all(f'value="{text}"' in page for text in ("MZJ", "新设局"))
    added = page[page.index('id="add"') :]
    assert re.findall(r"<option(?: value=\"(\w+)\")? selected>(\d?)", added) == [("SJJ", ""), ("", "2")]
    page = told(system, "/people/add", username="系统", name="某人", email="a@b.example", password="短")
    assert 'value="某人"' in page
    assert "短" not in page.replace("短信", "")
    security = client(city.person("安全", city.bureau, Role.SECURITY_ADMINISTRATOR))
    page = told(security, "/people/give", username="无此人", department="SWJ", role="asker")
    assert "没有用户名为“无此人”的人员" in page
    assert re.findall(r'value="(\w+)" selected', page) == ["SWJ", "asker"]


def test_who_decides_keeps_the_words_of_a_refusal(city: City, kind: RecordedKind) -> None:
    city.published()
    wanted = city.asked()
    approver = client(city.person("审批人", city.civil, Role.APPROVER))
    page = told(approver, f"/requests/{wanted.pk}/refuse", reason="依据不足", clause="x" * 400)
    assert 'role="alert"' in page
    assert 'name="reason" value="依据不足"' in page
    # What was typed into one form is not shown in another.
    assert page.count("依据不足") == 1


def test_the_asker_is_told_that_the_assessment_is_missing(city: City, kind: RecordedKind) -> None:
    version = city.published(personal=True)
    asker = client(city.person("申请人", city.tax, Role.ASKER))
    answer = ask(asker, version)
    wanted = Request.objects.get()
    assert answer.headers["Location"] == f"/requests/{wanted.pk}"
    mine = waiting(city.actor("申请人", city.tax), START.date())
    assert [one.task for one in mine] == ["assess"]
    assert "附影响评估" in asker.get("/").content.decode()
    asker.post(f"/requests/{wanted.pk}/assessment", {"assessment": "影响评估 2026-1 号"})
    assert not waiting(city.actor("申请人", city.tax), START.date())


@pytest.mark.parametrize(("lang", "word"), [("zh", "生成审批预览"), ("en", "make a preview")])
def test_the_operator_sees_jobs_in_words_and_how_far_they_are(city: City, lang: str, word: str) -> None:
    browser = client(city.person("运维", city.bureau, Role.OPERATOR), lang)
    made = Job.objects.create(name="data.look", key="1", made=now(), state=JobState.RUNNING, done=3, total=12_000)
    Beat.objects.create(slot=1, at=now(), host="a", process=1)
    page = browser.get("/jobs").content.decode()
    assert word in page
    assert "3 / 12,000" in page
    assert 'hx-trigger="every 3s"' in page
    Job.objects.filter(pk=made.pk).update(state=JobState.FAILED, error={"code": "platform.file_missing", "params": {}})
    page = browser.get("/jobs?state=failed&name=data.look").content.decode()
    assert "hx-trigger" not in page
    assert not re.search(r">\s*(data\.look|failed|running)\s*<", page) or lang == "en"
    assert browser.get("/jobs?state=done").content.decode().count("<tbody>") == 0
    assert '<a href="/jobs">' in browser.get("/").content.decode()


def test_every_job_has_its_word() -> None:
    ours = [name for name, work in _WORK.items() if work.__module__.startswith("ronghe.")]
    assert len(ours) > 10
    assert [name for name in ours if not known(f"platform.job_{name}")] == []


def test_the_security_check_tells_by_itself_when_it_is_done(city: City) -> None:
    browser = client(city.person("运维", city.bureau, Role.OPERATOR))
    assert "hx-trigger" not in browser.get("/security").content.decode()
    browser.post("/security/now")
    assert 'hx-select="#check"' in browser.get("/security").content.decode()
    Job.objects.filter(name=SECURITY_CHECK).update(state=JobState.DONE, result=None)
    assert "hx-trigger" not in browser.get("/security").content.decode()


def test_the_trail_is_found_by_person_deed_and_day(city: City, kind: RecordedKind) -> None:
    city.published()
    wanted = city.asked()
    person = Person.objects.get(username=Request.objects.get(pk=wanted.pk).person_name)
    Person.objects.filter(pk=person.pk).update(name="某某")
    browser = client(city.person("审计员", city.bureau, Role.AUDITOR))
    day = START.date().isoformat()

    def found(query: str) -> int:
        return browser.get(f"/audit?{query}").content.decode().count('<td class="when">')

    every = Entry.objects.count()
    assert found("") == every > found("person=某某") == found(f"person={person.username}") > 0
    assert found("action=request.submit") == Entry.objects.filter(action="request.submit").count() == 1
    assert found("until=2020-01-01") == found("since=2120-01-01") == 0
    assert found(f"since={day}&action=request.submit") == 1
    answer = browser.get("/audit?since=昨天")
    assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (422, True)
    assert wanted.purpose in browser.get("/audit").content.decode()


def test_facts_are_said_in_the_reader_s_words() -> None:
    facts = {
        "before": "draft",
        "until": "2026-03-02T01:16:00+00:00",
        "files": {"data.csv": "sha256:1"},
        "changes": {"full": False, "inserted": 2},
        "items": ["姓名", "性别"],
        "things": [["甲", "库", 8], ["乙", "库", 4]],
        "reason": "",
        "odd_name": 7,
    }
    assert dict(facts_text(facts, "zh")) == {
        "之前状态": ["草稿"],
        "截止": ["2026-03-02 09:16"],
        "文件与摘要": ["data.csv: sha256:1"],
        "变化": ["全量: 否", "新增行数: 2"],
        "信息项": ["姓名 · 性别"],
        "数据资源": ["甲 · 库 · 8", "乙 · 库 · 4"],
        "理由": ["–"],
        "odd_name": ["7"],
    }
    assert dict(facts_text({"before": "draft", "full": True}, "en")) == {"state before": ["draft"], "in full": ["yes"]}


def test_an_entry_shows_no_json_of_its_facts(city: City, kind: RecordedKind) -> None:
    city.published()
    city.asked()
    browser = client(city.person("审计员", city.bureau, Role.AUDITOR))
    entry = Entry.objects.get(action="request.submit")
    page = browser.get(f"/audit/{entry.pk}").content.decode()
    assert "之后状态" in page
    assert not re.search(r"&quot;\w+&quot;:", page)


@pytest.mark.parametrize(
    ("count", "zh", "en"),
    [(999, "999 字节", "999 bytes"), (1_000, "1.0 kB", "1.0 kB"), (7_200_000_000_000, "7200.0 GB", "7200.0 GB")],
)
def test_a_file_s_size_is_said_in_both_languages(count: int, zh: str, en: str) -> None:
    assert (file_size({"lang": "zh"}, count), file_size({"lang": "en"}, count)) == (zh, en)


def test_findings_name_choices_by_their_words() -> None:
    method = Finding("platform.lint_method", "method", params=(("format", "file"), ("known", "file")))
    assert finding_text({"lang": "zh"}, method) == "格式“文件”不能用该共享方式；可用：文件下载。"
    period = Finding("platform.lint_choice", "update_period", params=(("known", "day, week"),))
    assert finding_text({"lang": "zh"}, period) == "取值不在可选范围：每日、每周。"


def test_an_estimate_of_values_never_passes_their_number() -> None:
    assert [distinct_of({"distinct": n, "filled": 240}) for n in (246, 12)] == [240, 12]


def test_the_next_step_of_a_draft_leads_to_its_source(city: City) -> None:
    offerer = city.actor("提供人", city.civil, Role.OFFERER)
    asset = new_asset(by=offerer, at=START, department=city.civil, code="MZJ-9", kind=Kind.DATA)
    draft = describe(by=offerer, at=START, asset=asset, fields=ENTRY, items=ITEMS)
    browser = client(Person.objects.get(username="提供人"))
    page = browser.get(f"/offers/{draft.asset.code}").content.decode()
    assert page.count(f'href="/catalogue/{draft.asset.code}?version=1#source"') == 2
    assert "下一步：挂接数据源" in page
    assert (
        f'action="/offers/{draft.asset.code}/submit"' in browser.get(f"/catalogue/{draft.asset.code}").content.decode()
    )


def test_what_was_searched_in_vain_becomes_the_demand(city: City) -> None:
    browser = client(city.person("申请人", city.tax, Role.ASKER))
    page = browser.get("/catalogue", {"text": "用电量"}).content.decode()
    url = re.search(r'href="(/demands\?text=[^"]+)"', page)
    assert url
    assert ">用电量</textarea>" in browser.get(url[1]).content.decode()


def test_the_door_keeps_where_one_wanted_to_go_and_the_menu_where_one_is(city: City) -> None:
    browser = client(city.person("申请人", city.tax, Role.ASKER))
    assert browser.get("/me").content.decode().count('aria-current="page"') == 0
    assert browser.get("/").content.decode().count('aria-current="page"') == 1


def test_the_page_that_follows_says_once_that_it_was_done(city: City) -> None:
    browser = client(city.person("系统", city.bureau, Role.SYSTEM_ADMINISTRATOR))
    typed = {"code": "JTJ", "name": "交通局", "parent": "SJJ", "approval_steps": "1"}
    assert "已办理。" in browser.post("/departments/add", typed, follow=True).content.decode()
    assert "已办理。" not in browser.get("/departments").content.decode()
    assert "已办理。" not in told(browser, "/departments/add", **typed)


def test_every_kind_of_subject_and_of_deed_in_the_trail_has_its_word() -> None:
    """As they stand in the code: a page would show the code of what has no word."""
    code = "".join(path.read_text("utf-8") for path in Path(ronghe.platform.__file__).parent.rglob("*.py"))
    kinds = {f"subject_{name}" for name in re.findall(r'subject_kind="(\w+)"', code)}
    deeds = {f"action_{name}" for name in re.findall(r'\baction="(\w+\.\w+)"', code)}
    assert min(len(kinds), len(deeds)) > 10
    assert [name for name in sorted(kinds | deeds) if not known(f"platform.{name}")] == []
