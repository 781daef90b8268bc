"""A publication is old or new, never half, and never at the cost of files that are not ours."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from ronghe.tables import publish
from ronghe.tables.package import Resource, manifest, read_manifest, verify_package
from ronghe.tables.publish import Workspace, workspace
from ronghe.terms import InputError, Refused


def make(out: Path, text: str) -> None:
    with workspace(out) as work:
        (work.folder / "a.txt").write_text(text)
        work.publish(manifest(work.folder, "out", [Resource("a.txt")], {}))


def stop_after(out: Path, begin: Callable[[Workspace], object]) -> None:
    with workspace(out) as work:
        begin(work)
        raise ZeroDivisionError


def test_a_publication_lists_and_hashes_its_files(tmp_path: Path) -> None:
    make(tmp_path / "out", "one")
    assert read_manifest(tmp_path / "out")["resources"][0]["bytes"] == 3
    assert verify_package(tmp_path / "out") == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


@pytest.mark.parametrize("swaps", [True, False])
def test_the_new_takes_the_place_of_the_old(tmp_path: Path, swaps: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not swaps:
        monkeypatch.setattr(publish, "_swap", lambda new, old: False)  # noqa: ARG005
    make(tmp_path / "out", "one")
    make(tmp_path / "out", "two")
    assert (tmp_path / "out" / "a.txt").read_text() == "two"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_an_error_leaves_the_old_publication(tmp_path: Path) -> None:
    make(tmp_path / "out", "one")
    with pytest.raises(ZeroDivisionError):
        stop_after(tmp_path / "out", lambda work: (work.folder / "a.txt").write_text("two"))
    assert (tmp_path / "out" / "a.txt").read_text() == "one"
    assert verify_package(tmp_path / "out") == []


def test_finished_steps_are_not_done_again(tmp_path: Path) -> None:
    done: list[str] = []
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            stop_after(tmp_path / "out", lambda work: work.step("a", "f1", lambda: done.append("a")))
    with workspace(tmp_path / "out") as work:
        work.step("a", "f2", lambda: done.append("again"))
    assert done == ["a", "again"]


def test_foreign_files_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "diary.txt").write_text("mine")
    with pytest.raises(Refused):
        make(tmp_path / "out", "one")
    make(tmp_path / "out2", "one")
    (tmp_path / "out2" / "diary.txt").write_text("mine")
    with pytest.raises(Refused) as caught:
        make(tmp_path / "out2", "two")
    assert caught.value.params["name"] == "diary.txt"
    assert (tmp_path / "out2" / "diary.txt").read_text() == "mine"


def test_an_output_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(InputError):
        make(tmp_path / "out", "one")


def test_two_writers_do_not_meet(tmp_path: Path) -> None:
    with workspace(tmp_path / "out"), pytest.raises(Refused):
        make(tmp_path / "out", "two")


@pytest.mark.parametrize("point", ["_fsync_all", "_swap", "_after_swap"])
def test_a_killed_writer_leaves_old_or_new_and_the_next_one_works(tmp_path: Path, point: str) -> None:
    make(tmp_path / "out", "one")
    program = textwrap.dedent(
        """
        import os, signal, sys, shutil
        from pathlib import Path
        sys.path.insert(0, sys.argv[3])
        from ronghe.tables import publish
        from test_publish import make
        die = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
        if sys.argv[2] == "_after_swap":
            publish.shutil = type("S", (), {"rmtree": die})
        else:
            setattr(publish, sys.argv[2], die)
        make(Path(sys.argv[1]), "two")
        """
    )
    command = [sys.executable, "-c", program, str(tmp_path / "out"), point, str(Path(__file__).parent)]
    ended = subprocess.run(command, check=False, env={**os.environ}, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    expected = "two" if point == "_after_swap" else "one"
    assert (tmp_path / "out" / "a.txt").read_text() == expected
    assert verify_package(tmp_path / "out") == []
    make(tmp_path / "out", "three")
    assert (tmp_path / "out" / "a.txt").read_text() == "three"
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".work")] == []


def test_a_changed_a_missing_and_an_outside_file_are_found(tmp_path: Path) -> None:
    make(tmp_path / "out", "one")
    (tmp_path / "out" / "a.txt").write_text("changed")
    assert [fault.code for fault in verify_package(tmp_path / "out")] == ["tables.verify_changed"]
    (tmp_path / "out" / "a.txt").unlink()
    assert [fault.code for fault in verify_package(tmp_path / "out")] == ["tables.verify_missing"]
    document = json.loads((tmp_path / "out" / "datapackage.json").read_text())
    document["resources"][0]["path"] = "../secret"
    (tmp_path / "out" / "datapackage.json").write_text(json.dumps(document))
    assert [fault.code for fault in verify_package(tmp_path / "out")] == ["tables.verify_outside"]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": "tables@99"}'])
def test_a_manifest_that_cannot_be_read_is_an_input_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "datapackage.json").write_text(text)
    with pytest.raises(InputError):
        read_manifest(tmp_path)
