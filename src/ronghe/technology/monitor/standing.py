"""How a technology stands by the results of its probes: status, error budget, alarms.

One trouble is one alarm. It begins when the technology is down or flaps, or when its error budget burns so fast that
somebody must look now; it ends only after half an hour without a failure, and not while failures keep coming back: an
alarm that goes off and on is read by nobody. A budget that burns slowly is a ticket, unless it burned in a trouble that
was already told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ronghe.signals import Event, Series, Severity, State, Threshold, alarms, exposition, labelled, latched
from ronghe.technology.monitor.burn import BURNS, DAY, HOUR, MINUTE, Budget, Tally, burning
from ronghe.technology.monitor.probes import Probe
from ronghe.technology.monitor.status import Status, Steps, steps

__all__ = ["Alarm", "Results", "Standing", "judge", "openmetrics"]

Bools = NDArray[np.bool_]
Rule = Literal["unavailable", "budget", "certificate"]
QUIET = 30 * MINUTE
"""Seconds without a failure after which a trouble is over."""
RETURNS, RETURNED = 3, 12 * HOUR
"""Stretches of failure within so many seconds from which on they are one trouble, as long as the budget burns."""
_STALE = 3
"""Intervals without a result after which nothing is known."""
_LIGHTS = (("unavailable", "red"), ("budget", "yellow"), ("certificate", "yellow"), ("certificate", "red"))
_NO_GAPS = 2**40
"""A gap in watching ends no trouble: nobody saw it end."""


@dataclass(frozen=True, slots=True)
class Results:
    """What a probe found, in order of time: instants (seconds since 1970, UTC), passed or not, how long, the value.

    `took` is in milliseconds; `values` are days that a certificate still holds, or the first number asked of a JSON
    body, NaN where there is none.
    """

    times: NDArray[np.int64]
    passed: Bools
    took: NDArray[np.float64]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Alarm:
    """A change of state of one rule for one probe; `cause` says what began it: down, flapping, 1h, 6h, 3d, days."""

    rule: Rule
    probe: str
    technology: str
    cause: str
    event: Event

    @property
    def key(self) -> str:
        """What all changes of one trouble have in common."""
        return f"{self.rule}/{self.probe}"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a technology stands: status since an instant, results counted, its budget, burn rates, and alarms.

    `took` and `value` are the last result's; `since` and `last` are None before the first one.
    """

    probe: Probe
    status: Status
    since: int | None
    last: int | None
    count: int
    took: float
    value: float
    budget: Budget
    burns: Mapping[str, float]
    alarms: tuple[Alarm, ...]

    @property
    def firing(self) -> tuple[Alarm, ...]:
        """The alarms that nothing resolved."""
        latest = {(alarm.rule, alarm.event.light): alarm for alarm in self.alarms}
        return tuple(alarm for alarm in latest.values() if alarm.event.state is State.FIRING)


def _tidied(results: Results) -> Results:
    """In order of time, one result for an instant: the clock may have been set back, or the history merged."""
    order = np.argsort(results.times, kind="stable")
    times = results.times[order]
    kept = order[np.append(times[1:] != times[:-1], np.ones(min(1, len(times)), bool))]
    return Results(results.times[kept], results.passed[kept], results.took[kept], results.values[kept])


def _tally(made: Results) -> Tally:
    return Tally(made.times, (~made.passed).astype(np.int64), np.ones(len(made.times), np.int64))


def _trouble(
    probe: Probe, tally: Tally, made: Results, found: Steps
) -> tuple[NDArray[np.float64], list[tuple[str, Bools]]]:
    """1 where a page is due, one half where a trouble is not yet over, else 0; and the causes, the plainest first."""
    causes = [("down", found.down), ("flapping", found.flapping)]
    causes += [(r.name, burning(tally, r, probe.slo)[0]) for r in BURNS if r.pages]
    due = np.logical_or.reduce([holds for _, holds in causes])
    began = (~made.passed & np.append(True, made.passed[:-1])).astype(np.int64)
    fast = tally.rate(6 * HOUR, probe.slo) >= BURNS[1].factor
    returning = (tally.counted(began, RETURNED) >= RETURNS) & fast
    recent = tally.failed(QUIET) > 0
    return np.where(due, 1.0, np.where(recent | returning, 0.5, 0.0)), causes


def _ticket(probe: Probe, tally: Tally, paged: Bools) -> NDArray[np.float64]:
    """1 where the budget of three days burns, one half while it is overspent; 0 where a page told it already."""
    holds, long = burning(tally, BURNS[2], probe.slo)
    level = np.where(holds, 1.0, np.where(long, 0.5, 0.0))
    lasting = latched(holds, ~long)
    begins = lasting & ~np.append(False, lasting[:-1])
    told = latched(begins & paged, ~lasting)
    return np.where(told, 0.0, level)


