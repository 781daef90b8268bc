"""Watch technologies by probes, one round or for ever, or say what a history says: standings and alarms."""

import asyncio
import time
import tomllib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from ronghe.journeys.technology_history import Memory, kept_history, read_history
from ronghe.journeys.technology_probing import Outcome, attempt
from ronghe.journeys.technology_yaml import read_text
from ronghe.tables.atomic import write_atomic
from ronghe.tables.staged import Note
from ronghe.technology.monitor.probes import Fault, Plan, Probe, parse_plan
from ronghe.technology.monitor.quota import Quota, spent
from ronghe.technology.monitor.standing import Alarm, Results, Standing, judge, openmetrics
from ronghe.technology.monitor.status import Status
from ronghe.technology.monitor.timetable import first_due, next_due
from ronghe.terms import InputError, StoppedByUser
from ronghe.terms.time import iso_utc

__all__ = ["Change", "Monitored", "follow", "monitor_once", "read_plan", "replay"]

AT_ONCE = 32
"""Probes under way at a time."""
PAGED_WITHIN = 300
"""Seconds within which an outage should be told; a probe that is slower by its own settings gets a note."""
METRICS_EVERY = 5.0
"""Seconds between two writings of the metrics while a monitor runs."""
LARGEST = 5_000_000
"""Characters of a file of probes."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a running monitor tells: another status, or an alarm that fires or is resolved."""

    outcome: Outcome
    standing: Standing
    before: Status | None = None
    alarm: Alarm | None = None

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        named = {"at": iso_utc(self.outcome.at), "probe": self.outcome.probe}
        named["technology"] = self.standing.probe.technology
        if self.alarm is not None:
            return {**named, "alarm": _alarm(self.alarm)}
        return {**named, "status": self.standing.status, "before": self.before, "reason": self.outcome.reason}


@dataclass(frozen=True, slots=True)
class Monitored:
    """How every technology stands at an instant, the outcomes of this round, unusable probes, and notes."""

    now: int
    standings: tuple[Standing, ...]
    outcomes: Mapping[str, Outcome]
    faults: tuple[Fault, ...]
    notes: tuple[Note, ...]

    @property
    def firing(self) -> tuple[Alarm, ...]:
        """The alarms that nothing resolved."""
        return tuple(alarm for standing in self.standings for alarm in standing.firing)

    def to_json(self) -> dict[str, Any]:
        """Standings, alarms, faults and notes as a JSON value."""
        return {
            "now": iso_utc(self.now),
            "technologies": [_standing(one, self.outcomes.get(one.probe.name)) for one in self.standings],
            "firing": [_alarm(one) for one in self.firing],
            "alarms": [_alarm(alarm) for one in self.standings for alarm in one.alarms],
            "unusable": [{"place": one.place, "code": one.code, **one.params} for one in self.faults],
            "notes": [{"code": note.code, **note.params} for note in self.notes],
        }


def _alarm(one: Alarm) -> dict[str, Any]:
    event = one.event
    return {
        "at": iso_utc(event.at),
        "key": one.key,
        "rule": one.rule,
        "probe": one.probe,
        "technology": one.technology,
        "state": str(event.state),
        "severity": str(event.severity),
        "cause": one.cause,
        "since": iso_utc(event.since),
    }


def _finite(value: float, digits: int) -> float | None:
    return round(value, digits) if np.isfinite(value) else None


def _standing(one: Standing, outcome: Outcome | None) -> dict[str, Any]:
    made = None
    if outcome is not None:
        made = {"passed": outcome.passed, "reason": outcome.reason, "detail": outcome.detail}
    return {
        "technology": one.probe.technology,
        "probe": one.probe.name,
        "kind": one.probe.kind,
        "status": str(one.status),
        "since": None if one.since is None else iso_utc(one.since),
        "last": None if one.last is None else iso_utc(one.last),
        "results": one.count,
        "milliseconds": _finite(one.took, 1),
        "value": _finite(one.value, 4),
        "slo": one.probe.slo,
        "available": one.budget.available,
        "budget_left": one.budget.left,
        "burn_rates": dict(one.burns),
        "outcome": made,
    }


