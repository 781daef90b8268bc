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


@dataclass(frozen=True, slots=True)
class _View:
    """One partition as the verifier sees it; groups are department places and (department, project) places."""

    ids: pa.ChunkedArray
    names: list[str]
    amount: _F
    capacity: _F
    tier: _I
    department: _I
    departments: list[str]
    project: _I
    owner: _I
    bundle: _I
    level: _F
    fraction: _F
    guaranteed: _F
    stopped: pa.ChunkedArray
    quota: _F
    cap: _F
    reserve: _F
    project_cap: _F


def verify(inputs: Inputs, allocation: pa.Table) -> list[Fault]:
    """What is wrong with an allocation of these inputs; empty when it is the right one.

    `allocation` has `id, fraction, guaranteed, level, stopped_by` and `granted_<resource>`, in the demands' order.
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
        view = _seen(inputs, mine, made, partition)
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
        view = _seen(inputs, inputs.demands.filter(chosen), allocation.filter(chosen), partition)
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


def _places(column: pa.ChunkedArray) -> tuple[_I, list[str]]:
    names = pc.unique(column).to_pylist()
    if len(names) == 1:
        return np.zeros(len(column), np.int64), names
    return pc.index_in(column, pa.array(names, pa.string())).to_numpy().astype(np.int64), names


def _tells_departments_apart(inputs: Inputs) -> bool:
    """Whether anything depends on whose a demand is."""
    owners = any(row["department"] for row in inputs.supply.to_pylist())
    return owners or bool(inputs.policy.departments or inputs.debts) or inputs.policy.share_by == "department"


def _limit(rule: Mapping[str, float], name: str, partition: str) -> float | None:
    found = rule.get(f"{name}@{partition}")
    return rule.get(name) if found is None else found


def _seen(inputs: Inputs, demands: pa.Table, made: pa.Table, partition: str) -> _View:
    names = [column[7:] for column in demands.column_names if column[:7] == "demand_"]
    stock = [row for row in inputs.supply.to_pylist() if row["partition"] == partition]
    capacity = np.array([sum(row["capacity"] for row in stock if row["resource"] == name) for name in names], float)
    tier, tiers = _places(demands.column("tier"))
    department, departments = np.zeros(demands.num_rows, np.int64), [""]
    if _tells_departments_apart(inputs):
        department, departments = _places(demands.column("department"))
    # What is held for a department that asks for nothing is held all the same.
    departments += sorted(set(inputs.policy.departments) - set(departments))
    departments += sorted({row["department"] for row in stock if row["department"]} - set(departments))
    project, projects = np.zeros(demands.num_rows, np.int64), [""]
    if _tells_departments_apart(inputs):
        project, projects = _places(demands.column("project"))
    pairs = department * len(projects) + project
    if len(projects) > 1:
        numbers, pair = np.unique(pairs, return_inverse=True)
    else:
        numbers, pair = np.arange(len(departments)), department
    quota, cap, reserve = _department_bounds(inputs, departments, names, stock, partition)
    own_cap = np.full((len(numbers), len(names)), np.inf)
    for place, number in enumerate(numbers):
        rule = inputs.policy.departments.get(departments[number // len(projects)])
        capped = None if rule is None else rule.projects.get(projects[number % len(projects)])
        bounds = [None if capped is None else _limit(capped.cap, name, partition) for name in names]
        own_cap[place] = [np.inf if bound is None else bound for bound in bounds]
    order = np.array([inputs.policy.tiers.index(name) for name in tiers])
    return _View(
        ids=demands.column("id"),
        names=names,
        amount=np.stack([demands.column("demand_" + name).to_numpy() for name in names]).T,
        capacity=capacity,
        tier=order[tier],
        department=department,
        departments=departments,
        project=pair,
        owner=numbers // len(projects),
        bundle=demands.column("bundle").to_numpy(),
        level=made.column("level").to_numpy(),
        fraction=made.column("fraction").to_numpy(),
        guaranteed=made.column("guaranteed").to_numpy(),
        stopped=made.column("stopped_by"),
        quota=quota,
        cap=cap,
        reserve=reserve,
        project_cap=own_cap,
    )


def _department_bounds(
    inputs: Inputs, departments: list[str], names: list[str], stock: list[dict[str, Any]], partition: str
) -> tuple[_F, _F, _F]:
    """Quota, cap and reserve, departments x resources; what a department supplies is its quota unless a rule says."""
    quota = np.zeros((len(departments), len(names)))
    cap, reserve = np.full_like(quota, np.inf), np.zeros_like(quota)
    for place, who in enumerate(departments):
        rule = inputs.policy.departments.get(who)
        for column, name in enumerate(names):
            given = None if rule is None else _limit(rule.quota, name, partition)
            if given is None:
                own = [row["capacity"] for row in stock if who and (row["department"], row["resource"]) == (who, name)]
                given = float(sum(own))
            quota[place, column] = given
            if rule is None:
                continue
            borrow, lent = _limit(rule.borrow, name, partition), _limit(rule.lend, name, partition)
            ceilings = [_limit(rule.cap, name, partition), None if borrow is None else given + borrow]
            cap[place, column] = min([one for one in ceilings if one is not None], default=np.inf)
            reserve[place, column] = 0.0 if lent is None else max(given - lent, 0.0)
    return quota, cap, reserve


def _share(view: _View) -> _F:
    """The largest part of a capacity that each demand asks for."""
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [
            np.nan_to_num(column / total, nan=0.0) for column, total in zip(view.amount.T, view.capacity, strict=True)
        ]
    share: _F = parts[0]
    for part in parts[1:]:
        share = np.maximum(share, part)
    return share


def _weights(inputs: Inputs, view: _View, demands: pa.Table) -> _F:
    policy = inputs.policy
    own = demands.column("weight").to_numpy()
    rules = [policy.departments.get(name) for name in view.departments]
    department = np.array([1.0 if rule is None else rule.weight for rule in rules])
    department = department / np.exp2([inputs.debts.get(name, 0.0) for name in view.departments])
    project = np.ones(len(view.owner))
    if any(rule is not None and rule.projects for rule in rules):
        joined = pa.table({"d": demands.column("department"), "p": demands.column("project"), "n": view.project})
        for row in joined.group_by(["d", "p", "n"]).aggregate([]).to_pylist():
            rule = policy.departments.get(row["d"])
            named = None if rule is None else rule.projects.get(row["p"])
            project[row["n"]] = 1.0 if named is None else named.weight
    if policy.share_by == "demand":
        simple: _F = own * department[view.department] * project[view.project]
        return simple
    everyone = inputs.demands
    total = everyone.group_by(["department", "project"]).aggregate([("weight", "sum")]).to_pylist()
    sums = {(row["department"], row["project"]): row["weight_sum"] for row in total}
    per_department: dict[str, float] = {}
    for who, name in sums:
        rule = policy.departments.get(who)
        named = None if rule is None else rule.projects.get(name)
        per_department[who] = per_department.get(who, 0.0) + (1.0 if named is None else named.weight)
    owners, names = demands.column("department").to_pylist(), demands.column("project").to_pylist()
    whole = np.array([sums[pair] * per_department[pair[0]] for pair in zip(owners, names, strict=True)])
    divided: _F = own * department[view.department] * project[view.project] / whole
    return divided


def _differs(one: _F, other: _F) -> _B:
    wrong: _B = ~(np.abs(one - other) <= TOLERANCE * (1e-3 + np.maximum(np.abs(one), np.abs(other))))
    return wrong


def _told(view: _View, code: str, wrong: _B, **params: object) -> Iterator[Fault]:
    """One fault for all rows that have it: how many, and the first."""
    rows = np.flatnonzero(wrong)
    if len(rows):
        yield Fault(code, {"count": len(rows), "id": view.ids[int(rows[0])].as_py(), **params})


def _level_faults(inputs: Inputs, view: _View, demands: pa.Table) -> Iterator[Fault]:
    share = _share(view)
    expected = np.where(np.isfinite(share), view.fraction * share, 0.0) / _weights(inputs, view, demands)
    scale = max(float(np.nanmax(expected, initial=0.0)), 1e-300)
    yield from _told(view, "resources.verify_level", _differs(expected / scale, view.level / scale))


def _amount_faults(view: _View, made: pa.Table) -> Iterator[Fault]:
    x = view.fraction
    yield from _told(view, "resources.verify_fraction", ~((x >= 0) & (x <= 1)))
    whole = np.round(x * view.bundle)
    parted = (view.bundle > 0) & (np.abs(x * view.bundle - whole) > TOLERANCE * np.maximum(whole, 1))
    yield from _told(view, "resources.verify_bundle", parted)
    for name, column, total in zip(view.names, view.amount.T, view.capacity, strict=True):
        granted = made.column("granted_" + name).to_numpy()
        wrong = ~(np.abs(granted - column * x) <= TOLERANCE * (column + total) + 1e-9)
        yield from _told(view, "resources.verify_granted", wrong, resource=name)


def _sums(places: _I, groups: int, values: _F) -> _F:
    if groups == 1:
        return np.full(1, values.sum())
    return np.bincount(places, values, groups).astype(np.float64)


def _used(view: _View, fraction: _F) -> tuple[_F, _F]:
    """What departments and projects use, groups x resources."""
    if len(view.departments) == len(view.owner) == 1:
        total = (fraction @ view.amount)[None, :]
        return total, total
    projects = [_sums(view.project, len(view.owner), fraction * column) for column in view.amount.T]
    departments = [np.bincount(view.owner, one, len(view.departments)) for one in projects]
    return np.stack(departments, axis=1), np.stack(projects, axis=1)


def _over(used: _F, bound: _F) -> _B:
    over: _B = used > bound * (1 + TOLERANCE)
    return over


def _bound_faults(view: _View) -> Iterator[Fault]:
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
    """Who stands where, for one tier: the highest level above guarantee in each department and project, by resource."""

    department: _F
    project: _F


def _heights(view: _View, tier: int, level: _F, floor: _F, fraction: _F, relevant: _B) -> _Heights:
    """Later tiers above their guarantee stand infinitely high: they should have nothing of it. Bundles do not count."""
    above = fraction > floor * (1 + TOLERANCE) + TOLERANCE
    standing = np.where(view.tier > tier, np.inf, level)
    counted = above & (view.tier >= tier) & (view.bundle == 0)
    department = np.zeros((len(view.departments), len(view.names)))
    project = np.zeros((len(view.owner), len(view.names)))
    for place, column in enumerate(view.amount.T):
        if not relevant[place]:
            continue
        height = np.where(counted & (column > 0), standing, 0.0)
        if len(view.owner) == 1:
            project[0, place] = height.max(initial=0.0)
        else:
            np.maximum.at(project[:, place], view.project, height)
        np.maximum.at(department[:, place], view.owner, project[:, place])
    return _Heights(department, project)


def _reached(level: _F, height: _F) -> _B:
    reached: _B = level >= height * (1 - TOLERANCE) - 1e-300
    return reached


def _excused(
    view: _View, level: _F, floor: _F, fraction: _F, mine: _B, tier: int, bounds: tuple[_F, _F, _F | None]
) -> Iterator[tuple[int, str, _B]]:
    """For each resource and kind of bound, which demands are rightly stopped by it."""
    cap, project_cap, capacity = bounds
    departments, projects = _used(view, fraction)
    held = np.maximum(departments, view.reserve).sum(axis=0)
    full = departments >= cap * (1 - TOLERANCE)
    project_full = projects >= project_cap * (1 - TOLERANCE)
    closed = np.zeros(len(view.names), bool) if capacity is None else held >= capacity * (1 - TOLERANCE)
    heights = _heights(view, tier, level, floor, fraction, closed | full.any(axis=0) | project_full.any(axis=0))
    beyond = departments > view.reserve * (1 + TOLERANCE)
    within = departments < view.reserve * (1 - TOLERANCE)
    for place in range(len(view.names)):
        asks = mine & (view.amount[:, place] > 0)
        if closed[place]:
            shared = np.where(beyond[:, place], heights.department[:, place], 0.0).max(initial=0.0)
            own = np.maximum(heights.department[:, place], shared)
            height = own[view.department] if len(own) > 1 else own[0]
            yield place, "capacity", asks & _reached(level, height) & ~within[view.department, place]
        if full[:, place].any():
            height = heights.department[view.department, place]
            yield place, "department", asks & full[view.department, place] & _reached(level, height)
        if project_full[:, place].any():
            height = heights.project[view.project, place]
            yield place, "project", asks & project_full[view.project, place] & _reached(level, height)


def _stop_faults(view: _View) -> Iterator[Fault]:
    """Every demand that did not get all must be rightly stopped by the very bound that it names."""
    named, labels = _places(view.stopped)
    missing = view.fraction < 1 - TOLERANCE
    absent = (
        (view.amount[:, view.capacity == 0] > 0).any(axis=1)
        if not view.capacity.all()
        else np.zeros(len(missing), bool)
    )
    open_ = missing & ~absent
    yield from _told(view, "resources.verify_absent", absent & (view.fraction > 0))
    excused = ~open_
    bounds = (view.cap, view.project_cap, view.capacity)
    for tier in np.unique(view.tier[open_]):
        mine = open_ & (view.tier == tier) & (view.bundle == 0)
        for place, kind, right in _excused(view, view.level, view.guaranteed, view.fraction, mine, int(tier), bounds):
            label = f"{kind}:{view.names[place]}"
            if label in labels:
                excused |= right & (named == labels.index(label))
    if view.bundle.any():
        excused |= open_ & (view.bundle > 0) & ~_another_fits(view, view.fraction, *bounds)
    yield from _told(view, "resources.verify_stopped", ~excused)


def _another_fits(view: _View, fraction: _F, cap: _F, project_cap: _F, capacity: _F | None) -> _B:
    """Whether one more bundle would fit into what nobody uses."""
    departments, projects = _used(view, fraction)
    fits = np.ones(len(fraction), bool)
    held = np.maximum(departments, view.reserve).sum(axis=0)
    for place, column in enumerate(view.amount.T):
        piece = column / np.maximum(view.bundle, 1)
        room = np.minimum(cap[:, place] - departments[:, place], np.inf)[view.department]
        room = np.minimum(room, (project_cap - projects)[view.project, place])
        if capacity is not None:
            own = np.maximum(view.reserve[:, place] - departments[:, place], 0)
            room = np.minimum(room, (own + capacity[place] - held[place])[view.department])
        fits &= (piece <= 0) | (piece * (1 + TOLERANCE) <= room)
    return fits


def _guarantee_faults(view: _View) -> Iterator[Fault]:
    """What is guaranteed must be granted, fit the quotas, and be the max-min allocation of each quota."""
    if not view.quota.any():
        yield from _told(view, "resources.verify_guarantee", ~(np.abs(view.guaranteed) <= TOLERANCE))
        return
    low = view.guaranteed
    yield from _told(
        view, "resources.verify_guarantee", ~((low >= 0) & (low <= view.fraction * (1 + TOLERANCE) + TOLERANCE))
    )
    departments, _ = _used(view, low)
    cap = np.minimum(view.quota, view.cap)
    for who, place in zip(*np.nonzero(_over(departments, cap)), strict=True):
        params = {"resource": view.names[place], "used": f"{departments[who, place]:g}"}
        params |= {"department": view.departments[who], "capacity": f"{cap[who, place]:g}"}
        yield Fault("resources.verify_over_limit", params)
    share = _share(view)
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.where(view.fraction > 0, view.level * low / view.fraction, 0.0)
    open_ = (low < 1 - TOLERANCE) & np.isfinite(share) & (share > 0)
    excused = ~open_
    alone = _without_reserve(view)
    for tier in np.unique(view.tier[open_]):
        mine = open_ & (view.tier == tier) & (view.bundle == 0)
        for _, _, right in _excused(
            alone, level, np.zeros_like(low), low, mine, int(tier), (cap, view.project_cap, None)
        ):
            excused |= right
    if view.bundle.any():
        excused |= open_ & (view.bundle > 0) & ~_another_fits(alone, low, cap, view.project_cap, None)
    yield from _told(view, "resources.verify_guarantee", ~excused)


def _without_reserve(view: _View) -> _View:
    return replace(view, reserve=np.zeros_like(view.reserve))
