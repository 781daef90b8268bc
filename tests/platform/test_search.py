"""One search box: two characters always, synonyms, initials; nobody finds what they may not see."""

import pytest

from ronghe.platform.access.roles import Role
from ronghe.platform.catalogue.actions import withdraw
from ronghe.platform.catalogue.search import found
from ronghe.platform.queries import versions
from ronghe.search import known_synonyms, parse
from tests.platform.conftest import START, City, RecordedKind

pytestmark = pytest.mark.django_db


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
    hits = [by_id[hit] for hit in found(parse(typed, known_synonyms()))]
    assert hits == expected if expected is not None else len(hits) == 4


def test_a_name_stands_before_a_mention(city: City, kind: RecordedKind) -> None:
    mentioned = city.published(name="车辆登记", abstract="含车主的纳税信息。")
    named = city.published(name="纳税信息", abstract="各税种申报。")
    assert found(parse("纳税", known_synonyms())) == [named.pk, mentioned.pk]


def test_threat_39_what_was_withdrawn_is_not_found(city: City, names: dict[str, object]) -> None:
    withdraw(by=city.coordinator, at=START, version=names["学籍信息"], reason="停止")  # type: ignore[arg-type]
    assert found(parse("学籍", known_synonyms())) == []


def test_the_page_lists_the_best_match_first(city: City, kind: RecordedKind) -> None:
    """By name the other one would come first."""
    other = city.published(name="安居信息", abstract="含收养家庭")
    best = city.published(city.tax, name="收养登记")
    reader = city.actor("读者", city.health, Role.ASKER)
    assert list(versions(reader, text="收养")) == [best, other]
