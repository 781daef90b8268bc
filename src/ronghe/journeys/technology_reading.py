"""Tables that people wrote about technologies: texts, NULL for blank; rows that cannot be used are told, never lost."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ronghe.tables.delimited import separate
from ronghe.tables.engine import MalformedRecords, Resources, duckdb_engine
from ronghe.tables.open import stage
from ronghe.tables.staged import Staged
from ronghe.terms import InputError

__all__ = ["Rejected", "Texts", "read_texts"]

ROWS = 5_000_000
"""Evaluations are people's and programs' reports, not sensor data: more rows are taken for the wrong file."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that takes no part: file, row, and a code of `messages` with its parameters."""

    path: str
    row: int
    code: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Texts:
    """A table of texts, the number of each of its rows in the file, and the records of the file that were broken."""

    path: str
    table: pa.Table
    rows: NDArray[np.int64]
    rejected: tuple[Rejected, ...] = ()

    def only(self, kept: NDArray[np.bool_], *rejected: Rejected) -> "Texts":
        """The rows that are kept, which keep their numbers, and what is told of the others."""
        table = self.table.filter(pa.array(kept))
        return replace(self, table=table, rows=self.rows[kept], rejected=(*self.rejected, *rejected))

    def wants(self, *names: str) -> None:
        """InputError where one of these columns is missing."""
        for name in names:
            if name not in self.table.column_names:
                known = ", ".join(self.table.column_names)
                raise InputError("technology.column_missing", path=self.path, name=name, known=known)

    def column(self, name: str) -> pa.ChunkedArray:
        """A column, NULL in every row where the table has none of the name."""
        if name in self.table.column_names:
            return self.table.column(name)
        return pa.chunked_array([pa.nulls(self.table.num_rows, pa.string())])


def _trimmed(table: pa.Table, names: Sequence[str]) -> pa.Table:
    columns = []
    for column in table.columns:
        text = pc.utf8_trim_whitespace(column.cast(pa.string()))
        columns.append(pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text))
    return pa.table(columns, names=list(names))


def _rows(staged: Staged, scratch: Path) -> tuple[Staged, pa.Table]:
    from sqlglot import exp

    with duckdb_engine(scratch / "spill", Resources()) as engine:
        engine.attach("given", staged)
        places = [exp.column(f"c{place}") for place in range(len(staged.columns))]
        try:
            return staged, engine.query(exp.select(*places).from_("given"))
        except MalformedRecords:
            clean = separate(staged, scratch)
            engine.attach("separated", clean)
            return clean, engine.query(exp.select(*places).from_("separated"))


def _names(given: Sequence[str], own: Collection[str]) -> list[str]:
    """The names of the columns; one that differs from one of our own only in capitals is that one."""
    folded = {name.strip().casefold(): name for name in own}
    names = [folded.get(name.strip().casefold(), name) for name in given]
    return [name if one in given or names.count(one) > 1 else one for name, one in zip(given, names, strict=True)]


def read_texts(path: Path | str, *, wanted: Sequence[str] = (), own: Collection[str] = ()) -> Texts:
    """A whole table as texts. InputError for a file that is no table, has no rows or not the columns wanted.

    `own` are names of columns that mean something here, however their capitals are written.
    """
    with TemporaryDirectory(prefix="ronghe-") as made:
        staged, table = _rows(stage(str(path), Path(made)), Path(made))
    if table.num_rows > ROWS:
        raise InputError("technology.too_many_rows", path=str(path), rows=table.num_rows, most=ROWS)
    broken = tuple(
        Rejected(str(path), one.row, "technology.row_broken", {"line": one.line}) for one in staged.malformed
    )
    numbers = np.setdiff1d(np.arange(1, table.num_rows + len(broken) + 1), [one.row for one in broken])
    names = _names(staged.columns, {*wanted, *own})
    texts = Texts(str(path), _trimmed(table, names), numbers.astype(np.int64), broken)
    texts.wants(*wanted)
    if not table.num_rows:
        raise InputError("technology.no_rows", path=str(path))
    return texts
