"""What the same work costs bare: HMAC value by value, the cipher alone in memory, and the disk alone."""

import hmac
import os
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

from benchmarks.trust.inputs import KEY

PACKAGES = ("cryptography", "pyarrow")
PIECE = 1 << 18


def _naive_tokens(task: dict[str, Any]) -> None:
    """As one writes it first: every row through HMAC."""
    with pa.memory_map(task["source"]) as file:
        column = pa.ipc.open_file(file).read_all().column("number")
        made = [hmac.digest(KEY, value.encode(), task["hash"]).hex()[:32] for value in column.to_pylist()]
        assert len(pa.array(made)) == len(column)


def _cipher(task: dict[str, Any]) -> None:
    """The file read in pieces of the same size and enciphered; nothing is written, and nobody could open it."""
    with Path(task["source"]).open("rb", buffering=0) as file:
        for place, piece in enumerate(iter(partial(file.read, PIECE), b"")):
            nonce = place.to_bytes(12, "big")
            if task["algorithm"] == "sm4-gcm":
                encryptor = Cipher(SM4(KEY[:16]), modes.GCM(nonce)).encryptor()
                encryptor.update(piece)
                encryptor.finalize()
            else:
                AESGCM(KEY).encrypt(nonce, piece, None)


def _flush(task: dict[str, Any]) -> None:
    """One flush for each group of entries that could wait together, one after the other: no log can be faster here."""
    descriptor = os.open(Path(task["out"]) / "entries", os.O_CREAT | os.O_WRONLY)
    for _ in range(task["turns"]):
        os.write(descriptor, b"x" * (130 * task["writers"]))
        os.fdatasync(descriptor)
    os.close(descriptor)


_WORK = {"tokens": _naive_tokens, "cipher": _cipher, "flush": _flush}


def run(task: dict[str, Any]) -> None:
    _WORK[task["work"]](task)
