"""The help of a command as a page, in columns that hold for Chinese too."""

import io
from collections.abc import Iterable, Iterator

import click
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from ronghe.messages import Language, known, render

__all__ = ["about", "details", "help_page", "option_text", "overview", "placeholder", "usage_line"]

_WIDTH = 100
_ROOT = "ronghe"


def _code(path: str) -> str:
    return "_".join(["cli.command", *path.split()[1:]]) if path != _ROOT else "cli.command"


def about(path: str, lang: Language) -> str:
    """What the command of a path such as `ronghe data profile` does, in one sentence."""
    return render(_code(path), lang)


def details(path: str, lang: Language) -> str:
    """What one sentence cannot say about a command, or nothing."""
    code = _code(path).replace("cli.command", "cli.details")
    return render(code, lang) if known(code) else ""


def placeholder(param: click.Parameter, lang: Language) -> str:
    """What stands for a parameter's value: `FILE`, or `zh|en` where the values are few."""
    if isinstance(param.type, click.Choice):
        return "|".join(map(str, param.type.choices))
    return render(f"cli.placeholder_{param.metavar}", lang) if param.metavar else ""


def usage_line(ctx: click.Context, lang: Language) -> str:
    """`ronghe data profile [OPTIONS] FILE`."""
    words = [ctx.command_path, f"[{render('cli.placeholder_options', lang)}]"]
    if isinstance(ctx.command, click.Group):
        words.append(render("cli.placeholder_command", lang))
    arguments = [param for param in ctx.command.params if isinstance(param, click.Argument)]
    words += [placeholder(param, lang) + ("..." if param.nargs == -1 else "") for param in arguments]
    return " ".join(words)


def option_text(param: click.Parameter, lang: Language) -> str:
    """What a parameter means, with its default and whether it must be given."""
    kind = "argument" if isinstance(param, click.Argument) else "option"
    text = render(f"cli.{kind}_{param.name}", lang)
    if kind == "option" and param.required:
        return f"{text} {render('cli.help_required', lang)}"
    if isinstance(param, click.Option) and not param.is_flag and not param.multiple and _has_default(param):
        return f"{text} {render('cli.help_default', lang, value=param.default)}"
    return text


def _has_default(param: click.Option) -> bool:
    return isinstance(param.default, str | int) or hasattr(param.default, "isoformat")


def _option_rows(params: Iterable[click.Parameter], lang: Language) -> Iterator[tuple[str, str]]:
    for param in params:
        if isinstance(param, click.Option):
            flags = ", ".join(param.opts) + "".join(f" / {name}" for name in param.secondary_opts)
            yield f"{flags} {placeholder(param, lang)}".rstrip(), option_text(param, lang)


def _argument_rows(params: Iterable[click.Parameter], lang: Language) -> Iterator[tuple[str, str]]:
    for param in params:
        if isinstance(param, click.Argument):
            yield placeholder(param, lang), option_text(param, lang)


def _command_rows(ctx: click.Context, lang: Language) -> Iterator[tuple[str, str]]:
    if isinstance(ctx.command, click.Group):
        for name in ctx.command.list_commands(ctx):
            yield name, about(f"{ctx.command_path} {name}", lang)


def _section(console: Console, heading: str, rows: list[tuple[str, str]]) -> None:
    if not rows:
        return
    console.print(f"\n{heading}")
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for left, right in rows:
        table.add_row(left, right)
    console.print(Padding(table, (0, 0, 0, 2)))


def _paper() -> Console:
    screen = Console()
    width = min(screen.width, _WIDTH) if screen.is_terminal else _WIDTH
    return Console(file=io.StringIO(), width=width, markup=False, emoji=False, highlight=False, color_system=None)


def _text_of(paper: Console) -> str:
    assert isinstance(paper.file, io.StringIO)
    return "\n".join(line.rstrip() for line in paper.file.getvalue().splitlines())


def help_page(ctx: click.Context, lang: Language) -> str:
    """The whole page: usage, what it does, arguments, options, commands, examples."""
    paper, params = _paper(), ctx.command.params
    paper.print(render("cli.help_usage", lang, usage=usage_line(ctx, lang)), soft_wrap=True)
    paper.print(f"\n{about(ctx.command_path, lang)}")
    if details(ctx.command_path, lang):
        paper.print(f"\n{details(ctx.command_path, lang)}")
    _section(paper, render("cli.help_arguments", lang), list(_argument_rows(params, lang)))
    _section(paper, render("cli.help_commands", lang), list(_command_rows(ctx, lang)))
    _section(paper, render("cli.help_options", lang), list(_option_rows(params, lang)))
    examples = getattr(ctx.command, "examples", ())
    if examples:
        paper.print(f"\n{render('cli.help_examples', lang)}")
        for example in examples:
            paper.print(f"  {example}", soft_wrap=True)
    return _text_of(paper)


def overview(lang: Language, examples: Iterable[tuple[str, str]]) -> str:
    """What `ronghe` alone says: what it is, and a few commands to begin with; `examples` are code and command."""
    paper = _paper()
    paper.print(about(_ROOT, lang))
    paper.print(f"\n{render('cli.overview_begin', lang)}")
    for code, example in examples:
        paper.print(f"\n  {render(code, lang)}")
        paper.print(f"    {example}", soft_wrap=True)
    paper.print(f"\n{render('cli.overview_more', lang)}")
    return _text_of(paper)
