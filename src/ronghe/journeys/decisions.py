"""The log of decisions and deliveries: written before anything leaves, and read back for what has left already.

    decision    who asked for what, and the answer with its grants or its reason
    release     rows that may leave from now on; they count against the quotas of their grants
    preview     rows that were shown and went nowhere
    delivery    the files that left, with their hashes
    publication the files that anybody may read from now on, with their hashes, grades and masked columns

Entries hold names of fields, grants and files and numbers of rows, never a value of a row. What cannot be written down
does not happen: every fault of the log is a refusal.
"""

import fcntl
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from ronghe.journeys.settings import home
from ronghe.messages import both
from ronghe.tables.engine import io_fault
from ronghe.terms import Refused, RongheError
from ronghe.trust.access import Decision, Permit, Plan, Request
from ronghe.trust.access.grants import Grants
from ronghe.trust.keys import KeyStore
from ronghe.trust.log import Log, Reader, Receipt

__all__ = ["CLOCK_TOLERANCE", "Clock", "DecisionLog", "check_not_of_platform", "decision_log", "system_clock"]

CLOCK_TOLERANCE = timedelta(seconds=5)
"""How far behind the last entry a clock may be: machines that keep time by NTP differ by less."""
PLATFORM_LOG, SEALED = "log", "sealing.lock"
"""Where in its home a platform keeps its own log, and the file by which such a log is told wherever it lies."""
_RELEASE = b'"event":"release"'
Clock = Callable[[], datetime]
T = TypeVar("T")


def _recorded(folder: Path, make: Callable[[], T]) -> T:
    try:
        return make()
    except (RongheError, OSError, ValueError, KeyError, TypeError) as fault:
        told = fault if isinstance(fault, RongheError) else io_fault(fault)
        raise Refused("journeys.not_recorded", path=str(folder), detail=both(told.code, **told.params)) from fault


def _asked(request: Request) -> dict[str, Any]:
    return {
        "consumer": request.consumer,
        "on_behalf_of": request.on_behalf_of,
        "kind": request.kind.value,
        "asset": request.asset,
        "version": request.version,
        "purpose": request.purpose,
        "fields": list(request.fields),
    }


def _answered(answer: Decision) -> dict[str, Any]:
    if isinstance(answer, Permit):
        return {"answer": "permit", **_under(answer.plan)}
    params = dict(answer.params)
    return {"answer": "deny", "reason": answer.reason, "clause": answer.clause, "params": params}


def _under(plan: Plan) -> dict[str, Any]:
    return {"grants": [share.grant for share in plan.shares], "plan": plan.hash}


def system_clock() -> datetime:
    """The clock of the machine, for a journey that is given none."""
    return datetime.now(UTC)


class DecisionLog:
    """A log that is open for one run. Raises Refused where the log does not take or give what it should."""

    def __init__(self, log: Log, folder: Path, clock: Clock) -> None:
        self._log, self.folder, self._clock = log, folder, clock

    def known_past(self, grants: Grants) -> Grants:
        """The grants, with the time of the last entry as one that is known to have passed."""
        last = self._log.last
        if last is None:
            return grants
        seen = datetime.fromtimestamp(last.time / 1000, UTC) - CLOCK_TOLERANCE
        return replace(grants, seen=max(grants.seen, seen))

    def used(self, asset: str) -> Mapping[str, int]:
        """The rows of the asset that were released under each grant so far, by every writer of the log."""
        return _recorded(self.folder, lambda: self._used(asset))

    def _used(self, asset: str) -> Mapping[str, int]:
        used: dict[str, int] = defaultdict(int)
        for line in Reader(self.folder).bodies():
            if _RELEASE not in line:
                continue
            said = json.loads(line)
            if said["event"] == "release" and said["asset"] == asset:
                for grant in said["grants"]:
                    used[grant] += said["rows"]
        return used

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else counts and releases meanwhile, so that two at once cannot share what is left of a quota."""
        path = self.folder / "releasing.lock"
        descriptor = _recorded(self.folder, lambda: os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def decided(self, request: Request, answer: Decision, amount: int) -> Receipt:
        """Write down a decision on so many rows; 0 where none are counted yet."""
        return self._append("decision", {**_asked(request), "rows": amount, **_answered(answer)})

    def refused(self, request: Request, fault: RongheError) -> Receipt:
        """Write down that a permitted request failed for another reason, such as a key that is not there."""
        return self._append("decision", {**_asked(request), "answer": "deny", "reason": fault.code})

    def released(self, request: Request, plan: Plan, rows: int) -> Receipt:
        """Write down that so many rows may leave from now on."""
        return self._append("release", {**_asked(request), **_under(plan), "rows": rows})

    def previewed(self, request: Request, plan: Plan, rows: int) -> Receipt:
        """Write down that so many rows were shown."""
        return self._append("preview", {**_asked(request), **_under(plan), "rows": rows})

    def delivered(self, request: Request, plan: Plan, rows: int, files: Sequence[Mapping[str, Any]]) -> Receipt:
        """Write down the files that leave, each with its path, bytes and hash."""
        said = {"rows": rows, "files": list(files), "valid_until": plan.until.isoformat()}
        return self._append("delivery", {**_asked(request), **_under(plan), **said})

    def check_clock(self) -> None:
        """Refused where the clock is behind the last entry: what is dated before it would tell a false story."""
        last, clock = self._log.last, self._clock()
        if last is not None and clock < datetime.fromtimestamp(last.time / 1000, UTC) - CLOCK_TOLERANCE:
            raise Refused("journeys.log_clock", path=str(self.folder), clock=clock.isoformat(timespec="seconds"))

    def published(self, said: Mapping[str, Any], files: Sequence[Mapping[str, Any]]) -> Receipt:
        """Write down a publication: what is said of its tables, and the files, each with its path, bytes and hash."""
        self.check_clock()
        return self._append("publication", {**said, "files": list(files)})

    def _append(self, event: str, said: Mapping[str, Any]) -> Receipt:
        body = {"event": event, "at": self._clock().astimezone(UTC).isoformat(timespec="milliseconds"), **said}
        return _recorded(self.folder, lambda: self._log.append([body])[0])


def check_not_of_platform(folder: Path) -> None:
    """Refused for the log that the platform seals: it has entries of the platform alone, and one writer at a time."""
    own = home(os.environ) / PLATFORM_LOG
    if folder.resolve() == own.resolve() or (folder / SEALED).exists():
        raise Refused("journeys.log_of_platform", path=str(folder))


@contextmanager
def decision_log(folder: Path | None, *, keys: Path, clock: Clock) -> Iterator[DecisionLog | None]:
    """The log in `folder`, open for writing with the key of the keystore `keys` that signs it; None without a folder.

    Raises Refused where it cannot be written: then nothing may be decided either.
    """
    if folder is None:
        yield None
        return
    check_not_of_platform(folder)
    # Every head is signed: a receipt that leaves with the rows must bear a signature.
    log = _recorded(folder, lambda: Log(folder, now=clock, keys=KeyStore(keys), sign_every=0))
    try:
        yield DecisionLog(log, folder, clock)
    finally:
        log.close()
