"""A closed set of typed operations on the columns of a row: described once, run on any engine.

An expression is an immutable value. `duckdb_sql` and `spark_sql` render it for an engine, `in_memory` evaluates it
in plain Python and is the reference that both are tested against (`tests/spec`). Every operation gives NULL when its
operand is NULL, except `IsNull`, `Coalesce`, `Case`, `And`, `Or` and `Holds`, which say what they do with it.

Regular expressions use only what RE2, Java and Python read alike: classes, groups, alternation, counted repeats, `^`;
no look-around, no back-references, no `$` (Java and Python let it match before a last newline: use `Matches`), no
`\\d` or `\\s` (they differ on non-ASCII digits and spaces), no `.` (it differs on line ends).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction

from ronghe.tables.masking_operations import Ending, Masked, Multiple
from ronghe.tables.value_types import (
    BOOLEAN,
    DATE,
    INTEGER,
    NUMBER,
    TEXT,
    TIMESTAMP,
    Expression,
    Name,
    Scalar,
    Type,
    decimal,
)

__all__ = [
    "ALWAYS",
    "BOOLEAN",
    "DATE",
    "INTEGER",
    "NUMBER",
    "TEXT",
    "TIMESTAMP",
    "WHITESPACE",
    "And",
    "Arithmetic",
    "Case",
    "Coalesce",
    "Column",
    "Compare",
    "Concat",
    "DateOf",
    "DecimalOf",
    "Ending",
    "Expression",
    "Extract",
    "Found",
    "Holds",
    "IntegerOf",
    "IsIn",
    "IsNull",
    "Later",
    "Length",
    "Let",
    "Listed",
    "Literal",
    "Lookup",
    "Lower",
    "Masked",
    "Matches",
    "Multiple",
    "Name",
    "Not",
    "NumberOf",
    "Or",
    "Replace",
    "Rescale",
    "Scalar",
    "Slice",
    "TextOf",
    "TimestampOf",
    "Together",
    "Translate",
    "Trim",
    "Type",
    "Upper",
    "WeightedSum",
    "columns_of",
    "decimal",
    "exchange",
    "substitute",
    "walk",
]

WHITESPACE = (
    " \t\r\n\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
"""What `Trim` strips from both ends: Unicode White_Space plus the zero-width space, the word joiner and the BOM."""


@dataclass(frozen=True, slots=True)
class Column(Expression):
    """A column of the row, by name."""

    name: str
    type: Type = TEXT


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    """A constant; `type` is what a NULL is cast to."""

    value: Scalar
    type: Type = TEXT


ALWAYS = Literal(True, BOOLEAN)


@dataclass(frozen=True, slots=True)
class Trim(Expression):
    """`text` without leading and trailing WHITESPACE."""

    text: Expression


@dataclass(frozen=True, slots=True)
class Translate(Expression):
    """`text` with the k-th character of `source` replaced by the k-th of `target`; both of one length."""

    text: Expression
    source: str
    target: str

    def __post_init__(self) -> None:
        if len(self.source) != len(self.target):
            raise ValueError("Translate needs as many target characters as source characters")


@dataclass(frozen=True, slots=True)
class Replace(Expression):
    """Every match of `pattern` replaced by the literal text `by`."""

    text: Expression
    pattern: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Upper(Expression):
    """ASCII letters in upper case; other characters stay, since engines disagree about them."""

    text: Expression


@dataclass(frozen=True, slots=True)
class Lower(Expression):
    """ASCII letters in lower case; other characters stay, since engines disagree about them."""

    text: Expression


@dataclass(frozen=True, slots=True)
class Slice(Expression):
    """`length` characters from `start`, counted from 1; shorter where the text ends."""

    text: Expression
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Length(Expression):
    """The number of characters (code points), INTEGER."""

    text: Expression


@dataclass(frozen=True, slots=True)
class Concat(Expression):
    """The texts one after another; NULL when any is NULL."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Matches(Expression):
    """True when the whole text matches `pattern`."""

    text: Expression
    pattern: str


@dataclass(frozen=True, slots=True)
class Found(Expression):
    """True when `pattern` matches somewhere in the text."""

    text: Expression
    pattern: str


@dataclass(frozen=True, slots=True)
class Extract(Expression):
    """Group `group` (from 1) of the first match of `pattern`; NULL without one, "" for a group that took no part."""

    text: Expression
    pattern: str
    group: int = 1


@dataclass(frozen=True, slots=True)
class Lookup(Expression):
    """The value that `mapping` gives for the text, NULL when it has none; keys are distinct."""

    text: Expression
    mapping: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Listed(Expression):
    """The list of those texts whose condition holds, in order; empty when none does."""

    parts: tuple[tuple[Expression, Expression], ...]


