"""`ronghe serve`: the platform on this machine."""

import os
import signal
from typing import Any

import click

from ronghe.cli.grammar import Command
from ronghe.cli.session import Session
from ronghe.cli.values import OneOf, Whole
from ronghe.journeys.logs import configure_logs, level_of_server

__all__ = ["serve"]

# Django loads inside the command, so that help comes at once and needs no extra.


@click.command(
    cls=Command, examples=("ronghe serve", "ronghe serve --port 8080 --workers 2", "ronghe serve --only worker")
)
@click.option("--host", default="127.0.0.1", metavar="ADDRESS")
@click.option("--port", type=Whole(1, 65_535), default=8000, metavar="N")
@click.option("--workers", type=Whole(1, 16), default=1, metavar="N")
@click.option("--only", type=OneOf(("web", "worker")))
@click.pass_obj
def serve(session: Session, /, *, host: str, port: int, workers: int, only: str | None) -> None:
    """See `cli.command_serve`."""
    from ronghe.platform.serve import running, supervisor

    configure_logs(level_of_server(session.settings.log))
    if only is not None:
        # Stopped while it loads it just ends; later each has its own way to end in order.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: os._exit(0))
    home = running.prepare(change=only is None)
    if only is not None:
        supervisor.end_with_parent()
        if only == "web":
            running.serve_web(host, port)
        else:
            running.serve_worker(home)
        return
    from ronghe.platform.access.models import Person

    people = Person.objects.count()
    url = f"http://{host}:{port}/"

    def view(console: Any, shown: Session) -> None:
        console.print(shown.text("cli.serving", url=url))
        if not people:
            console.print(shown.text("cli.serving_nobody"))

    session.show({"url": url, "people": people}, view)
    # The processes speak the language of the one that started them.
    os.environ["RONGHE_LANG"] = session.lang
    code = running.serve_parts(host, port, workers=workers)
    if code:
        raise click.exceptions.Exit(code)
