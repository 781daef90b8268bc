"""The types of values that operations read and give, and the root of all operations."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

__all__ = [
    "BOOLEAN",
    "DATE",
    "INTEGER",
    "NUMBER",
    "TEXT",
    "TIMESTAMP",
    "Expression",
    "Name",
    "Scalar",
    "Type",
    "decimal",
]

Scalar = str | int | bool | float | Decimal | dt.date | dt.datetime | None


class Name(Enum):
    """The families of types."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    NUMBER = "number"
    DATE = "date"
    TIMESTAMP = "timestamp"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Type:
    """A type of value; `precision` and `scale` only for DECIMAL (at most 38 digits in all)."""

    name: Name
    precision: int = 0
    scale: int = 0


TEXT = Type(Name.TEXT)
INTEGER = Type(Name.INTEGER)
NUMBER = Type(Name.NUMBER)
DATE = Type(Name.DATE)
TIMESTAMP = Type(Name.TIMESTAMP)
BOOLEAN = Type(Name.BOOLEAN)


def decimal(precision: int, scale: int) -> Type:
    """DECIMAL(precision, scale); raises ValueError outside 1..38 digits or when the scale exceeds the precision."""
    if not (1 <= precision <= 38 and 0 <= scale <= precision):
        raise ValueError(f"DECIMAL({precision}, {scale}) does not exist: 1 <= precision <= 38, 0 <= scale <= precision")
    return Type(Name.DECIMAL, precision, scale)


@dataclass(frozen=True, slots=True)
class Expression:
    """The root of all operations."""
