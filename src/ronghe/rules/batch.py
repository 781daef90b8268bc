"""The rules over a table of subjects: SQL decides what it can, and each pattern of missing facts is resolved once.

    facts      recorded values as the facts that the rules ask for, one row for each subject
    evaluated  for each rule its truth, the clause that decided, the amount, and the pattern of an open decision
    decided    the same with open patterns resolved: two values of a missing fact that lead to different results

A pattern is the truths of a rule's atoms and the facts that are missing. A million subjects have few of them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp

from ronghe.rules.binding import Bound, BoundRule
from ronghe.rules.deciding import label_of
from ronghe.rules.expressions import MEMBERS, Expression, Fact, facts_of
from ronghe.rules.missing import Truth
from ronghe.rules.patterns import pattern_sql
from ronghe.rules.recorded import FACTS, ID, ROW, fact_column
from ronghe.rules.ruleset import Clause, clauses
from ronghe.rules.sql import call, fold_sql, kleene, listed, render, when

__all__ = ["EVALUATED", "decided", "evaluated", "patterns"]

EVALUATED = "evaluated"


def _columns(bound: Bound) -> dict[Expression, exp.Column]:
    """Where facts and folds stand while rules are evaluated."""
    specs = bound.rules.facts
    found: dict[Expression, exp.Column] = {
        Fact(name, specs[name].kind): exp.column(fact_column(name), quoted=True) for name in bound.facts()
    }
    for group in bound.rules.groups:
        for at, fold in enumerate(bound.folds(group)):
            found[fold] = exp.column(f"{group}_{at}", table=f"group_{group}", quoted=True)
    return found


def _grouped(bound: Bound, group: str, columns: Mapping[Expression, exp.Column]) -> exp.Select:
    """One row for each group: the folds, and which facts are missing of a member."""
    key = exp.column(f"key_{group}", quoted=True)
    folds = bound.folds(group)
    chosen: list[Any] = [exp.alias_(key, "key", quoted=True)]
    chosen += [exp.alias_(fold_sql(fold, columns), f"{group}_{at}", quoted=True) for at, fold in enumerate(folds)]
    asked = sorted(frozenset().union(*(facts_of(fold.operand) for fold in folds)))
    for name in asked:
        blank = exp.Is(this=exp.column(fact_column(name), quoted=True), expression=exp.null())
        chosen.append(exp.alias_(call("BOOL_OR", blank), f"missing_{name}", quoted=True))
    known = exp.Not(this=exp.Is(this=key.copy(), expression=exp.null()))
    return exp.select(*chosen).from_(FACTS).where(known).group_by(key.copy())


def _is_missing(name: str) -> Any:
    group, _, fact = name.rpartition(".")
    if not group:
        return exp.Is(this=exp.column(fact_column(fact), quoted=True), expression=exp.null())
    key = exp.Is(this=exp.column("key", table=f"group_{group}", quoted=True), expression=exp.null())
    if fact == MEMBERS:
        return key
    return call("COALESCE", exp.column(f"missing_{fact}", table=f"group_{group}", quoted=True), exp.true())


def _truth(clause: Clause, columns: Mapping[Expression, exp.Column]) -> Any:
    if clause.condition is not None:
        return render(clause.condition, columns)
    parts = [_truth(part, columns) for part in clause.parts]
    if clause.kind == "not":
        return exp.Not(this=exp.Paren(this=parts[0]))
    return kleene(parts, every=clause.kind == "all")


def _holds(truth: Any, wanted: Truth) -> Any:
    if wanted is None:
        return exp.Is(this=exp.Paren(this=truth), expression=exp.null())
    return exp.Paren(this=truth) if wanted else exp.Not(this=exp.Paren(this=truth))


def _decisive(clause: Clause, wanted: Truth, columns: Mapping[Expression, exp.Column], labels: list[str]) -> Any:
    """The number of the label of the clause that decided; as `deciding.decisive`."""
    if not clause.parts:
        return _numbered(clause.label, labels)
    if clause.kind == "not":
        if clause.label:
            return _numbered(clause.label, labels)
        return _decisive(clause.parts[0], None if wanted is None else not wanted, columns, labels)
    if wanted is not None and wanted is (clause.kind == "all"):
        return _numbered(label_of(clause), labels)
    branches = [
        exp.If(this=_holds(_truth(part, columns), wanted), true=_decisive(part, wanted, columns, labels))
        for part in clause.parts
    ]
    return exp.Case(ifs=branches)


def _numbered(label: str, labels: list[str]) -> Any:
    if label not in labels:
        labels.append(label)
    return exp.Literal.number(labels.index(label) + 1)


def evaluated(bound: Bound, labels: list[str]) -> exp.Select:
    """The SELECT over `facts`: for rule k truth_k, clause_k (a place in `labels`, from 1), amount_k and open_k.

    Below it stands one SELECT that asks each distinct thing once; DuckDB shares no work between branches of CASE.
    """
    asked = _Asked(bound)
    chosen: list[Any] = [exp.column(ROW), exp.column(ID)]
    for at, rule in enumerate(bound.active):
        chosen += _rule(at, rule, asked, labels)
    return exp.select(*chosen).from_(asked.select().subquery("asked"))


class _Asked:
    """The atoms, choices, missing facts and amounts of all rules, each as a column of one SELECT."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound
        self._facts = _columns(bound)
        nodes = [node for rule in bound.active for node in (*rule.formula.atoms, *rule.choices)]
        self._atoms = tuple(dict.fromkeys(nodes))
        self._missing = tuple(dict.fromkeys(name for rule in bound.active for name in rule.facts))
        self.columns = {node: exp.column(f"atom_{at}") for at, node in enumerate(self._atoms)}

    def missing(self, name: str) -> Any:
        """Whether a fact is missing."""
        return exp.column(f"missing_{self._missing.index(name)}")

    def select(self) -> exp.Select:
        """All columns, over the facts and what the members of each group are asked."""
        chosen: list[Any] = [exp.column(ROW, table=FACTS), exp.column(ID, table=FACTS)]
        chosen += [exp.alias_(render(node, self._facts), f"atom_{at}") for at, node in enumerate(self._atoms)]
        chosen += [exp.alias_(_is_missing(name), f"missing_{at}") for at, name in enumerate(self._missing)]
        for at, rule in enumerate(self._bound.active):
            if rule.amount is not None:
                chosen.append(exp.alias_(render(rule.amount, self._facts), f"amount_{at}"))
        select = exp.select(*chosen).from_(FACTS)
        for group in self._bound.rules.groups:
            if self._bound.folds(group):
                key, other = exp.column(f"key_{group}", quoted=True), f"group_{group}"
                on = exp.EQ(this=key, expression=exp.column("key", table=other, quoted=True))
                select = select.join(exp.to_table(other), on=on, join_type="left")
                select = select.with_(other, as_=_grouped(self._bound, group, self._facts))
        return select


