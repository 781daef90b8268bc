"""A layer with a condition lets only those rows through for which it is true."""

from pathlib import Path

import pyarrow as pa

from ronghe.tables import expressions as ops
from ronghe.tables.engine import Resources, duckdb_engine
from ronghe.tables.plan import Layer, Plan
from tests.spec.engines import staged

A = ops.Column("c0")


def test_rows_of_false_and_null_are_gone_for_every_layer_above(tmp_path: Path) -> None:
    table = staged(tmp_path, {"a": ["x1", "y2", None, "x3"]}, [ops.TEXT])
    first = Layer((("first", ops.Slice(A, 1, 1)),), ("c0",))
    kept = Layer((("last", ops.Slice(A, 2, 1)),), (), ops.Compare("=", ops.Column("first"), ops.Literal("x")))
    with duckdb_engine(tmp_path / "spill", Resources()) as engine:
        engine.attach("cells", table)
        rows = pa.Table.from_batches(engine.batches(Plan((first, kept)), "cells"))
    assert rows.to_pydict() == {"last": ["1", "3"]}


def test_a_condition_may_ask_a_large_look_up(tmp_path: Path) -> None:
    table = staged(tmp_path, {"a": ["张1", "李2", "张99"]}, [ops.TEXT])
    wanted = tuple((f"张{number}", "yes") for number in range(100))
    where = ops.Compare("=", ops.Lookup(A, wanted), ops.Literal("yes"))
    with duckdb_engine(tmp_path / "spill", Resources()) as engine:
        engine.attach("cells", table)
        rows = pa.Table.from_batches(engine.batches(Plan((Layer((("a", A),), (), where),)), "cells"))
    assert rows.to_pydict() == {"a": ["张1", "张99"]}
