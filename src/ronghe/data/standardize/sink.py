"""Where the rows of a plan go: good ones into the published file, bad ones with their reasons into quarantine."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ronghe.data.standardize.compile import OK, ORIGINALS, REASONS, Compiled
from ronghe.tables.engine import io_fault
from ronghe.tables.plain_arrays import booleans, flags, integers, texts
from ronghe.tables.set_aside import Malformed

__all__ = ["OF_PUBLISHED", "REJECT_COLUMNS", "BrokenKey", "Sink"]

OF_PUBLISHED = ("kept", "nulled", "imputed")
"""What is counted of published rows alone; warnings are counted of all."""
REJECT_COLUMNS = ("_row", "_reasons", "_line", "_raw")
EXAMPLES = 3
ROWS_TO_JUDGE = 20_000
MALFORMED_AT_ONCE = 20_000
_RECORD = "record"
"""What stands for the column in the reason of a record that has no columns."""


@dataclass(frozen=True, slots=True)
class BrokenKey:
    """Rows (numbered from 1 among the good records, ascending) that break a key over the columns at `places`."""

    subject: str
    rule: str
    places: tuple[int, ...]
    rows: NDArray[np.int64]


def _with_key_reasons(
    reasons: pa.Array,
    originals: Sequence[pa.Array],
    bad: NDArray[np.int64],
    broken: list[tuple[BrokenKey, NDArray[np.int64]]],
) -> pa.Array:
    """The reasons with those of broken keys added; few rows break keys, so lists of Python are cheap enough."""
    listed = [found or [] for found in reasons.to_pylist()]
    for key, places in broken:
        for place in np.searchsorted(bad, places).tolist():
            shown = " | ".join(originals[column][place].as_py() or "" for column in key.places)
            listed[place].append(f"{key.subject}: {key.rule}: {shown}")
    return pa.array(listed, pa.list_(pa.string()))


def _columns_of(lists: pa.Array, width: int) -> list[pa.Array]:
    """Lists of `width` texts each as that many columns."""
    cells = lists.flatten()
    return [cells.take(integers(np.arange(place, len(cells), width))) for place in range(width)]


def _written(path: Path, schema: pa.Schema, dictionaries: list[str] | bool = True) -> pq.ParquetWriter:
    return pq.ParquetWriter(path, schema, compression="zstd", compression_level=1, use_dictionary=dictionaries)


def _repeating(table: pa.Table) -> list[str]:
    """The columns that are worth a dictionary: of others it takes longer to write and more room.

    The first rows tell: counting a whole batch takes as long as writing it.
    """
    table = table.slice(0, ROWS_TO_JUDGE)
    counted = {name: pc.count_distinct(table.column(name)).as_py() for name in table.column_names}
    return [name for name, distinct in counted.items() if 2 * distinct <= table.num_rows]


@dataclass
class Sink:
    """Writes the two files of a table while batches come; a context manager that closes both.

    Row numbers count the broken records that were taken out before: `malformed`, ascending by row.
    """

    compiled: Compiled
    published_path: Path
    rejects_path: Path
    malformed: Sequence[Malformed] = ()
    keys: Sequence[BrokenKey] = ()
    rows: int = 0
    published: int = 0
    filled: dict[str, int] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    present: dict[str, int] = field(default_factory=dict)
    reasons: dict[tuple[str, str], int] = field(default_factory=dict)
    examples: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        originals = [self._original_name(column) for column in self.compiled.columns]
        self._rejects_schema = pa.schema(
            [("_row", pa.int64()), ("_reasons", pa.list_(pa.string()))]
            + [(name, pa.string()) for name in originals]
            + [("_line", pa.int64()), ("_raw", pa.string())]
        )
        # The k-th good record is number k + (broken records before it).
        broken = np.fromiter((record.row for record in self.malformed), np.int64, len(self.malformed))
        self._broken_before = broken - np.arange(len(broken)) - 1
        self._stack = ExitStack()
        self._rejects = self._stack.enter_context(_written(self.rejects_path, self._rejects_schema))
        self._published: pq.ParquetWriter | None = None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._stack.close()
        except OSError as full:
            raise io_fault(full) from full

    def _original_name(self, column: str) -> str:
        return f"{column}_original" if column in REJECT_COLUMNS else column

    def write_all(self, batches: Iterable[pa.RecordBatch], progress: Callable[[int], None]) -> None:
        """Write every batch, in order; `progress` is told the rows so far."""
        try:
            for batch in batches:
                self._write(batch)
                progress(self.rows)
            self._write_malformed()
            if self._published is None:
                # Nothing was good enough: a file with the columns and no row is still what readers expect.
                self._publish(pa.Table.from_batches([], self._schema))
        except OSError as fault:
            raise io_fault(fault) from fault

    def _publish(self, table: pa.Table) -> None:
        if self._published is None:
            writer = _written(self.published_path, table.schema, _repeating(table))
            self._published = self._stack.enter_context(writer)
        self._published.write_table(table)

    def _write(self, batch: pa.RecordBatch) -> None:
        # Rows that break keys are found outside the plan and fall here.
        sound = flags(batch.column(OK))
        broken = [(key, self._in_batch(key, batch.num_rows)) for key in self.keys]
        for _, places in broken:
            sound[places] = False
        outputs = [batch.column(output.column) for output in self.compiled.outputs]
        table = pa.Table.from_arrays(outputs, names=[output.name for output in self.compiled.outputs])
        self._schema = table.schema
        bad = np.flatnonzero(~sound)
        if len(bad):
            table = table.filter(booleans(sound))
            self._write_rejected(batch, bad, broken)
        if table.num_rows:
            self._publish(table)
        for output in self.compiled.outputs:
            column = table.column(output.name)
            self.filled[output.name] = self.filled.get(output.name, 0) + len(column) - column.null_count
        for count in self.compiled.counts:
            counted = batch.column(count.column)
            if len(bad) and count.what in OF_PUBLISHED:
                counted = pc.and_(counted, booleans(sound))
            self.counted[count.column] = self.counted.get(count.column, 0) + (pc.sum(counted).as_py() or 0)
        self.rows += batch.num_rows
        self.published += table.num_rows

    def _in_batch(self, key: BrokenKey, size: int) -> NDArray[np.int64]:
        # Row numbers count from 1 and ascend, so two searches cut out those of this batch.
        first, last = np.searchsorted(key.rows, [self.rows + 1, self.rows + size + 1])
        return key.rows[first:last] - self.rows - 1

    def _write_rejected(
        self, batch: pa.RecordBatch, bad: NDArray[np.int64], broken: list[tuple[BrokenKey, NDArray[np.int64]]]
    ) -> None:
        rejected = batch.take(integers(bad))
        index = bad + self.rows
        rows = index + 1 + np.searchsorted(self._broken_before, index, side="right")
        originals = _columns_of(rejected.column(ORIGINALS), len(self.compiled.columns))
        for name, cells in zip(self.compiled.columns, originals, strict=True):
            self.present[name] = self.present.get(name, 0) + self._present_in(cells)
        reasons = rejected.column(REASONS)
        if any(len(places) for _, places in broken):
            reasons = _with_key_reasons(reasons, originals, bad, broken)
        empty = pa.nulls(len(bad), pa.string())
        columns = [integers(rows), reasons, *originals, pa.nulls(len(bad), pa.int64()), empty]
        self._rejects.write_table(pa.Table.from_arrays(columns, schema=self._rejects_schema))
        self._count_reasons(reasons.flatten(), self.compiled.rules)

    def _present_in(self, cells: pa.Array) -> int:
        words = texts(["", *self.compiled.schema.missing_values])
        missing = pc.sum(pc.is_in(cells, value_set=words)).as_py() or 0
        return int(len(cells) - cells.null_count - missing)

    def _count_reasons(self, reasons: pa.Array, rules: Iterable[tuple[str, str]]) -> None:
        for column, rule in rules:
            prefix = f"{column}: {rule}: "
            found = reasons.filter(pc.starts_with(reasons, prefix))
            if len(found):
                self.reasons[column, rule] = self.reasons.get((column, rule), 0) + len(found)
                examples = self.examples.setdefault((column, rule), [])
                # A few texts are enough for three examples; a million would become as many objects of Python.
                for value in found.slice(0, 50).to_pylist():
                    if len(examples) < EXAMPLES and value.removeprefix(prefix) not in examples:
                        examples.append(value.removeprefix(prefix))

    def _write_malformed(self) -> None:
        # By parts: their texts a second time, all at once, would be more than a small memory has.
        for start in range(0, len(self.malformed), MALFORMED_AT_ONCE):
            self._write_some_malformed(self.malformed[start : start + MALFORMED_AT_ONCE])

    def _write_some_malformed(self, malformed: Sequence[Malformed]) -> None:
        reasons = [[f"{_RECORD}: {record.why}: {record.raw[:200]}"] for record in malformed]
        columns = [
            pa.array([record.row for record in malformed], pa.int64()),
            pa.array(reasons, pa.list_(pa.string())),
            *[pa.nulls(len(malformed), pa.string()) for _ in self.compiled.columns],
            pa.array([record.line for record in malformed], pa.int64()),
            pa.array([record.raw for record in malformed], pa.string()),
        ]
        self._rejects.write_table(pa.Table.from_arrays(columns, schema=self._rejects_schema))
        rules = sorted({(_RECORD, record.why) for record in malformed})
        self._count_reasons(columns[1].flatten(), rules)
