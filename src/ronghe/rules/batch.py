"""The rules over a table of subjects: SQL decides what it can, and each pattern of missing facts is resolved once.

    facts      recorded values as the facts that the rules ask for, one row for each subject
    evaluated  for each rule its truth, the clause that decided, the amount, and the pattern of an open decision
    decided    the same with open patterns resolved: two values of a missing fact that lead to different results

A pattern is the truths of a rule's atoms and the facts that are missing. A million subjects have few of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa
from sqlglot import exp

from ronghe.rules.binding import Bound, BoundRule
from ronghe.rules.deciding import Pattern, label_of, resolver
from ronghe.rules.expressions import MEMBERS, Constant, Expression, Fact, facts_of
from ronghe.rules.missing import Truth
from ronghe.rules.reading import LARGEST_NUMBER
from ronghe.rules.ruleset import Clause, FactSpec
from ronghe.rules.sql import TYPES, call, fold_sql, kleene, number, render, text, when

__all__ = ["Recorded", "Resolved", "decided", "evaluated", "facts_select", "patterns", "resolved"]

FACTS, EVALUATED, ROW, ID = "facts", "evaluated", "row_number", "subject"
_YES, _NO = ("true", "1", "是", "yes", "t"), ("false", "0", "否", "no", "f")


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where a fact stands in the subjects' table; `column` is None where the table does not have it."""

    spec: FactSpec
    column: str | None
    type: str = "VARCHAR"


class Query(Protocol):
    """Runs a SELECT over tables that are there."""

    def query(self, select: exp.Select) -> pa.Table:
        """The rows."""


def _fact_column(name: str) -> str:
    return f"fact_{name}"


def _raw(recorded: Recorded) -> Any:
    column = exp.column(recorded.column or "", quoted=True)
    return call("NULLIF", call("TRIM", column), text("")) if recorded.type == "VARCHAR" else column


def _read(recorded: Recorded) -> Any:
    """The recorded value in the kind of the fact, NULL where it is none of that kind."""
    raw, kind = _raw(recorded), recorded.spec.kind
    if kind == "number" and recorded.type == "BOOLEAN":
        return exp.cast(exp.null(), TYPES[kind])
    if kind == "boolean" and recorded.type != "BOOLEAN":
        lowered = call("LOWER", exp.cast(raw, "VARCHAR"))
        cases = [exp.If(this=text(word), true=exp.true()) for word in _YES]
        cases += [exp.If(this=text(word), true=exp.false()) for word in _NO]
        return exp.Case(this=lowered, ifs=cases)
    return exp.TryCast(this=raw, to=exp.DataType.build(TYPES[kind], dialect="duckdb"))


def _possible(spec: FactSpec, value: Any) -> list[Any]:
    """What a value must fulfill to be possible."""
    found: list[Any] = []
    if spec.kind == "number":
        found.append(exp.LTE(this=call("ABS", value.copy()), expression=number(LARGEST_NUMBER)))
    if spec.whole:
        found.append(exp.EQ(this=call("FLOOR", value.copy()), expression=value.copy()))
    for sign, limit in ((exp.GTE, spec.least), (exp.LTE, spec.most)):
        if limit is not None:
            found.append(sign(this=value.copy(), expression=render(Constant(limit, spec.kind), {})))
    if spec.values:
        listed = [render(Constant(one, spec.kind), {}) for one in spec.values]
        found.append(exp.In(this=value.copy(), expressions=listed))
    return found


def facts_select(bound: Bound, recorded: Mapping[str, Recorded], source: str) -> list[exp.Select]:
    """Two SELECTs, the second over the first under the name `read_facts`: read the values, then drop impossible ones.

    The columns of the second are ROW, ID, `fact_<name>`, `key_<group>`, and `bad_<name>`: a value that was there but
    could not be used.
    """
    names = bound.facts()
    subject = exp.column(bound.rules.subject, quoted=True)
    keys = [exp.alias_(_key(column), f"key_{group}", quoted=True) for group, column in bound.rules.groups.items()]
    read: list[Any] = [exp.alias_(exp.Window(this=exp.RowNumber()), ROW), exp.alias_(exp.cast(subject, "VARCHAR"), ID)]
    kept: list[Any] = [exp.column(ROW), exp.column(ID)]
    for name in names:
        one = recorded[name]
        if one.column is None:
            read.append(exp.alias_(exp.cast(exp.null(), TYPES[one.spec.kind]), f"value_{name}", quoted=True))
            read.append(exp.alias_(exp.null(), f"there_{name}", quoted=True))
        else:
            read.append(exp.alias_(_read(one), f"value_{name}", quoted=True))
            read.append(
                exp.alias_(exp.Not(this=exp.Is(this=_raw(one), expression=exp.null())), f"there_{name}", quoted=True)
            )
        kept += _kept(one.spec, name, there=one.column is not None)
    kept += [exp.column(f"key_{group}", quoted=True) for group in bound.rules.groups]
    return [exp.select(*read, *keys).from_(exp.to_table(source)), exp.select(*kept).from_("read_facts")]


