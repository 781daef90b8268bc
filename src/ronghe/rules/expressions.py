"""What a condition is made of: immutable nodes over a subject's facts, with one meaning in SQL and in Python.

Every node gives None (unknown) when an operand is None, except And, Or and Not, which follow Kleene, and If, which
needs only its condition and the branch that it takes. Source: S. C. Kleene, Introduction to Metamathematics, §64.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Literal

__all__ = [
    "MEMBERS",
    "TOLERANCE",
    "And",
    "Arithmetic",
    "AsOf",
    "Compare",
    "Constant",
    "Elapsed",
    "Expression",
    "Fact",
    "Floor",
    "Fold",
    "If",
    "Kind",
    "Member",
    "Not",
    "Or",
    "Parameter",
    "Value",
    "facts_of",
    "rewritten",
    "walk",
]

Kind = Literal["boolean", "number", "text", "date"]
Value = bool | float | str | dt.date | None

MEMBERS = "members"
"""Stands for a fact in `group.members`: who belongs to the subject's group."""
TOLERANCE = 1e-6
"""Numbers nearer than this are equal: 3510.30 / 3 is 1170.10, whatever binary fractions say."""


@dataclass(frozen=True, slots=True)
class Expression:
    """The root of all nodes; `kind` is the type of the value."""

    @property
    def kind(self) -> Kind:
        """Boolean unless a node says otherwise."""
        return "boolean"


@dataclass(frozen=True, slots=True)
class Fact(Expression):
    """What is known of the subject under this name."""

    name: str
    of: Kind

    @property
    def kind(self) -> Kind:
        """As declared."""
        return self.of


@dataclass(frozen=True, slots=True)
class Constant(Expression):
    """A value written out; None of a kind is a value that cannot be computed."""

    value: Value
    of: Kind

    @property
    def kind(self) -> Kind:
        """As written."""
        return self.of


@dataclass(frozen=True, slots=True)
class Parameter(Expression):
    """An amount that the law changes from time to time; binding on a date makes it a Constant."""

    name: str
    of: Kind

    @property
    def kind(self) -> Kind:
        """As declared."""
        return self.of


@dataclass(frozen=True, slots=True)
class AsOf(Expression):
    """The day that is asked about; binding makes it a Constant."""

    @property
    def kind(self) -> Kind:
        """A day."""
        return "date"


@dataclass(frozen=True, slots=True)
class Arithmetic(Expression):
    """left op right; a division by zero is unknown."""

    op: Literal["+", "-", "*", "/"]
    left: Expression
    right: Expression

    @property
    def kind(self) -> Kind:
        """A number."""
        return "number"


@dataclass(frozen=True, slots=True)
class Floor(Expression):
    """The largest whole number that is not above the operand, TOLERANCE forgiven."""

    operand: Expression

    @property
    def kind(self) -> Kind:
        """A number."""
        return "number"


@dataclass(frozen=True, slots=True)
class Elapsed(Expression):
    """Whole years, months or days from one day to another; a birthday on 29 February falls on 1 March."""

    unit: Literal["years", "months", "days"]
    start: Expression
    end: Expression

    @property
    def kind(self) -> Kind:
        """A number."""
        return "number"


@dataclass(frozen=True, slots=True)
class Compare(Expression):
    """left op right; both of one kind."""

    op: Literal["==", "!=", "<", "<=", ">", ">="]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Member(Expression):
    """True when the operand equals one of the values."""

    operand: Expression
    values: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class And(Expression):
    """False when any part is, unknown when another is unknown, true otherwise."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or(Expression):
    """True when any part is, unknown when another is unknown, false otherwise."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not(Expression):
    """The opposite."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class If(Expression):
    """`then` or `otherwise`."""

    condition: Expression
    then: Expression
    otherwise: Expression

    @property
    def kind(self) -> Kind:
        """That of both branches."""
        return self.then.kind


@dataclass(frozen=True, slots=True)
class Fold(Expression):
    """All members of the subject's group as one value: their sum, how many fulfill it, the least, any of them, ...

    `sum`, `min`, `max` and `count` are unknown when it is unknown of any member; `any` and `all` follow Kleene.
    """

    group: str
    function: Literal["sum", "count", "min", "max", "any", "all"]
    operand: Expression

    @property
    def kind(self) -> Kind:
        """A number, or true and false for any and all."""
        return "boolean" if self.function in ("any", "all") else "number"


def _parts(node: Expression) -> Iterator[Expression]:
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Expression):
            yield value
        elif isinstance(value, tuple):
            yield from (part for part in value if isinstance(part, Expression))


def walk(node: Expression) -> Iterator[Expression]:
    """The node and all below it, parents first."""
    yield node
    for part in _parts(node):
        yield from walk(part)


def rewritten(node: Expression, change: Callable[[Expression], Expression | None]) -> Expression:
    """The tree with every node that `change` gives something for replaced by that; None keeps the node."""
    found = change(node)
    if found is not None:
        return found
    changed: dict[str, object] = {}
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Expression):
            changed[field.name] = rewritten(value, change)
        elif isinstance(value, tuple):
            changed[field.name] = tuple(rewritten(part, change) for part in value)
    return replace(node, **changed) if changed else node


def facts_of(node: Expression) -> frozenset[str]:
    """The facts that a value depends on; one that is asked of the members of a group is named `group.fact`."""
    if isinstance(node, Fact):
        return frozenset((node.name,))
    if isinstance(node, Fold):
        return frozenset(f"{node.group}.{name}" for name in facts_of(node.operand)) or frozenset(
            (f"{node.group}.{MEMBERS}",)
        )
    return frozenset().union(*(facts_of(part) for part in _parts(node)))
