"""The API: the life of a request by calls alone, and what every call has in common."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from ronghe.platform.access.models import Token
from ronghe.platform.access.roles import Role
from ronghe.platform.api import calls
from ronghe.platform.api.limits import Bucket, Limits, take
from ronghe.platform.api.models import Call
from ronghe.platform.api.once import KEPT, forget
from ronghe.platform.audit.models import Entry
from ronghe.platform.catalogue.actions import describe, new_asset
from ronghe.platform.compiled import Compiled
from ronghe.platform.requests.models import Request
from ronghe.terms import Kind
from tests.platform.conftest import ENTRY, ITEMS, START, City, RecordedKind
from tests.platform.programs import Program, program_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests call often, and buckets live as long as the process."""
    monkeypatch.setattr(calls, "_limits", Limits(100_000))
    monkeypatch.setattr(calls, "_strangers", Limits(100_000))


@pytest.fixture
def town(city: City, kind: RecordedKind) -> City:
    """People for both sides, the bureau and the auditors."""
    for name, where, role in (
        ("申请人", city.tax, Role.ASKER),
        ("卫生", city.health, Role.ASKER),
        ("审批人", city.civil, Role.APPROVER),
        ("审计", city.bureau, Role.AUDITOR),
    ):
        city.person(name, where, role)
    return city


def wanted(*codes: str, **changes: Any) -> dict[str, Any]:
    today = datetime.now(UTC).date()
    return {
        "requester": "SWJ",
        "lines": [{"asset": code, "fields": ["姓名"]} for code in codes],
        "purpose": "核验",
        "legal_basis": "个人所得税法第十五条",
        "wanted_from": today.isoformat(),
        "wanted_until": (today + 90 * DAY).isoformat(),
        **changes,
    }


def test_a_request_lives_its_life_by_calls_alone(town: City) -> None:
    code = town.published().asset.code
    asker, owner = program_of("申请人"), program_of("审批人")
    assert [row["code"] for row in asker.get("/catalogue", text="婚姻")["rows"]] == [code]
    (made,) = asker.post("/requests", wanted(code), 201)["requests"]
    key = made["id"]
    assert (made["state"], made["moves"]) == ("draft", ["submit"])
    assert owner.call("GET", f"/requests/{key}").status_code == 404
    asker.post(f"/requests/{key}/submit")
    assert owner.get("/work")["waiting"][0]["task"] == "decide"
    owner.post(f"/requests/{key}/ask-supplement", {"missing": ["场景"]})
    asker.post(f"/requests/{key}/supplement", {"scenario": "年度汇算"})
    accepted = owner.post(f"/requests/{key}/accept", {})
    assert (accepted["state"], len(accepted["grants"])) == ("accepted", 1)
    right = asker.get(f"/grants/{accepted['grants'][0]}")
    assert (list(right["fields"]), right["over"]) == (["姓名"], False)
    assert owner.post(f"/requests/{key}/revoke", {"reason": "停"})["state"] == "revoked"
    assert asker.post(f"/requests/{key}/dispose", {"how": "已删除"})["state"] == "disposed"
    moves = ["submit", "ask_supplement", "supplement", "accept", "revoke", "dispose"]
    assert [move["name"] for move in asker.get(f"/requests/{key}")["history"]] == moves


def test_a_cart_becomes_a_request_for_each_owner(town: City) -> None:
    codes = [town.published().asset.code, town.published(town.health).asset.code]
    made = program_of("申请人").post("/requests", wanted(*codes, submit=True), 201)["requests"]
    assert sorted(one["owner"]["code"] for one in made) == ["MZJ", "WJW"]
    assert {one["state"] for one in made} == {"submitted"}
    assert len({one["cart"] for one in made}) == 1


