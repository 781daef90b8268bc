"""Help speaks the reader's language from the first word to the last, and fits into its columns."""

import re

import click
import pytest
from rich.cells import cell_len

from ronghe.cli.help_page import usage_line
from tests.unit.cli.conftest import Call

HEADINGS = {"zh": ("用法：", "选项：", "参数：", "示例："), "en": ("Usage: ", "Options:", "Arguments:", "Examples:")}
OF_CLICK = ("Show this message", "[OPTIONS]", "COMMAND", "Options", "Usage", "[required]", "[default", "Commands")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_command_has_usage_arguments_options_and_examples(call: Call, lang: str) -> None:
    said = call("data", "standardize", "--lang", lang, "--help")
    assert (said.code, said.err) == (0, "")
    assert all(heading in said.out for heading in HEADINGS[lang])
    assert "--schema" in said.out
    assert "ronghe data standardize residents.csv --schema schema.json --out published" in said.out


@pytest.mark.parametrize(
    "path", [(), ("data",), ("data", "demo"), ("data", "share"), ("standards", "check"), ("verify",)]
)
def test_chinese_help_has_no_words_of_click(call: Call, path: tuple[str, ...]) -> None:
    said = call(*path, "--lang", "zh", "--help")
    assert said.code == 0
    assert [word for word in OF_CLICK if word in said.out] == []


def test_a_group_alone_lists_its_commands(call: Call) -> None:
    said = call("data", "--lang", "zh")
    assert (said.code, said.err) == (0, "")
    assert re.search(r"share\s+把各部门的文件走完全程", said.out)


def test_help_of_chinese_keeps_to_its_width(call: Call) -> None:
    prose = call("data", "share", "--lang", "zh", "--help").out.split("示例：")[0]
    assert max(cell_len(line) for line in prose.splitlines()) <= 100


def test_defaults_and_duties_are_shown(call: Call) -> None:
    said = call("data", "demo", "--help").out
    assert "[default: 200000]" in said
    assert "[default: 2026-01-01]" in said
    assert re.search(r"--out DIR .*?\[required\]", said, re.DOTALL)


def test_usage_names_what_must_follow() -> None:
    command = click.Command("x", params=[click.Argument(["file"], metavar="FILE", nargs=-1)])
    assert usage_line(click.Context(command, info_name="ronghe x"), "zh") == "ronghe x [选项] 文件..."
