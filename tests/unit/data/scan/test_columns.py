"""What a column holds: by check digits, forms, variety and name; never by a single value, and nothing is shown."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.scan import held_out
from benchmarks.scan.parts import Maker, full_width
from ronghe import data
from ronghe.data.scan.kinds import KINDS
from ronghe.data.scan.result import FoundColumn, ScannedTable
from ronghe.messages import known
from ronghe.standards.grading import grade_profile

ROWS = 60
SECRET = "11010519491231002X"


def _hidden(number: str, place: int) -> str:
    """A number with something between its digits that no eye sees, and with digits of another script."""
    changed = "".join(chr(0x0660 + int(sign)) if sign.isdigit() and place % 2 else sign for sign in number)
    return changed[:6] + "\u200b" + changed[6:]


def _columns() -> dict[str, list[str]]:
    m = Maker(3)
    people = [m.citizen() for _ in range(ROWS)]
    return {
        "a1": [full_width(one) for one in people],
        "a2": [_hidden(one, place) for place, one in enumerate(people)],
        "a3": [one.replace("X", "Х") for one in people],  # a Cyrillic letter
        "codes": [f"E{m.digits(8)}" for _ in range(ROWS)],
        "护照号码": [f"E{m.digits(8)}" for _ in range(ROWS)],
        "events": [f"20{m.random.randint(15, 25)}-0{m.random.randint(1, 9)}-11" for _ in range(ROWS)],
        "成立日期": [f"{m.random.randint(1950, 2020)}-03-0{m.random.randint(1, 9)}" for _ in range(ROWS)],
        "towns": [m.pick("江宁", "常山", "文成", "龙游", "高淳", "雷州", "温岭", "安吉", "黄山") for _ in range(ROWS)],
        "mixed": [people[n] if n % 3 == 0 else m.digits(9) for n in range(ROWS)],
        "备注": [f"请联系{m.name()}先生，手机{m.mobile()}" if n % 9 == 0 else "材料齐全" for n in range(ROWS)],
        "uuid": [f"{m.digits(8)}-{m.digits(4)}-{m.digits(4)}-{m.digits(4)}-{m.digits(12)}" for _ in range(ROWS)],
        "空": ["" for _ in range(ROWS)],
        "unknown": ["未知" for _ in range(ROWS)],
        "家庭月收入": [str(m.random.randint(1000, 9000)) for _ in range(ROWS)],
        "注册资本": [str(m.random.randint(1000, 9000)) for _ in range(ROWS)],
        "残疾人数": [str(m.random.randint(1, 90)) for _ in range(ROWS)],
    }


def write(path: Path, columns: dict[str, list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(columns)
        out.writerows(zip(*columns.values(), strict=True))
    return path


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> ScannedTable:
    path = write(tmp_path_factory.mktemp("scan") / "columns.csv", _columns())
    return data.scan(path).tables[0]


@pytest.fixture(scope="module")
def found(scanned: ScannedTable) -> dict[str, FoundColumn]:
    return {column.column: column for column in scanned.found}


@pytest.mark.parametrize("column", ["a1", "a2", "a3"])
def test_no_disguise_hides_an_identity_number(found: dict[str, FoundColumn], column: str) -> None:
    assert found[column].kind == "citizen_id"
    assert found[column].matching == ROWS
    assert found[column].evidence == ("check_digit",)


def test_codes_with_one_letter_are_passports_only_by_their_name(found: dict[str, FoundColumn]) -> None:
    assert "codes" not in found
    assert found["护照号码"].kind == "passport"
    assert "name" in found["护照号码"].evidence


@pytest.mark.parametrize("column", ["events", "成立日期", "towns", "uuid", "空", "unknown", "注册资本", "残疾人数"])
def test_what_only_looks_personal_is_not_reported(found: dict[str, FoundColumn], column: str) -> None:
    assert column not in found


def test_a_third_of_a_column_is_enough_where_check_digits_speak(found: dict[str, FoundColumn]) -> None:
    assert found["mixed"].kind == "citizen_id"
    assert found["mixed"].share == pytest.approx(1 / 3)


def test_texts_are_looked_into(found: dict[str, FoundColumn]) -> None:
    column = found["备注"]
    assert (column.kind, column.matching) == ("free_text", 7)
    assert dict(column.inside) == {"mobile": 7, "person_name": 7}
    assert column.samples == ()


def _one_in_four(make: Callable[[Maker], str]) -> list[str]:
    m = Maker(11)
    return [make(m) if n % 4 == 0 else m.pick("正常", "已办理", "材料齐全，同意受理") for n in range(ROWS)]


AMONG_TEXTS: dict[str, tuple[str, Callable[[Maker], str]]] = {
    "f1": ("address", Maker.address),
    "f2": ("person_name", lambda m: f"{m.name()}来电反映噪音"),
    "f3": ("person_name", lambda m: f"走访村民{m.name()}，同意"),
    "f4": ("mobile", Maker.mobile),
    "f5": ("landline", Maker.landline),
    "f6": ("bank_card", Maker.card),
    "f7": ("ip_address", lambda m: f"10.1.1{m.digits(2)}.7"),
    "f8": ("location", lambda m: f"位于30.{m.digits(5)},120.{m.digits(5)}"),
    "f9": ("financial", lambda m: f"月收入{m.digits(4)}元"),
    "f10": ("address", lambda m: "好" * 130 + m.address()),
}
"""Columns of remarks of which every fourth holds something, and nothing else tells of it."""


def test_what_redaction_masks_in_a_column_of_texts_the_scan_reports(tmp_path: Path) -> None:
    columns = {name: _one_in_four(make) for name, (_, make) in AMONG_TEXTS.items()}
    found = {one.column: one for one in data.scan(write(tmp_path / "remarks.csv", columns)).tables[0].found}
    told = {name: (one.kind, *one.inside) for name, one in found.items()}
    assert told == {name: ("free_text", kind) for name, (kind, _) in AMONG_TEXTS.items()}
    for name, cells in columns.items():
        changed = sum(a != b for a, b in zip(cells, data.redact(cells).to_pylist(), strict=True))
        assert changed == found[name].matching == ROWS // 4, name


def test_numbers_like_those_of_people_among_other_numbers_say_nothing(tmp_path: Path) -> None:
    m = Maker(12)
    orders = [m.mobile() if n % 3 == 0 else f"2{m.digits(10)}" for n in range(ROWS)]
    series = [f"138000{n:05}" for n in range(ROWS)]
    assert data.scan(write(tmp_path / "orders.csv", {"orders": orders, "series": series})).tables[0].found == ()


def test_a_name_alone_is_enough_for_what_has_no_form(found: dict[str, FoundColumn]) -> None:
    assert (found["家庭月收入"].kind, found["家庭月收入"].subject) == ("financial", "sensitive")
    assert found["家庭月收入"].confidence < found["a1"].confidence


def test_nothing_that_is_shown_is_a_value(scanned: ScannedTable) -> None:
    shown = json.dumps(scanned.to_json(), ensure_ascii=False)
    values = {cell.strip() for cells in _columns().values() for cell in cells if len(cell.strip()) > 4}
    assert values
    assert [value for value in values if value in shown] == []
    samples = [sample for column in scanned.found for sample in column.samples]
    assert samples
    assert all(sample.endswith("＊") for sample in samples)


def test_columns_of_other_shapes_are_told_apart(tmp_path: Path) -> None:
    truth = held_out.write(tmp_path / "made.csv", rows=60, seed=5)
    found = {column.column: column.kind for column in data.scan(tmp_path / "made.csv").tables[0].found}
    assert sum(bool(found.get(name)) for name, kind in truth.items() if kind) >= 0.95 * sum(map(bool, truth.values()))
    assert [name for name in found if not truth[name]] == []
    assert [name for name, kind in found.items() if truth[name] != kind] == []


def test_a_single_value_is_told_by_its_name_and_check_digits(tmp_path: Path) -> None:
    path = write(tmp_path / "one.csv", {"身份证号": [SECRET], "x": ["13800000000"], "备注": [f"身份证{SECRET}"]})
    found = {column.column: column.kind for column in data.scan(path).tables[0].found}
    assert found == {"身份证号": "citizen_id", "备注": "free_text"}


def test_every_kind_has_a_text_and_a_grade() -> None:
    graded = grade_profile().kinds
    assert [kind.code for kind in KINDS if not known(f"scan.kind_{kind.code}")] == []
    assert [kind.code for kind in KINDS if kind.code not in graded and kind.code != "free_text"] == []


def test_an_exact_name_speaks_at_half_the_confidence_when_no_value_has_the_form(tmp_path: Path) -> None:
    path = write(tmp_path / "abroad.csv", {"passport": ["AB123456", "ZZ1"], "product name": ["Blue Lamp", "Red Chair"]})
    (column,) = data.scan(path).tables[0].found
    assert (column.kind, column.confidence, column.evidence) == ("passport", 0.5, ("name",))


def test_one_valid_number_among_many_others_is_reported(tmp_path: Path) -> None:
    path = write(tmp_path / "few.csv", {"x": [SECRET, *(str(n) for n in range(10**6, 10**6 + 300))]})
    (column,) = data.scan(path).tables[0].found
    assert (column.kind, column.matching, column.confidence) == ("citizen_id", 1, 0.6)


def test_one_citizens_number_among_codes_of_organizations_is_told(tmp_path: Path) -> None:
    m = Maker(4)
    path = write(tmp_path / "codes.csv", {"x": [SECRET, *(m.credit_code() for _ in range(400))]})
    (column,) = data.scan(path).tables[0].found
    assert (column.kind, dict(column.also)) == ("unified_credit_code", {"citizen_id": 1})


def test_words_and_goods_that_begin_as_surnames_do_are_no_names(tmp_path: Path) -> None:
    goods = ["方便面", "白砂糖", "高粱酒", "石榴汁", "金针菇", "黄花菜", "胡萝卜", "马铃薯", "米粉干", "花生油"]
    assert data.scan(write(tmp_path / "goods.csv", {"g": goods * 40})).tables[0].found == ()


def test_numbers_and_names_under_headers_that_say_nothing(tmp_path: Path) -> None:
    m = Maker(5)
    family, given = ("Wang", "Zhang", "Liu", "Ouyang", "Xu"), ("Wei", "Xiuying", "Min", "Jianguo", "Yufeng", "Lei")
    columns = {
        "c1": [f"G{m.citizen()}" for _ in range(ROWS)],
        "c2": [f"{m.random.randint(100, 600)}-{m.random.randint(10, 99)}-{m.digits(3)}1" for _ in range(ROWS)],
        "c3": [f"{m.pick(*family)} {m.pick(*given)}{m.pick('', 'hua', 'ming')}" for _ in range(ROWS)],
        "c4": [f"{m.pick(*family)} {m.pick(*given)}".upper() for _ in range(ROWS)],
        "dob_text": [f"{m.random.randint(1, 28)}/0{m.random.randint(1, 9)}/{n + 1940}" for n in range(ROWS)],
        "wx": [f"wxid_{m.digits(9)}a" for _ in range(ROWS)],
        "收款账户": [f"3301{m.digits(15)}" for _ in range(ROWS)],
        "文书": [f"杭市监罚字〔20{m.random.randint(10, 25)}〕{n + 1}号" for n in range(ROWS)],
        "goods": [m.pick("BLUE RIDGE COFFEE", "GREEN TEA", "Song Line", "Lake House") for _ in range(ROWS)],
    }
    found = {one.column: one.kind for one in data.scan([write(tmp_path / "t.csv", columns)]).tables[0].found}
    assert found == {
        "c1": "citizen_id",
        "c2": "person_number",
        "c3": "person_name_latin",
        "c4": "person_name_latin",
        "dob_text": "birth_date",
        "wx": "instant_messaging",
        "收款账户": "bank_card",
    }
