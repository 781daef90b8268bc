"""Requests that no schedule could serve are told at once, each with its own reason, and the others go on."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from ronghe.resources.schedule.needs import Capabilities, Condition, Part, meets, unknown_names, unmet
from ronghe.resources.schedule.request import ALL, Rejection, Request, Resource

__all__ = ["admit", "cycles"]


def cycles(requests: Sequence[Request]) -> set[str]:
    """The ids that lie on a cycle of precedence or after one: none of them can ever begin."""
    names = {one.id for one in requests}
    waits = {one.id: {name for name in one.follows if name in names} for one in requests}
    followers: dict[str, list[str]] = {}
    for name, before in waits.items():
        for other in before:
            followers.setdefault(other, []).append(name)
    ready = [name for name, before in waits.items() if not before]
    while ready:
        done = ready.pop()
        del waits[done]
        for name in followers.get(done, ()):
            waits[name].discard(done)
            if not waits[name]:
                ready.append(name)
    return set(waits)


def _shortfall(condition: Condition, able: Capabilities) -> Fraction:
    """How far from a condition something is: 1 where it lacks the capability, less where it has some of it."""
    has, wanted = able.get(condition.name), condition.value
    if condition.sign not in (">=", "<=") or not isinstance(has, Fraction) or not isinstance(wanted, Fraction):
        return Fraction(1)
    return abs(wanted - has) / max(wanted, has, Fraction(1))


def _closest(part: Part, resources: Sequence[Resource]) -> tuple[str, str]:
    """The resource that comes closest to the needs, and what it lacks."""

    def distance(one: Resource) -> tuple[Fraction, str]:
        lacks = unmet(part, one.kind, one.capabilities)
        return sum((_shortfall(condition, one.capabilities) for condition in lacks), Fraction()), one.id

    best = min(resources, key=distance)
    return best.id, ", ".join(map(str, unmet(part, best.kind, best.capabilities)))


class _Gate:
    def __init__(self, requests: Sequence[Request], resources: Sequence[Resource], now: int) -> None:
        self.resources, self.now = resources, now
        self.ids = {one.id for one in requests}
        self.waiting = cycles(requests)
        self.names = frozenset(name for one in resources for name in one.capabilities)
        self.kinds = frozenset(one.kind for one in resources if one.kind)
        self.able: dict[Part, bool] = {}

    def serves(self, part: Part) -> bool:
        if part not in self.able:
            self.able[part] = any(meets(part, one.kind, one.capabilities) for one in self.resources)
        return self.able[part]

    def of_time(self, one: Request) -> Rejection | None:
        room = one.latest - _begins(one, self.now)
        if one.latest - one.earliest < one.minutes:
            lacks = one.minutes - (one.latest - one.earliest)
            return Rejection(one.id, "window", params={"change": "window", "minutes": lacks})
        if room < one.minutes:
            return Rejection(one.id, "past", params={"change": "later"})
        return None

    def of_order(self, one: Request) -> Rejection | None:
        absent = tuple(name for name in one.follows if name not in self.ids)
        if absent:
            return Rejection(one.id, "predecessor_unknown", absent)
        if one.id in self.waiting:
            return Rejection(one.id, "cycle", tuple(name for name in one.follows if name in self.waiting))
        return None

    def of_needs(self, one: Request) -> Rejection | None:
        unknown = unknown_names(one.parts, self.names, self.kinds)
        if unknown:
            return Rejection(one.id, "unknown_capability", tuple(unknown), params={"change": "drop"})
        for part in one.parts:
            if not self.serves(part):
                resource, lacks = _closest(part, self.resources)
                return Rejection(
                    one.id, "no_capable_resource", params={"change": "need", "resource": resource, "lacks": lacks}
                )
        return None


def _spread(requests: Sequence[Request], refused: dict[str, Rejection]) -> None:
    """Refuse whoever waits for one that is refused, and all of a series of which every occurrence must take place."""
    spreading = bool(refused)
    while spreading:
        spreading = False
        lost_of: dict[str, list[str]] = {}
        for one in requests:
            if one.id in refused and one.series and one.rule == ALL:
                lost_of.setdefault(one.series, []).append(one.id)
        for one in requests:
            lost = tuple(name for name in one.follows if name in refused)
            mates = tuple(lost_of.get(one.series, ())) if one.rule == ALL else ()
            if one.id not in refused and (lost or mates):
                series = {"change": "series", "series": one.series} if mates and not lost else {}
                refused[one.id] = Rejection(
                    one.id, "predecessor" if lost else "series", lost or mates[:10], params=series
                )
                spreading = True


def admit(
    requests: Sequence[Request], resources: Sequence[Resource], now: int
) -> tuple[list[Request], list[Rejection]]:
    """Requests that could be served, with windows that begin no earlier than `now`, and the others with reasons."""
    gate = _Gate(requests, resources, now)
    refused = {}
    for one in requests:
        found = gate.of_time(one) or gate.of_order(one) or gate.of_needs(one)
        if found is not None:
            refused[one.id] = found
    _spread(requests, refused)
    accepted = [_clipped(one, now) for one in requests if one.id not in refused]
    return accepted, list(refused.values())


def _begins(one: Request, now: int) -> int:
    """The first minute at which it can begin: what must be done before it cannot be done in the past."""
    return max(one.earliest, now + one.before)


def _clipped(one: Request, now: int) -> Request:
    first = _begins(one, now)
    return one if one.earliest == first else replace(one, earliest=first)
