"""When a probe is due: at its interval, spread and shaken, so that many do not strike at once nor in step with a fault.

The shaking comes from the probe's name and the count of the turn, so the same probes always have the same timetable.
"""

from hashlib import blake2b

__all__ = ["JITTER", "first_due", "next_due"]

JITTER = 0.1
"""Part of the interval by which a turn may come earlier or later."""


def _fraction(name: str, turn: int) -> float:
    """A number from 0 to 1 that looks random and is not."""
    digest = blake2b(f"{turn}/{name}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def first_due(name: str, interval: float, began: float) -> float:
    """The first turn: somewhere within a tenth of the interval after `began`, in seconds of any clock."""
    return began + interval * JITTER * _fraction(name, 0)


def next_due(name: str, interval: float, turn: int, last: float, now: float) -> float:
    """The turn after that of `last`, which was the `turn`-th (from 1); missed turns are not made up for."""
    shaken = interval * (1 + JITTER * (2 * _fraction(name, turn) - 1))
    return max(last + shaken, now)
