"""Tokens and sealed values for whole Arrow columns: every distinct value is worked on once."""

import hashlib
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ronghe.trust.keys.derive import DerivedKey, joined

__all__ = ["TOKEN_BYTES", "KeyedHash", "distinct", "tokens"]

TOKEN_BYTES = 16
"""Of the 32 bytes of the hash; two of a billion values share a token with a chance of about 1 in 10^21."""

_BLOCK = 64
_HEX = np.frombuffer(b"".join(b"%02x" % number for number in range(256)), dtype="<u2")


class KeyedHash:
    """HMAC (RFC 2104) of many short messages under one key, each after the same `prefix`.

    Key and prefix are hashed once; each message starts from a copy of that state.
    """

    def __init__(self, key: DerivedKey, prefix: bytes = b"") -> None:
        secret = key.secret if len(key.secret) <= _BLOCK else hashlib.new(key.hash, key.secret).digest()
        padded = secret.ljust(_BLOCK, b"\0")
        self._inner = hashlib.new(key.hash, bytes(byte ^ 0x36 for byte in padded) + prefix)
        self._outer = hashlib.new(key.hash, bytes(byte ^ 0x5C for byte in padded))

    def each(self, messages: Sequence[bytes]) -> list[bytes]:
        """The 32 bytes of each message."""
        inner, outer = self._inner.copy, self._outer.copy
        found: list[bytes] = []
        for message in messages:
            within = inner()
            within.update(message)
            around = outer()
            around.update(within.digest())
            found.append(around.digest())
        return found


def distinct(array: Any) -> tuple[list[bytes], Any]:
    """The distinct values as UTF-8, and for each row which of them it has (null where it has none).

    `array` is an Arrow array or chunked array of any type with a text form.
    """
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks() if array.num_chunks != 1 else array.chunk(0)
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    values = array.dictionary.cast(pa.large_string())
    _, offsets, data = values.buffers()
    begins = np.frombuffer(offsets, dtype=np.int64)[values.offset : values.offset + len(values) + 1].tolist()
    text = data.to_pybytes() if data is not None else b""
    return [text[begin:end] for begin, end in pairwise(begins)], array.indices


def tokens(array: Any, key: DerivedKey, domain: str) -> Any:
    """A token of 32 hexadecimal digits for every value, null where there is none, as an Arrow string array.

    The same value gives the same token under the same key and `domain`, whatever the column is called: the domain is
    the data element, such as `citizen_id`. Values are taken as they are, so standardize before.
    """
    values, places = distinct(array)
    tag = joined("ronghe token@1", domain)
    # Filled up to a whole block the tag costs nothing per value; its own length keeps the filling unambiguous.
    hashed = KeyedHash(key, tag.ljust(-(-len(tag) // _BLOCK) * _BLOCK, b"\0")).each(values)
    return _hexadecimal([digest[:TOKEN_BYTES] for digest in hashed]).take(places)


def _hexadecimal(digests: Sequence[bytes]) -> Any:
    width = 2 * TOKEN_BYTES
    text = _HEX[np.frombuffer(b"".join(digests), dtype=np.uint8)].tobytes()
    offsets = np.arange(len(digests) + 1, dtype=np.int64) * width
    made = pa.LargeStringArray.from_buffers(len(digests), pa.py_buffer(offsets.tobytes()), pa.py_buffer(text))
    return pc.cast(made, pa.string()) if len(text) < 2**31 else made
