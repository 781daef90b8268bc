"""How often somebody may call: a bucket that fills steadily and from which every call takes one.

Buckets lie in the process: there is one that serves the web, and what is counted is worth nothing after it ends.
"""

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass

__all__ = ["Bucket", "Limits", "take"]

MOST_BUCKETS = 10_000


@dataclass(frozen=True, slots=True)
class Bucket:
    """What was left at an instant (seconds of a clock that never goes back)."""

    left: float
    at: float


def take(bucket: Bucket | None, now: float, *, a_second: float, most: float) -> tuple[Bucket, float]:
    """The bucket after one call, and how many seconds to wait: 0 where the call may be made."""
    left = most if bucket is None else min(most, bucket.left + (now - bucket.at) * a_second)
    if left < 1:
        return Bucket(left, now), (1 - left) / a_second
    return Bucket(left - 1, now), 0.0


class Limits:
    """The buckets of everybody who calls; the ones that were not used for longest go first."""

    def __init__(self, a_minute: int) -> None:
        self._a_second, self._most = a_minute / 60, float(a_minute)
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, who: str, now: float) -> int:
        """Take one for `who`; whole seconds to wait before the next try, 0 where the call may be made."""
        with self._lock:
            bucket, seconds = take(self._buckets.pop(who, None), now, a_second=self._a_second, most=self._most)
            self._buckets[who] = bucket
            if len(self._buckets) > MOST_BUCKETS:
                self._buckets.popitem(last=False)
        return math.ceil(seconds)
