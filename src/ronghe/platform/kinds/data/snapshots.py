"""Write the snapshot of a delivery: the same rows in every format, whole or not there, as a data package."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ronghe.journeys.protected_rows import ProtectedRows
from ronghe.platform.kinds.data.changes import Changes, write_changes
from ronghe.tables.package import MANIFEST, Resource, file_hash, manifest
from ronghe.tables.publish import workspace
from ronghe.tables.write import Rows, write_arrow, write_csv, write_excel, write_parquet
from ronghe.terms import LimitReached

__all__ = ["FORMATS", "PARQUET", "Made", "make_snapshot", "rows_between"]

FORMATS = ("parquet", "csv", "xlsx", "arrow")
PARQUET = "data.parquet"


@dataclass(frozen=True, slots=True)
class Made:
    """What lies in a snapshot: rows, columns, files with size and hash, how it differs from the one before."""

    rows: int
    columns: tuple[str, ...]
    files: tuple[Mapping[str, Any], ...]
    changes: Mapping[str, int]
    plan: str

    def to_json(self) -> dict[str, Any]:
        """As it goes from one step of the worker to the next."""
        return {
            "rows": self.rows,
            "columns": list(self.columns),
            "files": [dict(one) for one in self.files],
            "changes": dict(self.changes),
            "plan": self.plan,
        }


def _write(rows: ProtectedRows, folder: Path) -> list[str]:
    """Every format of the same rows. A sheet has room for a million rows: what does not fit is left out, never cut."""
    writers: tuple[tuple[str, Callable[[Rows, Path], int]], ...] = (
        (PARQUET, write_parquet),
        # A cell that a spreadsheet would run stands behind an apostrophe (threat 3); other formats have it as it is.
        ("data.csv", partial(write_csv, bom=True, neutral=True)),
        ("data.arrow", write_arrow),
        ("data.xlsx", write_excel),
    )
    written = []
    for name, write in writers:
        try:
            with rows.batches() as reader:
                write(reader, folder / name)
        except LimitReached as limit:
            if name != "data.xlsx" or not limit.code.startswith("tables.excel"):
                raise
            continue
        written.append(name)
    return written


def make_snapshot(rows: ProtectedRows, target: Path, *, before: Path | None, key: str) -> Made:
    """Publish the rows in `target`; `before` is the snapshot that a consumer has, `key` the column that tells rows
    apart. What another attempt left is replaced at once."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    plan = rows.plan
    with workspace(target, resume=False) as work:
        written = _write(rows, work.folder)
        changes = Changes()
        if before is not None and (before / PARQUET).exists():
            changes = write_changes(before / PARQUET, work.folder / PARQUET, work.folder, work.scratch, key)
        written += [name for name in ("changes.parquet", "changes.csv") if (work.folder / name).exists()]
        properties = {
            "ronghe:asset": f"{plan.asset}@{plan.version}",
            "ronghe:purpose": plan.purpose,
            "ronghe:plan": plan.hash,
            "ronghe:validUntil": plan.until.isoformat(),
        }
        listed = [Resource(name, {"ronghe:rows": rows.rows} if name.startswith("data.") else {}) for name in written]
        work.publish(manifest(work.folder, "delivery", listed, properties))
    files = tuple(_told(target / name) for name in [*written, MANIFEST])
    return Made(rows.rows, tuple(plan.fields), files, changes.to_json(), plan.hash)


def _told(path: Path) -> dict[str, Any]:
    return {"name": path.name, "bytes": path.stat().st_size, "hash": file_hash(path)}


def rows_between(path: Path, start: int, most: int) -> pa.Table:
    """Rows `start` up to `start + most` of a Parquet file; only the groups of rows that hold them are read."""
    with pq.ParquetFile(path) as file:
        schema, low, wanted, skipped = file.schema_arrow, 0, [], 0
        for group in range(file.num_row_groups):
            high = low + file.metadata.row_group(group).num_rows
            if high <= start:
                skipped = high
            elif low < start + most:
                wanted.append(group)
            low = high
        found = file.read_row_groups(wanted) if wanted else schema.empty_table()
    return found.slice(start - skipped, most)
