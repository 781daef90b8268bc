"""The doors of the Spark engine: the order of rows, the types, and errors that say what happened."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlglot import exp

from ronghe.tables import expressions as ops
from ronghe.tables.engine import Engine, Resources, duckdb_engine
from ronghe.tables.plan import Layer, Plan
from ronghe.tables.spark_engine import Spark, _fault, spark_engine
from ronghe.tables.sql import name
from ronghe.tables.staged import Staged
from ronghe.terms import InputError, InternalFault

pytestmark = pytest.mark.spark

EVERYTHING = exp.select("*").from_("plan")
ROWS = 250_000


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spark]:
    scratch = tmp_path_factory.mktemp("a [b] {c}*?,;%20")
    with spark_engine(scratch, Resources(memory=2_000_000_000)) as engine:
        yield engine


def staged(folder: Path, **columns: pa.Array) -> Staged:
    path = folder / "in.parquet"
    pq.write_table(pa.table(columns), path, row_group_size=50_000)
    return Staged(tuple(columns), path, "parquet", None)


def median(engine: Engine, column: str) -> object:
    order = exp.Order(expressions=[exp.Ordered(this=name(column))])
    lower = exp.WithinGroup(this=exp.PercentileDisc(this=exp.Literal.number("0.5")), expression=order)
    select = exp.select(exp.alias_(lower, "median")).from_("plan").where(name("c0").is_(exp.true()))
    return engine.query(select, (Plan(()), "source")).to_pylist()[0]["median"]


def test_rows_come_in_the_order_of_the_source_through_large_look_ups(spark: Spark, tmp_path: Path) -> None:
    keys = pa.array([f"k{number * 7919 % 1000}" for number in range(ROWS)])
    spark.attach("source", staged(tmp_path, n=pa.array([str(n) for n in range(ROWS)]), key=keys))
    looked_up = ops.Lookup(ops.Column("c1"), tuple((f"k{n}", f"v{n}") for n in range(999)))
    plan = Plan((Layer((("n", ops.IntegerOf(ops.Column("c0"))), ("v", looked_up))),))
    rows = pa.Table.from_batches(spark.batches(plan, "source"))
    assert rows.column_names == ["n", "v"]
    assert rows["n"].to_pylist() == list(range(ROWS))
    assert rows["v"].null_count == ROWS // 1000
    assert rows["v"][1].as_py() == "v919"


def test_an_empty_table_has_one_empty_batch_with_its_types(spark: Spark, tmp_path: Path) -> None:
    spark.attach("source", staged(tmp_path, a=pa.array([], pa.string())))
    plan = Plan((Layer((("d", ops.DateOf(ops.Column("c0"))), ("nothing", ops.Literal(None)))),))
    rows = pa.Table.from_batches(spark.batches(plan, "source"))
    assert rows.num_rows == 0
    assert rows.schema == pa.schema([("d", pa.date32()), ("nothing", pa.string())])


def test_types_are_those_of_the_embedded_engine(spark: Spark, tmp_path: Path) -> None:
    text = ops.Column("c0")
    amount = ops.DecimalOf(text, 26, 6)
    computed = {
        "text": ops.Trim(text),
        "integer": ops.IntegerOf(text),
        "length": ops.Length(text),
        "decimal": amount,
        "rescaled": ops.Rescale(amount, 6, 2000, 3, 4),
        "number": ops.NumberOf(text),
        "day": ops.DateOf(text),
        "moment": ops.TimestampOf(text),
        "flag": ops.Matches(text, "x"),
        "list": ops.Listed(((ops.ALWAYS, text),)),
        "sum": ops.WeightedSum(text, (1, 2)),
    }
    plan, table = Plan((Layer(tuple(computed.items())),)), staged(tmp_path, a=pa.array(["12", None]))
    schemas = []
    with duckdb_engine(tmp_path / "spill", Resources()) as embedded:
        for engine in (embedded, spark):
            engine.attach("source", table)
            schemas.append(next(iter(engine.batches(plan, "source"))).schema)
            assert (
                engine.query(EVERYTHING, (plan, "source"))
                .drop_columns(["_row"] if engine is spark else [])
                .schema.equals(schemas[0])
            )
    assert schemas[0] == schemas[1]


def test_medians_are_values_that_occur_whatever_their_type(spark: Spark, tmp_path: Path) -> None:
    large = [Decimal("1234567890123456789012345678.01"), Decimal("1234567890123456789012345678.02"), None]
    columns = {
        "sound": pa.array([True] * 6 + [False] * 4),
        "amount": pa.array([*large, *large, *[Decimal("0.00")] * 4], pa.decimal128(30, 2)),
        "day": pa.array([dt.date(2024, 1, day) for day in range(1, 11)]),
        "number": pa.array([0.1, 0.2, 0.3, 0.3, 0.4, 0.5, 9.0, 9.0, 9.0, 9.0]),
        "whole": pa.array([2**62 + n for n in range(10)]),
        "absent": pa.array([None] * 10, pa.int64()),
    }
    table = staged(tmp_path, **columns)
    found = []
    with duckdb_engine(tmp_path / "spill", Resources()) as embedded:
        for engine in (embedded, spark):
            engine.attach("source", table)
            found.append([median(engine, f"c{place}") for place in range(1, 6)])
    assert found[1] == [large[0], dt.date(2024, 1, 3), 0.3, 2**62 + 2, None]
    assert found[0] == found[1]


def test_kept_tables_are_read_by_later_ones_and_replaced(spark: Spark, tmp_path: Path) -> None:
    spark.attach("source", staged(tmp_path, a=pa.array(["1", "2", "2"])))
    plan = Plan((Layer((("n", ops.IntegerOf(ops.Column("c0"))),)),))
    spark.keep("kept", exp.select("n", "_row").from_("plan").where("n = 2"), (plan, "source"))
    spark.keep("kept", exp.select("*").from_("kept").where("_row = 3"))
    assert spark.query(exp.select("*").from_("kept")).to_pylist() == [{"n": 2, "_row": 3}]


def test_a_cell_of_a_megabyte_is_matched(spark: Spark, tmp_path: Path) -> None:
    cell = "长短" * 500_000
    spark.attach("source", staged(tmp_path, a=pa.array([cell])))
    plan = Plan((Layer((("m", ops.Matches(ops.Column("c0"), "(长|短)*")), ("t", ops.Trim(ops.Column("c0"))))),))
    assert pa.Table.from_batches(spark.batches(plan, "source")).to_pylist() == [{"m": True, "t": cell}]


def test_failures_are_told_apart(spark: Spark, tmp_path: Path) -> None:
    with pytest.raises(InternalFault) as caught:
        spark.query(exp.select("*").from_("nowhere"))
    assert caught.value.code == "tables.spark_failed"
    with pytest.raises(InputError) as unread:
        spark.attach("source", Staged(("a",), tmp_path / "absent.parquet", "parquet", None))
    assert unread.value.code == "tables.unreadable"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Job aborted.\njava.io.IOException: No space left on device", "tables.disk_full"),
        ("Job aborted.\njava.lang.OutOfMemoryError: Java heap space", "tables.memory_exhausted"),
        ("Task failed: java.lang.StackOverflowError", "tables.spark_ended"),
        ("Answer from Java side is empty", "tables.spark_ended"),
        ("java.io.FileNotFoundException: /a/b", "tables.unreadable"),
        ("[DIVIDE_BY_ZERO] Division by zero", "tables.spark_failed"),
    ],
)
def test_what_spark_says_is_told_apart(said: str, code: str) -> None:
    fault = _fault(Exception(said))
    assert fault.code == code
    assert "\n" not in str(fault.params.get("detail", ""))
