"""Which data elements a column may hold, from its name and its most frequent values, the likeliest first."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from types import MappingProxyType

from ronghe.standards import MISSING_WORDS
from ronghe.standards.catalog import LOWEST_SCORE, Catalog, normalized
from ronghe.standards.contact import COUNTRIES
from ronghe.standards.currencies import CURRENCIES, Currency, marked_as
from ronghe.standards.element import Element, Reading
from ronghe.standards.likely_names import like_a_person, like_an_organization
from ronghe.standards.regions import known

__all__ = [
    "UNKNOWN",
    "Candidate",
    "about_people",
    "candidates_of",
    "fits_enough",
    "fitting",
    "needed_fits",
    "outer_level",
    "recognized",
]

MOSTLY = 0.8
UNKNOWN = "region_unknown"
"""The warning that says that a value is on no list."""
AMBIGUOUS = ("ambiguous",)
FITS_WITH_NAME = 0.70
FITS_WITHOUT_NAME = 0.98
BY_VALUES_EVEN_IF_NAMED = ("yes_no", "region", "country")
"""Where a cell that is not on the list is rarely a slip, but a number that happens to be 0 or 1, or a place abroad, the
name alone weighs nothing: such a column is published as it is rather than quarantined by the twentieth."""
BY_VALUES_ALONE = (
    *("citizen_id", "unified_credit_code", "mobile", "email", "date", "datetime", "time"),
    *("integer", "number"),
)
"""Elements whose form is so particular that values alone may speak for them, the most particular first."""
BY_WORDS_ALONE = MappingProxyType(
    {"sex": 2, "marital_status": 2, "education": 3, "ethnic_group": 3, "country": 3, "region": 4}
)
"""Lists whose words speak for themselves, with how many different ones it takes."""
_PERSONAL = ("citizen_id", "birth_date", "sex", "marital_status", "ethnic_group", "education", "passport")
_VAGUE_NAMES = ("name", "名称", "名字")
_PERSONS, _ORGANIZATIONS = 0.8, 0.3
"""The parts of the values that must look like names of people or of organizations; the latter often say nothing."""
_FIRST_FEW = 8
_NUMERIC = ("integer", "number", "decimal")
_TIMED = re.compile("[0-9]:[0-9]{2}|[0-9] ?[时点]")
_LOOKS_LIKE_ID = re.compile(r"(编号|代码|序号|号码|证号|流水号|(^|[_\s])(id|code|no|number)$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An element that a column may hold; `by_name` is how well its name says so, 0 where only the values do."""

    element: Element
    options: dict[str, str]
    by_name: float


def recognized(reading: Reading) -> bool:
    """True for a value that is known: any six digits are a region's code to a table, but do not speak for one."""
    return reading.value is not None and UNKNOWN not in reading.warnings


def fits_enough(candidate: Candidate, fits: int, values: int) -> bool:
    """True when so many of the column's filled cells read as the element that the others are faults of the data."""
    needed = needed_fits(candidate.element) if candidate.by_name else FITS_WITHOUT_NAME
    return values > 0 and fits >= needed * values


def needed_fits(element: Element) -> float:
    """The part of the values that must fit where the column's name says so too."""
    return FITS_WITHOUT_NAME if element.code in BY_VALUES_EVEN_IF_NAMED else FITS_WITH_NAME


def outer_level(catalog: Catalog, values: Sequence[str]) -> int:
    """1 for a column of provinces, 2 for one of prefectures, 0 for every other."""
    region = catalog.get("region")
    if not _first_few_fit(region, values):
        return 0
    present = [value for value in values if value.strip() not in MISSING_WORDS]
    codes = [str(reading.value) for value in present if recognized(reading := region.read(value))]
    for level, zeros in ((1, "0000"), (2, "00")):
        if present and sum(code.endswith(zeros) for code in codes) >= MOSTLY * len(present):
            return level
    return 0


def about_people(catalog: Catalog, columns: Sequence[str]) -> bool:
    """True when a column's name is one of something that only people have."""
    exact = (element.code for column in columns for element, score in catalog.by_name(column) if score == 1)
    return any(code in _PERSONAL for code in exact)


def _options(catalog: Catalog, element: Element, column: str, values: Sequence[str]) -> dict[str, str]:
    """Options that name or values give away: the unit in the header, the order of day and month, the city."""
    if element.code == "money":
        return _of_money(column, values)
    if element.code == "area":
        units = [unit for unit in ("平方公里", "公顷", "亩") if unit in column]
        return {"unit": units[0]} if units else {}
    if element.code in ("date", "birth_date"):
        return _order(values)
    if element.code == "postcode":
        return _country(catalog, values)
    return _within(catalog, values) if element.code == "region" else {}


