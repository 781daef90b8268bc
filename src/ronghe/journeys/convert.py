"""Write a table in another file format, its values as they were read, and safe to open."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from ronghe.tables.atomic import folder_beside
from ronghe.tables.delimited import Progress, separate, silent
from ronghe.tables.engine import DuckDB, MalformedRecords, Resources, duckdb_engine, io_fault
from ronghe.tables.expressions import Column
from ronghe.tables.open import ReadOptions, stage
from ronghe.tables.plan import Layer, Plan
from ronghe.tables.sniff import is_file_of
from ronghe.tables.staged import Note, Staged
from ronghe.tables.write import FORMATS, write_table
from ronghe.terms import InputError, RongheError, UsageError

__all__ = ["Converted", "convert_file"]

_SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Converted:
    """What was written: `rows` of `columns`; `malformed` records could not be read as one and are not in it."""

    target: Path
    rows: int
    columns: tuple[str, ...]
    malformed: int
    notes: tuple[Note, ...]

    def to_json(self) -> dict[str, Any]:
        """The same as a JSON value."""
        return {
            "target": str(self.target),
            "rows": self.rows,
            "columns": list(self.columns),
            "malformed": self.malformed,
        }


class _Told:
    """Batches on their way to the writer, remembering an error that a library in between would disguise."""

    def __init__(self, batches: Iterator[pa.RecordBatch], staged: Staged, progress: Progress) -> None:
        self._batches, self._staged, self._progress = batches, staged, progress
        self.fault: RongheError | MalformedRecords | None = None
        self.first = next(batches)

    def reader(self) -> pa.RecordBatchReader:
        """The batches as a stream."""
        return pa.RecordBatchReader.from_batches(self.first.schema, iter(self))

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        done = 0
        try:
            for batch in self._batches:
                done += batch.num_rows
                self._progress("convert", done, self._staged.rows or 0)
                yield batch
        except (RongheError, MalformedRecords) as fault:
            self.fault = fault
            raise


def _written(engine: DuckDB, staged: Staged, target: Path, progress: Progress, *, neutral: bool) -> int:
    engine.attach(_SOURCE, staged)
    plan = Plan((Layer(tuple((name, Column(f"c{place}")) for place, name in enumerate(staged.columns))),))
    told = _Told(engine.batches(plan, _SOURCE), staged, progress)
    try:
        return write_table(told.reader(), target, neutral=neutral)
    except Exception as fault:
        if told.fault is not None:
            raise told.fault from fault
        raise


def _check(source: str, target: Path) -> None:
    """Refuse early what the writer would refuse after all the reading, and to write over what is read."""
    if is_file_of(source, target):
        raise UsageError("tables.output_is_source", path=str(target))
    if target.suffix.lower() not in FORMATS:
        raise UsageError("tables.format_unknown", path=str(target), known=", ".join(FORMATS))
    if not target.parent.is_dir():
        raise InputError("tables.target_folder_missing", path=str(target), folder=str(target.parent))


def convert_file(
    source: str,
    *,
    target: Path,
    resources: Resources,
    options: ReadOptions | None = None,
    round_trip: bool = False,
    progress: Progress = silent,
) -> Converted:
    """Write the table `source` to `target`, in the format that its ending names; every value stays text.

    In a CSV a text that a spreadsheet would run as a formula gets an apostrophe; not so for the `round_trip`.
    The old `target` stays until the new one is whole. Raises InputError for a source that cannot be read, UsageError
    for an ending that is not known, LimitReached when the format or the disk is too small.
    """
    _check(source, target)
    try:
        with folder_beside(target) as folder:
            staged = stage(source, folder, options=options, progress=progress)
            with duckdb_engine(folder, resources) as engine:
                try:
                    rows = _written(engine, staged, target, progress, neutral=not round_trip)
                except MalformedRecords:
                    staged = separate(staged, folder)
                    rows = _written(engine, staged, target, progress, neutral=not round_trip)
    except OSError as fault:
        raise io_fault(fault) from fault
    return Converted(target, rows, staged.columns, len(staged.malformed), staged.notes)
