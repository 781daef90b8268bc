"""Arrow arrays made of numpy ones and back, without `pyarrow.array`, `pyarrow.scalar` and `to_numpy`.

Those load pandas, which takes a quarter of a second of CPU, and a whole one where Python may keep no compiled files:
longer than a small table takes.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

__all__ = ["as_arrow", "as_numpy", "booleans", "flags", "integers", "no_rows", "texts"]


def integers(values: NDArray[np.int64]) -> pa.Array:
    """The numbers as an Arrow array of 64-bit integers over the same memory."""
    return pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(np.ascontiguousarray(values, np.int64))])


def as_arrow(values: NDArray[Any]) -> pa.Array:
    """Numbers of any type as an Arrow array over the same memory."""
    return pa.Array.from_buffers(
        pa.from_numpy_dtype(values.dtype), len(values), [None, pa.py_buffer(np.ascontiguousarray(values))]
    )


def as_numpy(array: pa.Array | pa.ChunkedArray) -> NDArray[Any]:
    """An Arrow array of numbers, none of them NULL, as a numpy array; of one chunk over the same memory."""
    if isinstance(array, pa.ChunkedArray):
        chunks = [as_numpy(chunk) for chunk in array.chunks]
        kind = np.dtype(array.type.to_pandas_dtype())
        return chunks[0] if len(chunks) == 1 else np.concatenate([np.zeros(0, kind), *chunks])
    kind = np.dtype(array.type.to_pandas_dtype())
    if not len(array):
        return np.zeros(0, kind)
    return np.frombuffer(array.buffers()[1], kind)[array.offset : array.offset + len(array)]


def booleans(values: NDArray[np.bool_]) -> pa.Array:
    """The truth values as an Arrow array."""
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, pa.py_buffer(np.packbits(values, bitorder="little"))])


def texts(values: Sequence[str]) -> pa.Array:
    """The texts as an Arrow array."""
    encoded = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.Array.from_buffers(pa.string(), len(values), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))])


def flags(array: pa.Array) -> NDArray[np.bool_]:
    """An Arrow array of truth values, none of them NULL, as a numpy array that may be written to."""
    if not len(array):
        return np.zeros(0, np.bool_)
    bits = np.frombuffer(array.buffers()[1], np.uint8)
    return np.unpackbits(bits, count=array.offset + len(array), bitorder="little")[array.offset :].astype(np.bool_)


def no_rows(schema: pa.Schema) -> pa.RecordBatch:
    """A batch of these columns without any row."""
    return pa.RecordBatch.from_arrays([pa.nulls(0, field.type) for field in schema], schema=schema)
