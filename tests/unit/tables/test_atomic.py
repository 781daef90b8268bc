"""Writing a file whole or not at all, beside what killed writers left."""

import subprocess
import sys
from pathlib import Path

import pytest

from ronghe.tables.atomic import clear_stale, folder_beside, write_atomic

KILLED = """
import os, signal, sys
from pathlib import Path
from ronghe.tables.atomic import folder_beside, write_atomic

with write_atomic(Path(sys.argv[1])) as part, folder_beside(Path(sys.argv[1])) as folder:
    part.write_text("half")
    (folder / "spill").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def killed_while_writing(path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    left = [entry for entry in path.parent.iterdir() if entry.name.endswith((".part", ".parts"))]
    assert len(left) == 2


def test_the_next_write_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    killed_while_writing(tmp_path / "killed.csv")
    with write_atomic(tmp_path / "other.csv") as part:
        part.write_text("whole")
    assert [entry.name for entry in tmp_path.iterdir()] == ["other.csv"]


def test_a_part_of_a_living_process_and_what_is_not_ours_stay(tmp_path: Path) -> None:
    with write_atomic(tmp_path / "a.csv") as part, folder_beside(tmp_path / "a.csv") as folder:
        part.write_text("being written")
        machine = part.name.split(".")[-2].partition("-")[0]
        elsewhere = "0" * 8 if machine != "0" * 8 else "1" * 8
        others = {f".a.csv.{elsewhere}-{2**22 + 1}.part", "a.csv.part", ".a.part", f".{machine}-{2**22 + 1}.part"}
        for name in others:
            (tmp_path / name).write_text("of somebody else")
        clear_stale(tmp_path)
        assert {entry.name for entry in tmp_path.iterdir()} == {part.name, folder.name, *others}


def test_a_link_with_the_name_of_a_part_is_no_part(tmp_path: Path) -> None:
    killed_while_writing(tmp_path / "killed.csv")
    left = next(entry for entry in tmp_path.iterdir() if entry.name.endswith(".part"))
    (tmp_path / "precious").write_text("kept")
    left.unlink()
    left.symlink_to(tmp_path / "precious")
    clear_stale(tmp_path)
    assert (tmp_path / "precious").read_text() == "kept"
    assert left.is_symlink()


@pytest.mark.parametrize("name", ["x" * 251 + ".csv", "税" * 83 + ".csv"])
def test_the_longest_name_that_a_file_can_have_is_written(tmp_path: Path, name: str) -> None:
    with write_atomic(tmp_path / name) as part:
        part.write_text("whole")
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