def test_an_offer_is_described_reviewed_and_published_by_calls(town: City) -> None:
    town.person("提供", town.civil, Role.OFFERER)
    town.person("统筹员", town.bureau, Role.COORDINATOR)
    offerer, bureau = program_of("提供"), program_of("统筹员")
    said = {
        "code": "MZJ-9",
        "department": "MZJ",
        "name": "收养登记信息",
        "abstract": "全市收养登记。",
        "category": "人口",
        "format": "file",
        "method": "file",
        "update_period": "day",
        "sharing_class": "conditional",
        "conditions": ["仅限行政给付"],
        "items": [{"name": "姓名", "type": "C", "obligation": {"mask": {"first": 1}}}],
    }
    assert offerer.post("/offers", said, 201)["state"] == "draft"
    changed = {name: value for name, value in said.items() if name not in ("code", "department")}
    offerer.told("PUT", "/offers/MZJ-9", {**changed, "abstract": ""})
    assert [one["code"] for one in offerer.get("/catalogue/MZJ-9/findings")["findings"]]
    assert offerer.call("POST", "/offers/MZJ-9/submit").status_code == 403
    offerer.told("PUT", "/offers/MZJ-9", changed)
    offerer.post("/offers/MZJ-9/submit")
    assert offerer.call("POST", "/offers/MZJ-9/publish").status_code == 403
    bureau.post("/offers/MZJ-9/send-back", {"reason": "摘要过短"})
    offerer.post("/offers/MZJ-9/submit")
    assert bureau.post("/offers/MZJ-9/publish")["state"] == "published"
    assert program_of("申请人").get("/catalogue/MZJ-9")["items"][0]["name"] == "姓名"
    bureau.post("/offers/MZJ-9/withdraw", {"reason": "机构改革"})
    assert program_of("申请人").call("GET", "/catalogue/MZJ-9").status_code == 404


def test_a_token_does_what_its_scopes_say_and_no_more(town: City) -> None:
    code = town.published().asset.code
    reader = program_of("申请人", "catalogue.read")
    assert reader.get(f"/catalogue/{code}")["code"] == code
    told = reader.told("POST", "/requests", wanted(code), 403)
    assert told["code"] == "platform.scope_missing"
    assert reader.told("GET", "/requests", status=403)["code"] == "platform.scope_missing"
    assert reader.told("GET", "/tokens", status=403)["code"] == "platform.scope_missing"
    assert not Request.objects.exists()


def test_an_approval_in_several_steps_wants_the_scope_at_each(town: City) -> None:
    town.civil.approval_steps = 2
    town.civil.save()
    request = town.asked()
    reader = program_of("审批人", "requests.read")
    assert reader.told("POST", f"/requests/{request.pk}/accept", {}, 403)["code"] == "platform.scope_missing"
    assert not request.decisions.exists()


def test_threat_25_a_repeated_call_has_one_effect_and_one_answer(town: City) -> None:
    code, asker = town.published().asset.code, program_of("申请人")
    first = asker.call("POST", "/requests", wanted(code), Idempotency_Key="a-1")
    again = asker.call("POST", "/requests", wanted(code), Idempotency_Key="a-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert json.loads(first.content) == json.loads(again.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Request.objects.count() == 1
    other = asker.told("POST", "/requests", wanted(code, purpose="别的"), 409, Idempotency_Key="a-1")
    assert other["code"] == "api.key_other"
    asker.post("/requests", wanted(code), 201, Idempotency_Key="a-2")
    assert Request.objects.count() == 2


def test_a_key_is_of_one_person_and_dies_after_a_day(town: City) -> None:
    code = town.published().asset.code
    program_of("申请人").post("/requests", wanted(code), 201, Idempotency_Key="k")
    program_of("卫生").post("/requests", wanted(code, requester="WJW"), 201, Idempotency_Key="k")
    assert Request.objects.count() == 2
    assert forget(datetime.now(UTC)) == 0
    Call.objects.update(made=datetime.now(UTC) - KEPT)
    program_of("申请人").post("/requests", wanted(code), 201, Idempotency_Key="k")
    assert Request.objects.count() == 3
    assert forget(datetime.now(UTC)) == 1


def test_what_failed_is_undone_and_may_be_tried_again_under_its_key(town: City) -> None:
    code, asker = town.published().asset.code, program_of("申请人")
    entries = Entry.objects.count()
    asker.told("POST", "/requests", wanted(code, "none"), 422, Idempotency_Key="k")
    assert (Call.objects.count(), Request.objects.count(), Entry.objects.count()) == (0, 0, entries)
    asker.told("POST", "/requests", wanted(code), 201, Idempotency_Key="k")


def test_a_cart_of_which_one_part_fails_asks_nobody(town: City) -> None:
    codes = [town.published().asset.code, town.published(town.tax).asset.code]
    told = program_of("申请人").told("POST", "/requests", wanted(*codes, submit=True), 422)
    assert told["code"] == "platform.own_asset"
    assert not Request.objects.exists()


def test_secrets_are_not_kept_for_a_repetition(town: City) -> None:
    town.person("安全", town.bureau, Role.SYSTEM_ADMINISTRATOR)
    said = {"username": "新", "name": "新人", "password": "correct horse battery staple"}
    told = program_of("安全").told("POST", "/people", said, 422, Idempotency_Key="k")
    assert told["code"] == "api.key_unwanted"
    assert not Call.objects.exists()


@pytest.mark.parametrize(("lang", "said"), [("zh", "没有这个对象"), ("en", "There is no such thing")])
def test_errors_are_problems_in_the_language_of_the_call(town: City, lang: str, said: str) -> None:
    asker = program_of("申请人")
    asker.lang = lang
    answer = asker.call("GET", "/catalogue/none")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Content-Language"] == lang
    told = json.loads(answer.content)
    assert said in told["detail"]
    assert (told["status"], told["type"]) == (404, "urn:ronghe:problem:api.404")


def test_a_call_that_does_not_fit_names_its_fields_and_none_of_their_values(town: City) -> None:
    told = program_of("申请人").told("POST", "/requests", {**wanted("x"), "state": "geheim", "purpose": 7}, 422)
    assert {one["field"].rsplit(".", 1)[-1]: one["kind"] for one in told["errors"]} == {
        "purpose": "string_type",
        "state": "extra_forbidden",
    }
    assert "geheim" not in json.dumps(told)


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b'{"purpose": NaN}', b"\xff"])
def test_what_is_no_json_is_a_bad_call(town: City, body: bytes) -> None:
    asker = program_of("申请人")
    headers = {"Authorization": f"Bearer {asker.secret}"}
    answer = Client().post("/api/requests", body, content_type="application/json", headers=headers)
    assert answer.status_code == 400


