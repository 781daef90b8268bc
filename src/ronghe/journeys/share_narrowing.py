"""Columns that name nobody and single people out together, as births, sexes and ethnic groups do: where they leave."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
from sqlglot import exp

from ronghe.data.integrate.fuse.table import call, column, named, parquet_at, write
from ronghe.data.protect.publishing import singling_out
from ronghe.data.protect.release import place_of, suppressed
from ronghe.data.scan.result import ScannedTable
from ronghe.tables.engine import DuckDB
from ronghe.trust.access.obligations import SmallGroups

__all__ = ["Door", "doors_of", "without_few"]

Origins = Mapping[str, Sequence[Sequence[str]]]
"""For each column of a table the tables and columns that made it."""


@dataclass(frozen=True, slots=True)
class Door:
    """Of a table the columns that leave narrower together, and those that leave in another table alone."""

    together: tuple[str, ...] = ()
    elsewhere: frozenset[str] = frozenset()


def _made_of(table: str, field: str, origins: Mapping[str, Origins]) -> set[tuple[str, str]]:
    """A column, and all columns of other tables that it was made of."""
    found, waiting = set[tuple[str, str]](), [(table, field)]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += [(name, field) for name, field in origins.get(one[0], {}).get(one[1], ())]
    return found


def doors_of(made: Sequence[ScannedTable], origins: Mapping[str, Origins]) -> dict[str, Door]:
    """Through which of these graded tables the columns leave that single people out together: of each only one.

    `made` has parts before what was made of them, and `origins` the columns of these. The last table that has such
    columns keeps them, for in it they stand together; by a common key they could be put together again from others.
    """
    taken, doors = set[tuple[str, str]](), dict[str, Door]()
    for one in reversed(made):
        own = origins.get(one.source, {})
        elsewhere = {field for table, field in taken if table == one.source}
        elsewhere |= {field for field in own if _made_of(one.source, field, origins) & taken}
        together = tuple(field for field in singling_out(one) if field not in elsewhere)
        doors[one.source] = Door(together, frozenset(elsewhere))
        for field in together:
            taken |= _made_of(one.source, field, origins)
    return doors


def without_few(engine: DuckDB, path: Path, together: Collection[str], least: int) -> int:
    """Empty these columns of a file where fewer rows than `least` agree in them; gives the number of such rows."""
    names = pq.read_schema(path).names
    engine.view(
        "narrow", exp.select(*(named(column(n), place_of(i)) for i, n in enumerate(names))).from_(parquet_at(path))
    )
    suppressed(engine, "narrow", "many", names, [SmallGroups(least, tuple(together))])
    kept = path.with_name("many.parquet")
    write(engine, exp.select(*(named(column(place_of(i)), n) for i, n in enumerate(names))).from_("many"), kept)

    def filled(table: Path) -> exp.Select:
        some = exp.or_(*(exp.Not(this=exp.Is(this=column(name), expression=exp.Null())) for name in together))
        return exp.select(named(call("count"), "n")).from_(parquet_at(table)).where(some)

    before, after = (int(engine.query(filled(table)).column(0)[0].as_py()) for table in (path, kept))
    kept.replace(path)
    return before - after
