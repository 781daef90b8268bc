"""Tables that people wrote, as columns of numbers and texts: whatever cannot be used is told with its row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from sqlglot import exp

from ronghe.tables.delimited import separate
from ronghe.tables.engine import MalformedRecords, Resources, duckdb_engine
from ronghe.tables.open import stage
from ronghe.terms import InputError
from ronghe.terms.time import FIRST_YEAR, LAST_YEAR, usual_year

__all__ = ["LARGEST", "Texts", "check_apart", "check_pairs", "moments", "numbers", "read_texts", "texts"]

LARGEST = 1e15
"""Amounts above it are taken for mistakes: no city has a quadrillion of anything, and sums would lose digits."""
_NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$"


@dataclass(frozen=True, slots=True)
class Texts:
    """A table of texts, NULL for blank, and where it came from."""

    path: str
    table: pa.Table

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return name in self.table.column_names

    def wants(self, *names: str) -> None:
        """InputError where one of these columns is missing."""
        for name in names:
            if not self.has(name):
                known = ", ".join(self.table.column_names)
                raise InputError("resources.column_missing", path=self.path, name=name, known=known)


def read_texts(path: Path | str) -> Texts:
    """A whole table as texts, trimmed. InputError for a file that is no table, has no rows, or has broken records."""
    with TemporaryDirectory(prefix="ronghe-") as made:
        scratch = Path(made)
        staged = stage(str(path), scratch)
        with duckdb_engine(scratch / "spill", Resources()) as engine:
            engine.attach("given", staged)
            trimmed = [
                exp.alias_(
                    exp.func("NULLIF", exp.Trim(this=exp.column(f"c{place}")), exp.Literal.string("")), f"c{place}"
                )
                for place in range(len(staged.columns))
            ]
            try:
                table = engine.query(exp.select(*trimmed).from_("given"))
            except MalformedRecords:
                staged = separate(staged, scratch)
    if staged.malformed:
        first = staged.malformed[0]
        raise InputError("resources.broken_records", path=str(path), count=len(staged.malformed), row=first.row)
    if not table.num_rows:
        raise InputError("resources.no_rows", path=str(path))
    return Texts(str(path), table.rename_columns(list(staged.columns)))


def texts(given: Texts, name: str, otherwise: str = "") -> pa.ChunkedArray:
    """A column of texts, `otherwise` where it is blank or absent."""
    if not given.has(name):
        return pa.chunked_array([pa.repeat(pa.scalar(otherwise, pa.string()), given.table.num_rows)])
    return pc.fill_null(given.table.column(name).cast(pa.string()), otherwise)


def _fail(given: Texts, code: str, name: str, wrong: pa.ChunkedArray, **params: object) -> None:
    """InputError with the first row that is wrong, its value, and how many there are."""
    flags = pc.fill_null(wrong, False).to_numpy()
    if flags.any():
        row = int(np.argmax(flags))
        value = given.table.column(name)[row].as_py()
        count = int(flags.sum())
        raise InputError(code, path=given.path, row=row + 1, column=name, value=value, count=count, **params)


def numbers(
    given: Texts,
    name: str,
    *,
    otherwise: float = 0.0,
    least: float = 0.0,
    most: float = LARGEST,
    whole: bool = False,
) -> NDArray[np.float64]:
    """A column of finite numbers from `least` to `most`, `otherwise` where it is blank or absent."""
    if not given.has(name):
        return np.full(given.table.num_rows, otherwise)
    column = given.table.column(name).cast(pa.string())
    _fail(given, "resources.not_a_number", name, pc.invert(pc.match_substring_regex(column, _NUMBER)))
    values = pc.fill_null(pc.cast(column, pa.float64()), otherwise)
    outside = pc.or_(pc.less(values, least), pc.greater(values, most))
    _fail(given, "resources.out_of_range", name, outside, least=f"{least:g}", most=f"{most:g}")
    if whole:
        _fail(given, "resources.not_whole", name, pc.not_equal(values, pc.floor(values)))
    found: NDArray[np.float64] = values.to_numpy().astype(np.float64)
    return found


def moments(given: Texts, name: str) -> NDArray[np.int64]:
    """A column of instants as seconds since 1970 in UTC; a time without a zone is in UTC. InputError for others."""
    given.wants(name)
    column = pc.fill_null(given.table.column(name).cast(pa.string()), "")
    found = np.zeros(len(column), np.int64)
    seen: dict[str, int] = {}
    for row, text in enumerate(column.to_pylist()):
        if text not in seen:
            seen[text] = _seconds(given, name, row, text)
        found[row] = seen[text]
    return found


def _seconds(given: Texts, name: str, row: int, text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as fault:
        raise InputError("resources.not_a_moment", path=given.path, row=row + 1, column=name, value=text) from fault
    if not usual_year(moment):
        span = {"least": str(FIRST_YEAR), "most": str(LAST_YEAR), "count": 1}
        raise InputError("resources.out_of_range", path=given.path, row=row + 1, column=name, value=text, **span)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def check_ids(given: Texts, name: str) -> pa.ChunkedArray:
    """A column of ids that are there and differ; InputError otherwise."""
    given.wants(name)
    column = given.table.column(name).cast(pa.string())
    _fail(given, "resources.id_missing", name, pc.is_null(column))
    _check_once(given, name, column)
    return column


def _check_once(given: Texts, name: str, column: pa.ChunkedArray) -> None:
    if pc.count_distinct(column).as_py() < len(column):
        counted = pc.value_counts(column).to_pylist()
        twice = sorted(str(one["values"]) for one in counted if one["counts"] > 1)
        shown = ", ".join(twice[:5])
        raise InputError("resources.id_repeats", path=given.path, column=name, count=len(twice), ids=shown)


def check_pairs(given: Texts, first: str, second: str) -> None:
    """InputError where two rows have the same pair of texts: which of them counts would be a guess."""
    both = pc.binary_join_element_wise(texts(given, first), texts(given, second), " / ")
    _check_once(given, f"{first} / {second}", both)


def check_apart(inputs: Sequence[Path], outputs: Sequence[Path]) -> None:
    """InputError where a file would be written over one that is read, or over another that is written."""
    seen = {path.resolve() for path in inputs}
    for path in outputs:
        if path.resolve() in seen:
            raise InputError("resources.out_is_input", path=str(path))
        seen.add(path.resolve())


def check_filled(given: Texts, names: Sequence[str]) -> None:
    """InputError for a blank where there must be a text."""
    given.wants(*names)
    for name in names:
        _fail(given, "resources.blank", name, pc.is_null(given.table.column(name)))
