"""How a log lies on disk.

A folder with `log.json`, which says what it is, and `entries`, which only grows: a line of JSON for each entry, and
after every commit one line that begins with `#`, its tree head:

    # SIZE ROOT TIME PREVIOUS CHECK SIGNATURE

PREVIOUS is the hash of the head line before, CHECK the hash of the text that is signed; the signature is `-` where the
commit was not signed. So one signature at the end vouches for every byte before it, those of older head lines too.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ronghe.trust.log.hashes import TreeHash

__all__ = ["ENTRIES", "FORMAT", "HEADER", "Head", "encode", "head_of_json", "read_head_line", "signed_text"]

FORMAT = "ronghe.log@1"
HEADER, ENTRIES = "log.json", "entries"
_UNSIGNED = b"-"


@dataclass(frozen=True, slots=True)
class Head:
    """The state of a log at a size: `log` is the hash of its header, `time` in milliseconds since 1970, UTC."""

    log: str
    size: int
    root: bytes
    time: int
    previous: bytes
    signature: bytes | None = None

    def text(self) -> bytes:
        """What is signed."""
        return signed_text(self.log, self.size, self.root, self.time, self.previous)

    def line(self, hash_: TreeHash) -> bytes:
        """The line that stands in the file."""
        check = hash_.digest(self.text()).hex()
        signature = self.signature.hex() if self.signature else "-"
        return f"# {self.size} {self.root.hex()} {self.time} {self.previous.hex()} {check} {signature}\n".encode()

    def to_json(self) -> dict[str, Any]:
        """What a department keeps as a witness."""
        return {
            "log": self.log,
            "size": self.size,
            "root": self.root.hex(),
            "time": self.time,
            "previous": self.previous.hex(),
            "signature": self.signature.hex() if self.signature else None,
        }


def signed_text(log: str, size: int, root: bytes, time: int, previous: bytes) -> bytes:
    """The bytes that a signature covers; a first line of its own keeps them from being taken for anything else."""
    return f"{FORMAT} head\n{log}\n{size}\n{root.hex()}\n{time}\n{previous.hex()}\n".encode()


def head_of_json(value: Mapping[str, Any]) -> Head:
    """A kept head, or the head in a receipt. Raises KeyError, ValueError or TypeError when it is none."""
    said = value.get("head", value)
    signature = said.get("signature")
    return Head(
        log=str(said["log"]),
        size=int(said["size"]),
        root=bytes.fromhex(said["root"]),
        time=int(said["time"]),
        previous=bytes.fromhex(said["previous"]),
        signature=bytes.fromhex(signature) if signature else None,
    )


def read_head_line(log: str, line: bytes, hash_: TreeHash) -> Head | None:
    """The head in a line without its newline; None when it is not exactly what a log of this id would have written."""
    try:
        _, size, root, time, previous, _, signature = line.split(b" ")
        head = Head(
            log=log,
            size=int(size),
            root=bytes.fromhex(root.decode()),
            time=int(time),
            previous=bytes.fromhex(previous.decode()),
            signature=None if signature == _UNSIGNED else bytes.fromhex(signature.decode()),
        )
    except ValueError:
        return None
    return head if head.line(hash_) == line + b"\n" else None


def encode(body: Mapping[str, Any]) -> bytes:
    """A body as the one line that is hashed: sorted names, no spaces, UTF-8. Raises TypeError or ValueError."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
