"""Check an allocation without trusting what made it: nothing here is shared with the solver but the form of the inputs.

An allocation is the max-min one exactly when it keeps every bound and every demand that did not get all it asked for
names a bound that is used up and in which nobody of its tier stands above it, and nobody of a later tier at all, except
on what is guaranteed to them (the bottleneck condition: Bertsekas and Gallager 1992, "Data Networks", section 6.5.2).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ronghe.resources.allocate.inputs import Inputs
from ronghe.resources.allocate.seen import View, dominant, places, seen, weights

__all__ = ["TOLERANCE", "Fault", "certificate_faults", "verify"]

TOLERANCE = 1e-9
"""Relative error that counts as none."""

_F = NDArray[np.float64]
_I = NDArray[np.int64]
_B = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with an allocation: a code of `messages` with its parameters."""

    code: str
    params: Mapping[str, object]


def verify(inputs: Inputs, allocation: pa.Table) -> list[Fault]:
    """What is wrong with an allocation of these inputs; empty when it is the right one.

    `allocation` has `id, fraction, guaranteed, level, stopped_by` and `granted_<resource>`, in the demands' order, and
    `by_project` where projects have quotas.
    """
    demands = inputs.demands
    if not allocation.column("id").combine_chunks().equals(demands.column("id").combine_chunks()):
        return [Fault("resources.verify_rows", {"rows": allocation.num_rows, "demands": demands.num_rows})]
    partitions = pc.unique(demands.column("partition")).to_pylist()
    faults: list[Fault] = []
    for partition in partitions:
        mine, made = demands, allocation
        if len(partitions) > 1:
            chosen = pc.equal(demands.column("partition"), partition)
            mine, made = demands.filter(chosen), allocation.filter(chosen)
        view = seen(inputs, mine, made, partition)
        # What is no number is found by comparisons that fail; it needs no warning of numpy's beside them.
        with np.errstate(invalid="ignore", over="ignore"):
            faults += _level_faults(inputs, view, mine)
            faults += _amount_faults(view, made)
            faults += _bound_faults(view)
            faults += _guarantee_faults(view)
            faults += _stop_faults(view)
    return faults


def certificate_faults(inputs: Inputs, allocation: pa.Table, claimed: object) -> list[Fault]:
    """Where a certificate says of a capacity what the allocation does not; `claimed` is its JSON value."""
    bounds = claimed.get("bounds") if isinstance(claimed, dict) else None
    if not isinstance(bounds, list) or not all(isinstance(bound, dict) for bound in bounds):
        return [Fault("resources.verify_certificate", {"resource": "bounds"})]
    stated = {
        (bound.get("partition"), bound.get("resource")): (bound.get("amount"), bound.get("used"))
        for bound in bounds
        if bound.get("kind") == "capacity"
    }
    faults = []
    for partition in pc.unique(inputs.demands.column("partition")).to_pylist():
        chosen = pc.equal(inputs.demands.column("partition"), partition)
        view = seen(inputs, inputs.demands.filter(chosen), allocation.filter(chosen), partition)
        departments, _ = _used(view, view.fraction)
        held = np.maximum(departments, view.reserve).sum(axis=0)
        for name, capacity, used in zip(view.names, view.capacity.tolist(), held.tolist(), strict=True):
            told = stated.get((partition, name), (None, None))
            right = all(isinstance(one, int | float) for one in told) and np.allclose(
                np.array(told, float), [capacity, used], rtol=1e-9, atol=1e-9
            )
            if not right:
                faults.append(Fault("resources.verify_certificate", {"resource": name}))
    return faults


def _differs(one: _F, other: _F) -> _B:
    wrong: _B = ~(np.abs(one - other) <= TOLERANCE * (1e-3 + np.maximum(np.abs(one), np.abs(other))))
    return wrong


def _told(view: View, code: str, wrong: _B, **params: object) -> Iterator[Fault]:
    """One fault for all rows that have it: how many, and the first."""
    rows = np.flatnonzero(wrong)
    if len(rows):
        yield Fault(code, {"count": len(rows), "id": view.ids[int(rows[0])].as_py(), **params})


