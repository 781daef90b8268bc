"""The pages of the data kind, walked as people do: offer, mount, ask, decide, fetch, object, dispute, announce."""

import hashlib
import io
import json
import re
from collections.abc import Sequence
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ronghe.platform.access.models import Person
from ronghe.platform.access.roles import Role
from ronghe.platform.catalogue.actions import describe, lint
from ronghe.platform.catalogue.inventory import list_inventory
from ronghe.platform.catalogue.models import Announcement, Asset, Demand, InventoryItem, Version
from ronghe.platform.console.looks import duty_text
from ronghe.platform.console.offering import OBLIGATIONS, obligation_in, obligation_words
from ronghe.platform.kinds.data import store
from ronghe.platform.kinds.data.models import Correction, Read, Source, Trace
from ronghe.platform.kinds.data.snapshots import PARQUET, rows_between
from ronghe.platform.kinds.data.store import snapshot_folder
from ronghe.platform.requests import actions
from ronghe.platform.requests.models import Dispute, Line, Objection
from ronghe.standards.catalog import catalog
from ronghe.terms import InputError
from tests.platform.conftest import ENTRY, START, City
from tests.platform.handed import IDS, LATER, LAW, Handing, handing, text
from tests.platform.programs import program_of
from tests.platform.test_pages import client

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(city: City) -> Handing:
    return handing(city)


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("console.middleware", "console.views.grants"):
        monkeypatch.setattr(f"ronghe.platform.{module}.now", lambda: LATER)


def by(name: str, lang: str = "zh") -> Client:
    return client(Person.objects.get(username=name), lang)


