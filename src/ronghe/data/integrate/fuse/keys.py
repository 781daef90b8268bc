"""Whether keys can join: of one type, there at all, and unique where that is declared."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from ronghe.data.integrate.fuse.table import Table, call, column, count_rows, filled, named
from ronghe.tables.engine import DuckDB
from ronghe.tables.plain_arrays import as_numpy
from ronghe.terms import InputError

__all__ = ["check_filled", "check_unique", "masked"]

_SHOWN = 5
_AT_ONCE = 8_000_000
"""Hashes that are sorted in memory at once: 64 MB."""


def masked(value: object) -> str:
    """A key as a message may show it: keys of people are personal, so only the ends are readable."""
    text = str(value)
    return f"{text[0]}***{text[-1]}" if len(text) > 4 else "***"


def check_filled(engine: DuckDB, table: Table, keys: Sequence[str], step: str) -> int:
    """The number of rows; InputError for a table without any, or where no row has the key."""
    rows = exp.select(exp.Count(this=exp.Star())).from_(exp.to_identifier(table.view))
    number = count_rows(engine, rows)
    if not number:
        raise InputError("data.integrate_empty", step=step, table=table.source.name)
    if not engine.query(exp.select("1").from_(exp.to_identifier(table.view)).where(filled(keys)).limit(1)).num_rows:
        raise InputError("data.integrate_no_keys", step=step, table=table.source.name, name=", ".join(keys))
    return number


def check_unique(engine: DuckDB, table: Table, keys: Sequence[str], step: str) -> None:
    """InputError with some of the keys that stand in two rows; a row without the key repeats nothing.

    Sorting hashes of the keys costs a third of grouping by them, and where no hash is there twice, no key is.
    """
    if not _hashes_repeat(engine, table, keys):
        return
    columns = [column(key) for key in keys]
    many = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1))
    groups = exp.select(*columns).from_(exp.to_identifier(table.view)).where(filled(keys))
    groups = groups.group_by(*columns).having(many).order_by(*columns)
    found = engine.query(groups.limit(_SHOWN)).to_pylist()
    if not found:
        return
    count = count_rows(engine, exp.select(exp.Count(this=exp.Star())).from_(groups.subquery("g")))
    shown = ", ".join("/".join(masked(value) for value in row.values()) for row in found)
    name = ", ".join(keys)
    raise InputError(
        "data.integrate_duplicate_keys", step=step, table=table.source.name, name=name, keys=shown, count=count
    )


def _hashes_repeat(engine: DuckDB, table: Table, keys: Sequence[str]) -> bool:
    rows = exp.select(exp.Count(this=exp.Star())).from_(exp.to_identifier(table.view))
    parts = max(-(-count_rows(engine, rows) // _AT_ONCE), 1)
    return any(_repeat(_hashes(engine, table, keys, part, parts)) for part in range(parts))


def _hashes(engine: DuckDB, table: Table, keys: Sequence[str], part: int, parts: int) -> NDArray[np.uint64]:
    """Hashes of the keys, of every `parts`-th hash one, so that a table of any size fits."""
    value = call("hash", *(column(key) for key in keys))
    select = exp.select(named(value, "h")).from_(exp.to_identifier(table.view)).where(filled(keys))
    if parts > 1:
        place = exp.Mod(this=value.copy(), expression=exp.Literal.number(parts))
        select = select.where(exp.EQ(this=place, expression=exp.Literal.number(part)))
    found = engine.query(select).column(0)
    hashes = np.empty(len(found), np.uint64)
    start = 0
    for chunk in found.chunks:
        hashes[start : start + len(chunk)] = as_numpy(chunk)
        start += len(chunk)
    return hashes


def _repeat(hashes: NDArray[np.uint64]) -> bool:
    hashes.sort()
    return bool((hashes[1:] == hashes[:-1]).any())
