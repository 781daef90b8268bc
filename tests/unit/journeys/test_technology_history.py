"""The file of results: added to, torn, foreign, held, grown old."""

from pathlib import Path

import numpy as np
import pytest

from ronghe.journeys.technology_history import COLUMNS, History, Memory, kept_history, read_history
from ronghe.journeys.technology_probing import Outcome
from ronghe.terms import InputError, Refused

DAY = 86_400
NOW = 1_796_000_000


def outcome(at: int, *, passed: bool | None = True, name: str = "表 格", detail: str = "200") -> Outcome:
    return Outcome(name, at, passed, 12.34, float("nan"), "ok", detail)


def added(path: Path, *outcomes: Outcome, now: int = NOW) -> None:
    with kept_history(path, keep_days=35, now=now) as kept:
        assert kept is not None
        kept.add(outcomes)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.tsv"


def test_what_is_added_is_read_again_and_what_was_not_measured_does_not_count(path: Path) -> None:
    added(path, outcome(NOW), outcome(NOW + 60, passed=None), outcome(NOW + 120, passed=False, name="b"))
    read = read_history(path)
    assert read.unread == 0
    assert read.results["表 格"].times.tolist() == [NOW]
    assert read.results["表 格"].took.tolist() == [12.3]
    assert read.results["b"].passed.tolist() == [False]


def test_a_torn_line_spoils_no_other(path: Path) -> None:
    added(path, outcome(NOW), outcome(NOW + 60))
    path.write_bytes(path.read_bytes()[:-15])
    added(path, outcome(NOW + 120))
    read = read_history(path)
    assert read.results["表 格"].times.tolist() == [NOW, NOW + 120]
    assert read.unread == 1


@pytest.mark.parametrize(
    "line",
    [
        b'"unbalanced\t\t\n',
        b"\xff\xfe\t\xff\t1\t1\t\tok\t\n",
        b"2026-13-45T00:00:00Z\ta\t1\t1\t\tok\t\n",
        b"2026-11-27T00:00:00Z\ta\tyes\t1\t\tok\t\n",
        b"one\ttwo\n",
        b"\x00\x00\x00\n",
    ],
)
def test_a_line_that_is_none_is_counted_and_the_rest_read(path: Path, line: bytes) -> None:
    added(path, outcome(NOW))
    with path.open("ab") as file:
        file.write(line)
    added(path, outcome(NOW + 60))
    read = read_history(path)
    assert (read.results["表 格"].times.tolist(), read.unread) == ([NOW, NOW + 60], 1)


def test_a_detail_cannot_make_lines_or_columns(path: Path) -> None:
    added(path, outcome(NOW, detail="a\nb\tc\x1b[31m"))
    assert path.read_text("utf-8").count("\n") == 2
    assert read_history(path).unread == 0


@pytest.mark.parametrize("foreign", ["a,b\n1,2\n", "[allowed]\n", "\x00"])
def test_a_file_that_is_no_history_is_left_alone(path: Path, foreign: str) -> None:
    path.write_text(foreign, "utf-8")
    with pytest.raises(InputError):
        added(path, outcome(NOW))
    with pytest.raises(InputError):
        read_history(path)
    assert path.read_text("utf-8") == foreign


def test_a_folder_is_no_history(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        added(tmp_path, outcome(NOW))


def test_a_second_monitor_is_refused_and_may_read(path: Path) -> None:
    added(path, outcome(NOW))
    with kept_history(path, keep_days=35, now=NOW), pytest.raises(Refused):
        added(path, outcome(NOW))
    assert read_history(path).results
    added(path, outcome(NOW + 60))


def test_what_is_too_old_goes_when_it_is_much_and_the_unreadable_stays(path: Path) -> None:
    added(path, outcome(NOW - 36 * DAY), outcome(NOW))
    added(path, outcome(NOW + 60))
    assert read_history(path).results["表 格"].times.tolist() == [NOW - 36 * DAY, NOW, NOW + 60]
    with path.open("ab") as file:
        file.write(b"torn\n")
    added(path, outcome(NOW + 20 * DAY), now=NOW + 20 * DAY)
    read = read_history(path)
    assert read.results["表 格"].times.tolist() == [NOW, NOW + 60, NOW + 20 * DAY]
    assert read.unread == 1


def test_memory_grows_and_forgets(path: Path) -> None:
    added(path, outcome(NOW - 36 * DAY), outcome(NOW))
    memory = Memory(read_history(path), 35)
    assert len(memory.of("表 格").times) == 2
    memory.add(outcome(NOW + 60, passed=False))
    memory.add(outcome(NOW + 90, passed=None))
    grown = memory.of("表 格")
    assert (grown.times.tolist(), grown.passed.tolist()) == ([NOW, NOW + 60], [True, False])
    assert not len(Memory(History({}, 0), 35).of("x").times)
    assert grown.times.dtype == np.int64


def test_an_empty_file_becomes_a_history(path: Path) -> None:
    path.touch()
    assert read_history(path).results == {}
    added(path, outcome(NOW))
    assert path.read_text("utf-8").splitlines()[0].split("\t") == list(COLUMNS)
