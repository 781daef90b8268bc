"""`ronghe standards`: the standard data elements, and what they make of a value."""

import click

from ronghe.cli import views
from ronghe.cli.grammar import Command, Group
from ronghe.cli.printing import say
from ronghe.cli.reading import OWN
from ronghe.cli.session import Session
from ronghe.cli.values import Pair
from ronghe.messages import both
from ronghe.terms import InputError

__all__ = ["standards"]

_CODE = click.argument("code", metavar="CODE")
_SET = click.option("--set", "settings", type=Pair(), multiple=True, metavar="PAIR")


@click.group(cls=Group)
@click.pass_context
def standards(ctx: click.Context) -> None:
    """See `cli.command_standards`."""
    if ctx.invoked_subcommand is None:
        say(ctx.command.get_help(ctx))


@standards.command("list", cls=Command, examples=("ronghe standards list",))
@OWN
@click.pass_obj
def list_(session: Session, /) -> None:
    """See `cli.command_standards_list`."""
    elements = sorted(session.catalog(), key=lambda element: element.code)
    session.show({"elements": [views.element_json(element) for element in elements]}, views.elements(elements))


@standards.command(cls=Command, examples=("ronghe standards show citizen_id",))
@_CODE
@_SET
@OWN
@click.pass_obj
def show(session: Session, /, code: str, *, settings: tuple[tuple[str, str], ...]) -> None:
    """See `cli.command_standards_show`."""
    element = session.catalog().get(code, dict(settings))
    session.show(views.element_json(element), views.element(element))


@standards.command(
    cls=Command,
    examples=(
        "ronghe standards check citizen_id 11010519491231002X",
        "ronghe standards check money 1.5万元",
        "ronghe standards check date 05/03/2024 --set order=dmy",
    ),
)
@_CODE
@click.argument("value", metavar="VALUE")
@_SET
@OWN
@click.pass_obj
def check(session: Session, /, code: str, value: str, *, settings: tuple[tuple[str, str], ...]) -> None:
    """See `cli.command_standards_check`."""
    element = session.catalog().get(code, dict(settings))
    reading = element.read(value)
    session.show(views.reading_json(element, value, reading), views.reading(element, value, reading))
    if not reading.valid:
        rules = ", ".join(reading.broken) or both("journeys.rule_required")
        raise InputError("cli.value_invalid", element=element.name, name=element.code, rules=rules)
