"""The reference pages that are made from the code: `python -m ronghe.cli.reference docs/reference`.

A test compares the pages that lie in `docs/reference` with these, so none of them can grow old.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import click

from ronghe.cli.commands import ronghe
from ronghe.cli.help_page import about, details, option_text, placeholder, usage_line
from ronghe.cli.markdown import in_both, row
from ronghe.cli.reference_api import api_page
from ronghe.cli.reference_operations import operations_page
from ronghe.cli.reference_requests import requests_page
from ronghe.cli.reference_standards import elements_page, rules_page
from ronghe.journeys.settings import CONFIG, Settings
from ronghe.messages import LANGUAGES
from ronghe.tables.spark_session import MASTER
from ronghe.terms import InputError, InternalFault, LimitReached, Refused, RongheError, StoppedByUser, UsageError

__all__ = ["pages", "walk"]

_MADE = "<!-- Made from the code by python -m ronghe.cli.reference docs/reference; change it there. -->"
_ERRORS: tuple[type[RongheError], ...] = (UsageError, InputError, Refused, LimitReached, InternalFault, StoppedByUser)


def walk(command: click.Command = ronghe, path: str = "ronghe") -> Iterator[tuple[str, click.Command]]:
    """Every command with its path, a group before what is in it."""
    yield path, command
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from walk(command.commands[name], f"{path} {name}")


def _context(path: str, command: click.Command) -> click.Context:
    return click.Context(command, info_name=path)


def _flags(param: click.Parameter) -> str:
    word = placeholder(param, "en")
    if isinstance(param, click.Argument):
        return f"`{word}`"
    flags = ", ".join([*param.opts, *param.secondary_opts])
    return f"`{flags} {word}`".replace(" `", "`")


def _parameters(command: click.Command) -> Iterator[str]:
    if not command.params:
        return
    yield "| | what it means | 说明 |"
    yield "|---|---|---|"
    for param in command.params:
        yield row(_flags(param), option_text(param, "en"), option_text(param, "zh"))
    yield ""


def _command(path: str, command: click.Command) -> Iterator[str]:
    yield f"## {path}"
    yield ""
    yield "```sh"
    yield usage_line(_context(path, command), "en")
    yield "```"
    yield ""
    for lang in reversed(LANGUAGES):
        yield " ".join(filter(None, (about(path, lang), details(path, lang))))
        yield ""
    yield from _parameters(command)
    examples: tuple[str, ...] = getattr(command, "examples", ())
    if examples:
        yield "```sh"
        yield from examples
        yield "```"
        yield ""


def _command_line() -> Iterator[str]:
    yield "# The command line"
    yield ""
    yield "Results go to stdout, errors and progress to stderr. [Exit codes](exit-codes.md) tell kinds of error apart,"
    yield "[settings](configuration.md) give defaults. With `--json` a result is one JSON object on stdout, an error"
    yield 'one on stderr: `{"error": {"code": ..., "message": ..., "params": {...}}}`.'
    yield ""
    for path, command in walk():
        yield from _command(path, command)


_DEFAULTS: Mapping[str, str] = {
    "lang": "that of the system: Chinese or else English",
    "memory": "what the machine allows",
    "own_elements": "none",
    "decision_log": "none",
}


def _configuration() -> Iterator[str]:
    yield "# Configuration"
    yield ""
    yield "A flag of a command overrules the environment, the environment overrules the file, the file overrules"
    yield f"the default. The file is `{CONFIG}` in the folder that `RONGHE_HOME` names, else in `~/.ronghe`; it may be"
    yield "absent. A key that it should not have is an error that names the file and the key."
    yield ""
    yield "| key in the file | environment | default | what it means | 说明 |"
    yield "|---|---|---|---|---|"
    defaults = Settings()
    for field in fields(Settings):
        default = _DEFAULTS.get(field.name) or f"`{getattr(defaults, field.name)}`"
        means = in_both(f"cli.setting_means_{field.name}")
        yield row(f"`{field.name}`", f"`RONGHE_{field.name.upper()}`", default, *means)
    yield ""
    yield "```toml"
    yield 'lang = "zh"'
    yield 'memory = "2GB"'
    yield "threads = 4"
    yield 'own_elements = ["elements/water.toml"]   # relative to this file'
    yield "```"
    yield ""
    yield "In `RONGHE_OWN_ELEMENTS` paths are separated as in `PATH`. Those of `--own` come on top of both."
    yield ""
    yield f"`{MASTER}`, in the environment only, names the cluster that `--engine spark` uses instead of this"
    yield "machine, such as `spark://host:7077`: see [Spark](../how-to/spark.md)."


def _exit_codes() -> Iterator[str]:
    yield "# Exit codes"
    yield ""
    yield "Every error is one line on stderr: what is wrong, where, and how to mend it. The exit code tells its kind."
    yield "After any of them the last publication is as it was."
    yield ""
    yield "| code | kind | what it means | 说明 |"
    yield "|---|---|---|---|"
    for code, name in [(0, "done"), *((kind.exit_code, kind.__name__) for kind in _ERRORS)]:
        yield row(str(code), f"`{name}`", *in_both(f"cli.exit_{code}"))


def pages() -> dict[str, str]:
    """Every page by the name of its file."""
    made = {
        "api.md": api_page(),
        "command-line.md": _command_line(),
        "configuration.md": _configuration(),
        "elements.md": elements_page(),
        "exit-codes.md": _exit_codes(),
        "operations.md": operations_page(),
        "request-states.md": requests_page(),
        "rules.md": rules_page(),
    }
    return {name: "\n".join([_MADE, "", *lines]).rstrip() + "\n" for name, lines in made.items()}


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit("usage: python -m ronghe.cli.reference FOLDER")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for page, text in pages().items():
        (folder / page).write_text(text, "utf-8")
