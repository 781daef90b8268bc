"""Children under fourteen: by births and by citizen identity numbers, on a given day."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ronghe import data

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_OLD = [f"{year}-05-{day:02}" for year in range(1950, 1990, 2) for day in (1, 2)]


def number(born: str, order: int = 1) -> str:
    head = "110105" + born.replace("-", "") + f"{order:03}"
    total = sum(int(digit) * weight for digit, weight in zip(head, _WEIGHTS, strict=True))
    return head + "10X98765432"[total % 11]


def scanned(folder: Path, column: str, values: list[str], as_of: date) -> dict[str, Any]:
    (folder / "table.csv").write_text(
        "\n".join([f"登记号,{column}", *(f"A{n},{v}" for n, v in enumerate(values))]), "utf-8"
    )
    table: dict[str, Any] = data.scan(folder / "table.csv", as_of=as_of).to_json()["tables"][0]
    return table


@pytest.mark.parametrize(
    ("born", "as_of", "counted"),
    [
        ("2012-03-01", date(2026, 2, 28), 1),
        ("2012-03-01", date(2026, 3, 1), 1),  # fourteen is full on the day after the birthday
        ("2012-03-01", date(2026, 3, 2), 0),
        ("2012-02-29", date(2026, 2, 28), 1),
        ("2012-02-29", date(2026, 3, 1), 0),
        ("2016-02-29", date(2030, 2, 28), 1),
        ("2020-07-07", date(2026, 1, 1), 1),
        ("2026-01-01", date(2026, 1, 1), 1),
        ("2026-01-02", date(2026, 1, 1), 0),  # a birth that is still to come is nobody's
        ("2011-12-31", date(2028, 2, 29), 0),
        ("2014-02-28", date(2028, 2, 29), 1),
    ],
)
@pytest.mark.parametrize("numbers", [False, True])
def test_a_child_is_one_until_the_fourteenth_birthday(
    tmp_path: Path, born: str, as_of: date, counted: int, *, numbers: bool
) -> None:
    values = [number(one) if numbers else one for one in (*_OLD, born)]
    table = scanned(tmp_path, "身份证号" if numbers else "出生日期", values, as_of)
    assert (table["children"], table["found"][0]["children"]) == (counted, counted)


@pytest.mark.parametrize(
    "written", ["20150607", "2015/6/7", "2015.06.07", "2015年6月7日", "２０１５－０６－０７", "2015-06-07 00:00:00"]
)
def test_births_count_however_they_are_written(tmp_path: Path, written: str) -> None:
    assert scanned(tmp_path, "出生日期", [*_OLD, written], date(2026, 1, 1))["children"] == 1


def test_of_numbers_different_ones_count_and_of_births_every_cell(tmp_path: Path) -> None:
    numbers = [number(one) for one in _OLD] + [number("2018-01-01")] * 3 + [number("2018-01-01", 2)]
    assert scanned(tmp_path, "身份证号", numbers, date(2026, 1, 1))["children"] == 2
    births = [*_OLD, "2018-01-01", "2018-01-01"]
    assert scanned(tmp_path, "出生日期", births, date(2026, 1, 1))["children"] == 2


def test_what_children_are_in_is_sensitive_and_says_so(tmp_path: Path) -> None:
    grown = scanned(tmp_path, "出生日期", [*_OLD, "2012-01-01"], date(2026, 6, 1))
    young = scanned(tmp_path, "出生日期", [*_OLD, "2012-08-01"], date(2026, 6, 1))
    assert (grown["grade"], young["grade"]) == ("general_2", "general_3")
    assert [(reason["code"], reason["kind"], reason["columns"]) for reason in young["reasons"]] == [
        ("scan.reason_kind", "child", ["出生日期"])
    ]


def test_days_that_are_no_births_count_nobody(tmp_path: Path) -> None:
    days = [f"2020-01-{day:02}" for day in range(1, 28)]
    table = scanned(tmp_path, "登记日期", days, date(2026, 1, 1))
    assert (table["children"], table["found"]) == (0, [])
