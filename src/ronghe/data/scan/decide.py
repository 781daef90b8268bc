"""What a column holds, from its name and from the tally of the forms of its values.

Three questions decide where no name helps: is there a check digit, how large a part has the form, and do the values
vary as people do and series do not: passports come with several letters, product codes with one; births spread over
lifetimes, events over a few years; surnames are many, the names of places few.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ronghe.data.scan.kinds import KINDS, Kind
from ronghe.data.scan.result import FoundColumn, masked
from ronghe.data.scan.values import ColumnForms, Tally
from ronghe.standards.catalog import Catalog, normalized

__all__ = ["decide_column"]

_FEWEST = 3
"""Values below which no form speaks without a name."""
_LIFETIMES = 35
"""Years between the tenth and the ninetieth of a hundred births at least."""
_LEAST_GIVEN = 0.15
"""The part of names in Latin letters that must begin with a given name we know: goods and ships have names too."""
_CHECKED = ("citizen_id", "unified_credit_code", "bank_card")
_NAME_SPEAKS = ("citizen_id", "bank_card", "passport", "person_name", "address", "email", "plate", "birth_date")
"""Kinds whose names are enough, at half the confidence, when no value has the form."""
_LEAST_OF_NUMBERS = 0.05
_FEW = 0.01
"""The share of a column from which a few values of a kind are told."""
_NEVER_BY_CHANCE = ("citizen_id", "email", "mac_address", "plate")
_OTHER_DATES = (
    "成立|登记|注册|发证|签发|办理|受理|有效|到期|起始|截止|开始|结束|申请|审批|更新|创建|参保|就诊|接种|享受|入|离|毕业|"
    "竣工|建成|发布|生效|检查|处罚|领证|crea|update|issue|expir|start|end|valid|regist|found|establish|open"
)
_NAMES_BY_ELEMENT = {"mobile": ("mobile", "phone"), "landline": ("landline", "phone"), "location": ()}
"""Kinds whose names are those of several elements, or of none."""
_WIDER_ELEMENTS = ("medical", "financial")


@dataclass(frozen=True, slots=True)
class _Claim:
    """One kind that a column may be of."""

    kind: Kind
    matching: int
    distinct: int
    samples: tuple[str, ...]
    confidence: float
    evidence: tuple[str, ...]


def _named(kind: Kind, bare: str, typed: str, elements: frozenset[str]) -> bool:
    """True when a column's name, normalized and as typed, speaks for a kind, by its words or by one of the `elements`
    so named."""
    if kind.named(bare) or (typed != bare and kind.named(typed)):
        return True
    if kind.code in _WIDER_ELEMENTS or kind.denied(bare):
        return False
    return not elements.isdisjoint(_NAMES_BY_ELEMENT.get(kind.code, (kind.code,)))


def _elements(catalog: Catalog, column: str) -> frozenset[str]:
    """The elements that have exactly this name; anything may have a name."""
    if normalized(column) in ("name", "名称"):
        return frozenset()
    return catalog.named(column)


def _quantile(tally: Mapping[str, int], part: float) -> int:
    """The year below which this part of the cells lies."""
    years = sorted((int(year), times) for year, times in tally.items() if year.isdigit())
    left = part * sum(times for _, times in years)
    for year, times in years:
        left -= times
        if left <= 0:
            return year
    return years[-1][0] if years else 0


def _effective(tally: Mapping[str, int]) -> float:
    """How many features there would be if all were equally frequent: the inverse of Simpson's index."""
    total = sum(tally.values())
    return total * total / sum(times * times for times in tally.values()) if total else 0.0


def _lifetimes(tally: Tally, column: str) -> bool:
    if any(word in normalized(column) for word in _OTHER_DATES.split("|")):
        return False
    first, last = _quantile(tally.by_feature, 0.1), _quantile(tally.by_feature, 0.9)
    return tally.distinct >= 20 and last - first >= _LIFETIMES and first < 1985