def read_plan(path: Path) -> Plan:
    """Read a file of probes; InputError for what concerns all of them. Files of authorities lie beside it."""
    try:
        document = tomllib.loads(read_text(path, LARGEST))
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        detail = str(fault).splitlines()[0]
        raise InputError("technology.probes_unreadable", path=str(path), detail=detail) from fault
    plan = parse_plan(document, where=path.name)
    probes = tuple(replace(one, ca=str(path.parent / one.ca)) if one.ca else one for one in plan.probes)
    return replace(plan, probes=probes)


class _Watch:
    """A plan, what was found by it, and what quotas leave for today."""

    def __init__(self, path: Path, history: Path | None) -> None:
        self.plan = read_plan(path)
        self.history = history
        read = read_history(history)
        self.memory = Memory(read, self.plan.keep_days)
        self.unread = read.unread
        named = {probe.name for probe in self.plan.probes}
        self.others = sorted(set(read.results) - named)
        self._spent: dict[tuple[str, str], int] = {}

    def may_call(self, probe: Probe, now: int) -> bool:
        """Count a call against the probe's quota of the legal day; False where nothing is left of it."""
        if not probe.calls_per_day:
            return True
        quota = Quota(probe.calls_per_day)
        day = quota.period(datetime.fromtimestamp(now, UTC))
        used = self._spent.get((probe.name, day))
        if used is None:
            used = self._calls_of(self.memory.of(probe.name), quota, day)
        fits, self._spent[probe.name, day] = spent(quota, used)
        return fits

    @staticmethod
    def _calls_of(results: Results, quota: Quota, day: str) -> int:
        recent = results.times[-2 * quota.calls :].tolist()
        return sum(quota.period(datetime.fromtimestamp(at, UTC)) == day for at in recent)

    async def outcome(self, probe: Probe) -> Outcome:
        """Make a probe if its quota allows it."""
        now = int(time.time())
        if not self.may_call(probe, now):
            return Outcome(probe.name, now, None, 0.0, float("nan"), "quota", str(probe.calls_per_day))
        return await attempt(probe, self.plan.allowed)

    def standing(self, probe: Probe, now: int) -> Standing:
        """How a probe's technology stands."""
        return judge(probe, self.memory.of(probe.name), now)

    def notes(self, standings: Sequence[Standing]) -> tuple[Note, ...]:
        """What a reader must know before trusting the standings."""
        found = []
        if self.unread:
            found.append(Note("technology.note_history_unread", {"count": self.unread, "path": str(self.history)}))
        if self.others:
            shown = ", ".join(self.others[:5])
            found.append(Note("technology.note_history_others", {"count": len(self.others), "names": shown}))
        slow = [probe for probe in self.plan.probes if probe.slowest_page > PAGED_WITHIN]
        found += [
            Note("technology.note_slow_page", {"probe": probe.name, "minutes": f"{probe.slowest_page / 60:.0f}"})
            for probe in slow
        ]
        if len(standings) > 1 and all(one.status is Status.DOWN for one in standings):
            found.append(Note("technology.note_all_down", {"count": len(standings)}))
        if self.history is None:
            found.append(Note("technology.note_no_history"))
        return tuple(found)

    def monitored(self, now: int, outcomes: Mapping[str, Outcome]) -> Monitored:
        """Everything at an instant."""
        standings = tuple(self.standing(probe, now) for probe in self.plan.probes)
        return Monitored(now, standings, outcomes, self.plan.faults, self.notes(standings))


def _write_metrics(path: Path | None, standings: Sequence[Standing]) -> None:
    if path is not None:
        with write_atomic(path) as part:
            part.write_text(openmetrics(standings), "utf-8")


def replay(path: Path, *, history: Path, now: int | None = None, metrics: Path | None = None) -> Monitored:
    """What a history says at `now` (seconds since 1970; its last result by default). Nothing is probed."""
    watch = _Watch(path, history)
    if not history.exists():
        raise InputError("technology.history_unreadable", path=str(history), detail="FileNotFoundError")
    results = [watch.memory.of(probe.name) for probe in watch.plan.probes]
    last = max((int(one.times.max()) for one in results if len(one.times)), default=0)
    made = watch.monitored(last if now is None else now, {})
    _write_metrics(metrics, made.standings)
    return made


