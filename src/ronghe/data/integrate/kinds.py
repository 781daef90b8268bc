"""What kind of thing a column holds, which decides how two of its values are compared.

The rule, in order: the standard data element that the column's name says and its values confirm; the element whose form
is so particular that values alone speak for it; else what the values look like: numbers, codes, few distinct values,
many words, few words. It reads no more than a sample of distinct values, chosen by their hash and so the same for any
order of rows.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ronghe.standards import MISSING_WORDS
from ronghe.standards.catalog import Catalog

__all__ = ["SAMPLE", "Kind", "Looks", "decide_kind", "looks_of"]

SAMPLE = 2_000
"""Distinct values of a column that are looked at."""
FITS = 0.7
"""Share of values that must read as an element that the name says."""
FITS_ALONE = 0.95
"""The same for an element that only the values say."""
FEW_VALUES = 40
CODE_LENGTHS = 3
LONG_WORDS = 3.2
LONG_CHARACTERS = 8
"""Words, or ideographs where there are no words, above which a text is compared by its tokens."""
DIGITS_IN_NAMES = 0.05
SOME_MARKED = 0.2


class Kind(StrEnum):
    """How two values are compared."""

    IDENTIFIER = "identifier"
    NAME = "name"
    ORGANIZATION = "organization"
    ADDRESS = "address"
    DATE = "date"
    PHONE = "phone"
    EMAIL = "email"
    CATEGORY = "category"
    NUMBER = "number"
    TEXT = "text"


BY_ELEMENT = {
    "citizen_id": Kind.IDENTIFIER,
    "unified_credit_code": Kind.IDENTIFIER,
    "organization_code": Kind.IDENTIFIER,
    "code": Kind.IDENTIFIER,
    "postcode": Kind.IDENTIFIER,
    "person_name": Kind.NAME,
    "organization_name": Kind.ORGANIZATION,
    "address": Kind.ADDRESS,
    "birth_date": Kind.DATE,
    "date": Kind.DATE,
    "datetime": Kind.DATE,
    "mobile": Kind.PHONE,
    "phone": Kind.PHONE,
    "landline": Kind.PHONE,
    "email": Kind.EMAIL,
    "money": Kind.NUMBER,
    "area": Kind.NUMBER,
    "number": Kind.NUMBER,
    "decimal": Kind.NUMBER,
    "percentage": Kind.NUMBER,
    "sex": Kind.CATEGORY,
    "gender": Kind.CATEGORY,
    "ethnic_group": Kind.CATEGORY,
    "region": Kind.CATEGORY,
}
ALONE = ("citizen_id", "unified_credit_code", "email", "mobile", "date")
_PHONE = re.compile(r"(?:\W*[0-9]){7,15}\W*")
_NUMBER = re.compile(r"[-+]?[$¥€£]?\s*[0-9][0-9,]*(\.[0-9]+)?\s*(元|万元|%)?")
_HAN = re.compile("[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Looks:
    """What a sample of a column's distinct values looks like."""

    numeric: float
    phones: float
    fractions: float
    digits: float
    words: float
    lengths: int
    han: float
    characters: float


def looks_of(values: Sequence[str]) -> Looks:
    """The looks of a sample; of nothing, all zero."""
    count = len(values) or 1
    return Looks(
        numeric=sum(1 for value in values if _NUMBER.fullmatch(value)) / count,
        phones=_phones(values) / count,
        fractions=sum(1 for value in values if re.search(r"[.,$¥€£%元]", value)) / count,
        digits=sum(1 for value in values if re.search("[0-9]", value)) / count,
        words=sum(len(_WORD.findall(value)) for value in values) / count,
        lengths=len({len(value) for value in values}),
        han=sum(1 for value in values if _HAN.search(value)) / count,
        characters=sum(len(value) for value in values) / count,
    )


def _phones(values: Sequence[str]) -> int:
    """How many values are telephones: marks between the digits tell, for all where a fifth has some."""
    digits = [value for value in values if _PHONE.fullmatch(value)]
    marked = sum(1 for value in digits if re.search(r"[0-9][^0-9.,]", value))
    return len(digits) if marked >= SOME_MARKED * len(digits) else marked


def _element(catalog: Catalog, column: str, values: Sequence[str]) -> str | None:
    named = [element for element, _ in catalog.by_name(column)]
    alone = [catalog.get(code) for code in ALONE]
    for element, least in [(e, FITS) for e in named] + [(e, FITS_ALONE) for e in alone]:
        if element.code not in BY_ELEMENT:
            continue
        fitting = sum(1 for value in values if element.read(value).value is not None)
        if values and fitting >= least * len(values):
            return element.code
    return None


def _is_long(looks: Looks) -> bool:
    return looks.words > LONG_WORDS or (looks.han > 0.5 and looks.characters > LONG_CHARACTERS)


def _by_looks(looks: Looks, distinct: int, filled: int) -> Kind:
    if looks.numeric > FITS_ALONE:
        return Kind.NUMBER if looks.fractions > 0.2 else Kind.IDENTIFIER
    if looks.phones > FITS:
        return Kind.PHONE
    if _is_long(looks):
        return Kind.TEXT
    if distinct <= FEW_VALUES and distinct < filled / 2:
        return Kind.CATEGORY
    if looks.digits > FITS_ALONE and looks.words < 2:
        return Kind.IDENTIFIER
    return Kind.TEXT if looks.digits > 0.3 else Kind.NAME


def decide_kind(
    catalog: Catalog, column: str, values: Sequence[str], *, distinct: int, filled: int
) -> tuple[Kind, str]:
    """The kind of a column and the code of the element that decided it, "" where its looks did."""
    present = [value for value in values if value.strip() not in MISSING_WORDS]
    looks = looks_of(present)
    code = _element(catalog, column, present[:300])
    kind = BY_ELEMENT[code] if code else _by_looks(looks, distinct, filled)
    if kind is Kind.NAME and (_is_long(looks) or looks.digits > DIGITS_IN_NAMES):
        # `name` is also the name of products, shops and streets: those are compared by their tokens.
        return (Kind.TEXT if code else _by_looks(looks, distinct, filled)), ""
    return kind, code or ""
