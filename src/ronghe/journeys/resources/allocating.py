"""Allocate what files say and publish it with its certificate; check, explain and vary what was published."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from ronghe.journeys.mappings import read_shares
from ronghe.journeys.resources.inputs import read_inputs, read_published, write_inputs
from ronghe.journeys.resources.varying import changed
from ronghe.messages import Language, render
from ronghe.resources.allocate.allocation import GRANTED, Allocation, allocate
from ronghe.resources.allocate.certificate import certificate
from ronghe.resources.allocate.explain import Explanation, explain
from ronghe.resources.allocate.inputs import Inputs, resource_names
from ronghe.resources.allocate.summary import summary
from ronghe.resources.allocate.verify import Fault, certificate_faults, verify
from ronghe.sharing_index import degree
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.package import Resource, manifest, verify_package
from ronghe.tables.publish import Workspace, workspace
from ronghe.tables.staged import Note
from ronghe.tables.write import write_csv
from ronghe.terms import InputError

__all__ = [
    "Allocated",
    "Varied",
    "Verified",
    "allocate_files",
    "explain_folder",
    "index_from",
    "json_text",
    "publish",
    "verify_folder",
    "whatif_folder",
    "with_reasons",
]

SHOWN = 10_000
"""Rows of a comparison that are given as JSON."""


@dataclass(frozen=True, slots=True)
class Allocated:
    """A published allocation: its folder, summary, and notes about input without effect."""

    out: Path
    summary: Mapping[str, Any]
    stopped: Mapping[str, int]
    notes: tuple[Note, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Summary and notes as a JSON value."""
        notes = [{"code": note.code, **note.params} for note in self.notes]
        return {"out": str(self.out), **self.summary, "stopped_by": dict(self.stopped), "notes": notes}


@dataclass(frozen=True, slots=True)
class Verified:
    """What is wrong with a published allocation, empty when nothing is."""

    folder: Path
    demands: int
    faults: tuple[Fault, ...]

    def to_json(self) -> dict[str, Any]:
        """The verdict as a JSON value."""
        faults = [{"code": fault.code, **fault.params} for fault in self.faults]
        return {"folder": str(self.folder), "valid": not faults, "demands": self.demands, "faults": faults}


@dataclass(frozen=True, slots=True)
class Varied:
    """What would be otherwise: the demands whose part changes, with before and after, and both summaries."""

    changes: Mapping[str, str]
    rows: tuple[Mapping[str, Any], ...]
    count: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As a JSON value; at most `SHOWN` rows."""
        fields = ("before", "after")
        both = {name: getattr(self, name) for name in fields}
        return {"changes": dict(self.changes), "changed": self.count, "demands": list(self.rows[:SHOWN]), **both}


def json_text(value: object) -> str:
    """JSON as our files hold it."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def with_reasons(table: pa.Table, lang: Language) -> pa.Table:
    """The table with the column `reason`: what `stopped_by` says, in words."""
    encoded = table.column("stopped_by").combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    worded = []
    for label in encoded.dictionary.to_pylist():
        kind, _, resource = label.partition(":")
        worded.append(render(f"resources.reason_{kind or 'nothing'}", lang, resource=resource))
    reasons = pa.DictionaryArray.from_arrays(encoded.indices, pa.array(worded, pa.string())).cast(pa.string())
    return table.add_column(table.column_names.index("stopped_by") + 1, "reason", reasons)


def publish(
    allocation: Allocation,
    work: Workspace,
    name: str,
    lang: Language,
    extra: Sequence[Resource],
    about: Mapping[str, Any],
) -> Allocated:
    """Write the files of an allocation and put them in the place of the old ones, at once."""
    made = certificate(allocation)
    figures = {**summary(allocation), **about}
    write_csv(with_reasons(allocation.table, lang), work.folder / "allocation.csv")
    (work.folder / "certificate.json").write_text(json_text(made), "utf-8")
    (work.folder / "summary.json").write_text(json_text(figures), "utf-8")
    paths = write_inputs(allocation.inputs, work.folder)
    rows = allocation.table.num_rows
    listed = [
        Resource("allocation.csv", {"rows_in": rows, "rows_published": rows, "rows_quarantined": 0}),
        Resource("certificate.json"),
        Resource("summary.json"),
        *(Resource(path) for path in paths),
        *extra,
    ]
    work.publish(manifest(work.folder, name.lower(), listed, {"ronghe:kind": "allocation"}))
    return Allocated(work.target, figures, made["stopped_by"])


