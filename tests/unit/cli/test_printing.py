"""Printing: text is text, terminals are not commanded, bars come only after a second and only on a terminal."""

import io
import json
import subprocess
import sys

import pytest

from ronghe.cli import progress
from ronghe.cli.printing import console, json_line, one_line, visible
from ronghe.cli.progress import metered
from ronghe.messages import Bilingual


class Terminal(io.StringIO):
    """A terminal that keeps what it is shown."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("税务局 [b]", "税务局 [b]"),
        ("a\x1b[31mb", "a\\u001b[31mb"),
        ("a\u202eb", "a\\u202eb"),
        ("a\x9bb", "a\\u009bb"),
        ("a\udcffb", "a\\udcffb"),
    ],
)
def test_characters_that_command_terminals_are_shown_as_escapes(text: str, seen: str) -> None:
    assert visible(text) == seen


def test_one_line_is_one_line() -> None:
    assert one_line("a\r\n b\n\tc") == "a b c"


def test_values_are_no_markup() -> None:
    out = io.StringIO()
    console(out).print("[red]x[/red] :smile:")
    assert out.getvalue() == "[red]x[/red] :smile:\n"


def test_json_keeps_chinese_where_it_can_and_escapes_it_where_not() -> None:
    value = {"部门": Bilingual(zh="税务", en="tax")}
    utf8, latin = (io.TextIOWrapper(io.BytesIO(), encoding=name) for name in ("utf-8", "latin-1"))
    assert json_line(value, utf8) == '{"部门": {"zh": "税务", "en": "tax"}}'
    assert json_line(value, latin).isascii()
    assert json.loads(json_line(value, latin)) == json.loads(json_line(value, utf8))


def test_a_long_step_gets_a_bar_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm")
    screen = Terminal()
    with metered(screen, "zh", drawn=True) as meter:
        meter("decode", 1, 3)
        meter("decode", 2, 3)
    assert "转换编码" in screen.getvalue()
    assert "2/3" in screen.getvalue()
    assert screen.getvalue().rstrip().endswith("秒。"), "how long it took"


def test_a_short_step_gets_no_bar() -> None:
    screen = Terminal()
    with metered(screen, "zh", drawn=True) as meter:
        meter("decode", 3, 3)
    assert screen.getvalue() == ""


def test_nothing_is_drawn_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0)
    screen = Terminal()
    with metered(screen, "en", drawn=False) as meter:
        meter("decode", 1, 3)
    assert screen.getvalue() == ""


@pytest.mark.parametrize("arguments", [["standards", "list"], ["standards", "list", "--json"], ["--help"]])
@pytest.mark.parametrize("pipe", ["| true", ">&-"])
def test_a_reader_who_has_gone_away_is_no_error(arguments: list[str], pipe: str) -> None:
    command = f'set -o pipefail; "$@" {pipe}'
    done = subprocess.run(
        ["bash", "-c", command, "bash", sys.executable, "-m", "ronghe", *arguments], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
