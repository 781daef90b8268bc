"""Compute degrees from the log, keep them, and compute them again to see that they are the same."""

import gc
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from operator import itemgetter
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from ronghe.platform.access.rules import Actor
from ronghe.platform.audit.actions import record
from ronghe.platform.audit.trail import Event, Logged, kept_events, sealed_size
from ronghe.platform.index.models import Degree, Share
from ronghe.platform.kinds.measure import Measure, Measured, exact, measures, row_json
from ronghe.platform.kinds.measure import Share as MeasuredShare
from ronghe.standards.legal import LegalProfile
from ronghe.terms import InputError, content_id, legal_day

__all__ = ["Checked", "Computed", "check", "compute", "removed"]

ACTION = "index.computed"
"""The audit entry of a degree; it holds the hashes, so that what was printed cannot be replaced later."""
RESTORED = "platform.restored"
"""What was computed after the backup that was restored is gone for a reason that the log tells."""


@dataclass(frozen=True, slots=True)
class Computed:
    """What became of a kind: its degree, or the error that says why there is none yet."""

    kind: str
    degree: Degree | None
    why: InputError | None = None


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Nothing that is folded here points back at itself; to look for that among a million values takes as long as the
    work."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _shares_of(degree: Degree, measured: Measured) -> list[Share]:
    """What is kept of the departments."""
    return [_share(degree, one) for one in measured.shares]


def _share(degree: Degree, one: MeasuredShare) -> Share:
    best, worst = one.places or (None, None)
    return Share(
        degree=degree,
        department_id=UUID(one.department),
        amount=float(one.amount),
        exact=exact(one.share) or "",
        share=None if one.share is None else float(one.share),
        low=one.low,
        high=one.high,
        factors=[[name, str(rate)] for name, rate in one.factors],
        requests=one.requests,
        coverage=None if one.coverage is None else float(one.coverage),
        best=best,
        worst=worst,
        rows=[row_json(row) for row in one.rows],
    )


def _plain(shares: Iterable[Share]) -> list[dict[str, Any]]:
    """Shares without their own ids, in one order."""
    named = ("amount", "exact", "share", "low", "high", "factors", "requests", "coverage", "best", "worst", "rows")
    told = [{"department": str(one.department_id), **{name: getattr(one, name) for name in named}} for one in shares]
    return sorted(told, key=itemgetter("department"))


def _result(measured: Measured, shares: list[dict[str, Any]]) -> str:
    """The hash of everything that came out: equal hashes mean equal degrees, factors, intervals and rows."""
    told = {"degree": str(measured.degree), "low": measured.low, "high": measured.high, "shares": shares}
    return content_id(json.dumps(told, sort_keys=True, ensure_ascii=False))