def _rule(at: int, rule: BoundRule, asked: _Asked, labels: list[str]) -> list[Any]:
    """The four columns of one rule."""
    truth = _truth(rule.when, asked.columns)
    clause = exp.Case(
        this=exp.Paren(this=truth),
        ifs=[
            exp.If(this=exp.true(), true=_decisive(rule.when, True, asked.columns, labels)),
            exp.If(this=exp.false(), true=_decisive(rule.when, False, asked.columns, labels)),
        ],
        default=_decisive(rule.when, None, asked.columns, labels),
    )
    open_ = _holds(truth.copy(), None)
    amount: Any = exp.cast(exp.null(), "DOUBLE") if rule.amount is None else exp.column(f"amount_{at}")
    if rule.amount is not None:
        lacks = exp.Is(this=amount.copy(), expression=exp.null())
        open_ = exp.Or(this=open_, expression=exp.And(this=exp.Paren(this=truth.copy()), expression=lacks))
    truths = [asked.columns[node].copy() for node in (*rule.formula.atoms, *rule.choices)]
    pattern = pattern_sql(rule, truths, [asked.missing(name) for name in rule.facts])
    return [
        exp.alias_(truth.copy(), f"truth_{at}"),
        exp.alias_(exp.cast(clause, "SMALLINT"), f"clause_{at}"),
        exp.alias_(amount, f"amount_{at}"),
        exp.alias_(when(open_, pattern), f"open_{at}"),
    ]


def patterns(at: int) -> exp.Select:
    """The patterns of the open decisions of rule `at`."""
    column = exp.column(f"open_{at}")
    known = exp.Not(this=exp.Is(this=column.copy(), expression=exp.null()))
    return exp.select(exp.alias_(column, "pattern")).distinct().from_(EVALUATED).where(known)


def decided(bound: Bound, labels: Sequence[str], opened: Mapping[int, str]) -> exp.Select:
    """The SELECT over `evaluated`: ROW, ID, and for each rule `<rule>`, `<rule>.clause`, `.missing`, and `.amount`.

    `opened` names, for the place of each rule with open decisions, the table of what became of them.
    """
    chosen: list[Any] = [exp.column(ROW, table=EVALUATED), exp.column(ID, table=EVALUATED)]
    select = exp.select().from_(EVALUATED)
    for at, rule in enumerate(bound.active):
        truth: Any = exp.column(f"truth_{at}")
        missing: Any = exp.cast(exp.null(), "VARCHAR")
        if at in opened:
            table = opened[at]
            truth = call("COALESCE", truth, exp.column("result", table=table))
            missing = exp.column("missing", table=table)
            on = exp.EQ(this=exp.column(f"open_{at}"), expression=exp.column("pattern", table=table))
            select = select.join(exp.to_table(table), on=on, join_type="left")
        result = listed(("eligible", "ineligible", "unknown"))
        branches = [
            exp.If(this=exp.true(), true=result["eligible"]),
            exp.If(this=exp.false(), true=result["ineligible"]),
        ]
        name = rule.rule.name
        chosen.append(exp.alias_(exp.Case(this=truth, ifs=branches, default=result["unknown"]), name, quoted=True))
        clause = _label(at, rule, labels)
        chosen.append(exp.alias_(clause, f"{name}.clause", quoted=True))
        chosen.append(exp.alias_(missing, f"{name}.missing", quoted=True))
        if rule.amount is not None:
            chosen.append(exp.alias_(when(truth.copy(), exp.column(f"amount_{at}")), f"{name}.amount", quoted=True))
    return select.select(*chosen)


def _label(at: int, rule: BoundRule, labels: Sequence[str]) -> Any:
    """The label of the clause that decided, of those that a rule has."""
    own = listed(sorted({label_of(node) for node in clauses(rule.when)} & set(labels)))
    branches = [exp.If(this=exp.Literal.number(labels.index(label) + 1), true=value) for label, value in own.items()]
    return exp.Case(this=exp.column(f"clause_{at}"), ifs=branches)