@dataclass(frozen=True, slots=True)
class Together(Expression):
    """The list of all these texts, in order, NULLs included."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class IsIn(Expression):
    """True when the operand equals one of `values`."""

    operand: Expression
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class WeightedSum(Expression):
    """sum(weights[k] * alphabet.index(text[k])), INTEGER: the heart of GB 11643, GB 32100, GB 11714 and Luhn.

    `text` must have been checked to be at least as long as `weights` and made of `alphabet`; otherwise the result is
    undefined. With `fold` the digits of each product are added (Luhn).
    """

    text: Expression
    weights: tuple[int, ...]
    alphabet: str = "0123456789"
    fold: bool = False


@dataclass(frozen=True, slots=True)
class IntegerOf(Expression):
    """The text `[+-]?[0-9]+` as a 64-bit INTEGER; NULL when it has another form or does not fit."""

    text: Expression

    @property
    def pattern(self) -> str:
        """The form of the texts that have a value if it fits: whoever asks for it first saves the cast from asking."""
        return "[+-]?[0-9]+"


@dataclass(frozen=True, slots=True)
class DecimalOf(Expression):
    """The text `[+-]?[0-9]+(\\.[0-9]+)?` as DECIMAL; NULL in another form or with too many digits on either side."""

    text: Expression
    precision: int
    scale: int

    @property
    def pattern(self) -> str:
        """As IntegerOf.pattern: zeros may follow the digits that the scale keeps."""
        fraction = f"[0-9]{{1,{self.scale}}}0*" if self.scale else "0+"
        return f"[+-]?[0-9]+(?:[.]{fraction})?"


@dataclass(frozen=True, slots=True)
class Rescale(Expression):
    """operand * numerator / denominator as DECIMAL(28 + `scale`, `scale`), ties away from zero; NULL on overflow.

    `operand` is a DECIMAL with `operand_scale` digits after the point and at most 20 before it. The fraction in lowest
    terms after shifting the points has a denominator of at most 100,000: then every engine's 38 digits round rightly.
    """

    operand: Expression
    operand_scale: int
    numerator: int
    denominator: int
    scale: int

    @property
    def fraction(self) -> Fraction:
        """What the integer mantissa is multiplied by to give the integer result."""
        return Fraction(self.numerator * 10**self.scale, self.denominator * 10**self.operand_scale)


@dataclass(frozen=True, slots=True)
class NumberOf(Expression):
    """The text as a 64-bit floating-point NUMBER; NULL when it is no finite decimal or scientific number."""

    text: Expression

    @property
    def pattern(self) -> str:
        """As IntegerOf.pattern."""
        return "[+-]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][+-]?[0-9]+)?"


@dataclass(frozen=True, slots=True)
class DateOf(Expression):
    """The text `YYYY-M-D`, months and days of one or two digits, as DATE; NULL for no such day (years 1-9999)."""

    text: Expression


@dataclass(frozen=True, slots=True)
class TimestampOf(Expression):
    """The text `YYYY-M-D H:MM:SS` as TIMESTAMP without zone; NULL when there is no such day or time."""

    text: Expression


@dataclass(frozen=True, slots=True)
class Later(Expression):
    """`moment`, a TIMESTAMP, INTEGER `minutes` later, or earlier where negative; NULL outside the years 1-9999."""

    moment: Expression
    minutes: Expression


@dataclass(frozen=True, slots=True)
class TextOf(Expression):
    """The canonical text of a value: ISO dates, plain decimals with their scale, true/false."""

    operand: Expression
    type: Type


@dataclass(frozen=True, slots=True)
class Arithmetic(Expression):
    """`left` `operator` `right` for one of + - * %; % has the sign of its left side, as in SQL."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Compare(Expression):
    """`left` `operator` `right` for one of = != < <= > >=; texts compare by code point."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class And(Expression):
    """Kleene conjunction."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or(Expression):
    """Kleene disjunction."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not(Expression):
    """Kleene negation: NULL stays NULL."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class IsNull(Expression):
    """True when the operand is NULL, never NULL itself."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Holds(Expression):
    """True when the operand is true, False when it is false or NULL: how a rule that must hold is asked."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Coalesce(Expression):
    """The first operand that is not NULL."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Case(Expression):
    """The value of the first branch whose condition holds, else `otherwise`; later branches are not evaluated."""

    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression = Literal(None)


@dataclass(frozen=True, slots=True)
class Let(Expression):
    """`body` in which the column `name` is `value`: what is read several times is computed once, even inside CASE.

    `name` must be no column's, and must not be bound again inside `body`.
    """

    name: str
    value: Expression
    body: Expression


_OPAQUE = "mapping"
"""The field that holds thousands of texts and no expression: looking into it took longer than all the rest."""


def _children(value: object) -> Iterator[Expression]:
    if isinstance(value, Expression):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _children(part)


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and everything below it, depth first."""
    yield expression
    for field in fields(expression):
        if field.name == _OPAQUE:
            continue
        for child in _children(getattr(expression, field.name)):
            yield from walk(child)


def columns_of(expression: Expression) -> frozenset[str]:
    """The names of all columns that the expression reads."""
    nodes = list(walk(expression))
    bound = {node.name for node in nodes if isinstance(node, Let)}
    return frozenset(node.name for node in nodes if isinstance(node, Column)) - bound


def _rewritten(value: object, change: Callable[[Expression], Expression]) -> object:
    if isinstance(value, Expression):
        return change(value)
    return tuple(_rewritten(part, change) for part in value) if isinstance(value, tuple) else value


def _with_changed_parts(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    values = {field.name: getattr(expression, field.name) for field in fields(expression) if field.name != _OPAQUE}
    changed = {name: new for name, old in values.items() if (new := _rewritten(old, change)) != old}
    return replace(expression, **changed) if changed else expression


def substitute(expression: Expression, by: Mapping[str, Expression]) -> Expression:
    """The expression with each column that `by` names replaced by what it names; other columns stay."""
    if isinstance(expression, Column):
        return by.get(expression.name, expression)
    return _with_changed_parts(expression, lambda part: substitute(part, by))


def exchange(expression: Expression, old: Expression, new: Expression) -> Expression:
    """The expression with every part that equals `old` replaced by `new`."""
    if expression == old:
        return new
    return _with_changed_parts(expression, lambda part: exchange(part, old, new))
