"""The Python face of the data engine."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
from ronghe import data
for _ in range(2):
    assert data.profile("t.csv").to_json()["rows"] == 1
    assert data.propose("t.csv").schema_json()["fields"]
"""


def test_every_function_can_be_called_again_after_another_one(tmp_path: Path) -> None:
    """In a process of its own: modules of the same names are loaded by the first call."""
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    ended = subprocess.run([sys.executable, "-c", PROGRAM], check=False, cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
