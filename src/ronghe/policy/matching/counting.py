"""How many subjects each rule finds eligible, ineligible or unknown, by which clause, and for want of which fact."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlglot import exp

from ronghe.rules import RESULTS, Bound
from ronghe.tables.engine import DuckDB

__all__ = ["RuleCount", "counts"]


@dataclass(frozen=True, slots=True)
class RuleCount:
    """One rule over all subjects. `missing` counts, by fact, the subjects that are unknown for want of it.

    `decided_by` counts by result and clause; `amount` is the sum of what the eligible are entitled to; `unpriced`
    counts the eligible whose amount is unknown, which is in no sum: unknown never pays.
    """

    rule: str
    title: str
    basis: str
    results: Mapping[str, int]
    decided_by: Mapping[tuple[str, str], int]
    missing: Mapping[str, int]
    amount: float | None
    unpriced: int

    def to_json(self) -> dict[str, Any]:
        """As a JSON value, clauses and facts by falling number."""
        clauses = sorted(self.decided_by.items(), key=lambda pair: (-pair[1], pair[0]))
        listed = [{"result": result, "clause": clause, "subjects": n} for (result, clause), n in clauses]
        missing = dict(sorted(self.missing.items(), key=lambda pair: (-pair[1], pair[0])))
        names = {"rule": self.rule, "title": self.title, "basis": self.basis}
        money = {} if self.amount is None else {"amount": round(self.amount, 2), "amount_unknown": self.unpriced}
        return {**names, **self.results, **money, "decided_by": listed, "missing": missing}


def counts(engine: DuckDB, bound: Bound, decisions: str) -> list[RuleCount]:
    """The counts of every rule in force; `decisions` is a table as `rules.over_tables` makes it."""
    return [_count(engine, decisions, rule.rule, priced=rule.amount is not None) for rule in bound.active]


def _count(engine: DuckDB, decisions: str, rule: Any, *, priced: bool) -> RuleCount:
    names = ("", ".clause", ".missing")
    columns = [exp.column(rule.name + suffix, quoted=True) for suffix in names]
    keys = [exp.alias_(column, name) for column, name in zip(columns, ("result", "clause", "missing"), strict=True)]
    figures = [exp.alias_(exp.Count(this=exp.Star()), "n")]
    if priced:
        amount = exp.column(f"{rule.name}.amount", quoted=True)
        figures += [exp.alias_(exp.Sum(this=amount), "amount"), exp.alias_(exp.Count(this=amount.copy()), "priced")]
    select = exp.select(*keys, *figures).from_(decisions).group_by(*(column.copy() for column in columns))
    return _counted(rule, engine.query(select), priced=priced)


def _counted(rule: Any, table: pa.Table, *, priced: bool) -> RuleCount:
    results: Counter[str] = Counter(dict.fromkeys(RESULTS.values(), 0))
    clauses: Counter[tuple[str, str]] = Counter()
    missing: Counter[str] = Counter()
    amount, unpriced = 0.0, 0
    for row in table.to_pylist():
        results[row["result"]] += row["n"]
        clauses[row["result"], row["clause"] or ""] += row["n"]
        if row["result"] == "unknown":
            missing.update({fact: row["n"] for fact in (row["missing"] or "").split(", ") if fact})
        if priced and row["result"] == "eligible":
            amount += row["amount"] or 0.0
            unpriced += row["n"] - row["priced"]
    total = amount if priced else None
    return RuleCount(rule.name, rule.title, rule.basis, dict(results), dict(clauses), dict(missing), total, unpriced)
