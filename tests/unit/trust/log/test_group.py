"""Group commit: everybody is served, in order, and one who leaves holds nobody up."""

import threading
from collections.abc import Sequence

import pytest

from ronghe.trust.log.group import GroupCommit, _Waiting


def test_what_comes_during_a_commit_is_done_in_the_next_together() -> None:
    began, go_on = threading.Event(), threading.Event()
    batches: list[list[int]] = []

    def commit(asked: Sequence[int]) -> Sequence[int]:
        batches.append(list(asked))
        began.set()
        assert go_on.wait(10)
        return [2 * one for one in asked]

    group = GroupCommit(commit)
    given: dict[int, int] = {}
    threads = [threading.Thread(target=lambda one=one: given.update({one: group.ask(one)})) for one in range(9)]
    threads[0].start()
    assert began.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(group._queue) < 8:
        pass
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert given == {one: 2 * one for one in range(9)}
    assert [len(batch) for batch in batches] == [1, 8]


def test_one_who_is_stopped_while_waiting_holds_nobody_up() -> None:
    began, go_on = threading.Event(), threading.Event()

    def commit(asked: Sequence[int]) -> Sequence[int]:
        began.set()
        assert go_on.wait(10)
        return asked

    class Stopped:
        """A lock whose owner pressed Ctrl-C when the lead was handed to it."""

        def acquire(self) -> None:
            go_on.set()
            leader.join(10)
            raise KeyboardInterrupt

        def release(self) -> None:
            """Nobody waits on it."""

    group = GroupCommit(commit)
    leader = threading.Thread(target=group.ask, args=(1,))
    leader.start()
    assert began.wait(10)
    mine = _Waiting[int, int](2, woken=Stopped())  # type: ignore[arg-type]
    with group._guard:
        group._queue.append(mine)
    with pytest.raises(KeyboardInterrupt):
        group._wait(mine)
    assert group.ask(3) == 3
    assert not group._led
