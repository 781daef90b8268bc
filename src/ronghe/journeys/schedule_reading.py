"""Tables of requests, resources and bookings as people wrote them: a row that cannot be used is told, never lost."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pyarrow as pa
from sqlglot import exp

from ronghe.journeys.schedule_calendar import Calendar
from ronghe.resources.schedule.hours import minute_of
from ronghe.resources.schedule.needs import capabilities_of, parts_of
from ronghe.resources.schedule.request import ALL, SKIP, Booking, Rejection, Request, Resource
from ronghe.resources.schedule.series import Endless, TooMany, expand
from ronghe.tables.delimited import separate
from ronghe.tables.engine import MalformedRecords, Resources, duckdb_engine
from ronghe.tables.open import stage
from ronghe.terms import InputError
from ronghe.terms.time import usual_year

__all__ = [
    "BOOKING",
    "REQUEST",
    "RESOURCE",
    "Given",
    "Row",
    "bookings_of",
    "read_bookings",
    "requests_of",
    "resources_of",
    "rows_in",
    "rows_of",
    "table_of",
]

Row = Mapping[str, str]
REQUEST = ("id", "minutes", "earliest", "latest")
RESOURCE = ("id",)
BOOKING = ("id", "resource", "start", "end")
"""The columns that each table must have."""
LONGEST = 366 * 24 * 60
MOST_VALUE = 1_000_000
_YES, _NO = ("1", "true", "yes", "y", "是"), ("", "0", "false", "no", "n", "否")


@dataclass(frozen=True)
class Given:
    """Requests that can be planned, rejections of rows that cannot, and how many rows there were."""

    requests: tuple[Request, ...]
    refused: tuple[Rejection, ...]
    rows: int


class _Wrong(Exception):
    """A cell that cannot be used: a reason and what was found."""

    def __init__(self, reason: str, column: str, value: str) -> None:
        super().__init__(reason, column, value)
        self.reason, self.column, self.value = reason, column, value


def table_of(path: Path, *wanted: str) -> pa.Table:
    """Any table as trimmed texts. InputError where a column of `wanted` is missing or records are broken."""
    with TemporaryDirectory(prefix="ronghe-") as made:
        scratch = Path(made)
        staged = stage(str(path), scratch)
        missing = [name for name in wanted if name not in staged.columns]
        if missing:
            known = ", ".join(staged.columns)
            raise InputError("schedule.column_missing", path=str(path), name=", ".join(missing), known=known)
        with duckdb_engine(scratch / "spill", Resources()) as engine:
            engine.attach("given", staged)
            columns = [exp.Trim(this=exp.column(f"c{place}")) for place in range(len(staged.columns))]
            try:
                table = engine.query(exp.select(*columns).from_("given"))
            except MalformedRecords:
                staged = separate(staged, scratch)
                first = staged.malformed[0] if staged.malformed else None
                row = first.row if first else 0
                raise InputError("schedule.broken_records", path=str(path), row=row) from None
    return table.rename_columns(list(staged.columns))


def rows_in(table: pa.Table) -> list[Row]:
    """The rows of a table of texts, blank for nothing."""
    cells = [[value or "" for value in column.to_pylist()] for column in table.columns]
    return [dict(zip(table.column_names, row, strict=True)) for row in zip(*cells, strict=True)]


def rows_of(path: Path, *wanted: str) -> list[Row]:
    """The rows of any table as texts, blank for nothing. InputError where a column of `wanted` is missing."""
    return rows_in(table_of(path, *wanted))


def _instant(row: Row, column: str) -> int:
    text = row.get(column, "")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as fault:
        raise _Wrong("not_a_time", column, text) from fault
    if not usual_year(moment):
        raise _Wrong("far_year", column, text)
    if moment.tzinfo is None:
        # A time without a zone beside others with one: guessing would book the wrong hour.
        raise _Wrong("no_zone", column, text)
    return minute_of(moment)


def _number(row: Row, column: str, otherwise: int, *, least: int = 0, most: int = LONGEST) -> int:
    text = row.get(column, "")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise _Wrong("not_a_number", column, text)
    return int(text)


def _value(row: Row) -> int:
    """Thousandths; 1 where nothing is said."""
    text = row.get("value", "") or "1"
    try:
        amount = Decimal(text)
    except InvalidOperation as fault:
        raise _Wrong("not_a_value", "value", text) from fault
    if not amount.is_finite() or not 0 < amount <= MOST_VALUE:
        raise _Wrong("not_a_value", "value", text)
    return max(1, round(amount * 1000))


def _flag(row: Row, column: str, *, otherwise: bool) -> bool:
    text = row.get(column, "").lower()
    if not text:
        return otherwise
    if text not in (*_YES, *_NO):
        raise _Wrong("not_a_flag", column, text)
    return text in _YES


def _tier(row: Row, calendar: Calendar) -> int:
    text = row.get("tier", "")
    if not text:
        return calendar.tiers.index("normal") if "normal" in calendar.tiers else len(calendar.tiers) - 1
    if text not in calendar.tiers:
        raise _Wrong("unknown_tier", "tier", text)
    return calendar.tiers.index(text)


def _rule(row: Row) -> int:
    text = row.get("series_rule", "").lower()
    if text in ("", "skip-conflicts"):
        return SKIP
    if text == "all":
        return ALL
    count = text.removeprefix("at-least-")
    if count.isascii() and count.isdigit() and 0 < int(count) < 10_000:
        return int(count)
    raise _Wrong("not_a_series_rule", "series_rule", text)


def _request(row: Row, calendar: Calendar) -> Request:
    try:
        parts = parts_of(row.get("needs", ""))
    except ValueError as fault:
        raise _Wrong("not_a_need", "needs", row.get("needs", "")) from fault
    earliest, latest = _instant(row, "earliest"), _instant(row, "latest")
    if latest - earliest > LONGEST:
        # Every start within a window is looked at: one that goes on for millennia would never end.
        raise _Wrong("window_long", "latest", row["latest"])
    follows = tuple(dict.fromkeys(one for one in row.get("after", "").replace(",", " ").replace(";", " ").split()))
    return Request(
        row["id"],
        earliest,
        latest,
        _minutes(row),
        parts,
        row.get("department", ""),
        _tier(row, calendar),
        _value(row),
        _number(row, "buffer_before", 0),
        _number(row, "buffer_after", 0),
        row.get("series", ""),
        _rule(row),
        follows,
        _number(row, "notice_minutes", 0),
        _flag(row, "preemptable", otherwise=True),
    )


def _minutes(row: Row) -> int:
    found = _number(row, "minutes", 0, least=1)
    if not found:
        raise _Wrong("not_a_number", "minutes", "")
    return found


def _occurrences(row: Row, one: Request, zone: ZoneInfo) -> list[Request]:
    rule = row.get("rrule", "")
    if not rule:
        return [one]
    try:
        found = expand(one, rule, zone)
    except Endless as fault:
        raise _Wrong("endless", "rrule", rule) from fault
    except TooMany as fault:
        raise _Wrong("too_many", "rrule", rule) from fault
    except (ValueError, TypeError, OverflowError) as fault:
        raise _Wrong("not_a_rule", "rrule", rule) from fault
    if not found:
        raise _Wrong("no_occurrence", "rrule", rule)
    return found


def requests_of(rows: Sequence[Row], calendar: Calendar) -> Given:
    """Requests, one for each occurrence; a row with a mistake is a rejection with the column and the cell."""
    requests, refused, seen = [], [], set[str]()
    for number, row in enumerate(rows, 1):
        name = row["id"] or f"row {number}"
        try:
            if not row["id"] or row["id"] in seen:
                raise _Wrong("id_repeats" if row["id"] else "no_id", "id", row["id"])
            some = _occurrences(row, _request(row, calendar), calendar.zone)
            if any(one.id in seen for one in some):
                raise _Wrong("id_repeats", "id", row["id"])
            seen |= {row["id"], *(one.id for one in some)}
            requests += some
        except _Wrong as wrong:
            params = {"column": wrong.column, "value": wrong.value, "row": number, "change": "cell"}
            refused.append(Rejection(name, wrong.reason, params=params))
    return Given(tuple(_one_rule(requests)), tuple(refused), len(requests) + len(refused))


def _one_rule(requests: list[Request]) -> Iterator[Request]:
    """Members of a series go by the rule of its first."""
    rules: dict[str, int] = {}
    for one in requests:
        if one.series:
            rules.setdefault(one.series, one.rule)
        same = not one.series or one.rule == rules[one.series]
        yield one if same else replace(one, rule=rules[one.series])


def _fault(path: Path, number: int, wrong: _Wrong) -> InputError:
    return InputError("schedule.bad_cell", path=str(path), row=number, column=wrong.column, value=wrong.value)


def resources_of(rows: Sequence[Row], path: Path) -> tuple[Resource, ...]:
    """Resources by id. InputError for any row that cannot be used: a missing room would show nowhere else."""
    found: dict[str, Resource] = {}
    for number, row in enumerate(rows, 1):
        kind = row.get("class", "")
        if not row["id"] or row["id"] in found:
            raise _fault(path, number, _Wrong("id_repeats", "id", row["id"]))
        try:
            able = dict(capabilities_of(row.get("capabilities", "")))
            capacity = _number(row, "capacity", 1, least=1, most=100_000)
            cost = _number(row, "unit_cost", 0, most=999_999_999)
        except ValueError as fault:
            raise _fault(path, number, _Wrong("", "capabilities", row.get("capabilities", ""))) from fault
        except _Wrong as wrong:
            raise _fault(path, number, wrong) from wrong
        if kind:
            able.setdefault(kind, True)
        department, pool, calendar = (row.get(name, "") for name in ("department", "pool", "calendar"))
        try:
            # Whoever wants one of a pool asks for it as for anything else: `car: pool=north`.
            able |= capabilities_of(f"pool={pool}") if pool else {}
        except ValueError as fault:
            raise _fault(path, number, _Wrong("", "pool", pool)) from fault
        found[row["id"]] = Resource(row["id"], kind, able, capacity, department, pool, calendar, cost)
    if not found:
        raise InputError("schedule.no_resources", path=str(path))
    return tuple(found[name] for name in sorted(found))


def read_bookings(path: Path | None, calendar: Calendar) -> tuple[Booking, ...]:
    """The bookings of a file, if there is one."""
    return () if path is None else bookings_of(rows_of(path, *BOOKING), path, calendar)


def bookings_of(rows: Sequence[Row], path: Path, calendar: Calendar) -> tuple[Booking, ...]:
    """Bookings in any state. InputError for a row that cannot be used: whoever holds it would lose it."""
    found, seen = [], set[tuple[str, str]]()
    for number, row in enumerate(rows, 1):
        try:
            if not row["id"] or (row["id"], row["resource"]) in seen:
                raise _Wrong("id_repeats", "id", row["id"])
            seen.add((row["id"], row["resource"]))
            one = _booking(row, calendar)
        except _Wrong as wrong:
            raise _fault(path, number, wrong) from wrong
        found.append(one)
    return tuple(found)


def _booking(row: Row, calendar: Calendar) -> Booking:
    start, end = _instant(row, "start"), _instant(row, "end")
    if end <= start:
        raise _Wrong("ends_first", "end", row["end"])
    return Booking(
        row["id"],
        row["resource"],
        start,
        end,
        row.get("department", ""),
        _tier(row, calendar),
        _value(row),
        _flag(row, "preemptable", otherwise=False),
        _number(row, "notice_minutes", 0),
        row.get("state", "") or "confirmed",
        row.get("series", ""),
        _instant(row, "held_until") if row.get("held_until") else None,
    )
