"""A set of rules on one day: parameters have their values, and only what is in force is asked."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ronghe.rules.expressions import (
    And,
    Constant,
    Expression,
    Fold,
    If,
    Not,
    Or,
    Parameter,
    facts_of,
    walk,
)
from ronghe.rules.missing import Formula, formula_of
from ronghe.rules.reading import bound
from ronghe.rules.ruleset import Clause, ParameterSpec, Rule, RuleSet, clauses
from ronghe.terms import InputError, LimitReached

__all__ = ["Bound", "BoundRule", "bind"]

MOST_ATOMS = 500
"""Comparisons in the conditions of one rule; which facts matter is found by trying values for all of them."""


@dataclass(frozen=True)
class BoundRule:
    """A rule whose expressions hold constants for everything but facts."""

    rule: Rule
    when: Clause
    formula: Formula
    amount: Expression | None

    @property
    def choices(self) -> tuple[Expression, ...]:
        """The conditions inside the amount, on which it depends which facts it needs."""
        nodes = walk(self.amount) if self.amount is not None else ()
        return tuple(dict.fromkeys(node.condition for node in nodes if isinstance(node, If)))

    @property
    def facts(self) -> tuple[str, ...]:
        """All facts that result and amount ask for, sorted; of members as `group.fact`."""
        asked = frozenset(self.formula.facts)
        return tuple(sorted(asked | (facts_of(self.amount) if self.amount is not None else frozenset())))


@dataclass(frozen=True)
class Bound:
    """The rules that are in force on a day; `resting` names the others."""

    rules: RuleSet
    as_of: dt.date
    active: tuple[BoundRule, ...]
    resting: tuple[str, ...]

    def expressions(self) -> Iterator[Expression]:
        """All conditions and amounts."""
        for one in self.active:
            yield one.formula.root
            if one.amount is not None:
                yield one.amount

    def folds(self, group: str) -> tuple[Fold, ...]:
        """What is asked of the members of a group, each thing once."""
        nodes = (node for expression in self.expressions() for node in walk(expression))
        return tuple(dict.fromkeys(node for node in nodes if isinstance(node, Fold) and node.group == group))

    def facts(self) -> tuple[str, ...]:
        """The facts that are asked of subjects or of members, by their own name, in the order of the rule set."""
        asked = {name.rpartition(".")[2] for one in self.active for name in one.facts}
        return tuple(name for name in self.rules.facts if name in asked)


def formula_of_clause(clause: Clause) -> Expression:
    """The clause and its parts as one condition."""
    if clause.condition is not None:
        return clause.condition
    parts = tuple(formula_of_clause(part) for part in clause.parts)
    if clause.kind == "not":
        return Not(parts[0])
    return And(parts) if clause.kind == "all" else Or(parts)


def _value_on(spec: ParameterSpec, day: dt.date, where: str) -> Constant:
    held = [value for start, value in spec.values if start <= day]
    if not held or held[-1] is None or (spec.until is not None and day >= spec.until):
        first, last = spec.values[0][0], spec.until or "…"
        raise InputError("rules.parameter_missing", name=spec.name, where=where, day=day, first=first, last=last)
    return Constant(held[-1], spec.kind)


def _values(rules: RuleSet, rule: Rule, day: dt.date) -> Mapping[str, Constant]:
    """The values of the parameters that a rule names."""
    expressions = [one.condition for one in clauses(rule.when) if one.condition is not None]
    if rule.amount is not None:
        expressions.append(rule.amount)
    names = {node.name for expression in expressions for node in walk(expression) if isinstance(node, Parameter)}
    return {name: _value_on(rules.parameters[name], day, rule.name) for name in sorted(names)}


def _bound_clause(clause: Clause, values: Mapping[str, Constant], day: dt.date) -> Clause:
    condition = None if clause.condition is None else bound(clause.condition, values, day)
    parts = tuple(_bound_clause(part, values, day) for part in clause.parts)
    return replace(clause, condition=condition, parts=parts)


def _bound_rule(rules: RuleSet, rule: Rule, day: dt.date) -> BoundRule:
    values = _values(rules, rule, day)
    when = _bound_clause(rule.when, values, day)
    formula = formula_of(formula_of_clause(when), rules.facts)
    if len(formula.atoms) > MOST_ATOMS:
        raise LimitReached("rules.too_many_conditions", name=rule.name, count=len(formula.atoms), limit=MOST_ATOMS)
    if not formula.possible():
        raise InputError("rules.never_activates", name=rule.name, day=day)
    return BoundRule(rule, when, formula, None if rule.amount is None else bound(rule.amount, values, day))


def bind(rules: RuleSet, as_of: dt.date) -> Bound:
    """The rules on a day.

    Raises InputError when no rule is in force, a rule in force needs a parameter without a value on that day, or no
    values whatever could fulfill a rule.
    """
    active = tuple(_bound_rule(rules, rule, as_of) for rule in rules.rules if rule.in_force(as_of))
    if not active:
        raise InputError("rules.none_in_force", day=as_of, rules=", ".join(rule.name for rule in rules.rules[:20]))
    return Bound(rules, as_of, active, tuple(rule.name for rule in rules.rules if not rule.in_force(as_of)))
