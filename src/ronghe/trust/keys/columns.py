"""Seal the values of a column so that whoever has the key reads them again.

A synthetic nonce (as in RFC 5297): the keyed hash of a value is both its tag and the start of its key stream, so
nothing random is needed and equal values look equal, as in a column of tokens. Where how often a value comes would give
it away, it must be dropped or generalized instead. The blocks of all values go through the cipher in one call.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import pyarrow as pa
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm, Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES256, SM4
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ronghe.terms import InputError, Refused
from ronghe.trust.keys.derive import DerivedKey, joined
from ronghe.trust.keys.ports import Key
from ronghe.trust.keys.tokens import KeyedHash, distinct

__all__ = ["seal_column", "unseal_column"]

_TAG, _BLOCK = 16, 16


def _keys(key: Key, domain: str) -> tuple[KeyedHash, BlockCipherAlgorithm]:
    """The hash and the cipher of one domain, under keys of their own."""
    if key.purpose != "wrap":
        raise InputError("keys.wrong_purpose", key=key.id, purpose=key.purpose, wanted="wrap")
    national = key.algorithm == "sm4-gcm"
    info, algorithm = joined("ronghe column@1", domain), hashes.SM3() if national else hashes.SHA256()
    made = HKDF(algorithm, 64, salt=None, info=info).derive(key.secret)
    hashed = KeyedHash(DerivedKey(key.id, "sm3" if national else "sha256", made[:32]))
    return hashed, SM4(made[32:48]) if national else AES256(made[32:])


def _streams(cipher: BlockCipherAlgorithm, tags: Sequence[bytes], lengths: Sequence[int]) -> list[bytes]:
    """Key streams as long as the values: the cipher over 12 bytes of the tag and a counter of 4."""
    blocks = np.array([-(-length // _BLOCK) for length in lengths], dtype=np.int64)
    ends = np.cumsum(blocks)
    counters = np.repeat(np.frombuffer(b"".join(tags), dtype=">u4").reshape(-1, 4), blocks, axis=0)
    counters[:, 3] = np.arange(counters.shape[0]) - np.repeat(ends - blocks, blocks)
    # One block at a time by design: no block is ever the same, since tag and counter make it.
    encryptor = Cipher(cipher, modes.ECB()).encryptor()  # noqa: S305 - the counter mode is built here
    stream = encryptor.update(counters.tobytes())
    begins = ((ends - blocks) * _BLOCK).tolist()
    return [stream[begin : begin + length] for begin, length in zip(begins, lengths, strict=True)]


def _crossed(values: Sequence[bytes], streams: Sequence[bytes]) -> list[bytes]:
    """Each value with its stream."""
    mixed = np.frombuffer(b"".join(values), dtype=np.uint8) ^ np.frombuffer(b"".join(streams), dtype=np.uint8)
    data = mixed.tobytes()
    ends = list(accumulate(map(len, values)))
    return [data[end - len(value) : end] for end, value in zip(ends, values, strict=True)]


def seal_column(array: Any, key: Key, domain: str) -> Any:
    """Every value encrypted, null where there is none, as an Arrow binary array: 16 bytes of tag, then the value.

    `domain` says what the column is, such as `population@3/name`: it opens only under the same. Raises InputError for a
    key of another purpose.
    """
    hashed, cipher = _keys(key, domain)
    values, places = distinct(array)
    tags = [digest[:_TAG] for digest in hashed.each(values)]
    texts = _crossed(values, _streams(cipher, tags, list(map(len, values))))
    sealed = [tag + text for tag, text in zip(tags, texts, strict=True)]
    return pa.array(sealed, pa.binary()).take(places)


def unseal_column(array: Any, key: Key, domain: str) -> Any:
    """The values again, as an Arrow string array. Raises Refused when key, domain or a single byte is another."""
    hashed, cipher = _keys(key, domain)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    encoded = array.dictionary_encode()
    sealed: list[bytes] = encoded.dictionary.to_pylist()
    tags = [value[:_TAG] for value in sealed]
    if any(len(tag) < _TAG for tag in tags):
        raise Refused("keys.column_changed", key=key.id)
    texts = [value[_TAG:] for value in sealed]
    values = _crossed(texts, _streams(cipher, tags, list(map(len, texts))))
    # Whole lists are compared, so that time says nothing about where they differ within a tag of random bytes.
    if [digest[:_TAG] for digest in hashed.each(values)] != tags:
        raise Refused("keys.column_changed", key=key.id)
    return pa.array([value.decode() for value in values], pa.string()).take(encoded.indices)