def _level_faults(inputs: Inputs, view: View, demands: pa.Table) -> Iterator[Fault]:
    share = dominant(view)
    expected = np.where(np.isfinite(share), view.fraction * share, 0.0) / weights(inputs, view, demands)
    scale = max(float(np.nanmax(expected, initial=0.0)), 1e-300)
    yield from _told(view, "resources.verify_level", _differs(expected / scale, view.level / scale))


def _amount_faults(view: View, made: pa.Table) -> Iterator[Fault]:
    x = view.fraction
    yield from _told(view, "resources.verify_fraction", ~((x >= 0) & (x <= 1)))
    if view.bundle.any():
        whole = np.round(x * view.bundle)
        parted = (view.bundle > 0) & (np.abs(x * view.bundle - whole) > TOLERANCE * np.maximum(whole, 1))
        yield from _told(view, "resources.verify_bundle", parted)
    for name, column, total in zip(view.names, view.amounts, view.capacity, strict=True):
        # In place: at a million demands most of the time of a check is that of fresh memory.
        off = column * x
        off -= made.column("granted_" + name).to_numpy()
        np.abs(off, out=off)
        allowed = TOLERANCE * column
        allowed += TOLERANCE * total + 1e-9
        yield from _told(view, "resources.verify_granted", ~(off <= allowed), resource=name)


def _sums(places: _I, groups: int, values: _F) -> _F:
    if groups == 1:
        return np.full(1, values.sum())
    return np.bincount(places, values, groups).astype(np.float64)


def _used(view: View, fraction: _F) -> tuple[_F, _F]:
    """What departments use or keep for their projects, and what projects use, groups x resources."""
    if len(view.departments) == len(view.owner) == 1:
        # Nothing tells demands apart, so nothing is kept for anybody.
        # Not by BLAS, whose threads wait for one another longer than the sum takes.
        total = np.array([[np.einsum("i,i->", fraction, column) for column in view.amounts]])
        return total, total
    projects = [_sums(view.project, len(view.owner), fraction * column) for column in view.amounts]
    kept = [np.maximum(one, least) for one, least in zip(projects, view.project_reserve.T, strict=True)]
    departments = [np.bincount(view.owner, one, len(view.departments)) for one in kept]
    return np.stack(departments, axis=1), np.stack(projects, axis=1)


def _over(used: _F, bound: _F) -> _B:
    over: _B = used > bound * (1 + TOLERANCE)
    return over


def _bound_faults(view: View) -> Iterator[Fault]:
    departments, projects = _used(view, view.fraction)
    held = np.maximum(departments, view.reserve).sum(axis=0)
    for place in np.flatnonzero(_over(held, view.capacity)):
        params = {"resource": view.names[place], "used": f"{held[place]:g}", "capacity": f"{view.capacity[place]:g}"}
        yield Fault("resources.verify_over", params)
    for who, place in zip(*np.nonzero(_over(departments, view.cap)), strict=True):
        params = {"resource": view.names[place], "used": f"{departments[who, place]:g}"}
        params |= {"department": view.departments[who], "capacity": f"{view.cap[who, place]:g}"}
        yield Fault("resources.verify_over_limit", params)
    for who, place in zip(*np.nonzero(_over(projects, view.project_cap)), strict=True):
        params = {"resource": view.names[place], "used": f"{projects[who, place]:g}"}
        params |= {"department": view.departments[view.owner[who]], "capacity": f"{view.project_cap[who, place]:g}"}
        yield Fault("resources.verify_over_limit", params)


@dataclass(frozen=True, slots=True)
class _Heights:
    """Who stands where, for one tier: the highest level above guarantee in each department and project, by resource.

    Of a department only those count that use more than is kept for their project: the others would free nothing.
    """

    department: _F
    project: _F


