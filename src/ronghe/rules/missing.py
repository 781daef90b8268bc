"""Which missing facts matter: those of which two possible values lead to different results, and no others.

A rule is a Kleene formula over atoms, its comparisons. A missing fact takes every combination of truths that its
possible values give to the atoms that ask for it alone; an atom that mixes a missing fact with others (a quotient, a
sum over a household) may come out either way. If no missing fact matters the result is certain although facts are
missing: `a or not a` is true whatever `a` is.
"""

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ronghe.rules.evaluate import all_of, any_of, value_of
from ronghe.rules.expressions import (
    And,
    Compare,
    Constant,
    Elapsed,
    Expression,
    Fold,
    Member,
    Not,
    Or,
    Value,
    facts_of,
    walk,
)
from ronghe.rules.ruleset import FactSpec

__all__ = ["MOST_STEPS", "Formula", "formula_of"]

MOST_STEPS = 20_000
"""Evaluations for one pattern of missing facts; beyond it every fact that an open atom asks for is named."""
Truth = bool | None
Truths = Sequence[Truth]


class _TooMany(Exception):
    """The search was cut short."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """What a group of atoms may come out as together, and the facts that decide it."""

    facts: frozenset[str]
    atoms: tuple[int, ...]
    outcomes: tuple[tuple[Truth, ...], ...]


@dataclass(frozen=True)
class Formula:
    """A rule's condition over its atoms; `specs` says which values a fact may have."""

    root: Expression
    atoms: tuple[Expression, ...]
    specs: Mapping[str, FactSpec]

    @property
    def facts(self) -> tuple[str, ...]:
        """All facts asked for, sorted; of members as `group.fact`."""
        return tuple(sorted(frozenset().union(*(facts_of(atom) for atom in self.atoms))))

    def value(self, truths: Truths) -> Truth:
        """Kleene's value where the atoms have these."""
        return _value(self.root, dict(zip(self.atoms, truths, strict=True)))

    def decide(self, truths: Truths, missing: frozenset[str]) -> tuple[Truth, tuple[str, ...]]:
        """The result, and the missing facts of which two values lead to different results."""
        result = self.value(truths)
        if result is not None:
            return result, ()
        choices = list(self._choices(truths, missing))
        concerned = sorted(frozenset().union(*(choice.facts for choice in choices)) if choices else ())
        steps = itertools.count()
        try:
            named = tuple(fact for fact in concerned if self._matters(fact, list(truths), choices, steps))
        except _TooMany:
            return None, tuple(concerned)
        if named:
            return None, named
        chosen = list(truths)
        for choice in choices:
            _set(chosen, choice, choice.outcomes[0])
        return self.value(chosen), ()

    def possible(self) -> bool:
        """False when no values whatever fulfill the condition."""
        choices = list(self._choices([None] * len(self.atoms), frozenset(self.facts)))
        try:
            return any(
                value is not False for value in self._values([None] * len(self.atoms), choices, itertools.count())
            )
        except _TooMany:
            return True

    def _choices(self, truths: Truths, missing: frozenset[str]) -> Iterator[_Choice]:
        alone: dict[str, list[int]] = {}
        for at, atom in enumerate(self.atoms):
            facts = facts_of(atom)
            if truths[at] is not None or not facts & missing:
                continue
            if len(facts) == 1 and not any(isinstance(part, Fold) for part in walk(atom)):
                alone.setdefault(next(iter(facts)), []).append(at)
            else:
                yield _Choice(facts & missing, (at,), ((True,), (False,)))
        for fact, places in alone.items():
            atoms = [self.atoms[place] for place in places]
            yield _Choice(frozenset((fact,)), tuple(places), outcomes_of(self.specs[fact], tuple(atoms)))

    def _values(self, truths: list[Truth], choices: Sequence[_Choice], steps: Iterator[int]) -> Iterator[Truth]:
        """The results of all combinations; one that is certain already is not taken apart."""
        if next(steps) > MOST_STEPS:
            raise _TooMany
        value = self.value(truths)
        if value is not None or not choices:
            yield value
            return
        for outcome in choices[0].outcomes:
            tried = list(truths)
            _set(tried, choices[0], outcome)
            yield from self._values(tried, choices[1:], steps)

    def _matters(self, fact: str, truths: list[Truth], choices: Sequence[_Choice], steps: Iterator[int]) -> bool:
        own = [choice for choice in choices if fact in choice.facts]
        others = [choice for choice in choices if fact not in choice.facts]
        return self._differs(truths, own, others, steps)

    def _differs(
        self, truths: list[Truth], own: Sequence[_Choice], others: Sequence[_Choice], steps: Iterator[int]
    ) -> bool:
        if next(steps) > MOST_STEPS:
            raise _TooMany
        if self.value(truths) is not None:
            return False
        if not others:
            return len(set(self._values(truths, own, steps))) > 1
        for outcome in others[0].outcomes:
            tried = list(truths)
            _set(tried, others[0], outcome)
            if self._differs(tried, own, others[1:], steps):
                return True
        return False


def _set(truths: list[Truth], choice: _Choice, outcome: tuple[Truth, ...]) -> None:
    for place, truth in zip(choice.atoms, outcome, strict=True):
        truths[place] = truth


