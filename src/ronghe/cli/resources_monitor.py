"""`ronghe resources`: the commands that watch, forecast and measure, beside those that allocate."""

import sys
import time
from pathlib import Path

import click

from ronghe.cli import views
from ronghe.cli.grammar import Command
from ronghe.cli.printing import one_line, say
from ronghe.cli.resources import resources
from ronghe.cli.session import Session
from ronghe.cli.values import Whole
from ronghe.messages import render_error
from ronghe.terms import InputError

__all__ = ["FOLLOWED_EVERY", "resources"]

_PATH = click.Path(path_type=Path)
_SERIES = click.option("--series", type=_PATH, metavar="FILE", required=True)
_RULES = click.option("--rules", type=_PATH, metavar="FILE")
_OUT = click.option("--out", "target", type=_PATH, metavar="FILE", required=True)
FOLLOWED_EVERY = 1.0
"""Seconds between two looks at a series that is followed."""


def _changed(path: Path, before: tuple[int, int]) -> tuple[int, int]:
    """Wait until a file is another than before; a file that is away for a moment is being replaced."""
    while True:
        if path.is_file():
            status = path.stat()
            if (status.st_mtime_ns, status.st_size) != before:
                return status.st_mtime_ns, status.st_size
        time.sleep(FOLLOWED_EVERY)


@resources.command(
    cls=Command,
    examples=(
        "ronghe resources monitor --series usage.csv --out alarms.csv",
        "ronghe resources monitor --series usage.csv --rules rules.toml --out alarms.csv --follow",
    ),
)
@_SERIES
@_RULES
@_OUT
@click.option("--metrics", type=_PATH, metavar="FILE")
@click.option("--follow", is_flag=True)
@click.pass_obj
def monitor(
    session: Session, /, *, series: Path, rules: Path | None, target: Path, metrics: Path | None, follow: bool
) -> None:
    """See `cli.command_resources_monitor`."""
    from ronghe.journeys.resources.monitoring import monitor_file

    seen = (0, 0)
    while True:
        if series.is_file():
            # Before reading: what is written meanwhile is looked at again.
            seen = (series.stat().st_mtime_ns, series.stat().st_size)
        try:
            made = monitor_file(series, rules=rules, out=target, metrics=metrics)
            session.show(made.to_json(), views.monitored(made))
        except InputError as fault:
            if not follow:
                raise
            # Whoever writes the series may be in the middle of it: the next look tells.
            print(one_line(render_error(fault, session.lang)), file=sys.stderr, flush=True)
        if not follow:
            return
        _changed(series, seen)


@resources.command(cls=Command, examples=("ronghe resources forecast --series usage.csv --out forecast.csv",))
@_SERIES
@click.option("--horizon", type=Whole(1, 1000), default=24, metavar="N")
@click.option("--season", type=Whole(2, 10_000), default=24, metavar="N")
@_OUT
@click.pass_obj
def forecast(session: Session, /, *, series: Path, horizon: int, season: int, target: Path) -> None:
    """See `cli.command_resources_forecast`."""
    from ronghe.journeys.resources.monitoring import forecast_file

    made = forecast_file(series, horizon=horizon, season=season, out=target)
    session.show(made.to_json(), views.forecasts(made))


@resources.command(cls=Command, examples=("ronghe resources rules", "ronghe resources rules --prometheus"))
@_RULES
@click.option("--prometheus", is_flag=True)
@click.pass_obj
def rules(session: Session, /, *, rules: Path | None, prometheus: bool) -> None:
    """See `cli.command_resources_rules`."""
    from ronghe.journeys.resources.monitoring import read_rules
    from ronghe.resources.monitor.rules import prometheus_rules

    listed = read_rules(rules)
    if prometheus and not session.as_json:
        say(prometheus_rules(listed).rstrip("\n"))
        return
    session.show(views.rules_json(listed), views.rules(listed))


@resources.command(cls=Command, examples=("ronghe resources reclaim --usage usage.csv --quota quota.csv",))
@click.option("--usage", type=_PATH, metavar="FILE", required=True)
@click.option("--quota", type=_PATH, metavar="FILE", required=True)
@click.pass_obj
def reclaim(session: Session, /, *, usage: Path, quota: Path) -> None:
    """See `cli.command_resources_reclaim`."""
    from ronghe.journeys.resources.monitoring import reclaim_files

    made = reclaim_files(usage, quota)
    session.show(made.to_json(), views.reclaimed(made))


@resources.command(cls=Command, examples=("ronghe resources degree hours.csv",))
@click.argument("hours", type=_PATH, metavar="FILE")
@click.pass_obj
def degree(session: Session, /, *, hours: Path) -> None:
    """See `cli.command_resources_degree`."""
    from ronghe.journeys.resources.monitoring import share_hours

    made = share_hours(hours)
    session.show(made.to_json(), views.hours_shared(made))
