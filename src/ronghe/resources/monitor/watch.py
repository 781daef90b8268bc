"""Judge usage series by rules: the alarms of each department and resource, in order of time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ronghe.resources.monitor.rules import Rule, measured
from ronghe.signals import Event, Severity, State, alarms, anomalies, exposition, forecast, labelled, tidy

__all__ = ["Alarm", "Watched", "openmetrics", "watch"]

_F = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Alarm:
    """A change of state of one rule for one department and resource; `key` is the same for all changes of one."""

    rule: str
    department: str
    resource: str
    event: Event

    @property
    def key(self) -> str:
        """What repeated messages about the same trouble have in common."""
        return f"{self.rule}/{self.department}/{self.resource}"


@dataclass(frozen=True, slots=True)
class Watched:
    """The points of one department and resource, as they came."""

    department: str
    resource: str
    times: NDArray[np.int64]
    columns: Mapping[str, _F]


def watch(series: Iterable[Watched], rules: Sequence[Rule]) -> list[Alarm]:
    """All alarms; a rule whose columns are missing says nothing."""
    found = [
        Alarm(rule.name, one.department, one.resource, event)
        for one in series
        for rule in rules
        if all(name in one.columns for name in rule.needs)
        for event in _events(rule, one)
    ]
    return sorted(found, key=lambda alarm: (alarm.event.at, alarm.key, alarm.event.severity, alarm.event.state))


def _events(rule: Rule, one: Watched) -> list[Event]:
    if rule.kind == "anomaly":
        points = tidy(one.times, one.columns[rule.value]).series
        return [
            Event(
                State.FIRING,
                Severity.YELLOW,
                int(points.times[at]),
                float(points.values[at]),
                int(points.times[at]),
                Severity.YELLOW,
            )
            for at in anomalies(points.values).tolist()
        ]
    if rule.kind == "forecast":
        return _shortfall(rule, one)
    points = tidy(one.times, measured(rule, one.columns)).series
    return [event for threshold in rule.thresholds for event in alarms(points, threshold)]


def _shortfall(rule: Rule, one: Watched) -> list[Event]:
    """One event where the forecast goes beyond what there is, at the last point, with the highest part expected."""
    points = tidy(one.times, one.columns[rule.value]).series
    limits = tidy(one.times, one.columns[rule.of]).series
    if len(points.values) < 2 * rule.horizon or not len(limits.values) or limits.values[-1] <= 0:
        return []
    expected = forecast(points.values, horizon=rule.horizon, season=rule.horizon, long=7 * rule.horizon).values
    part = float(expected.max() / limits.values[-1])
    at = int(points.times[-1])
    limit = rule.yellow if rule.yellow is not None else 1.0
    return [Event(State.FIRING, Severity.YELLOW, at, part, at, Severity.YELLOW)] if part >= limit else []


def openmetrics(series: Iterable[Watched], found: Sequence[Alarm]) -> str:
    """Latest values and alarms that fire, as OpenMetrics text; labels are department and resource, never ids."""
    latest: dict[str, list[str]] = {}
    for one in series:
        labels = {"department": one.department, "resource": one.resource}
        for name, values in one.columns.items():
            points = tidy(one.times, values).series
            if len(points.values):
                family = f"ronghe_resource_{name}"
                sample = labelled(family, labels, float(points.values[-1]), int(points.times[-1]))
                latest.setdefault(family, []).append(sample)
    states: dict[tuple[str, str, str, str], int] = {}
    for alarm in found:
        state = (alarm.rule, alarm.department, alarm.resource, str(alarm.event.light))
        states[state] = int(alarm.event.state == State.FIRING)
    names = ("rule", "department", "resource", "severity")
    latest["ronghe_resource_alarm"] = [
        labelled("ronghe_resource_alarm", dict(zip(names, key, strict=True)), state)
        for key, state in sorted(states.items())
    ]
    return exposition(latest)
