"""Large mappings lie in slots where their own hash finds them, whatever their size, and nothing else is found."""

import duckdb
import pyarrow as pa
import pytest

from ronghe.tables.duckdb_sql import duckdb as renderer
from ronghe.tables.expressions import Column, IsIn, Lookup
from ronghe.tables.hashed import hold, slots
from ronghe.tables.plan import Layer, Plan, render


def found(expression: Lookup | IsIn, texts: list[str | None]) -> list[object]:
    rendered = render(Plan((Layer((("found", expression),)),)), "cells", renderer())
    assert len(rendered.tables) == 1
    with duckdb.connect() as connection:
        connection.register("cells", pa.table({"text": pa.array(texts, pa.string())}))
        for table, mapping in rendered.tables:
            hold(connection, table, mapping)
        statement = rendered.select.sql(dialect="duckdb")
        return [row[0] for row in connection.sql(statement).fetchall()]


@pytest.mark.parametrize("size", [201, 1_000, 20_000])
def test_every_text_of_a_mapping_is_found_and_no_other(size: int) -> None:
    mapping = tuple((f"名{number}", f"值{number}") for number in range(size))
    texts: list[str | None] = [key for key, _ in mapping]
    others: list[str | None] = ["", None, "名", "名-1", f"名{size}", "值1"]
    expected = [value for _, value in mapping]
    assert found(Lookup(Column("text"), mapping), texts + others) == expected + [None] * len(others)


def test_a_large_list_of_texts_is_searched_likewise() -> None:
    values = tuple(f"名{number}" for number in range(3_000))
    assert found(IsIn(Column("text"), values), ["名0", "名2999", "名3000", "", None]) == [
        True,
        True,
        False,
        False,
        None,
    ]


def test_the_table_stays_less_than_half_full() -> None:
    mapping = tuple((f"k{number}", "v") for number in range(20_000))
    assert 40_000 < slots(mapping) <= 131_072
