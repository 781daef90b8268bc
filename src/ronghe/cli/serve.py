"""`ronghe serve` and `ronghe admin`: the platform on this machine."""

from datetime import UTC, datetime
from typing import Any

import click

from ronghe.cli.grammar import Command, Group
from ronghe.cli.printing import say
from ronghe.cli.session import Session
from ronghe.cli.values import Whole

__all__ = ["admin", "serve"]

# Django loads inside the commands, so that help comes at once and needs no extra.


@click.command(cls=Command, examples=("ronghe serve", "ronghe serve --port 8080"))
@click.option("--host", default="127.0.0.1", metavar="ADDRESS")
@click.option("--port", type=Whole(1, 65_535), default=8000, metavar="N")
@click.pass_obj
def serve(session: Session, /, *, host: str, port: int) -> None:
    """See `cli.command_serve`."""
    from ronghe.platform.serve.running import prepare
    from ronghe.platform.serve.running import serve as run

    prepare()
    from ronghe.platform.access.models import Person

    people = Person.objects.count()
    url = f"http://{host}:{port}/"

    def view(console: Any, shown: Session) -> None:
        console.print(shown.text("cli.serving", url=url))
        if not people:
            console.print(shown.text("cli.serving_nobody"))

    session.show({"url": url, "people": people}, view)
    run(host, port)


@click.group(cls=Group)
@click.pass_context
def admin(ctx: click.Context) -> None:
    """See `cli.command_admin`."""
    if ctx.invoked_subcommand is None:
        say(ctx.command.get_help(ctx))


@admin.command(cls=Command, examples=("ronghe admin start --name 数据局 --code SJJ",))
@click.option("--name", "bureau", required=True, metavar="NAME")
@click.option("--code", required=True, metavar="CODE")
@click.pass_obj
def start(session: Session, /, *, bureau: str, code: str) -> None:
    """See `cli.command_admin_start`."""
    from ronghe.platform.serve.running import prepare

    prepare()
    from ronghe.platform.access import start as beginning
    from ronghe.platform.access.roles import ADMINISTRATORS

    people = {}
    for role in sorted(ADMINISTRATORS):
        title = session.text(f"platform.role_{role.value}")
        username = click.prompt(session.text("cli.ask_username", role=title), err=True)
        password = click.prompt(
            session.text("cli.ask_password", role=title), hide_input=True, confirmation_prompt=True, err=True
        )
        people[role] = (username, password)
    beginning.start(at=datetime.now(UTC), bureau=bureau, code=code, people=people)
    names = [username for username, _ in people.values()]
    session.show({"people": names}, lambda console, shown: console.print(shown.text("cli.started")))
