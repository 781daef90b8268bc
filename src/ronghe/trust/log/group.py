"""Group commit: many threads ask for something durable, one of them does it for all that wait."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

__all__ = ["GroupCommit"]

Asked = TypeVar("Asked")
Given = TypeVar("Given")


def _taken() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Asked, Given]):
    asked: Asked
    woken: threading.Lock = field(default_factory=_taken)
    given: Given | None = None
    fault: BaseException | None = None
    done: bool = False
    leads: bool = False


class GroupCommit(Generic[Asked, Given]):
    """Calls `commit` with all that was asked while the commit before was under way, one call at a time.

    The thread that finds nobody at work leads: it commits, wakes those it served, and hands the lead to the next that
    waits. Every thread is woken once; there is no thread of its own that could die unnoticed.
    """

    def __init__(self, commit: Callable[[Sequence[Asked]], Sequence[Given]]) -> None:
        self._commit = commit
        self._guard = threading.Lock()
        self._queue: list[_Waiting[Asked, Given]] = []
        self._led = False

    def ask(self, asked: Asked) -> Given:
        """What `commit` gave for this, when it is durable. Raises what `commit` raised."""
        mine: _Waiting[Asked, Given] = _Waiting(asked)
        with self._guard:
            self._queue.append(mine)
            leads, self._led = not self._led, True
        if not leads:
            self._wait(mine)
        if not mine.done:
            self._lead()
        if mine.fault is not None:
            raise mine.fault
        assert mine.given is not None
        return mine.given

    def _wait(self, mine: _Waiting[Asked, Given]) -> None:
        try:
            mine.woken.acquire()
        except BaseException:
            # Ctrl-C: whoever leaves must not be handed the lead, or the others would wait for ever.
            with self._guard:
                if mine in self._queue:
                    self._queue.remove(mine)
                following = self._next() if mine.leads else None
            if following is not None:
                following.woken.release()
            raise

    def _next(self) -> _Waiting[Asked, Given] | None:
        """Who leads from here on; nobody when nobody waits. The caller holds the guard."""
        following = self._queue[0] if self._queue else None
        self._led = following is not None
        if following is not None:
            following.leads = True
        return following

    def _lead(self) -> None:
        with self._guard:
            batch, self._queue = self._queue, []
        try:
            given = self._commit([waiting.asked for waiting in batch])
            for waiting, one in zip(batch, given, strict=True):
                waiting.given = one
        except BaseException as fault:  # noqa: BLE001 - whoever waits must learn of it, whatever it is
            for waiting in batch:
                waiting.fault = fault
        with self._guard:
            following = self._next()
        for waiting in batch:
            waiting.done = True
            # The leader's own lock is released as well; nobody waits on it any more.
            waiting.woken.release()
        if following is not None:
            following.woken.release()
