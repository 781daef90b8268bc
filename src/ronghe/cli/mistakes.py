"""Mistakes on the command line: click's errors as ours, so that they are worded in the reader's language."""

import click

from ronghe.cli.values import spelled
from ronghe.messages import both
from ronghe.terms import UsageError

__all__ = ["reworded"]


def _takes_value(fault: click.BadOptionUsage) -> bool:
    params = fault.ctx.command.params if fault.ctx else []
    named = [param for param in params if fault.option_name in (*param.opts, *param.secondary_opts)]
    return not any(isinstance(param, click.Option) and param.is_flag for param in named)


def _cause(fault: click.UsageError) -> tuple[str, object, list[str] | None]:
    """Code of a text, what it is about, and what may have been meant."""
    close: list[str] | None = None
    name: object = ""
    match fault:
        case click.NoSuchOption():
            code, name, close = "cli.no_such_option", fault.option_name, fault.possibilities
        case click.exceptions.NoSuchCommand():
            code, name, close = "cli.no_such_command", fault.command_name, fault.possibilities
        case click.MissingParameter(param=click.Argument(metavar=metavar)):
            code, name = "cli.missing_argument", both(f"cli.placeholder_{metavar}")
        case click.MissingParameter():
            code, name = "cli.missing_option", spelled(fault.param)
        case click.BadOptionUsage():
            code, name = "cli.missing_value" if _takes_value(fault) else "cli.no_value_wanted", fault.option_name
        case click.BadParameter():
            code, name = "cli.bad_value", spelled(fault.param)
        case _:
            code = "cli.mistake"
    return code, name, close


def reworded(fault: click.UsageError) -> UsageError:
    """Our error for click's: what is wrong, in which command, and how to mend it."""
    command = fault.ctx.command_path if fault.ctx else "ronghe"
    code, name, close = _cause(fault)
    if close:
        return UsageError(f"{code}_close", name=name, close=", ".join(close), command=command)
    return UsageError(code, command=command, **({"name": name} if name else {}))
