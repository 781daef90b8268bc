"""Elements that a department adds in a TOML file, without code.

[element.ward]
zh = "病区"
en = "Ward"
type = "text"
pattern = "[A-Z][0-9]{2}"
synonyms = ["病区", "bq"]

[element.subsidy]
extends = "money"
options = { unit = "万元" }
zh = "补贴"
en = "Subsidy"
min = 0
"""

import csv
import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ronghe.messages import Bilingual
from ronghe.standards.element import NOT_LISTED, TEXT, VALUE, Check, Element
from ronghe.standards.limits import LIMITS, limited
from ronghe.standards.patterns import safe_pattern
from ronghe.tables import expressions as ops
from ronghe.terms import InputError, content_id

__all__ = ["KEYS", "TYPES", "contents", "own_elements", "safe_pattern"]

LARGEST_FILE = 1_000_000
LARGEST_CODES = 5_000_000
MOST_ELEMENTS = 1_000
MOST_CODES = 50_000
LONGEST_TEXT = 500

_SAME = ("text", "code", "integer", "decimal", "number", "date", "datetime", "time", "year")
TYPES = {**dict(zip(_SAME, _SAME, strict=True)), "boolean": "yes_no"}
"""The words for `type`, and the element that each stands for."""
SENSITIVITIES = ("none", "personal", "sensitive", "organization")
KEYS = (
    *("zh", "en", "synonyms", "type", "extends", "options", "pattern", "patterns", "codes", "min", "max"),
    *("min_length", "max_length", "unit", "sensitivity", "source", "form_zh", "form_en", "examples"),
)

Get = Callable[[str, Mapping[str, str]], Element]
NO_OPTIONS: Mapping[str, str] = MappingProxyType({})


def _shown(value: object) -> str:
    return str(value)[:80]


class _Item:
    """One table `[element.code]` of a file, read key by key; every error names the file and the key."""

    def __init__(self, item: Mapping[str, Any], place: str, folder: Path) -> None:
        self._item, self.place, self.folder = item, place, folder
        for key in item:
            if key not in KEYS:
                raise InputError("standards.own_key", place=place, key=_shown(key), known=", ".join(KEYS))

    def __contains__(self, key: str) -> bool:
        return key in self._item

    def __getitem__(self, key: str) -> Any:
        return self._item[key]

    def wrong(self, key: str, wanted: str) -> InputError:
        return InputError(
            "standards.own_value", place=f"{self.place}.{key}", value=_shown(self._item.get(key)), wanted=wanted
        )

    def text(self, key: str, default: str = "") -> str:
        value = self._item.get(key, default)
        if not isinstance(value, str) or len(value) > LONGEST_TEXT or (key in self and not value):
            raise self.wrong(key, '"..."')
        return value

    def choice(self, key: str, default: str, known: Sequence[str]) -> str:
        value = self.text(key, default)
        if value not in known:
            raise self.wrong(key, " | ".join(known))
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._item.get(key, [])
        if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
            raise self.wrong(key, '["...", "..."]')
        return tuple(dict.fromkeys(value))

    def length(self, key: str) -> int:
        value = self._item[key]
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 100_000:
            raise self.wrong(key, "0 ... 100000")
        return value

    def options(self) -> dict[str, str]:
        value = self._item.get("options", {})
        if not isinstance(value, dict) or not all(isinstance(given, str | int) for given in value.values()):
            raise self.wrong("options", '{ unit = "万元" }')
        return {key: str(given) for key, given in value.items()}


def _entries_of_table(item: _Item) -> list[tuple[str, ...]]:
    codes = item["codes"]
    if not isinstance(codes, dict) or not codes:
        raise item.wrong("codes", '{ "1" = "..." } | "codes.csv"')
    entries = []
    for code, names in codes.items():
        words = [names] if isinstance(names, str) else names
        if not isinstance(words, list) or not words or not all(isinstance(word, str) and word for word in words):
            raise item.wrong("codes", '{ "1" = "..." } | { "1" = ["...", "..."] }')
        entries.append((code, *words))
    return entries


