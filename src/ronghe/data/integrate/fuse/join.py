"""Tables side by side by equal keys, in one statement, with a cardinality that is declared and checked before.

A fan-out is never silent, and a row that has no place in the joined table is in a file beside it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlglot import exp

from ronghe.data.integrate.fuse.keys import check_filled, check_unique
from ronghe.data.integrate.fuse.plan import JoinStep
from ronghe.data.integrate.fuse.table import (
    Made,
    Origin,
    Table,
    call,
    check_agree,
    column,
    named,
    need,
    one_thread,
    parquet_at,
    write,
)
from ronghe.tables.engine import DuckDB
from ronghe.terms import InputError

__all__ = ["SOURCES", "join"]

SOURCES = "_sources"
"""The column that says which tables a row is made of."""

_SEPARATOR = ", "
_HERE = "_here"
"""True in every row of a table, NULL where an outer join found none: a key may itself be missing."""


def _alias(place: int) -> str:
    return f"j{place}"


def _check(engine: DuckDB, step: JoinStep, tables: Sequence[Table]) -> list[int]:
    """The rows of each table; InputError for keys that cannot join as declared."""
    for table in tables:
        need(table, step.on, step.name)
    check_agree(step.name, ((table.source.name, key, table.types[key]) for table in tables for key in step.on))
    rows = [check_filled(engine, table, step.on, step.name) for table in tables]
    for place, table in enumerate(tables):
        if place != step.repeating:
            check_unique(engine, table, step.on, step.name)
    return rows


def _key(key: str, places: Sequence[int]) -> exp.Expr:
    """The key as the first of these tables that has the row gives it."""
    parts: list[exp.Expr] = [column(key, _alias(place)) for place in places]
    return exp.Coalesce(this=parts[0], expressions=parts[1:]) if len(parts) > 1 else parts[0]


def _side(table: Table, place: int) -> exp.Subquery:
    return exp.select("*", named(exp.true(), _HERE)).from_(exp.to_identifier(table.view)).subquery(_alias(place))


def _from(step: JoinStep, tables: Sequence[Table], select: exp.Select) -> exp.Select:
    select = select.from_(_side(tables[0], 0))
    for place, table in enumerate(tables[1:], 1):
        before = range(place) if step.how == "full" else [0]
        same = [exp.EQ(this=_key(key, before), expression=column(key, _alias(place))) for key in step.on]
        select = select.join(_side(table, place), on=exp.and_(*same), join_type=step.how)
    return select


def _sources(tables: Sequence[Table]) -> exp.Expr:
    present = [
        exp.Case().when(column(_HERE, _alias(place)).is_(exp.Null()).not_(), exp.Literal.string(table.source.name))
        for place, table in enumerate(tables)
    ]
    return call("concat_ws", exp.Literal.string(_SEPARATOR), *present)


def _output(step: JoinStep, tables: Sequence[Table]) -> dict[str, tuple[exp.Expr, list[Origin]]]:
    """Each column of the joined table, with where it comes from."""
    found: dict[str, tuple[exp.Expr, list[Origin]]] = {}
    for place, table in enumerate(tables):
        for name in table.types:
            if name in step.on:
                if place == 0:
                    shown = _key(name, range(len(tables)) if step.how == "full" else [0])
                    found[name] = (shown, [(one.source.name, name) for one in tables])
                continue
            taken = name in found or name in step.on
            ours = f"{table.source.name}_{name}" if taken else name
            if ours in found or ours in (SOURCES, _HERE):
                raise InputError("data.integrate_column_twice", step=step.name, name=ours)
            found[ours] = (column(name, _alias(place)), [(table.source.name, name)])
    return found


def _known(engine: DuckDB, path: Path) -> Mapping[tuple[str, ...], int]:
    """How many rows are made of which tables."""
    counted = exp.select(column(SOURCES), named(exp.Count(this=exp.Star()), "rows"))
    found = engine.query(counted.from_(parquet_at(path)).group_by(column(SOURCES))).to_pylist()
    return {tuple(row[SOURCES].split(_SEPARATOR)): row["rows"] for row in found}


def _left_out(step: JoinStep, tables: Sequence[Table], place: int) -> exp.Select:
    """The rows of one table that have no place in the joined one, all their columns."""
    others = [at for at in range(len(tables)) if at != place] if step.how == "inner" else [0]
    partners = exp.select(*(column(key, _alias(others[0])) for key in step.on))
    partners = partners.from_(exp.to_table(tables[others[0]].view).as_(_alias(others[0])))
    for at in others[1:]:
        same = (exp.EQ(this=column(k, _alias(others[0])), expression=column(k, _alias(at))) for k in step.on)
        partners = partners.join(exp.to_table(tables[at].view).as_(_alias(at)), on=exp.and_(*same), join_type="semi")
    own = tables[place]
    select = exp.select(*(column(name, "l") for name in own.types)).from_(exp.to_table(own.view).as_("l"))
    on = exp.and_(*(exp.EQ(this=column(key, "l"), expression=column(key, "r")) for key in step.on))
    return select.join(partners.subquery("r"), on=on, join_type="anti")


def _write_left_out(
    engine: DuckDB, step: JoinStep, tables: Sequence[Table], rows: Sequence[int], present: Counter[str], path: Path
) -> dict[str, int]:
    """The files of rows that have no place in the joined table, one for each table that has any."""
    first = {"full": len(tables), "left": 1, "inner": 0}[step.how]
    files = {}
    for place in range(first, len(tables)):
        table = tables[place]
        once = step.repeating in (None, place)
        if once and present[table.source.name] == rows[place]:
            continue  # each of its rows is in one row of the joined table
        file = path.with_name(f"{step.name}.left_out.{table.source.name}.parquet")
        with one_thread(engine):
            number = write(engine, _left_out(step, tables, place), file)
        if number:
            files[file.name] = number
        else:
            file.unlink()
    return files


def join(engine: DuckDB, step: JoinStep, tables: Sequence[Table], path: Path) -> Made:
    """Write the joined table, and beside it the rows of each table that have no place in it."""
    rows = _check(engine, step, tables)
    output = _output(step, tables)
    shown = [named(value, name) for name, (value, _) in output.items()]
    select = _from(step, tables, exp.select(*shown, named(_sources(tables), SOURCES)))
    with one_thread(engine):
        written = write(engine, select, path)
    known = _known(engine, path)
    present: Counter[str] = Counter()
    for names, number in known.items():
        present.update(dict.fromkeys(names, number))
    files = _write_left_out(engine, step, tables, rows, present, path)
    whole = sum(number for names, number in known.items() if len(names) == len(tables))
    left_out = {
        f"left_out_{table.source.name}": files.get(f"{step.name}.left_out.{table.source.name}.parquet", 0)
        for table in tables
    }
    counts = {"rows": written, "from_all": whole, **left_out}
    return Made({path.name: written, **files}, counts, {name: origins for name, (_, origins) in output.items()})
