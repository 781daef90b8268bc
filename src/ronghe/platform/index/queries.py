"""What pages and commands ask of the degrees that are kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from ronghe.platform.access.rules import Actor
from ronghe.platform.catalogue.models import Version
from ronghe.platform.departments.models import Department
from ronghe.platform.index.models import Degree, Share
from ronghe.platform.kinds.measure import WINDOW_DAYS, Flow, measures
from ronghe.platform.requests.models import Request
from ronghe.sharing_index import degree as weighted

__all__ = [
    "NamedFlow",
    "Point",
    "Seen",
    "city_rates",
    "flows",
    "groups",
    "history",
    "latest",
    "moved",
    "rows_of",
    "told",
    "trend",
]


@dataclass(frozen=True, slots=True)
class Point:
    """A degree or a share on a day, with its interval."""

    day: date
    value: float
    low: float
    high: float


def latest(kind: str) -> Degree | None:
    """The last degree of a kind; None before the first."""
    return Degree.objects.filter(kind=kind).first()


def _last_of_each_day(points: Iterable[Point]) -> list[Point]:
    """Of `points` by time those of the year before the last one; of a day with several degrees the last one stands."""
    found = sorted({point.day: point for point in points}.values(), key=lambda point: point.day)
    return [point for point in found if (found[-1].day - point.day).days < WINDOW_DAYS]


def trend(kind: str) -> list[Point]:
    """The city's degrees of the last year by day."""
    kept = Degree.objects.filter(kind=kind).order_by("at")
    points = kept.values_list("day", "value", "low", "high")
    return _last_of_each_day(Point(*one) for one in points)


def history(kind: str, department: Department) -> list[Point]:
    """The shares of a department of the last year by day; days on which none was printed are left out."""
    kept = Share.objects.filter(degree__kind=kind, department=department, share__isnull=False).order_by("degree__at")
    points = kept.values_list("degree__day", "share", "low", "high")
    return _last_of_each_day(Point(day, value or 0.0, low or 0.0, high or 0.0) for day, value, low, high in points)


def groups(shares: Iterable[Share]) -> list[list[Share]]:
    """Departments in groups that no interval joins, the group with the largest shares first.

    Inside a group nobody is ahead: each overlaps its neighbor, and they stand by name. Those without a share are left
    out.
    """
    found: list[list[Share]] = []
    reach = 0.0
    told = [one for one in shares if one.low is not None and one.high is not None]
    for one in sorted(told, key=lambda one: (one.low or 0.0, one.high or 0.0)):
        if not found or (one.low or 0.0) > reach:
            found.append([])
        found[-1].append(one)
        reach = max(reach, one.high or 0.0)
    return [sorted(group, key=lambda one: one.department.name) for group in reversed(found)]


def city_rates(shares: Sequence[Share]) -> list[tuple[str, float]]:
    """Each factor of the city over what the ones before it left, so that their product is the degree."""
    told = [one for one in shares if one.share is not None]
    left = [one.amount for one in told]
    found = []
    for place, (name, _) in enumerate(told[0].factors if told else ()):
        kept = [amount * one.rates[place][1] for amount, one in zip(left, told, strict=True)]
        found.append((name, sum(kept) / sum(left) if sum(left) else 0.0))
        left = kept
    return found


def moved(shares: Sequence[Share]) -> dict[Any, float]:
    """By department: the city's degree less what it would be without it."""
    told = {str(one.department_id): one for one in shares if one.share is not None}
    if not told:
        return {}
    amounts = {key: Fraction(one.amount) for key, one in told.items()}
    city = weighted(amounts, {key: Fraction(one.exact) for key, one in told.items()})
    parts = {part.department: part.moved for part in city.contributions}
    return {one.department_id: float(parts[key] or 0) for key, one in told.items() if parts[key] is not None}


def told(kind: str) -> dict[str, Any] | None:
    """The last degree of a kind with its factors and departments as a JSON value; None before the first."""
    found = latest(kind)
    if found is None:
        return None
    shares = list(found.shares.select_related("department"))
    return {
        **found.to_json(),
        "factors": dict(city_rates(shares)),
        "groups": [[one.to_json() for one in group] for group in groups(shares)],
        "left_out": [one.to_json() for one in shares if one.share is None],
    }


@dataclass(frozen=True, slots=True)
class Seen:
    """The rows behind a share that somebody may see, and how many more took part."""

    entries: tuple[dict[str, Any], ...]
    requests: tuple[dict[str, Any], ...]
    hidden: int


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its rates as numbers, and their product: how much of it is shared."""
    rates = {name: Fraction(text) for name, text in row["factors"].items()}
    product = Fraction(1)
    for rate in rates.values():
        product *= rate
    return {**row, "rates": {name: float(rate) for name, rate in rates.items()}, "product": float(product)}


def rows_of(actor: Actor, share: Share) -> Seen:
    """What made a share, as far as the actor may see it: entries by the rule of the catalogue, requests by the rule of
    requests, what is in no catalogue for its department and the bureau."""
    rules = measures()[share.degree.kind].visible(actor)
    by_about: dict[str, list[dict[str, Any]]] = {"entry": [], "request": [], "outside": []}
    for row in share.rows:
        by_about[row["about"] if row["about"] in by_about else "outside"].append(row)
    codes = [row["id"] for row in by_about["entry"]]
    seen = set(Version.objects.filter(rules["entry"], asset__code__in=codes).values_list("asset__code", flat=True))
    entries = [_told(row) for row in by_about["entry"] if row["id"] in seen]
    if Department.objects.filter(rules["outside"], pk=share.department_id).exists():
        entries += [_told(row) for row in by_about["outside"]]
    keys = {row["id"] for row in by_about["request"]}
    known = Request.objects.filter(rules["request"], pk__in=keys).select_related("requester")
    requests = {str(one.pk): one for one in known}
    names = {row["id"]: row["name"] for row in by_about["entry"]}
    told = [
        _told(row) | {"request": requests[row["id"]], "entry": names.get(row["name"], row["name"])}
        for row in by_about["request"]
        if row["id"] in requests
    ]
    return Seen(tuple(entries), tuple(told), len(share.rows) - len(entries) - len(told))


@dataclass(frozen=True, slots=True)
class NamedFlow:
    """A flow with the departments' names."""

    owner: str
    consumer: str
    grants: int
    reads: int
    rows: int


def flows(actor: Actor, kind: str, at: datetime) -> list[NamedFlow]:
    """What departments used of each other in the last twelve months, of what the actor may see, the largest first."""
    names = {str(key): name for key, name in Department.objects.values_list("pk", "name")}
    found: list[Flow] = measures()[kind].flows(actor, since=at - timedelta(days=WINDOW_DAYS), at=at)
    told = [NamedFlow(names[one.owner], names[one.consumer], one.grants, one.reads, one.rows) for one in found]
    return sorted(told, key=lambda one: (-one.reads, -one.grants, one.owner, one.consumer))
