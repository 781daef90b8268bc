"""What the pages show is what happens: their files are written, their commands run, their output compared."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from ronghe.cli.commands import ronghe
from tests.stories.pages import FENCE, PAGES, blocks, commands, named, reader_in, refreshed, typed_pages

GENERATED = "<!-- Made from the code"


def each_page() -> Iterator[object]:
    """The first pages that a stranger reads always run; all of them together take half a minute."""
    for page in typed_pages():
        first = page.name.startswith("README") or page.parent.name == "tutorials"
        yield pytest.param(page, id=named(page), marks=() if first else pytest.mark.slow)


@pytest.mark.parametrize("page", list(each_page()))
def test_the_commands_of_a_page_print_what_it_shows(page: Path, tmp_path: Path) -> None:
    with reader_in(tmp_path) as reader:
        printed = refreshed(page, reader)
    assert printed == page.read_text("utf-8"), "read the change; if it is meant, run: python -m tests.stories.pages"


def test_the_first_pages_are_among_those_that_run() -> None:
    first = {"README.md", "README.zh-CN.md", "docs/tutorials/first-publication.md"}
    assert first <= set(map(named, typed_pages()))


def test_a_page_that_shows_something_else_is_found(tmp_path: Path) -> None:
    page = PAGES[0].with_name("never-written.md")
    text = '```csv title="a.csv"\nx\n1\n```\n\n```console\n$ cat a.csv\nx\n2\n```\n'
    written = tmp_path / page.name
    written.write_text(text, "utf-8")
    with reader_in(tmp_path) as reader:
        assert refreshed(written, reader) == text.replace("x\n2\n", "x\n1\n")


def test_both_readmes_have_the_same_parts_files_and_commands() -> None:
    def parts(page: Path) -> tuple[int, list[tuple[str, str, str]], list[str]]:
        found = blocks(page)
        headings = len(re.findall(r"^#+ ", FENCE.sub("", page.read_text("utf-8")), re.MULTILINE))
        typed = [c.typed for block in found if block.kind == "console" for c in commands(block)]
        shown = [(b.kind, b.title, b.body if b.title else "") for b in found]
        return headings, shown, [line for line in typed if not line.startswith("export ")]

    assert parts(PAGES[0]) == parts(PAGES[1])


def calls(page: Path) -> Iterator[tuple[str, list[str]]]:
    """Every call of `ronghe` that a page shows in a shell, run here or not: place and words."""
    for block in blocks(page):
        if block.kind not in ("sh", "console"):
            continue
        for number, line in enumerate(block.body.replace("\\\n", " ").splitlines(), block.line + 1):
            if block.kind == "console" and not line.startswith("$ "):
                continue
            for part in re.split(r"[|;]|&&", line.removeprefix("$ ").partition(" #")[0]):
                words = part.split()
                if words[:1] == ["ronghe"]:
                    yield f"{named(page)}:{number}", words[1:]


def unknown(words: list[str]) -> list[str]:
    """What of a call the command line does not know."""
    command: click.Command = ronghe
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        if words[0] not in command.commands:
            return words[:1]
        command, words = command.commands[words[0]], words[1:]
    known = {flag for param in command.params for flag in [*param.opts, *param.secondary_opts]}
    flags = [word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)]
    return [flag for flag in flags if flag not in known]


def test_every_command_and_option_that_a_page_shows_exists() -> None:
    written = [page for page in PAGES if not page.read_text("utf-8").startswith(GENERATED)]
    shown = [call for page in written for call in calls(page)]
    assert len(shown) > 20
    assert [(place, unknown(words)) for place, words in shown if unknown(words)] == []
    assert unknown(["data", "profile", "x.csv", "--absent"]) == ["--absent"]


def test_every_picture_of_a_page_exists_and_is_small() -> None:
    for page in PAGES:
        for shown in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page.read_text("utf-8")):
            assert (page.parent / shown).stat().st_size < 200_000, (named(page), shown)