def test_figures_are_read_and_nothing_else(town: City) -> None:
    headers = {"Authorization": f"Bearer {program_of('审计').secret}"}
    strict = Client(enforce_csrf_checks=True)
    assert strict.get("/metrics", headers=headers).status_code == 200
    assert strict.head("/metrics", headers=headers).status_code == 200
    assert strict.post("/metrics", headers=headers).status_code == 405


def test_a_body_without_a_length_is_not_taken_for_an_empty_one(town: City) -> None:
    headers = {"Authorization": f"Bearer {program_of('申请人').secret}", "Transfer-Encoding": "chunked"}
    answer = Client().generic("POST", "/api/requests", b"", content_type="application/json", headers=headers)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (411, "api.411")


@pytest.mark.parametrize("text", ["\x00", "\ud800"])
def test_a_text_that_no_database_keeps_is_refused(town: City, text: str) -> None:
    asker = program_of("申请人")
    assert asker.call("POST", "/requests", wanted("x", purpose=f"a{text}")).status_code == 422
    assert asker.call("GET", "/catalogue?text=%00").status_code == 422
    assert asker.call("GET", "/catalogue/%00").status_code == 404


@pytest.mark.parametrize(
    "said",
    ['"\\ud800"', '"a\\u0000"', "1e999", "9" * 400, "[" * 100 + "]" * 100, '"' + "x" * 2_000 + '"', '{"\\ud800": 1}'],
)
def test_a_rule_in_free_words_is_kept_or_refused_like_every_text(town: City, said: str) -> None:
    asker, code = program_of("申请人"), town.published().asset.code
    lines = f'[{{"asset": "{code}", "fields": ["姓名"], "where": [{{"field": "登记日期", "is": {said}}}]}}]'
    body = json.dumps({**wanted(code), "lines": "LINES"}).replace('"LINES"', lines)
    headers = {"Authorization": f"Bearer {asker.secret}"}
    answer = Client().post("/api/requests", body, content_type="application/json", headers=headers)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (422, "api.call_unfit")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_end_of_time_is_answered_like_any_other(town: City, day: str) -> None:
    asker, code = program_of("申请人"), town.published().asset.code
    for field in ("wanted_from", "wanted_until"):
        assert asker.call("POST", "/requests", wanted(code, **{field: day}, submit=True)).status_code in (201, 422)


def test_no_call_without_a_living_token_or_session(town: City) -> None:
    answer = Client().get("/api/catalogue")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="ronghe"')
    assert Program("rh_wrong").call("GET", "/catalogue").status_code == 401
    basic = Client().get("/api/catalogue", headers={"Authorization": "Basic eDp5"})
    assert basic.status_code == 401


