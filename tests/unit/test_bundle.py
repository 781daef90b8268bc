"""The installer of a bundle: it refuses what it cannot install, before anything is changed."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

INSTALLER = Path(__file__).resolve().parents[2] / "tools" / "bundle-install"
MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return made(tmp_path, os.uname().machine, MINOR)


def made(folder: Path, machine: str, minor: str) -> Path:
    script = INSTALLER.read_text().replace("@MACHINE@", machine).replace("@PYTHON@", minor)
    (folder / "install").write_text(script)
    (folder / "install").chmod(0o755)
    (folder / "wheels").mkdir()
    wheel = folder / "wheels" / "a.whl"
    wheel.write_bytes(b"a wheel")
    (folder / "SHA256SUMS").write_text(f"{hashlib.sha256(b'a wheel').hexdigest()}  wheels/a.whl\n")
    return folder


def installs(bundle: Path) -> tuple[int, str, bool]:
    target = bundle / "target"
    environment = {**os.environ, "PYTHON": sys.executable}
    done = subprocess.run([bundle / "install", target], capture_output=True, text=True, env=environment, check=False)
    return done.returncode, done.stderr, target.exists()


def test_a_wheel_that_was_changed_is_not_installed(bundle: Path) -> None:
    (bundle / "wheels" / "a.whl").write_bytes(b"another")
    code, err, began = installs(bundle)
    assert (code, began) == (1, False)
    assert "not whole" in err


@pytest.mark.parametrize(
    ("machine", "minor", "said"), [("other", MINOR, "is for other"), ("", "3.1", "is not Python 3.1")]
)
def test_another_machine_or_python_is_refused(machine: str, minor: str, said: str, tmp_path: Path) -> None:
    code, err, began = installs(made(tmp_path, machine or os.uname().machine, minor))
    assert (code, began) == (1, False)
    assert said in err
