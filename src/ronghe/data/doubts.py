"""What a proposal leaves open: names whose values do not fit, turned days and months, rates of two kinds."""

import re
from collections.abc import Iterator, Sequence

from ronghe.data.candidates import Candidate, fitting, needed_fits
from ronghe.standards import MISSING_WORDS
from ronghe.standards.catalog import Catalog
from ronghe.tables.staged import Note

__all__ = ["doubts_of"]

OWN_NAME = 0.9
"""The score from which a column's name is nearly one of the element's own."""
_UNPARTICULAR = ("text", "code", "integer", "number", "decimal")
_TURNED = re.compile(r"\s*([0-9]{1,2})[-/.]([0-9]{1,2})[-/.][0-9]{4}(?:[ T].*)?")
_SIGNED = re.compile(r".*[%％]\s*")
_FRACTION = re.compile(r"\s*0?[.][0-9]+\s*")
MOSTLY = 0.7


def _declined(catalog: Catalog, column: str, values: Sequence[str], chosen: Candidate) -> Iterator[Note]:
    """The element that the name says and the values do not."""
    for element, score in catalog.by_name(column):
        if score < OWN_NAME or score <= chosen.by_name or element.code == chosen.element.code:
            return
        fits = fitting(element, values)
        if element.code not in _UNPARTICULAR and fits < needed_fits(element):
            yield Note("data.doubt_declined", {"element": element.code, "fits": f"{100 * fits:.0f}%"})
            return


def _order(values: Sequence[str], chosen: Candidate) -> Iterator[Note]:
    pairs = [found for value in values if (found := _TURNED.fullmatch(value))]
    if len(pairs) < MOSTLY * len(values) or chosen.options.get("order"):
        return
    first, second = (any(int(pair[place]) > 12 for pair in pairs) for place in (1, 2))
    if first == second:
        yield Note("data.doubt_order_both" if first else "data.doubt_order", {"example": pairs[0][0].strip()})


def _rates(values: Sequence[str], chosen: Candidate) -> Iterator[Note]:
    signed = next((value for value in values if _SIGNED.fullmatch(value)), None)
    bare = next((value for value in values if _FRACTION.fullmatch(value)), None)
    if chosen.element.code == "percentage" and signed and bare:
        yield Note("data.doubt_rates", {"signed": signed.strip(), "bare": bare.strip()})


def doubts_of(catalog: Catalog, column: str, values: Sequence[str], chosen: Candidate) -> tuple[Note, ...]:
    """What a person should look at in a column, as texts of `messages`; `values` are its most frequent ones."""
    present = [value for value in values if value.strip() not in MISSING_WORDS]
    if not present:
        return ()
    turned = tuple(_order(present, chosen))
    declined = () if turned else tuple(_declined(catalog, column, present, chosen))
    return (*declined, *turned, *_rates(present, chosen))