def test_threat_13_a_session_may_call_but_changes_nothing_without_its_csrf_token(town: City) -> None:
    person = town.person("申请人", town.tax)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    assert browser.get("/api/me").json()["scopes"] is None
    said = {"name": "夜间", "scopes": ["data.read"], "expires": (datetime.now(UTC) + 30 * DAY).date().isoformat()}
    body = json.dumps(said)
    refused = browser.post("/api/tokens", body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "api.csrf")
    browser.get("/me")
    token = browser.cookies["csrftoken"].value
    made = browser.post("/api/tokens", body, content_type="application/json", headers={"X-CSRFToken": token})
    assert made.status_code == 201
    assert Program(made.json()["secret"]).get("/me")["scopes"] == ["data.read"]
    browser.post(
        f"/api/tokens/{made.json()['id']}/revoke", content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert Program(made.json()["secret"]).call("GET", "/me").status_code == 401


def test_pages_have_every_row_once_though_rows_come_in_between(town: City) -> None:
    made = [town.published() for _ in range(5)]
    asker = program_of("申请人")
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = asker.get("/catalogue", limit=2, cursor=cursor)
        found += [row["code"] for row in page["rows"]]
        cursor = page["next"]
        if len(found) == 2:
            town.published(name="啊")
    assert found[:2] == [one.asset.code for one in sorted(made, key=lambda one: one.name)[:2]]
    assert len(found) == len(set(found))
    assert {one.asset.code for one in made} <= set(found)


def test_pages_of_a_search_keep_the_order_of_the_search(town: City) -> None:
    for _ in range(5):
        town.published()
    asker = program_of("申请人")
    whole = [row["code"] for row in asker.get("/catalogue", text="婚姻")["rows"]]
    first = asker.get("/catalogue", text="婚姻", limit=3)
    rest = asker.get("/catalogue", text="婚姻", limit=3, cursor=first["next"])
    assert [row["code"] for page in (first, rest) for row in page["rows"]] == whole
    assert (len(whole), rest["next"]) == (5, None)


def test_a_cursor_is_ours_and_of_its_own_list(town: City) -> None:
    for _ in range(2):
        town.published()
    asker = program_of("申请人")
    cursor = asker.get("/catalogue", limit=1)["next"]
    for wrong in (cursor[:-1] + ("a" if cursor[-1] != "a" else "b"), "x", cursor.upper()):
        assert asker.told("GET", f"/catalogue?cursor={wrong}", status=422)["code"] == "api.cursor_bad"
    assert asker.told("GET", f"/catalogue?kind=data&cursor={cursor}", status=422)["code"] == "api.cursor_bad"


def test_who_has_an_answer_already_is_not_sent_it_again(town: City) -> None:
    code, asker = town.published().asset.code, program_of("申请人")
    first = asker.call("GET", f"/catalogue/{code}")
    again = asker.call("GET", f"/catalogue/{code}", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_threat_1_what_is_not_for_somebody_is_not_there_and_that_they_asked_is_on_record(town: City) -> None:
    request = town.asked()
    told = program_of("卫生").told("GET", f"/requests/{request.pk}", status=404)
    assert told["code"] == "api.404"
    assert Entry.objects.filter(action="access.denied", subject=str(request.pk)).count() == 1
    program_of("卫生").told("POST", f"/requests/{request.pk}/revoke", {"reason": "x"}, 404)
    assert Entry.objects.filter(action="access.denied", subject=str(request.pk)).count() == 2


def test_threat_1_an_entry_is_named_by_its_code_and_that_is_on_record_too(town: City) -> None:
    town.person("提供", town.civil, Role.OFFERER)
    program_of("提供").post(
        "/offers", {"code": "MZJ-9", "department": "MZJ", "name": "草稿", "sharing_class": "conditional"}, 201
    )
    asker = program_of("申请人")
    for method, path in (("GET", ""), ("GET", "/sample"), ("GET", "/versions"), ("GET", "/findings")):
        hidden, missing = (asker.told(method, f"/catalogue/{code}{path}", status=404) for code in ("MZJ-9", "MZJ-8"))
        assert {**hidden, "request_id": ""} == {**missing, "request_id": ""}
    asker.told("POST", "/offers/MZJ-9/submit", status=404)
    asker.told("GET", f"/catalogue/{'x' * 500}", status=404)
    kept = Entry.objects.filter(action="access.denied", subject_kind="asset")
    # One that is not there is kept as well: how long an answer takes says nothing either.
    assert [kept.filter(subject=code).count() for code in ("MZJ-9", "MZJ-8", "x" * 64)] == [5, 4, 1]


def test_addresses_and_methods_that_are_not_there_are_problems_too(town: City) -> None:
    asker = program_of("申请人")
    assert asker.told("GET", "/nothing", status=404)["code"] == "api.404"
    answer = asker.call("DELETE", "/catalogue")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_who_calls_too_often_waits(town: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "_limits", Limits(3))
    asker = program_of("申请人")
    assert [asker.call("GET", "/me").status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = asker.call("GET", "/me")
    assert (answer.headers["Retry-After"], json.loads(answer.content)["code"]) == ("20", "api.429")
    assert program_of("卫生").call("GET", "/me").status_code == 200
    monkeypatch.setattr(calls, "_strangers", Limits(1))
    assert [Program("x").call("GET", "/me").status_code for _ in range(2)] == [401, 429]


def test_a_bucket_fills_steadily_and_never_over_its_brim() -> None:
    bucket, wait = take(None, 0.0, a_second=0.5, most=2.0)
    assert (bucket, wait) == (Bucket(1.0, 0.0), 0.0)
    bucket, wait = take(bucket, 0.0, a_second=0.5, most=2.0)
    bucket, wait = take(bucket, 1.0, a_second=0.5, most=2.0)
    assert (bucket, wait) == (Bucket(0.5, 1.0), 1.0)
    assert take(bucket, 2.0, a_second=0.5, most=2.0) == (Bucket(0.0, 2.0), 0.0)
    assert take(bucket, 1e9, a_second=0.5, most=2.0)[0].left == 1.0


READS = {
    "/me": 5,
    "/catalogue?limit=2": 4,
    "/catalogue?text=%E5%A9%9A": 6,
    "/catalogue/MZJ-1": 5,
    "/requests": 7,
    "/grants": 5,
}
"""Queries of a call: three of them find out who makes it, at every call. A search counts its hits first."""


def test_a_read_asks_little_however_much_there_is_and_checks_its_token_each_time(
    town: City, django_assert_max_num_queries: Any
) -> None:
    for _ in range(2):
        town.asked()
    asker = program_of("申请人")
    for _ in range(2):
        for path, most in READS.items():
            with django_assert_max_num_queries(most) as asked:
                assert asker.call("GET", path).status_code == 200
            assert [
                sum(table in one["sql"] for one in asked.captured_queries) for table in ("token", "delegation")
            ] == [
                1,
                1,
            ]
        town.published()
    Token.objects.update(revoked=datetime.now(UTC) - DAY)
    assert all(asker.call("GET", path).status_code == 401 for path in READS)


def test_queries_that_are_made_once_for_all_alike_show_each_what_is_theirs(town: City) -> None:
    town.published()
    drafts = {}
    for name, department in (("甲", town.civil), ("乙", town.tax)):
        by = town.actor(name, department, Role.OFFERER, Role.APPROVER)
        asset = new_asset(by=by, at=START, department=department, code=f"{department.code}-D", kind=Kind.DATA)
        describe(by=by, at=START, asset=asset, fields={**ENTRY, "name": "草稿"}, items=ITEMS)
        drafts[name] = asset.code
    town.person("无", town.tax)
    programs = {name: program_of(name) for name in ("甲", "乙", "统筹", "无", "申请人")}
    sees = {
        name: [p.call("GET", f"/catalogue/{code}").status_code for code in drafts.values()]
        for name, p in programs.items()
    }
    assert sees == {"甲": [200, 404], "乙": [404, 200], "统筹": [200, 200], "无": [404, 404], "申请人": [404, 404]}
    assert [len(programs[name].get("/catalogue")["rows"]) for name in ("甲", "统筹", "无")] == [1, 1, 0]
    assert programs["甲"].get("/catalogue", department="SWJ")["rows"] == []
    assert programs["甲"].get("/catalogue/MZJ-1", version=1)["number"] == 1
    assert programs["甲"].call("GET", "/catalogue/MZJ-1?version=2").status_code == 404


def test_pages_of_what_was_found_hang_together(town: City) -> None:
    codes = {town.published().asset.code for _ in range(5)}
    asker, told = program_of("申请人"), list[str]()
    cursor: str | None = ""
    while cursor is not None:
        page = asker.get("/catalogue", text="%E5%A9%9A%E5%A7%BB", limit=2, cursor=cursor)
        told += [row["code"] for row in page["rows"]]
        cursor = page["next"]
    assert (sorted(told), len(told)) == (sorted(codes), 5)


def test_a_query_is_not_made_once_where_something_is_made_of_its_value() -> None:
    changed = Compiled(lambda name: Call.objects.filter(key=name + "x").values("key"))
    inlined = Compiled(lambda most: Call.objects.values("key")[:most])
    for one, value in ((changed, "a"), (inlined, 7)):
        with pytest.raises(TypeError, match="no parameter"):
            one.dicts(value)
    assert Compiled(lambda name: Call.objects.filter(key=name, pk__in=()).values("key")).dicts("a") == []
