"""Read a policy and the hierarchies that it names."""

from collections.abc import Mapping
from pathlib import Path

from sqlglot import exp

from ronghe.data.protect.obligations import Ancestors
from ronghe.data.protect.plain import plain_text
from ronghe.tables.engine import Resources, duckdb_engine
from ronghe.tables.open import ReadOptions, stage
from ronghe.terms import InputError
from ronghe.trust.access import Plan
from ronghe.trust.access.obligations import Generalize
from ronghe.trust.access.policy import Hierarchy, Policy, parse_policy

__all__ = ["ancestors_of", "read_policy"]

_LARGEST = 50_000_000
"""Bytes of a policy."""
_MOST_VALUES = 1_000_000


def read_policy(path: Path) -> Policy:
    """The policy in a file; InputError when it cannot be read or understood."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        detail = fault.strerror if isinstance(fault, OSError) else "UTF-8"
        raise InputError("journeys.policy_unreadable", path=str(path), detail=detail) from fault
    if len(data) > _LARGEST:
        # The beginning alone could lack the prohibitions at the end.
        raise InputError("journeys.policy_unreadable", path=str(path), detail="> 50 MB")
    return parse_policy(text, where=path.name)


def ancestors_of(policy: Policy, plan: Plan, beside: Path, scratch: Path) -> Ancestors:
    """The pairs of value and ancestor for the levels that a plan needs, of hierarchies with a file of their own."""
    wanted = {
        (duty.hierarchy, duty.level)
        for share in plan.shares
        for _, duty in share.fields
        if isinstance(duty, Generalize) and policy.hierarchies[duty.hierarchy].file
    }
    found: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}
    for number, name in enumerate(sorted({hierarchy for hierarchy, _ in wanted})):
        into = scratch / f"hierarchy_{number}"
        into.mkdir(parents=True, exist_ok=True)
        levels = _levels(policy.hierarchies[name], beside, into)
        found |= {(name, level): pairs for level, pairs in levels.items() if (name, level) in wanted}
    return found


def _levels(hierarchy: Hierarchy, beside: Path, into: Path) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """The file of a hierarchy: its first column has the values, the columns named as levels their ancestors."""
    source = str(beside / hierarchy.file)
    staged = stage(source, into, options=ReadOptions())
    for level in hierarchy.levels:
        if level not in staged.columns[1:]:
            known = ", ".join(staged.columns[1:])
            raise InputError("journeys.hierarchy_level", path=source, level=level, known=known)
    with duckdb_engine(into / "spill", Resources()) as engine:
        engine.attach("hierarchy", staged)
        rows = engine.query(exp.select("*").from_("hierarchy").limit(_MOST_VALUES)).to_pylist()
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    places = [f"c{staged.columns.index(level)}" for level in hierarchy.levels]
    below = "c0"
    for level, place in zip(hierarchy.levels, places, strict=True):
        # What has no ancestor at one level has none above: else the coarser level would tell what the finer hides.
        rows = [row for row in rows if row[below] and row[place]]
        pairs = {(plain_text(row["c0"]), str(row[place])) for row in rows}
        steps = {(row[below], row[place]) for row in rows}
        if len(dict(pairs)) < len(pairs) or len(dict(steps)) < len(steps):
            raise InputError("journeys.hierarchy_twice", path=source, level=level)
        found[level] = tuple(sorted(pairs))
        below = place
    return found
