"""Which bookings count: holds that ran out, no-shows and series that nobody comes to are released."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from ronghe.resources.schedule.request import Booking, Resource
from ronghe.tables.staged import Note

__all__ = ["STATES", "active", "expired", "missed", "overbooked", "released_series"]

STATES = ("confirmed", "held", "checked-in", "cancelled", "no-show", "waiting")
"""`held` occupies as `confirmed` does, until it is decided; `waiting` and `cancelled` occupy nothing."""
_FREE = frozenset(("cancelled", "no-show", "waiting"))


def missed(one: Booking, now: int | None, grace: int) -> bool:
    """Whether nobody came: marked so, or `grace` minutes after the start still not checked in (0: not released)."""
    late = now is not None and grace > 0 and one.start + grace <= now
    return one.state == "no-show" or (late and one.state == "confirmed")


def expired(one: Booking, now: int | None) -> bool:
    """Whether a hold was not decided in time."""
    return one.state == "held" and one.until is not None and now is not None and one.until <= now


def released_series(bookings: Sequence[Booking], now: int | None, grace: int, limit: int) -> set[str]:
    """The series whose last `limit` occurrences so far were no-shows."""
    past: dict[str, list[Booking]] = {}
    for one in sorted(bookings, key=lambda one: one.start):
        if now is not None and one.series and one.state != "cancelled" and one.start + grace <= now:
            past.setdefault(one.series, []).append(one)
    return {
        name
        for name, some in past.items()
        if len(some) >= limit and all(missed(one, now, grace) for one in some[-limit:])
    }


def active(
    bookings: Sequence[Booking], resources: set[str], now: int | None, grace: int, limit: int
) -> tuple[list[Booking], list[Note]]:
    """The bookings that occupy something, and notes on those that do not though they might seem to.

    `grace` is the minutes after the start until a booking without check-in is released (0: never); a series with
    `limit` no-shows in a row is released as a whole.
    """
    given_up = released_series(bookings, now, grace, limit)
    unknown = Counter(one.resource for one in bookings if one.resource not in resources)
    states = Counter(one.state for one in bookings if one.state not in STATES)
    notes = [Note("schedule.note_unknown_resource", {"name": name, "count": n}) for name, n in sorted(unknown.items())]
    notes += [Note("schedule.note_unknown_state", {"name": name, "count": n}) for name, n in sorted(states.items())]
    notes += [Note("schedule.note_series_released", {"name": name, "limit": limit}) for name in sorted(given_up)]
    counted = []
    for one in bookings:
        later = one.series in given_up and now is not None and one.start > now
        if one.resource in resources and one.state not in _FREE and not later:
            code = "no_show" if missed(one, now, grace) else "expired" if expired(one, now) else ""
            if code:
                notes.append(Note(f"schedule.note_{code}", {"name": one.id}))
                continue
            counted.append(one)
    return counted, notes


def overbooked(bookings: Sequence[Booking], resources: Sequence[Resource]) -> list[str]:
    """The bookings that lie where their resource is fuller than it can be; they all stay, and are told."""
    capacity = {one.id: one.capacity for one in resources}
    by_resource: dict[str, list[Booking]] = {}
    for one in bookings:
        by_resource.setdefault(one.resource, []).append(one)
    found = set()
    for name, some in by_resource.items():
        starts = np.array([one.start for one in some], np.int64)
        ends = np.array([one.end for one in some], np.int64)
        times = np.concatenate((starts, ends))
        order = np.lexsort((np.concatenate((np.ones(len(some)), np.zeros(len(some)))), times))
        load = np.cumsum(np.concatenate((np.ones(len(some), np.int64), -np.ones(len(some), np.int64)))[order])
        full = times[order][load > capacity[name]]
        for moment in full.tolist():
            found |= {one.id for one in some if one.start <= moment < one.end}
    return sorted(found)
