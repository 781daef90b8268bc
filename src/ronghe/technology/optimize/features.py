"""Workload features as numbers: numbers as they are, texts as one column for each frequent word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["NUMBER", "Encoding", "Feature", "numbers"]

Floats = NDArray[np.float64]

NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?%?$"
MOSTLY = 0.9
"""A feature is a number when this part of its filled cells is; the rest then counts as unknown."""
WORDS = 20
"""Columns that one text feature may become: rarer words could not fill a leaf."""


def numbers(column: pa.ChunkedArray) -> Floats:
    """The cells as numbers, NaN for whatever is none; `12%` is 0.12 and infinite values are unknown."""
    texts = pc.fill_null(column.cast(pa.string()), "")
    fits = pc.match_substring_regex(texts, NUMBER)
    percent = pc.ends_with(texts, "%")
    plain = pc.if_else(fits, pc.utf8_rtrim(texts, "%"), pa.scalar(None, pa.string()))
    values = pc.cast(plain, pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64)
    values = np.where(percent.to_numpy(zero_copy_only=False), values / 100, values)
    return np.where(np.isfinite(values), values, np.nan)


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature: a number when `words` is None, else a text with its frequent words."""

    name: str
    words: tuple[str, ...] | None
    unread: int = 0

    @property
    def width(self) -> int:
        """Columns that it takes."""
        return 1 if self.words is None else len(self.words)

    def encode(self, column: pa.ChunkedArray) -> Floats:
        """M x width, NaN where unknown."""
        if self.words is None:
            return numbers(column)[:, None]
        blank = pc.is_null(column).to_numpy(zero_copy_only=False)
        found = [pc.fill_null(pc.equal(column, word), False).to_numpy(zero_copy_only=False) for word in self.words]
        encoded = np.stack(found, axis=1).astype(np.float64) if found else np.zeros((len(column), 0))
        return np.where(blank[:, None], np.nan, encoded)

    def unknown(self, column: pa.ChunkedArray) -> list[str]:
        """Words that no past workload had, sorted."""
        if self.words is None:
            return []
        return sorted(set(pc.drop_null(pc.unique(column)).to_pylist()) - set(self.words))


def _feature(name: str, column: pa.ChunkedArray) -> Feature:
    filled = len(column) - column.null_count
    read = int((~np.isnan(numbers(column))).sum())
    if read >= MOSTLY * filled:
        return Feature(name, None, filled - read)
    counted = pc.value_counts(pc.drop_null(column)).to_pylist()
    frequent = sorted(counted, key=lambda one: (-one["counts"], one["values"]))[:WORDS]
    return Feature(name, tuple(sorted(one["values"] for one in frequent)))


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the features of past workloads are read; the same for every need."""

    features: tuple[Feature, ...]

    @classmethod
    def of(cls, workloads: pa.Table, names: Sequence[str]) -> "Encoding":
        """Learn it from a table of texts, NULL where blank."""
        return cls(tuple(_feature(name, workloads.column(name)) for name in names))

    def encode(self, table: pa.Table) -> Floats:
        """M x F; a feature that the table does not have is unknown in every row."""
        blank = pa.chunked_array([pa.nulls(table.num_rows, pa.string())])
        parts = [
            one.encode(table.column(one.name) if one.name in table.column_names else blank) for one in self.features
        ]
        return np.hstack(parts) if parts else np.zeros((table.num_rows, 0))

    def names(self) -> Iterator[str]:
        """What each column is."""
        for one in self.features:
            yield from (one.name,) if one.words is None else (f"{one.name}={word}" for word in one.words)
