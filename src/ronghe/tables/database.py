"""Read a table or a query behind a SQLAlchemy URL, streaming, in a session that only reads."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import URL, Connection, CursorResult, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from ronghe.tables.cells import texts_of
from ronghe.tables.database_query import check_query
from ronghe.tables.database_url import database_url, masked, open_engine, shown
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.engine import io_fault
from ronghe.tables.limits import Limits
from ronghe.tables.parquet import renamed_columns
from ronghe.tables.staged import Staged
from ronghe.terms import InputError, UsageError

__all__ = ["stage_database", "table_names", "tables_of"]

ROWS_AT_ONCE = 20_000
NAMES_SHOWN = 20

_READ_ONLY = {
    "postgresql": "SET TRANSACTION READ ONLY",
    "kingbase": "SET TRANSACTION READ ONLY",
    "oracle": "SET TRANSACTION READ ONLY",
    "mysql": "START TRANSACTION READ ONLY",
    "mariadb": "START TRANSACTION READ ONLY",
}


@contextmanager
def _connected(url: URL) -> Iterator[Connection]:
    """A connection with a server-side cursor, told to read only; errors name the database but no password."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            order = _READ_ONLY.get(url.get_backend_name())
            if order:
                connection.exec_driver_sql(order)
            yield connection.execution_options(stream_results=True)
    except SQLAlchemyError as fault:
        cause = getattr(fault, "orig", None) or fault
        raise InputError("tables.database_fault", url=shown(url), detail=masked(str(cause), url)) from None
    except OSError as fault:
        raise io_fault(fault) from fault
    finally:
        engine.dispose()


def _tables(connection: Connection, schema: str | None) -> list[str]:
    inspector = inspect(connection)
    return sorted({*inspector.get_table_names(schema), *inspector.get_view_names(schema)})


def table_names(source: str, *, environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The tables and views of a database, sorted. Raises InputError as `stage_database` does."""
    url, _ = database_url(source, environment)
    with _connected(url) as connection:
        return tuple(_tables(connection, None))


def tables_of(source: str, *, environment: Mapping[str, str] | None = None) -> Mapping[str, tuple[str, ...]]:
    """The tables and views of a database with the names of their columns; no row is read. Raises as
    `stage_database` does."""
    url, _ = database_url(source, environment)
    with _connected(url) as connection:
        inspector = inspect(connection)
        names = _tables(connection, None)
        return {name: tuple(column["name"] for column in inspector.get_columns(name)) for name in names}


def _select_all(connection: Connection, url: URL, name: str) -> str:
    """The SELECT of a table, a view, or `schema.table`; the name is looked up first, so it cannot be anything else."""
    schema, _, bare = name.rpartition(".")
    preparer = connection.dialect.identifier_preparer
    for candidate, where in ((name, None), (bare, schema)) if schema else ((name, None),):
        if candidate in _tables(connection, where):
            quoted = preparer.quote(candidate)
            return f"SELECT * FROM {preparer.quote_schema(where)}.{quoted}" if where else f"SELECT * FROM {quoted}"  # noqa: S608
    known = _tables(connection, None)
    near = get_close_matches(name, known, NAMES_SHOWN, 0.5) or known[:NAMES_SHOWN]
    raise InputError("tables.no_such_table", url=shown(url), table=name, known=", ".join(near) or "-")


def _narrowed(
    connection: Connection, url: URL, statement: str, columns: Sequence[str], where: tuple[str, str] | None
) -> str:
    """The statement narrowed to columns, where it has them all, and to rows whose column has the value that is bound;
    each name is looked up first."""
    if not columns and where is None:
        return statement
    inner = f"({statement.strip().rstrip(';')}\n) asked"
    known = tuple(connection.execute(text(f"SELECT * FROM {inner} WHERE 1 = 0")).keys())  # noqa: S608 - checked above

    def quoted(name: str) -> str:
        return connection.dialect.identifier_preparer.quote(name).replace(":", r"\:")

    wanted = ", ".join(map(quoted, columns)) if columns and set(columns) <= set(known) else "*"
    select = f"SELECT {wanted} FROM {inner}"  # noqa: S608 - as above
    if where is None:
        return select
    if where[0] not in known:
        raise InputError("tables.no_such_column", url=shown(url), column=where[0], known=", ".join(known[:NAMES_SHOWN]))
    return f"{select} WHERE {quoted(where[0])} = :subject"


def _batch(rows: Sequence[Sequence[object]], schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([texts_of(column) for column in zip(*rows, strict=True)], schema=schema)


def _write(result: CursorResult[tuple[object, ...]], width: int, target: Path, progress: Progress) -> int:
    schema = pa.schema([(f"c{place}", pa.string()) for place in range(width)])
    count = 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for rows in result.partitions(ROWS_AT_ONCE):
            writer.write_batch(_batch(rows, schema))
            count += len(rows)
            progress("read", count, 0)
    return count


def stage_database(
    source: str,
    into: Path,
    *,
    table: str | None = None,
    query: str | None = None,
    where: tuple[str, str] | None = None,
    columns: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    progress: Progress = silent,
) -> Staged:
    """A table, view or query as a Parquet file of text columns in the folder `into`; with `where`, a column and a
    value, only the rows that have the value, and with `columns` only these if it has them all, so that the database
    hands out no others.

    `source` is `URL#table`, or a URL with `table` or `query` beside it; `env:NAME` and `url-file:PATH` keep it off
    the command line. Rows come through a server-side cursor, some 20,000 at a time. `progress` cannot know the total
    and tells 0. Raises InputError for a missing driver, server, table or column, Refused for a query that is no plain
    SELECT.
    """
    url, named = database_url(source, environment)
    table = table or named
    if (table is None) == (query is None):
        raise UsageError("tables.table_or_query", url=shown(url))
    if query is not None:
        check_query(query, url.get_backend_name())
    target = into / "staged.parquet"
    with _connected(url) as connection:
        statement = query if query is not None else _select_all(connection, url, str(table))
        # The driver gets the text as it is: a colon or a percent sign in it is no parameter.
        plain = statement.replace(":", r"\:")
        subject = {} if where is None else {"subject": where[1]}
        result = connection.execute(text(_narrowed(connection, url, plain, columns, where)), subject)
        names, notes = renamed_columns(tuple(result.keys()), limits or Limits(), shown(url))
        rows = _write(result, len(names), target, progress)
    return Staged(columns=names, path=target, kind="parquet", rows=rows, notes=tuple(notes))
