"""The functions of `ronghe.data` stay functions, whichever of the modules beside them has been loaded."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from ronghe import data


@pytest.mark.parametrize("name", data.__all__)
def test_every_name_of_the_face_can_be_called(name: str) -> None:
    assert callable(getattr(data, name))


def test_one_door_after_another_opens_in_a_fresh_process(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import json
        from pathlib import Path
        from ronghe import data

        Path("p.csv").write_text("code,name\\nC1,x\\n", "utf-8")
        for _ in range(2):
            assert data.profile("p.csv").rows == 1
            schema = data.propose("p.csv").schema_json()
        Path("s.json").write_text(json.dumps(schema), "utf-8")
        assert data.standardize("p.csv", schema="s.json", out="out").table.rows_published == 1
        assert data.share(["p.csv"], out="shared").rows == (1, 1, 0)
        """
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
