"""What a rule says of one subject: the result, the clause that decided, the facts that would, and the amount."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from ronghe.rules.binding import Bound, BoundRule
from ronghe.rules.evaluate import all_of, any_of, value_of
from ronghe.rules.expressions import MEMBERS, Arithmetic, Expression, Floor, If, Value, facts_of
from ronghe.rules.missing import Truth
from ronghe.rules.ruleset import Clause, FactSpec
from ronghe.rules.values import possible, read_value

__all__ = ["RESULTS", "Decision", "Pattern", "conform", "decide", "label_of", "resolver"]

RESULTS = {True: "eligible", False: "ineligible", None: "unknown"}

T = TypeVar("T")
Pattern = tuple[tuple[Truth, ...], frozenset[str]]
"""The truths of a rule's atoms, and the facts that are missing."""


@dataclass(frozen=True, slots=True)
class Decision:
    """`missing`: the facts that would decide, or that the amount lacks; `clauses`: every clause with its truth."""

    rule: str
    result: str
    clause: str
    missing: tuple[str, ...] = ()
    amount: float | None = None
    clauses: tuple[tuple[str, Truth], ...] = ()


def conform(spec: FactSpec, raw: object) -> Value:
    """What is known from a recorded value: None for a blank, for what cannot be read, and for what is not possible."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return spec.absent
    value = read_value(raw.strip() if isinstance(raw, str) else raw, spec.kind)
    if value is None or not possible(spec, value):
        return None
    return value


def label_of(clause: Clause) -> str:
    """The clause that a node implements, or those of its parts."""
    return clause.label or "、".join(dict.fromkeys(label_of(part) for part in clause.parts))


def decisive(clause: Clause, wanted: Truth, truth: Callable[[Clause], Truth]) -> str:
    """The label of the clause by which a node has the value that it has."""
    if not clause.parts:
        return clause.label
    if clause.kind == "not":
        return clause.label or decisive(clause.parts[0], None if wanted is None else not wanted, truth)
    if wanted is not None and wanted is (clause.kind == "all"):
        return label_of(clause)
    part = next(part for part in clause.parts if truth(part) is wanted)
    return decisive(part, wanted, truth)


def _truths(clause: Clause, facts: Mapping[str, Value], groups: Mapping[str, Sequence[Mapping[str, Value]]]) -> Truth:
    if clause.condition is not None:
        return value_of(clause.condition, facts, groups)  # type: ignore[return-value]
    parts = [_truths(part, facts, groups) for part in clause.parts]
    if clause.kind == "not":
        return None if parts[0] is None else not parts[0]
    return all_of(parts) if clause.kind == "all" else any_of(parts)


def lacking(amount: Expression, chosen: Mapping[Expression, Truth], missing: frozenset[str]) -> tuple[str, ...]:
    """The missing facts for want of which an amount cannot be computed; `chosen` says which branches it takes."""
    return tuple(sorted(_lacking(amount, chosen, missing)))


def _lacking(node: Expression, chosen: Mapping[Expression, Truth], missing: frozenset[str]) -> frozenset[str]:
    if isinstance(node, If) and chosen[node.condition] is not None:
        return _lacking(node.then if chosen[node.condition] else node.otherwise, chosen, missing)
    if isinstance(node, If):
        # The branches matter only once it is known which of them is taken.
        return facts_of(node.condition) & missing
    if isinstance(node, Arithmetic):
        return _lacking(node.left, chosen, missing) | _lacking(node.right, chosen, missing)
    if isinstance(node, Floor):
        return _lacking(node.operand, chosen, missing)
    return facts_of(node) & missing


def resolver(rule: BoundRule) -> Callable[[Pattern], tuple[Truth, tuple[str, ...]]]:
    """Gives result and missing facts of a pattern; a subject whose amount is unknown lacks what the amount asks for."""
    atoms = len(rule.formula.atoms)

    @lru_cache(maxsize=100_000)
    def resolve(pattern: Pattern) -> tuple[Truth, tuple[str, ...]]:
        truths, missing = pattern
        result, named = rule.formula.decide(truths[:atoms], missing)
        if not result or rule.amount is None:
            return result, named
        return result, lacking(rule.amount, dict(zip(rule.choices, truths[atoms:], strict=True)), missing)

    return resolve


def _missing(name: str, facts: Mapping[str, Value], groups: Mapping[str, Sequence[Mapping[str, Value]]]) -> bool:
    group, _, fact = name.rpartition(".")
    if not group:
        return facts.get(fact) is None
    members = groups.get(group)
    if fact == MEMBERS:
        return members is None
    return members is None or any(one.get(fact) is None for one in members)


def decide_rule(
    rule: BoundRule, facts: Mapping[str, Value], groups: Mapping[str, Sequence[Mapping[str, Value]]]
) -> Decision:
    """One rule for one subject, whose facts conform."""
    truths = tuple(value_of(atom, facts, groups) for atom in rule.formula.atoms)
    missing = frozenset(name for name in rule.facts if _missing(name, facts, groups))
    plain = rule.formula.value(truths)  # type: ignore[arg-type]
    result, named = rule.formula.decide(truths, missing)  # type: ignore[arg-type]
    amount = None
    if result and rule.amount is not None:
        amount = value_of(rule.amount, facts, groups)
        if amount is None:
            chosen = {choice: value_of(choice, facts, groups) for choice in rule.choices}
            named = lacking(rule.amount, chosen, missing)  # type: ignore[arg-type]
    clause = decisive(rule.when, plain, lambda node: _truths(node, facts, groups))
    listed = tuple((label_of(part), _truths(part, facts, groups)) for part in _shown(rule.when))
    return Decision(rule.rule.name, RESULTS[result], clause, named, amount, listed)  # type: ignore[arg-type]


def _shown(clause: Clause) -> list[Clause]:
    """The parts that a reader is told of: each leaf."""
    return [leaf for part in clause.parts for leaf in _shown(part)] if clause.parts else [clause]


def decide(
    bound: Bound,
    subject: Mapping[str, object],
    members: Mapping[str, Sequence[Mapping[str, object]]] | None = None,
) -> dict[str, Decision]:
    """What each rule in force says of one subject.

    `subject` holds recorded values by the name of the fact; `members`, by group, those of everyone in the subject's
    group, the subject too. A group that is not given is unknown.
    """
    specs = bound.rules.facts
    facts = {name: conform(spec, subject.get(name)) for name, spec in specs.items()}
    groups = {
        group: [{name: conform(spec, one.get(name)) for name, spec in specs.items()} for one in listed]
        for group, listed in (members or {}).items()
    }
    return {one.rule.name: decide_rule(one, facts, groups) for one in bound.active}