def _run(work: Any) -> Any:
    """Run to the end, with threads enough that slow names do not queue."""

    async def wide() -> Any:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(AT_ONCE))
        return await work

    return asyncio.run(wide())


async def _round(watch: _Watch) -> list[Outcome]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(probe: Probe) -> Outcome:
        async with gate:
            return await watch.outcome(probe)

    return list(await asyncio.gather(*map(one, watch.plan.probes)))


def monitor_once(path: Path, *, history: Path | None = None, metrics: Path | None = None) -> Monitored:
    """Probe everything once, add it to the history, and say how everything stands."""
    plan = read_plan(path)
    now = int(time.time())
    with kept_history(history, keep_days=plan.keep_days, now=now) as kept:
        watch = _Watch(path, history)
        outcomes = _run(_round(watch))
        if kept is not None:
            kept.add(outcomes)
    for outcome in outcomes:
        watch.memory.add(outcome)
    made = watch.monitored(int(time.time()), {one.probe: one for one in outcomes})
    _write_metrics(metrics, made.standings)
    return made


async def _turns(watch: _Watch) -> AsyncIterator[list[Outcome]]:
    """Outcomes as they come, for ever, each probe at its own turns; a slow one keeps no other waiting."""
    probes, began = {probe.name: probe for probe in watch.plan.probes}, time.monotonic()
    due = {name: first_due(name, probe.interval, began) for name, probe in probes.items()}
    turns = dict.fromkeys(probes, 0)
    under_way: dict[asyncio.Task[Outcome], str] = {}
    while True:
        now, busy = time.monotonic(), set(under_way.values())
        ready = [name for name, at in due.items() if at <= now and name not in busy]
        for name in ready[: AT_ONCE - len(under_way)]:
            turns[name] += 1
            due[name] = next_due(name, probes[name].interval, turns[name], due[name], now)
            under_way[asyncio.create_task(watch.outcome(probes[name]))] = name
        busy = set(under_way.values())
        waiting = min((at for name, at in due.items() if name not in busy), default=now + 60)
        pause = max(waiting - time.monotonic(), 0.01)
        if not under_way:
            await asyncio.sleep(pause)
            continue
        # All places taken: only one that ends can change anything.
        limit = pause if len(under_way) < AT_ONCE else None
        done, _ = await asyncio.wait(under_way, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            del under_way[task]
        if done:
            yield [task.result() for task in done]


def _changes(outcome: Outcome, standing: Standing, before: Status) -> list[Change]:
    found = [Change(outcome, standing, before)] if standing.status is not before else []
    return found + [
        Change(outcome, standing, alarm=alarm)
        for alarm in standing.alarms
        if alarm.event.at == outcome.at and alarm.event.state != "pending"
    ]


def follow(
    path: Path,
    *,
    history: Path | None = None,
    metrics: Path | None = None,
    begun: Callable[[Monitored], None],
    tell: Callable[[Change], None],
) -> NoReturn:
    """Probe for ever until the process is stopped, and tell every change of status and every alarm as it comes.

    `begun` is told once how everything stood by the history. Results lie in the history before anything is told.
    """
    plan = read_plan(path)
    with kept_history(history, keep_days=plan.keep_days, now=int(time.time())) as kept:
        watch = _Watch(path, history)
        first = watch.monitored(int(time.time()), {})
        standings = {one.probe.name: one for one in first.standings}
        _write_metrics(metrics, first.standings)
        begun(first)

        async def forever() -> None:
            written = 0.0
            async for outcomes in _turns(watch):
                if kept is not None:
                    kept.add(outcomes)
                for outcome in outcomes:
                    watch.memory.add(outcome)
                    before = standings[outcome.probe]
                    standings[outcome.probe] = watch.standing(before.probe, outcome.at)
                    for change in _changes(outcome, standings[outcome.probe], before.status):
                        tell(change)
                if metrics is not None and time.monotonic() - written >= METRICS_EVERY:
                    _write_metrics(metrics, list(standings.values()))
                    written = time.monotonic()

        if not watch.plan.probes:
            raise InputError("technology.probes_none", path=str(path))
        _run(forever())
    raise StoppedByUser("terms.stopped")
