"""What a catalogue entry must look like, as findings with fixes.

Source: 目录编制指南 (2017); 政务数据共享条例 art. 13-14.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ronghe.platform.catalogue.conditions import ARROW, check_conditions
from ronghe.search import fold
from ronghe.standards.catalog import catalog
from ronghe.terms import InputError

if TYPE_CHECKING:
    from ronghe.platform.catalogue.models import Version

__all__ = [
    "FORMATS",
    "ITEM_TYPES",
    "METHODS",
    "PERIODS",
    "Described",
    "DescribedItem",
    "Finding",
    "findings",
    "findings_of_kind",
    "finds",
]

MOST_NAME, MOST_ABSTRACT = 50, 256
FORMATS = ("file", "database", "interface")
METHODS = ("file", "database", "interface", "look_up")
PERIODS = ("realtime", "day", "week", "ten_days", "month", "quarter", "year", "once")
ITEM_TYPES = "CNYDTLMGBIF"
"""C text, N number, Y money, D date, T date and time, L logical, M memo, G general, B double, I integer, F float."""
_NUMERIC = frozenset("NYBIF")
_SYSTEM_NAMES = re.compile("(系统|平台|数据库|system|platform)$")
_METHODS_OF = {
    "file": frozenset({"file"}),
    "database": frozenset({"database", "interface", "look_up"}),
    "interface": frozenset({"interface", "look_up"}),
}


@dataclass(frozen=True, slots=True)
class DescribedItem:
    """An information item as it is described."""

    name: str
    type: str
    unit: str = ""
    personal: bool = False
    element: str = ""


@dataclass(frozen=True, slots=True)
class Described:
    """A version as it is described, before it is in the catalogue."""

    kind: str
    name: str
    abstract: str
    category: str
    format: str
    method: str
    update_period: str
    sharing_class: str
    conditions: Sequence[str]
    legal_basis: str
    personal: bool
    items: Sequence[DescribedItem] = ()
    names_of_others: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a reviewer would send back: `stops` publication or only wants a look; `code` is its text."""

    code: str
    place: str
    stops: bool = True
    params: tuple[tuple[str, object], ...] = ()


def plain_name(name: str) -> str:
    """The name without spaces and punctuation: two that are equal so are one."""
    return re.sub(r"[\W_]+", "", fold(name))


def _of_text(entry: Described) -> Iterable[Finding]:
    if not entry.name.strip():
        yield Finding("platform.lint_name_missing", "name")
    if len(entry.name) > MOST_NAME:
        yield Finding("platform.lint_name_long", "name", params=(("most", MOST_NAME),))
    if _SYSTEM_NAMES.search(entry.name.strip()):
        yield Finding("platform.lint_name_of_system", "name", stops=False)
    if plain_name(entry.name) in {plain_name(name) for name in entry.names_of_others}:
        yield Finding("platform.lint_name_taken", "name")
    if not entry.abstract.strip():
        yield Finding("platform.lint_abstract_missing", "abstract")
    if len(entry.abstract) > MOST_ABSTRACT:
        yield Finding("platform.lint_abstract_long", "abstract", params=(("most", MOST_ABSTRACT),))


def _of_class(entry: Described) -> Iterable[Finding]:
    if entry.sharing_class == "conditional" and not [text for text in entry.conditions if text.strip()]:
        yield Finding("platform.lint_conditions_missing", "conditions")
    if any(text.strip().startswith(ARROW) for text in entry.conditions):
        yield Finding("platform.lint_condition_sentence", "conditions")
    try:
        check_conditions(entry.conditions)
    except InputError as fault:
        yield Finding(fault.code, "conditions", params=tuple(fault.params.items()))
    if entry.sharing_class == "not_shared" and not entry.legal_basis.strip():
        yield Finding("platform.lint_basis_missing", "legal_basis")
    if entry.sharing_class == "unconditional" and entry.personal:
        yield Finding("platform.lint_personal_unconditional", "sharing_class", stops=False)


def _of_form(entry: Described) -> Iterable[Finding]:
    for place, value, choices in (
        ("format", entry.format, FORMATS),
        ("method", entry.method, METHODS),
        ("update_period", entry.update_period, PERIODS),
    ):
        if value not in choices:
            yield Finding("platform.lint_choice", place, params=(("known", ", ".join(choices)),))
    if entry.format in _METHODS_OF and entry.method in METHODS and entry.method not in _METHODS_OF[entry.format]:
        known = ", ".join(sorted(_METHODS_OF[entry.format]))
        yield Finding("platform.lint_method", "method", params=(("format", entry.format), ("known", known)))


def _of_items(entry: Described) -> Iterable[Finding]:
    if not entry.items:
        yield Finding("platform.lint_items_missing", "items")
    for name, count in Counter(plain_name(item.name) for item in entry.items).items():
        if count > 1 or not name:
            yield Finding("platform.lint_item_name", "items", params=(("name", name),))
    for item in entry.items:
        if item.type not in ITEM_TYPES or len(item.type) != 1:
            yield Finding("platform.lint_item_type", "items", params=(("name", item.name), ("known", ITEM_TYPES)))
        if item.type in _NUMERIC and not item.unit.strip():
            yield Finding("platform.lint_item_unit", "items", stops=False, params=(("name", item.name),))
    known = {element.code for element in catalog()}
    for item in entry.items:
        if item.element and item.element not in known:
            params = (("name", item.name), ("element", item.element))
            yield Finding("platform.lint_item_element", "items", stops=False, params=params)


def findings(entry: Described) -> tuple[Finding, ...]:
    """What is wrong with an entry, in the order of its form; empty when nothing is."""
    found = [*_of_text(entry), *_of_class(entry)]
    if entry.kind == "data":
        found += [*_of_form(entry), *_of_items(entry)]
    return tuple(found)


Finds = Callable[["Version"], Iterable[Finding]]
_FINDS: dict[str, Finds] = {}


def finds(kind: str) -> Callable[[Finds], Finds]:
    """Register the decorated function: what this kind knows of a version beyond how it is described."""

    def register(function: Finds) -> Finds:
        _FINDS[kind] = function
        return function

    return register


def findings_of_kind(kind: str, version: "Version") -> tuple[Finding, ...]:
    """What the kind itself found; nothing where it looks at nothing."""
    function = _FINDS.get(kind)
    return tuple(function(version)) if function else ()
