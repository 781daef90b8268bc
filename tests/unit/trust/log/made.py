"""Logs for tests."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Literal

from ronghe.trust.keys import Key, Signer, signer_of
from ronghe.trust.log import Head, Log, Reader
from ronghe.trust.log.records import encode
from ronghe.trust.log.tree import Frontier

START = datetime(2026, 1, 1, tzinfo=UTC)


def clock(step: float = 0.4) -> Iterator[datetime]:
    return (START + timedelta(seconds=number * step) for number in count())


def signer(algorithm: str = "ed25519") -> Signer:
    return signer_of(Key("heads.1", "sign", algorithm, bytes(range(32))))


def body(number: int) -> dict[str, object]:
    return {"n": number, "consumer": "民政局", "decision": "permit"}


def made(
    folder: Path,
    batches: tuple[int, ...] = (1, 2, 3),
    *,
    algorithm: str | None = "ed25519",
    hash_: Literal["sm3", "sha256"] = "sm3",
) -> Path:
    """A log of some commits; with the clock above about every third is signed."""
    times = clock()
    number = count()
    signs = signer(algorithm) if algorithm else None
    with Log.create(folder, now=lambda: next(times), signer=signs, hash_=hash_) as log:
        for size in batches:
            log.append([body(next(number)) for _ in range(size)])
    return folder


def opened(folder: Path, algorithm: str | None = "ed25519") -> Log:
    times = clock()
    return Log(folder, now=lambda: next(times), signer=signer(algorithm) if algorithm else None)


def forge(folder: Path, change: Callable[[int, Head], Head] = lambda _, head: head, entries: int = 5) -> None:
    """Put other entries in place of all, one in each commit, under heads that `change` makes of the right ones."""
    reader = Reader(folder)
    (folder / "state.json").unlink(missing_ok=True)
    frontier, previous, data = Frontier(reader.hash), reader.hash.digest(b""), b""
    for number in range(entries):
        line = encode({"n": number, "decision": "forged"})
        frontier.extend([reader.hash.leaf(line)])
        right = Head(reader.id, frontier.size, frontier.root(), 1767225600000, previous)
        head = change(number, right).line(reader.hash)
        previous, data = reader.hash.digest(head), data + line + b"\n" + head
    (folder / "entries").write_bytes(data)
