"""A desk: a folder, and somebody who types commands in it, on a machine without settings."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ronghe.cli import main

__all__ = ["Desk", "Done", "without_settings"]


@dataclass(frozen=True)
class Done:
    """How a call ended and what it printed."""

    code: int
    stdout: str
    stderr: str


class Desk:
    """A folder and somebody who types commands there: never a traceback, never an internal fault."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capfd = capfd

    def __truediv__(self, name: str) -> Path:
        return self.folder / name

    def tries(self, *arguments: str) -> Done:
        """The command, whatever its end."""
        self._capfd.readouterr()
        ended = main(arguments)
        out, err = self._capfd.readouterr()
        assert "Traceback" not in err
        assert ended != 6, err
        return Done(ended, out, err)

    def types(self, *arguments: str, code: int = 0) -> Done:
        """The command, which must end with `code`."""
        done = self.tries(*arguments)
        assert done.code == code, done.stderr
        return done

    def reads(self, *arguments: str) -> Any:
        """The JSON result of a command that must end well."""
        return json.loads(self.types(*arguments, "--json").stdout)

    def fails(self, *arguments: str, code: int) -> str:
        """The one line, in English, of a command that must end with `code`, and in Chinese too."""
        lines = {}
        for lang in ("zh", "en"):
            done = self.tries(*arguments, "--lang", lang)
            assert (done.code, done.stdout) == (code, ""), (arguments, done)
            assert done.stderr.count("\n") == 1, done.stderr
            lines[lang] = done.stderr
        assert lines["zh"] != lines["en"]
        return lines["en"]


def without_settings(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """An environment that says nothing about Ronghe or the reader's language; its home is this folder."""
    for name in [name for name in os.environ if name.startswith(("RONGHE_", "LC_")) or name in ("LANG", "COLUMNS")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("RONGHE_HOME", str(home))