def allocate_files(
    demands: Path,
    supply: Path,
    *,
    policy: Path | None = None,
    history: Path | None = None,
    now: datetime | None = None,
    out: Path,
    lang: Language = "zh",
    shares: Path | None = None,
    progress: Progress = silent,
) -> Allocated:
    """Allocate the supply of one file to the demands of another and publish the folder `out`.

    Raises InputError for files that cannot be used, Refused for guarantees above the supply; `out` is then as it was.
    """
    progress("read", 0, 3)
    about = index_from(shares)
    inputs, notes = read_inputs(demands, supply, policy, history, now)
    progress("allocate", 1, 3)
    allocation = allocate(inputs)
    progress("publish", 2, 3)
    with workspace(out, resume=False) as work:
        made = publish(allocation, work, out.name, lang, [], about)
    return replace(made, out=out, notes=tuple(notes))


def index_from(shares: Path | None) -> dict[str, Any]:
    """R_s and its parts where amounts and shares are given."""
    if shares is None:
        return {}
    given = read_shares(shares)
    found = degree(given.amounts, given.shares)
    parts = [
        {"department": one.department, "amount": float(one.amount), "share": float(one.share)}
        for one in found.contributions
    ]
    return {"degree": found.value, "contributions": parts}


def _published_table(folder: Path, inputs: Inputs) -> pa.Table:
    """The allocation that lies in a folder, with its numbers; InputError for one that cannot be read."""
    names = resource_names(inputs.demands)
    kinds = dict.fromkeys(
        ("fraction", "guaranteed", "level", "weight", *(GRANTED + name for name in names)), pa.float64()
    )
    kinds |= dict.fromkeys(("id", "stopped_by", "reason"), pa.string())
    if _has_column(folder / "allocation.csv", "by_project"):
        kinds["by_project"] = pa.float64()
    options = pacsv.ConvertOptions(column_types=kinds, include_columns=list(kinds), strings_can_be_null=False)
    try:
        return pacsv.read_csv(folder / "allocation.csv", convert_options=options)
    except (OSError, KeyError, pa.ArrowInvalid) as fault:
        raise InputError("resources.no_allocation", path=str(folder), detail=type(fault).__name__) from fault


def _has_column(path: Path, name: str) -> bool:
    """Whether a table has a column that not every allocation has."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return name in next(csv.reader(file), [])
    except (OSError, ValueError):
        return False


def verify_folder(folder: Path) -> Verified:
    """Check a published allocation: its files, and its numbers against the inputs beside them."""
    inputs = read_published(folder)
    table = _published_table(folder, inputs)
    faults = [Fault(fault.code, fault.params) for fault in verify_package(folder)]
    faults += verify(inputs, table)
    try:
        claimed = json.loads((folder / "certificate.json").read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise InputError("resources.no_allocation", path=str(folder), detail=type(fault).__name__) from fault
    if not faults:
        faults += certificate_faults(inputs, table, claimed)
    return Verified(folder, inputs.demands.num_rows, tuple(faults))


def explain_folder(folder: Path, demand: str) -> Explanation:
    """Why a demand of a published allocation got what it got."""
    return explain(allocate(read_published(folder)), demand)


def whatif_folder(folder: Path, changes: Mapping[str, str]) -> Varied:
    """What a published allocation would be with other capacities, weights or rules; nothing is written."""
    inputs = read_published(folder)
    before, after = allocate(inputs), allocate(changed(inputs, changes))
    rows = _differences(before, after)
    return Varied(changes, tuple(rows), len(rows), summary(before), summary(after))


def _differences(before: Allocation, after: Allocation) -> list[Mapping[str, Any]]:
    """The demands whose fraction or amount differs, the largest change first."""
    names = resource_names(before.inputs.demands)
    first, then = (one.table.column("fraction").to_numpy() for one in (before, after))
    moved = np.abs(then - first) > 1e-12
    for name in names:
        one, other = (made.table.column(GRANTED + name).to_numpy() for made in (before, after))
        moved |= np.abs(one - other) > 1e-9
    rows = np.flatnonzero(moved)
    rows = rows[np.argsort(-np.abs(then - first)[rows], kind="stable")]
    picked = pa.array(rows)
    ids = before.table.column("id").take(picked).to_pylist()
    departments = before.inputs.demands.column("department").take(picked).to_pylist()
    amounts = {
        name: [made.table.column(GRANTED + name).take(picked).to_pylist() for made in (before, after)] for name in names
    }
    return [
        {
            "id": ids[at],
            "department": departments[at],
            "before": float(first[row]),
            "after": float(then[row]),
            "granted": {name: [pair[0][at], pair[1][at]] for name, pair in amounts.items()},
        }
        for at, row in enumerate(rows)
    ]
