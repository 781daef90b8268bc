"""The catalog of data elements: by code, by the name of a column, and with the elements that a department adds."""

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date as day
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from ronghe.standards import code_lists, contact, dates, identifiers, internet, quantities, regions, text, times
from ronghe.standards.currencies import CURRENCIES
from ronghe.standards.element import Element
from ronghe.standards.limits import LIMITS, has_order, limited
from ronghe.standards.own_elements import contents, own_elements
from ronghe.terms import InputError, content_id

__all__ = ["Catalog", "catalog", "normalized"]

_MODULES = (identifiers, code_lists, regions, dates, times, quantities, contact, internet, text)
LOWEST_SCORE = 0.6
ASKED_SCORE = 0.95
_ASKS = re.compile("(?:is|has)(?:[_ -].+|[A-Z].*)|(?:IS|HAS)_.+|是否.+")
"""Names that ask a question, whatever it is about: is_closed, hasLicense."""

UNIT_SCORE = 0.85
_UNIT_IN_BRACKETS = re.compile(r".+[（(\[【](?:单位[:：])?(.+?)[）)\]】]")
_MONEYS = [word for currency in CURRENCIES.values() for word in currency.words]
_OF_UNITS = (
    (
        "money",
        re.compile(f"(?:百万|千万|万|亿|千|百)?(?:元|{'|'.join(_MONEYS)})|RMB|{'|'.join(CURRENCIES)}", re.IGNORECASE),
    ),
    ("area", re.compile("亩|公顷|平方米|平方公里|㎡|m2|m²", re.IGNORECASE)),
    ("percentage", re.compile("[%％]")),
)
"""What a header's unit says of its values, whatever their name: 票价（元）, 水田（亩）."""


def _date(given: str, place: str) -> day | None:
    try:
        return day.fromisoformat(given) if given else None
    except ValueError as fault:
        raise InputError("standards.option_value", element=place, value=given, known="2026-01-01") from fault


def _digits(given: str, place: str) -> int:
    if not re.fullmatch("[0-9]{1,2}", given):
        raise InputError("standards.option_value", element=place, value=given, known="0, 1, ... 38")
    return int(given)


def _word(given: str, place: str) -> str:  # noqa: ARG001 - the shape of a reader of options
    return given


_Options = Mapping[str, Callable[[str, str], Any]]
_DATE_OPTIONS: _Options = {"order": _word, "excel_serial": _word}
_BUILDERS: Mapping[str, tuple[Callable[..., Element], _Options]] = {
    "citizen_id": (identifiers.citizen_id, {"as_of": _date}),
    "region": (regions.region, {"as_of": _date, "within": _word}),
    "date": (dates.date, _DATE_OPTIONS),
    "birth_date": (lambda **given: dates.date(code="birth_date", **given), {**_DATE_OPTIONS, "as_of": _date}),
    "money": (quantities.money, {"unit": _word, "currency": _word}),
    "area": (quantities.area, {"unit": _word, "target": _word}),
    "percentage": (quantities.percentage, {"bare": _word}),
    "decimal": (quantities.decimal_number, {"precision": _digits, "scale": _digits}),
    "postcode": (contact.postcode, {"country": _word}),
}


@cache
def normalized(name: str) -> str:
    """A column's name as names are compared: lower case, without spaces, marks, and brackets with what is in them."""
    bare = re.sub(r"[（(\[【].*?[）)\]】]", "", name)
    return re.sub(r"[\s_\-./:：*]+", "", bare).lower()


def _with_options(code: str, plain: Element, given: Mapping[str, str]) -> Element:
    build, readers = _BUILDERS.get(code, (None, {}))
    limits = tuple(LIMITS) if has_order(plain) else ()
    for key in given:
        if key not in readers and key not in limits:
            known = ", ".join((*readers, *limits)) or "-"
            raise InputError("standards.unknown_option", element=code, value=key, known=known)
    read = {key: readers[key](value, f"{code}.{key}") for key, value in given.items() if key in readers}
    try:
        made: Element = build(**read) if build and read else plain
    except ValueError as fault:
        raise InputError("standards.option_value", element=code, value=str(dict(given)), known=str(fault)) from fault
    return limited(made, {key: given[key] for key in limits if key in given}, code)


