"""Share files of resources: `resource, demand, weight, priority, status`, a file for each department."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa

from ronghe.journeys.mappings import read_departments
from ronghe.journeys.publication import table_names
from ronghe.journeys.resources.allocating import Allocated, index_from, publish
from ronghe.journeys.resources.reading import LARGEST, Texts, read_texts
from ronghe.messages import Language, render
from ronghe.resources.allocate.allocation import GRANTED, allocate
from ronghe.resources.allocate.inputs import AMOUNT, Inputs
from ronghe.resources.allocate.problem import Policy
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.package import Resource
from ronghe.tables.publish import workspace
from ronghe.tables.staged import Note
from ronghe.tables.write import write_csv
from ronghe.terms import InputError

__all__ = ["SharedResources", "share_resources"]

_WANTED = ("resource", "demand")
_OWN = ("name", "weight", "priority", "status", *_WANTED)
AVAILABLE = {"available", "可用", "空闲", "idle", "free"}
NOT_AVAILABLE = {"unavailable", "busy", "maintenance", "reserved", "offline", "不可用", "占用", "维护", "停用", "预留"}
RESOURCE = "resource"
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})")
_TIER = "p"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that takes no part, and why: a code of `messages` with its parameters."""

    department: str
    row: int
    code: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SharedResources:
    """An allocation of the departments' rows, who ranks where, what was left out, and the degree or the readiness."""

    allocated: Allocated
    ranking: tuple[Mapping[str, Any], ...]
    left_out: tuple[LeftOut, ...]
    readiness: tuple[Mapping[str, Any], ...]
    degree: float | None = None
    kept: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        left = [{"department": one.department, "row": one.row, "code": one.code, **one.params} for one in self.left_out]
        rows = {"ranking": list(self.ranking), "left_out": left, "readiness": list(self.readiness)}
        return {**self.allocated.to_json(), **rows, "degree": self.degree}


@dataclass(frozen=True, slots=True)
class _Row:
    department: str
    row: int
    name: str
    resource: float
    demand: float
    weight: float
    priority: float
    unweighted: bool


def share_resources(
    files: Sequence[Path],
    *,
    out: Path,
    departments: Path | None = None,
    shares: Path | None = None,
    lang: Language = "zh",
    progress: Progress = silent,
) -> SharedResources:
    """Pool what the available rows of all files supply, allocate it to what they demand, rank them, and publish.

    A row adds its `resource` to the pool and asks for its `demand`; rows of the same `name` (without one: all) share
    one kind of resource. A larger `priority` is served first, `weight` counts among equals. Raises InputError for files
    without the columns or without a usable row.
    """
    named = read_departments(departments) if departments else {}
    owners = [
        named[path.name].code if path.name in named else name
        for path, name in zip(files, table_names([*map(str, files)]), strict=True)
    ]
    rows: list[_Row] = []
    left: list[LeftOut] = []
    kept: dict[str, Sequence[str]] = {}
    for number, (path, owner) in enumerate(zip(files, owners, strict=True)):
        progress("read", number, len(files))
        given = read_texts(path)
        given.wants(*_WANTED)
        _read(given, owner, rows, left)
        kept[path.name] = [name for name in given.table.column_names if name not in _OWN]
    if not rows:
        one = left[0]
        first = render(one.code, lang, department=one.department, row=one.row, **one.params)
        raise InputError("resources.nothing_available", files=len(files), rows=len(left), first=first)
    allocation = allocate(_inputs(rows))
    index = index_from(shares)
    ranking = _ranking(rows, allocation.table)
    readiness = _readiness(rows, left, allocation.table)
    about = {"ranking": ranking, "readiness": readiness, **index}
    with workspace(out, resume=False) as work:
        extra = [Resource("ranking.csv"), Resource("left_out.csv"), *_copies(files, work.folder)]
        write_csv(pa.Table.from_pylist(ranking), work.folder / "ranking.csv")
        write_csv(_left_table(left, lang), work.folder / "left_out.csv")
        made = publish(allocation, work, out.name, lang, extra, about)
    notes = [Note(one.code, {**one.params, "department": one.department, "row": one.row}) for one in left]
    done = replace(made, out=out, notes=(*notes, *_remarks(rows)))
    return SharedResources(done, tuple(ranking), tuple(left), tuple(readiness), index.get("degree"), kept)


def _remarks(rows: Sequence[_Row]) -> Iterator[Note]:
    """What was taken for granted in rows that take part, and what nobody can get."""
    for row in rows:
        place: dict[str, object] = {"department": row.department, "row": row.row}
        if row.unweighted:
            yield Note("resources.note_weight", place)
        if not row.demand:
            yield Note("resources.note_zero_demand", place)
    for name in sorted({row.name for row in rows}):
        if not any(row.resource for row in rows if row.name == name):
            yield Note("resources.note_zero_supply", {"resource": name})


def _copies(files: Sequence[Path], folder: Path) -> list[Resource]:
    """The rows as they were given, all columns kept, one CSV for each file."""
    (folder / "given").mkdir(exist_ok=True)
    listed = []
    for path, name in zip(files, table_names([*map(str, files)]), strict=True):
        write_csv(read_texts(path).table, folder / "given" / f"{name}.csv")
        listed.append(Resource(f"given/{name}.csv"))
    return listed


