"""What a JSON body must say: values at places named by JSON Pointers.

Source: RFC 6901, JavaScript Object Notation (JSON) Pointer.
"""

import math
from dataclasses import dataclass
from typing import Any

__all__ = ["Wanted", "at_pointer", "parse_wanted"]

Scalar = str | bool | int | float
_KEYS = {"pointer", "equals", "least", "most"}
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Wanted:
    """The value at `pointer` must be there, and equal `equals`, or be a number from `least` to `most`."""

    pointer: str
    equals: Scalar | None = None
    least: float = -math.inf
    most: float = math.inf

    @property
    def ranged(self) -> bool:
        """True where a number is wanted."""
        return self.least > -math.inf or self.most < math.inf

    def met(self, document: Any) -> bool:
        """True where a document says it."""
        found = at_pointer(document, self.pointer)
        if found is _MISSING:
            return False
        if self.equals is not None:
            # 1 and true are not the same to whoever wrote either.
            return isinstance(found, bool) == isinstance(self.equals, bool) and bool(found == self.equals)
        if self.ranged:
            number = isinstance(found, int | float) and not isinstance(found, bool)
            return number and self.least <= found <= self.most
        return True

    def number(self, document: Any) -> float:
        """The value as a number, NaN where it is none."""
        found = at_pointer(document, self.pointer)
        if isinstance(found, bool) or not isinstance(found, int | float):
            return math.nan
        return float(found) if abs(found) < 1e300 else math.nan


def at_pointer(document: Any, pointer: str) -> Any:
    """The value at a pointer; an object of its own where there is none."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict) and key in document:
            document = document[key]
        elif isinstance(document, list) and key.isascii() and key.isdecimal() and int(key) < len(document):
            document = document[int(key)]
        else:
            return _MISSING
    return document


def _limit(given: dict[str, Any], key: str, otherwise: float) -> float:
    value = given.get(key, otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        raise ValueError(f"{key} = {value}")
    return float(value)


def _one(given: Any) -> Wanted:
    if not isinstance(given, dict) or set(given) - _KEYS:
        raise ValueError(str(given)[:60])
    pointer, equals = given.get("pointer"), given.get("equals")
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise ValueError(f"pointer = {pointer}")
    if equals is not None and (not isinstance(equals, Scalar) or {"least", "most"} & set(given)):
        raise ValueError(f"equals = {equals}")
    made = Wanted(pointer, equals, _limit(given, "least", -math.inf), _limit(given, "most", math.inf))
    if made.least > made.most:
        raise ValueError(f"least = {made.least:g} > most = {made.most:g}")
    return made


def parse_wanted(given: Any) -> tuple[Wanted, ...]:
    """Read conditions as a configuration writes them; ValueError with what is wrong. At least one is needed."""
    if not isinstance(given, list) or not given:
        raise ValueError(str(given)[:60])
    return tuple(_one(one) for one in given)