def _heights(view: View, tier: int, level: _F, floor: _F, fraction: _F, relevant: _B, beyond: _B) -> _Heights:
    """Later tiers above their guarantee stand infinitely high: they should have nothing of it. Bundles do not count."""
    above = fraction > floor * (1 + TOLERANCE) + TOLERANCE
    standing = np.where(view.tier > tier, np.inf, level)
    counted = above & (view.tier >= tier) & (view.bundle == 0)
    department = np.zeros((len(view.departments), len(view.names)))
    project = np.zeros((len(view.owner), len(view.names)))
    for place, column in enumerate(view.amounts):
        if not relevant[place]:
            continue
        height = np.where(counted & (column > 0), standing, 0.0)
        if len(view.owner) == 1:
            project[0, place] = height.max(initial=0.0)
        else:
            np.maximum.at(project[:, place], view.project, height)
        np.maximum.at(department[:, place], view.owner, np.where(beyond[:, place], project[:, place], 0.0))
    return _Heights(department, project)


def _reached(level: _F, height: _F) -> _B:
    reached: _B = level >= height * (1 - TOLERANCE) - 1e-300
    return reached


def _of_projects(view: View, values: NDArray[Any]) -> NDArray[Any]:
    """Values of the projects, as values of the demands."""
    found: NDArray[Any] = values[view.project] if len(values) > 1 else values[0]
    return found


def _stands(view: View, level: _F, height: _F, heights: _Heights, place: int) -> _B:
    """Who stands as high as any whom lowering would help: `height` by project, and those of the own project."""
    return _reached(level, _of_projects(view, np.maximum(height, heights.project[:, place])))


def _excused(
    view: View, level: _F, floor: _F, fraction: _F, mine: _B, tier: int, bounds: tuple[_F, _F, _F | None]
) -> Iterator[tuple[int, str, _B]]:
    """For each resource and kind of bound, which demands are rightly stopped by it."""
    cap, project_cap, capacity = bounds
    departments, projects = _used(view, fraction)
    held = np.maximum(departments, view.reserve).sum(axis=0)
    full = departments >= cap * (1 - TOLERANCE)
    project_full = projects >= project_cap * (1 - TOLERANCE)
    closed = np.zeros(len(view.names), bool) if capacity is None else held >= capacity * (1 - TOLERANCE)
    relevant = closed | full.any(axis=0) | project_full.any(axis=0)
    heights = _heights(view, tier, level, floor, fraction, relevant, projects > view.project_reserve * (1 + TOLERANCE))
    beyond = departments > view.reserve * (1 + TOLERANCE)
    within = departments < view.reserve * (1 - TOLERANCE)
    own_within = projects < view.project_reserve * (1 - TOLERANCE)
    for place in range(len(view.names)):
        asks = mine & (view.amounts[place] > 0)
        if closed[place]:
            shared = np.where(beyond[:, place], heights.department[:, place], 0.0).max(initial=0.0)
            own = np.maximum(heights.department[:, place], shared)[view.owner]
            stopped = ~(within[view.owner, place] | own_within[:, place])
            yield place, "capacity", asks & _of_projects(view, stopped) & _stands(view, level, own, heights, place)
        if full[:, place].any():
            own = heights.department[view.owner, place]
            stopped = full[view.owner, place] & ~own_within[:, place]
            yield place, "department", asks & _of_projects(view, stopped) & _stands(view, level, own, heights, place)
        if project_full[:, place].any():
            height = heights.project[view.project, place]
            yield place, "project", asks & project_full[view.project, place] & _reached(level, height)


def _stop_faults(view: View) -> Iterator[Fault]:
    """Every demand that did not get all must be rightly stopped by the very bound that it names."""
    named, labels = places(view.stopped)
    missing = view.fraction < 1 - TOLERANCE
    absent = np.zeros(len(missing), bool)
    for column, total in zip(view.amounts, view.capacity, strict=True):
        if total == 0:
            absent |= column > 0
    open_ = missing & ~absent
    yield from _told(view, "resources.verify_absent", absent & (view.fraction > 0))
    excused = ~open_
    bounds = (view.cap, view.project_cap, view.capacity)
    for tier in np.flatnonzero(np.bincount(view.tier[open_])):
        mine = open_ & (view.tier == tier) & (view.bundle == 0)
        for place, kind, right in _excused(view, view.level, view.guaranteed, view.fraction, mine, int(tier), bounds):
            label = f"{kind}:{view.names[place]}"
            if label in labels:
                excused |= right & (named == labels.index(label))
    if view.bundle.any():
        excused |= open_ & (view.bundle > 0) & ~_another_fits(view, view.fraction, *bounds)
    yield from _told(view, "resources.verify_stopped", ~excused)


