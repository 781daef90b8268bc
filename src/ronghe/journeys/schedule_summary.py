"""The figures of a schedule: value and bound, what each tier got, how much of the open hours is used."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ronghe.journeys.schedule_reading import Given
from ronghe.resources.schedule.request import Resource, Schedule, TierResult

__all__ = ["summary_of"]


def _units(thousandths: float) -> float:
    return round(thousandths / 1000, 3)


def _gap(bound: float, value: float) -> float:
    return round(max(0.0, (bound - value) / bound), 9) if bound > 0 else 0.0


def _tier(one: TierResult, names: Sequence[str]) -> dict[str, Any]:
    figures = {"asked": one.asked, "served": one.served, "value": _units(one.value), "greedy": _units(one.greedy)}
    return {"tier": names[one.tier], **figures, "bound": _units(one.bound), "gap": _gap(one.bound, one.value)}


def _utilization(
    plan: Schedule, resources: Sequence[Resource], closed: Mapping[str, Sequence[tuple[int, int]]]
) -> float | None:
    """Minutes assigned of the minutes open, from the first start to the last end."""
    if not plan.assignments:
        return None
    low = min(one.start for one in plan.assignments)
    high = max(one.end for one in plan.assignments)
    used = sum(one.end - one.start for one in plan.assignments)
    whole = 0
    for one in resources:
        shut = sum(max(0, min(b, high) - max(a, low)) for a, b in closed.get(one.id, ()))
        whole += one.capacity * (high - low - shut)
    return round(used / whole, 6) if whole else None


def _cost(plan: Schedule, resources: Sequence[Resource]) -> float:
    """Of all that is assigned, at the cost of an hour of each resource."""
    hourly = {one.id: one.unit_cost for one in resources}
    return round(sum(hourly[one.resource] * (one.end - one.start) for one in plan.assignments) / 60, 2)


def summary_of(
    plan: Schedule,
    given: Given,
    resources: Sequence[Resource],
    closed: Mapping[str, Sequence[tuple[int, int]]],
    tiers: Sequence[str],
) -> dict[str, Any]:
    """As summary.json holds it; nothing in it depends on how long the work took."""
    served = len({one.id for one in plan.assignments})
    reasons = Counter(one.reason for one in (*plan.rejections, *given.refused))
    return {
        "format": "schedule@1",
        "requests": given.rows,
        "served": served,
        "rejected": given.rows - served,
        "value": _units(plan.value),
        "bound": _units(plan.bound),
        "gap": _gap(plan.bound, plan.value),
        "exact": plan.exact,
        "complete": plan.complete,
        "work": plan.work,
        "step": plan.step,
        "utilization": _utilization(plan, resources, closed),
        "cost": _cost(plan, resources),
        "tiers": [_tier(one, tiers) for one in plan.tiers],
        "reasons": dict(sorted(reasons.items())),
    }
