"""Run the rules over a table that an engine holds."""

from collections.abc import Mapping, Sequence

from sqlglot import exp

from ronghe.rules import batch
from ronghe.rules.binding import Bound
from ronghe.rules.expressions import facts_of
from ronghe.rules.patterns import resolved
from ronghe.rules.recorded import FACTS, ROW, Recorded, facts_select
from ronghe.tables.engine import DuckDB
from ronghe.terms import InputError

__all__ = ["DECIDED", "decide_table", "facts_of_row", "recorded_in", "unusable"]

DECIDED = "decided"


def recorded_in(bound: Bound, columns: Mapping[str, str]) -> dict[str, Recorded]:
    """Where each fact stands among the columns of a table (name to type of the engine).

    Raises InputError when the column of the subjects' ids or of a group's key is not there, or no fact's is.
    """
    known = ", ".join(list(columns)[:40])
    for name in (bound.rules.subject, *bound.rules.groups.values()):
        if name not in columns:
            raise InputError("rules.column_missing", name=name, known=known)
    specs = [bound.rules.facts[name] for name in bound.facts()]
    if specs and not any(spec.column in columns for spec in specs):
        raise InputError("rules.no_columns", names=", ".join(spec.column for spec in specs[:20]), known=known)
    return {
        spec.name: Recorded(spec, spec.column, columns[spec.column]) if spec.column in columns else Recorded(spec, None)
        for spec in specs
    }


def decide_table(engine: DuckDB, bound: Bound, source: str, recorded: Mapping[str, Recorded]) -> Sequence[str]:
    """Decide every row of the table or view `source`; the decisions stand in the engine under the name DECIDED.

    Gives the names of the columns of decisions. See `batch.decided` for what they hold.
    """
    read, kept = facts_select(bound, recorded, source)
    engine.view("read_facts", read)
    engine.keep(FACTS, kept)
    labels: list[str] = []
    engine.keep(batch.EVALUATED, batch.evaluated(bound, labels))
    opened: dict[int, str] = {}
    for at, rule in enumerate(bound.active):
        written = engine.query(batch.patterns(at)).column("pattern").to_pylist()
        if written:
            opened[at] = f"opened_{at}"
            engine.keep(opened[at], resolved(rule, sorted(written)))
    select = batch.decided(bound, labels, opened)
    engine.view(DECIDED, select)
    return [str(one.alias_or_name) for one in select.expressions]


def unusable(engine: DuckDB, bound: Bound) -> dict[str, int]:
    """How many values of each fact were recorded and cannot be used, where there are any."""
    names = bound.facts()
    if not names:
        return {}
    counted = [
        exp.alias_(exp.CountIf(this=exp.column(f"bad_{name}", quoted=True)), name, quoted=True) for name in names
    ]
    found = engine.query(exp.select(*counted).from_(FACTS)).to_pylist()[0]
    # It counts in numbers wider than Arrow has, which arrive as decimals.
    return {name: int(count) for name, count in found.items() if count}


def facts_of_row(
    engine: DuckDB, bound: Bound, row: int
) -> tuple[dict[str, object], dict[str, list[dict[str, object]]]]:
    """The facts of one row and of the members of its groups, as `decide` takes them.

    They conform already: what was recorded and cannot be used is None, and a blank that means something has its value.
    """
    names = bound.facts()
    chosen = [exp.alias_(exp.column(f"fact_{name}", quoted=True), name, quoted=True) for name in names]
    keys = [exp.column(f"key_{group}", quoted=True) for group in bound.rules.groups]
    at = exp.EQ(this=exp.column(ROW), expression=exp.Literal.number(row))
    own = engine.query(exp.select(*chosen, *keys).from_(FACTS).where(at)).to_pylist()[0]
    groups: dict[str, list[dict[str, object]]] = {}
    for group in bound.rules.groups:
        key = own.pop(f"key_{group}")
        if key is not None and bound.folds(group):
            asked = sorted(frozenset().union(*(facts_of(fold.operand) for fold in bound.folds(group))))
            columns = [exp.alias_(exp.column(f"fact_{name}", quoted=True), name, quoted=True) for name in asked]
            same = exp.EQ(this=exp.column(f"key_{group}", quoted=True), expression=exp.Literal.string(str(key)))
            members = exp.select(exp.column(ROW), *columns).from_(FACTS).where(same)
            groups[group] = engine.query(members).to_pylist()
    return own, groups
