"""The kinds of value that options take; a wrong one is our UsageError, worded in the reader's language."""

import re
from datetime import UTC, date, datetime
from typing import Any

import click

from ronghe.terms import UsageError

__all__ = ["Columns", "Day", "Memory", "Moment", "OneOf", "Pair", "Real", "Source", "Whole", "spelled"]


def spelled(param: click.Parameter | None) -> str:
    """How the user types a parameter: `--threads`, or its name for an argument."""
    if param is None:
        return ""
    return max(param.opts, key=len)


class OneOf(click.Choice[str]):
    """One of a few words."""

    def convert(self, value: Any, param: click.Parameter | None, _ctx: click.Context | None) -> str:
        """The word itself."""
        if value not in self.choices:
            raise UsageError("cli.not_one_of", option=spelled(param), value=value, known=", ".join(self.choices))
        return str(value)


class Whole(click.ParamType[int]):
    """A whole number from `least` to `most`."""

    name = "whole"

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def convert(self, value: Any, param: click.Parameter | None, _ctx: click.Context | None) -> int:
        """The number."""
        try:
            number = int(value)
        except ValueError:
            number = self.least - 1
        if not self.least <= number <= self.most:
            option = spelled(param)
            raise UsageError("cli.not_whole", option=option, value=value, least=self.least, most=self.most)
        return number


class Real(click.ParamType[float]):
    """A finite number, from `least` to `most` where these are given."""

    name = "real"

    def __init__(self, least: float = -1e15, most: float = 1e15) -> None:
        self.least, self.most = least, most

    def convert(self, value: Any, param: click.Parameter | None, _ctx: click.Context | None) -> float:
        """The number."""
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not self.least <= number <= self.most:
            option = spelled(param)
            raise UsageError("cli.not_real", option=option, value=value, least=self.least, most=self.most)
        return number


class Memory(click.ParamType[int]):
    """A size such as 500MB, in bytes."""

    name = "memory"

    def convert(self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None) -> int:
        """The bytes."""
        # Only a run that sets a limit pays for loading the engine.
        from ronghe.tables.engine import parse_memory

        return parse_memory(str(value))


class Day(click.ParamType[date]):
    """A day such as 2026-01-01."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, _ctx: click.Context | None) -> date:
        """The day."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError as fault:
            raise UsageError("cli.not_a_day", option=spelled(param), value=value) from fault


class Moment(click.ParamType[datetime]):
    """An instant such as 2026-01-01T08:00:00+08:00; one without a zone is in UTC."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, _ctx: click.Context | None) -> datetime:
        """The instant."""
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError as fault:
            raise UsageError("cli.not_a_moment", option=spelled(param), value=value) from fault
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Pair(click.ParamType[tuple[str, str]]):
    """NAME=VALUE."""

    name = "pair"

    def convert(self, value: Any, param: click.Parameter | None, _ctx: click.Context | None) -> tuple[str, str]:
        """Name and value."""
        name, equals, text = str(value).partition("=")
        if not name or not equals:
            raise UsageError("cli.not_a_pair", option=spelled(param), value=value)
        return name, text


class Source(click.ParamType[str]):
    """A file, a sheet of one, or the URL of a database; never standard input, which cannot be read twice."""

    name = "source"

    def convert(self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None) -> str:
        """As typed."""
        if value in ("-", ""):
            raise UsageError("cli.no_stdin" if value else "cli.blank_file")
        return str(value)


_SEPARATOR = re.compile(r'[,，](?=(?:[^"]*"[^"]*")*[^"]*$)')
"""A comma outside double quotes: an even number of them follows."""


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('""', '"').strip()
    return text


class Columns(click.ParamType[tuple[str, ...]]):
    """Names of columns, separated by commas; one that has a comma itself stands in double quotes."""

    name = "columns"

    def convert(self, value: Any, param: click.Parameter | None, _ctx: click.Context | None) -> tuple[str, ...]:
        """The names."""
        if isinstance(value, tuple):
            return value
        names = tuple(_unquoted(part.strip()) for part in _SEPARATOR.split(str(value)))
        if not all(names) or len(set(names)) < len(names):
            raise UsageError("cli.not_columns", option=spelled(param), value=value)
        return names
