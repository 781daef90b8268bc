"""Operations that leave part of a value: see `expressions`, which has all of them under one name."""

from dataclasses import dataclass
from decimal import Decimal

from ronghe.tables.value_types import Expression

__all__ = ["Ending", "Masked", "Multiple"]


@dataclass(frozen=True, slots=True)
class Ending(Expression):
    """The last `length` characters; the whole text where it has no more."""

    text: Expression
    length: int


@dataclass(frozen=True, slots=True)
class Masked(Expression):
    """`text` with every character but the `first` and the `last` ones replaced by the character `mark`.

    A text that has no more characters than these is replaced wholly: a mask that shows all would be none.
    """

    text: Expression
    first: int = 0
    last: int = 0
    mark: str = "*"

    def __post_init__(self) -> None:
        if len(self.mark) != 1 or self.first < 0 or self.last < 0:
            raise ValueError("Masked needs one character to mark with, and no negative count")


@dataclass(frozen=True, slots=True)
class Multiple(Expression):
    """The largest multiple of `step` not above the operand, or with `nearest` the nearest one, halves upwards.

    `operand` is a DECIMAL with `operand_scale` digits after the point and at most 20 before it; the result is
    DECIMAL(38, `operand_scale`). `step` is above 0 and has fewer digits after the point than the operand.
    """

    operand: Expression
    operand_scale: int
    step: Decimal
    nearest: bool = False

    def __post_init__(self) -> None:
        places = self.step.as_tuple().exponent
        if not isinstance(places, int) or self.step <= 0 or -places >= self.operand_scale or self.step >= 10**18:
            raise ValueError("Multiple needs a step above 0, below 10**18, with fewer decimals than its operand")
