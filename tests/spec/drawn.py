"""Drawn tables: input columns, and the column that an operation must make of them on every engine."""

from collections.abc import Mapping
from dataclasses import dataclass

from ronghe.tables import expressions as ops

__all__ = ["A", "B", "Drawn", "of_text"]

A = ops.Column("a")
B = ops.Column("b")


@dataclass(frozen=True)
class Drawn:
    """One drawn table: each row holds the input cells in the order of `columns`, then what must come out.

    `operation` is the class that the table is about.
    """

    name: str
    expression: ops.Expression
    columns: Mapping[str, ops.Type]
    rows: tuple[tuple[object, ...], ...]

    @property
    def operation(self) -> type[ops.Expression]:
        return type(self.expression)

    @property
    def expected(self) -> list[object]:
        return [row[-1] for row in self.rows]


def of_text(name: str, expression: ops.Expression, *rows: tuple[object, ...]) -> Drawn:
    """A table whose only input is the text A."""
    return Drawn(name, expression, {"a": ops.TEXT}, rows)