def _alarmed(
    probe: Probe, rule: Rule, series: Series, threshold: Threshold, causes: Sequence[tuple[str, Bools]]
) -> list[Alarm]:
    found, cause = [], ""
    for event in alarms(series, threshold):
        if event.state is not State.RESOLVED:
            place = int(np.searchsorted(series.times, event.at))
            cause = next((name for name, holds in causes if holds[place]), causes[0][0])
        found.append(Alarm(rule, probe.name, probe.technology, cause, event))
    return found


def _certificate(probe: Probe, made: Results) -> list[Alarm]:
    """Days left: red below the one threshold, yellow below the other, back after a day more."""
    known = np.isfinite(made.values)
    if probe.kind != "tls" or not known.any():
        return []
    days = Series(made.times[known], made.values[known], _NO_GAPS)
    always = [("days", np.ones(len(days.times), np.bool_))]
    lights = ((Severity.YELLOW, probe.warn_days), (Severity.RED, probe.page_days))
    return [
        alarm
        for light, limit in lights
        for alarm in _alarmed(probe, "certificate", days, Threshold(light, limit, below=True, hysteresis=1.0), always)
    ]


def _alarms(probe: Probe, tally: Tally, made: Results, found: Steps) -> list[Alarm]:
    level, causes = _trouble(probe, tally, made, found)
    # Over only below one quarter: at one half it is not over.
    page = Threshold(Severity.RED, 1.0, hysteresis=0.75)
    listed = _alarmed(probe, "unavailable", Series(made.times, level, _NO_GAPS), page, causes)
    paged = latched(level >= 1.0, level < 0.25)
    ticket = Threshold(Severity.YELLOW, 1.0, hysteresis=0.75)
    spent = Series(made.times, _ticket(probe, tally, paged), _NO_GAPS)
    listed += _alarmed(probe, "budget", spent, ticket, [("3d", np.ones(len(made.times), np.bool_))])
    return sorted([*listed, *_certificate(probe, made)], key=lambda one: (one.event.at, one.key, one.event.light))


def judge(probe: Probe, results: Results, now: int) -> Standing:
    """How a probe's technology stands at `now`, in seconds since 1970; results after it are not looked at."""
    made = _tidied(results)
    seen = int(np.searchsorted(made.times, now, side="right"))
    made = Results(made.times[:seen], made.passed[:seen], made.took[:seen], made.values[:seen])
    if not seen:
        nothing = float("nan")
        return Standing(probe, Status.UNKNOWN, None, None, 0, nothing, nothing, Budget(None, None), {}, ())
    found = steps(made.passed, down_after=probe.down_after, up_after=probe.up_after)
    last = int(made.times[-1])
    stale = now - last > _STALE * probe.interval + probe.timeout
    tally = _tally(made)
    return Standing(
        probe,
        Status.UNKNOWN if stale else found.at(-1),
        last if stale else int(made.times[found.since()]),
        last,
        seen,
        float(made.took[-1]),
        float(made.values[-1]),
        Budget.of(tally, probe.slo, 30 * DAY / probe.interval),
        {rule.name: float(tally.rate(rule.long, probe.slo)[-1]) for rule in BURNS},
        tuple(_alarms(probe, tally, made, found)),
    )


def openmetrics(standings: Iterable[Standing]) -> str:
    """The standing of every technology as OpenMetrics text."""
    families: dict[str, list[str]] = {}

    def add(name: str, labels: Mapping[str, str], value: float) -> None:
        if np.isfinite(value):
            family = f"ronghe_technology_{name}"
            families.setdefault(family, []).append(labelled(family, labels, value))

    for one in standings:
        labels = {"technology": one.probe.technology, "probe": one.probe.name}
        for status in Status:
            add("status", {**labels, "status": status}, int(one.status is status))
        add("probe_seconds", labels, one.took / 1000)
        if one.probe.kind == "tls":
            add("certificate_days", labels, one.value)
        for name, left in (("available", one.budget.available), ("budget_left", one.budget.left)):
            add(name, labels, float("nan") if left is None else left)
        for window, rate in one.burns.items():
            add("burn_rate", {**labels, "window": window}, rate)
        firing = {(alarm.rule, str(alarm.event.light)) for alarm in one.firing}
        for rule, light in _LIGHTS:
            if rule != "certificate" or one.probe.kind == "tls":
                add("alarm", {**labels, "rule": rule, "severity": light}, int((rule, light) in firing))
    return exposition(families)
