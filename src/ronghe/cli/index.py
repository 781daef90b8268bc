"""`ronghe index`: the sharing index of an installation, computed, shown, and checked against the log."""

from datetime import UTC, datetime

import click

from ronghe.cli.grammar import Command, Group
from ronghe.cli.printing import say
from ronghe.cli.session import Session
from ronghe.terms import InputError, Refused

__all__ = ["index"]

# Django loads inside the commands, so that help comes at once and needs no extra.


def _now() -> datetime:
    return datetime.now(UTC)


@click.group(cls=Group)
@click.pass_context
def index(ctx: click.Context) -> None:
    """See `cli.command_index`."""
    if ctx.invoked_subcommand is None:
        say(ctx.command.get_help(ctx))


@index.command(cls=Command, examples=("ronghe index compute", "ronghe index compute --json"))
@click.pass_obj
def compute(session: Session, /) -> None:
    """See `cli.command_index_compute`."""
    from ronghe.platform.serve.running import prepare, seal_here

    home = prepare()
    seal_here(home)
    from ronghe.cli.views.index import computed_view
    from ronghe.platform.access.machine import at_the_machine
    from ronghe.platform.index.computing import compute as computed
    from ronghe.platform.law import profile

    done = computed(by=at_the_machine(), at=_now(), law=profile())
    seal_here(home)
    for one in done:
        if one.why is not None:
            raise one.why
    told = [one.degree.to_json() for one in done if one.degree is not None]
    session.show({"degrees": told}, computed_view(told))


@index.command(cls=Command, examples=("ronghe index show", "ronghe index show --json"))
@click.pass_obj
def show(session: Session, /) -> None:
    """See `cli.command_index_show`."""
    from ronghe.platform.serve.running import prepare

    prepare()
    from ronghe.cli.views.index import shown_view
    from ronghe.platform.index import queries
    from ronghe.platform.kinds.measure import measures

    told = [found for kind in measures() if (found := queries.told(kind)) is not None]
    if not told:
        raise InputError("cli.index_none")
    session.show({"degrees": told}, shown_view(told))


@index.command(cls=Command, examples=("ronghe index verify", "ronghe index verify --all --json"))
@click.option("--all", "every", is_flag=True)
@click.pass_obj
def verify(session: Session, /, *, every: bool) -> None:
    """See `cli.command_index_verify`."""
    from ronghe.platform.serve.running import prepare, seal_here

    home = prepare()
    seal_here(home)
    from ronghe.cli.views.index import checked_view
    from ronghe.platform.index.computing import check, removed
    from ronghe.platform.index.models import Degree
    from ronghe.platform.index.queries import latest
    from ronghe.platform.kinds.measure import measures
    from ronghe.platform.law import profile

    last = [found for kind in measures() if (found := latest(kind)) is not None]
    gone = removed(home)
    if not last and not gone:
        raise InputError("cli.index_none")
    degrees = list(Degree.objects.all()) if every else last
    checked = [one.to_json() for one in check(home, degrees, law=profile())] + gone
    wrong = sum(not one["same"] for one in checked)
    session.show({"degrees": checked, "same": not wrong}, checked_view(checked))
    if wrong:
        raise Refused("cli.index_differs", count=wrong, total=len(checked))