def _entries_of_file(item: _Item) -> list[tuple[str, ...]]:
    name = item.text("codes")
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise item.wrong("codes", '"codes.csv"')
    path = item.folder / name
    try:
        if path.stat().st_size > LARGEST_CODES:
            raise InputError("standards.own_large", path=str(path), largest=LARGEST_CODES)
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = [[cell.strip() for cell in row] for row in csv.reader(lines, strict=True) if any(row)]
    except (OSError, UnicodeDecodeError, ValueError, csv.Error) as fault:
        raise InputError("standards.own_codes", place=item.place, path=str(path), detail=_shown(fault)) from fault
    head = [name.lower() for name in rows[0]] if rows else []
    if head[:2] != ["code", "name"] or head[2:] not in ([], ["alias"]) or len(rows) < 2:
        raise InputError("standards.own_codes", place=item.place, path=str(path), detail=_shown(",".join(head)))
    for number, row in enumerate(rows[1:], 2):
        if len(row) < 2 or len(row) > len(head) or not row[0] or not row[1]:
            detail = f"{number}: {','.join(row)}"
            raise InputError("standards.own_codes", place=item.place, path=str(path), detail=_shown(detail))
    return [(row[0], row[1], *(alias for cell in row[2:] for alias in cell.split("|") if alias)) for row in rows[1:]]


def _codes(item: _Item, base: Element) -> ops.Expression:
    """TEXT as its code; a code, a name and an alias are read alike, and none may mean two codes."""
    if base.type != ops.TEXT:
        raise item.wrong("codes", 'type = "text" | "code"')
    entries = _entries_of_file(item) if isinstance(item["codes"], str) else _entries_of_table(item)
    if len(entries) > MOST_CODES:
        raise item.wrong("codes", f"<= {MOST_CODES}")
    mapping: dict[str, str] = {}
    for code, *words in entries:
        for word in (code, *words):
            if mapping.setdefault(word, code) != code:
                raise InputError("standards.own_twice", place=f"{item.place}.codes", word=_shown(word))
    return ops.Lookup(TEXT, tuple(mapping.items()))


def _patterns(item: _Item, base: Element) -> list[Check]:
    value = VALUE(base.type)
    canonical = value if base.type == ops.TEXT else ops.TextOf(value, base.type)
    found = [("pattern", item.text("pattern"))] if "pattern" in item else []
    if "patterns" in item:
        named = item["patterns"]
        if not isinstance(named, dict) or not all(isinstance(pattern, str) for pattern in named.values()):
            raise item.wrong("patterns", '{ rule_name = "..." }')
        found += named.items()
    checks = []
    for rule, pattern in found:
        if not re.fullmatch("[a-z][a-z0-9_]{0,60}", rule):
            raise item.wrong("patterns", "rule_name: a-z 0-9 _")
        checks.append(Check(rule, ops.Matches(canonical, safe_pattern(pattern, place=f"{item.place}.{rule}"))))
    return checks


def _lengths(item: _Item, base: Element) -> list[Check]:
    limits = [(key, operator) for key, operator in (("min_length", ">="), ("max_length", "<=")) if key in item]
    if limits and base.type != ops.TEXT:
        raise item.wrong(limits[0][0], 'type = "text" | "code"')
    counted = tuple(
        ops.Compare(operator, ops.Length(VALUE(ops.TEXT)), ops.Literal(item.length(key), ops.INTEGER))
        for key, operator in limits
    )
    if len(limits) == 2 and item["min_length"] > item["max_length"]:
        raise item.wrong("min_length", "min_length <= max_length")
    return [Check("length", ops.And(counted))] if counted else []


def _base(item: _Item, get: Get, given: Mapping[str, str]) -> Element:
    """What the element builds on, with its options and limits; options that are `given` take the place of its own."""
    if "extends" in item and "type" in item:
        raise item.wrong("type", "extends | type")
    code = item.text("extends") if "extends" in item else TYPES[item.choice("type", "text", tuple(TYPES))]
    options = {**item.options(), **given}
    for key in LIMITS:
        if key in item:
            if isinstance(item[key], bool | list | dict) or item[key] == "":
                raise item.wrong(key, "0 | 12.5 | 2024-01-01")
            options[key] = str(item[key])
    try:
        return get(code, options)
    except InputError as fault:
        if "element" in fault.params:
            raise InputError(fault.code, **{**fault.params, "element": f"{item.place}: {code}"}) from fault
        raise item.wrong("extends", str(fault.params.get("near", ""))) from fault


