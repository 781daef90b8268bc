"""Two tables by equal keys, with a cardinality that is declared and checked: a fan-out is never silent."""

from pathlib import Path

from sqlglot import exp

from ronghe.data.integrate.fuse.plan import JoinStep
from ronghe.data.integrate.fuse.table import Made, Table, column, count_rows, family, named, need, text_of, write
from ronghe.tables.engine import DuckDB
from ronghe.terms import InputError

__all__ = ["join", "masked"]

_SHOWN = 5


def masked(value: object) -> str:
    """A key as a message may show it: keys of people are personal, so only the ends are readable."""
    text = str(value)
    return f"{text[0]}***{text[-1]}" if len(text) > 4 else "***"


def _view(table: Table) -> exp.Identifier:
    return exp.to_identifier(table.view)


def check_unique(engine: DuckDB, table: Table, keys: tuple[str, ...], step: str) -> None:
    """InputError with some of the keys that stand in two rows."""
    present = exp.and_(*(column(key).is_(exp.Null()).not_() for key in keys))
    many = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1))
    columns = [column(key) for key in keys]
    select = exp.select(*columns).from_(_view(table)).where(present).group_by(*columns).having(many)
    found = engine.query(select.order_by(*columns).limit(_SHOWN)).to_pylist()
    if found:
        shown = ", ".join("/".join(masked(value) for value in row.values()) for row in found)
        raise InputError(
            "data.integrate_duplicate_keys", step=step, table=table.source.name, name=", ".join(keys), keys=shown
        )


def _check(engine: DuckDB, step: JoinStep, left: Table, right: Table) -> None:
    for table in (left, right):
        need(table, step.on, step.name)
    for key in step.on:
        one, two = left.types[key], right.types[key]
        if family(one) != family(two):
            raise InputError(
                "data.integrate_types",
                step=step.name,
                name=key,
                one=f"{left.source.name}: {one}",
                two=f"{right.source.name}: {two}",
            )
    for table in (left, right):
        present = exp.and_(*(column(key).is_(exp.Null()).not_() for key in step.on))
        counts = exp.select(exp.Count(this=exp.Star())).from_(_view(table))
        if not count_rows(engine, counts):
            raise InputError("data.integrate_empty", step=step.name, table=table.source.name)
        if not count_rows(engine, counts.where(present)):
            raise InputError("data.integrate_no_keys", step=step.name, table=table.source.name, name=", ".join(step.on))
    if step.cardinality in ("one-to-one", "one-to-many"):
        check_unique(engine, left, step.on, step.name)
    if step.cardinality in ("one-to-one", "many-to-one"):
        check_unique(engine, right, step.on, step.name)


def _same(step: JoinStep) -> exp.Expr:
    return exp.and_(*(exp.EQ(this=column(key, "l"), expression=column(key, "r")) for key in step.on))


def _alone(step: JoinStep, one: Table, other: Table) -> exp.Select:
    """The rows of one table that found no partner, all their columns."""
    select = exp.select("l.*").from_(exp.to_table(one.view).as_("l"))
    select = select.join(exp.to_table(other.view).as_("r"), on=_same(step), join_type="anti")
    return select.order_by(*(text_of(column(name, "l")) for name in one.types))


def _output(step: JoinStep, left: Table, right: Table) -> dict[str, tuple[exp.Expr, list[tuple[str, str]]]]:
    """Each column of the joined table, with where it comes from."""
    found: dict[str, tuple[exp.Expr, list[tuple[str, str]]]] = {}
    for name in left.types:
        if name in step.on:
            both = exp.Coalesce(this=column(name, "l"), expressions=[column(name, "r")])
            found[name] = (both, [(left.source.name, name), (right.source.name, name)])
        else:
            found[name] = (column(name, "l"), [(left.source.name, name)])
    for name in right.types:
        if name in step.on:
            continue
        ours = f"{right.source.name}_{name}" if name in left.types else name
        if ours in found:
            raise InputError("data.integrate_column_twice", step=step.name, name=ours)
        found[ours] = (column(name, "r"), [(right.source.name, name)])
    return found


def join(engine: DuckDB, step: JoinStep, tables: list[Table], path: Path) -> Made:
    """Write the joined table, and beside it the rows of each side that found no partner."""
    left, right = tables
    _check(engine, step, left, right)
    output = _output(step, left, right)
    select = exp.select(*(named(value, name) for name, (value, _) in output.items()))
    select = select.from_(exp.to_table(left.view).as_("l"))
    select = select.join(exp.to_table(right.view).as_("r"), on=_same(step), join_type=step.how)
    if step.how == "full" or step.cardinality == "one-to-many":
        # Otherwise the engine keeps the order of the left table; here the order would depend on threads.
        select = exp.select("*").from_(select.subquery("j"))
        select = select.order_by(*(column(name) for name in (*step.on, *output)))
    rows = write(engine, select, path)
    alone = {
        f"{step.name}.left_unmatched.parquet": _alone(step, left, right),
        f"{step.name}.right_unmatched.parquet": _alone(step, right, left),
    }
    files = {file: write(engine, rows_alone, path.parent / file) for file, rows_alone in alone.items()}
    unmatched = list(files.values())
    counts = {"rows": rows, "left_unmatched": unmatched[0], "right_unmatched": unmatched[1]}
    return Made({path.name: rows, **files}, counts, {name: origins for name, (_, origins) in output.items()})