def _varies_always(_tally: Tally, _column: str) -> bool:
    return True


def _letters(tally: Tally, _column: str) -> bool:
    return _effective(tally.by_feature) >= 1.2


def _surnames(tally: Tally, _column: str) -> bool:
    # Goods and words come in dozens, people in crowds.
    many = max(8, min(0.05 * tally.cells, 100))
    return tally.distinct >= many and _effective(tally.by_feature) >= 5


def _given_names(tally: Tally, _column: str) -> bool:
    return tally.distinct >= 8 and tally.by_feature.get("given", 0) >= 0.25 * tally.cells


def _prefixes(tally: Tally, _column: str) -> bool:
    return tally.cells < 20 or _effective(tally.by_feature) >= 3


_VARIES: Mapping[str, Callable[[Tally, str], bool]] = {
    "passport": _letters,
    "birth_date": _lifetimes,
    "person_name": _surnames,
    "person_name_latin": _given_names,
    "mobile": _prefixes,
}


def _tally(forms: ColumnForms, kind: Kind, *, named: bool) -> Tally:
    """The values that count for a kind: those of its form, and for some kinds of others too."""
    codes = {
        "birth_date": ("date",),
        "person_name": ("person_name", "place") if named else ("person_name",),
        "person_name_latin": ("person_name_latin",),
        "bank_card": ("bank_card", "long_number", "citizen_id") if named else ("bank_card",),
    }.get(kind.code, (kind.code,))
    found = Tally()
    for code in codes:
        if code not in forms.forms:
            continue
        one = forms.forms[code]
        found.cells += one.cells
        found.distinct += one.distinct
        found.samples += one.samples
        for feature, times in one.by_feature.items():
            found.by_feature[feature] += times
    return found


def _everything(forms: ColumnForms) -> Tally:
    found = Tally(cells=forms.filled, distinct=forms.distinct)
    for tally in forms.forms.values():
        found.samples += tally.samples
    return found


def _by_name(kind: Kind, forms: ColumnForms) -> _Claim | None:
    """A claim that the name makes, if so many of the values agree as the kind wants."""
    tally = _everything(forms) if kind.with_name == 0 else _tally(forms, kind, named=True)
    if not forms.filled or not tally.cells or not forms.reaches(tally.cells, kind.with_name):
        return None
    if kind.code == "person_name_latin" and tally.by_feature.get("given", 0) < _LEAST_GIVEN * tally.cells:
        return None
    if kind.with_name == 0:
        return _Claim(kind, tally.cells, tally.distinct, tuple(tally.samples[:3]), 0.7, ("name",))
    share = tally.cells / forms.filled
    evidence = ("name", "check_digit" if kind.code in _CHECKED else "form")
    return _Claim(kind, tally.cells, tally.distinct, tuple(tally.samples[:3]), 0.85 + 0.14 * share, evidence)


def _by_values(kind: Kind, forms: ColumnForms, column: str) -> _Claim | None:
    """A claim that the values alone make."""
    tally = _tally(forms, kind, named=False)
    needed = 0.75 if kind.code == "birth_date" else kind.alone
    if needed is None or not forms.filled or tally.distinct < _FEWEST:
        return None
    share = tally.cells / forms.filled
    places = forms.cells("place") if kind.code == "person_name" else 0
    if not forms.reaches(tally.cells, needed) or places > 0.3 * tally.cells:
        return None
    varies = _VARIES.get(kind.code, _varies_always)
    if not varies(tally, column):
        return None
    checked = kind.code in _CHECKED
    evidence = ("check_digit" if checked else "form", *(("variety",) if kind.code in _VARIES else ()))
    certainty = 0.9 if checked else 0.6 if kind.code == "birth_date" else 0.75
    return _Claim(
        kind, tally.cells, tally.distinct, tuple(tally.samples[:3]), certainty * (0.8 + 0.2 * share), evidence
    )