def compute(
    *,
    by: Actor,
    at: datetime,
    law: LegalProfile,
    size: int | None = None,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> list[Computed]:
    """Compute and keep the degree of every kind at `at`, from the first `size` entries of the log (all of them).

    A degree of that instant that is there already is left alone. A kind that cannot be measured yet says why.
    """
    done, hooks, upto = [], measures(), sealed_size() if size is None else size
    for place, (kind, hook) in enumerate(hooks.items()):
        tell(place, len(hooks))
        before = Degree.objects.filter(kind=kind, at=at).first()
        with _no_search_for_cycles():
            done.append(Computed(kind, before) if before else _computed(by, at, law, kind, hook, upto))
    tell(len(hooks), len(hooks))
    return done


def _computed(by: Actor, at: datetime, law: LegalProfile, kind: str, hook: Measure, size: int) -> Computed:
    try:
        measured = hook.measure(kept_events(hook.actions, size=size, at=at), at=at, law=law)
    except InputError as error:
        return Computed(kind, None, error)
    return Computed(kind, _kept(by, at, law, kind, measured, size))


def _kept(by: Actor, at: datetime, law: LegalProfile, kind: str, measured: Measured, size: int) -> Degree:
    degree = Degree(
        kind=kind,
        day=legal_day(at, law.zone),
        at=at,
        size=size,
        exact=str(measured.degree),
        value=float(measured.degree),
        low=measured.low,
        high=measured.high,
        inputs=measured.inputs,
        law=law.fingerprint,
    )
    shares = _shares_of(degree, measured)
    degree.result = _result(measured, _plain(shares))
    with transaction.atomic():
        degree.save()
        Share.objects.bulk_create(shares)
        record(by=by, at=at, action=ACTION, subject_kind="degree", subject=degree.pk, facts=_facts(degree))
    return degree


def _facts(degree: Degree) -> dict[str, Any]:
    """What is sealed of a degree."""
    return {name: getattr(degree, name) for name in ("kind", "exact", "size", "inputs", "result", "law")}


@dataclass(frozen=True, slots=True)
class Checked:
    """A degree beside what the log says: `faults` by code, empty where everything is the same."""

    degree: Degree
    faults: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        one = self.degree
        told = {"kind": one.kind, "at": one.at.isoformat(), "degree": one.value, "inputs": one.inputs}
        return {**told, "result": one.result, "same": not self.faults, "faults": list(self.faults)}


def check(home: Path, degrees: Sequence[Degree], *, law: LegalProfile) -> list[Checked]:
    """Compute degrees again from the log's own bytes, and hold what is kept and what was sealed against it.

    Faults: `law` (another legal profile or calendar is in force, so the rest was not compared), `inputs`, `result`
    (the log gives another degree), `shares` (the departments' rows were changed), `sealed` (no entry of the log says
    so).
    """
    hooks = measures()
    actions = frozenset({ACTION}.union(*(hook.actions for hook in hooks.values())))
    with _no_search_for_cycles():
        logged = Logged(home, actions, size=sealed_size())
        return [Checked(degree, _faults(logged, degree, hooks[degree.kind], law)) for degree in degrees]


def _faults(logged: Logged, degree: Degree, hook: Measure, law: LegalProfile) -> tuple[str, ...]:
    if law.fingerprint != degree.law:
        return ("law",)
    sealed = logged.events({ACTION}, size=sealed_size(), at=degree.at)
    faults = [] if _sealed(sealed, degree) else ["sealed"]
    try:
        events = logged.events(hook.actions, size=degree.size, at=degree.at)
        measured = hook.measure(events, at=degree.at, law=law)
    except InputError:
        return (*faults, "inputs")
    again = _plain(_shares_of(degree, measured))
    same = (
        ("inputs", measured.inputs == degree.inputs),
        ("result", _result(measured, again) == degree.result and _printed(degree) == _told(measured, degree.at, law)),
        ("shares", _plain(degree.shares.all()) == again),
    )
    return (*faults, *(name for name, holds in same if not holds))


def _printed(degree: Degree) -> tuple[object, ...]:
    """What pages, calls and commands show of a degree."""
    return Fraction(degree.exact), degree.value, degree.low, degree.high, degree.day


def _told(measured: Measured, at: datetime, law: LegalProfile) -> tuple[object, ...]:
    """The same as the log gives it."""
    return measured.degree, float(measured.degree), measured.low, measured.high, legal_day(at, law.zone)


def removed(home: Path) -> list[dict[str, Any]]:
    """Degrees that the log tells of and that are not kept any more, as `Checked.to_json` tells them; without those that
    went when a backup was restored."""
    known = {str(key) for key in Degree.objects.values_list("pk", flat=True)}
    gone: list[Event] = []
    for event in Logged(home, {ACTION, RESTORED}, size=sealed_size()).in_order():
        if event.action == RESTORED:
            gone.clear()
        elif event.subject not in known:
            gone.append(event)
    return [
        {
            "kind": event.facts["kind"],
            "at": event.at.isoformat(),
            "degree": float(Fraction(event.facts["exact"])),
            "inputs": event.facts["inputs"],
            "result": event.facts["result"],
            "same": False,
            "faults": ["removed"],
        }
        for event in gone
    ]


def _sealed(events: Iterable[Event], degree: Degree) -> bool:
    mine = (event for event in events if event.action == ACTION and event.subject == str(degree.pk))
    return any(event.facts == _facts(degree) for event in mine)
