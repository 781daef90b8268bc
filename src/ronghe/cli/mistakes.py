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


def _unknown(code: str, fault: click.UsageError, name: str, close: list[str] | None) -> UsageError:
    command = fault.ctx.command_path if fault.ctx else "ronghe"
    if close:
        return UsageError(f"{code}_close", name=name, close=", ".join(close), command=command)
    return UsageError(code, name=name, command=command)


def reworded(fault: click.ClickException) -> UsageError:
    """Our error for click's: what is wrong, in which command, and how to mend it."""
    command = fault.ctx.command_path if isinstance(fault, click.UsageError) and fault.ctx else "ronghe"
    match fault:
        case click.NoSuchOption():
            return _unknown("cli.no_such_option", fault, fault.option_name, fault.possibilities)
        case click.exceptions.NoSuchCommand():
            return _unknown("cli.no_such_command", fault, fault.command_name, fault.possibilities)
        case click.MissingParameter(param=click.Argument(metavar=name)):
            return UsageError("cli.missing_argument", name=both(f"cli.placeholder_{name}"), command=command)
        case click.MissingParameter():
            return UsageError("cli.missing_option", name=spelled(fault.param), command=command)
        case click.BadOptionUsage() if _takes_value(fault):
            return UsageError("cli.missing_value", name=fault.option_name, command=command)
        case click.BadOptionUsage():
            return UsageError("cli.no_value_wanted", name=fault.option_name, command=command)
        case click.BadParameter():
            return UsageError("cli.bad_value", name=spelled(fault.param), command=command)
    return UsageError("cli.mistake", command=command)
