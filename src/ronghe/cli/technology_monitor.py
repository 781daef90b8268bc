"""`ronghe technology monitor`: beside the commands that choose and audit, the one that watches."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ronghe.cli import views
from ronghe.cli.grammar import Command
from ronghe.cli.printing import json_line, one_line, printing
from ronghe.cli.session import Session
from ronghe.cli.technology import technology
from ronghe.cli.values import Moment
from ronghe.terms import InputError, UsageError

if TYPE_CHECKING:
    from ronghe.journeys.technology_monitor import Change, Monitored

__all__ = ["technology"]

_PATH = click.Path(path_type=Path)


def _follow(session: Session, probes: Path, history: Path | None, metrics: Path | None) -> None:
    from ronghe.journeys.technology_monitor import follow

    def begun(first: "Monitored") -> None:
        for line in views.faults(session, first.faults):
            print(one_line(line), file=sys.stderr, flush=True)

    def tell(one: "Change") -> None:
        if session.quiet:
            return
        with printing() as out:
            line = json_line(one.to_json(), out) if session.as_json else one_line(views.change(session, one))
            out.write(line + "\n")

    follow(probes, history=history, metrics=metrics, begun=begun, tell=tell)


@technology.command(
    cls=Command,
    examples=(
        "ronghe technology monitor probes.toml --history history.tsv",
        "ronghe technology monitor probes.toml --follow --history history.tsv --metrics ronghe.prom",
        "ronghe technology monitor probes.toml --replay --history history.tsv --json",
    ),
)
@click.argument("probe_file", type=_PATH, metavar="FILE")
@click.option("--once", is_flag=True)
@click.option("--follow", "keep_probing", is_flag=True)
@click.option("--replay", is_flag=True)
@click.option("--history", "probe_history", type=_PATH, metavar="FILE")
@click.option("--now", "judged_at", type=Moment(), metavar="TIME")
@click.option("--metrics", type=_PATH, metavar="FILE")
@click.pass_obj
def monitor(
    session: Session,
    /,
    *,
    probe_file: Path,
    once: bool,
    keep_probing: bool,
    replay: bool,
    probe_history: Path | None,
    judged_at: datetime | None,
    metrics: Path | None,
) -> None:
    """See `cli.command_technology_monitor`."""
    from ronghe.journeys.technology_monitor import monitor_once
    from ronghe.journeys.technology_monitor import replay as replayed

    if once + keep_probing + replay > 1:
        raise UsageError("cli.once_or_follow")
    if (replay and probe_history is None) or (judged_at is not None and not replay):
        raise UsageError("cli.replay_needs_history")
    if keep_probing:
        _follow(session, probe_file, probe_history, metrics)
    elif replay:
        assert probe_history is not None
        now = None if judged_at is None else int(judged_at.timestamp())
        made = replayed(probe_file, history=probe_history, now=now, metrics=metrics)
    else:
        made = monitor_once(probe_file, history=probe_history, metrics=metrics)
    session.show(made.to_json(), views.watched(made))
    if made.faults:
        places = ", ".join(one.place for one in made.faults[:5])
        raise InputError("technology.some_probes_unusable", path=str(probe_file), count=len(made.faults), places=places)
