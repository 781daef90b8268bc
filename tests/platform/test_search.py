"""One search box: two characters always, synonyms, initials; nobody finds what they may not see."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client

from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.catalogue.actions import describe, new_asset, submit_for_review, withdraw
from ronghe.platform.catalogue.search import found
from ronghe.platform.queries import best_first, facets, versions
from ronghe.search import known_synonyms, parse
from ronghe.terms import Kind
from tests.platform.conftest import ENTRY, ITEMS, START, City, RecordedKind
from tests.platform.programs import Program, program_of

pytestmark = pytest.mark.django_db


def hits_of(typed: str) -> list[UUID]:
    return [UUID(hit) for hit in found(parse(typed, known_synonyms()))]


@pytest.fixture
def names(city: City, kind: RecordedKind) -> dict[str, object]:
    texts = {
        "最低生活保障对象": "按月享受救助的家庭。",
        "婚姻登记信息": "结婚与离婚登记。",
        "残疾人证信息": "持证人员与等级。",
        "学籍信息": "在校学生。",
    }
    return {name: city.published(name=name, abstract=text) for name, text in texts.items()}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("婚姻", ["婚姻登记信息"]),
        ("低保", ["最低生活保障对象"]),
        ("残疾人证", ["残疾人证信息"]),
        ("学籍", ["学籍信息"]),
        ("zdshbz", ["最低生活保障对象"]),
        ("学籍 婚姻", []),
        ("登记 离婚", ["婚姻登记信息"]),
        ("学", ["学籍信息"]),
        ("ＭＺＪ", None),
        ('") OR (', []),
        ("'; DROP TABLE catalogue_search --", []),
        ("*", []),
        ("", []),
    ],
)
def test_what_is_typed_is_found(names: dict[str, object], typed: str, expected: list[str] | None) -> None:
    by_id = {version.pk: name for name, version in names.items()}  # type: ignore[attr-defined]
    hits = [by_id[hit] for hit in hits_of(typed)]
    assert hits == expected if expected is not None else len(hits) == 4


def test_a_name_stands_before_a_mention(city: City, kind: RecordedKind) -> None:
    mentioned = city.published(name="车辆登记", abstract="含车主的纳税信息。")
    named = city.published(name="纳税信息", abstract="各税种申报。")
    assert hits_of("纳税") == [named.pk, mentioned.pk]


def text_of(answer: Any) -> str:
    """An answer with its tag, without what differs each time."""
    each_time = r"name=.csrfmiddlewaretoken. value=.[^\"']+|\"request_id\": \"\w+"
    return re.sub(each_time, "", answer.content.decode()) + str(answer.headers.get("ETag"))


def seen_by(program: Program, browser: Client) -> list[str]:
    """Everything that says what there is: pages and calls, hits, counts and facets."""
    asked = ("", "?text=学籍", "?text=xjxx", "?department=MZJ", "?kind=data")
    pages = [browser.get(f"/catalogue{one}") for one in asked]
    rows = [browser.get(f"/catalogue{one}", headers={"HX-Target": "rows"}) for one in asked]
    calls = [program.call("GET", f"/{name}{one}") for name in ("catalogue", "catalogue-facets") for one in asked[:3]]
    calls += [program.call("GET", path) for path in ("/work", "/demands", "/collections")]
    collected = {"name": "学籍信息", "items": ["姓名", "登记日期"]}
    calls.append(program.call("POST", "/collections-check", collected))
    return [text_of(one) for one in (*pages, *rows, browser.get("/"), *calls)]


def test_threat_39_what_is_hidden_changes_nothing_that_others_see(city: City, kind: RecordedKind) -> None:
    """No hit, count, facet, tag or answer tells of a draft, of what waits for its review, or of what was withdrawn."""
    city.published(name="婚姻登记信息")
    person = city.person("申请人", city.tax, Role.ASKER)
    program, browser = program_of("申请人"), Client()
    browser.force_login(person)
    before = seen_by(program, browser)
    offerer = city.actor("提供 MZJ", city.civil)
    for code, fields in (("MZJ-D", ENTRY), ("MZJ-R", ENTRY)):
        asset = new_asset(by=offerer, at=START, department=city.civil, code=code, kind=Kind.DATA)
        draft = describe(by=offerer, at=START, asset=asset, fields={**fields, "name": f"学籍信息{code}"}, items=ITEMS)
    submit_for_review(by=offerer, at=START, version=draft)
    assert seen_by(program, browser) == before
    shown = city.published(name="学籍信息")
    # What is in force is seen, so that the comparison can fail; what is withdrawn leaves no trace.
    assert all(one != other for one, other in zip(seen_by(program, browser)[:3], before[:3], strict=True))
    withdraw(by=city.coordinator, at=START, version=shown, reason="停止")
    assert seen_by(program, browser) == before
    absent = text_of(program.call("GET", "/catalogue/MZJ-NONE"))
    for code in ("MZJ-D", "MZJ-R", shown.asset.code):
        for more in ("", "?version=1", "/versions", "/findings", "/sample"):
            assert text_of(program.call("GET", f"/catalogue/{code}{more}")) == absent
        assert browser.get(f"/catalogue/{code}").status_code == 404
    assert browser.post(f"/cart/add/{shown.pk}").status_code == 404


def test_the_page_lists_the_best_match_first(city: City, kind: RecordedKind) -> None:
    """By name the other one would come first."""
    other = city.published(name="安居信息", abstract="含收养家庭")
    best = city.published(city.tax, name="收养登记")
    reader = city.actor("读者", city.health, Role.ASKER)
    assert [(place, UUID(hit)) for place, hit in best_first(reader, "收养", {})] == [(0, best.pk), (1, other.pk)]


def test_of_many_hits_those_that_one_may_see_keep_their_places_however_far_one_reads(
    city: City, kind: RecordedKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ronghe.platform.queries.FIRST", 2)
    for place in range(5):
        city.published(city.tax if place % 2 else city.civil, name="收养登记" + "表" * place)
    reader, nobody = city.actor("读者", city.health, Role.ASKER), Actor(uuid4(), "无")
    every = best_first(reader, "收养", {})
    assert [place for place, _ in every] == [0, 1, 2, 3, 4]
    assert [UUID(hit) for _, hit in every] == hits_of("收养")
    assert best_first(reader, "收养", {}, enough=2) == every[:2]
    assert best_first(reader, "收养", {}, enough=3) == every[:3]
    assert best_first(reader, "收养", {}, behind=1, enough=2) == every[2:4]
    own = best_first(reader, "收养", {"department": city.tax.code}, enough=2)
    assert own == [one for one in every if one in own]
    assert len(own) == 2
    assert best_first(nobody, "收养", {}) == []


def test_of_more_hits_than_can_be_weighed_names_come_first_and_short_ones_before_long_ones(
    city: City, kind: RecordedKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ronghe.platform.catalogue.search.WEIGHED", 2)
    mentions = city.published(name="车", abstract="含纳税信息。")
    long = city.published(name="企业历年纳税信用等级", abstract="评级。")
    short = city.published(name="纳税申报", abstract="各税种。")
    hits = hits_of("纳税")
    assert {*hits[:2]} == {short.pk, long.pk}
    assert hits[2:] == [mentions.pk]
    # PostgreSQL weighs all of them, and not by the length of names.
    assert connection.vendor != "sqlite" or hits[0] == short.pk


def test_facets_and_counts_follow_every_change_and_what_each_may_see(city: City, kind: RecordedKind) -> None:
    asker, nobody = city.actor("申请人", city.tax, Role.ASKER), Actor(uuid4(), "无")
    first = city.published(name="婚姻登记")

    def told(actor: Actor) -> list[tuple[str, str, int]]:
        return facets(versions(actor))["department"]

    assert [n for _, _, n in told(asker)] == [1]
    assert told(nobody) == []
    city.published(name="收养登记")
    assert [n for _, _, n in told(asker)] == [2]
    withdraw(by=city.coordinator, at=START, version=first, reason="停止")
    assert [n for _, _, n in told(asker)] == [1]
    assert facets(versions(asker, text="收养"))["kind"] == [("data", "data", 1)]
    assert facets(versions(asker, text="学籍"))["kind"] == []