def _key(column: str) -> Any:
    return call("NULLIF", call("TRIM", exp.cast(exp.column(column, quoted=True), "VARCHAR")), text(""))


def _kept(spec: FactSpec, name: str, *, there: bool) -> list[Any]:
    value, found = exp.column(f"value_{name}", quoted=True), exp.column(f"there_{name}", quoted=True)
    possible = _possible(spec, value)
    good = when(kleene(possible, every=True), value) if possible else value
    if spec.absent is not None and there:
        good = when(found, good, render(Constant(spec.absent, spec.kind), {}))
    bad = exp.And(this=found.copy(), expression=exp.Is(this=exp.Paren(this=good.copy()), expression=exp.null()))
    return [
        exp.alias_(good, _fact_column(name), quoted=True),
        exp.alias_(bad if there else exp.false(), f"bad_{name}", quoted=True),
    ]


def _columns(bound: Bound) -> dict[Expression, exp.Column]:
    """Where facts and folds stand while rules are evaluated."""
    specs = bound.rules.facts
    found: dict[Expression, exp.Column] = {
        Fact(name, specs[name].kind): exp.column(_fact_column(name), quoted=True) for name in bound.facts()
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
        blank = exp.Is(this=exp.column(_fact_column(name), quoted=True), expression=exp.null())
        chosen.append(exp.alias_(call("BOOL_OR", blank), f"missing_{name}", quoted=True))
    known = exp.Not(this=exp.Is(this=key.copy(), expression=exp.null()))
    return exp.select(*chosen).from_(FACTS).where(known).group_by(key.copy())


def _is_missing(name: str) -> Any:
    group, _, fact = name.rpartition(".")
    if not group:
        return exp.Is(this=exp.column(_fact_column(fact), quoted=True), expression=exp.null())
    key = exp.Is(this=exp.column("key", table=f"group_{group}", quoted=True), expression=exp.null())
    if fact == MEMBERS:
        return key
    return call("COALESCE", exp.column(f"missing_{fact}", table=f"group_{group}", quoted=True), exp.true())


def _sign(truth: Any) -> Any:
    branches = [exp.If(this=exp.true(), true=text("1")), exp.If(this=exp.false(), true=text("0"))]
    return exp.Case(this=exp.Paren(this=truth), ifs=branches, default=text("?"))


def _pattern(rule: BoundRule, columns: Mapping[Expression, exp.Column]) -> Any:
    """The truths of the atoms, then a sign for each missing fact: `10?/01`."""
    parts = [_sign(render(atom, columns)) for atom in (*rule.formula.atoms, *rule.choices)]
    parts += [text("/")]
    parts += [when(_is_missing(name), text("1"), text("0")) for name in rule.facts]
    return call("CONCAT", *parts)


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
    """The SELECT over `facts`: for rule k truth_k, clause_k (a place in `labels`, from 1), amount_k and open_k."""
    columns = _columns(bound)
    chosen: list[Any] = [exp.column(ROW), exp.column(ID)]
    for at, rule in enumerate(bound.active):
        truth = _truth(rule.when, columns)
        clause = exp.Case(
            this=exp.Paren(this=truth),
            ifs=[
                exp.If(this=exp.true(), true=_decisive(rule.when, True, columns, labels)),
                exp.If(this=exp.false(), true=_decisive(rule.when, False, columns, labels)),
            ],
            default=_decisive(rule.when, None, columns, labels),
        )
        amount = exp.cast(exp.null(), "DOUBLE") if rule.amount is None else render(rule.amount, columns)
        open_ = _holds(truth.copy(), None)
        if rule.amount is not None:
            lacks = exp.Is(this=exp.Paren(this=amount.copy()), expression=exp.null())
            open_ = exp.Or(this=open_, expression=exp.And(this=exp.Paren(this=truth.copy()), expression=lacks))
        chosen += [
            exp.alias_(truth.copy(), f"truth_{at}"),
            exp.alias_(exp.cast(clause, "SMALLINT"), f"clause_{at}"),
            exp.alias_(amount, f"amount_{at}"),
            exp.alias_(when(open_, _pattern(rule, columns)), f"open_{at}"),
        ]
    select = exp.select(*chosen).from_(FACTS)
    for group in bound.rules.groups:
        if bound.folds(group):
            on = exp.EQ(
                this=exp.column(f"key_{group}", quoted=True),
                expression=exp.column("key", table=f"group_{group}", quoted=True),
            )
            select = select.join(exp.to_table(f"group_{group}"), on=on, join_type="left").with_(
                f"group_{group}", as_=_grouped(bound, group, columns)
            )
    return select


def patterns(at: int) -> exp.Select:
    """The patterns of the open decisions of rule `at`."""
    column = exp.column(f"open_{at}")
    known = exp.Not(this=exp.Is(this=column.copy(), expression=exp.null()))
    return exp.select(exp.alias_(column, "pattern")).distinct().from_(EVALUATED).where(known)


@dataclass(frozen=True, slots=True)
class Resolved:
    """The open patterns of one rule with what became of them, as a table: pattern, result, missing."""

    rule: BoundRule
    table: pa.Table


def _pattern_of(written: str, rule: BoundRule) -> Pattern:
    truths, _, flags = written.partition("/")
    read = {"1": True, "0": False, "?": None}
    missing = frozenset(name for name, flag in zip(rule.facts, flags, strict=True) if flag == "1")
    return tuple(read[sign] for sign in truths), missing


def resolved(rule: BoundRule, written: Sequence[str]) -> Resolved:
    """What became of the open patterns of a rule."""
    resolve = resolver(rule)
    found = [resolve(_pattern_of(one, rule)) for one in written]
    columns = {
        "pattern": pa.array(written, pa.string()),
        "result": pa.array([result for result, _ in found], pa.bool_()),
        "missing": pa.array([", ".join(named) for _, named in found], pa.string()),
    }
    return Resolved(rule, pa.table(columns))


def decided(bound: Bound, labels: Sequence[str], opened: Mapping[int, str]) -> exp.Select:
    """The SELECT over `evaluated`: ROW, ID, and for each rule `<rule>`, `<rule>.clause`, `.missing`, and `.amount`.

    `opened` names, for the place of each rule with open decisions, the table of what became of them.
    """
    chosen: list[Any] = [exp.column(ROW, table=EVALUATED), exp.column(ID, table=EVALUATED)]
    listed = exp.Array(expressions=[text(label) for label in labels])
    select = exp.select().from_(EVALUATED)
    for at, rule in enumerate(bound.active):
        truth: Any = exp.column(f"truth_{at}")
        missing: Any = exp.cast(exp.null(), "VARCHAR")
        if at in opened:
            table = opened[at]
            truth = call("COALESCE", truth, exp.column("result", table=table))
            missing = call("NULLIF", exp.column("missing", table=table), text(""))
            on = exp.EQ(this=exp.column(f"open_{at}"), expression=exp.column("pattern", table=table))
            select = select.join(exp.to_table(table), on=on, join_type="left")
        branches = [exp.If(this=exp.true(), true=text("eligible")), exp.If(this=exp.false(), true=text("ineligible"))]
        name = rule.rule.name
        chosen.append(exp.alias_(exp.Case(this=truth, ifs=branches, default=text("unknown")), name, quoted=True))
        clause = call("LIST_EXTRACT", listed.copy(), exp.column(f"clause_{at}"))
        chosen.append(exp.alias_(clause, f"{name}.clause", quoted=True))
        chosen.append(exp.alias_(missing, f"{name}.missing", quoted=True))
        if rule.amount is not None:
            chosen.append(exp.alias_(when(truth.copy(), exp.column(f"amount_{at}")), f"{name}.amount", quoted=True))
    return select.select(*chosen)
