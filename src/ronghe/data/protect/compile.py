"""A plan of obligations compiled once: predicates, then the columns that leave, as layers that any engine runs.

Rows are filtered first and on what the source says; obligations come next; whatever a consumer asks comes last and
sees what is left. Of a row that does not leave no column is computed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ronghe.data.protect.obligations import Ancestors, obeyed
from ronghe.data.protect.plain import plain
from ronghe.data.protect.rows import all_hold
from ronghe.tables import expressions as ops
from ronghe.tables.plan import Layer
from ronghe.tables.plan import Plan as TablePlan
from ronghe.terms import Refused
from ronghe.trust.access import Plan
from ronghe.trust.access.obligations import Keep, Null, Obligation, Token, reveals_no_more, strictest_first

__all__ = ["Compiled", "Output", "compile_plan"]


@dataclass(frozen=True, slots=True)
class Output:
    """A column that leaves under `name`: `value` of the plan, and where that is NULL the tokens of other columns."""

    name: str
    value: str
    text: bool = True
    tokens: tuple[tuple[str, Token], ...] = ()


@dataclass(frozen=True, slots=True)
class Compiled:
    """What an engine computes, and what is made of its columns."""

    plan: TablePlan
    outputs: tuple[Output, ...]

    @property
    def needs_key(self) -> bool:
        """True when some column is a token."""
        return any(output.tokens for output in self.outputs)


def compile_plan(plan: Plan, columns: Mapping[str, ops.Column], ancestors: Ancestors) -> Compiled:
    """The plan over a table whose fields are these columns; Refused when it names a field that the table lacks."""
    _check_fields(plan, columns)
    texts = {
        name: column if column.type == ops.TEXT else ops.TextOf(column, column.type) for name, column in columns.items()
    }
    predicates = tuple(all_hold(share.rows, texts) for share in plan.shares)
    marks = tuple(_mark(number, predicate) for number, predicate in enumerate(predicates))
    marked = tuple((f"_p{n}", predicate) for n, predicate in enumerate(predicates) if predicate != ops.ALWAYS)
    where = None if ops.ALWAYS in marks else ops.Or(marks)
    computed: list[tuple[str, ops.Expression]] = []
    outputs = []
    for number, name in enumerate(plan.fields):
        output, made = _output(plan, number, name, marks, columns[name], texts[name], ancestors)
        outputs.append(output)
        computed += made
    below = Layer(marked, tuple(column.name for column in columns.values()))
    return Compiled(TablePlan((below, Layer(tuple(computed), (), where))), tuple(outputs))


def _check_fields(plan: Plan, columns: Mapping[str, ops.Column]) -> None:
    named = [name for share in plan.shares for name, _ in share.fields if name in plan.fields]
    named += [condition.subject for share in plan.shares for condition in share.rows]
    for name in named:
        if name not in columns:
            raise Refused("data.protect_field_missing", name=name, asset=plan.asset)


def _mark(number: int, predicate: ops.Expression) -> ops.Expression:
    return ops.ALWAYS if predicate == ops.ALWAYS else ops.Column(f"_p{number}", ops.BOOLEAN)


def _either(conditions: list[ops.Expression]) -> ops.Expression:
    if ops.ALWAYS in conditions:
        return ops.ALWAYS
    return conditions[0] if len(conditions) == 1 else ops.Or(tuple(conditions))


def _by_obligation(plan: Plan, name: str, marks: tuple[ops.Expression, ...]) -> dict[Obligation, ops.Expression]:
    """Where each obligation on a field is asked for, the strictest first."""
    asked: dict[Obligation, list[ops.Expression]] = {}
    for share, mark in zip(plan.shares, marks, strict=True):
        for field, obligation in share.fields:
            if field == name:
                asked.setdefault(obligation, []).append(mark)
    return {obligation: _either(asked[obligation]) for obligation in strictest_first(tuple(asked))}


def _without_ground(asked: Mapping[Obligation, ops.Expression]) -> list[ops.Expression]:
    """Where two obligations meet of which neither is the stricter one."""
    pairs = [(a, b) for a in asked for b in asked if repr(a) < repr(b)]
    apart = [(a, b) for a, b in pairs if not reveals_no_more(a, b) and not reveals_no_more(b, a)]
    return [ops.And((asked[a], asked[b])) for a, b in apart]


def _output(
    plan: Plan,
    number: int,
    name: str,
    marks: tuple[ops.Expression, ...],
    column: ops.Column,
    text: ops.Expression,
    ancestors: Ancestors,
) -> tuple[Output, list[tuple[str, ops.Expression]]]:
    asked = _by_obligation(plan, name, marks)
    own_type = set(asked) <= {Keep(), Null()} and Keep() in asked
    kind = column.type if own_type else ops.TEXT
    nothing = ops.Literal(None, kind)
    apart = [(condition, nothing) for condition in _without_ground(asked)]

    def chosen(wanted: Obligation | None) -> ops.Expression:
        """The column where `wanted`, a token, is the one that applies; with None where no token is."""
        branches: list[tuple[ops.Expression, ops.Expression]] = [*apart]
        for obligation, where in asked.items():
            if isinstance(obligation, Token):
                value = plain(text) if obligation == wanted else nothing
            elif wanted is not None:
                value = nothing
            else:
                value = column if own_type and obligation == Keep() else obeyed(obligation, text, ancestors)
            branches.append((where, value))
        return _cased(branches, nothing)

    tokens = tuple((f"t{number}_{n}", one) for n, one in enumerate(o for o in asked if isinstance(o, Token)))
    made = [(f"v{number}", chosen(None)), *((place, chosen(token)) for place, token in tokens)]
    return Output(name, f"v{number}", kind == ops.TEXT, tokens), made


def _cased(branches: list[tuple[ops.Expression, ops.Expression]], nothing: ops.Literal) -> ops.Expression:
    """The first branch that holds; a branch that always does ends them."""
    kept: list[tuple[ops.Expression, ops.Expression]] = []
    for where, value in branches:
        if where == ops.ALWAYS:
            return ops.Case(tuple(kept), value) if kept else value
        kept.append((where, value))
    return ops.Case(tuple(kept), nothing)
