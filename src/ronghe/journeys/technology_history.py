"""What probes found, kept in a file: a line for each result, added and never changed; a kill costs the last one.

Tab-separated, without quotes: no value holds a tab or the end of a line, so a line that was torn by a crash spoils no
other. One monitor at a time holds the file.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from ronghe.journeys.technology_probing import Outcome
from ronghe.tables.atomic import write_atomic
from ronghe.tables.engine import io_fault
from ronghe.technology.monitor.standing import Results
from ronghe.terms import InputError, LimitReached, Refused
from ronghe.terms.time import iso_utc

__all__ = ["COLUMNS", "History", "Memory", "kept_history", "read_history"]

COLUMNS = ("at", "probe", "passed", "milliseconds", "value", "reason", "detail")
LARGEST = 2_000_000_000
"""Bytes of a history: some forty million results."""
_HEAD = "\t".join(COLUMNS)
_NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,9})?$"
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class History:
    """Results by probe, in the order of the file, and how many lines could not be read."""

    results: Mapping[str, Results]
    unread: int


def _check(path: Path) -> None:
    """InputError for a file that is no history: nothing of ours is added to somebody's table."""
    try:
        if path.stat().st_size > LARGEST:
            raise LimitReached("technology.history_large", path=str(path), most=LARGEST)
        with path.open("rb") as file:
            first = file.readline(len(_HEAD) + 2).decode("utf-8", "replace").rstrip("\r\n")
    except OSError as fault:
        raise InputError("technology.history_unreadable", path=str(path), detail=type(fault).__name__) from fault
    if first not in ("", _HEAD):
        raise InputError("technology.history_other", path=str(path), known=" ".join(COLUMNS))


def _numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    good = pc.match_substring_regex(column, _NUMBER)
    return pc.cast(pc.if_else(good, column, pa.scalar(None, pa.string())), pa.float64())


def _read(path: Path) -> tuple[pa.Table, int]:
    skipped = 0

    def skip(_: pacsv.InvalidRow) -> str:
        nonlocal skipped
        skipped += 1
        return "skip"

    options = pacsv.ParseOptions(delimiter="\t", quote_char=False, invalid_row_handler=skip)
    types = pacsv.ConvertOptions(
        column_types=dict.fromkeys(COLUMNS, pa.binary()), include_columns=list(COLUMNS), strings_can_be_null=False
    )
    # One thread: the handler of broken lines counts.
    reading = pacsv.ReadOptions(use_threads=False)
    try:
        return pacsv.read_csv(path, read_options=reading, parse_options=options, convert_options=types), skipped
    except (pa.ArrowInvalid, OSError) as fault:
        raise InputError("technology.history_unreadable", path=str(path), detail=type(fault).__name__) from fault


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Bytes as text; what is not UTF-8 is no value of ours."""
    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.chunked_array([[_text(one) for one in column.to_pylist()]], pa.string())


def _text(value: bytes) -> str | None:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None


def read_history(path: Path | None) -> History:
    """Read a history; none of a file that does not exist. InputError for a file that is something else."""
    if path is None or not path.exists():
        return History({}, 0)
    _check(path)
    if not path.stat().st_size:
        return History({}, 0)
    table, skipped = _read(path)
    at, probe, passed = (_texts(table.column(name)) for name in COLUMNS[:3])
    times = pc.strptime(at, "%Y-%m-%dT%H:%M:%SZ", "s", error_is_null=True)
    known = pc.is_in(passed, pa.array(["0", "1", ""]))
    good = pc.fill_null(pc.and_(pc.and_(pc.is_valid(times), pc.is_valid(probe)), known), False)
    skipped += table.num_rows - (pc.sum(good).as_py() or 0)
    measured = pc.and_(good, pc.not_equal(pc.fill_null(passed, ""), ""))
    columns = [
        times.cast(pa.int64()).filter(measured).to_numpy(),
        pc.equal(passed, "1").filter(measured).to_numpy(),
        *(_numbers(_texts(table.column(name))).filter(measured).to_numpy() for name in COLUMNS[3:5]),
    ]
    return History(dict(_by_probe(probe.filter(measured), columns)), skipped)


def _by_probe(names: pa.ChunkedArray, columns: list[NDArray[np.generic]]) -> Iterator[tuple[str, Results]]:
    if not len(names):
        return
    encoded = names.combine_chunks().dictionary_encode()
    codes = encoded.indices.to_numpy()
    order = np.argsort(codes, kind="stable")
    edges = np.flatnonzero(np.diff(codes[order])) + 1
    for rows in np.split(order, edges):
        times, passed, took, values = (column[rows] for column in columns)
        yield (
            str(encoded.dictionary[int(codes[rows[0]])]),
            Results(times.astype(np.int64), passed.astype(np.bool_), took.astype(np.float64), values.astype(float)),
        )


def _line(one: Outcome) -> str:
    passed = "" if one.passed is None else str(int(one.passed))
    value = f"{one.value:.4f}" if np.isfinite(one.value) else ""
    detail = "".join(c if c.isprintable() else " " for c in one.detail)[:200]
    return "\t".join((iso_utc(one.at), one.probe, passed, f"{one.took:.1f}", value, one.reason, detail)) + "\n"


class _Kept:
    """A history that is held open: results are added to its end."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path, self._descriptor = path, descriptor

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Add results and wait until they are on the disk. LimitReached when it is full."""
        lines = "".join(map(_line, outcomes)).encode("utf-8", "backslashreplace")
        try:
            while lines:
                lines = lines[os.write(self._descriptor, lines) :]
            os.fsync(self._descriptor)
        except OSError as fault:
            raise io_fault(fault) from fault

    def begin(self) -> None:
        """Write the head of a new file, or end a line that a crash tore."""
        size = os.fstat(self._descriptor).st_size
        if not size:
            os.write(self._descriptor, f"{_HEAD}\n".encode())
        elif os.pread(self._descriptor, 1, size - 1) != b"\n":
            os.write(self._descriptor, b"\n")


def _forget(path: Path, before: str) -> int:
    """Take lines of before an instant out of a history and say how many; lines that cannot be read stay."""
    old = "0000"
    with path.open("rb") as file:
        dropped = sum(old < line[:20].decode("ascii", "replace") < before for line in file)
    if not dropped:
        return 0
    with write_atomic(path) as part, path.open("rb") as file, part.open("wb") as out:
        out.writelines(line for line in file if not old < line[:20].decode("ascii", "replace") < before)
    return dropped


def _held(path: Path) -> int:
    """The history, open and ours alone. Refused while another monitor has it."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    except OSError as fault:
        raise InputError("technology.history_unreadable", path=str(path), detail=type(fault).__name__) from fault
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        ours = os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        ours = False
    if not ours:
        # Held, or replaced between our opening and locking it.
        os.close(descriptor)
        raise Refused("technology.history_held", path=str(path))
    return descriptor


