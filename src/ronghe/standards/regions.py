"""Administrative divisions of China, dated: which code of GB/T 2260 held when, and what it became.

The facts are those of `codes/regions.tsv` (`tools/build_regions.py` names its sources); they know years, not days. A
division counts as in force from the year in which it was set up to the year before the one in which it ended.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from ronghe.messages import Bilingual
from ronghe.standards.element import OUTER, RAW, TEXT, VALUE, Check, Element, Fault
from ronghe.standards.folding import code_text
from ronghe.standards.region_names import COLLECTIVE, full_names, short_name
from ronghe.standards.synonyms import synonyms
from ronghe.tables import expressions as ops
from ronghe.tables.alternatives import alternatives

__all__ = ["EDITION", "ELEMENTS", "Region", "became", "every_code", "known", "on", "path", "region"]

EDITION = dt.date(2026, 9, 11)
"""The day of the newest list."""
FEW = 3
"""How many divisions an ambiguous name is told to mean."""
FIRST_YEAR = 1980
"""Codes that ended in it were in force at a time that the sources do not tell."""


@dataclass(frozen=True, slots=True)
class Region:
    """One division under one code and name.

    `since` is None for those of the first list (end of 1980); `until` is the year in which it ended, None while it is
    in force; `became` are the codes that its people belonged to from then on, empty where that is not known.
    """

    code: str
    name: str
    since: int | None
    until: int | None
    became: tuple[str, ...]

    def in_force(self, year: int) -> bool:
        """True when it is on the list of the end of that year."""
        return (self.since is None or self.since <= year) and (self.until is None or year < self.until)


@cache
def _all() -> tuple[Region, ...]:
    lines = files("ronghe.standards").joinpath("codes/regions.tsv").read_text("utf-8").splitlines()[1:]
    return tuple(_region(*line.split("\t")) for line in lines)


def _region(code: str, name: str, since: str, until: str, became: str) -> Region:
    heirs = tuple(became.split(",")) if became else ()
    return Region(code, name, int(since) if since else None, int(until) if until else None, heirs)


@cache
def _by_code() -> Mapping[str, tuple[Region, ...]]:
    found: dict[str, list[Region]] = defaultdict(list)
    for entry in _all():
        found[entry.code].append(entry)
    return MappingProxyType({code: tuple(entries) for code, entries in found.items()})


def _year(day: dt.date | None) -> int:
    return (day or EDITION).year


@cache
def _in_force(year: int) -> Mapping[str, Region]:
    return MappingProxyType({entry.code: entry for entry in _all() if entry.in_force(year)})


def on(day: dt.date | None = None) -> Mapping[str, Region]:
    """The divisions in force in the year of `day` (without it: of the newest list), by code."""
    return _in_force(_year(day))


def known(code: str) -> tuple[Region, ...]:
    """All that a six-digit code ever stood for, the oldest first; empty when it never was one."""
    return _by_code().get(code, ())


def became(code: str, day: dt.date | None = None) -> tuple[str, ...]:
    """The codes in force in the year of `day` that the division of `code` is now part of, following every change.

    The code itself while it is in force; several where it was divided; empty where the changes do not tell.
    """
    entries = known(code)
    return _ends(entries[-1], _year(day)) if entries else ()


def _ends(start: Region, year: int) -> tuple[str, ...]:
    """The codes in force in `year` that follow from one division."""
    waiting, seen, found = [start], {start}, set()
    while waiting:
        entry = waiting.pop()
        heirs = {heir for code in entry.became for heir in known(code) if _took_over(heir, entry, year)}
        if entry.in_force(year):
            found.add(entry.code)
        waiting += heirs - seen
        seen |= heirs
    return tuple(sorted(found))


def _took_over(heir: Region, before: Region, year: int) -> bool:
    """`heir` was in force when `before` had ended, and that was not after `year`."""
    return before.until is not None and before.until <= year and heir.in_force(before.until)


def path(code: str, day: dt.date | None = None) -> str:
    """The full name, province first: 北京市海淀区; empty for a code that was not in force."""
    current = on(day)
    if code not in current:
        return ""
    above = [current[part] for part in (f"{code[:2]}0000", f"{code[:4]}00") if part in current and part != code]
    return "".join(entry.name for entry in (*above, current[code]) if entry.name not in COLLECTIVE)


@cache
def every_code() -> tuple[tuple[str, str], ...]:
    """Every code that was ever in force, as a look-up of itself."""
    return tuple((code, code) for code in _by_code())


@cache
def _codes_in_force(year: int) -> tuple[tuple[str, str], ...]:
    """The codes in force in that year or a part of it, as a look-up of themselves."""
    lasting = {code: entries[-1].until for code, entries in _by_code().items()}
    return tuple((code, code) for code, until in lasting.items() if until is None or until >= year)


@cache
def _ended(year: int) -> tuple[tuple[str, str], ...]:
    """The codes that had ended before that year, as a look-up of themselves."""
    lasting = dict(_codes_in_force(year))
    return tuple((code, code) for code in _by_code() if code not in lasting)


def _claimed(claims: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    codes: dict[str, set[str]] = defaultdict(set)
    for name, code in claims:
        codes[name].add(code)
    return {name: tuple(sorted(found)) for name, found in codes.items()}


def _part(within: str) -> str:
    """What the codes of all divisions within one begin with; "" for the whole country."""
    if within and not known(within):
        raise ValueError(f"{within} is no code of GB/T 2260: a province such as 110000 or a prefecture such as 330100")
    return within[:2] if within.endswith("0000") else within[:4] if within.endswith("00") else within


def _former_names(year: int, part: str) -> list[tuple[str, str]]:
    """Names of divisions that had ended; the last code of one that was only renumbered, as its heirs tell."""
    current = _in_force(year)
    ended = [entry for entry in _all() if entry.code.startswith(part) and FIRST_YEAR < (entry.until or 9999) <= year]
    ended.sort(key=lambda entry: entry.until or 0)
    last = {(entry.name, _ends(entry, year) or entry.code): entry for entry in ended}
    return [(name, entry.code) for entry in last.values() for name in full_names(entry.code, entry.name, current)]


@cache
def _meanings(year: int, within: str) -> Mapping[str, tuple[str, ...]]:
    """What every name may mean: full names first, then provinces in short, other short names, former names.

    A name that an earlier kind claims, even for several divisions, is not given to a later one.
    """
    current, part = _in_force(year), _part(within)
    inside = [entry for entry in current.values() if entry.code.startswith(part) and entry.name not in COLLECTIVE]
    kinds = (
        [(name, entry.code) for entry in inside for name in full_names(entry.code, entry.name, current)],
        [(short_name(entry.name), entry.code) for entry in inside if entry.code.endswith("0000")],
        [(short_name(entry.name), entry.code) for entry in inside],
        _former_names(year, part),
    )
    found: dict[str, tuple[str, ...]] = {}
    for claims in kinds:
        found = _claimed(claims) | found
    return MappingProxyType(found)


def _names(year: int, within: str) -> tuple[tuple[str, str], ...]:
    """Every name that means one division, with its code."""
    return tuple(sorted((name, codes[0]) for name, codes in _meanings(year, within).items() if len(codes) == 1))


def _ambiguous(year: int, within: str) -> dict[str, tuple[str, ...]]:
    return {name: codes for name, codes in sorted(_meanings(year, within).items()) if len(codes) > 1}


@cache
def _candidates(year: int, within: str) -> tuple[tuple[str, str], ...]:
    """The names that mean several divisions, with the first few of them as people know them."""

    def told(codes: tuple[str, ...]) -> str:
        day = dt.date(year, 12, 31)
        few = [f"{code} {path(code, day) or known(code)[-1].name}" for code in codes[:FEW]]
        return ", ".join([*few, "..."] if len(codes) > FEW else few)

    return tuple((name, told(codes)) for name, codes in _ambiguous(year, within).items())


@cache
def _inside(year: int, within: str) -> tuple[tuple[str, str], ...]:
    """Names that mean several divisions after the digits of a province or prefecture in which they mean one."""
    claims = [
        (code[:digits] + name, code)
        for name, codes in _ambiguous(year, within).items()
        for code in codes
        for digits in (2, 4)
    ]
    return tuple((key, codes[0]) for key, codes in _claimed(claims).items() if len(codes) == 1)


def _cleaned(usual: str) -> ops.Expression:
    tidy = ops.Replace(
        code_text(RAW, "[0-9]{6}", "\\-–—/、,，_>|·."), "市辖区|(省|自治区)直辖县级行政(区划|单位)|省直辖行政单位"
    )
    # The second pattern lacks 辖 (U+8F96): in full names its words say nothing, as in 北京市市辖区海淀区.
    unchanged = ops.Matches(RAW, "[0-9]{6}|[\u4e00-\u8f95\u8f97-\u9fff]+|市辖区")
    return ops.Case(((ops.Matches(RAW, usual), RAW), (unchanged, RAW)), tidy)


def region(as_of: dt.date | None = None, within: str = "") -> Element:
    """A division of China by its code, its name or its full name; the value is the six-digit code.

    A name is read where it means one division in the year of `as_of` (without it: of the newest list). `within`, the
    code of a province or prefecture, makes 朝阳区 readable in the tables of one city; ValueError if there is no such
    code. A code that had ended by then stays the value, with the warning `region_abolished`: see `became`. So do other
    six digits, with the warning `region_unknown`: no list of codes is complete. A name that means several divisions
    breaks `ambiguous` unless a column around it tells which.
    """
    year = _year(as_of)
    codes = every_code()
    shorter_or_longer = ops.Case(
        (
            (ops.Matches(TEXT, "[0-9]{12}"), ops.Lookup(ops.Extract(TEXT, "^([0-9]{6})000000"), codes)),
            (ops.Matches(TEXT, "[0-9]{2}"), ops.Lookup(ops.Concat((TEXT, ops.Literal("0000"))), codes)),
        ),
        otherwise=ops.Lookup(ops.Concat((TEXT, ops.Literal("00"))), codes),
    )
    by_digits = ops.Matches(TEXT, "[0-9]{2}|[0-9]{4}|[0-9]{12}")
    short = ops.Case(((by_digits, shorter_or_longer), (ops.Matches(TEXT, "[1-9][0-9]{5}"), TEXT)))
    in_force = _codes_in_force(year)
    # A code in force is what most cells are: one question answers for cleaning, reading and checking.
    usual = alternatives(code for code, _ in in_force)
    named = ops.Coalesce((ops.Lookup(TEXT, (*codes, *_names(year, within))), short))
    value = VALUE(ops.TEXT)
    lasting = ops.IsNull(ops.Lookup(value, _ended(year)))
    # What is not as it was written was found on the list.
    on_list = ops.Or((ops.Compare("!=", value, TEXT), ops.Not(ops.IsNull(ops.Lookup(value, codes)))))
    candidates = ops.Lookup(TEXT, _candidates(year, within))
    digits = ops.Case(((ops.Matches(OUTER, "[0-9]{2}0000"), ops.Slice(OUTER, 1, 2)),), ops.Slice(OUTER, 1, 4))
    return Element(
        code="region",
        name=Bilingual("行政区划", "Administrative division"),
        synonyms=synonyms(
            "行政区划代码 区划代码 行政区划编码 行政区划名称 区划 地区 区域 辖区 所属区划 行政区 行政区域",
            "行政区域代码 行政区代码 区县 区县代码 区县名称 县区 县市区 市县 市区县 省份 省 省级 城市 地市 市州",
            "所在地区 所属地区 所属区域 所在区县 所属区县 户籍地区划 户籍所在地区划 籍贯 户籍区划代码 所在区",
            "辖区代码",
            "地区代码 地区编码 区号代码",
            "xzqh xzqhdm xzqdm qhdm qxdm qx ssqx dqdm region region_code area_code adcode division division_code",
            "district district_code county province city administrative_division admin_code province_name city_name",
            "county_name district_name province_code city_code county_code",
        ),
        type=ops.TEXT,
        clean=_cleaned(usual),
        value=ops.Case(((ops.Matches(RAW, usual), TEXT),), named),
        source="GB/T 2260",
        form=Bilingual("6 位代码（或 2、4、12 位），或无歧义的名称", "6 digits (or 2, 4, 12), or an unambiguous name"),
        checks=(
            Check("region_unknown", ops.Case(((ops.Matches(RAW, usual), ops.ALWAYS),), on_list), "warning"),
            Check("region_abolished", ops.Case(((ops.Matches(RAW, usual), ops.ALWAYS),), lasting), "warning"),
        ),
        faults=(
            Fault("ambiguous", ops.Not(ops.IsNull(candidates)), candidates),
            Fault("not_listed", ops.Or((by_digits, ops.Not(ops.Matches(TEXT, "[0-9]*"))))),
        ),
        inside=ops.Lookup(ops.Concat((digits, TEXT)), _inside(year, within)),
        code_list="GB/T 2260",
        examples=("110108", "11", "北京市海淀区", "海淀区", "330113"),
        options=(("as_of", as_of.isoformat() if as_of else ""), ("within", within)),
        published=(("as_of", as_of.isoformat()),) if as_of else (),
    )


ELEMENTS: tuple[Element, ...] = (region(),)