def page(browser: Client, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200, url
    shown = re.sub(
        r"<[^>]+>", " ", re.sub(r"<(script|style|svg).*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    )
    assert "platform." not in shown, url
    assert not re.search(r"\b(state|task|action|kind|way|why|outcome|delivery|source|rung|verdict|menu)_[a-z]+", shown)
    return answer.content.decode()


ITEMS = (
    ("公民身份号码", "citizen_id", "token citizen"),
    ("姓名", "person_name", "mask 1 0"),
    ("登记日期", "date", "bucket_date month"),
)


def form(items: Sequence[tuple[str, str, str]] = ITEMS, **changes: object) -> dict[str, object]:
    rows = {
        "item-name": [name for name, _, _ in items],
        "item-type": ["C" for _ in items],
        "item-element": [element for _, element, _ in items],
        "item-unit": ["" for _ in items],
        "item-about": ["" for _ in items],
        "item-obligation": [duty for _, _, duty in items],
        "item-key": "0",
        "item-personal": ["0", "1"],
    }
    said = {
        "department": "MZJ",
        "code": "MZJ-9",
        "name": "婚姻登记信息",
        "abstract": "全市婚姻登记。",
        "category": "人口",
        "format": "file",
        "method": "file",
        "update_period": "day",
        "sharing_class": "conditional",
        "conditions": "仅限办理行政给付",
    }
    return {**said, **rows, **changes}


def test_an_offer_is_described_mounted_and_handed_in(city: City) -> None:
    browser = client(city.person("提供", city.civil, Role.OFFERER))
    assert browser.post("/offers/new", form()).status_code == 302
    version = Version.objects.get()
    kept = {item.name: (item.is_key, item.personal, item.obligation) for item in version.items.all()}
    assert kept["公民身份号码"] == (True, True, {"token": "citizen"})
    assert kept["姓名"] == (False, True, {"mask": {"first": 1, "last": 0}})
    assert kept["登记日期"] == (False, False, {"bucket_date": "month"})
    shown = page(browser, "/offers/MZJ-9")
    assert 'value="token citizen"' in shown
    assert 'value="mask 1 0"' in shown
    file = SimpleUploadedFile("婚姻.csv", text())
    assert browser.post("/catalogue/MZJ-9/source/upload", {"file": file}).status_code == 302
    source = Source.objects.get()
    assert (source.called, source.kind) == ("婚姻.csv", "upload")
    assert "婚姻.csv" in page(browser, "/catalogue/MZJ-9")


@pytest.mark.parametrize("changes", [{"code": ""}, {"items": [("姓名", "", "hide")]}, {"sharing_class": "free"}])
def test_what_is_typed_wrong_stays_and_nothing_is_kept(city: City, changes: dict[str, Any]) -> None:
    browser = client(city.person("提供", city.civil, Role.OFFERER))
    answer = browser.post("/offers/new", form(**changes))
    assert answer.status_code == 422
    assert "全市婚姻登记。" in answer.content.decode()
    assert not Version.objects.exists()
    assert not Asset.objects.exists()


@pytest.mark.parametrize("words", [*OBLIGATIONS, ""])
def test_an_obligation_is_said_in_words_and_read_again(words: str) -> None:
    said = obligation_in(words)
    assert obligation_in(obligation_words(said)) == said


@pytest.mark.parametrize(
    "words",
    [
        "hide",
        "mask a b",
        "token",
        "bucket_date day",
        "generalize region",
        "{",
        '{"x": 1}',
        # Digits of other kinds, numbers without measure, an object without end.
        "mask ²",
        "first ²",
        f"first {'9' * 5_000}",
        '{"a":' * 50_000,
    ],
)
def test_an_obligation_that_nobody_understands_is_an_error(words: str) -> None:
    with pytest.raises(InputError):
        obligation_in(words)


def test_an_entry_tells_grades_and_elements_in_words(one: Handing) -> None:
    found = [{"column": "姓名", "kind": "person_name", "subject": "personal"}]
    columns = [{"name": "姓名", "filled": 1, "empty": 0, "distinct": 1}]
    kept = {"sample": [], "rows": 1, "malformed": 0, "grade": "general_2", "columns": columns, "found": found}
    one.source.examination |= kept
    one.source.save()
    type(one.version).objects.filter(pk=one.version.pk).update(conditions=["不超过一年 => days <= 366", "仅用于<核查>"])
    url = f"/catalogue/{one.version.asset.code}"
    zh, en = page(by("提供 MZJ"), url), page(by("提供 MZJ", "en"), url)
    assert "一般 2 级" in zh
    assert "general 2" in en
    assert "name of a person" in en
    assert "(checked by machine: time asked for: at most 366 days)" in en
    for shown in (
        "不超过一年 <small>(系统核对：申请期限不超过 366 天)</small>",
        "<li>仅用于&lt;核查&gt;</li>",
        "</span> 姓名<",
    ):
        assert shown in zh
    one.version.items.filter(name="姓名").update(element="person_name")
    assert catalog().get("person_name").name["zh"] in page(by("提供 MZJ"), url)
    assert "person_name" not in page(by("提供 MZJ"), url).partition("<h1")[2].partition("source/upload")[0]
    assert by("提供 MZJ").get(url, {"version": "²"}).status_code == 200


def test_a_form_without_its_field_is_refused_and_nothing_is_unlinked_by_a_slip(one: Handing) -> None:
    offerer, asset = one.offerer, one.version.asset
    list_inventory(by=offerer, at=LATER, department=one.city.civil, found=[{"name": "婚姻登记表"}])
    thing = InventoryItem.objects.get()
    browser = by("提供 MZJ")
    browser.post("/inventory/link", {"item": str(thing.pk), "asset": asset.code})
    assert browser.post("/inventory/link", {"item": str(thing.pk), "asset": f"{asset.code}0"}).status_code == 422
    thing.refresh_from_db()
    assert thing.asset == asset
    officer = client(one.city.person("安全员", one.city.civil, Role.SECURITY_OFFICER))
    assert officer.post("/webhooks/end").status_code == 404


@pytest.mark.parametrize("hour", ["25:00", "12:00:00+08:00", "正午"])
def test_hours_are_those_of_a_clock_on_the_wall(one: Handing, hour: str) -> None:
    url = f"/catalogue/{one.version.asset.code}/source/hours"
    answer = by("提供 MZJ").post(url, {"window_from": hour, "window_to": "18:00"})
    assert answer.status_code == 422
    assert hour in answer.content.decode()


def test_the_owner_stops_and_restarts_on_the_page(one: Handing) -> None:
    browser, url = by("提供 MZJ"), f"/catalogue/{one.version.asset.code}"
    assert browser.post(f"{url}/source/stop", {"reason": ""}).status_code == 422
    browser.post(f"{url}/source/stop", {"reason": "检修"})
    assert "检修" in page(browser, url)
    browser.post(f"{url}/source/restart")
    browser.post(f"{url}/source/hours", {"window_from": "01:00", "window_to": "05:00", "rows_a_minute": "600"})
    source = Source.objects.get()
    assert (source.stopped, source.rows_a_minute, str(source.window_to)) == (None, 600, "05:00:00")
    stranger = client(one.city.person("外人", one.city.health, Role.OFFERER))
    assert stranger.post(f"{url}/source/stop", {"reason": "x"}).status_code == 404
    assert "检修" not in page(stranger, url)


def test_threat_4_an_upload_ends_at_the_limit(one: Handing, settings: Any) -> None:
    settings.LARGEST_UPLOAD = 10
    file = SimpleUploadedFile("a.csv", text())
    answer = by("提供 MZJ").post(f"/catalogue/{one.version.asset.code}/source/upload", {"file": file})
    assert answer.status_code == 413
    assert "目录或数据库" in answer.content.decode()


def test_a_program_hands_in_a_file_and_learns_what_arrived(one: Handing, settings: Any) -> None:
    program, where = program_of("提供 MZJ"), f"/api/offers/{one.version.asset.code}/source/upload"
    sent: dict[str, Any] = {"content_type": "text/csv", "headers": {"Authorization": f"Bearer {program.secret}"}}

    def put(body: bytes, query: str = "?name=../%E5%A9%9A%E5%A7%BB.csv", **more: Any) -> tuple[int, Any]:
        answer = Client().generic("PUT", where + query, body, **sent, **more)
        return answer.status_code, json.loads(answer.content)

    before, others = Source.objects.get(), {path.name for path in store.uploads().iterdir()}
    status, told = put(text())
    assert (status, told["called"], told["bytes"]) == (200, "婚姻.csv", len(text()))
    assert told["hash"] == f"sha256:{hashlib.sha256(text()).hexdigest()}"
    kept = Source.objects.get()
    assert kept.address != before.address
    cut = {"CONTENT_LENGTH": str(len(text()) + 1), "wsgi.input": io.BytesIO(text())}
    # What broke off, is too large, or is no table changes nothing and leaves nothing.
    for body, query, more, wrong in (
        (b"", "?name=a.csv", cut, (422, "platform.upload_cut")),
        (b"", "?name=a.csv", {}, (422, "platform.upload_empty")),
        (b"SQLite format 3\0" + bytes(100), "?name=a.csv", {}, (422, "platform.upload_database")),
        (text(), "", {}, (422, "api.call_unfit")),
        (text(), "?name=a.csv", {"CONTENT_LENGTH": str(settings.LARGEST_UPLOAD + 1)}, (413, "api.413")),
    ):
        status, told = put(body, query, **more)
        assert (status, told["code"]) == wrong
    sent["headers"]["Idempotency-Key"] = "1"
    assert put(text())[1]["code"] == "api.key_unwanted"
    assert Source.objects.get().hash == kept.hash
    # The one before goes with the transaction, which ends with this test.
    assert {path.name for path in store.uploads().iterdir()} == {*others, kept.address}
    assert before.address in others
    large = bytes(2_000_000)
    answer = Client().generic("PUT", "/api/offers/x/source/folder", large, **sent)
    assert answer.status_code == 413


def test_a_program_lays_down_stricter_terms_and_never_looser_ones(one: Handing) -> None:
    request = one.asked()
    one.everybody()
    program, url = program_of("审批人"), f"/requests/{request.pk}/tighten"
    line = program.get(f"/requests/{request.pk}")["lines"][0]["id"]
    said = {"line": line, "obligations": {"登记日期": {"bucket_date": "year"}}}
    (told,) = program.post(url, said)["lines"]
    assert told["tighter"] == {"obligations": said["obligations"]}
    (told,) = program.post(url, {"line": line, "where": [{"field": "区划代码", "is": "330106"}]})["lines"]
    assert sorted(told["tighter"]) == ["obligations", "where"]
    for obligations, status, code in (
        ({"姓名": "keep"}, 403, "platform.obligation_looser"),
        ({"姓名": {"nothing": 1}}, 422, "access.policy_value"),
        ({"无": "drop"}, 422, "platform.field_unknown"),
    ):
        assert program.told("POST", url, {"line": line, "obligations": obligations}, status)["code"] == code
    assert program.told("POST", url, {**said, "line": str(request.pk)}, 422)["code"] == "platform.field_value"
    (told,) = program.post(url, {**said, "afresh": True})["lines"]
    assert sorted(told["tighter"]) == ["obligations"]
    assert Line.objects.get().tighter == told["tighter"]


def test_a_program_of_who_decides_sees_exactly_what_would_leave(one: Handing) -> None:
    Version.objects.filter(pk=one.version.pk).update(conditions=["期限不超过一月 => days <= 31", "仅用于核查"])
    before = one.asked()
    actions.refuse(by=one.approver, at=LATER, request=before, reason="不符", clause="第十四条", profile=LAW)
    request = one.asked()
    one.everybody()
    program, url = program_of("审批人"), f"/requests/{request.pk}/look"
    (line,) = program.get(url)["lines"]
    assert (line["looked"], line["seen"], line["trouble"]) == (None, {}, None)
    one.worker.run_waiting()
    told = program.get(url)
    (line,) = told["lines"]
    assert [[row[1] for row in line["seen"]["rows"]], line["personal"][0]] == [["张**", "李*", "赵*"], "公民身份号码"]
    assert [(one["text"], one["holds"]) for one in line["conditions"]] == [
        ("期限不超过一月", False),
        ("仅用于核查", None),
    ]
    assert line["obligations"].keys() == set(request.lines.get().fields)
    assert [(one["state"], one["reason"], one["clause"]) for one in told["similar"]] == [
        ("refused", "不符", "第十四条")
    ]
    assert IDS[0] not in str(told)
    assert program_of("申请人").call("GET", url).status_code == 404


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_who_decides_sees_exactly_what_would_leave(one: Handing, lang: str) -> None:
    request = one.asked()
    one.worker.run_waiting()
    one.everybody()
    shown = page(by("审批人", lang), f"/requests/{request.pk}")
    for told in ("张**", "李*", "赵*", "2026-01", "token citizen"):
        assert told in shown
    assert "王*" not in shown
    assert IDS[0] not in shown
    assert "张**" not in page(by("申请人", lang), f"/requests/{request.pk}")
    delivery = one.delivered()
    assert delivery.columns == ["公民身份号码", "姓名", "登记日期", "备注"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_who_decides_lets_out_less_and_sees_it_before_saying_yes(one: Handing, lang: str) -> None:
    request = one.asked(fields=("公民身份号码", "姓名", "备注"), rows={})
    one.everybody()
    line, browser = request.lines.get(), by("审批人", lang)
    url, key = f"/requests/{request.pk}/tighten", one.version.pk
    form = {
        "line": str(line.pk),
        "duty-0": "token citizen",
        "duty-1": "null",
        "duty-2": "",
        f"where-field-{key}": "区划代码",
        f"where-relation-{key}": "is",
        f"where-value-{key}": "330108",
    }
    looser = browser.post(url, {**form, "duty-1": ""})
    assert looser.status_code == 403
    assert "mask" in looser.content.decode()
    assert browser.post(url, {**form, "line": "x"}).status_code == 404
    assert browser.post(url, form).status_code == 302
    one.worker.run_waiting()
    shown = page(browser, f"/requests/{request.pk}")
    assert "平常" in shown
    for gone in ("张*", "王*", "=1+1"):
        assert gone not in shown
    accepted = browser.post(f"/requests/{request.pk}/accept", {f"fields-{line.pk}": list(line.fields)})
    assert accepted.status_code == 302
    request.refresh_from_db()
    assert request.state == "accepted_in_part"
    one.worker.run_waiting()
    delivery = one.delivery(one.grant(request))
    rows = rows_between(snapshot_folder(delivery.grant_id, delivery.number) / PARQUET, 0, 10).to_pylist()
    assert [(row["姓名"], row["备注"]) for row in rows] == [(None, "平常")]


def ask(browser: Client, version: Version, **changes: object) -> Any:
    key = version.pk
    browser.post(f"/cart/add/{key}")
    said = {
        "requester": "SWJ",
        "purpose": "核验",
        "legal_basis": "个人所得税法第十五条",
        "wanted_from": "2026-03-02",
        "wanted_until": "2026-12-31",
        f"fields-{key}": ["姓名"],
    }
    return browser.post("/cart", {**said, **{f"{name}-{key}": value for name, value in changes.items()}})


WHERE: dict[str, object] = {
    "where-field": ["登记日期", "区划代码", ""],
    "where-relation": ["at_least", "in", "is"],
}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_rows_and_method_are_asked_for_in_the_cart_and_seen_by_who_decides(one: Handing, lang: str) -> None:
    one.everybody()
    browser = by("申请人", lang)
    browser.post(f"/cart/add/{one.version.pk}")
    assert {"zh": "分页读取", "en": "is at least"}[lang] in page(browser, "/cart")
    wish = {**WHERE, "where-value": ["2026-01-06", "330106、330108", ""], "method": "rows"}
    assert ask(browser, one.version, **wish).status_code == 302
    line = Line.objects.get()
    assert line.rows["method"] == "rows"
    one.worker.run_waiting()
    shown = page(by("审批人", lang), f"/requests/{line.request_id}")
    for told in ("2026-01-06", "330106、330108", "李*", "王*", "赵*"):
        assert told in shown
    assert "张**" not in shown


@pytest.mark.parametrize(
    "values", [["昨天", "330106", ""], ["", "330106", ""], ["2026-01-06", "330106", "多"], ["2026-01-06", "", ""]]
)
def test_half_a_condition_is_not_a_wish_for_all_rows(one: Handing, values: list[str]) -> None:
    one.everybody()
    answer = ask(by("申请人"), one.version, **{**WHERE, "where-value": values})
    assert answer.status_code == 422
    assert not Line.objects.exists()
    assert all(value in answer.content.decode() for value in values)


def test_who_decides_sees_what_similar_requests_got(one: Handing) -> None:
    first = one.asked()
    actions.refuse(by=one.approver, at=LATER, request=first, reason="用途不明", clause="第十四条", profile=LAW)
    second = one.asked()
    shown = page(by("审批人"), f"/requests/{second.pk}")
    assert "用途不明" in shown
    assert "第十四条" in shown


def test_personal_data_wait_for_the_assessment_on_the_page(one: Handing) -> None:
    request = one.asked()
    request.assessment = ""
    request.save()
    one.everybody()
    line = request.lines.get()
    url, form = f"/requests/{request.pk}/accept", {f"fields-{line.pk}": list(line.fields)}
    answer = by("审批人").post(url, form)
    assert answer.status_code == 403
    assert "影响评估" in answer.content.decode()
    by("申请人").post(f"/requests/{request.pk}/assessment", {"assessment": "影响评估 2026-03"})
    assert (
        by("审批人").post(f"/requests/{request.pk}/accept", {f"fields-{line.pk}": list(line.fields)}).status_code == 302
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_asker_fetches_and_both_sides_see_it(one: Handing, lang: str) -> None:
    delivery = one.delivered()
    url = f"/grants/{delivery.grant_id}"
    browser = by("申请人", lang)
    assert "data.csv" in page(browser, url)
    assert page(browser, "/grants").count(str(delivery.grant_id)) == 1
    answer = browser.post(f"{url}/download", {"file": "data.csv"})
    assert answer.headers["Location"].startswith("/files/")
    assert Read.objects.get().channel == "file"
    assert "申请人" in page(by("审批人", lang), url)
    assert by("审批人").post(f"{url}/download", {"file": "data.csv"}).status_code == 403
    stranger = client(one.city.person("路人", one.city.health, Role.ASKER))
    assert stranger.get(url).status_code == 404
    # Its entry is not in the log yet: the page says so instead of failing.
    assert browser.get(f"{url}/receipt/1").status_code == 202
    assert browser.get(f"{url}/receipt/9").status_code == 404


def test_a_subject_is_asked_about_on_the_page(city: City) -> None:
    one = handing(city, "look_up")
    delivery = one.delivered(("姓名", "登记日期"), {"method": "look_up"})
    url, browser = f"/grants/{delivery.grant_id}", by("申请人")
    assert "查询与核验" in page(browser, url)
    answer = browser.post(f"{url}/ask/look-up", {"subject": IDS[1], "case": "案1"})
    assert (answer.status_code, "李*" in answer.content.decode()) == (200, True)
    verdict = browser.post(
        f"{url}/ask/verify", {"subject": IDS[1], "case": "案1", "claim-姓名": "李四"}
    ).content.decode()
    assert "一致" in verdict
    refused = browser.post(f"{url}/ask/look-up", {"subject": IDS[1], "case": ""})
    assert refused.status_code == 403
    assert "办件编号" in refused.content.decode()
    # What was asked is on record and off the quota though its source said no.
    Source.objects.update(stopped=START, stop_reason="检修")
    assert browser.post(f"{url}/ask/look-up", {"subject": IDS[1], "case": "案2"}).status_code == 403
    assert Read.objects.filter(case="案2").count() == 1


def test_a_wrong_row_is_corrected_at_every_holder(one: Handing) -> None:
    delivery = one.delivered()
    other = one.delivered(("姓名", "备注"))
    form = {"row_key": IDS[1], "field": "登记日期", "claim": "2026-03-06", "evidence": "登记证"}
    by("申请人").post(f"/objections/new/{delivery.grant_id}", form)
    objection = Objection.objects.get()
    one.everybody()
    by("提供 MZJ").post(f"/objections/{objection.pk}/answer", {"upheld": "yes", "answer": "已更正"})
    correction = Correction.objects.get()
    assert (correction.grant_id, correction.delivery.number) == (delivery.grant_id, 2)  # type: ignore[union-attr]
    one.worker.run_waiting()
    anew = one.delivery(delivery.grant)
    assert (anew.number, anew.state, anew.why) == (2, "ready", "correction")
    assert one.delivery(other.grant).number == 1
    assert "确认更正" in page(by("申请人"), "/")
    by("申请人").post(f"/grants/{delivery.grant_id}/corrections/{correction.pk}")
    correction.refresh_from_db()
    assert correction.confirmed_by == "申请人"
    assert "税务局" in page(by("提供 MZJ"), f"/objections/{objection.pk}")
    assert "确认更正" not in page(by("申请人"), "/")


@pytest.mark.parametrize("gone", [False, True])
def test_the_owner_learns_which_row_a_token_is(one: Handing, gone: bool) -> None:
    delivery = one.delivered()
    held = rows_between(snapshot_folder(delivery.grant_id, delivery.number) / PARQUET, 0, 10).to_pylist()
    token = held[1]["公民身份号码"]
    form = {"row_key": token, "field": "姓名", "claim": "李四光", "evidence": "身份证复印件"}
    assert by("申请人").post(f"/objections/new/{delivery.grant_id}", form).status_code == 302
    objection = Objection.objects.get()
    url = f"/objections/{objection.pk}"
    owner = program_of("提供 MZJ")
    assert "正在按假名标识查找" in page(by("提供 MZJ"), url)
    assert owner.get(f"{url}/row") == {"row_key": None, "waiting": True, "trouble": None}
    if gone:
        one.remount([line for line in text().decode().splitlines() if IDS[1] not in line])
    one.worker.run_waiting()
    shown = page(by("提供 MZJ"), url)
    assert (IDS[1] in shown, "没有与该假名标识对应的行" in shown) == (not gone, gone)
    told = owner.get(f"{url}/row")
    assert told == {"row_key": None if gone else IDS[1], "waiting": False, "trouble": None}
    assert program_of("申请人").call("GET", f"{url}/row").status_code == 404
    # Nobody else learns whose row it is, and it is not written down in clear.
    assert IDS[1] not in page(by("申请人"), url)
    assert IDS[1] not in page(by("审批人"), url)
    assert IDS[1] not in Trace.objects.get().sealed


def test_a_dispute_climbs_its_ladder_on_record(one: Handing) -> None:
    request = one.asked()
    actions.refuse(by=one.approver, at=LATER, request=request, reason="不符", clause="第十四条", profile=LAW)
    asker = by("申请人")
    assert "提出争议" in page(asker, f"/requests/{request.pk}")
    assert asker.post(f"/disputes/about/requests/{request.pk}", {"text": " "}).status_code == 403
    asker.post(f"/disputes/about/requests/{request.pk}", {"text": "条件之外另设条件"})
    dispute = Dispute.objects.get()
    url = f"/disputes/{dispute.pk}"
    for lang in ("zh", "en"):
        assert "条件之外另设条件" in page(by("审批人", lang), url)
    asker.post(f"{url}/climb", {"text": "协商未果"})
    assert by("审批人").post(f"{url}/settle", {"text": "维持", "upheld": "no"}).status_code == 403
    by("统筹").post(f"{url}/settle", {"text": "应当共享", "upheld": "yes"})
    dispute.refresh_from_db()
    assert (dispute.upheld, dispute.rung, dispute.steps.count()) == (True, "authority", 3)
    assert asker.post(f"{url}/climb", {"text": "x"}).status_code == 403
    stranger = client(one.city.person("路人", one.city.health, Role.ASKER))
    assert stranger.get(url).status_code == 404
    assert "个人所得税" not in page(stranger, "/disputes")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_not_there_is_asked_for_and_answered(one: Handing, lang: str) -> None:
    one.everybody()
    asker = by("申请人", lang)
    asker.post("/demands", {"text": "殡葬火化信息，用于核减养老待遇"})
    demand = Demand.objects.get()
    InventoryItem.objects.create(department=one.city.civil, name="殡葬火化", items=9, found=LATER)
    shown = page(by("统筹", lang), "/demands")
    assert "民政局 · 殡葬火化" in shown
    assert "养老" in page(by("统筹", lang), "/")
    by("统筹").post(f"/demands/{demand.pk}/assign", {"owner": "MZJ"})
    demand.refresh_from_db()
    assert (demand.owner, str(demand.due)) == (one.city.civil, "2026-03-19")
    stranger = client(one.city.person("路人", one.city.health, Role.ASKER))
    assert "殡葬" not in page(stranger, "/demands")
    assert stranger.post(f"/demands/{demand.pk}/answer", {"answer": "x"}).status_code == 404
    by("提供 MZJ").post(f"/demands/{demand.pk}/answer", {"answer": "已编目", "asset": one.version.asset.code})
    assert "已编目" in page(asker, "/demands")


def test_a_new_collection_meets_what_is_there(one: Handing) -> None:
    one.everybody()
    browser = by("申请人")
    form = {"department": "SWJ", "name": "纳税人婚姻状况", "items": "姓名\n登记日期\n配偶姓名"}
    told = browser.post("/collections", form)
    assert told.status_code == 422
    assert one.version.name in told.content.decode()
    assert not Announcement.objects.exists()
    browser.post("/collections", {**form, "reason": "需要配偶姓名"})
    made = Announcement.objects.get()
    assert [entry["items"] for entry in made.found] == [["姓名", "登记日期"]]
    assert "需要配偶姓名" in page(by("统筹"), "/collections")
    browser.post("/collections", {"department": "SWJ", "name": "河道水位", "items": "水位,站点"})
    assert Announcement.objects.filter(name="河道水位", found=[]).exists()


def test_an_inventory_is_imported_and_its_coverage_shown(one: Handing) -> None:
    name = one.version.name
    lines = ("表名,信息系统,字段名", f"{name},婚姻系统,姓名", f"{name},婚姻系统,登记日期", "殡葬火化,殡葬系统,姓名")
    listed = "\n".join(lines)
    browser = by("提供 MZJ")
    file = SimpleUploadedFile("清单.csv", listed.encode())
    assert browser.post("/inventory/import", {"department": "MZJ", "file": file}).status_code == 302
    items = {item.name: (item.items, item.asset) for item in InventoryItem.objects.all()}
    assert items == {one.version.name: (2, one.version.asset), "殡葬火化": (1, None)}
    assert "66.7%" in page(browser, "/inventory")
    assert "卫健委" not in page(browser, "/inventory")
    assert "卫健委" in page(by("统筹", "en"), "/inventory")
    bad = SimpleUploadedFile("清单.csv", b"a,b\n1,2\n")
    assert browser.post("/inventory/import", {"department": "MZJ", "file": bad}).status_code == 422
    foreign = SimpleUploadedFile("清单.csv", listed.encode())
    assert browser.post("/inventory/import", {"department": "WJW", "file": foreign}).status_code == 422


def test_what_is_published_under_a_listed_name_is_linked(city: City) -> None:
    offerer = city.actor("提供 MZJ", city.civil, Role.OFFERER)
    found = [{"name": "婚姻登记 信息1"}, {"name": "殡葬火化"}]
    list_inventory(by=offerer, at=LATER, department=city.civil, found=found)
    version = city.published()
    linked = InventoryItem.objects.filter(asset=version.asset).values_list("name", flat=True)
    assert list(linked) == ["婚姻登记 信息1"]


@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        ("", "原样", "as it is"),
        ("mask", "全部遮蔽", "masked"),
        ("mask 1 0", "遮蔽，留前1后0位", "masked but the first 1 and last 0"),
        ("first 6", "只留前6位", "first 6 characters"),
        ("token citizen", "假名标识", "pseudonym"),
        ("bucket_date month", "只到月", "to the month"),
        ("generalize region city", "概括到市级", "generalized to city"),
        ("round 100", "取整到100", "rounded to 100"),
    ],
)
def test_an_obligation_is_read_in_a_person_s_words(words: str, zh: str, en: str) -> None:
    said = obligation_in(words)
    assert (duty_text(said, "zh"), duty_text(said, "en")) == (zh, en)


def test_every_obligation_that_a_form_offers_has_its_words() -> None:
    for words in OBLIGATIONS:
        for unit in ("month", "quarter", "year", "decade"):
            assert not set("{}_") & set(duty_text(obligation_in(words.replace("month", unit)), "zh"))


def test_threat_39_the_sample_of_what_is_not_shared_is_nobody_s(one: Handing) -> None:
    Version.objects.filter(pk=one.version.pk).update(sharing_class="not_shared", legal_basis="某法")
    source = Source.objects.get()
    source.examination |= {"sample": [["平常之事"]], "rows": 1, "malformed": 0}
    source.probe = {"columns": ["备注"]}
    source.save()
    one.everybody()
    url = f"/catalogue/{one.version.asset.code}"
    assert "平常之事" not in page(by("申请人"), url)
    assert "平常之事" in page(by("提供 MZJ"), url)
    assert program_of("申请人").call("GET", f"{url}/sample").status_code == 404
    assert program_of("提供 MZJ").get(f"{url}/sample") == {"columns": ["备注"], "rows": [["平常之事"]]}


def test_threat_39_the_quality_names_no_undeclared_column_to_others(one: Handing) -> None:
    """Which columns a department has beside what it declares is nobody else's to know."""
    one.everybody()
    columns = [{"name": name, "filled": 4, "empty": 0, "distinct": 4} for name in ("姓名", "密级备注")]
    found = [{"column": name, "kind": "person_name", "subject": "personal"} for name in ("姓名", "密级备注")]
    one.source.examination = {"rows": 4, "malformed": 0, "columns": columns, "found": found}
    one.source.save()
    url = f"/catalogue/{one.version.asset.code}"
    assert "密级备注" in page(by("提供 MZJ"), url)
    for other in ("申请人", "统筹"):
        assert "密级备注" not in (shown := page(by(other), url))
        assert "4</td>" in shown


def test_the_check_of_an_entry_tells_personal_data_that_its_owner_did_not(one: Handing) -> None:
    draft = describe(
        by=one.offerer,
        at=LATER,
        asset=one.version.asset,
        fields={**ENTRY, "name": "婚姻登记信息"},
        items=[
            {"name": "公民身份号码", "type": "C", "element": "citizen_id"},
            {"name": "姓名", "type": "C", "element": "nmae"},
        ],
    )
    told = {finding.code: dict(finding.params) for finding in lint(draft)}
    assert told["platform.lint_item_personal"] == {"name": "公民身份号码"}
    assert told["platform.lint_item_element"] == {"name": "姓名", "element": "nmae"}
    shown = page(by("提供 MZJ"), f"/offers/{one.version.asset.code}")
    assert "“公民身份号码”检测到个人信息，但目录没有标注" in shown
    assert "数据元“nmae”不在数据元目录中" in shown
    codes = [
        one["code"]
        for one in program_of("提供 MZJ").get(f"/catalogue/{one.version.asset.code}/findings?version=2")["findings"]
    ]
    assert "platform.lint_item_personal" in codes
    draft.items.filter(name="公民身份号码").update(personal=True)
    draft.items.filter(name="姓名").update(element="")
    assert not {finding.code for finding in lint(draft)} & {"platform.lint_item_personal", "platform.lint_item_element"}


def test_threat_39_the_sample_shows_nothing_undeclared_and_stars_what_its_owner_protects(one: Handing) -> None:
    """However much of it the scan recognized: a text may hold more than was found in it."""
    one.version.items.filter(name="区划代码").update(personal=True)
    one.version.items.filter(name="备注").update(obligation="drop")
    source = Source.objects.get()
    source.probe = {"columns": ["未编目", "姓名", "区划代码", "备注", "登记日期"]}
    rows = [["密", "王小明", "330106", "电话139****0001，住柳照街", None], ["密", "李*", None, "", "2026-01-05"]]
    source.examination |= {"sample": rows, "rows": 2, "malformed": 0}
    source.save()
    one.everybody()
    url = f"/catalogue/{one.version.asset.code}"
    told = program_of("申请人").get(f"{url}/sample")
    assert told["columns"] == ["姓名", "区划代码", "备注", "登记日期"]
    assert told["rows"] == [["***", "***", "***", None], ["***", None, "", "***"]]
    for browser in (by("申请人"), by("提供 MZJ")):
        assert not [word for word in ("密", "王小明", "柳照街", "李*") if f">{word}" in page(browser, url)]
    one.version.items.filter(name="区划代码").update(personal=False)
    assert program_of("申请人").get(f"{url}/sample")["rows"][0][1] == "330106"
    # The rows are of today: what a later version protects, an earlier one does not show.
    said = {"name": one.version.name, "sharing_class": "conditional", "number": 2, "state": "draft"}
    later = Version.objects.create(asset=one.version.asset, **said)
    later.items.create(name="区划代码", place=0, personal=True)
    assert program_of("申请人").get(f"{url}/sample")["rows"][0][1] == "***"


def test_an_asset_shows_where_it_goes_to_those_who_may_know(one: Handing) -> None:
    one.delivered()
    url = f"/catalogue/{one.version.asset.code}"
    assert "税务局" in page(by("提供 MZJ"), url)
    stranger = client(one.city.person("路人", one.city.health, Role.ASKER))
    assert "税务局" not in page(stranger, url)
