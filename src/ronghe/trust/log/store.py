"""The file of entries: found again after a crash, locked against other processes, written and flushed as one batch."""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ronghe.tables.atomic import write_atomic
from ronghe.tables.engine import io_fault
from ronghe.terms import InputError, LimitReached
from ronghe.trust.log.hashes import TreeHash
from ronghe.trust.log.records import ENTRIES, Head, read_head_line
from ronghe.trust.log.tree import Frontier

__all__ = ["Entries", "State", "commits"]

_STATE = "state.json"
_READ = 1 << 22


@dataclass(slots=True)
class State:
    """How far the file is known: `offset` is where the last head line ends."""

    frontier: Frontier
    offset: int
    previous: bytes
    head: Head | None = None


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

    def __init__(self, folder: Path, log: str, hash_: TreeHash) -> None:
        self.folder, self.log, self.hash = folder, log, hash_
        self.path = folder / ENTRIES
        try:
            # Not O_APPEND: after a failed write the next one must begin where the last good one ended.
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as fault:
            raise io_fault(fault) from fault
        self.state = State(Frontier(hash_), 0, hash_.digest(b""))
        self._resume()

    def close(self) -> None:
        """Give the file back; what was acknowledged is on the disk already."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

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
        state, began = self.state, self.state.frontier.size
        for end, bodies, line in commits(self._descriptor, state.offset):
            frontier = state.frontier.copy()
            frontier.extend(map(self.hash.leaf, bodies))
            head = read_head_line(self.log, line, self.hash)
            if head is None or (head.size, head.root, head.previous) != (
                frontier.size,
                frontier.root(),
                state.previous,
            ):
                raise InputError(
                    "log.damaged", path=str(self.path), first=state.frontier.size, last=max(frontier.size - 1, 0)
                )
            state = State(frontier, end, self.hash.digest(line + b"\n"), head)
            self.state = state
        if state.frontier.size - began > 10_000:
            self.save_state()

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

    def write(self, bodies: Sequence[bytes], head: Head, frontier: Frontier) -> None:
        """Append the bodies and their head and wait for the disk; after a fault the file is as before.

        Raises LimitReached when the disk is full. Where the disk refuses to flush, nobody knows what it holds: the
        file is closed, and the next opening reads what is really there.
        """
        line = head.line(self.hash)
        data = b"".join([*(body + b"\n" for body in bodies), line])
        try:
            _write_all(self._descriptor, data, self.state.offset)
        except OSError as fault:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self.state.offset)
            raise io_fault(fault) from fault
        try:
            os.fdatasync(self._descriptor)
        except OSError as fault:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self.state.offset)
            self.close()
            raise LimitReached("log.not_flushed", path=str(self.path), detail=fault.strerror) from fault
        self.state = State(frontier, self.state.offset + len(data), self.hash.digest(line), head)

    # A note of how far the file was read, so that opening a long log need not read it again. It is only believed where
    # the head line in the file says the same.

    def save_state(self) -> None:
        """Note how far the file is known."""
        state = self.state
        nodes = [node.hex() if node else None for node in state.frontier.nodes]
        head_line = state.head.line(self.hash) if state.head else b""
        said = {"offset": state.offset, "size": state.frontier.size, "nodes": nodes, "line": len(head_line)}
        with write_atomic(self.folder / _STATE) as path:
            path.write_text(json.dumps(said) + "\n", "ascii")

    def _resume(self) -> None:
        noted, said = 0, dict[str, Any]()
        with suppress(OSError, ValueError, KeyError, TypeError):
            said = json.loads((self.folder / _STATE).read_text("ascii"))
            nodes = [bytes.fromhex(node) if node else None for node in said["nodes"]]
            frontier = Frontier(self.hash, int(said["size"]), nodes)
            noted, length = int(said["offset"]), int(said["line"])
            line = os.pread(self._descriptor, length, noted - length)
            head = read_head_line(self.log, line.removesuffix(b"\n"), self.hash)
            if line.endswith(b"\n") and head is not None and (head.size, head.root) == (frontier.size, frontier.root()):
                self.state = State(frontier, noted, self.hash.digest(line), head)

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