def _of_money(column: str, values: Sequence[str]) -> dict[str, str]:
    """Currency and unit of a column of amounts: what its name says, else the currency that most of its values say."""
    found = next((code for code, of in CURRENCIES.items() if _named(column, of)), "") or _mostly_marked(values, MOSTLY)
    foreign = {"currency": found} if found not in ("", "CNY") else {}
    word = CURRENCIES[found].words[0] if foreign else "元"
    units = [unit for unit in ("百万元", "万元", "亿元", "千元") if unit.replace("元", word) in column]
    return {**({"unit": units[0]} if units else {}), **foreign}


def _named(column: str, currency: Currency) -> bool:
    letters = rf"(?:[^A-Za-z]|^){currency.code}(?:[^A-Za-z]|$)"
    return any(word in column for word in currency.words) or bool(re.search(letters, column, re.IGNORECASE))


def _mostly_marked(values: Sequence[str], share: float) -> str:
    """The first currency that this share of the values says, "" without one."""
    present = [value for value in values if value.strip() not in MISSING_WORDS]
    for code in CURRENCIES:
        said = sum(bool(re.search(marked_as(code), value)) for value in present)
        if present and said >= share * len(present):
            return code
    return ""


def _within(catalog: Catalog, values: Sequence[str]) -> dict[str, str]:
    """The city or province of a table whose other divisions lie there, where it makes ambiguous names readable."""
    read = {value: catalog.get("region").read(value).value for value in values if value.strip() not in MISSING_WORDS}
    codes = [str(code) for code in read.values() if code is not None]
    unread = [value for value, code in read.items() if code is None]
    for digits in (4, 2):
        part, times = max(Counter(code[:digits] for code in codes).items(), key=itemgetter(1), default=("", 0))
        if not unread or times < MOSTLY * len(codes) or part.endswith("00"):
            continue
        within = {"within": part.ljust(6, "0")}
        if known(within["within"]) and any(catalog.get("region", within).read(value).value for value in unread):
            return within
    return {}


def _country(catalog: Catalog, values: Sequence[str]) -> dict[str, str]:
    """Whose postcodes they are: the first country that most of them fit."""
    for country in COUNTRIES:
        if _fits(catalog.get("postcode", {"country": country}), values, MOSTLY):
            return {} if country == COUNTRIES[0] else {"country": country}
    return {}


def _order(values: Sequence[str]) -> dict[str, str]:
    pairs = [re.match(r"\s*([0-9]{1,2})[-/.]([0-9]{1,2})[-/.][0-9]{4}", value) for value in values]
    numbers = [(int(found[1]), int(found[2])) for found in pairs if found]
    if not numbers:
        return {}
    days_first, months_first = any(a > 12 for a, _ in numbers), any(b > 12 for _, b in numbers)
    if days_first == months_first:
        return {}
    return {"order": "dmy" if days_first else "mdy"}


def fitting(element: Element, values: Sequence[str], *, helped: bool = False) -> float:
    """The part of the values that the element reads; with `helped` also those that a column around tells apart."""
    present = [value for value in values if value.strip() not in MISSING_WORDS]
    if not present:
        return 0.0
    readings = (element.read(value) for value in present)
    return sum(recognized(reading) or (helped and reading.broken == AMBIGUOUS) for reading in readings) / len(present)


def _fits(element: Element, values: Sequence[str], share: float, *, helped: bool = False) -> bool:
    """True when at least this share of the values reads as the element; asked no longer than it is open."""
    present = [value for value in values if value.strip() not in MISSING_WORDS]
    failed = 0
    for value in present:
        reading = element.read(value)
        failed += not (recognized(reading) or (helped and reading.broken == AMBIGUOUS))
        if len(present) - failed < share * len(present):
            return False
    return bool(present)


def _leading_zeros(values: Sequence[str]) -> bool:
    return any(re.fullmatch("0[0-9]+", value.strip()) for value in values)


def _vague(column: str) -> bool:
    """True for names of which anything may have one: name, 名称, level_name."""
    bare = normalized(column)
    return bare in _VAGUE_NAMES or bare.endswith("name")


def _of_a_person_or_organization(catalog: Catalog, values: Sequence[str], *, people: bool) -> Iterator[Candidate]:
    """What the values of a vaguely named column look like; the names of goods and places are neither."""
    present = [value.strip() for value in values if value.strip() not in MISSING_WORDS]
    persons = sum(like_a_person(value, letters=people) for value in present)
    organizations = sum(like_an_organization(value) for value in present)
    if present and persons >= _PERSONS * len(present):
        yield Candidate(catalog.get("person_name"), {}, LOWEST_SCORE)
    if present and organizations >= _ORGANIZATIONS * len(present):
        yield Candidate(catalog.get("organization_name"), {}, LOWEST_SCORE)


def _by_name(
    catalog: Catalog, column: str, values: Sequence[str], *, people: bool, helped: bool
) -> Iterator[Candidate]:
    vague = _vague(column)
    if vague:
        yield from _of_a_person_or_organization(catalog, values, people=people)
    for element, score in catalog.by_name(column):
        if element.code in ("text", "code") or (element.code in _NUMERIC and _leading_zeros(values)):
            continue
        if vague and element.code in ("person_name", "organization_name") and _only_vaguely(element, column):
            continue
        options = {} if helped and element.inside else _options(catalog, element, column, values)
        built = catalog.get(element.code, options)
        if element.code == "date" and _more_as_moments(catalog, values, fitting(built, values, helped=helped)):
            yield Candidate(catalog.get("datetime"), {}, score)
        if _fits(built, values, FITS_WITH_NAME, helped=helped):
            yield Candidate(built, options, score)


