"""Statements that are drawn once, as SQL that a reader can follow, and filled with sqlglot nodes, never with text."""

from functools import cache
from typing import cast

import pyarrow as pa
from sqlglot import exp, parse_one

from ronghe.tables.engine import DuckDB

__all__ = ["drawn", "drop", "fetch", "make", "rename", "sql", "union"]


@cache
def _parsed(text: str) -> exp.Expr:
    return parse_one(text, dialect="duckdb")


def _filled(node: exp.Expr, given: dict[str, exp.Expr | str | int | float]) -> exp.Expr:
    """The node that stands for a place: a name that begins with an underscore."""
    if isinstance(node, exp.Column) and not node.table and node.name in given:
        return _node(given[node.name])
    if isinstance(node, exp.Table) and node.name in given:
        alias = node.alias
        table = given[node.name]
        made = exp.to_table(table) if isinstance(table, str) else table.copy()  # type: ignore[union-attr]
        return exp.alias_(made, alias, table=True) if alias else made
    return node


def _node(value: exp.Expr | str | int | float) -> exp.Expr:
    if isinstance(value, exp.Expr):
        return exp.Paren(this=value.copy()) if isinstance(value, exp.Binary) else value.copy()
    return exp.Literal.string(value) if isinstance(value, str) else exp.convert(value)


def drawn(text: str, **places: exp.Expr | str | int | float) -> exp.Expr:
    """The statement `text` with every place filled: `_name` is what `name=` gives, a node, a constant or a table."""
    given = {f"_{name}": value for name, value in places.items()}
    return _parsed(text).copy().transform(_filled, given, copy=False)


def sql(node: exp.Expr) -> str:
    """The text that DuckDB reads."""
    return node.sql(dialect="duckdb")


def make(engine: DuckDB, table: str, select: exp.Expr) -> None:
    """Keep a SELECT as a temporary table, which may spill to the disk."""
    engine.keep(table, cast("exp.Select", select))


def drop(engine: DuckDB, *tables: str) -> None:
    """Let tables go whose work is done: kept to the end, each would hold memory, or be written to the disk."""
    for table in tables:
        engine.connection.execute(sql(exp.Drop(tables=[exp.to_table(table)], kind="TABLE", exists=True)))


def rename(engine: DuckDB, table: str, to: str) -> None:
    """Put a table in the place of another, which is let go."""
    drop(engine, to)
    named = exp.AlterRename(this=exp.to_table(to))
    engine.connection.execute(sql(exp.Alter(this=exp.to_table(table), kind="TABLE", actions=[named])))


def fetch(engine: DuckDB, select: exp.Expr) -> pa.Table:
    """The rows of a SELECT."""
    return engine.query(cast("exp.Select", select))


def union(selects: list[exp.Expr]) -> exp.Expr:
    """All rows of several SELECTs of one shape."""
    whole = selects[0]
    for select in selects[1:]:
        whole = exp.Union(this=whole, expression=select, distinct=False)
    return exp.select("*").from_(cast("exp.Query", whole).subquery("every"))