def _value(node: Expression, truths: Mapping[Expression, Truth]) -> Truth:
    if isinstance(node, And):
        return all_of([_value(part, truths) for part in node.parts])
    if isinstance(node, Or):
        return any_of([_value(part, truths) for part in node.parts])
    if isinstance(node, Not):
        value = _value(node.operand, truths)
        return None if value is None else not value
    if isinstance(node, Constant):
        return node.value  # type: ignore[return-value]
    return truths[node]


def formula_of(root: Expression, specs: Mapping[str, FactSpec]) -> Formula:
    """The formula of a bound condition."""
    return Formula(root, tuple(dict.fromkeys(_atoms(root))), specs)


def _atoms(node: Expression) -> Iterator[Expression]:
    if isinstance(node, And | Or):
        for part in node.parts:
            yield from _atoms(part)
    elif isinstance(node, Not):
        yield from _atoms(node.operand)
    elif not isinstance(node, Constant):
        yield node


@lru_cache(maxsize=10_000)
def outcomes_of(spec: FactSpec, atoms: tuple[Expression, ...]) -> tuple[tuple[Truth, ...], ...]:
    """What the atoms, which ask for this fact alone, may come out as together."""
    found: dict[tuple[Any, ...], None] = {
        tuple(value_of(atom, {spec.name: value}, {}) for atom in atoms): None for value in possible_values(spec, atoms)
    }
    return tuple(found)


def possible_values(spec: FactSpec, atoms: Sequence[Expression]) -> list[Value]:
    """Enough values of a fact to meet each case that the atoms tell apart, all of them possible."""
    if spec.values:
        return list(spec.values)
    if spec.kind == "boolean":
        return [True, False]
    parts = [part for atom in atoms for part in walk(atom)]
    constants = [part.value for part in parts if isinstance(part, Constant)]
    constants += [one.value for part in parts if isinstance(part, Member) for one in part.values]
    if spec.kind == "text":
        return [*dict.fromkeys(one for one in constants if isinstance(one, str)), "\0"]
    if spec.kind == "date":
        return list(_days(spec, constants, parts))
    return list(_numbers(spec, constants, parts))


def _numbers(spec: FactSpec, constants: Iterable[Any], parts: Sequence[Expression]) -> Iterator[Value]:
    points = {float(one) for one in constants if isinstance(one, float)} | {0.0}
    points |= {root for part in parts if isinstance(part, Compare) for root in _roots(spec, part)}
    least = float(spec.least) if isinstance(spec.least, float) else min(points) - 1e6
    most = float(spec.most) if isinstance(spec.most, float) else max(points) + 1e6
    ordered = sorted({least, most, *(point for point in points if least <= point <= most)})
    between = [(one + other) / 2 for one, other in itertools.pairwise(ordered)]
    near = [point + step for point in ordered for step in (-1.0, -0.01, 0.01, 1.0)]
    tried = dict.fromkeys([*ordered, *between, *near])
    whole = dict.fromkeys(float(round(one)) for one in tried) if spec.whole else tried
    yield from (one for one in whole if least <= one <= most)


def _roots(spec: FactSpec, compare: Compare) -> Iterator[float]:
    """Where both sides of a comparison are equal, if it is linear in the fact."""
    if compare.left.kind != "number":
        return

    def gap(value: float) -> float | None:
        left, right = (value_of(side, {spec.name: value}, {}) for side in (compare.left, compare.right))
        return left - right if isinstance(left, float) and isinstance(right, float) else None

    at = [gap(value) for value in (1.0, 2.0, 3.0)]
    if at[0] is None or at[1] is None or at[2] is None or at[0] == at[1]:
        return
    slope = at[1] - at[0]
    if abs(at[2] - at[1] - slope) <= 1e-6 * max(1.0, abs(slope)):
        yield 1.0 - at[0] / slope


def _days(spec: FactSpec, constants: Sequence[Any], parts: Sequence[Expression]) -> Iterator[Value]:
    days = {one for one in constants if isinstance(one, dt.date)} or {dt.date(2000, 1, 1)}
    units = {part.unit for part in parts if isinstance(part, Elapsed)}
    spans = [int(one) for one in constants if isinstance(one, float) and abs(one) <= 100_000]
    for day, span, unit in itertools.product(sorted(days), spans, sorted(units)):
        moved = _moved(day, span, unit)
        days |= {one for one in moved if one is not None}
    least = spec.least if isinstance(spec.least, dt.date) else dt.date(1850, 1, 1)
    most = spec.most if isinstance(spec.most, dt.date) else dt.date(2150, 1, 1)
    near = (_safe(day.toordinal() + step) for day in days for step in (-1, 0, 1))
    yield from sorted(day for day in {*near, least, most} if day is not None and least <= day <= most)


def _moved(day: dt.date, span: int, unit: str) -> Iterator[dt.date | None]:
    """The days that lie a span before and after a day, and a unit further."""
    for step in (span, span + 1, -span, -span - 1):
        if unit == "days":
            yield _safe(day.toordinal() - step)
        else:
            months = day.year * 12 + day.month - 1 - step * (12 if unit == "years" else 1)
            year, month = divmod(months, 12)
            first = dt.date(year, month + 1, 1).toordinal() if 1 <= year <= 9990 else 0
            yield _safe(first + day.day - 1)


def _safe(ordinal: int) -> dt.date | None:
    return dt.date.fromordinal(ordinal) if 366 < ordinal < 3_600_000 else None
