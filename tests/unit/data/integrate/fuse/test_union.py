"""A union keeps every row of every table, whatever their shapes."""

from pathlib import Path

import pytest

from ronghe.data.integrate.fuse.plan import UnionStep
from ronghe.terms import InputError
from tests.unit.data.integrate.fuse.given import Columns, done, rows

ONE: Columns = {"code": ["1", "2"], "name": ["甲", "乙"]}
TWO: Columns = {"编码": ["3"], "名称": ["丙"], "note": ["new"]}


def test_tables_of_different_shapes_lie_below_each_other(tmp_path: Path) -> None:
    step = UnionStep("u", ("one", "two"), {"two": {"编码": "code", "名称": "name"}})
    made = done(step, {"one": ONE, "two": TWO}, tmp_path)
    assert rows(tmp_path / "u.parquet") == [
        {"_source": "one", "code": "1", "name": "甲", "note": None},
        {"_source": "one", "code": "2", "name": "乙", "note": None},
        {"_source": "two", "code": "3", "name": "丙", "note": "new"},
    ]
    assert made.counts == {"rows": 3}
    assert made.origins["code"] == [("one", "code"), ("two", "编码")]
    assert made.origins["note"] == [("two", "note")]


@pytest.mark.parametrize(
    ("two", "columns", "code"),
    [
        ({"code": [3]}, {}, "data.integrate_types"),
        (TWO, {"two": {"编码": "code", "名称": "code"}}, "data.integrate_column_twice"),
        (TWO, {"two": {"编码": "_source"}}, "data.integrate_column_twice"),
        (TWO, {"two": {"absent": "code"}}, "data.integrate_column"),
        (TWO, {"three": {"编码": "code"}}, "data.integrate_unknown"),
    ],
)
def test_shapes_that_do_not_fit_are_one_clear_error(
    tmp_path: Path, two: Columns, columns: dict[str, dict[str, str]], code: str
) -> None:
    with pytest.raises(InputError) as raised:
        done(UnionStep("u", ("one", "two"), columns), {"one": ONE, "two": two}, tmp_path)
    assert raised.value.code == code
    assert not list(tmp_path.iterdir())


def test_a_column_that_is_empty_everywhere_fits_any_type(tmp_path: Path) -> None:
    made = done(UnionStep("u", ("one", "two")), {"one": ONE, "two": {"code": [None], "name": [None]}}, tmp_path)
    assert made.counts == {"rows": 3}
