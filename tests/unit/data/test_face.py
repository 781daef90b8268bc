"""The functions of `ronghe.data` stay functions, whichever of the modules beside them has been loaded."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from ronghe import data
from ronghe.terms import InputError


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


@pytest.mark.parametrize("kind", [str, Path])
def test_one_file_is_shared_as_one_file(tmp_path: Path, kind: type) -> None:
    with pytest.raises(InputError) as caught:
        data.share(kind("absent.csv"), out=tmp_path / "out")
    assert (caught.value.code, caught.value.params["path"]) == ("tables.missing_file", "absent.csv")


def test_only_public_names_are_listed() -> None:
    assert dir(data) == sorted(data.__all__)


@pytest.mark.parametrize("name", data.__all__)
def test_every_function_tells_its_errors_and_its_source(name: str) -> None:
    said = getattr(data, name).__doc__
    assert "Raises" in said
    assert "Source: " in said


def test_an_error_reads_as_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no file"):
        data.profile(tmp_path / "absent.csv")
