"""One door for every kind of table: sniff the content, then hand it to the reader for its kind."""

from dataclasses import dataclass, replace
from pathlib import Path

from ronghe.tables.address import is_database
from ronghe.tables.delimited import CsvOptions, Progress, silent, stage_delimited
from ronghe.tables.excel import stage_excel
from ronghe.tables.json_lines import stage_json
from ronghe.tables.parquet import stage_parquet
from ronghe.tables.sniff import locate, sniff
from ronghe.tables.staged import Staged

__all__ = ["ReadOptions", "stage"]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user says about a source; None is found out.

    `sheet` is for spreadsheets; `table`, `query`, `where` (only rows whose column has the value) and `columns` (only
    these, if it has them all) for databases.
    """

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    header: bool | None = None
    sheet: str | None = None
    table: str | None = None
    query: str | None = None
    where: tuple[str, str] | None = None
    columns: tuple[str, ...] = ()

    @property
    def csv(self) -> CsvOptions:
        """The part about delimited files."""
        return CsvOptions(self.encoding, self.delimiter, self.quote, self.escape, self.header)


def stage(source: str, into: Path, *, options: ReadOptions | None = None, progress: Progress = silent) -> Staged:
    """Make any source ready for an engine.

    `source` is a path (`book.xlsx#Sheet` for a sheet) or a SQLAlchemy URL (`sqlite:///city.db#table`). `into` is a
    folder for temporary files. Raises InputError for what cannot be read, LimitReached for what is too large.
    """
    options = options or ReadOptions()
    if is_database(source):
        return _database(source, into, options, progress)
    path, part = locate(source)
    found = sniff(path)
    if found.kind == "sqlite":
        return _database(f"sqlite:///{path}", into, replace(options, table=options.table or part), progress)
    if found.kind == "excel":
        return stage_excel(path, into, sheet=options.sheet or part, header=options.header, progress=progress)
    if found.kind in ("json_lines", "json"):
        return stage_json(path, into, encoding=options.encoding, progress=progress)
    if found.kind in ("parquet", "arrow"):
        return stage_parquet(path, into, progress=progress)
    return stage_delimited(path, into, options=options.csv, progress=progress)


def _database(source: str, into: Path, options: ReadOptions, progress: Progress) -> Staged:
    # SQLAlchemy takes longer to import than most files to read.
    from ronghe.tables.database import stage_database

    return stage_database(
        source,
        into,
        table=options.table,
        query=options.query,
        where=options.where,
        columns=options.columns,
        progress=progress,
    )
