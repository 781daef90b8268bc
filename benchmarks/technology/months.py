"""Simulated months of probes: how late an outage is paged, how often chance pages, how often a flap does.

A probe each minute with the jitter of the real timetable, an objective of 99.9%; failures take their whole timeout.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ronghe.technology.monitor.probes import Probe
from ronghe.technology.monitor.standing import Results, judge
from ronghe.technology.monitor.timetable import first_due, next_due

__all__ = ["DAYS", "Months", "simulated"]

DAYS = 30
_DAY = 86_400
_PROBE = Probe("simulated", "http", "simulated.example", 443)
ERRORS = 0.0005
PERIODS = (2, 3, 4, 6, 10, 20, 60)
"""Probes from one failure of a flap to the next."""


@dataclass(frozen=True, slots=True)
class Months:
    """Of all months: the latest page after an outage began (seconds), pages of outages, false ones, alarms of flaps."""

    months: int
    results: int
    latest: float
    missed: int
    pages_most: int
    false_pages: int
    false_most: int
    false_tickets: int
    flap_alarms_most: int


def _turns() -> NDArray[np.float64]:
    found = [first_due(_PROBE.name, _PROBE.interval, 0.0)]
    while found[-1] < DAYS * _DAY:
        found.append(next_due(_PROBE.name, _PROBE.interval, len(found), found[-1], found[-1]))
    return np.array(found)


def _fired(turns: NDArray[np.float64], failed: NDArray[np.bool_]) -> list[tuple[str, int]]:
    times = np.round(turns + np.where(failed, _PROBE.timeout, 0.1)).astype(np.int64)
    nothing = np.full(len(times), np.nan)
    made = judge(_PROBE, Results(times, ~failed, nothing, nothing), int(times[-1]))
    return [(alarm.rule, alarm.event.at) for alarm in made.alarms if alarm.event.state == "firing"]


def simulated(months: int, *, seed: int) -> Months:
    """Judge so many months of outages, as many of chance errors, and one for each period of a flap."""
    rng, turns = np.random.default_rng(seed), _turns()
    delays, missed, pages = [], 0, []
    for begins in rng.uniform(_DAY, (DAYS - 1) * _DAY, months):
        ends = begins + rng.uniform(5 * 60, 6 * 3_600)
        fired = _fired(turns, (turns >= begins) & (turns < ends))
        paged = [at - begins for rule, at in fired if rule == "unavailable"]
        missed += not paged
        delays += [float(at) for at in paged[:1]]
        pages.append(len(fired))
    chance = [_fired(turns, rng.random(len(turns)) < ERRORS) for _ in range(months)]
    false = [sum(rule == "unavailable" for rule, _ in fired) for fired in chance]
    places = np.arange(len(turns))
    flaps = [
        len(_fired(turns, (turns > 5 * _DAY) & (turns < stop) & (places % period < max(period // 2, 1))))
        for period in PERIODS
        for stop in (6 * _DAY, DAYS * _DAY)
        if period <= 20 or stop == 6 * _DAY
    ]
    judged = 2 * months + len(flaps)
    return Months(
        months,
        judged * len(turns),
        max(delays),
        missed,
        max(pages),
        sum(false),
        max(false),
        sum(len(fired) for fired in chance) - sum(false),
        max(flaps),
    )
