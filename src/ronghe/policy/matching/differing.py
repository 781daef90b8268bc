"""Who gains and who loses by another version of the rules: the same subjects, decided twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from ronghe.rules import Bound
from ronghe.rules.sql import call, kleene, text, when
from ronghe.tables.engine import DuckDB

__all__ = ["Change", "changes", "differences"]

KINDS = ("gains", "loses", "more", "less", "other")
_CENT = 0.005


@dataclass(frozen=True, slots=True)
class Change:
    """One rule in both versions: `gains` become eligible, `loses` are no longer, `more` and `less` stay eligible for
    another amount, `other` change between ineligible and unknown. `amount` is the change of the sum of amounts.
    """

    rule: str
    gains: int
    loses: int
    more: int
    less: int
    other: int
    amount: float

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        figures = {kind: getattr(self, kind) for kind in KINDS}
        return {"rule": self.rule, **figures, "amount": round(self.amount, 2)}


def _column(bound: Bound, table: str, name: str, suffix: str) -> Any:
    """A column of one version; a rule that it does not have finds everybody ineligible."""
    rule = next((one for one in bound.active if one.rule.name == name), None)
    if suffix == ".amount" and (rule is None or rule.amount is None):
        return exp.cast(exp.null(), "DOUBLE")
    if rule is None:
        return text("ineligible") if not suffix else exp.cast(exp.null(), "VARCHAR")
    return exp.column(name + suffix, table=table, quoted=True)


def _kind(one: dict[str, Any], other: dict[str, Any]) -> Any:
    """What the change is, NULL where there is none."""

    def eligible(side: dict[str, Any]) -> Any:
        return exp.EQ(this=side[""].copy(), expression=text("eligible"))

    gap = exp.Paren(this=exp.Sub(this=other[".amount"].copy(), expression=one[".amount"].copy()))
    branches = [
        (kleene([exp.Not(this=exp.Paren(this=eligible(one))), eligible(other)], every=True), "gains"),
        (kleene([eligible(one), exp.Not(this=exp.Paren(this=eligible(other)))], every=True), "loses"),
        (exp.NEQ(this=one[""].copy(), expression=other[""].copy()), "other"),
        (exp.GT(this=gap, expression=exp.Literal.number(_CENT)), "more"),
        (exp.LT(this=gap.copy(), expression=exp.Neg(this=exp.Literal.number(_CENT))), "less"),
    ]
    return exp.Case(ifs=[exp.If(this=condition, true=text(kind)) for condition, kind in branches])


def differences(old: Bound, new: Bound, tables: tuple[str, str]) -> tuple[exp.Select, Sequence[str]]:
    """The SELECT of all changes, a row for each subject and rule that changes, and the rules compared.

    Columns: subject, rule, change, and of both versions result, clause, missing, amount. `tables` holds the decisions.
    """
    names = list(dict.fromkeys(one.rule.name for bound in (old, new) for one in bound.active))
    selects = [_differences(old, new, tables, name) for name in names]
    whole: Any = selects[0]
    for select in selects[1:]:
        whole = exp.union(whole, select, distinct=False)
    ordered = exp.select("*").from_(whole.subquery("changes")).order_by("rule", "row_number")
    return exp.select(exp.Star(except_=[exp.column("row_number")])).from_(ordered.subquery("changes")), names


def _differences(old: Bound, new: Bound, tables: tuple[str, str], name: str) -> exp.Select:
    suffixes = ("", ".clause", ".missing", ".amount")
    sides = [
        {suffix: _column(bound, table, name, suffix) for suffix in suffixes}
        for bound, table in zip((old, new), tables, strict=True)
    ]
    kind = _kind(sides[0], sides[1])
    titles = ("result", "clause", "missing", "amount")
    pairs = [
        exp.alias_(side[suffix], f"{title}_{which}")
        for suffix, title in zip(suffixes, titles, strict=True)
        for side, which in zip(sides, ("old", "new"), strict=True)
    ]
    row, subject = (exp.column(column, table=tables[0]) for column in ("row_number", "subject"))
    on = exp.EQ(this=row.copy(), expression=exp.column("row_number", table=tables[1]))
    changed = exp.Not(this=exp.Is(this=exp.Paren(this=kind.copy()), expression=exp.null()))
    chosen = (row, subject, exp.alias_(text(name), "rule"), exp.alias_(kind, "change"), *pairs)
    return exp.select(*chosen).from_(tables[0]).join(exp.to_table(tables[1]), on=on).where(changed)


def changes(engine: DuckDB, table: str, names: Sequence[str]) -> list[Change]:
    """The changes of each rule, counted; `table` holds the rows of `differences`."""
    counted = [
        exp.alias_(exp.CountIf(this=exp.EQ(this=exp.column("change"), expression=text(kind))), kind) for kind in KINDS
    ]

    def paid(side: str) -> Any:
        eligible = exp.EQ(this=exp.column(f"result_{side}"), expression=text("eligible"))
        return call("COALESCE", exp.Sum(this=when(eligible, exp.column(f"amount_{side}"))), exp.Literal.number(0))

    gap = exp.alias_(exp.Sub(this=paid("new"), expression=paid("old")), "amount")
    found = engine.query(exp.select("rule", *counted, gap).from_(table).group_by("rule")).to_pylist()
    by_rule = {row["rule"]: row for row in found}
    return [_change(name, by_rule.get(name, {})) for name in names]


def _change(rule: str, row: Mapping[str, Any]) -> Change:
    # The engine counts in numbers wider than Arrow has, which arrive as decimals.
    figures = {kind: int(row.get(kind, 0)) for kind in KINDS}
    return Change(rule=rule, **figures, amount=float(row.get("amount", 0)))
