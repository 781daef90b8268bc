"""timeline.html: one chart of bars for each day, one bar for each use, and why requests were not served."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ronghe.journeys.schedule_words import change_in, reason_in, reason_of
from ronghe.messages import Bilingual, both
from ronghe.report import Chart, Column, Figure, Figures, Note, Number, Page, Rate, Row, Section, Table, Tag
from ronghe.report.page import Json
from ronghe.resources.schedule.hours import minute_of, moment_of
from ronghe.resources.schedule.request import Booking, Rejection, Resource, Schedule

__all__ = ["timeline_page"]

MOST_DAYS, MOST_RESOURCES, MOST_REJECTED = 7, 40, 200
Use = tuple[str, int, int, bool]
"""Whose it is, start and end as minutes of the day, and whether it was booked before."""


def _uses(plan: Schedule, bookings: Sequence[Booking], zone: ZoneInfo) -> dict[date, dict[str, list[Use]]]:
    found: dict[date, dict[str, list[Use]]] = {}
    every = [(a.id, a.resource, a.start, a.end, False) for a in plan.assignments]
    every += [(b.id, b.resource, b.start, b.end, True) for b in bookings]
    for name, resource, start, end, booked in every:
        day = moment_of(start, zone).date()
        while (midnight := minute_of(datetime.combine(day, time(), zone))) < end:
            following = minute_of(datetime.combine(day + timedelta(days=1), time(), zone))
            a, b = max(start, midnight) - midnight, min(end, following) - midnight
            found.setdefault(day, {}).setdefault(resource, []).append((name, a, b, booked))
            day += timedelta(days=1)
    return found


def _series(uses: Mapping[str, list[Use]], names: Sequence[str]) -> list[Json]:
    """Gaps in the color of the card and uses in turn: the n-th gap and the n-th use of every resource."""
    most = max((len(some) for some in uses.values()), default=0)
    found: list[Json] = []
    for n in range(most):
        for kind in ("gap", "new", "booked"):
            data: list[Json] = [_length(sorted(uses.get(name, []), key=_by_start), n, kind) for name in names]
            if any(data):
                tone = {"gap": "card", "new": "info", "booked": "muted"}[kind]
                bar: dict[str, Json] = {"type": "bar", "stack": "all", "name": f"{n}{kind}", "tone": tone, "data": data}
                found.append({**bar, "barMaxWidth": 18, "label": {"show": False}, "silent": True})
    return found


def _by_start(use: Use) -> int:
    return use[1]


def _length(some: Sequence[Use], n: int, kind: str) -> float | None:
    if n >= len(some):
        return None
    _, start, end, booked = some[n]
    if kind == "gap":
        return round(max(0, start - (some[n - 1][2] if n else 0)) / 60, 4)
    return round((end - start) / 60, 4) if booked == (kind == "booked") else None


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _day(day: date, uses: Mapping[str, list[Use]]) -> Chart:
    names = sorted(uses)[:MOST_RESOURCES]
    rows = [
        Row((name, ", ".join(f"{_clock(a)}–{_clock(b)} {who}" for who, a, b, _ in sorted(uses[name], key=_by_start))))
        for name in names
    ]
    axis: dict[str, Json] = {
        "type": "value",
        "min": 0,
        "max": 24,
        "interval": 2,
        "axisLabel": {"formatter": "{value}:00"},
    }
    option: dict[str, Json] = {
        "unit": "",
        "grid": {"left": 4, "right": 24, "top": 8, "bottom": 4, "containLabel": True},
        "legend": {"show": False},
        "xAxis": axis,
        "yAxis": {"type": "category", "inverse": True, "data": list(names)},
        "series": _series(uses, names),
    }
    columns = (Column(both("schedule.page_resource")), Column(both("schedule.page_uses")))
    title = both("schedule.page_day", day=day.isoformat())
    return Chart(title, option, Table(title, columns, tuple(rows)), height=60 + 26 * len(names))


def _bilingual_reason(one: Rejection, zone: ZoneInfo) -> tuple[Bilingual, Bilingual]:
    why = Bilingual(reason_in(one, "zh", zone), reason_in(one, "en", zone))
    return why, Bilingual(change_in(one, "zh", zone), change_in(one, "en", zone))


def _rejections(rejections: Sequence[Rejection], zone: ZoneInfo) -> Section:
    rows = [
        Row((one.id, Tag(reason_of(one), "warn"), *_bilingual_reason(one, zone))) for one in rejections[:MOST_REJECTED]
    ]
    names = ("request", "kind", "why", "change")
    columns = tuple(Column(both(f"schedule.page_{name}")) for name in names)
    counts = Counter(one.reason for one in rejections)
    kinds = {one.reason: reason_of(one) for one in rejections}
    totals = tuple(Bilingual(f"{kinds[kind].zh}：{n}", f"{kinds[kind].en}: {n}") for kind, n in sorted(counts.items()))
    caption = both("schedule.page_rejected")
    note = Note(both("schedule.page_rejected_lead", count=len(rejections), shown=len(rows)), "info", totals)
    table = Table(caption, columns, tuple(rows), empty=both("schedule.page_none_rejected"))
    return Section(caption, (note, table) if rejections else (table,), "rejected")


def timeline_page(
    plan: Schedule,
    rejections: Sequence[Rejection],
    resources: Sequence[Resource],
    bookings: Sequence[Booking],
    zone: ZoneInfo,
    source: str,
) -> Page:
    """The page of one schedule; it shows the first days and resources, the CSV files hold all."""
    uses = _uses(plan, bookings, zone)
    served = len({one.id for one in plan.assignments})
    figures = Figures(
        (
            Figure(both("schedule.page_served"), Number(served), tone="good"),
            Figure(both("schedule.page_rejected"), Number(len(rejections)), link="#rejected"),
            Figure(both("schedule.page_value"), Number(plan.value / 1000, 1)),
            Figure(both("schedule.page_bound"), Number(plan.bound / 1000, 1)),
            Figure(both("schedule.page_gap"), Rate(min(1.0, plan.gap), bar=False)),
        )
    )
    days = sorted(uses)[:MOST_DAYS]
    charts = tuple(_day(day, uses[day]) for day in days)
    lead = both("schedule.page_lead", days=len(days), all=len(uses), resources=len(resources))
    summary = Section(both("schedule.page_summary"), (figures,), "summary")
    sections = (summary, Section(both("schedule.page_days"), charts, "days", lead), _rejections(rejections, zone))
    return Page(both("schedule.page_title"), both("schedule.page_subtitle", source=source), sections)
