"""Attach a source with the types that it has: Parquet as it lies, anything else as text."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from ronghe.tables import expressions as ops
from ronghe.tables.address import is_database
from ronghe.tables.delimited import Progress, separate
from ronghe.tables.engine import DuckDB, MalformedRecords
from ronghe.tables.limits import Limits
from ronghe.tables.open import ReadOptions, stage
from ronghe.tables.parquet import renamed_columns
from ronghe.tables.sniff import locate, sniff
from ronghe.tables.staged import Staged

__all__ = ["attach_typed"]

_TYPES = {
    "VARCHAR": ops.TEXT,
    "BIGINT": ops.INTEGER,
    "DOUBLE": ops.NUMBER,
    "DATE": ops.DATE,
    "TIMESTAMP": ops.TIMESTAMP,
    "BOOLEAN": ops.BOOLEAN,
}


def _staged(source: str, into: Path, options: ReadOptions | None, progress: Progress) -> Staged:
    staged = stage(source, into, options=options, progress=progress)
    if is_database(source):
        return staged
    path, _ = locate(source)
    if sniff(path).kind != "parquet":
        return staged
    import pyarrow.parquet as pq

    fields = pq.read_schema(path)
    names, notes = renamed_columns(fields.names, Limits(), str(path))
    return Staged(columns=names, path=path, kind="parquet", rows=None, notes=tuple(notes))


def _type(told: str) -> ops.Type | None:
    found = re.fullmatch(r"DECIMAL\(([0-9]+),([0-9]+)\)", told)
    return ops.decimal(int(found[1]), int(found[2])) if found else _TYPES.get(told)


def attach_typed(
    engine: DuckDB,
    view: str,
    source: str,
    into: Path,
    options: ReadOptions | None,
    progress: Progress,
    run: Callable[[Mapping[str, ops.Column]], None],
    staged: Staged | None = None,
) -> Staged:
    """Attach `source` as `view` and `run` with its columns by name; again without its broken records where there are
    any. A Parquet file with a type that rules cannot read is taken as text. `staged` is the source where it was read
    already."""
    staged = staged or _staged(source, into, options, progress)
    engine.attach(view, staged)
    types = {place: _type(told) for place, told in engine.types(view).items()}
    if None in types.values():
        staged = stage(source, into, options=options, progress=progress)
        engine.attach(view, staged)
        types = dict.fromkeys(types, ops.TEXT)
    columns = {
        name: ops.Column(f"c{place}", types[f"c{place}"] or ops.TEXT) for place, name in enumerate(staged.columns)
    }
    try:
        run(columns)
    except MalformedRecords:
        staged = separate(staged, into)
        engine.attach(view, staged)
        run(columns)
    return staged
