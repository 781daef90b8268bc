"""Demands, supply and past use from files, and the same again from a folder that was published with them."""

import json
from collections.abc import Mapping
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ronghe.journeys.resources.policy import policy_from, policy_json, read_policy
from ronghe.journeys.resources.reading import (
    LARGEST,
    Texts,
    check_filled,
    check_ids,
    moments,
    numbers,
    read_texts,
    texts,
)
from ronghe.resources.allocate.history import debts
from ronghe.resources.allocate.inputs import AMOUNT, Inputs
from ronghe.resources.allocate.problem import Policy, ProjectRule, Rule
from ronghe.tables.staged import Note
from ronghe.terms import InputError

__all__ = ["FOLDER", "read_inputs", "read_published", "write_inputs"]

FOLDER = "inputs"
_LEAST_WEIGHT, _MOST_WEIGHT = 1e-6, 1e6
_MOST_BUNDLES = 1e9


def read_inputs(
    demands: Path, supply: Path, policy: Path | None, history: Path | None, now: datetime | None
) -> tuple[Inputs, list[Note]]:
    """The inputs that files say, and notes about what in them has no effect."""
    rules = read_policy(policy)
    wanted = read_texts(demands)
    asked = _demands(wanted, rules)
    offered = _supply(read_texts(supply), partitioned=wanted.has("partition"))
    notes = _notes(asked, offered, rules)
    rules = rules or Policy()
    owed = _debts(history, now, rules, asked, notes)
    return Inputs(asked, offered, rules, owed), notes


def _demands(given: Texts, policy: Policy | None) -> pa.Table:
    ids = check_ids(given, "id")
    check_filled(given, ("department",))
    names = [name for name in given.table.column_names if name.startswith(AMOUNT) and name != AMOUNT]
    if not names:
        raise InputError("resources.no_amounts", path=given.path, known=", ".join(given.table.column_names))
    tier = (policy or Policy()).tiers[-1]
    weight = numbers(given, "weight", otherwise=1.0, least=_LEAST_WEIGHT, most=_MOST_WEIGHT)
    bundle = numbers(given, "bundle", most=_MOST_BUNDLES, whole=True)
    return pa.table(
        {
            "id": ids,
            "department": texts(given, "department"),
            "project": texts(given, "project"),
            "tier": texts(given, "tier", tier),
            "partition": texts(given, "partition"),
            "weight": weight,
            "bundle": bundle.astype(np.int64),
            **{name: numbers(given, name) for name in names},
        }
    )


def _supply(given: Texts, *, partitioned: bool) -> pa.Table:
    check_filled(given, ("resource", "capacity"))
    return pa.table(
        {
            "resource": texts(given, "resource"),
            # Demands that name no partition draw on all there is.
            "partition": texts(given, "partition")
            if partitioned
            else texts(Texts("", pa.table({"x": given.table[0]})), "p"),
            "department": texts(given, "department"),
            "unit": texts(given, "unit"),
            "capacity": numbers(given, "capacity"),
            "unit_cost": numbers(given, "unit_cost", most=LARGEST),
        }
    )


def _notes(demands: pa.Table, supply: pa.Table, policy: Policy | None) -> list[Note]:
    """What was given and has no effect, or cannot be served."""
    resources = [name.removeprefix(AMOUNT) for name in demands.column_names if name.startswith(AMOUNT)]
    offered = set(supply.column("resource").to_pylist())
    notes = [Note("resources.note_unsupplied", {"resource": name}) for name in resources if name not in offered]
    notes += [Note("resources.note_unasked", {"resource": name}) for name in sorted(offered - set(resources))]
    departments = set(pc.unique(demands.column("department")).to_pylist())
    named = sorted(policy.departments) if policy else []
    notes += [Note("resources.note_department", {"department": name}) for name in named if name not in departments]
    pairs = demands.group_by(["department", "project"]).aggregate([]).to_pylist()
    asking = {(pair["department"], pair["project"]) for pair in pairs}
    places = {f"{row['resource']}@{row['partition']}" for row in supply.select(["resource", "partition"]).to_pylist()}
    for name, rule in sorted(policy.departments.items()) if policy else ():
        _check_offered(name, rule, offered)
        notes += _strange_partitions(name, rule, places)
        for project, own in sorted(rule.projects.items()):
            _check_offered(f"{name} / {project}", own, offered)
            notes += _strange_partitions(f"{name} / {project}", own, places)
            if (name, project) not in asking and name in departments:
                notes.append(Note("resources.note_project", {"department": name, "project": project}))
    return notes