def _read(given: Texts, owner: str, rows: list[_Row], left: list[LeftOut]) -> None:
    """Sort the rows of a file into those that take part and those left out, none forgotten."""
    for number, cells in enumerate(given.table.to_pylist(), 1):
        fault = _status_fault(cells.get("status")) if given.has("status") else None
        amounts: dict[str, float] = {}
        for name, otherwise in (("resource", None), ("demand", None), ("weight", 1.0), ("priority", 0.0)):
            value = _number(cells.get(name), otherwise)
            if value is None or (name != "priority" and value < 0):
                fault = fault or ("resources.left_number", {"column": name, "value": cells.get(name) or ""})
            amounts[name] = value or 0.0
        if fault is None and amounts["weight"] <= 0:
            fault = ("resources.left_weight", {"value": cells.get("weight") or ""})
        if fault:
            left.append(LeftOut(owner, number, *fault))
            continue
        rows.append(_Row(owner, number, cells.get("name") or RESOURCE, **amounts, unweighted=not cells.get("weight")))


def _status_fault(status: str | None) -> tuple[str, dict[str, object]] | None:
    said = (status or "").strip().casefold()
    if said in AVAILABLE:
        return None
    code = "resources.left_status" if said in NOT_AVAILABLE else "resources.left_unknown_status"
    return code, {"value": status or ""}


def _number(text: str | None, otherwise: float | None) -> float | None:
    if text is None:
        return otherwise
    if not _NUMBER.fullmatch(text):
        return None
    value = float(Fraction(text))
    return value if math.isfinite(value) and abs(value) <= LARGEST else None


def _inputs(rows: Sequence[_Row]) -> Inputs:
    kinds = sorted({row.name for row in rows})
    order = sorted({row.priority for row in rows}, reverse=True)
    names = {priority: f"{_TIER}{priority!r}" for priority in order}
    demands = pa.table(
        {
            "id": [f"{row.department}:{row.row}" for row in rows],
            "department": [row.department for row in rows],
            "project": pa.array([""] * len(rows), pa.string()),
            "tier": [names[row.priority] for row in rows],
            "partition": pa.array([""] * len(rows), pa.string()),
            "weight": [row.weight for row in rows],
            "bundle": pa.array([0] * len(rows), pa.int64()),
            **{AMOUNT + kind: [row.demand if row.name == kind else 0.0 for row in rows] for kind in kinds},
        }
    )
    supply = pa.table(
        {
            "resource": [row.name for row in rows],
            "partition": pa.array([""] * len(rows), pa.string()),
            # The article pools what there is: nobody keeps a right to what he brought.
            "department": pa.array([""] * len(rows), pa.string()),
            "unit": pa.array([""] * len(rows), pa.string()),
            "capacity": [row.resource for row in rows],
            "unit_cost": pa.array([0.0] * len(rows), pa.float64()),
        }
    )
    return Inputs(demands, supply, Policy(tiers=tuple(names.values())), {})


def _ranking(rows: Sequence[_Row], table: pa.Table) -> list[dict[str, Any]]:
    """The rows by priority, then weight, then as given, with what each got."""
    fractions = table.column("fraction").to_pylist()
    order = sorted(range(len(rows)), key=lambda at: (-rows[at].priority, -rows[at].weight, at))
    return [
        {
            "rank": rank,
            "id": f"{rows[at].department}:{rows[at].row}",
            "department": rows[at].department,
            "resource": rows[at].name,
            "priority": rows[at].priority,
            "weight": rows[at].weight,
            "demand": rows[at].demand,
            "granted": table.column(GRANTED + rows[at].name)[at].as_py(),
            "fraction": fractions[at],
        }
        for rank, at in enumerate(order, 1)
    ]


def _readiness(rows: Sequence[_Row], left: Sequence[LeftOut], table: pa.Table) -> list[dict[str, Any]]:
    """What files alone can say of a department: rows available, what it brings, asks and got."""
    lines = []
    for owner in sorted({row.department for row in rows} | {one.department for one in left}):
        mine = [(at, row) for at, row in enumerate(rows) if row.department == owner]
        out = sum(one.department == owner for one in left)
        asked = math.fsum(row.demand for _, row in mine)
        granted = math.fsum(table.column(GRANTED + row.name)[at].as_py() for at, row in mine)
        lines.append(
            {
                "department": owner,
                "rows": len(mine) + out,
                "available": len(mine),
                "resource": math.fsum(row.resource for _, row in mine),
                "demand": asked,
                "granted": round(granted, 9),
                "satisfied": round(granted / asked, 9) if asked else None,
            }
        )
    return lines


def _left_table(left: Sequence[LeftOut], lang: Language) -> pa.Table:
    columns: dict[str, list[Any]] = {"department": [], "row": [], "reason": []}
    for one in left:
        columns["department"].append(one.department)
        columns["row"].append(one.row)
        columns["reason"].append(render(one.code, lang, department=one.department, row=one.row, **one.params))
    return pa.table(
        columns, schema=pa.schema([("department", pa.string()), ("row", pa.int64()), ("reason", pa.string())])
    )
