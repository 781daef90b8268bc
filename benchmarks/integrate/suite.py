"""Who joins the tables of three departments, what it should cost, and whether all come to the same rows."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.integrate import data
from benchmarks.integrate.agreement import Joined, joined, same
from benchmarks.machine import machine
from benchmarks.measure import Case, Measured, measure
from benchmarks.results import Goal, at_least, at_most, report
from benchmarks.standardize.data import facts_of

__all__ = ["CASES", "NAME", "ROWS", "goals", "run"]

NAME = "integrate"
ROWS = 1_000_000
FULL_ROWS = 10_000_000
MEMORY = 500_000_000
PEERS = {"polars_join": "Polars", "pandas_join": "pandas"}

OURS, FLOOR = "benchmarks.integrate.ours", "benchmarks.integrate.floor"
SMALL = ("floor_join", "join", "ungraded_join", *PEERS)
LARGE = tuple(f"large_{name}" for name in SMALL)
FULL = (*LARGE, "bounded_join")
CASES = (*SMALL, *FULL)


def _cases(folder: Path, rows: int, prefix: str, size: str) -> dict[str, Callable[[], Case]]:
    def sources() -> dict[str, Any]:
        return {"sources": {name: str(path) for name, path in data.tables(folder, rows).items()}}

    def case(name: str, title: str, module: str, *, peer: bool = False, **more: Any) -> Case:
        group = "" if name.endswith("floor_join") else size or "small"
        return Case(name, f"{title}{size}", module, sources() | more, rows, peer=peer, group=group)

    made: dict[str, Callable[[], Case]] = {
        f"{prefix}floor_join": partial(case, f"{prefix}floor_join", "the floor: DuckDB copies the three tables", FLOOR),
        f"{prefix}join": partial(case, f"{prefix}join", "Ronghe", OURS),
        f"{prefix}ungraded_join": partial(
            case, f"{prefix}ungraded_join", "Ronghe, nothing graded", OURS, grades="neutral"
        ),
    }
    for name, title in PEERS.items():
        module = f"benchmarks.integrate.peers.{name.removesuffix('_join')}_work"
        made[f"{prefix}{name}"] = partial(case, f"{prefix}{name}", title, module, peer=True)
    if prefix:
        title = f"Ronghe within {MEMORY // 10**6} MB"
        made["bounded_join"] = partial(case, "bounded_join", title, OURS, memory=MEMORY)
    return made


def _ratio(found: Mapping[str, Measured], one: str, other: str) -> float | None:
    """The CPU seconds of one over those of the other."""
    return found[one].cpu / found[other].cpu if one in found and other in found else None


def goals(found: Mapping[str, Measured]) -> list[Goal]:
    """What is to be reached, and what was, of the largest tables that were joined."""
    large = "large_" if "large_join" in found else ""
    graded, plain = (found.get(f"{large}{name}") for name in ("join", "ungraded_join"))
    grading = graded.process_cpu / plain.process_cpu if graded and plain else None
    peak = found["bounded_join"].peak / 10**6 if "bounded_join" in found else None
    return [
        at_most("join over the floor", _ratio(found, f"{large}join", f"{large}floor_join"), 1.5),
        at_most("graded over ungraded, with start", grading, 1.1),
        at_least("pandas over the join", _ratio(found, f"{large}pandas_join", f"{large}join"), 2),
        at_most(f"within {MEMORY // 10**6} MB over without", _ratio(found, "bounded_join", "large_join"), 3.5),
        at_most(f"peak within {MEMORY // 10**6} MB", peak, 650, "MB"),
    ]


class _Agreement:
    """Compares what each run wrote with the first of its group."""

    def __init__(self) -> None:
        self.first: dict[str, tuple[str, Joined]] = {}
        self.names: dict[str, list[str]] = {}

    def check(self, case: Case, folder: Path) -> None:
        if not case.group:
            return
        found = joined(folder)
        name, wanted = self.first.setdefault(case.group, (case.name, found))
        same(case.name, found, name, wanted)
        names = self.names.setdefault(case.group, [])
        if case.name not in names:
            names.append(case.name)

    def told(self) -> list[str]:
        """How many rows each group came to."""
        return [
            f"{wanted.rows:,} joined rows, the same by {', '.join(self.names[group])}."
            for group, (_, wanted) in self.first.items()
        ]


def run(
    folder: Path, *, rows: int, full: bool, only: Sequence[str], repeats: int, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Measure the cases named in `only`, or all (the larger tables if `full`), each `repeats` times.

    The tables are made in `folder` if they are not there. Raises Disagreement when two cases come to other rows.
    """
    builders = _cases(folder, rows, "", "") | _cases(folder, FULL_ROWS, "large_", ", 10M x 8M x 6M")
    wanted = [name for name in CASES if (name in only if only else full or name not in FULL)]
    tell("making the tables")
    cases = [builders[name]() for name in wanted]
    agreement = _Agreement()
    measured, skipped = measure(cases, repeats=repeats, check=agreement.check, tell=tell)
    sources = dict.fromkeys(Path(path) for case in cases for path in case.task["sources"].values())
    return report(
        NAME,
        measured=measured,
        skipped=skipped,
        goals=goals(measured),
        notes=agreement.told(),
        inputs=[facts_of(path) for path in sources],
        machine=machine(),
    )