def _check_offered(who: str, rule: Rule | ProjectRule, offered: set[str]) -> None:
    """InputError for an amount of a resource that nobody supplies."""
    for key in chain(rule.quota, rule.lend, rule.borrow, rule.cap):
        if key.partition("@")[0] not in offered:
            known = ", ".join(sorted(offered))
            raise InputError("resources.policy_resource", department=who, resource=key, known=known)


def _strange_partitions(who: str, rule: Rule | ProjectRule, places: set[str]) -> list[Note]:
    """Amounts of a resource in a partition where there is none of it."""
    keys = sorted({*rule.quota, *rule.lend, *rule.borrow, *rule.cap})
    strange = [key for key in keys if "@" in key and key not in places]
    return [Note("resources.note_partition", {"department": who, "resource": key}) for key in strange]


def _debts(
    path: Path | None, now: datetime | None, policy: Policy, demands: pa.Table, notes: list[Note]
) -> Mapping[str, float]:
    if path is None:
        return {}
    if now is None:
        raise InputError("resources.history_without_now", path=str(path))
    given = read_texts(path)
    check_filled(given, ("department", "resource", "at", "amount"))
    ages = (int(now.timestamp()) - moments(given, "at")) / 3600
    known = pc.unique(demands.column("department")).to_pylist()
    departments = texts(given, "department").to_pylist()
    past = ages >= 0
    if not past.all():
        notes.append(Note("resources.note_future", {"path": str(path), "rows": int((~past).sum())}))
    notes += [Note("resources.note_department", {"department": who}) for who in sorted(set(departments) - set(known))]
    amounts = np.where(past, numbers(given, "amount"), 0.0)
    return debts(
        departments,
        texts(given, "resource").to_pylist(),
        amounts,
        np.maximum(ages, 0.0),
        half_life=policy.half_life,
        limit=policy.debt_limit,
        known=known,
    )


def write_inputs(inputs: Inputs, folder: Path) -> list[str]:
    """Keep what an allocation was made from beside it; the paths, relative to the publication."""
    (folder / FOLDER).mkdir(exist_ok=True)
    pq.write_table(inputs.demands, folder / FOLDER / "demands.parquet", compression="zstd")
    pq.write_table(inputs.supply, folder / FOLDER / "supply.parquet", compression="zstd")
    rules = {"policy": policy_json(inputs.policy), "debts": dict(inputs.debts)}
    text = json.dumps(rules, ensure_ascii=False, indent=2) + "\n"
    (folder / FOLDER / "policy.json").write_text(text, "utf-8")
    return [f"{FOLDER}/{name}" for name in ("demands.parquet", "policy.json", "supply.parquet")]


def read_published(folder: Path) -> Inputs:
    """The inputs that were published with an allocation; InputError where the folder has none."""
    try:
        demands = pq.read_table(folder / FOLDER / "demands.parquet")
        supply = pq.read_table(folder / FOLDER / "supply.parquet")
        rules: dict[str, Any] = json.loads((folder / FOLDER / "policy.json").read_text("utf-8"))
        policy = policy_from(rules["policy"], str(folder / FOLDER / "policy.json"))
        return Inputs(demands, supply, policy, {name: float(debt) for name, debt in rules["debts"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError, pa.ArrowInvalid) as fault:
        raise InputError("resources.no_allocation", path=str(folder), detail=type(fault).__name__) from fault
