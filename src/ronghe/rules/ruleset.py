"""A set of rules as its author wrote it: facts, dated parameters, clauses, amounts, and cases that show it."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ronghe.rules.expressions import Expression, Kind, Value

__all__ = ["Case", "Clause", "FactSpec", "ParameterSpec", "Rule", "RuleSet", "clauses"]


@dataclass(frozen=True, slots=True)
class FactSpec:
    """What a fact is: its kind, its column, what values are possible, and what a blank means where it means something.

    `absent` is the value of a fact that is not recorded, to be given only where a register is complete: nobody who is
    not in the register of disabled people has a certificate. Without it a blank is unknown.
    """

    name: str
    kind: Kind
    column: str
    title: str = ""
    least: Value = None
    most: Value = None
    values: tuple[Value, ...] = ()
    whole: bool = False
    absent: Value = None
    element: str = ""


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """An amount of the law by the day from which it holds, earliest first, each with its legal reference."""

    name: str
    kind: Kind
    values: tuple[tuple[dt.date, Value], ...]
    basis: str = ""
    title: str = ""
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """A node of a rule: a condition (`if`), or all, any or not of its parts; `label` is the clause of the policy."""

    kind: str
    label: str
    condition: Expression | None = None
    parts: tuple["Clause", ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Who is entitled under which clauses, from when until before when, and to how much."""

    name: str
    title: str
    basis: str
    when: Clause
    amount: Expression | None = None
    start: dt.date | None = None
    until: dt.date | None = None

    def in_force(self, day: dt.date) -> bool:
        """True from `start` up to but without `until`."""
        return (self.start is None or self.start <= day) and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Case:
    """An example with the result that its author expects: by rule, of result, clause, missing, amount what is given."""

    name: str
    as_of: dt.date
    given: Mapping[str, Value]
    members: Mapping[str, Sequence[Mapping[str, Value]]]
    expect: Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules about one kind of subject, whose id stands in the column `subject`; `groups` by the column of their key."""

    title: str
    subject: str
    facts: Mapping[str, FactSpec]
    parameters: Mapping[str, ParameterSpec]
    rules: tuple[Rule, ...]
    groups: Mapping[str, str] = field(default_factory=dict)
    cases: tuple[Case, ...] = ()
    version: str = ""


def clauses(clause: Clause) -> Iterator[Clause]:
    """The clause and all below it, in the order of the text."""
    yield clause
    for part in clause.parts:
        yield from clauses(part)
