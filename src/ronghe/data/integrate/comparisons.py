"""How two values of each kind are compared: the levels of likeness, the most alike first.

A level is a condition; what a level is worth is learnt from the data (`training.py`), never written here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from sqlglot import exp

from ronghe.data.integrate.kinds import Kind
from ronghe.data.integrate.prepare import TOKENIZED, WEIGHT_LEVELS, Compared
from ronghe.data.integrate.statements import drawn, sql
from ronghe.tables.sql import name

__all__ = ["APART", "APART_OF_WHO", "Comparison", "Level", "comparisons_of", "drawn_comparisons", "likeness"]


@dataclass(frozen=True, slots=True)
class Level:
    """One degree of likeness; `code` names its text. `by_term` weighs a rare value more than a frequent one."""

    code: str
    condition: exp.Expr
    by_term: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of two records; what meets no condition is `rest`."""

    name: str
    column: str
    absent: exp.Expr
    levels: tuple[Level, ...]
    term: str = ""
    of: int = 0
    rising: tuple[str, ...] = ()
    rest: str = "else"
    apart: tuple[float, float] = (0.1, 0.5)

    @property
    def ladder(self) -> tuple[int, ...]:
        """The levels, by Splink's numbers, from the least alike to the most: what is more alike never weighs less."""
        places = {code: place for place, code in enumerate(self.codes)}
        return tuple(places[code] for code in (self.rising or self.codes))

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the levels as Splink numbers them: 0 is what meets no condition."""
        return (self.rest, *(level.code for level in reversed(self.levels)))

    def settings(self, weights: Sequence[tuple[float, float]] | None = None) -> dict[str, Any]:
        """The comparison as Splink reads it; `weights` are m and u of each level, as in `codes`."""
        levels: list[dict[str, Any]] = [
            {"sql_condition": sql(self.absent), "label_for_charts": "absent", "is_null_level": True}
        ]
        conditions = [sql(level.condition) for level in self.levels] + ["ELSE"]
        for place, condition in enumerate(conditions):
            made: dict[str, Any] = {"sql_condition": condition, "label_for_charts": self.codes[-1 - place]}
            if weights is not None:
                made["m_probability"], made["u_probability"] = weights[len(self.levels) - place]
            if place < len(self.levels) and self.levels[place].by_term:
                made["tf_adjustment_column"] = self.term
                made["tf_adjustment_weight"] = 1.0
            levels.append(made)
        return {"output_column_name": self.name, "comparison_levels": levels}


def _on(place: int, text: str, **more: exp.Expr | str | float) -> exp.Expr:
    """A condition over the two records' prepared columns: `_cl` and `_cr` are the values, `_sl` the sound, ..."""
    nodes: dict[str, Any] = {f"{part}{side}": name(f"{part}{place}_{side}") for part in "acstqg" for side in "lr"}
    return drawn(text, **{**nodes, **more})


def _shared_weight(place: int) -> exp.Expr:
    text = "coalesce(list_sum(list_transform(list_intersect(_tl, _tr), lambda x: x % _levels)), 0)"
    return _on(place, text, levels=WEIGHT_LEVELS)


def _cosine(place: int) -> exp.Expr:
    return _on(place, "_shared / sqrt(_ql * _qr)", shared=_shared_weight(place))


_SAME_SIGNS = " + ".join(f"(_cl[{n}] = _cr[{n}])::INT" for n in range(1, 6))
_ONE_SIGN = f"length(_cl) = length(_cr) AND length(_cl) BETWEEN 3 AND 5 AND {_SAME_SIGNS} = 4 + length(_cl) - 5"


def _exact(place: int) -> Level:
    return Level("exact", _on(place, "_cl = _cr"), by_term=True)


def _jaro(place: int, code: str, least: float) -> Level:
    return Level(code, _on(place, "jaro_winkler_similarity(_al, _ar) >= _least", least=least))


_HALF_KEPT = (
    "(left(_al, length(_al) // 2) = left(_ar, length(_al) // 2)"
    " OR right(_al, length(_al) // 2) = right(_ar, length(_al) // 2))"
)
"""One edit leaves one half as it was: asking costs less than counting edits."""


def _one_edit(place: int) -> Level:
    return Level(
        "one_edit",
        _on(place, f"abs(length(_al) - length(_ar)) <= 1 AND {_HALF_KEPT} AND damerau_levenshtein(_al, _ar) <= 1"),
    )


def _name_levels(place: int) -> list[Level]:
    return [
        _exact(place),
        Level("same_sound", _on(place, "_sl = _sr")),
        _jaro(place, "nearly", 0.92),
        Level("one_sign", _on(place, f"(_al IS NULL OR _ar IS NULL) AND {_ONE_SIGN}")),
        _jaro(place, "alike", 0.8),
        Level("same_start", _on(place, "_cl[1] = _cr[1]")),
    ]


def _date_levels(place: int) -> list[Level]:
    swapped = "_cl[1:4] = _cr[1:4] AND _cl[6:7] = _cr[9:10] AND _cl[9:10] = _cr[6:7]"
    parts = "(_cl[1:4] = _cr[1:4])::INT + (_cl[6:7] = _cr[6:7])::INT + (_cl[9:10] = _cr[9:10])::INT"
    return [
        _exact(place),
        Level("one_edit", drawn("_edit OR _swapped", edit=_one_edit(place).condition, swapped=_on(place, swapped))),
        Level("two_parts", _on(place, f"{parts} = 2")),
        Level("same_year", _on(place, "_cl[1:4] = _cr[1:4]")),
    ]


def _phone_levels(place: int) -> list[Level]:
    return [
        _exact(place),
        Level("same_end", _on(place, "length(_cl) >= 7 AND length(_cr) >= 7 AND right(_cl, 7) = right(_cr, 7)")),
        _one_edit(place),
    ]