def _another_fits(view: View, fraction: _F, cap: _F, project_cap: _F, capacity: _F | None) -> _B:
    """Whether one more bundle would fit into what nobody uses."""
    departments, projects = _used(view, fraction)
    fits = np.ones(len(fraction), bool)
    held = np.maximum(departments, view.reserve).sum(axis=0)
    for place, column in enumerate(view.amounts):
        piece = column / np.maximum(view.bundle, 1)
        shared = cap[:, place] - departments[:, place]
        if capacity is not None:
            own = np.maximum(view.reserve[:, place] - departments[:, place], 0)
            shared = np.minimum(shared, own + capacity[place] - held[place])
        kept = np.maximum(view.project_reserve - projects, 0)[:, place]
        room = np.minimum((project_cap - projects)[:, place], kept + shared[view.owner])[view.project]
        fits &= (piece <= 0) | (piece * (1 + TOLERANCE) <= room)
    return fits


def _guarantee_faults(view: View) -> Iterator[Fault]:
    """What quotas guarantee must fit them, be granted, and be the max-min of each: of projects, then of departments."""
    if not view.quota.any():
        yield from _told(view, "resources.verify_guarantee", ~(np.abs(view.guaranteed) <= TOLERANCE))
        return
    alone = replace(view, reserve=np.zeros_like(view.reserve), cap=np.minimum(view.quota, view.cap))
    nothing = np.zeros(len(view.fraction))
    if view.project_quota.any():
        quota = np.minimum(view.project_quota, view.project_cap)
        own = replace(alone, project_cap=quota, project_reserve=np.zeros_like(quota))
        yield from _quota_faults(own, nothing, view.by_project, view.guaranteed)
    else:
        yield from _told(view, "resources.verify_guarantee", ~(np.abs(view.by_project) <= TOLERANCE))
    yield from _quota_faults(alone, view.by_project, view.guaranteed, view.fraction)


def _quota_faults(view: View, least: _F, low: _F, most: _F) -> Iterator[Fault]:
    """Whether `low` lies between two guarantees, keeps the bounds, and is the max-min allocation above `least`."""
    inside = (low >= least * (1 - TOLERANCE) - TOLERANCE) & (low <= most * (1 + TOLERANCE) + TOLERANCE)
    yield from _told(view, "resources.verify_guarantee", ~((low >= 0) & inside))
    departments, projects = _used(view, low)
    for used, bound, owners in (
        (departments, view.cap, range(len(view.departments))),
        (projects, view.project_cap, view.owner.tolist()),
    ):
        for who, place in zip(*np.nonzero(_over(used, bound)), strict=True):
            params = {"resource": view.names[place], "used": f"{used[who, place]:g}"}
            params |= {"department": view.departments[owners[who]], "capacity": f"{bound[who, place]:g}"}
            yield Fault("resources.verify_over_limit", params)
    share = dominant(view)
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.where(view.fraction > 0, view.level * low / view.fraction, 0.0)
    open_ = (low < 1 - TOLERANCE) & np.isfinite(share) & (share > 0)
    excused = ~open_
    bounds = (view.cap, view.project_cap, None)
    for tier in np.flatnonzero(np.bincount(view.tier[open_])):
        mine = open_ & (view.tier == tier) & (view.bundle == 0)
        for _, _, right in _excused(view, level, least, low, mine, int(tier), bounds):
            excused |= right
    if view.bundle.any():
        excused |= open_ & (view.bundle > 0) & ~_another_fits(view, low, *bounds)
    yield from _told(view, "resources.verify_guarantee", ~excused)
