"""Figures on a terminal: grouped, never rounded up to perfect, and paths as one types them."""

import io
from fractions import Fraction
from pathlib import Path

import click
import pytest
from rich.cells import cell_len
from rich.console import Console

from ronghe.cli.reading import options_of
from ronghe.cli.session import Session
from ronghe.cli.values import spelled
from ronghe.cli.views.grid import count, grid, percent, shell
from ronghe.cli.views.publications import _exact_rate
from ronghe.journeys.settings import Settings
from ronghe.terms import UsageError


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 0, "–"),
        (0, 5, "0%"),
        (5, 5, "100%"),
        (1, 3, "33.3%"),
        (999_999, 1_000_000, ">99.9%"),
        (2, 3, "66.7%"),
        (1, 1_000_000, "<0.1%"),
    ],
)
def test_a_rate_is_whole_only_when_nothing_is_missing(part: int, whole: int, said: str) -> None:
    assert percent(part, whole) == said


def test_an_exact_rate_is_worded_by_the_same_rule() -> None:
    assert [_exact_rate(Fraction(*rate)) for rate in ((99_999, 100_000), (1, 1), (0, 1))] == [">99.9%", "100%", "0%"]


def test_counts_are_grouped_and_paths_quoted() -> None:
    assert count(1_234_567) == "1,234,567"
    assert (shell("a b"), shell(Path("ab"))) == ("'a b'", "ab")


@pytest.mark.parametrize(("said", "meant"), [("tab", "\t"), ("\\t", "\t"), ("pipe", "|"), ("space", " "), ("^", "^")])
def test_a_delimiter_may_be_spelled_out(said: str, meant: str) -> None:
    assert options_of({"delimiter": said}).delimiter == meant


@pytest.mark.parametrize("said", ["", "||", "\n", "\0"])
@pytest.mark.parametrize("option", ["delimiter", "quote", "escape"])
def test_what_is_no_character_is_refused_by_its_option(option: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        options_of({option: said})
    assert (caught.value.code, caught.value.params["option"]) == ("cli.not_a_character", f"--{option}")


def test_a_table_and_a_query_exclude_each_other() -> None:
    with pytest.raises(UsageError, match="table_or_query"):
        options_of({"table": "t", "query": "SELECT 1"})
    assert options_of({"table": "t"}).table == "t"


def test_a_parameter_is_named_as_it_is_typed() -> None:
    assert spelled(click.Option(["-o", "--output"])) == "--output"
    assert spelled(click.Argument(["file"])) == "file"
    assert spelled(None) == ""


_ROWS = [("统一社会信用代码", "unified_credit_code", "string", "1,498", "of no particular kind")]
_COLUMNS = ("column", "element", "type?", "filled#", "evidence")


def _printed(width: int) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(grid(Session(Settings(lang="en")), _COLUMNS, _ROWS))
    assert all(cell_len(line) <= width for line in out.getvalue().splitlines())
    return out.getvalue()


@pytest.mark.parametrize(("width", "with_type"), [(100, True), (78, True), (66, False)])
def test_names_are_broken_at_no_width_that_has_room_for_them(width: int, with_type: bool) -> None:
    printed = _printed(width)
    assert all(name in printed for name in _ROWS[0][:2])
    assert ("string" in printed) is with_type


def test_where_there_is_no_room_the_longest_names_give_way_and_nothing_is_lost() -> None:
    printed = _printed(40)
    assert "1,498" in printed
    assert "unified" in printed
    assert "unified_credit_code" not in printed


def test_nothing_is_cut_off_at_any_width_however_long_the_words_are() -> None:
    rows = [
        ("姓名 / 患者姓名", "云州市西湖区文昌街88号1幢1102室", "number", "+4.0", "云岭市最低生活保障办法的通知第二条。")
    ]
    for width in range(36, 130, 3):
        out = io.StringIO()
        Console(file=out, width=width).print(grid(Session(Settings(lang="en")), _COLUMNS, rows))
        body = out.getvalue().partition("─\n")[2]
        for cell in (rows[0][0], rows[0][1], *rows[0][3:]):
            assert all(body.count(sign) >= cell.count(sign) for sign in cell if not sign.isspace()), (width, cell)