def _more_as_moments(catalog: Catalog, values: Sequence[str], fits: float) -> bool:
    """True for days of which some have a time: as days alone those would be lost."""
    timed = any(_TIMED.search(value) for value in values)
    as_moments = fitting(catalog.get("datetime"), values) if timed else 0.0
    return as_moments > fits and as_moments >= FITS_WITH_NAME


def _only_vaguely(element: Element, column: str) -> bool:
    """True unless the column has one of the element's own names, such as full_name or company_name."""
    bare = normalized(column)
    return bare in _VAGUE_NAMES or bare not in map(normalized, element.synonyms)


def _by_values(catalog: Catalog, column: str, values: Sequence[str]) -> Iterator[Candidate]:
    for code in BY_VALUES_ALONE:
        if code in _NUMERIC and (_leading_zeros(values) or _LOOKS_LIKE_ID.search(column)):
            continue
        element = catalog.get(code)
        if not _first_few_fit(element, values) and not _order(values):
            continue
        options = _options(catalog, element, column, values)
        built = catalog.get(code, options)
        if _fits(built, values, FITS_WITHOUT_NAME):
            yield Candidate(built, options, 0.0)


def _marked_amounts(catalog: Catalog, column: str, values: Sequence[str]) -> Iterator[Candidate]:
    """Amounts of money that say so themselves, whatever the column is called: $1,200.50, 3元5角."""
    if not _mostly_marked(values[:_FIRST_FEW], FITS_WITHOUT_NAME) or not _mostly_marked(values, FITS_WITHOUT_NAME):
        return
    options = _of_money(column, values)
    built = catalog.get("money", options)
    if _fits(built, values, FITS_WITHOUT_NAME):
        yield Candidate(built, options, 0.0)


def _marked_rates(catalog: Catalog, values: Sequence[str]) -> Iterator[Candidate]:
    """Rates that say so themselves, whatever the column is called: 50%, 千分之三; a number without a sign is none."""
    options = {"bare": "none"}
    built = catalog.get("percentage", options)
    if _first_few_fit(built, values) and _fits(built, values, FITS_WITHOUT_NAME):
        yield Candidate(built, options, 0.0)


def _by_list(catalog: Catalog, column: str, values: Sequence[str]) -> Iterator[Candidate]:
    """Lists that the values give away: words of a list, and the six digits of divisions, which chance hardly makes.

    Two or three letters are no words: states, airports and currencies have the codes of countries. Names in a vaguely
    named column stay names: the table may be the list itself, with the codes in the column beside it.
    """
    present = [value for value in values if value.strip() not in MISSING_WORDS]
    words = not _vague(column) and all(re.search("[A-Za-z]{4}|[\u4e00-\u9fff]{2}|[男女]", value) for value in present)
    codes = all(re.fullmatch("[1-8][0-9]{5}", value.strip()) for value in present)
    for code, different in BY_WORDS_ALONE.items():
        element = catalog.get(code)
        speaks = words or (codes and code == "region")
        enough = speaks and len(present) >= different and _first_few_fit(element, present)
        if enough and _fits(element, present, FITS_WITHOUT_NAME):
            yield Candidate(element, {}, 0.0)


def _first_few_fit(element: Element, values: Sequence[str]) -> bool:
    """False where the first values rule the element out, which is soon asked: a wide table has many columns."""
    few = [value for value in values if value.strip() not in MISSING_WORDS][:_FIRST_FEW]
    return sum(not recognized(element.read(value)) for value in few) <= 1


def _fallbacks(catalog: Catalog, values: Sequence[str]) -> Iterator[Candidate]:
    if values and all(re.fullmatch("[!-~]{1,40}", value) for value in values):
        yield Candidate(catalog.get("code"), {}, 0.0)
    yield Candidate(catalog.get("text"), {}, 0.0)


def candidates_of(
    catalog: Catalog, column: str, values: Sequence[str], *, people: bool, helped: bool = False
) -> list[Candidate]:
    """The elements that the column may hold, the likeliest first, the last of them text, which reads everything.

    `values` are its most frequent ones; `people` says that the table is about people, `helped` that it
    has a column of larger divisions, which tells what ambiguous names mean.
    """
    found: dict[str, Candidate] = {}
    for candidate in (
        *_by_name(catalog, column, values, people=people, helped=helped),
        *_by_list(catalog, column, values),
        *_by_values(catalog, column, values),
        *_marked_amounts(catalog, column, values),
        *_marked_rates(catalog, values),
        *_fallbacks(catalog, values),
    ):
        found.setdefault(candidate.element.code, candidate)
    return list(found.values())
