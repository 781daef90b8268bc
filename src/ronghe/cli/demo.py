"""`ronghe demo`: a city of made-up departments on this machine, to look around in."""

from dataclasses import asdict
from typing import Any

import click

from ronghe.cli.grammar import Command
from ronghe.cli.session import Session
from ronghe.cli.values import Whole

__all__ = ["demo"]

# Django loads inside the command, as in `cli.serve`.


@click.command(cls=Command, examples=("ronghe demo && ronghe serve",))
@click.option("--seed", type=Whole(0, 2**63 - 1), default=809, metavar="N")
@click.pass_obj
def demo(session: Session, /, *, seed: int) -> None:
    """See `cli.command_demo`."""
    from ronghe.platform.serve.running import prepare

    prepare(change=True)
    from django.conf import settings

    from ronghe.platform.clock import now
    from ronghe.platform.demo.building import build
    from ronghe.platform.law import profile

    with session.metered() as meter:
        built = build(settings.HOME, now=now(), law=profile(), seed=seed, progress=meter)

    def view(console: Any, shown: Session) -> None:
        console.print(shown.text("cli.demo_built", **asdict(built)))
        if built.password:
            console.print(shown.text("cli.demo_door", password=built.password))

    session.show({"home": str(settings.HOME), **asdict(built)}, view)
