"""What a request needs and what a resource can do: `room: seats>=20, projector; car` asks for a room and a car."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TypeAlias

__all__ = ["Capabilities", "Condition", "Part", "capabilities_of", "meets", "parts_of", "unknown_names", "unmet"]

Capability: TypeAlias = Fraction | str | bool
Capabilities: TypeAlias = Mapping[str, Capability]
_CONDITION = re.compile(r"^([^\s<>=!;:,]+)\s*(?:(>=|<=|=)\s*([^<>=;:,]+))?$")
_NUMBER = re.compile(r"^[0-9]{1,12}(?:\.[0-9]{1,6})?$")
MOST_PARTS = 8


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a resource must have: `seats >= 20`, `floor = 3`, or `projector` alone (`sign` is empty)."""

    name: str
    sign: str = ""
    value: Capability = True

    def __str__(self) -> str:
        return f"{self.name}{self.sign}{self.value}" if self.sign else self.name


@dataclass(frozen=True, slots=True)
class Part:
    """One resource of a request: of class `kind` where that is named, with every condition."""

    kind: str = ""
    conditions: tuple[Condition, ...] = ()

    def __str__(self) -> str:
        listed = ", ".join(map(str, self.conditions))
        return f"{self.kind}: {listed}" if self.kind and listed else self.kind or listed


def _value(text: str) -> Capability:
    return Fraction(text) if _NUMBER.match(text) else text


def _condition(text: str) -> Condition:
    found = _CONDITION.match(text)
    if found is None:
        raise ValueError(text)
    name, sign, value = found[1], found[2] or "", _value((found[3] or "").strip())
    if sign in (">=", "<=") and not isinstance(value, Fraction):
        raise ValueError(text)
    return Condition(name, sign, value if sign else True)


def _part(text: str) -> Part:
    kind, colon, listed = text.partition(":")
    if not colon:
        kind, listed = "", text
    return Part(kind.strip(), tuple(_condition(one.strip()) for one in listed.split(",") if one.strip()))


@cache
def parts_of(text: str) -> tuple[Part, ...]:
    """The parts of a request, separated by `;`; blank needs one resource of any kind. ValueError for another form."""
    parts = tuple(_part(one) for one in text.split(";")) if text.strip() else (Part(),)
    if len(parts) > MOST_PARTS:
        raise ValueError(text)
    return parts


@cache
def capabilities_of(text: str) -> Capabilities:
    """What a resource can do: `seats=30, projector`. ValueError for another form."""
    found = [_condition(one.strip()) for one in re.split("[,;]", text) if one.strip()]
    if any(one.sign in (">=", "<=") for one in found):
        raise ValueError(text)
    return {one.name: one.value for one in found}


def _holds(condition: Condition, able: Capabilities) -> bool:
    has = able.get(condition.name)
    if has is None or not condition.sign:
        return has is not None
    if condition.sign == "=":
        return has == condition.value
    if not isinstance(has, Fraction) or not isinstance(condition.value, Fraction):
        return False
    return has >= condition.value if condition.sign == ">=" else has <= condition.value


def meets(part: Part, kind: str, able: Capabilities) -> bool:
    """Whether a resource of class `kind` with these capabilities can serve the part."""
    return (not part.kind or part.kind == kind) and all(_holds(condition, able) for condition in part.conditions)


def unmet(part: Part, kind: str, able: Capabilities) -> list[Condition]:
    """The conditions that a resource lacks."""
    named = [Condition(part.kind)] if part.kind and part.kind != kind else []
    return named + [condition for condition in part.conditions if not _holds(condition, able)]


def unknown_names(parts: Iterable[Part], names: frozenset[str], kinds: frozenset[str]) -> list[str]:
    """Capabilities and classes that no resource has, sorted."""
    asked = {condition.name for part in parts for condition in part.conditions}
    classes = {part.kind for part in parts if part.kind}
    return sorted((asked - names) | (classes - kinds))
