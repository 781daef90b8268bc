"""The options that every reading command shares, and the values that they make."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ronghe.cli.values import Memory, OneOf, Whole
from ronghe.terms import UsageError

__all__ = ["OWN", "limits", "options_of", "out_folder", "reads"]

F = TypeVar("F", bound=Callable[..., Any])

_NAMES = ("encoding", "delimiter", "quote", "escape", "header", "sheet", "table", "query")
_SPELLED_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}

OWN = click.option("--own", type=click.Path(path_type=Path), multiple=True, metavar="FILE")
_READING = (
    click.option("--encoding", metavar="ENCODING"),
    click.option("--delimiter", metavar="CHARACTER"),
    click.option("--quote", metavar="CHARACTER"),
    click.option("--escape", metavar="CHARACTER"),
    click.option("--header/--no-header", default=None),
    click.option("--sheet", metavar="NAME"),
    click.option("--table", metavar="NAME"),
    click.option("--query", metavar="SQL"),
)
_LIMITS = (
    click.option("--memory", type=Memory(), metavar="SIZE"),
    click.option("--threads", type=Whole(1, 1024), metavar="N"),
)
_ENGINE = click.option("--engine", type=OneOf(["duckdb", "spark"]))


def _with(options: tuple[Callable[[F], F], ...], function: F) -> F:
    # click lists options in the order of decorators, the last one applied first.
    for option in reversed(options):
        function = option(function)
    return function


def reads(*, elements: bool) -> Callable[[F], F]:
    """The options of a command that reads a table; `elements` where data elements play a part."""
    return lambda function: _with((*_READING, OWN) if elements else _READING, function)


def limits(*, engine: bool) -> Callable[[F], F]:
    """The options of a command that does long work; `engine` where Spark can do it too."""
    return lambda function: _with((*_LIMITS, _ENGINE) if engine else _LIMITS, function)


def out_folder(function: F) -> F:
    """The option `--out`."""
    return click.option("--out", type=click.Path(path_type=Path), metavar="DIR", required=True)(function)


def _character(option: str, value: str | None) -> str | None:
    if value is None:
        return None
    character = _SPELLED_DELIMITERS.get(value, value)
    if len(character) != 1 or character in "\r\n\0":
        raise UsageError("cli.not_a_character", option=f"--{option}", value=value)
    return character


def options_of(given: dict[str, Any]) -> Any:
    """The ReadOptions that a command's own parameters ask for."""
    # Help and usage errors come at once: the readers load with the first command that needs them.
    from ronghe.tables.open import ReadOptions

    read: dict[str, Any] = {name: given.get(name) for name in _NAMES}
    for name in ("delimiter", "quote", "escape"):
        read[name] = _character(name, read[name])
    if read["table"] is not None and read["query"] is not None:
        raise UsageError("cli.table_or_query")
    return ReadOptions(**read)
