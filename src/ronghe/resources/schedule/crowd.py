"""Requests of which there are more alike than there could ever be room for: a part of them decides, the rest is told.

Half a million wishes for one room are a few dozen that matter. Of requests that differ in their value alone no plan
serves more than the capable resources hold one after the other in the common window. Whoever is beyond that number, the
worthiest counted first, can be exchanged for one before it that is not served: leaving it out costs no plan anything.
"""

from collections.abc import Sequence

from ronghe.resources.schedule.needs import Part, meets
from ronghe.resources.schedule.request import SKIP, Policy, Request, Resource

__all__ = ["Alike", "alike", "beyond"]

Alike = tuple[object, ...]


def alike(one: Request, policy: Policy) -> Alike:
    """What two requests have in common when they can take each other's place, but for what ties them to others."""
    owner = one.department if policy.owners_first else ""
    return one.parts, one.earliest, one.latest, one.minutes, one.before, one.after, one.tier, owner


def beyond(requests: Sequence[Request], resources: Sequence[Resource], policy: Policy) -> list[int]:
    """The positions of requests for which there can be no room beside those like them that are worth more."""
    followed = {name for one in requests for name in one.follows}
    groups: dict[Alike, list[int]] = {}
    for n, one in enumerate(requests):
        tied = (one.series and one.rule != SKIP) or one.follows or one.id in followed
        if not tied:
            groups.setdefault(alike(one, policy), []).append(n)
    units: dict[Part, int] = {}
    found: list[int] = []
    for some in groups.values():
        one = requests[some[0]]
        most = _units(one.parts[0], resources, units) * _in_a_row(one)
        if len(some) > most:
            found += sorted(some, key=lambda n: (-requests[n].value, n))[most:]
    return sorted(found)


def _in_a_row(one: Request) -> int:
    """How many uses like this one follow one another within the window, buffers included."""
    return (one.latest + one.after - one.earliest + one.before) // one.length


def _units(part: Part, resources: Sequence[Resource], known: dict[Part, int]) -> int:
    if part not in known:
        known[part] = sum(one.capacity for one in resources if meets(part, one.kind, one.capabilities))
    return known[part]