def _by_name_only(kind: Kind, forms: ColumnForms) -> _Claim | None:
    """A claim of a column that is called so, whatever its values look like: they may be from abroad."""
    strange = ("organization", "place") if kind.code == "birth_date" else ("organization", "number", "date", "place")
    others = forms.cells(*strange)
    if kind.code not in _NAME_SPEAKS or not forms.filled or others > 0.5 * forms.filled:
        return None
    tally = _everything(forms)
    return _Claim(kind, tally.cells, tally.distinct, tuple(tally.samples[:3]), 0.5, ("name",))


def _by_a_few(kind: Kind, forms: ColumnForms) -> _Claim | None:
    """A claim of a few values among others that are nothing: of these kinds none comes by chance."""
    tally = forms.forms.get(kind.code)
    if kind.code not in _NEVER_BY_CHANCE or tally is None:
        return None
    # The old numbers of 15 digits have no check digit: their feature is empty.
    cells = tally.cells - tally.by_feature.get("", 0) if kind.code == "citizen_id" else tally.cells
    few = 1 if kind.code == "citizen_id" or not forms.whole else _FEWEST
    if cells < few or (kind.code != "citizen_id" and not forms.reaches(cells, _FEW)):
        return None
    # One in a thousand numbers of eighteen digits keeps the rules: among many such, a few say nothing.
    numbers = forms.cells("long_number", "bank_card", "unified_credit_code")
    if kind.code == "citizen_id" and cells < _LEAST_OF_NUMBERS * (cells + numbers):
        return None
    evidence = ("check_digit",) if kind.code in _CHECKED else ("form",)
    return _Claim(kind, tally.cells, tally.distinct, tuple(tally.samples[:3]), 0.6, evidence)


def _claims(forms: ColumnForms, column: str, catalog: Catalog) -> Iterator[_Claim]:
    elements, bare, typed = _elements(catalog, column), normalized(column), column.strip().lower()
    for kind in KINDS:
        named = _named(kind, bare, typed, elements)
        claim = _by_name(kind, forms) if named else None
        claim = claim or _by_values(kind, forms, column)
        claim = claim or (_by_name_only(kind, forms) if named else None) or _by_a_few(kind, forms)
        if claim is not None:
            yield claim


def _also(forms: ColumnForms, chosen: str) -> dict[str, int]:
    """Other kinds with check digits or unmistakable forms, of which there are enough not to be chance."""
    sure = ("citizen_id", "mobile", "email", "plate", "unified_credit_code", "mac_address")
    few = _FEWEST if forms.whole else 1
    counted = {code: forms.cells(code) for code in sure if code != chosen}
    # Among codes of organizations no citizen's number comes by chance: none begins as a region does.
    alone = {"citizen_id"} if forms.cells("long_number", "bank_card") == 0 else set()
    return {
        code: cells
        for code, cells in counted.items()
        if cells and (code in alone or (cells >= few and forms.reaches(cells, _FEW)))
    }


def _column(column: str, claim: _Claim, forms: ColumnForms) -> FoundColumn:
    return FoundColumn(
        column=column,
        kind=claim.kind.code,
        subject=claim.kind.subject,
        confidence=round(claim.confidence, 3),
        evidence=claim.evidence,
        filled=forms.filled,
        matching=claim.matching,
        distinct=claim.distinct,
        samples=tuple(map(masked, claim.samples)),
        also=_also(forms, claim.kind.code),
    )


def decide_column(column: str, forms: ColumnForms, catalog: Catalog) -> FoundColumn | None:
    """The kind of personal or sensitive data that a column holds, None where it holds none as a whole."""
    claims = sorted(_claims(forms, column, catalog), key=lambda claim: -_weight(claim, forms))
    return _column(column, claims[0], forms) if claims else None


def _weight(claim: _Claim, forms: ColumnForms) -> float:
    """Confidence, and how much of the column a claim explains: a name alone explains nothing of it."""
    share = claim.matching / forms.filled if claim.kind.with_name or "name" not in claim.evidence else 0.4
    return claim.confidence * (0.5 + 0.5 * share)
