"""One door for every kind of table: sniff the content, then hand it to the reader for its kind."""

from dataclasses import dataclass
from pathlib import Path

from ronghe.tables.delimited import CsvOptions, Progress, silent, stage_delimited
from ronghe.tables.staged import Staged

__all__ = ["ReadOptions", "stage"]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user says about a source; None is found out. `sheet` is for spreadsheets, `table` and `query` for
    databases."""

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    header: bool | None = None
    sheet: str | None = None
    table: str | None = None
    query: str | None = None

    @property
    def csv(self) -> CsvOptions:
        """The part about delimited files."""
        return CsvOptions(self.encoding, self.delimiter, self.quote, self.escape, self.header)


def stage(source: str, into: Path, *, options: ReadOptions | None = None, progress: Progress = silent) -> Staged:
    """Make any source ready for an engine.

    `source` is a path (`book.xlsx#Sheet` for a sheet) or a SQLAlchemy URL (`sqlite:///city.db#table`). `into` is a
    folder
    for temporary files. Raises InputError for what cannot be read, LimitReached for what is too large.
    """
    return stage_delimited(Path(source), into, options=(options or ReadOptions()).csv, progress=progress)
