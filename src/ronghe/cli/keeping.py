"""`ronghe backup`, `restore` and `upgrade`: keep an installation, bring it back, bring it to a new version."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ronghe.cli.grammar import Command
from ronghe.cli.session import Session
from ronghe.cli.views.grid import count

__all__ = ["backup", "restore", "upgrade"]

# Django loads inside the commands, so that help comes at once and needs no extra.

_PATH = click.Path(path_type=Path)


def _now() -> datetime:
    return datetime.now(UTC)


@click.command(cls=Command, examples=("ronghe backup /backup/ronghe.tar.gz",))
@click.argument("archive", type=_PATH, metavar="FILE")
@click.pass_obj
def backup(session: Session, /, archive: Path) -> None:
    """See `cli.command_backup`."""
    from ronghe.platform.serve.running import prepare

    home = prepare()
    from ronghe.platform.serve.backup import back_up

    said = back_up(home, archive, at=_now())
    told = {"path": str(archive), "rows": count(said["rows"]), "bytes": count(said["bytes"])}
    session.show(said, lambda console, shown: console.print(shown.text("cli.backed_up", **told)))


@click.command(
    cls=Command,
    examples=("ronghe restore /backup/ronghe.tar.gz", "ronghe restore /backup/ronghe.tar.gz --log /mirror/log"),
)
@click.argument("archive", type=_PATH, metavar="FILE")
@click.option("--log", "later_log", type=_PATH, metavar="LOG")
@click.option("--without-later-log", is_flag=True)
@click.pass_obj
def restore(session: Session, /, archive: Path, *, later_log: Path | None, without_later_log: bool) -> None:
    """See `cli.command_restore`."""
    from ronghe.platform.serve.running import load

    home = load()
    from ronghe.platform.serve import restore as restoring
    from ronghe.platform.serve.backup import opened_backup
    from ronghe.platform.serve.schema import upgrade as bring_schema

    with opened_backup(archive, home) as opened:
        bring_schema()
        restoring.bring_files(opened, home, log=later_log, without_later_log=without_later_log)
        done = restoring.bring_tables(opened, home, at=_now())
    said = {"rows": done.rows, "later": done.later, "replayed": done.replayed, "made": opened.made.isoformat()}

    def view(console: Any, shown: Session) -> None:
        console.print(shown.text("cli.restored", rows=count(done.rows), made=opened.made.isoformat()))
        console.print(shown.text("cli.restored_later", later=count(done.later), replayed=count(done.replayed)))

    session.show(said, view)


@click.command(cls=Command, examples=("ronghe upgrade",))
@click.pass_obj
def upgrade(session: Session, /) -> None:
    """See `cli.command_upgrade`."""
    from ronghe.platform.serve.running import load

    home = load()
    from ronghe.platform.audit.store import make_log
    from ronghe.platform.serve.schema import upgrade as bring_schema

    made = bring_schema()
    make_log(home)
    code = "cli.upgraded" if made else "cli.upgraded_already"
    session.show({"changes": made}, lambda console, shown: console.print(shown.text(code, count=len(made))))