def _number_levels(place: int) -> list[Level]:
    apart = drawn(
        "abs(_a - _b) / greatest(abs(_a), abs(_b))",
        a=_on(place, "TRY_CAST(_cl AS DOUBLE)"),
        b=_on(place, "TRY_CAST(_cr AS DOUBLE)"),
    )
    steps = (("within_2", 0.02), ("within_10", 0.1), ("within_30", 0.3))
    return [_exact(place)] + [Level(code, drawn("_apart <= _most", apart=apart, most=most)) for code, most in steps]


_CONFLICT = "coalesce(NOT list_has_any(_gl, _gr), false)"
"""Both texts hold numbers or codes, and have none in common: another house, another model, another branch."""
_SPELLED = (
    "length(_al) BETWEEN 5 AND 64 AND abs(length(_al) - length(_ar)) <= _share * length(_al)"
    " AND (left(_al, 2) = left(_ar, 2) OR right(_al, 2) = right(_ar, 2))"
)


FINE, COARSE = 5, 10
"""Steps of likeness, in hundredths. Free texts differ by little; every step of the common kinds costs time."""


def _steps(kind: Kind) -> tuple[int, ...]:
    return tuple(range(10, 100, FINE if kind is Kind.TEXT else COARSE))


def _token_ladder(kind: Kind) -> tuple[str, ...]:
    return ("apart", *(f"tokens_{least}" for least in _steps(kind)), "exact")


def _token_levels(place: int, kind: Kind) -> list[Level]:
    """By the weight of common tokens, asked from below: most pairs have next to none, and the sum is what costs."""
    cosine, conflict = _cosine(place), _on(place, _CONFLICT)
    edits = "damerau_levenshtein(_al, _ar) <= _share * greatest(length(_al), length(_ar))"
    nearly, alike = (
        Level(code, _on(place, f"{_SPELLED} AND NOT {_CONFLICT} AND {edits}", share=share))
        for code, share in (("nearly", 0.15), ("alike", 0.3))
    )
    some = _on(place, "list_has_any(_tl, _tr)")
    far = Level("apart", drawn("NOT _some OR _cosine < 0.1", some=some, cosine=cosine))
    parted = [
        Level(f"conflict_{least}", drawn("_conflict AND _cosine < _most", conflict=conflict, cosine=cosine, most=most))
        for least, most in ((0, 0.3), (30, 0.6), (60, 2.0))
    ]
    bounds = pairwise(_steps(kind))
    steps = [
        Level(f"tokens_{least}", drawn("_cosine < _most", cosine=cosine, most=most / 100)) for least, most in bounds
    ]
    return [_exact(place), nearly, alike, far, *parted, *steps]


def _identifier_levels(place: int) -> list[Level]:
    return [_exact(place), _one_edit(place)]


def _email_levels(place: int) -> list[Level]:
    same = Level("same_user", _on(place, "split_part(_cl, '@', 1) = split_part(_cr, '@', 1)"))
    return [_exact(place), same, _jaro(place, "nearly", 0.92), _jaro(place, "alike", 0.8)]


def _category_levels(place: int) -> list[Level]:
    return [_exact(place), _jaro(place, "nearly", 0.9)]


_LEVELS: Mapping[Kind, Callable[[int], list[Level]]] = {
    Kind.NAME: _name_levels,
    Kind.DATE: _date_levels,
    Kind.PHONE: _phone_levels,
    Kind.NUMBER: _number_levels,
    Kind.IDENTIFIER: _identifier_levels,
    Kind.EMAIL: _email_levels,
    Kind.CATEGORY: _category_levels,
}


def _levels(place: int, kind: Kind) -> list[Level]:
    return _token_levels(place, kind) if kind in TOKENIZED else _LEVELS[kind](place)


def likeness(place: int, kind: Kind) -> exp.Expr:
    """How alike two values are, from 0 to 1, without steps: what two pairs on one level still differ in."""
    if kind in TOKENIZED:
        return drawn("coalesce(_cosine, 0)", cosine=_cosine(place))
    return _on(place, "coalesce(jaro_winkler_similarity(_al, _ar), (_cl = _cr)::DOUBLE, 0)")


WHO = ("person_name", "birth_date", "citizen_id", "unified_credit_code", "sex")
"""Elements that say who it is, unlike a street or a telephone, which a household shares."""
APART_OF_WHO, APART = (0.03, 0.2), (0.1, 0.5)
"""How often two records of one thing differ wholly in such a column, and in any other: at least, and at most."""


def _apart(column: Compared) -> tuple[float, float]:
    """How often two records of one thing differ wholly in a column: at least, and at most.

    Nothing proves a difference by itself, and nothing that differs more often than not tells anything. Without these
    bounds a street, a household or a brand, which is what more pairs share than a thing, would be taken for the thing.
    """
    return APART_OF_WHO if column.element in WHO else APART


def comparisons_of(columns: Sequence[Compared]) -> tuple[Comparison, ...]:
    """The comparisons of all columns."""
    return drawn_comparisons(tuple(columns))


@cache
def drawn_comparisons(columns: tuple[Compared, ...]) -> tuple[Comparison, ...]:
    """The same, drawn once for all who ask: that costs as much as comparing a small table."""
    found: list[Comparison] = []
    for place, column in enumerate(columns):
        absent = _on(place, "_cl IS NULL OR _cr IS NULL")
        levels = tuple(_levels(place, column.kind))
        rising = _token_ladder(column.kind) if column.kind in TOKENIZED else ()
        rest = rising[-2] if rising else "else"
        found.append(
            Comparison(f"k{place}", column.label, absent, levels, f"c{place}", place, rising, rest, _apart(column))
        )
    return tuple(found)
