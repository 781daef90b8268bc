"""Commands and options that speak the reader's language: click finds the words, `messages` has the texts.

A command's help is the text `cli.command_<path>`, an option's `cli.option_<name>`, an argument's `cli.argument_<name>`,
a placeholder's `cli.placeholder_<metavar>`: none of them can be forgotten, since a test asks for each.
"""

from typing import Any

import click

from ronghe.cli.help_page import help_page
from ronghe.cli.session import Session
from ronghe.messages import Language, render

__all__ = ["Argument", "Command", "Group", "Option", "common_options", "language_of", "speaking"]

SETTING_FLAGS = ("memory", "threads", "engine", "own", "quiet")


def language_of(ctx: click.Context) -> Language:
    """The reader's language; English where a command is asked outside of a call."""
    session = ctx.find_object(Session)
    return session.lang if session else "en"


class Option(click.Option):
    """An option whose help is `cli.option_<name>`; `known` names its values when they are few."""

    @property
    def code(self) -> str:
        """The code of its help."""
        return f"cli.option_{self.name}"


class Argument(click.Argument):
    """An argument whose help is `cli.argument_<name>`."""

    @property
    def code(self) -> str:
        """The code of its help."""
        return f"cli.argument_{self.name}"

    def make_metavar(self, ctx: click.Context) -> str:
        """The placeholder in the reader's language."""
        word = render(f"cli.placeholder_{self.metavar}", language_of(ctx))
        return f"{word}..." if self.nargs == -1 else word


class _Speaking(click.Command):
    """What a command and a group have in common: their help."""

    def get_help(self, ctx: click.Context) -> str:
        """The whole help page in the reader's language."""
        return help_page(ctx, language_of(ctx))

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Our own `--help`, so that its text is ours too."""
        return next((option for option in self.params if option.name == "help" and isinstance(option, Option)), None)


def _show_help(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(ctx.get_help())
        ctx.exit()


def _help_option() -> Option:
    return Option(["--help"], is_flag=True, is_eager=True, expose_value=False, callback=_show_help)


def common_options() -> list[click.Parameter]:
    """What every command takes beside its own."""
    return [
        Option(["--json", "as_json"], is_flag=True),
        Option(["--quiet"], is_flag=True),
        language_option(),
        _help_option(),
    ]


def language_option() -> Option:
    """`--lang`; `application` has read it before anything was parsed, since errors of parsing are worded too."""
    return Option(["--lang"], type=OneOf(["zh", "en"]), expose_value=False)


class Command(_Speaking):
    """A command that hands its function one Session, with the flags in it, and then its own parameters."""

    def __init__(self, *args: Any, examples: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, add_help_option=False, **kwargs)
        self.examples = examples
        self.params += common_options()

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does it, with our error for what is too much."""
        ctx.allow_extra_args = True
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            raise UsageError("cli.extra_arguments", values=" ".join(rest), command=ctx.command_path)
        return rest
