"""The file of entries: found again after a crash, locked against other processes, written and flushed as one batch."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ronghe.tables.atomic import write_atomic
from ronghe.tables.engine import io_fault
from ronghe.terms import InputError, LimitReached
from ronghe.trust.log.hashes import TreeHash
from ronghe.trust.log.leaves import Leaves
from ronghe.trust.log.records import ENTRIES, Head, read_head_line
from ronghe.trust.log.signers import MEMBER, SignedBy, follows, is_rotation, signer_of_head
from ronghe.trust.log.tree import Frontier

__all__ = ["Entries", "State", "commits"]

_STATE = "state.json"
_READ = 1 << 22


@dataclass(slots=True)
class State:
    """How far the file is known: `offset` is where the last head line ends, `signed` the last head with a signature,
    `signers` all that signed, the first one first."""

    frontier: Frontier
    offset: int
    previous: bytes
    head: Head | None = None
    signed: Head | None = None
    signers: tuple[SignedBy, ...] = ()

    @property
    def signer(self) -> SignedBy | None:
        """Who signs the next head."""
        return self.signers[-1] if self.signers else None


def commits(descriptor: int, offset: int) -> Iterator[tuple[int, list[bytes], bytes]]:
    """Every whole commit from `offset` on: where it ends, its entries, its head line without the newline."""
    rest, begin = b"", offset
    while data := os.pread(descriptor, _READ, begin + len(rest)):
        rest += data
        while True:
            mark = 0 if rest.startswith(b"#") else rest.find(b"\n#") + 1
            end = rest.find(b"\n", mark) if mark or rest.startswith(b"#") else -1
            if end < 0:
                break
            bodies = rest[: mark - 1].split(b"\n") if mark else []
            line, rest = rest[mark:end], rest[end + 1 :]
            begin += end + 1
            yield begin, bodies, line


class Entries:
    """The entries of one log. Not safe for several threads at once: `GroupCommit` sees to that."""

    def __init__(self, folder: Path, log: str, hash_: TreeHash, first: SignedBy | None) -> None:
        """Open the entries of the log with this id, whose header names `first` as its signer.

        Raises InputError where they are not what was written, or bear no signature that holds although they should.
        """
        self.folder, self.log, self.hash = folder, log, hash_
        self.path = folder / ENTRIES
        try:
            # Not O_APPEND: after a failed write the next one must begin where the last good one ended.
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as fault:
            raise io_fault(fault) from fault
        self._leaves = Leaves(folder)
        self.state = State(Frontier(hash_), 0, hash_.digest(b""), signers=(first,) if first else ())
        try:
            self._resume()
            with self.locked():
                self._check_signed()
                if self._leaves.size < self.state.frontier.size:
                    self._leaves.add_missing(self._every_leaf())
        except BaseException:
            self.close()
            raise

    @property
    def open(self) -> bool:
        """True until the file is given back, or taken for a disk that does not keep it."""
        return self._descriptor >= 0

    def close(self) -> None:
        """Give the file back; what was acknowledged is on the disk already."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        self._leaves.close()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else writes meanwhile, in any process, and the state is that of the file."""
        if self._descriptor < 0:
            raise InputError("log.closed", path=str(self.folder))
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            self.catch_up()
            self._trim()
            yield
        finally:
            # A fault may have closed the file, and its lock with it.
            if self._descriptor >= 0:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def catch_up(self) -> None:
        """Read what other processes have committed since. Raises InputError where the file is not what was written."""
        if os.fstat(self._descriptor).st_size == self.state.offset:
            return
        if os.fstat(self._descriptor).st_size < self.state.offset:
            raise InputError("log.cut_short", path=str(self.path), size=self.state.frontier.size)
        began = self.state.frontier.size
        for end, bodies, line in commits(self._descriptor, self.state.offset):
            self._take(end, bodies, line)
        if self.state.frontier.size - began > 10_000:
            self.save_state()

    def _take(self, end: int, bodies: Sequence[bytes], line: bytes) -> None:
        """Go on by one commit."""
        state, frontier = self.state, self.state.frontier.copy()
        frontier.extend(map(self.hash.leaf, bodies))
        head = read_head_line(self.log, line, self.hash)
        signers = self._signers(bodies, frontier.size)
        told = None if head is None else (head.size, head.root, head.previous)
        if head is None or signers is None or told != (frontier.size, frontier.root(), state.previous):
            first, last = state.frontier.size, max(frontier.size - 1, 0)
            raise InputError("log.damaged", path=str(self.path), first=first, last=last)
        signed = head if head.signature else state.signed
        self.state = State(frontier, end, self.hash.digest(line + b"\n"), head, signed, signers)

    def _signers(self, bodies: Sequence[bytes], size: int) -> tuple[SignedBy, ...] | None:
        """Who signs after these entries; None where one of them changes the key wrongly."""
        if not any(map(is_rotation, bodies)):
            return self.state.signers
        new = follows(self.log, self.state.signer, size, bodies[0]) if len(bodies) == 1 else None
        return None if new is None else (*self.state.signers, new)

    def _every_leaf(self) -> Iterator[bytes]:
        for _, bodies, _ in commits(self._descriptor, 0):
            yield from map(self.hash.leaf, bodies)

    def _check_signed(self) -> None:
        """Refuse to go on from entries that the log's key did not sign: the next signature would vouch for them too."""
        state = self.state
        if not state.signers or not state.frontier.size:
            return
        signer = signer_of_head(state.signers, state.signed.size) if state.signed else None
        if state.signed is None or signer is None or not signer.signed(state.signed):
            raise InputError("log.not_signed", path=str(self.path))

    def _trim(self) -> None:
        """Set aside what a writer that died left behind its last head: it was never acknowledged."""
        size = os.fstat(self._descriptor).st_size
        if size == self.state.offset:
            return
        torn = os.pread(self._descriptor, size - self.state.offset, self.state.offset)
        with write_atomic(self.folder / f"torn-{self.state.offset}") as path:
            path.touch(mode=0o600)
            path.write_bytes(torn)
        os.ftruncate(self._descriptor, self.state.offset)
        os.fsync(self._descriptor)

    def write(self, bodies: Sequence[bytes], leaves: Sequence[bytes], head: Head, frontier: Frontier) -> None:
        """Append bodies with their hashes and head, and wait for the disk; after a fault the file is as before.

        Raises LimitReached when the disk is full or takes no more for another reason. Where the disk refuses to flush,
        nobody knows what it holds: the file is closed, and the next opening reads what is really there.
        """
        line = head.line(self.hash)
        data = b"".join([*(body + b"\n" for body in bodies), line])
        try:
            _write_all(self._descriptor, data, self.state.offset)
        except OSError as fault:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self.state.offset)
            raise LimitReached("log.not_written", path=str(self.path), detail=fault.strerror) from fault
        try:
            os.fdatasync(self._descriptor)
        except OSError as fault:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self.state.offset)
            self.close()
            raise LimitReached("log.not_flushed", path=str(self.path), detail=fault.strerror) from fault
        before = self.state
        signed, signers = head if head.signature else before.signed, self._signers(bodies, frontier.size)
        self._leaves.put(before.frontier.size, leaves)
        end, previous = before.offset + len(data), self.hash.digest(line)
        self.state = State(frontier, end, previous, head, signed, signers or before.signers)

    # A note of how far the file was read, so that opening a long log need not read it again. It is only believed where
    # the head line in the file says the same, signed if anybody signs: whoever can write the note could forge it.

    def save_state(self) -> None:
        """Note how far the file is known."""
        state = self.state
        nodes = [node.hex() if node else None for node in state.frontier.nodes]
        head_line = state.head.line(self.hash) if state.head else b""
        signers = [one.entry.decode() for one in state.signers if one.entry]
        said = {"offset": state.offset, "size": state.frontier.size, "nodes": nodes, "line": len(head_line)}
        with write_atomic(self.folder / _STATE) as path:
            path.write_text(json.dumps(said | {"signers": signers}) + "\n", "ascii")

    def _noted(self, said: Mapping[str, Any]) -> State | None:
        """The state in a note; None where the file does not say the same."""
        nodes = [bytes.fromhex(node) if node else None for node in said["nodes"]]
        frontier, offset, length = Frontier(self.hash, int(said["size"]), nodes), int(said["offset"]), int(said["line"])
        line = os.pread(self._descriptor, length, offset - length)
        head = read_head_line(self.log, line.removesuffix(b"\n"), self.hash)
        signers = list(self.state.signers)
        for entry in said.get("signers", []):
            new = follows(self.log, signers[-1], int(json.loads(entry)[MEMBER]["since"]), entry.encode())
            if new is None:
                return None
            signers.append(new)
        same = head is not None and (head.size, head.root) == (frontier.size, frontier.root())
        if head is None or not same or not line.endswith(b"\n") or (signers and not head.signature):
            return None
        return State(frontier, offset, self.hash.digest(line), head, head if head.signature else None, tuple(signers))

    def _resume(self) -> None:
        noted, said = 0, dict[str, Any]()
        with suppress(OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
            said = json.loads((self.folder / _STATE).read_text("ascii"))
            self.state = self._noted(said) or self.state
            noted = int(said["offset"])

        if os.fstat(self._descriptor).st_size < noted:
            # The note is written after the entries, so they were there.
            self.close()
            raise InputError("log.cut_short", path=str(self.path), size=int(said["size"]))


def _write_all(descriptor: int, data: bytes, offset: int) -> None:
    """Write everything: the system may take less than it is given."""
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written
