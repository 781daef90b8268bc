"""Changes to bookings: cancel, release what nobody uses, and give what is free to those who wait, in their order."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from ronghe.resources.schedule.request import Booking
from ronghe.resources.schedule.states import expired, missed, released_series

__all__ = ["Change", "changed"]


@dataclass(frozen=True, slots=True)
class Change:
    """A booking whose state changes, and why: cancelled, no_show, series_released, expired or promoted."""

    booking: Booking
    state: str
    why: str


def _ended(bookings: Sequence[Booking], cancel: Collection[str], now: int, grace: int, limit: int) -> list[Change]:
    given_up = released_series(bookings, now, grace, limit)
    found = []
    for one in bookings:
        if one.state in ("cancelled", "no-show"):
            continue
        if one.id in cancel:
            found.append(Change(one, "cancelled", "cancelled"))
        elif one.series in given_up and one.start > now:
            found.append(Change(one, "cancelled", "series_released"))
        elif missed(one, now, grace):
            found.append(Change(one, "no-show", "no_show"))
        elif expired(one, now):
            found.append(Change(one, "cancelled", "expired"))
    return found


def changed(
    bookings: Sequence[Booking],
    cancel: Collection[str],
    *,
    now: int,
    grace: int,
    limit: int,
    book: Callable[[Sequence[Booking]], bool],
) -> list[Change]:
    """What becomes of the bookings: first what ends, then who of those waiting moves up, by tier and order of rows.

    `book` takes the rows of one booking (one for each resource) and says whether all of them fit; it is called for
    those waiting only, after what ended has been given back. Nobody is promoted into the past.
    """
    ended = _ended(bookings, cancel, now, grace, limit)
    gone = {(one.booking.id, one.booking.resource) for one in ended}
    waiting: dict[str, list[Booking]] = {}
    for one in bookings:
        if one.state == "waiting" and (one.id, one.resource) not in gone and one.start >= now:
            waiting.setdefault(one.id, []).append(one)
    promoted = []
    for rows in sorted(waiting.values(), key=lambda rows: rows[0].tier):
        if book(rows):
            promoted += [Change(one, "confirmed", "promoted") for one in rows]
    return [*ended, *promoted]


def applied(bookings: Sequence[Booking], changes: Sequence[Change]) -> list[Booking]:
    """The bookings after the changes, in their order."""
    states = {(one.booking.id, one.booking.resource): one.state for one in changes}
    return [replace(one, state=states.get((one.id, one.resource), one.state)) for one in bookings]
