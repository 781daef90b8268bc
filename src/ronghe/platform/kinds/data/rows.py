"""Rows page by page, and what changed since a delivery: the same snapshot that the files are."""

import datetime as dt
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from ronghe.platform.access.rules import Actor
from ronghe.platform.kinds.data import store
from ronghe.platform.kinds.data.models import Delivery, DeliveryState
from ronghe.platform.kinds.data.reads import begin_read, check_reader, end_read, latest
from ronghe.platform.kinds.data.snapshots import PARQUET, rows_between
from ronghe.platform.kinds.data.wanted import Method
from ronghe.platform.requests.models import Grant
from ronghe.terms import InputError, Refused

__all__ = ["MOST", "Page", "page_of", "plain_value"]

MOST = 1_000
"""Rows of a page at most."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows from `start` on; `following` is where the next page begins, None after the last."""

    delivery: int
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    start: int
    total: int

    @property
    def following(self) -> int | None:
        """Where the next page begins."""
        end = self.start + len(self.rows)
        return end if end < self.total else None

    def to_json(self) -> dict[str, Any]:
        """The page with every row as an object."""
        return {
            "delivery": self.delivery,
            "columns": list(self.columns),
            "start": self.start,
            "total": self.total,
            "next": self.following,
            "rows": [dict(zip(self.columns, row, strict=True)) for row in self.rows],
        }


def plain_value(value: object) -> object:
    """A value as JSON has it: numbers of any length and days as text, without loss."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dt.date | dt.datetime | dt.time):
        return value.isoformat()
    return value


def _rows(table: pa.Table) -> tuple[tuple[Any, ...], ...]:
    columns = [[plain_value(value) for value in column.to_pylist()] for column in table.columns]
    return tuple(zip(*columns, strict=True))


def _delivery(grant: Grant, number: int | None) -> Delivery:
    if number is None:
        return latest(grant)
    found = grant.deliveries.filter(number=number, state=DeliveryState.READY).first()
    if found is None:
        raise Refused("platform.delivery_gone")
    return found


def page_of(
    *, by: Actor, at: datetime, grant: Grant, start: int = 0, most: int = MOST, delivery: int | None = None
) -> Page:
    """A page of the snapshot. The first page says which delivery it is of; those that follow name it, and are refused
    when a newer one took its place, so that nobody mixes two."""
    check_reader(by, grant, at, Method.FILE, Method.ROWS)
    if start < 0 or not 1 <= most <= MOST:
        raise InputError("platform.page_form", most=MOST)
    found = _delivery(grant, delivery)
    read = begin_read(by=by, at=at, grant=grant, channel="rows", delivery=found, start=start, most=most)
    path = store.snapshot_folder(grant.pk, found.number) / PARQUET
    try:
        table = rows_between(path, start, most)
    except OSError as fault:
        end_read(read, "stopped")
        raise Refused("platform.delivery_gone") from fault
    end_read(read, "done", rows=table.num_rows)
    return Page(found.number, tuple(table.column_names), _rows(table), start, found.rows or 0)
