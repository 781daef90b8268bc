"""Rows stay in the order of the file: row numbers count on it, and DuckDB's joins would break it without a word."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ronghe.data.standardize.compile import compile_schema
from ronghe.data.standardize.schema import parse_schema
from ronghe.standards import MISSING_WORDS
from ronghe.standards.catalog import Catalog
from ronghe.tables.engine import Resources, duckdb_engine
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
