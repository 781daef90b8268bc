"""Watch usage series, forecast them, find waste, and say how far resources are shared: from files to files."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ronghe.journeys.resources.allocating import json_text
from ronghe.journeys.resources.reading import (
    LARGEST,
    check_apart,
    check_filled,
    check_pairs,
    moments,
    numbers,
    read_texts,
    texts,
)
from ronghe.resources.monitor.reclaim import HEADROOM, Holding, Reclaim, reclaim
from ronghe.resources.monitor.rules import BUILT_IN, MEASURES, Rule
from ronghe.resources.monitor.sharing import ResourceLine, SharedLine, sharing_of_resources
from ronghe.resources.monitor.watch import Alarm, Watched, openmetrics, watch
from ronghe.sharing_index import Degree, degree
from ronghe.signals import Series, forecast, tidy
from ronghe.tables.atomic import write_atomic
from ronghe.tables.staged import Note
from ronghe.tables.write import write_csv
from ronghe.terms import InputError
from ronghe.terms.time import iso_utc

__all__ = [
    "Forecasts",
    "Monitored",
    "Reclaimed",
    "SharedHours",
    "forecast_file",
    "monitor_file",
    "read_rules",
    "read_series",
    "reclaim_files",
    "share_hours",
]


@dataclass(frozen=True, slots=True)
class Monitored:
    """The alarms of a usage series, and notes about the series and the rules that say nothing of it."""

    out: Path
    alarms: tuple[Alarm, ...]
    notes: tuple[Note, ...]

    @property
    def firing(self) -> tuple[Alarm, ...]:
        """The alarms that nothing resolved."""
        last: dict[tuple[str, str], Alarm] = {}
        for alarm in self.alarms:
            last[alarm.key, str(alarm.event.light)] = alarm
        return tuple(alarm for alarm in last.values() if alarm.event.state == "firing")

    def to_json(self) -> dict[str, Any]:
        """Alarms and notes as a JSON value."""
        notes = [{"code": note.code, **note.params} for note in self.notes]
        return {"out": str(self.out), "alarms": [_row(one) for one in self.alarms], "notes": notes}


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Rows of `at, department, resource, forecast, low, high`, and notes about series that are too short."""

    out: Path
    rows: tuple[Mapping[str, Any], ...]
    notes: tuple[Note, ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        notes = [{"code": note.code, **note.params} for note in self.notes]
        return {"out": str(self.out), "forecast": list(self.rows), "notes": notes}


@dataclass(frozen=True, slots=True)
class Reclaimed:
    """What could be lent, and to whom."""

    rows: tuple[Reclaim, ...]
    notes: tuple[Note, ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        rows = [{field.name: getattr(row, field.name) for field in fields(Reclaim)} for row in self.rows]
        return {"reclaim": rows, "notes": [{"code": note.code, **note.params} for note in self.notes]}


@dataclass(frozen=True, slots=True)
class SharedHours:
    """W_i of each department and R_s, with the rows behind them; None where nothing is measured."""

    lines: tuple[SharedLine, ...]
    degree: Degree | None

    def to_json(self) -> dict[str, Any]:
        """As a JSON value; every number opens down to its rows."""
        departments = [
            {
                "department": one.department,
                "R": float(one.held),
                "W": None if one.share is None else float(one.share),
                "used_part": None if one.used_part is None else float(one.used_part),
                "granting": float(one.granting),
                "honoring": float(one.honoring),
                "rows": [
                    {field.name: getattr(line, field.name) for field in fields(ResourceLine)} for line in one.lines
                ],
            }
            for one in self.lines
        ]
        return {"degree": None if self.degree is None else self.degree.value, "departments": departments}


def _row(alarm: Alarm) -> dict[str, Any]:
    event = alarm.event
    return {
        "at": iso_utc(event.at),
        "rule": alarm.rule,
        "department": alarm.department,
        "resource": alarm.resource,
        "state": str(event.state),
        "severity": str(event.severity),
        "value": round(event.value, 9),
        "since": iso_utc(event.since),
        "key": alarm.key,
    }


def read_series(path: Path) -> tuple[list[Watched], list[Note]]:
    """The usage series in a file, one for each department and resource, and what is odd about them."""
    given = read_texts(path)
    check_filled(given, ("at", "department", "resource"))
    present = [name for name in MEASURES if given.has(name)]
    if not present:
        raise InputError("resources.no_measures", path=str(path), known=", ".join(MEASURES))
    times = moments(given, "at")
    columns = {name: numbers(given, name, otherwise=np.nan) for name in present}
    departments, resources = (texts(given, name).to_pylist() for name in ("department", "resource"))
    places: dict[tuple[str, str], list[int]] = {}
    for row, pair in enumerate(zip(departments, resources, strict=True)):
        places.setdefault(pair, []).append(row)
    found = [
        Watched(who, what, times[rows], {name: values[rows] for name, values in columns.items()})
        for (who, what), rows in sorted(places.items())
    ]
    return found, [note for one in found for note in _oddities(one)]


def _oddities(one: Watched) -> list[Note]:
    made = tidy(one.times, next(iter(one.columns.values())))
    counts = {"repeated": made.repeated, "late": made.late, "missing": made.missing, "gaps": made.gaps}
    if not any(counts.values()):
        return []
    return [Note("resources.note_series", {"department": one.department, "resource": one.resource, **counts})]


_DURATIONS = {"hold": "for_seconds", "cooldown": "cooldown_seconds"}


def read_rules(path: Path | None) -> tuple[Rule, ...]:
    """The built-in rules and those of a TOML file, which take the place of those of the same name."""
    if path is None:
        return BUILT_IN
    try:
        document = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as fault:
        raise InputError("resources.policy_unreadable", path=str(path), detail=str(fault)) from fault
    listed = document.get("rules", [])
    if set(document) - {"rules"} or not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise InputError("resources.policy_key", path=str(path), key=", ".join(document), known="[[rules]]")
    named = {rule.name: rule for rule in BUILT_IN}
    own = [_rule(one, str(path), f"rules {place}") for place, one in enumerate(listed, 1)]
    if len({rule.name for rule in own}) < len(own):
        raise InputError("resources.policy_value", path=str(path), key="rules: name", wanted="a name, none twice")
    named |= {rule.name: rule for rule in own}
    return tuple(named.values())


def _rule(given: Mapping[str, Any], path: str, place: str) -> Rule:
    known = {_DURATIONS.get(field.name, field.name): field for field in fields(Rule)}
    for key in given:
        if key not in known:
            raise InputError("resources.policy_key", path=path, key=f"{place}: {key}", known=", ".join(sorted(known)))
    values = {known[key].name: value for key, value in given.items()}
    for name, value in values.items():
        if not _right(name, value):
            raise InputError("resources.policy_value", path=path, key=f"{place}: {name}", wanted=_wanted(name))
    if "name" not in values or values.get("value") not in MEASURES:
        known_values = f"name, value ({', '.join(MEASURES)})"
        raise InputError("resources.policy_value", path=path, key=place, wanted=known_values)
    if values.get("of", MEASURES[0]) not in MEASURES or values.get("kind", "threshold") not in _KINDS:
        raise InputError("resources.policy_value", path=path, key=place, wanted=", ".join((*MEASURES, *_KINDS)))
    rule = replace(Rule(values["name"], values["value"]), **values)
    if not rule.of and (rule.idle or rule.kind == "forecast"):
        raise InputError("resources.policy_value", path=path, key=f"{place}: of", wanted=", ".join(MEASURES))
    if rule.kind == "threshold" and rule.yellow is None and rule.red is None:
        raise InputError("resources.policy_value", path=path, key=place, wanted="yellow, red")
    return rule


_KINDS = ("threshold", "anomaly", "forecast")
_WHOLE = {"hold": (0, 315_360_000), "cooldown": (0, 315_360_000), "horizon": (1, 1000)}
"""Ten years in seconds, and as many points as `forecast --horizon` takes."""
_AMOUNTS = ("yellow", "red", "hysteresis")
_FLAGS = ("below", "idle")


def _right(name: str, value: Any) -> bool:
    """Whether a rule's field can have a value. A name stands in alerts, where braces would be taken for a template."""
    if name in _FLAGS:
        return isinstance(value, bool)
    if name in _WHOLE:
        return type(value) is int and _WHOLE[name][0] <= value <= _WHOLE[name][1]
    if name in _AMOUNTS:
        return type(value) in (int, float) and 0 <= value <= LARGEST
    return isinstance(value, str) and value.strip() != "" and value.isprintable() and not set(value) & set("{}")


def _wanted(name: str) -> str:
    """What a rule's field takes."""
    if name in _FLAGS:
        return "true, false"
    if name in _WHOLE:
        return f"{_WHOLE[name][0]}, {_WHOLE[name][0] + 1}, ..., {_WHOLE[name][1]}"
    return f"0 - {LARGEST:g}" if name in _AMOUNTS else '"..."'


def monitor_file(series: Path, *, rules: Path | None = None, out: Path, metrics: Path | None = None) -> Monitored:
    """Judge a usage series and write its alarms to a CSV; with `metrics` the latest values as OpenMetrics too."""
    outputs = (out,) if metrics is None else (out, metrics)
    check_apart((series,) if rules is None else (series, rules), outputs)
    listed = read_rules(rules)
    watched, notes = read_series(series)
    present = set(watched[0].columns)
    notes += [
        Note("resources.note_rule", {"rule": rule.name, "columns": ", ".join(sorted(set(rule.needs) - present))})
        for rule in listed
        if set(rule.needs) - present
    ]
    found = watch(watched, listed)
    names = ("at", "rule", "department", "resource", "state", "severity", "value", "since", "key")
    schema = pa.schema([(name, pa.float64() if name == "value" else pa.string()) for name in names])
    write_csv(pa.Table.from_pylist([_row(one) for one in found], schema=schema), out)
    if metrics is not None:
        with write_atomic(metrics) as part:
            part.write_text(openmetrics(watched, found), "utf-8")
    return Monitored(out, tuple(found), tuple(notes))


MADE_UP = 10
"""Points that a series at even distances may have for each that was measured; beyond that it is mostly gaps."""
FARTHEST = 100 * 366 * 86_400
"""Seconds beyond the last point that are forecast at most."""


def _even(points: Series) -> NDArray[np.float64] | None:
    """The series at even distances; what lies in gaps is drawn as a line between their ends. None for mostly gaps."""
    if not points.step:
        return points.values
    if points.times[-1] - points.times[0] > points.step * len(points.times) * MADE_UP:
        return None
    times = np.arange(points.times[0], points.times[-1] + 1, points.step)
    found: NDArray[np.float64] = np.interp(times, points.times, points.values)
    return found


def forecast_file(series: Path, *, horizon: int = 24, season: int = 24, out: Path) -> Forecasts:
    """Forecast the column `used` of every department and resource and write a CSV."""
    check_apart((series,), (out,))
    read_texts(series).wants("used")
    watched, notes = read_series(series)
    rows: list[Mapping[str, Any]] = []
    for one in watched:
        points = tidy(one.times, one.columns["used"]).series
        params: dict[str, object] = {"department": one.department, "resource": one.resource}
        values = _even(points)
        if values is None or points.step * horizon > FARTHEST:
            notes.append(Note("resources.note_sparse", {**params, "points": len(points.values)}))
            continue
        if len(values) < 2 * season:
            params["points"] = len(values)
            notes.append(Note("resources.note_short", {**params, "least": 2 * season}))
            continue
        made = forecast(values, horizon=horizon, season=season, long=7 * season)
        rows += [
            {
                "at": iso_utc(int(points.times[-1]) + (ahead + 1) * points.step),
                "department": one.department,
                "resource": one.resource,
                "forecast": round(float(made.values[ahead]), 9),
                # Nobody uses less than nothing.
                "low": round(max(float(made.low[ahead]), 0.0), 9),
                "high": round(float(made.high[ahead]), 9),
            }
            for ahead in range(horizon)
        ]
    texts_of, amounts = ("at", "department", "resource"), ("forecast", "low", "high")
    schema = pa.schema([*((name, pa.string()) for name in texts_of), *((name, pa.float64()) for name in amounts)])
    write_csv(pa.Table.from_pylist([dict(row) for row in rows], schema=schema), out)
    return Forecasts(out, tuple(rows), tuple(notes))


def reclaim_files(usage: Path, quota: Path, *, headroom: float = HEADROOM) -> Reclaimed:
    """What departments hold and were never seen to need, by a usage series and a CSV `department,resource,quota`."""
    read_texts(usage).wants("used")
    watched, notes = read_series(usage)
    given = read_texts(quota)
    check_filled(given, ("department", "resource", "quota"))
    check_pairs(given, "department", "resource")
    pairs = zip(texts(given, "department").to_pylist(), texts(given, "resource").to_pylist(), strict=True)
    held = dict(zip(pairs, numbers(given, "quota").tolist(), strict=True))
    measured = {(one.department, one.resource): one for one in watched}
    notes += [
        Note("resources.note_unmeasured", {"department": who, "resource": what})
        for who, what in sorted(set(held) - set(measured))
    ]
    holdings = []
    for pair, one in sorted(measured.items()):
        used = float(np.nanmax(one.columns["used"], initial=0.0))
        asked = float(np.nanmax(one.columns["demand"], initial=used)) if "demand" in one.columns else used
        holdings.append(Holding(*pair, held.get(pair, 0.0), used, max(asked, used)))
    return Reclaimed(tuple(reclaim(holdings, headroom=headroom)), tuple(notes))


_HOURS = ("annual_cost", "capacity", "used_by_others", "idle", "bookable", "requests", "granted", "honored")


def share_hours(path: Path, *, out: Path | None = None) -> SharedHours:
    """W_i and R_s from a CSV of `department, resource, annual_cost` (fen), minutes and numbers of requests."""
    given = read_texts(path)
    check_filled(given, ("department", "resource", *_HOURS))
    columns = {name: numbers(given, name, whole=True).astype(np.int64).tolist() for name in _HOURS}
    names = zip(texts(given, "department").to_pylist(), texts(given, "resource").to_pylist(), strict=True)
    rows = zip(*columns.values(), strict=True)
    lines = sharing_of_resources(ResourceLine(*pair, *row) for pair, row in zip(names, rows, strict=True))
    known = [line for line in lines if line.share is not None and line.held]
    found = None
    if known:
        amounts = {line.department: line.held for line in known}
        found = degree(amounts, {line.department: line.share for line in known if line.share is not None})
    made = SharedHours(tuple(lines), found)
    if out is not None:
        with write_atomic(out) as part:
            part.write_text(json_text(made.to_json()), "utf-8")
    return made
