"""Calls the command as a terminal would, without the machine's own settings."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from ronghe.cli import main


@dataclass(frozen=True)
class Called:
    """What a call gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        return json.loads(self.err)["error"]


Call = Callable[..., Called]


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment that says nothing about Ronghe; its home is empty."""
    for name in list(os.environ):
        if name.startswith(("RONGHE_", "LC_")) or name in ("LANG", "COLUMNS"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("RONGHE_HOME", str(tmp_path / "home"))
    return monkeypatch


@pytest.fixture
def call(environ: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Call]:
    """`call("data", "profile", ...)` runs the command and gives code, output and errors."""

    def run(*arguments: str) -> Called:
        capfd.readouterr()
        code = main(arguments)
        said = capfd.readouterr()
        return Called(code, said.out, said.err)

    yield run
    structlog.reset_defaults()
