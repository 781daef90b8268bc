"""Read Parquet and Arrow (IPC file or stream, Feather 2) as columns of canonical text."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ronghe.tables.canonical import quoted, select_texts
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.dialect import column_names
from ronghe.tables.engine import BATCH_ROWS, io_fault
from ronghe.tables.limits import Limits
from ronghe.tables.sniff import sniff
from ronghe.tables.staged import Note, Staged
from ronghe.terms import InputError, LimitReached

__all__ = ["renamed_columns", "stage_parquet"]


@contextmanager
def _clear(path: Path) -> Iterator[None]:
    """Errors of the readers as one line about the file."""
    try:
        yield
    except OSError as fault:
        if fault.errno:
            raise io_fault(fault) from fault
        raise InputError("tables.file_corrupt", path=str(path), detail=str(fault).splitlines()[0]) from fault
    except (duckdb.Error, pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, pa.ArrowKeyError) as fault:
        if "No space left" in str(fault):
            raise io_fault(fault) from fault
        detail = (str(fault).splitlines() or [type(fault).__name__])[0]
        raise InputError("tables.file_corrupt", path=str(path), detail=detail) from fault


def renamed_columns(read: Sequence[str], limits: Limits, path: str) -> tuple[tuple[str, ...], list[Note]]:
    """Names as a staged table has them, with a note for each that differs; LimitReached for too many."""
    if len(read) > limits.columns:
        raise LimitReached("tables.table_wide", path=path, columns=len(read), most=limits.columns)
    names, changes = column_names(read, len(read))
    return names, [Note("tables.renamed_column", {"read": old, "name": new}) for old, new in changes]


def _arrow_reader(path: Path) -> pa.RecordBatchReader:
    """The batches of an Arrow file, file or stream."""
    source = pa.memory_map(str(path))
    magic = source.read(6)
    source.seek(0)
    if magic == b"ARROW1":
        opened = pa.ipc.open_file(source)
        batches = (opened.get_batch(number) for number in range(opened.num_record_batches))
        return pa.RecordBatchReader.from_batches(opened.schema, batches)
    return pa.ipc.open_stream(source)


def _unique(reader: pa.RecordBatchReader) -> pa.RecordBatchReader:
    """The same batches under names that cannot clash."""
    names = [f"p{place}" for place in range(len(reader.schema))]
    schema = pa.schema([field.with_name(name) for field, name in zip(reader.schema, names, strict=True)])
    batches = (pa.RecordBatch.from_arrays(batch.columns, schema=schema) for batch in reader)
    return pa.RecordBatchReader.from_batches(schema, batches)


def _already_text(connection: duckdb.DuckDBPyConnection, kinds: Sequence[str], names: Sequence[str]) -> bool:
    if any(kind != "VARCHAR" for kind in kinds):
        return False
    empty = " OR ".join(f"{quoted(name)} = ''" for name in names)
    found = connection.execute(f"SELECT 1 FROM source WHERE {empty} LIMIT 1").fetchall()  # noqa: S608 - names are quoted
    return not found


def _copy(connection: duckdb.DuckDBPyConnection, names: Sequence[str], kinds: Sequence[str], target: Path) -> int:
    """Write the texts; gives the number of rows. Streams: no more than a few batches are held."""
    reader = connection.sql(select_texts(names, kinds, "source")).to_arrow_reader(BATCH_ROWS)
    rows = 0
    with pq.ParquetWriter(target, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def stage_parquet(source: Path, into: Path, *, limits: Limits | None = None, progress: Progress = silent) -> Staged:
    """A Parquet or Arrow file as a Parquet file of text columns in the folder `into`, or itself when it is one.

    Dates become ISO, decimals plain, nested values JSON, bytes text where they are UTF-8 and hexadecimal otherwise,
    instants UTC. Raises InputError for corrupt and encrypted files.
    """
    with _clear(source), duckdb.connect() as connection:
        connection.execute("SET threads = 2; SET enable_progress_bar = false")
        if sniff(source).kind == "parquet":
            schema = pq.read_schema(source)
            plain = not set("*?[]{}") & set(str(source))
            path = source if plain else into / "linked.parquet"
            if not plain:
                path.unlink(missing_ok=True)
                path.symlink_to(source.resolve())
            relation = connection.read_parquet(str(path))
            whole = pq.read_metadata(source).num_rows
        else:
            reader = _arrow_reader(source)
            schema, path, whole = reader.schema, source, None
            relation = connection.from_arrow(_unique(reader))
        names, notes = renamed_columns(schema.names, limits or Limits(), str(source))
        kinds = [str(kind) for kind in relation.types]
        relation.create_view("source")
        if whole is not None and _already_text(connection, kinds, relation.columns):
            return Staged(columns=names, path=path, kind="parquet", rows=whole, notes=tuple(notes))
        target = into / "staged.parquet"
        rows = _copy(connection, relation.columns, kinds, target)
        progress("read", rows, rows)
    return Staged(columns=names, path=target, kind="parquet", rows=rows, notes=tuple(notes))
