"""The Python face: functions that stay functions whatever was called or imported before."""

import subprocess
import sys
from pathlib import Path

CALLS = """
import sys
from ronghe import data
import ronghe.data.propose, ronghe.data.profile, ronghe.data.standardize.run
file, out = sys.argv[1:]
data.profile(file)
open(out + ".json", "w").write(__import__("json").dumps(data.propose(file).schema_json()))
data.standardize(file, schema=out + ".json", out=out)
data.share([file], out=out + "-shared")
print(data.profile(file).rows, len(data.propose(file).columns))
"""


def test_every_function_can_be_called_after_every_other(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("编号,日期\n1,2024-01-05\n2,2024-02-06\n", "utf-8")
    arguments = [sys.executable, "-c", CALLS, str(tmp_path / "t.csv"), str(tmp_path / "out")]
    ran = subprocess.run(arguments, check=False, capture_output=True, text=True)
    assert (ran.stdout, ran.stderr) == ("2 2\n", "")
