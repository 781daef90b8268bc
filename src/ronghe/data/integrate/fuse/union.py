"""The same thing in different shapes, one below the other."""

from pathlib import Path

from sqlglot import exp

from ronghe.data.integrate.fuse.plan import UnionStep
from ronghe.data.integrate.fuse.table import Made, Table, check_agree, column, named, need, write
from ronghe.tables.engine import DuckDB
from ronghe.terms import InputError

__all__ = ["union"]

SOURCE = "_source"


def _mapped(step: UnionStep, table: Table) -> dict[str, str]:
    """Our names with the table's own; InputError where two columns would be one."""
    mapping = step.columns.get(table.source.name, {})
    need(table, list(mapping), step.name)
    found: dict[str, str] = {}
    for name in table.types:
        ours = mapping.get(name, name)
        if ours in found or ours == SOURCE:
            raise InputError("data.integrate_column_twice", step=step.name, name=ours)
        found[ours] = name
    return found


def union(engine: DuckDB, step: UnionStep, tables: list[Table], path: Path) -> Made:
    """Write all rows of all tables; a column that a table has not is NULL there."""
    stray = [name for name in step.columns if name not in step.of]
    if stray:
        raise InputError("data.integrate_unknown", step=step.name, name=stray[0], known=", ".join(step.of))
    mapped = [_mapped(step, table) for table in tables]
    each = zip(tables, mapped, strict=True)
    check_agree(step.name, ((t.source.name, ours, t.types[own]) for t, n in each for ours, own in n.items()))
    names = list(dict.fromkeys(ours for names in mapped for ours in names))
    parts = []
    for table, own in zip(tables, mapped, strict=True):
        shown = [named(column(own[n]) if n in own else exp.Null(), n) for n in names]
        parts.append(
            exp.select(named(exp.Literal.string(table.source.name), SOURCE), *shown).from_(
                exp.to_identifier(table.view)
            )
        )
    whole = exp.select("*").from_(
        exp.union(*parts, distinct=False).subquery("u") if len(parts) > 1 else parts[0].subquery("u")
    )
    rows = write(engine, whole, path)
    origins = {
        n: [(table.source.name, own[n]) for table, own in zip(tables, mapped, strict=True) if n in own] for n in names
    }
    return Made({path.name: rows}, {"rows": rows}, origins)
