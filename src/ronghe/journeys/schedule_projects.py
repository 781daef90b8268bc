"""Projects in files: jobs as a table or as a PSPLIB instance in Patterson's form; the plan is published as a table."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ronghe.journeys.schedule import texts_table
from ronghe.journeys.schedule_reading import rows_of
from ronghe.resources.schedule.projects import Job, JobPlan, Setups, plan_jobs
from ronghe.tables.package import Resource, json_text, manifest
from ronghe.tables.publish import workspace
from ronghe.tables.staged import Note
from ronghe.tables.write import write_csv
from ronghe.terms import InputError

__all__ = ["Planned", "plan_files", "read_jobs", "read_patterson", "read_setups"]

MOST_MINUTES = 10_000_000


@dataclass(frozen=True)
class Planned:
    """A published plan of jobs."""

    out: Path
    summary: Mapping[str, Any]
    rows: tuple[Mapping[str, str], ...]
    notes: tuple[Note, ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        notes = [{"code": note.code, **note.params} for note in self.notes]
        return {"out": str(self.out), **self.summary, "jobs": list(self.rows), "notes": notes}


def read_patterson(path: Path) -> tuple[list[Job], dict[str, int]]:
    """Jobs and capacities of a PSPLIB instance (.rcp): counts, capacities, then for each job its duration, its demands,
    the number of its successors and those, counted from 1. InputError for another form.
    """
    try:
        listed = [int(word) for word in path.read_text("ascii").split()]
        numbers = iter(listed)
        size, kinds = next(numbers), next(numbers)
        if min(listed) < 0 or size * (2 + kinds) + kinds + 2 > len(listed):
            raise ValueError("negative or too few numbers")
        capacities = {f"R{n + 1}": next(numbers) for n in range(kinds)}
        minutes, uses = [0] * size, [dict[str, int]() for _ in range(size)]
        before: list[list[str]] = [[] for _ in range(size)]
        for n in range(size):
            minutes[n] = next(numbers)
            uses[n] = {name: next(numbers) for name in capacities}
            for _ in range(next(numbers)):
                successor = next(numbers)
                if not 1 <= successor <= size:
                    raise ValueError("no such job")
                before[successor - 1].append(str(n + 1))
        if next(numbers, None) is not None:
            raise ValueError("more numbers than jobs")
    except (OSError, ValueError, StopIteration, IndexError) as fault:
        raise InputError("schedule.not_patterson", path=str(path), detail=type(fault).__name__) from fault
    jobs = [
        Job(str(n + 1), minutes[n], {name: units for name, units in uses[n].items() if units}, tuple(before[n]))
        for n in range(size)
    ]
    return jobs, capacities


def _whole(path: Path, row: int, column: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise InputError("schedule.bad_cell", path=str(path), row=row, column=column, value=text)
    return int(text)


def _uses(path: Path, row: int, text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in text.replace(";", ",").split(","):
        if part.strip():
            name, _, units = part.partition("=")
            if not name.strip() or name.strip() in found:
                raise InputError("schedule.bad_cell", path=str(path), row=row, column="uses", value=text)
            found[name.strip()] = _whole(path, row, "uses", units.strip() or "1")
    return found


def read_jobs(path: Path) -> list[Job]:
    """Jobs of a table with id, minutes and, if wanted, uses (`crew=2, crane`), after (ids) and family (for setups)."""
    jobs, seen = [], set[str]()
    for row, cells in enumerate(rows_of(path, "id", "minutes"), 1):
        name = cells["id"]
        if not name or name in seen:
            raise InputError("schedule.bad_cell", path=str(path), row=row, column="id", value=name)
        seen.add(name)
        follows = tuple(dict.fromkeys(cells.get("after", "").replace(",", " ").replace(";", " ").split()))
        minutes = _whole(path, row, "minutes", cells["minutes"])
        jobs.append(Job(name, minutes, _uses(path, row, cells.get("uses", "")), follows, cells.get("family", "")))
    return jobs


def read_setups(path: Path) -> Setups:
    """Setup minutes of a table with resource, from, to (families) and minutes; the longest of rows that repeat."""
    found: dict[str, dict[tuple[str, str], int]] = {}
    for row, cells in enumerate(rows_of(path, "resource", "from", "to", "minutes"), 1):
        table = found.setdefault(cells["resource"], {})
        pair = cells["from"], cells["to"]
        table[pair] = max(table.get(pair, 0), _whole(path, row, "minutes", cells["minutes"]))
    return found


def _strangers(jobs: Sequence[Job], setups: Setups) -> list[Note]:
    """Notes on families of setups that no job belongs to: they have no effect, and may be misspelled."""
    named = {family for table in setups.values() for pair in table for family in pair}
    strange = sorted(named - {one.family for one in jobs})
    return [Note("schedule.note_family", {"name": name or "-"}) for name in strange]


def _capacities(path: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for row, cells in enumerate(rows_of(path, "id"), 1):
        name = cells["id"]
        if not name or name in found:
            raise InputError("schedule.bad_cell", path=str(path), row=row, column="id", value=name)
        found[name] = _whole(path, row, "capacity", cells.get("capacity", "") or "1")
    return found


def plan_files(
    jobs: Path,
    resources: Path | None,
    *,
    setups: Path | None = None,
    work: int = 10,
    seed: int = 0,
    seconds: float | None = None,
    out: Path,
) -> Planned:
    """Plan the jobs of a table on the resources of another, or an .rcp file by itself, and publish the folder `out`.

    `work` is generations of the search and units of CP-SAT's deterministic time.
    """
    if resources is None:
        given, capacities = read_patterson(jobs)
    else:
        given, capacities = read_jobs(jobs), _capacities(resources)
    changing = {} if setups is None else read_setups(setups)
    longest = max((minutes for table in changing.values() for minutes in table.values()), default=0)
    if sum(one.minutes + longest for one in given) > MOST_MINUTES:
        raise InputError("schedule.jobs_long", most=MOST_MINUTES)
    began = time.monotonic()

    def left() -> float | None:
        return None if seconds is None else seconds - (time.monotonic() - began)

    plan = plan_jobs(given, capacities, setups=changing, generations=work, seed=seed, effort=float(work), left=left)
    return _published(plan, given, out, seed, _strangers(given, changing))


def _published(plan: JobPlan, jobs: list[Job], out: Path, seed: int, notes: Sequence[Note]) -> Planned:
    rows = [
        {"id": one.id, "start": str(plan.starts[one.id]), "end": str(plan.starts[one.id] + one.minutes)}
        for one in sorted(jobs, key=lambda one: (plan.starts[one.id], one.id))
    ]
    figures = {
        "format": "projects@1",
        "jobs": len(jobs),
        "makespan": plan.makespan,
        "bound": plan.bound,
        "optimal": plan.optimal,
        "complete": plan.complete,
        "solver": plan.solver,
        "seed": seed,
    }
    with workspace(out, resume=False) as job:
        write_csv(texts_table(rows, ("id", "start", "end")), job.folder / "plan.csv")
        (job.folder / "summary.json").write_text(json_text(figures), "utf-8")
        listed = [Resource("plan.csv"), Resource("summary.json")]
        job.publish(manifest(job.folder, out.name.lower(), listed, {"ronghe:kind": "projects"}))
    return Planned(out, figures, tuple(rows), tuple(notes))
