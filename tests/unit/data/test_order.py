"""Rows stay in the order of the file: row numbers count on it, and DuckDB's joins would break it without a word.

The product with a table of one row (`tables/hashed.py`) is no join, and keeps the order: the second test is its proof.
"""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ronghe.data.standardize.compile import compile_schema
from ronghe.data.standardize.schema import parse_schema
from ronghe.standards import MISSING_WORDS
from ronghe.standards.catalog import Catalog
from ronghe.tables.delimited import silent
from ronghe.tables.engine import Resources, duckdb_engine
from ronghe.tables.open import ReadOptions, stage
from ronghe.tables.staged import Staged


def test_no_plan_joins_whatever_its_elements(tmp_path: Path) -> None:
    elements = list(Catalog())
    fields = [{"name": element.code, "ronghe:element": element.code} for element in elements]
    schema = parse_schema(json.dumps({"fields": fields, "missingValues": ["", *MISSING_WORDS]}), where="schema")
    compiled = compile_schema(schema, [e.code for e in elements], {e.code: e for e in elements})
    cells = pa.table({element.code: pa.array(["x"]) for element in elements})
    pq.write_table(cells, tmp_path / "cells.parquet")
    with duckdb_engine(tmp_path, Resources(None, 2)) as engine:
        engine.attach("source", Staged(tuple(cells.column_names), tmp_path / "cells.parquet", "parquet", None))
        steps = engine.connection.sql(engine.statement(compiled.plan, "source")).explain()
    assert "Projection" in steps
    assert "Join" not in steps.title()


def test_looking_up_keeps_the_order_on_every_thread(tmp_path: Path) -> None:
    rows = 300_000
    places = ["云州市", "北京市海淀区", "110108", "某区", "杭州市", ""]
    source = tmp_path / "places.csv"
    source.write_text("n,区划\n" + "".join(f"{n},{places[n * 7 % 6]}\n" for n in range(rows)), "utf-8")
    fields = [{"name": "n", "ronghe:element": "integer"}, {"name": "区划", "ronghe:element": "region"}]
    schema = parse_schema(json.dumps({"fields": fields}), where="schema")
    elements = {field.name: Catalog().get(field.element) for field in schema.fields}
    compiled = compile_schema(schema, ["n", "区划"], elements)
    staged = stage(str(source), tmp_path, options=ReadOptions(), progress=silent)
    with duckdb_engine(tmp_path, Resources(None, 4)) as engine:
        engine.attach("source", staged)
        numbers = [row for batch in engine.batches(compiled.plan, "source") for row in batch.column("p0").to_pylist()]
        tables = engine.connection.sql(engine.statement(compiled.plan, "source")).explain()
    assert "Cross Product" in tables
    assert numbers == list(range(rows))
