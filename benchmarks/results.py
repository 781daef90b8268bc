"""What a suite found out: as values, as JSON, and as tables that people read."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, Measured

__all__ = ["RESULTS", "Goal", "at_least", "at_most", "read", "report", "tables", "write"]

RESULTS = ROOT / "benchmarks" / "results"


@dataclass(frozen=True, slots=True)
class Goal:
    """Something to reach: `value` is None where it was not measured."""

    title: str
    value: float | None
    wanted: str
    reached: bool | None


def at_most(title: str, value: float | None, limit: float, unit: str = "×") -> Goal:
    """A goal for a value that should be small."""
    return Goal(title, value, f"≤ {limit:g} {unit}", None if value is None else value <= limit)


def at_least(title: str, value: float | None, limit: float, unit: str = "×") -> Goal:
    """A goal for a value that should be large."""
    return Goal(title, value, f"≥ {limit:g} {unit}", None if value is None else value >= limit)


def _measured(measured: Measured) -> dict[str, Any]:
    samples = [{"cpu": s.cpu, "process_cpu": s.process_cpu, "wall": s.wall, "peak": s.peak} for s in measured.samples]
    return {
        "title": measured.case.title,
        "rows": measured.case.rows,
        "cpu": measured.cpu,
        "process_cpu": measured.process_cpu,
        "wall": measured.wall,
        "peak": measured.peak,
        "samples": samples,
    }


def report(
    suite: str,
    *,
    measured: Mapping[str, Measured],
    skipped: Mapping[str, str],
    goals: Sequence[Goal],
    notes: Sequence[str],
    inputs: Sequence[Mapping[str, str | int]],
    machine: Mapping[str, str | int],
) -> dict[str, Any]:
    """Everything about one run as a JSON value."""
    versions: dict[str, str] = {}
    for found in measured.values():
        versions |= found.samples[0].versions
    return {
        "suite": suite,
        "machine": dict(machine),
        "versions": dict(sorted(versions.items())),
        "inputs": [dict(entry) for entry in inputs],
        "measured": {name: _measured(found) for name, found in measured.items()},
        "skipped": dict(skipped),
        "goals": [asdict(goal) for goal in goals],
        "notes": list(notes),
    }


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A Markdown table whose columns also line up on a terminal; the first is left, the others right."""
    lines = [head, *rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cells[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)),
        ]
        return f"| {' | '.join(padded)} |"

    yield line(head)
    yield f"|{'-' * (widths[0] + 2)}|" + "".join(f"{'-' * (width + 1)}:|" for width in widths[1:])
    yield from map(line, lines[1:])


def _goal_row(goal: Mapping[str, Any]) -> tuple[str, ...]:
    value = "not measured" if goal["value"] is None else f"{goal['value']:.2f}"
    reached = {None: "", True: "yes", False: "no"}[goal["reached"]]
    return goal["title"], value, goal["wanted"], reached


def _measured_row(found: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        found["title"],
        f"{found['rows']:,}",
        f"{found['cpu']:.2f}",
        f"{found['process_cpu']:.2f}",
        f"{found['wall']:.2f}",
        f"{found['peak'] / 10**6:.0f}",
        f"{found['cpu'] / found['rows'] * 10**6:.2f}",
    )


def tables(found: Mapping[str, Any]) -> str:
    """A run as Markdown: goals, costs, and what it was measured on."""
    head = ("work", "rows", "CPU s", "with start, s", "elapsed s", "peak MB", "CPU µs/row")
    machine = found["machine"]
    place = f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_mb']:,} MB"
    lines = [
        *_table(("goal", "measured", "to reach", "reached"), map(_goal_row, found["goals"])),
        "",
        *_table(head, map(_measured_row, found["measured"].values())),
        "",
        *(f"- {note}" for note in found["notes"]),
        *(f"- Skipped: {name}: {reason}" for name, reason in found["skipped"].items()),
        f"- Machine: {place}, {machine['system']}, Python {machine['python']}",
        f"- Versions: {', '.join(f'{name} {version}' for name, version in found['versions'].items())}",
        *(f"- Input: {i['name']}, {i['bytes']:,} bytes, SHA-256 `{i['sha256'][:16]}...`" for i in found["inputs"]),
    ]
    return "\n".join(lines) + "\n"


def write(found: Mapping[str, Any], folder: Path) -> Path:
    """Write a run as `SUITE.json` and `SUITE.md`; gives the path of the latter."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{found['suite']}.json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    path = folder / f"{found['suite']}.md"
    path.write_text(tables(found), "utf-8")
    return path


def read(suite: str, folder: Path = RESULTS) -> dict[str, Any] | None:
    """The run recorded last, None when there is none."""
    path = folder / f"{suite}.json"
    if not path.is_file():
        return None
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found
