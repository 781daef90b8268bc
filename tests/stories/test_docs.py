"""What the pages show is what happens: their files are written, their commands run, their output compared.

A fence with a title is a file; one named `console` holds commands after `$ ` and what each prints; one named `sh` is
not run, for it installs, clones or serves. `$ echo $?` after a command says that it may fail, and with which code.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import click
import pytest

from ronghe.cli import main
from ronghe.cli.commands import ronghe

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").rglob("*.md"))]
GENERATED = "<!-- Made from the code"

FENCE = re.compile(r"^```(?P<kind>[\w-]+)(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
TITLE = re.compile(r'title="([^"]+)"')


@dataclass(frozen=True)
class Block:
    """A fence of a page: its language, the file that its title names, the line where it begins."""

    kind: str
    title: str
    body: str
    line: int


@dataclass(frozen=True)
class Command:
    """A typed command, what the page says that it prints, and where."""

    typed: str
    shown: str
    line: int


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text("utf-8")
    for fence in FENCE.finditer(text):
        title = TITLE.search(fence["info"])
        yield Block(fence["kind"], title[1] if title else "", fence["body"], text.count("\n", 0, fence.start()) + 1)


def commands(block: Block) -> Iterator[Command]:
    """The commands of a console; one that ends in a backslash goes on in the next line."""
    lines = block.body.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
    for first, after in pairwise([*starts, len(lines)]):
        last = first
        while lines[last].endswith("\\"):
            last += 1
        typed = " ".join(line.removesuffix("\\").strip() for line in lines[first : last + 1]).removeprefix("$ ")
        yield Command(typed, "\n".join(lines[last + 1 : after]), block.line + first + 1)


def plain(text: str) -> str:
    """Without the blanks at line ends and around, which no page keeps."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


@dataclass
class Reader:
    """Somebody who types what a page shows, in an empty folder."""

    folder: Path
    capfd: pytest.CaptureFixture[str]
    code: int = 0
    environment: dict[str, str] = field(default_factory=dict)

    def saves(self, name: str, body: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, "utf-8")

    def types(self, typed: str) -> str:
        """What the command prints; its exit code is in `code`."""
        if typed == "echo $?":
            return str(self.code)
        if typed.startswith("export "):
            name, _, value = typed.removeprefix("export ").partition("=")
            os.environ[name] = value
            return ""
        words = shlex.split(typed)
        if words[0] != "ronghe" or {"|", ">", ";"} & set(words):
            return self._in_shell(typed)
        # In this process: a command of its own would spend most of the test's time on imports.
        self.capfd.readouterr()
        self.code = main(words[1:])
        out, err = self.capfd.readouterr()
        return out + err

    def _in_shell(self, typed: str) -> str:
        # With the `ronghe` and the `python` that run this test.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        ran = subprocess.run(
            ["sh", "-c", typed],
            check=False,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        self.code = ran.returncode
        return ran.stdout + ran.stderr


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Reader]:
    """A reader on a machine without settings, whose language is English."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith(("RONGHE_", "LC_")) or n in ("LANG", "LANGUAGE", "COLUMNS")]:
            patch.delenv(name)
        patch.setenv("RONGHE_HOME", str(tmp_path / "home"))
        patch.setenv("LC_ALL", "C.UTF-8")
        # Told once here, so that a page's own `export` ends with the page.
        patch.setenv("RONGHE_LANG", "en")
        folder = tmp_path / "folder"
        folder.mkdir()
        patch.chdir(folder)
        yield Reader(folder, capfd)


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


RUN = [page for page in PAGES if any(block.kind == "console" for block in blocks(page))]


@pytest.mark.parametrize("page", RUN, ids=named)
def test_the_commands_of_a_page_print_what_it_shows(page: Path, reader: Reader) -> None:
    for block in blocks(page):
        if block.title:
            reader.saves(block.title, block.body)
        if block.kind == "console":
            read_along(named(page), list(commands(block)), reader)


def read_along(page: str, typed: list[Command], reader: Reader) -> None:
    for number, command in enumerate(typed):
        printed = reader.types(command.typed)
        assert plain(printed) == plain(command.shown), f"{page}:{command.line}: {command.typed}\n{printed}"
        may_fail = number + 1 < len(typed) and typed[number + 1].typed == "echo $?"
        assert reader.code == 0 or may_fail or command.typed == "echo $?", f"{page}:{command.line}: {printed}"


def test_the_first_pages_are_among_those_that_run() -> None:
    first = {"README.md", "README.zh-CN.md", "docs/tutorials/first-publication.md"}
    assert first <= set(map(named, RUN))


def test_both_readmes_have_the_same_parts_and_the_same_files_and_commands() -> None:
    def parts(page: Path) -> tuple[int, list[tuple[str, str, str]]]:
        headings = len(re.findall(r"^#+ ", FENCE.sub("", page.read_text("utf-8")), re.MULTILINE))
        return headings, [(b.kind, b.title, b.body if b.title else "") for b in blocks(page)]

    english, chinese = (PAGES[0], PAGES[1])
    assert parts(english) == parts(chinese)
    said = [
        [c.typed for b in blocks(page) if b.kind == "console" for c in commands(b) if not c.typed.startswith("export ")]
        for page in (english, chinese)
    ]
    assert said[0] == said[1]


def typed_anywhere(page: Path) -> Iterator[tuple[int, list[str]]]:
    """Every call of `ronghe` that a page shows in a shell, run here or not: line and words."""
    for block in blocks(page):
        if block.kind not in ("sh", "console"):
            continue
        text = block.body.replace("\\\n", " ")
        for number, line in enumerate(text.splitlines()):
            for part in re.split(r"[|;]|&&", line.partition(" #")[0]):
                words = part.removeprefix("$ ").split()
                if "ronghe" in words[:1] and (block.kind == "sh" or line.startswith("$ ")):
                    yield block.line + number + 1, words[1:]


def mistakes(words: list[str]) -> Iterator[str]:
    """What the command line would not know."""
    command: click.Command = ronghe
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        if words[0] not in command.commands:
            yield words[0]
            return
        command, words = command.commands[words[0]], words[1:]
    known = {flag for param in command.params for flag in [*param.opts, *param.secondary_opts]}
    for word in words:
        flag = word.partition("=")[0].strip("'\"")
        if re.fullmatch(r"--?[a-z][a-z-]*", flag) and flag not in known:
            yield flag


def test_every_command_and_option_that_a_page_shows_exists() -> None:
    shown = [
        (f"{named(page)}:{line}", words)
        for page in PAGES
        if not page.read_text("utf-8").startswith(GENERATED)
        for line, words in typed_anywhere(page)
    ]
    assert len(shown) > 20
    assert [(place, list(mistakes(words))) for place, words in shown if any(mistakes(words))] == []
