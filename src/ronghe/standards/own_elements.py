"""Elements that a department adds in a TOML file, without code.

[element.ward]
zh = "病区"
en = "Ward"
type = "text"
pattern = "[A-Z][0-9]{2}"
synonyms = ["病区", "bq"]

[element.subsidy]
extends = "money"
zh = "补贴"
en = "Subsidy"
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ronghe.messages import Bilingual
from ronghe.standards.element import TEXT, VALUE, Check, Element
from ronghe.tables import expressions as ops
from ronghe.terms import InputError

__all__ = ["own_elements", "safe_pattern"]

LARGEST_FILE = 1_000_000
LONGEST_PATTERN = 500
_KEYS = {"zh", "en", "extends", "type", "pattern", "codes", "synonyms", "min", "max", "unit", "sensitivity", "options"}
_BASES = {
    "text": "text",
    "code": "code",
    "integer": "integer",
    "decimal": "decimal",
    "number": "number",
    "date": "date",
}
_BASES |= {"boolean": "yes_no"}
_UNSAFE = re.compile(r"\(\?(?!:)|\\[1-9]|\\[^\w]{0}[pPXRKGZzAbB]|\$|\{[0-9]*,?[0-9]{4,}\}|[*+?}]\+")
_SHORT = {"\\d": "[0-9]", "\\w": "[0-9A-Za-z_]", "\\s": "[ \\t\\r\\n]"}


def safe_pattern(pattern: str, *, place: str) -> str:
    """A pattern that every engine reads alike: `\\d \\w \\s .` are spelled out, `^...$` around the whole is dropped.

    Raises InputError for look-around, back-references, other escapes and whatever does not compile; `place` says where.
    """
    core = pattern.removeprefix("^")
    core = core[:-1] if core.endswith("$") and not core.endswith("\\$") else core
    for short, spelled in _SHORT.items():
        core = core.replace(short, spelled)
    if len(core) > LONGEST_PATTERN or _UNSAFE.search(core):
        raise InputError("standards.pattern", place=place, pattern=pattern[:80])
    core = re.sub(r"(?<!\\)\.(?![^\[]*\])", r"[^\\n]", core)
    try:
        re.compile(core)
    except re.error as fault:
        raise InputError("standards.pattern", place=place, pattern=pattern[:80]) from fault
    return core


def _text(item: Mapping[str, Any], key: str, place: str, default: str = "") -> str:
    value = item.get(key, default)
    if not isinstance(value, str):
        raise InputError("standards.own_value", place=f"{place}.{key}", value=str(value)[:80])
    return value


def _limits(item: Mapping[str, Any], base: Element, place: str) -> list[Check]:
    found = []
    for key, rule, operator in (("min", "minimum", ">="), ("max", "maximum", "<=")):
        if key in item:
            reading = base.read(str(item[key]))
            if not reading.valid:
                raise InputError("standards.own_value", place=f"{place}.{key}", value=str(item[key])[:80])
            limit = ops.Literal(reading.value, base.type)
            found.append(Check(rule, ops.Compare(operator, VALUE(base.type), limit)))
    return found


def _codes(item: Mapping[str, Any], place: str) -> ops.Expression | None:
    codes = item.get("codes")
    if codes is None:
        return None
    if not isinstance(codes, dict) or not codes or not all(isinstance(name, str) for name in codes.values()):
        raise InputError("standards.own_value", place=f"{place}.codes", value=str(codes)[:80])
    mapping = {code: code for code in codes} | {name: code for code, name in codes.items() if name not in codes}
    return ops.Lookup(TEXT, tuple(mapping.items()))


def _one(code: str, item: Mapping[str, Any], place: str, get: Callable[[str, Mapping[str, str]], Element]) -> Element:
    for key in item:
        if key not in _KEYS:
            raise InputError("standards.own_key", place=place, key=key, known=", ".join(sorted(_KEYS)))
    if not re.fullmatch("[a-z][a-z0-9_]{0,60}", code):
        raise InputError("standards.own_code", place=place, value=code[:80])
    kind = _text(item, "type", place, "text")
    if kind not in _BASES:
        raise InputError("standards.own_value", place=f"{place}.type", value=kind[:80])
    base = get(_text(item, "extends", place, _BASES[kind]), item.get("options", {}))
    checks = [*base.checks, *_limits(item, base, place)]
    if "pattern" in item:
        canonical = VALUE(base.type) if base.type == ops.TEXT else ops.TextOf(VALUE(base.type), base.type)
        pattern = safe_pattern(_text(item, "pattern", place), place=f"{place}.pattern")
        checks.append(Check("pattern", ops.Matches(canonical, pattern)))
    synonyms = item.get("synonyms", [])
    if not isinstance(synonyms, list) or not all(isinstance(word, str) for word in synonyms):
        raise InputError("standards.own_value", place=f"{place}.synonyms", value=str(synonyms)[:80])
    return replace(
        base,
        code=code,
        name=Bilingual(_text(item, "zh", place, code), _text(item, "en", place, code)),
        synonyms=tuple(synonyms),
        value=_codes(item, place) or base.value,
        checks=tuple(checks),
        unit=_text(item, "unit", place, base.unit),
        source=place,
    )


def own_elements(paths: Sequence[Path], get: Callable[[str, Mapping[str, str]], Element]) -> tuple[Element, ...]:
    """The elements of some TOML files; `get` finds what they extend. Raises InputError naming file and key."""
    found: list[Element] = []
    for path in paths:
        try:
            if path.stat().st_size > LARGEST_FILE:
                raise InputError("standards.own_large", path=str(path), largest=LARGEST_FILE)
            document = tomllib.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as fault:
            raise InputError("standards.own_unreadable", path=str(path), detail=str(fault)[:120]) from fault
        elements = document.get("element", {})
        if not isinstance(elements, dict) or not all(isinstance(item, dict) for item in elements.values()):
            raise InputError("standards.own_value", place=f"{path.name}: element", value=str(elements)[:80])
        found += [_one(code, item, f"{path.name}: element.{code}", get) for code, item in elements.items()]
    return tuple(found)
