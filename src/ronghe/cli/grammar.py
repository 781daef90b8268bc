"""Commands and options that speak the reader's language: click finds the words, `messages` has the texts.

A command's help is the text `cli.command_<path>`, an option's `cli.option_<name>`, an argument's `cli.argument_<name>`,
a placeholder's `cli.placeholder_<metavar>`: none of them can be forgotten, since a test asks for each.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import click

from ronghe.cli.help_page import help_page
from ronghe.cli.printing import say
from ronghe.cli.session import Session
from ronghe.cli.values import OneOf
from ronghe.messages import LANGUAGES
from ronghe.terms import UsageError

__all__ = ["Command", "Group"]

_NEGATIVE = re.compile(r"-[¥￥$]?[.．]?\d")
_FLAGS_OF_SESSION = ("memory", "threads", "engine", "own", "quiet")


def _show_help(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        say(ctx.command.get_help(ctx))
        ctx.exit()


def help_option() -> click.Option:
    """`--help`, with a text of ours."""
    return click.Option(["--help"], is_flag=True, is_eager=True, expose_value=False, callback=_show_help)


def language_option() -> click.Option:
    """`--lang`: read before anything is parsed, since mistakes in parsing are worded too; here it is only checked."""
    return click.Option(["--lang"], type=OneOf(LANGUAGES), expose_value=False)


def _page(ctx: click.Context) -> str:
    session = ctx.find_object(Session)
    return help_page(ctx, session.lang if session else "en")


@contextmanager
def _placed(ctx: click.Context) -> Iterator[None]:
    """Say in which command a mistake was made where click does not."""
    try:
        yield
    except click.UsageError as fault:
        fault.ctx = fault.ctx or ctx
        raise


class Command(click.Command):
    """A command that hands its function one Session, with the flags in it, and then its own parameters."""

    def __init__(self, *args: Any, examples: tuple[str, ...] = (), **kwargs: Any) -> None:
        kwargs["add_help_option"] = False
        super().__init__(*args, **kwargs)
        self.examples = examples
        flags = [click.Option(["--json", "as_json"], is_flag=True, expose_value=False)]
        flags += [click.Option(["--quiet"], is_flag=True), language_option(), help_option()]
        self.params += flags

    def get_help(self, ctx: click.Context) -> str:
        """The help page in the reader's language."""
        return _page(ctx)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does it, but what is too much is our error."""
        ctx.allow_extra_args = True
        with _placed(ctx):
            rest = super().parse_args(ctx, self._with_negatives(args))
        if rest:
            raise UsageError("cli.too_much", values=" ".join(rest), command=ctx.command_path)
        return rest

    def _with_negatives(self, args: list[str]) -> list[str]:
        """The arguments with negative numbers behind `--`: no option begins with a digit, so -5 is a value."""
        end = args.index("--") if "--" in args else len(args)
        typed, rest = args[:end], args[end + 1 :]
        options = [option for option in self.params if isinstance(option, click.Option) and not option.is_flag]
        takers = {name for option in options for name in option.opts}
        negative = [
            _NEGATIVE.match(word) is not None and before not in takers for before, word in pairwise(["", *typed])
        ]
        if not any(negative):
            return args
        plain = [word for word, moved in zip(typed, negative, strict=True) if not moved]
        return [*plain, "--", *(word for word, moved in zip(typed, negative, strict=True) if moved), *rest]

    def invoke(self, ctx: click.Context) -> Any:
        """Call the function with the session first."""
        session = ctx.find_object(Session)
        assert session is not None
        flags = {name: ctx.params.pop(name) for name in _FLAGS_OF_SESSION if name in ctx.params}
        ctx.obj = session.with_flags(**flags)
        return super().invoke(ctx)


class Group(click.Group):
    """A group of commands; alone, it shows its help."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(add_help_option=False, invoke_without_command=True)
        super().__init__(*args, **kwargs)
        self.params += [language_option(), help_option()]

    def get_help(self, ctx: click.Context) -> str:
        """The help page in the reader's language."""
        return _page(ctx)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does it."""
        with _placed(ctx):
            return super().parse_args(ctx, args)