@contextmanager
def kept_history(path: Path | None, *, keep_days: int, now: int) -> Iterator[_Kept | None]:
    """Hold a history to add to, without what is older than it keeps; None without a path.

    Refused while another monitor holds it. What is too old goes only when that is a tenth of what is kept, so that a
    monitor that is started often does not write the file anew each time.
    """
    if path is None:
        yield None
        return
    if path.exists():
        _check(path)
    descriptor = _held(path)
    try:
        if _oldest(path) < iso_utc(now - int(1.1 * keep_days * _DAY)):
            _forget(path, iso_utc(now - keep_days * _DAY))
            before, descriptor = descriptor, _held(path)
            os.close(before)
        kept = _Kept(path, descriptor)
        kept.begin()
        yield kept
    finally:
        os.close(descriptor)


def _oldest(path: Path) -> str:
    """The instant of the first result, as it is written."""
    with path.open("rb") as file:
        file.readline()
        return file.readline()[:20].decode("ascii", "replace") or "9"


class Memory:
    """Results by probe that grow while a monitor runs, without what is older than is kept."""

    def __init__(self, history: History, keep_days: int) -> None:
        self._results = dict(history.results)
        self._new: dict[str, list[Outcome]] = {}
        self._keep = keep_days * _DAY

    def add(self, outcome: Outcome) -> None:
        """Remember a result; one that measured nothing is none."""
        if outcome.passed is not None:
            self._new.setdefault(outcome.probe, []).append(outcome)

    def of(self, probe: str) -> Results:
        """All results of a probe."""
        nothing = np.zeros(0)
        old = self._results.get(probe, Results(nothing.astype(np.int64), nothing.astype(np.bool_), nothing, nothing))
        new = self._new.pop(probe, [])
        if not new:
            return old
        young = old.times >= new[-1].at - self._keep
        made = Results(
            np.append(old.times[young], np.array([one.at for one in new], np.int64)),
            np.append(old.passed[young], np.array([bool(one.passed) for one in new])),
            np.append(old.took[young], [one.took for one in new]),
            np.append(old.values[young], [one.value for one in new]),
        )
        self._results[probe] = made
        return made
