"""The pages of the documentation as somebody who types what they show: `python -m tests.stories.pages` refreshes them.

A fence with a title is a file; one named `console` holds commands after `$ ` and what each prints; one named `sh` is
not run, for it installs, clones or serves. `$ echo $?` after a command says that it may fail, and with which code.
"""

import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from ronghe.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").rglob("*.md")))
FOLDER = "/home/you"
"""What pages call the folder where the reader types: the one thing printed that differs from run to run."""

ASK_CODE = "echo $?"
FENCE = re.compile(r"^```(?P<kind>[\w-]+)(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_TITLE = re.compile(r'title="([^"]+)"')


@dataclass(frozen=True)
class Block:
    """A fence of a page: its language, the file that its title names, the line after which its body begins."""

    kind: str
    title: str
    body: str
    line: int


@dataclass(frozen=True)
class Command:
    """A command as the page writes it, over one line or more, and the number of its first line."""

    written: tuple[str, ...]
    line: int

    @property
    def typed(self) -> str:
        """The command on one line, without the prompt."""
        return " ".join(line.removesuffix("\\").strip() for line in self.written).removeprefix("$ ")


def named(page: Path) -> str:
    """How failures name a page."""
    return str(page.relative_to(ROOT))


def _block(text: str, fence: re.Match[str]) -> Block:
    title = _TITLE.search(fence["info"])
    return Block(fence["kind"], title[1] if title else "", fence["body"], text.count("\n", 0, fence.start()) + 1)


def blocks(page: Path) -> list[Block]:
    """The fences of a page, in order."""
    text = page.read_text("utf-8")
    return [_block(text, fence) for fence in FENCE.finditer(text)]


def commands(block: Block) -> Iterator[Command]:
    """The commands of a console; one that ends in a backslash goes on in the next line."""
    lines = block.body.splitlines()
    for first, line in enumerate(lines):
        if line.startswith("$ "):
            last = first
            while lines[last].endswith("\\"):
                last += 1
            yield Command(tuple(lines[first : last + 1]), block.line + first + 1)


def plain(text: str) -> str:
    """Without the blanks at line ends and around, which no page keeps."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


@dataclass
class Reader:
    """Somebody who types what a page shows, in an empty folder."""

    folder: Path
    code: int = 0

    def saves(self, name: str, body: str) -> None:
        """A file in the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, "utf-8")

    def types(self, typed: str) -> str:
        """What the command prints; its exit code is in `code`."""
        return plain(self._printed(typed).replace(str(self.folder), FOLDER))

    def _printed(self, typed: str) -> str:
        if typed == ASK_CODE:
            code, self.code = self.code, 0
            return str(code)
        if typed.startswith("export "):
            name, _, value = typed.removeprefix("export ").partition("=")
            os.environ[name] = value
            return ""
        words = shlex.split(typed)
        in_shell = words[0] != "ronghe" or {"|", ">", ";", "&&"} & set(words)
        return self._in_shell(typed) if in_shell else self._here(words[1:])

    def _here(self, arguments: list[str]) -> str:
        # In this process: a command of its own would spend most of the test's time on imports.
        printed = io.StringIO()
        with redirect_stdout(printed), redirect_stderr(printed):
            self.code = main(arguments)
        return printed.getvalue()

    def _in_shell(self, typed: str) -> str:
        # With the `ronghe` and the `python` that run this test.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        ran = subprocess.run(
            ["sh", "-c", typed],
            check=False,
            env={**os.environ, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self.code = ran.returncode
        return ran.stdout


@contextmanager
def reader_in(place: Path) -> Iterator[Reader]:
    """A reader on a machine without settings, whose language is English; what a page exports ends with it."""
    folder = place / "folder"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith(("RONGHE_", "LC_")) or n in ("LANG", "LANGUAGE", "COLUMNS")]:
            patch.delenv(name)
        patch.setenv("LC_ALL", "C.UTF-8")
        patch.setenv("RONGHE_LANG", "en")
        patch.setenv("RONGHE_HOME", str(place / "home"))
        patch.chdir(folder)
        before = dict(os.environ)
        yield Reader(folder)
        for name in os.environ.keys() - before.keys():
            del os.environ[name]


def _retyped(page: Path, block: Block, reader: Reader) -> str:
    """The body of a console with what its commands print now. AssertionError where one fails unannounced."""
    lines: list[str] = []
    typed = [*commands(block), None]
    for command, after in pairwise(typed):
        assert command is not None
        printed = reader.types(command.typed)
        lines += [*command.written, *([printed] if printed else [])]
        announced = after is not None and after.typed == ASK_CODE
        assert reader.code == 0 or announced, f"{named(page)}:{command.line}: {command.typed}\n{printed}"
    return "\n".join(lines) + "\n"


def refreshed(page: Path, reader: Reader) -> str:
    """The text of a page with what its commands print now, after saving its files."""
    text = page.read_text("utf-8")

    def again(fence: re.Match[str]) -> str:
        block = _block(text, fence)
        if block.title:
            reader.saves(block.title, block.body)
        body = _retyped(page, block, reader) if block.kind == "console" else block.body
        return f"```{block.kind}{fence['info']}\n{body}```"

    return FENCE.sub(again, text)


def typed_pages() -> list[Path]:
    """The pages with a console."""
    return [page for page in PAGES if any(block.kind == "console" for block in blocks(page))]


if __name__ == "__main__":
    for found in typed_pages():
        with tempfile.TemporaryDirectory() as made, reader_in(Path(made)) as someone:
            found.write_text(refreshed(found, someone), "utf-8")
