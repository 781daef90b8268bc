"""Who does the work on the table of people, what it should cost, and whether all come to the same rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.machine import machine
from benchmarks.measure import Case, Measured, measure, run_once
from benchmarks.results import Goal, at_least, at_most, report
from benchmarks.standardize import data
from benchmarks.standardize.agreement import Outcome, outcome, same

__all__ = ["CASES", "NAME", "ROWS", "run"]

NAME = "standardize"
ROWS = 2_000_000
LARGER = 5
"""How many times as many rows the larger table has."""
MEMORY = 500_000_000
PEERS = {"polars": "Polars", "pandas": "pandas", "dataframely": "dataframely", "pandera": "pandera on Polars"}

OURS, FLOOR = "benchmarks.standardize.ours", "benchmarks.standardize.floor"
FULL = ("larger", "bounded")
CASES = ("floor", "ronghe", *PEERS, "gb18030", "excel", *FULL)


def _builders(folder: Path, rows: int) -> dict[str, Callable[[], Case]]:
    """How to make each case, by name; a table is made when the first case that reads it is."""
    many, few = rows * LARGER, max(rows // 10, 1)
    bounded = f"Ronghe, the same within {MEMORY // 10**6} MB"

    def plain() -> dict[str, Any]:
        return {"source": str(data.people_csv(folder, rows))}

    def larger() -> dict[str, Any]:
        return {"source": str(data.people_csv(folder, many))}

    def encoded() -> dict[str, Any]:
        return {"source": str(data.people_gb18030(folder, rows))}

    def workbook() -> dict[str, Any]:
        return {"source": str(data.people_workbook(folder, few))}

    def peer(name: str, title: str) -> Case:
        task = plain() | {"places": str(data.places_json(folder))}
        return Case(name, title, f"benchmarks.standardize.peers.{name}_work", task, rows, peer=True, group="plain")

    return {
        "floor": lambda: Case("floor", "the floor: DuckDB copies the text", FLOOR, plain(), rows),
        "ronghe": lambda: Case("ronghe", "Ronghe", OURS, plain(), rows, group="plain"),
        **{name: partial(peer, name, title) for name, title in PEERS.items()},
        "gb18030": lambda: Case("gb18030", "Ronghe, from GB18030", OURS, encoded(), rows, group="plain"),
        "excel": lambda: Case("excel", "Ronghe, from Excel", OURS, workbook(), few),
        "larger": lambda: Case("larger", f"Ronghe, {LARGER} times the rows", OURS, larger(), many, group="larger"),
        "bounded": lambda: Case("bounded", bounded, OURS, larger() | {"memory": MEMORY}, many, group="larger"),
    }


def _ratio(found: Mapping[str, Measured], one: str, other: str) -> float | None:
    """The CPU seconds of one over those of the other, per row."""
    if one not in found or other not in found:
        return None
    first, second = found[one], found[other]
    return (first.cpu / first.case.rows) / (second.cpu / second.case.rows)


def goals(found: Mapping[str, Measured]) -> list[Goal]:
    """What is to be reached, and what was; a ratio is of the work's own CPU seconds per row."""
    peak = found["bounded"].peak / 10**6 if "bounded" in found else None
    return [
        at_most("Ronghe over the floor", _ratio(found, "ronghe", "floor"), 3),
        at_most("Ronghe over Polars", _ratio(found, "ronghe", "polars"), 1.3),
        at_least("pandas over Ronghe", _ratio(found, "pandas", "ronghe"), 3.5),
        at_least("dataframely over Ronghe", _ratio(found, "dataframely", "ronghe"), 1),
        at_least("pandera over Ronghe", _ratio(found, "pandera", "ronghe"), 1),
        at_most("GB18030 over UTF-8", _ratio(found, "gb18030", "ronghe"), 2),
        at_most(f"{LARGER} times the rows, per row", _ratio(found, "larger", "ronghe"), 1.1),
        at_most(f"peak within {MEMORY // 10**6} MB", peak, 650, "MB"),
    ]


class _Agreement:
    """Compares what each run wrote with the first of its group."""

    def __init__(self) -> None:
        self.first: dict[str, Outcome] = {}
        self.names: dict[str, list[str]] = {}

    def check(self, case: Case, folder: Path) -> None:
        if not case.group:
            return
        found = outcome(folder)
        names = self.names.setdefault(case.group, [case.name])
        same(case.name, found, names[0], self.first.setdefault(case.group, found))
        if case.name not in names:
            names.append(case.name)

    def told(self) -> Iterator[str]:
        """How many rows each group came to."""
        for group, found in self.first.items():
            total = found.published + found.quarantined
            yield (
                f"Of {total:,} rows {found.published:,} were published and {found.quarantined:,} quarantined; the same "
                f"rows for the same reasons by {', '.join(self.names[group])}."
            )


def _size_cap(folder: Path) -> str:
    """What a user reads of a workbook that is too large."""
    case = Case("corners", "", OURS, {"source": str(data.wide_workbook(folder))}, 1)
    with TemporaryDirectory(prefix="bench-") as out:
        told = run_once(case, Path(out)).told
    if told is None:
        raise RuntimeError("a workbook above the cap was accepted")
    return f"A workbook above the cap: {told.replace(f'{folder}/', '')}"


def run(
    folder: Path, *, rows: int, full: bool, only: Sequence[str], repeats: int, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Measure the cases named in `only`, or all (those of the larger table if `full`), each `repeats` times.

    The tables are made in `folder` if they are not there. Raises Disagreement when two cases come to other rows.
    """
    builders = _builders(folder, rows)
    wanted = [name for name in CASES if (name in only if only else full or name not in FULL)]
    tell("making the tables")
    cases = [builders[name]() for name in wanted]
    agreement = _Agreement()
    measured, skipped = measure(cases, repeats=repeats, check=agreement.check, tell=tell)
    notes = list(agreement.told())
    if "excel" in measured:
        notes.append(_size_cap(folder))
    sources = dict.fromkeys(Path(case.task["source"]) for case in cases)
    return report(
        NAME,
        measured=measured,
        skipped=skipped,
        goals=goals(measured),
        notes=notes,
        inputs=[data.facts_of(path) for path in sources],
        machine=machine(),
    )
