"""The tables that a plan integrates, as views of the engine: Parquet as it lies, anything else as text."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from ronghe.data.integrate.fuse.plan import Source
from ronghe.data.integrate.fuse.table import Table, column, named
from ronghe.tables.address import is_database
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.engine import DuckDB, MalformedRecords, io_fault
from ronghe.tables.limits import Limits
from ronghe.tables.open import stage
from ronghe.tables.parquet import renamed_columns
from ronghe.tables.sniff import locate, sniff
from ronghe.terms import InputError

__all__ = ["broken_files_told", "opened", "parquet_of"]

_OF_PARQUET = (pa.ArrowException, duckdb.Error, OSError)


def _corrupt(path: Path, fault: BaseException) -> InputError:
    detail = (str(fault).splitlines() or [type(fault).__name__])[0]
    return InputError("tables.file_corrupt", path=str(path), detail=detail)


def parquet_of(address: str, into: Path) -> Path | None:
    """The file, if it is Parquet; under a name of our own where the engine would take its name for a pattern."""
    if is_database(address):
        return None
    path, _ = locate(address)
    if sniff(path).kind != "parquet":
        return None
    if not set("*?[]{}") & set(str(path)):
        return path
    linked = into / "linked.parquet"
    linked.unlink(missing_ok=True)
    linked.symlink_to(path.resolve())
    return linked


def _may_be_empty(path: Path) -> set[int]:
    """The places of columns in which an empty text may stand: the file's statistics know the smallest text."""
    metadata = pq.read_metadata(path)
    found = set()
    for group in range(metadata.num_row_groups):
        for place in range(metadata.num_columns):
            part = metadata.row_group(group).column(place)
            known = part.statistics
            if known is None or not known.has_min_max or not known.min:
                found.add(place)
    return found


def _attach_parquet(engine: DuckDB, view: str, path: Path) -> tuple[tuple[str, ...], set[int]]:
    """Keep the columns as c0, c1, ...; gives their names, and where empty texts may be."""
    try:
        schema = pq.read_schema(path)
        names, _ = renamed_columns(schema.names, Limits(), str(path))
        flat = pq.read_metadata(path).num_columns == len(names)  # else places of statistics are not those of columns
        empty = _may_be_empty(path) if flat else set(range(len(names)))
        relation = engine.connection.read_parquet(str(path))
    except OSError as fault:
        raise (io_fault(fault) if fault.errno else _corrupt(path, fault)) from fault
    except _OF_PARQUET as fault:
        raise _corrupt(path, fault) from fault
    shown = [duckdb.ColumnExpression(relation.columns[n]).alias(f"c{n}") for n in range(len(names))]
    relation.select(*shown).create_view(view, replace=True)
    return names, empty


def _attach(engine: DuckDB, source: Source, address: str, view: str, into: Path, progress: Progress) -> tuple[str, ...]:
    """Keep any other table as texts c0, c1, ...; gives their names."""
    staged = stage(address, into, progress=progress)
    if staged.malformed:
        first = staged.malformed[0]
        raise InputError("data.integrate_malformed", table=source.name, line=first.line, count=len(staged.malformed))
    try:
        engine.attach(view, staged)
    except MalformedRecords as fault:
        raise InputError("data.integrate_malformed", table=source.name, line=0, count=1) from fault
    return staged.columns


def _shown(source: Source, names: tuple[str, ...], kinds: Mapping[str, str], empty: set[int]) -> list[exp.Expr]:
    """The columns that the plan wants under our names; an empty text is a missing value."""
    shown: list[exp.Expr] = []
    for place, theirs in enumerate(names):
        if source.columns and theirs not in source.columns:
            continue
        read: exp.Expr = column(f"c{place}")
        if kinds[f"c{place}"] == "VARCHAR" and place in empty:
            read = exp.Nullif(this=read, expression=exp.Literal.string(""))
        shown.append(named(read, source.columns.get(theirs, theirs)))
    return shown


def opened(engine: DuckDB, source: Source, address: str, view: str, into: Path, progress: Progress = silent) -> Table:
    """The table of a source as a view of the engine, with the columns that the plan wants;
    InputError for a broken record or a column that is not there."""
    into.mkdir(parents=True, exist_ok=True)
    read = f"{view}_read"
    if path := parquet_of(address, into):
        names, empty = _attach_parquet(engine, read, path)
    else:
        names = _attach(engine, source, address, read, into, progress)
        empty = set(range(len(names)))
    for theirs in source.columns:
        if theirs not in names:
            known = ", ".join(names)
            raise InputError("data.integrate_column", step="source", table=source.name, name=theirs, known=known)
    shown = _shown(source, names, engine.types(read), empty)
    engine.view(view, exp.select(*shown).from_(read))
    return Table(view, engine.types(view), source)


@contextmanager
def broken_files_told(addresses: Mapping[str, str]) -> Iterator[None]:
    """An error of the engine as one line about the broken file that caused it; `addresses` are by table name."""
    try:
        yield
    except MalformedRecords as fault:
        raise InputError("data.integrate_malformed", table=", ".join(addresses), line=0, count=1) from fault
    except duckdb.Error:
        for address in addresses.values():
            _read_whole(Path(address))
        raise


def _read_whole(path: Path) -> None:
    """InputError where a page of a Parquet file cannot be read."""
    if not path.is_file() or sniff(path).kind != "parquet":
        return
    try:
        for _ in pq.ParquetFile(path).iter_batches():
            pass
    except _OF_PARQUET as fault:
        raise _corrupt(path, fault) from fault