def _one(code: str, item: _Item, get: Get, given: Mapping[str, str]) -> Element:
    if not re.fullmatch("[a-z][a-z0-9_]{0,60}", code):
        raise InputError("standards.own_code", place=item.place, value=_shown(code))
    base = _base(item, get, given)
    checks = (*base.checks, *_lengths(item, base), *_patterns(item, base))
    element = replace(
        base,
        code=code,
        name=Bilingual(item.text("zh", code), item.text("en", code)),
        synonyms=item.texts("synonyms"),
        value=_codes(item, base) if "codes" in item else base.value,
        faults=(NOT_LISTED,) if "codes" in item else base.faults,
        inside=None if "codes" in item else base.inside,
        checks=checks,
        unit=item.text("unit", base.unit),
        sensitivity=item.choice("sensitivity", base.sensitivity, SENSITIVITIES),  # type: ignore[arg-type]
        source=item.text("source", item.place),
        form=Bilingual(item.text("form_zh", base.form.zh), item.text("form_en", base.form.en)),
        examples=item.texts("examples"),
    )
    # Examples show the element as its file has it.
    for example in () if given else element.examples:
        if not element.read(example).valid:
            raise InputError("standards.own_example", place=item.place, value=_shown(example))
    return element


def _document(path: Path) -> Mapping[str, Any]:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InputError("standards.own_large", path=str(path), largest=LARGEST_FILE)
        document = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as fault:
        raise InputError("standards.own_unreadable", path=str(path), detail=str(fault)[:120]) from fault
    for key in document:
        if key != "element":
            raise InputError("standards.own_key", place=path.name, key=_shown(key), known="[element.*]")
    elements = document.get("element", {})
    if not isinstance(elements, dict) or not all(isinstance(item, dict) for item in elements.values()):
        raise InputError(
            "standards.own_value", place=f"{path.name}: element", value=_shown(elements), wanted="[element.*]"
        )
    if len(elements) > MOST_ELEMENTS:
        raise InputError("standards.own_many", path=str(path), most=MOST_ELEMENTS)
    return elements


def _file_id(path: Path) -> str:
    """A hash of a file's bytes; empty where there is none to read, which is for the reader of elements to tell."""
    try:
        if path.stat().st_size > LARGEST_CODES:
            return ""
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError):
        return ""


def contents(paths: Sequence[Path]) -> str:
    """An id of what the files say, with the lists of codes that they name: it changes when one of them does."""
    found: list[str] = []
    for path in paths:
        found += [str(path), _file_id(path)]
        for item in _document(path).values():
            if isinstance(codes := item.get("codes"), str):
                found.append(_file_id(path.parent / codes))
    return content_id(*(text.encode("utf-8", "backslashreplace").decode() for text in found))


def own_elements(paths: Sequence[Path], get: Get) -> tuple[dict[str, Element], Get]:
    """The elements of some TOML files by code, and what builds one of them with options that its base takes.

    `get` finds what they extend, and later ones may extend earlier ones.
    A path of codes counts from the folder of the file. Raises InputError naming file and key.
    """
    found: dict[str, Element] = {}
    build: dict[str, Callable[[Mapping[str, str]], Element]] = {}

    def known(earlier: Mapping[str, Element], code: str, options: Mapping[str, str]) -> Element:
        if code not in earlier:
            return get(code, options)
        given = {key: value for key, value in options.items() if key not in LIMITS}
        element = build[code](given) if given else earlier[code]
        return limited(element, {key: value for key, value in options.items() if key in LIMITS}, code)

    for path in paths:
        for code, table in _document(path).items():
            item = _Item(table, f"{path.name}: element.{_shown(code)}", path.parent)
            if code in found:
                raise InputError("standards.own_twice", place=item.place, word=code)
            # Not those that follow: an element may stand for the standard one that it extends.
            build[code] = partial(_one, code, item, partial(known, dict(found)))
            found[code] = build[code](NO_OPTIONS)
    return found, partial(known, found)
