"""Every operation makes of its drawn table what is drawn, on every engine."""

from pathlib import Path

import pytest

from ronghe.cli.reference_operations import EXAMPLES
from ronghe.tables import expressions as ops
from ronghe.tables.duckdb_sql import DUCKDB
from ronghe.tables.engine import Engine
from ronghe.tables.in_memory import evaluate
from ronghe.tables.spark_sql import SPARK
from tests.spec import tables_of_logic, tables_of_text, tables_of_values
from tests.spec.drawn import Drawn
from tests.spec.engines import columns_by, staged


def of_the_page() -> tuple[Drawn, ...]:
    """The examples of docs/reference/operations.md, which shows what the reference makes of them."""
    tables = []
    for expression, rows in EXAMPLES:
        read = {node.name: node.type for node in ops.walk(expression) if isinstance(node, ops.Column)}
        columns = {name: read.get(name, ops.TEXT) for name in rows[0]}
        cells = tuple((*row.values(), evaluate(expression, row)) for row in rows)
        tables.append(Drawn(f"page: {type(expression).__name__}", expression, columns, cells))
    return tuple(tables)


TABLES = (*tables_of_text.TABLES, *tables_of_values.TABLES, *tables_of_logic.TABLES, *of_the_page())
OPERATIONS = {kind for name in ops.__all__ if isinstance(kind := getattr(ops, name), type)} & set(
    ops.Expression.__subclasses__()
)


def all_at_once(engine: Engine, folder: Path) -> dict[str, list[object]]:
    """The outcome of every table by its name, from one pass: the tables lie side by side, the short ones padded."""
    columns: dict[str, list[object]] = {}
    types: list[ops.Type] = []
    layer: dict[str, ops.Expression] = {}
    height = max(len(table.rows) for table in TABLES)
    for number, table in enumerate(TABLES):
        named = {}
        for place, (name, kind) in enumerate(table.columns.items()):
            named[name] = ops.Column(f"c{len(columns)}", kind)
            cells = [row[place] for row in table.rows]
            columns[f"{number}_{name}"] = cells + [None] * (height - len(cells))
            types.append(kind)
        layer[f"r{number}"] = ops.substitute(table.expression, named)
    made = columns_by(engine, staged(folder, columns, types), [layer])
    return {table.name: made[f"r{number}"][: len(table.rows)] for number, table in enumerate(TABLES)}


@pytest.fixture(scope="module")
def outcome(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[object]]:
    return all_at_once(engine, tmp_path_factory.mktemp("cells"))


def typed(values: list[object]) -> list[tuple[str, object]]:
    """Values with what tells 1 from True, 1.0 and Decimal("1.00")."""
    return [(repr(value), value) for value in values]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_an_engine_makes_what_is_drawn(outcome: dict[str, list[object]], table: Drawn) -> None:
    assert typed(outcome[table.name]) == typed(table.expected)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_reference_makes_what_is_drawn(table: Drawn) -> None:
    rows = [dict(zip(table.columns, row[:-1], strict=True)) for row in table.rows]
    assert typed([evaluate(table.expression, row) for row in rows]) == typed(table.expected)


def test_every_operation_is_drawn_and_has_an_example_on_its_page() -> None:
    page = of_the_page()
    assert {table.operation for table in page} == OPERATIONS
    assert {table.operation for table in TABLES[: -len(page)]} == OPERATIONS


def test_every_engine_has_a_rule_for_every_operation() -> None:
    assert set(DUCKDB) == set(SPARK) == OPERATIONS


def test_no_two_tables_have_one_name() -> None:
    names = [table.name for table in TABLES]
    assert sorted(set(names)) == sorted(names)