def _given(options: Mapping[str, str] | None) -> dict[str, str]:
    return {key: value for key, value in (options or {}).items() if value}


def _get(elements: Mapping[str, Element], code: str, options: Mapping[str, str]) -> Element:
    if code not in elements:
        near = difflib.get_close_matches(code, elements, n=3, cutoff=0.4) or list(elements)[:3]
        raise InputError("standards.unknown_element", value=code, near=", ".join(near))
    given = _given(options)
    return _with_options(code, elements[code], given) if given else elements[code]


class Catalog:
    """The elements at hand; iterating gives each of them once, in the order of their definition.

    `fingerprint` changes with the departments' own elements: what was made with others must be made again.
    """

    def __init__(self, own: Sequence[Path] = ()) -> None:
        fixed: list[Element] = [element for module in _MODULES for element in module.ELEMENTS]
        self._elements = {element.code: element for element in fixed}
        standard = self._elements.copy()
        self._own, self._get_own = own_elements(own, partial(_get, standard))
        self._elements |= self._own
        # Of the elements, not of their files: a code list that a file names lies in a file of its own.
        self.fingerprint = content_id(*map(repr, self._own.values()))
        self._names = {
            element.code: frozenset(
                map(normalized, (*element.synonyms, element.name.zh, element.name.en, element.code))
            )
            for element in self
        }
        codes: dict[str, set[str]] = defaultdict(set)
        for code, names in self._names.items():
            for named in names:
                codes[named].add(code)
        self._codes = {named: frozenset(several) for named, several in codes.items()}
        # The name of a column is asked several times over for each table that has it.
        self._scored = lru_cache(maxsize=1_000)(self._by_name)

    def __iter__(self) -> Iterator[Element]:
        return iter(self._elements.values())

    def __len__(self) -> int:
        return len(self._elements)

    def get(self, code: str, options: Mapping[str, str] | None = None) -> Element:
        """The element of this code, built with its options; `min` and `max` where its values have an order.

        Raises InputError for an unknown code, saying the nearest ones, and for an unknown option or value of one.
        """
        if code in self._own:
            return self._get_own(code, _given(options))
        return _get(self._elements, code, options or {})

    def by_name(self, column: str) -> tuple[tuple[Element, float], ...]:
        """The elements that a column of this name may hold with scores up to 1, best first.

        1 is one of an element's names; a name that ends or begins with one of them scores by how much of it that is.
        """
        return self._scored(column)

    def _by_name(self, column: str) -> tuple[tuple[Element, float], ...]:
        wanted = normalized(column)
        found = []
        for element in self:
            score = max((_likeness(wanted, name) for name in self._names[element.code]), default=0.0)
            score = max(score, _by_form(element.code, column.strip()))
            if score >= LOWEST_SCORE:
                found.append((element, score))
        return tuple(sorted(found, key=lambda pair: -pair[1]))

    def named(self, column: str) -> frozenset[str]:
        """The codes of the elements that have exactly this name: those that `by_name` scores 1."""
        return self._codes.get(normalized(column), frozenset())


def _by_form(code: str, column: str) -> float:
    """What the form of a name says, whatever its words: a question, a unit in brackets."""
    if code == "yes_no":
        return ASKED_SCORE if _ASKS.fullmatch(column) else 0.0
    unit = _UNIT_IN_BRACKETS.fullmatch(column)
    return UNIT_SCORE if unit and any(code == of and form.fullmatch(unit[1]) for of, form in _OF_UNITS) else 0.0


def _likeness(wanted: str, name: str) -> float:
    if wanted == name:
        return 1.0
    if len(name) < 2 or (name.isascii() and len(name) < 4):
        return 0.0
    if wanted.endswith(name):
        return 0.7 + 0.2 * len(name) / len(wanted)
    return 0.6 + 0.2 * len(name) / len(wanted) if wanted.startswith(name) else 0.0


@lru_cache(maxsize=16)
def _catalog(own: tuple[Path, ...], _contents: str) -> Catalog:
    return Catalog(own)


def catalog(own: Sequence[Path] = ()) -> Catalog:
    """The catalog, with the elements of the departments' own files; made once for the same contents of them.

    Raises InputError naming file and key for an element that cannot be used.
    """
    return _catalog(tuple(own), contents(own))
