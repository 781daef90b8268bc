"""Conditions: what a grant asks of a row, or of the request itself. Data, never a program."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

__all__ = ["Condition", "Relation", "UnknownAttribute", "Value", "holds"]

Value = str | int | Decimal | dt.date
"""What a condition compares with; never a float, whose equality is luck."""


class Relation(StrEnum):
    """How a condition compares; these and no others."""

    IS = "is"
    IS_NOT = "is_not"
    IN = "in"
    NOT_IN = "not_in"
    BELOW = "below"
    AT_LEAST = "at_least"
    STARTS_WITH = "starts_with"


_MANY = {Relation.IN, Relation.NOT_IN}
_ORDERED = {Relation.BELOW, Relation.AT_LEAST}


class UnknownAttribute(Exception):
    """A condition asks for what the request does not tell, or tells in another type: never a reason to allow."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`subject` (a field of the row, or an attribute of the request) compared with `values`.

    One value, or one or more for IN and NOT_IN, all of one type. Raises ValueError for anything else.
    """

    subject: str
    relation: Relation
    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        kinds = {type(value) for value in self.values}
        if type(self.subject) is not str or not self.subject:
            raise ValueError("a condition needs the name of its subject")
        if type(self.relation) is not Relation:
            raise ValueError(f"{self.relation!r} is no relation")
        if len(kinds) != 1 or not kinds <= {str, int, Decimal, dt.date}:
            raise ValueError("the values of a condition are of one type: text, whole number, decimal or day")
        if len(self.values) > 1 and self.relation not in _MANY:
            raise ValueError(f"{self.relation} compares with one value")
        if kinds == {str} and self.relation in _ORDERED:
            raise ValueError(f"{self.relation} compares numbers or days")
        if kinds != {str} and self.relation is Relation.STARTS_WITH:
            raise ValueError(f"{self.relation} compares texts")


def holds(condition: Condition, given: object) -> bool:
    """Whether a value that a request tells meets the condition; UnknownAttribute when its type is another."""
    if type(given) is not type(condition.values[0]):
        raise UnknownAttribute(condition.subject)
    match condition.relation:
        case Relation.IS | Relation.IN:
            return given in condition.values
        case Relation.IS_NOT | Relation.NOT_IN:
            return given not in condition.values
        case Relation.BELOW:
            return bool(given < condition.values[0])  # type: ignore[operator]
        case Relation.AT_LEAST:
            return bool(given >= condition.values[0])  # type: ignore[operator]
        case Relation.STARTS_WITH:
            return str(given).startswith(str(condition.values[0]))
