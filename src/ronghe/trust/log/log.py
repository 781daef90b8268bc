"""The append-only log: what was acknowledged stays, and whoever keeps a head can prove when it does not."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ronghe.tables.atomic import write_atomic
from ronghe.terms import InputError, Refused, RongheError
from ronghe.trust.keys.ports import KeyProvider, Signer
from ronghe.trust.keys.signing import signer_of
from ronghe.trust.log.group import GroupCommit
from ronghe.trust.log.hashes import Algorithm
from ronghe.trust.log.reader import Reader
from ronghe.trust.log.receipts import Batch, Receipt
from ronghe.trust.log.records import FORMAT, HEADER, Head, encode
from ronghe.trust.log.signers import MEMBER, first_signer, rotation
from ronghe.trust.log.store import Entries

__all__ = ["LARGEST_ENTRY", "Log"]

LARGEST_ENTRY = 1 << 20
"""Bytes of an entry: decisions and reads take hundreds; what is larger belongs in a file whose hash is logged."""

Clock = Callable[[], datetime]


class Log:
    """A log in a folder, for many threads and many processes at once.

    `append` returns when the entries are on the disk. Commits are signed at most every `sign_every` seconds, and
    always by `head`, `receipt` and `close`, so that a slow signer (a card, a module) never stands in the way.
    """

    def __init__(
        self,
        folder: Path,
        *,
        now: Clock,
        signer: Signer | None = None,
        keys: KeyProvider | None = None,
        sign_every: float = 1.0,
    ) -> None:
        """Open the log in `folder`, to be signed by `signer`, or by the key in force out of `keys`.

        Raises InputError where there is none, it is damaged, or `keys` lack the key; Refused for another key.
        """
        self._reader = Reader(folder)
        self.folder, self.hash, self.id = folder, self._reader.hash, self._reader.id
        self._signer, self._now, self._sign_every = signer, now, sign_every
        self._signed_at = 0
        self._writing = threading.Lock()
        self._entries = Entries(folder, self.id, self.hash, first_signer(self._reader.header))
        try:
            known = self._entries.state.signer
            if keys is not None and known is not None:
                self._signer = signer_of(keys.get(known.key))
            self._same_signer()
        except RongheError:
            self._entries.close()
            raise
        self._group: GroupCommit[Sequence[bytes], tuple[list[Receipt], Head]] = GroupCommit(self._commit)

    @classmethod
    def create(cls, folder: Path, *, now: Clock, signer: Signer | None = None, hash_: Algorithm = "sm3") -> Self:
        """Make a new log and open it. Raises Refused when the folder holds one already, or other files."""
        if (folder / HEADER).exists():
            raise Refused("log.exists", path=str(folder))
        if folder.is_dir() and any(not _passing(path) for path in folder.iterdir()):
            raise Refused("log.not_empty", path=str(folder))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        signs = None
        if signer is not None:
            signs = {"algorithm": signer.algorithm, "key": signer.key_id, "public": signer.public.hex()}
        said = {"format": FORMAT, "hash": hash_, "created": now().isoformat(), "signer": signs}
        with write_atomic(folder / HEADER) as path:
            path.write_text(json.dumps(said, indent=2) + "\n", "utf-8")
        return cls(folder, now=now, signer=signer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Sign what is not signed yet, and give the file back."""
        try:
            if self._entries.open and self._entries.state.frontier.size:
                # Whoever has the key that came after ours signs what we have written.
                with suppress(Refused):
                    self.head()
                # Only a note: without it the next opening reads the file again.
                with suppress(OSError, RongheError):
                    self._entries.save_state()
        finally:
            self._entries.close()

    @property
    def size(self) -> int:
        """How many entries this process knows of."""
        return self._entries.state.frontier.size

    @property
    def last(self) -> Head | None:
        """The last head this process knows of."""
        return self._entries.state.head

    def append(self, bodies: Sequence[Mapping[str, Any]]) -> list[Receipt]:
        """Add entries and wait until they are on the disk; a receipt for each.

        Entries of one call stand side by side. Raises InputError for what JSON cannot say, LimitReached when the disk
        is full or an entry too large; then none of them is in the log.
        """
        return self._group.ask([_encoded(body) for body in bodies])[0] if bodies else []

    def rotate(self, new: Signer) -> Receipt:
        """Let `new` sign from here on, by an entry that the present key vouches for; the receipt of that entry.

        Raises Refused for a log that nobody signs, and for the key that signs it already.
        """
        with self._writing, self._entries.locked():
            self._same_signer()
            if self._signer is None:
                raise Refused("log.nobody_signs", path=str(self.folder))
            if new.public == self._signer.public:
                raise Refused("log.same_key", path=str(self.folder), key=new.key_id)
            body = encode(rotation(self.id, self.size + 1, self._signer, new))
            batch = self._write([body], signed=True)
            self._signer = new
        return Receipt(batch.before.size, body, batch.head, batch)

    def head(self) -> Head:
        """The head of all that is committed, signed if there is a signer."""
        return self._group.ask(())[1]

    def receipt(self, index: int) -> Receipt:
        """A receipt of any entry under the present head, signed."""
        return self._reader.receipt(index, self.head())

    def prove(self, index: int, size: int) -> list[bytes]:
        """The audit path of entry `index` in the tree of the first `size`. Raises InputError where there is none."""
        return self._reader.prove(index, size)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the first `old` entries are the beginning of the first `new`."""
        return self._reader.consistency(old, new)

    def _commit(self, asked: Sequence[Sequence[bytes]]) -> list[tuple[list[Receipt], Head]]:
        """Write all that was asked as one batch; an empty one asks for a signed head."""
        bodies = [body for bodies in asked for body in bodies]
        with self._writing, self._entries.locked():
            self._same_signer()
            state = self._entries.state
            head_is_asked = any(not bodies for bodies in asked)
            if not bodies and state.head is not None and (state.head.signature or self._signer is None):
                return [([], state.head) for _ in asked]
            return list(_receipts(asked, self._write(bodies, signed=head_is_asked)))

    def _write(self, bodies: Sequence[bytes], *, signed: bool) -> Batch:
        state = self._entries.state
        before, frontier = state.frontier, state.frontier.copy()
        leaves = tuple(map(self.hash.leaf, bodies))
        frontier.extend(leaves)
        head = self._next_head(frontier.size, frontier.root(), signed=signed)
        self._entries.write(bodies, leaves, head, frontier)
        return Batch(before, leaves, head, tuple(one.entry for one in state.signers if one.entry))

    def _same_signer(self) -> None:
        """Entries under another key, or under none, would make the log look forged."""
        known, given = self._entries.state.signer, self._signer
        if (known.public if known else None) != (given.public if given else None):
            raise Refused("log.other_key", path=str(self.folder), key=known.key if known else "-")

    def _next_head(self, size: int, root: bytes, *, signed: bool) -> Head:
        state = self._entries.state
        # A clock that was set back must not make a later head look older.
        time = max(round(self._now().timestamp() * 1000), state.head.time if state.head else 0)
        head = Head(self.id, size, root, time, state.previous)
        due = time - self._signed_at >= self._sign_every * 1000
        if self._signer is None or not (signed or due):
            return head
        self._signed_at = time
        return Head(self.id, size, root, time, state.previous, self._signer.sign(head.text()))


def _passing(path: Path) -> bool:
    """Whether a file is a lock, or the part of one that a killed process left: no reason against a log."""
    return path.suffix == ".lock" or path.name.startswith(".")


def _receipts(asked: Sequence[Sequence[bytes]], batch: Batch) -> Iterator[tuple[list[Receipt], Head]]:
    index = batch.before.size
    for bodies in asked:
        yield [Receipt(index + place, body, batch.head, batch) for place, body in enumerate(bodies)], batch.head
        index += len(bodies)


def _encoded(body: Mapping[str, Any]) -> bytes:
    try:
        line = encode(body)
    except (TypeError, ValueError, RecursionError) as fault:
        raise InputError("log.not_json", detail=str(fault)) from fault
    if MEMBER in body:
        raise InputError("log.reserved", name=MEMBER)
    if len(line) > LARGEST_ENTRY:
        raise InputError("log.entry_too_large", size=len(line), limit=LARGEST_ENTRY)
    return line
