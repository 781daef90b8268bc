"""Random small allocations with everything that a policy can say, the same from the same seed."""

import numpy as np
import pyarrow as pa

from ronghe.resources.allocate.inputs import Inputs
from ronghe.resources.allocate.problem import Policy, ProjectRule, Rule

__all__ = ["case", "plain_inputs", "supply_of"]


def supply_of(rows: list[tuple[str, str, str, float]]) -> pa.Table:
    """A supply table of (resource, partition, department, capacity)."""
    names = ("resource", "partition", "department")
    columns = {name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(names)}
    return pa.table(
        {
            **columns,
            "unit": pa.array([""] * len(rows), pa.string()),
            "capacity": pa.array([row[3] for row in rows], pa.float64()),
            "unit_cost": pa.array([1.0] * len(rows), pa.float64()),
        }
    )


def plain_inputs(amounts: np.ndarray, capacity: np.ndarray, weight: np.ndarray | None = None) -> Inputs:
    """Demands of one department each, without policy."""
    count, kinds = amounts.shape
    blank = pa.array([""] * count, pa.string())
    demands = pa.table(
        {
            "id": pa.array([f"{row:07d}" for row in range(count)]),
            "department": pa.array([f"d{row % 60}" for row in range(count)]),
            "project": blank,
            "tier": pa.array(["normal"] * count),
            "partition": blank,
            "weight": np.ones(count) if weight is None else weight,
            "bundle": np.zeros(count, np.int64),
            **{f"demand_r{place}": amounts[:, place] for place in range(kinds)},
        }
    )
    return Inputs(
        demands, supply_of([(f"r{place}", "", "", float(capacity[place])) for place in range(kinds)]), Policy(), {}
    )


def _rule(
    rng: np.random.Generator, names: list[str], capacity: dict[tuple[str, str], float], share: int, owned: set[str]
) -> Rule:
    quota: dict[str, float] = {}
    lend: dict[str, float] = {}
    borrow: dict[str, float] = {}
    cap: dict[str, float] = {}
    for name in names:
        least = min(amount for (resource, _), amount in capacity.items() if resource == name)
        if name not in owned and rng.random() < 0.5:
            quota[name] = float(np.floor(least / share * rng.random() * 100) / 100)
        if rng.random() < 0.3:
            lend[name] = quota.get(name, 0.0) * float(rng.choice([0, 0.5, 1]))
        if rng.random() < 0.3:
            borrow[name] = float(rng.integers(0, 8))
        if name not in owned and rng.random() < 0.3:
            cap[name] = quota.get(name, 0.0) + float(rng.integers(0, 8))
    projects = {"p": ProjectRule(2.0, cap={names[0]: float(rng.integers(0, 9))})} if rng.random() < 0.3 else {}
    if rng.random() < 0.4:
        projects = {name: _project(rng, quota, cap, part) for name, part in (("p", 0.6), ("q", 0.4))}
    return Rule(float(rng.choice([1, 2])), quota, lend, borrow, cap, projects)


def _project(rng: np.random.Generator, quota: dict[str, float], cap: dict[str, float], part: float) -> ProjectRule:
    """A project that has up to a part of its department's quota."""
    own = {
        name: min(amount, cap.get(name, amount)) * part * float(rng.choice([0.5, 1]))
        for name, amount in quota.items()
        if rng.random() < 0.7
    }
    lend = {name: amount * float(rng.choice([0, 0.5])) for name, amount in own.items() if rng.random() < 0.5}
    borrow = {name: float(rng.integers(0, 5)) for name in quota if rng.random() < 0.3}
    return ProjectRule(float(rng.choice([1, 2])), own, lend, borrow)


def case(seed: int, *, bundles: bool = True) -> Inputs:
    """Up to 13 demands of up to 3 resources in up to 2 partitions by up to 3 departments."""
    rng = np.random.default_rng(seed)
    count, kinds, share = (int(rng.integers(1, most)) for most in (14, 4, 4))
    names = [f"r{place}" for place in range(kinds)]
    partitions = ["", "east"][: int(rng.integers(1, 3))]
    whole = rng.random() < 0.5
    amounts = rng.integers(0, 10, (count, kinds)).astype(float) if whole else rng.exponential(size=(count, kinds))
    amounts *= rng.random((count, kinds)) < 0.75
    parted = bundles and rng.random() < 0.3
    bundle = rng.integers(0, 5, count) * (rng.random(count) < 0.4) * parted

    def words(known: list[str]) -> pa.Array:
        return pa.array([known[place] for place in rng.integers(0, len(known), count)], pa.string())

    demands = pa.table(
        {
            "id": pa.array([str(row) for row in range(count)]),
            "department": words([f"d{place}" for place in range(share)]),
            "project": words(["", "p", "q"]),
            "tier": words(["first", "second"]),
            "partition": words(partitions),
            "weight": rng.choice([0.5, 1.0, 2.0, 3.0], count),
            "bundle": bundle.astype(np.int64),
            **{f"demand_{name}": amounts[:, place] for place, name in enumerate(names)},
        }
    )
    capacity = {(name, partition): float(rng.integers(0, 40)) for name in names for partition in partitions}
    owner = {key: "d0" if rng.random() < 0.2 else "" for key in capacity}
    supply = supply_of([(*key, owner[key], amount) for key, amount in capacity.items()])
    owned = {name for (name, _), who in owner.items() if who}
    rules = (
        {f"d{place}": _rule(rng, names, capacity, share, owned) for place in range(share)} if rng.random() < 0.8 else {}
    )
    policy = Policy(("first", "second"), rules, "department" if rng.random() < 0.3 else "demand")
    return Inputs(demands, supply, policy, {"d0": float(rng.integers(0, 3))})
