"""Whole columns of text at once: numpy and Arrow, never a Python step for each row."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = [
    "Ints",
    "Mask",
    "days_as_text",
    "digits_of",
    "from_characters",
    "joined",
    "looked_up",
    "numbers",
    "part",
    "scattered",
    "shifted",
    "taken",
    "to_characters",
    "whole",
]

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


def taken(table: Sequence[str], index: Ints) -> pa.Array:
    """`table[i]` for every i."""
    return pa.array(list(table), pa.string()).take(pa.array(index))


def looked_up(values: pa.Array, keys: Sequence[str], answers: Sequence[str]) -> pa.Array:
    """The answer at each value's place among `keys`; a value that is not a key stays as it is."""
    place = pc.index_in(values, value_set=pa.array(list(keys), pa.string()))
    return pc.coalesce(pa.array(list(answers), pa.string()).take(place), values)


def numbers(values: Ints, width: int = 0) -> pa.Array:
    """Decimal text, padded with zeros to `width`."""
    written = pa.array(values).cast(pa.string())
    return pc.utf8_lpad(written, width, "0") if width else written


def whole(values: pa.Array) -> Ints:
    """Integers from their decimal text."""
    found: Ints = values.cast(pa.int64()).to_numpy()
    return found


def joined(*parts: pa.Array | str) -> pa.Array:
    """The parts of each row one behind the other; a null part makes a null."""
    return pc.binary_join_element_wise(*parts, "")


def part(values: pa.Array, start: int, stop: int | None = None) -> pa.Array:
    """Characters from `start` up to but without `stop`."""
    return pc.utf8_slice_codeunits(values, start, stop)


def days_as_text(days: NDArray[np.datetime64]) -> pa.Array:
    """ISO 8601 calendar days."""
    return pa.array(days.astype("datetime64[D]")).cast(pa.string())


def scattered(values: pa.Array, where: Ints, replacements: pa.Array) -> pa.Array:
    """`values` with those at the ascending places `where` replaced."""
    mask = np.zeros(len(values), bool)
    mask[where] = True
    return pc.replace_with_mask(values, pa.array(mask), replacements)


def digits_of(values: Ints, width: int) -> NDArray[np.int64]:
    """One row for each value, one decimal digit in each of `width` columns."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    found: NDArray[np.int64] = values[:, None] // powers % 10
    return found


def from_characters(matrix: NDArray[np.uint8]) -> pa.Array:
    """Text from rows of ASCII codes, all of one length."""
    rows, width = matrix.shape
    offsets = np.arange(0, (rows + 1) * width, width, dtype=np.int32)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(matrix)))


def to_characters(values: pa.Array, width: int) -> NDArray[np.uint8]:
    """Rows of ASCII codes from text that is `width` characters everywhere; the inverse of `from_characters`."""
    raw = np.frombuffer(pc.binary_join(pa.array([values.to_pylist()]), "")[0].as_py().encode("ascii"), np.uint8)
    return raw.reshape(len(values), width)


def shifted(values: pa.Array, low: int, high: int, distance: int) -> pa.Array:
    """Text with every code point from `low` to `high` moved by `distance`."""
    points = np.array(values.to_pylist(), dtype=str)
    if points.dtype.itemsize == 0:
        return values
    codes = points.view(np.uint32)
    moved = np.where((codes >= low) & (codes <= high), codes + distance, codes).astype(np.uint32)
    return pa.array(moved.view(points.dtype))
