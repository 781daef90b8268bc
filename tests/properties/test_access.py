"""The law of shares: a cell leaves by a grant that has both its row and its field, under the strictest obligation."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronghe.data.protect.compile import compile_plan
from ronghe.data.protect.obligations import obeyed
from ronghe.data.protect.release import released
from ronghe.tables import expressions as ops
from ronghe.tables.engine import Resources, duckdb_engine
from ronghe.tables.in_memory import evaluate
from ronghe.trust.access import Condition, Plan, Relation, Share
from ronghe.trust.access.obligations import (
    BucketDate,
    Drop,
    Keep,
    KeepFirst,
    Mask,
    Null,
    Obligation,
    Token,
    Unit,
    reveals_no_more,
)
from tests.spec.engines import staged
from tests.unit.trust.access.worlds import T0

FIELDS = ("area", "born", "name")
COLUMNS = {name: ops.Column(f"c{place}") for place, name in enumerate(FIELDS)}
DUTIES = st.sampled_from(
    [
        Keep(), Null(), Drop(), KeepFirst(1), KeepFirst(2), Mask(), Mask(1), BucketDate(Unit.YEAR),
        BucketDate(Unit.DECADE), Token("d", "R"), Token("d", "S"),
    ]
)  # fmt: skip
CONDITIONS = st.sampled_from(
    [
        Condition("area", Relation.STARTS_WITH, ("33",)),
        Condition("area", Relation.IN, ("330102", "110101")),
        Condition("area", Relation.NOT_IN, ("330102",)),
        Condition("name", Relation.IS, ("张三",)),
        Condition("area", Relation.AT_LEAST, (300000,)),
        Condition("area", Relation.BELOW, (200000,)),
    ]
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["330102", "330106", "110101", None, "", "x"]),
        st.sampled_from(["1987-03-12", "1990-01-01", None, "never"]),
        st.sampled_from(["张三", "李四", None, "张"]),
    ),
    min_size=1,
    max_size=8,
)
SHARES = st.lists(
    st.tuples(st.lists(CONDITIONS, max_size=2), st.dictionaries(st.sampled_from(FIELDS), DUTIES, min_size=1)),
    min_size=1,
    max_size=3,
)


def _covers(condition: Condition, row: dict[str, str | None]) -> bool:
    value, wanted = row[condition.subject], condition.values
    if value is None:
        return False
    if condition.relation in (Relation.AT_LEAST, Relation.BELOW):
        number, edge = (int(value) if value.isdigit() else None), int(str(wanted[0]))
        return number is not None and (number >= edge if condition.relation is Relation.AT_LEAST else number < edge)
    return {
        Relation.STARTS_WITH: value.startswith(str(wanted[0])),
        Relation.IN: value in wanted,
        Relation.IS: value in wanted,
        Relation.NOT_IN: value not in wanted,
    }[condition.relation]


def _cell(duties: list[Obligation], value: str | None) -> str | None:
    strictest = [one for one in duties if all(reveals_no_more(one, other) for other in duties)]
    if not strictest or isinstance(strictest[0], Null | Drop):
        return None
    if isinstance(strictest[0], Token):
        return f"{strictest[0].request}:{value}" if value else None
    found = evaluate(obeyed(strictest[0], ops.Column("a"), {}), {"a": value})
    return None if found is None else str(found)


def by_hand(plan: Plan, rows: list[dict[str, str | None]]) -> list[tuple[str | None, ...]]:
    found = []
    for row in rows:
        sharing = [share for share in plan.shares if all(_covers(one, row) for one in share.rows)]
        if sharing:
            cells = []
            for field in plan.fields:
                duties = [duty for share in sharing for name, duty in share.fields if name == field]
                cells.append(_cell(duties, row[field]) if duties else None)
            found.append(tuple(cells))
    return found


def tokens(values: pa.Array, _: str, request: str, /) -> pa.Array:
    return pa.array([f"{request}:{value}" for value in values.to_pylist()], pa.string())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shares")


@settings(max_examples=25, deadline=None)
@given(SHARES, ROWS)
def test_cells_leave_by_one_grant_under_the_strictest_obligation(
    folder: Path,
    drawn: list[tuple[list[Condition], dict[str, Obligation]]],
    rows: list[tuple[str | None, ...]],
) -> None:
    shares = tuple(Share(f"G{n}", "l", tuple(conditions), tuple(d.items())) for n, (conditions, d) in enumerate(drawn))
    leaving = tuple(
        name for name in FIELDS if any(n == name and not isinstance(d, Drop) for s in shares for n, d in s.fields)
    )
    if not leaving:
        return
    plan = Plan("c", "a", 1, "p", leaving, shares, (), T0)
    columns = {name: [row[place] for row in rows] for place, name in enumerate(FIELDS)}
    with duckdb_engine(folder / "spill", Resources()) as engine:
        engine.attach("source", staged(folder, columns, [ops.TEXT] * 3))
        made = pa.Table.from_batches(released(engine, compile_plan(plan, COLUMNS, {}), "source", tokens))
    found = list(zip(*(column.to_pylist() for column in made.columns), strict=True))
    assert found == by_hand(plan, [dict(zip(FIELDS, row, strict=True)) for row in rows])
