"""`ronghe resources`: schedule requests, find the earliest slot, displace as little as possible."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from ronghe.cli.grammar import Command
from ronghe.cli.reading import out_folder
from ronghe.cli.resources import resources
from ronghe.cli.session import Session
from ronghe.cli.values import Whole, spelled
from ronghe.cli.views import bookings as views
from ronghe.terms import UsageError
from ronghe.terms.time import usual_year

__all__ = ["resources"]

# The engines load inside the commands, so that help and usage errors come at once.

_PATH = click.Path(path_type=Path)


class Instant(click.ParamType[datetime]):
    """A time with its zone, such as 2026-01-01T08:00:00+08:00."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, _ctx: click.Context | None) -> datetime:
        """The instant."""
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError as fault:
            raise UsageError("schedule.not_an_instant", option=spelled(param), value=value) from fault
        if moment.tzinfo is None or not usual_year(moment):
            raise UsageError("schedule.not_an_instant", option=spelled(param), value=value)
        return moment


_RESOURCES = click.option("--resources", type=_PATH, metavar="FILE", required=True)
_BOOKINGS = click.option("--bookings", type=_PATH, metavar="FILE")
_CALENDAR = click.option("--calendar", type=_PATH, metavar="FILE")
_NOW = click.option("--now", "present", type=Instant(), metavar="INSTANT")


@resources.command(
    cls=Command,
    examples=(
        "ronghe resources schedule --requests requests.csv --resources rooms.csv --out scheduled",
        "ronghe resources schedule --requests asked.csv --resources rooms.csv --calendar hours.toml --out scheduled",
    ),
)
@click.option("--requests", type=_PATH, metavar="FILE", required=True)
@_RESOURCES
@_BOOKINGS
@_CALENDAR
@_NOW
@click.option("--work", type=Whole(0, 100_000), metavar="N", default=40)
@click.option("--seed", type=Whole(0, 2**31 - 1), metavar="N", default=0)
@click.option("--seconds", type=Whole(1, 1_000_000), metavar="N")
@out_folder
@click.pass_obj
def schedule(
    session: Session,
    /,
    *,
    requests: Path,
    resources: Path,
    bookings: Path | None,
    calendar: Path | None,
    present: datetime | None,
    work: int,
    seed: int,
    seconds: int | None,
    out: Path,
) -> None:
    """See `cli.command_resources_schedule`."""
    from ronghe.journeys.schedule import schedule_files

    with session.metered() as meter:
        made = schedule_files(
            requests,
            resources,
            bookings=bookings,
            calendar=calendar,
            now=present,
            work=work,
            seed=seed,
            seconds=seconds,
            out=out,
            lang=session.lang,
            progress=meter,
        )
    session.show(made.to_json(), views.scheduled(made))


@resources.command(
    cls=Command,
    examples=(
        'ronghe resources earliest --resources rooms.csv --needs "seats>=20" --minutes 60 --after 2026-12-01T08:00Z',
    ),
)
@_RESOURCES
@_BOOKINGS
@_CALENDAR
@click.option("--minutes", type=Whole(1, 527_040), metavar="N", required=True)
@click.option("--needs", "wanted", metavar="NEEDS", default="")
@click.option("--after", type=Instant(), metavar="INSTANT", required=True)
@click.option("--count", type=Whole(1, 1000), metavar="N", default=5)
@click.pass_obj
def earliest(
    session: Session,
    /,
    *,
    resources: Path,
    bookings: Path | None,
    calendar: Path | None,
    minutes: int,
    wanted: str,
    after: datetime,
    count: int,
) -> None:
    """See `cli.command_resources_earliest`."""
    from ronghe.journeys.schedule_slots import earliest_slots

    made = earliest_slots(
        resources, minutes=minutes, needs=wanted, after=after, bookings=bookings, calendar=calendar, count=count
    )
    session.show(made.to_json(), views.slots(made))


@resources.command(
    cls=Command,
    examples=(
        "ronghe resources preempt --requests a.csv --resources r.csv --bookings b.csv --now 2026-12-01T08:00Z --out p",
    ),
)
@click.option("--requests", type=_PATH, metavar="FILE", required=True)
@_RESOURCES
@click.option("--bookings", type=_PATH, metavar="FILE", required=True)
@_CALENDAR
@click.option("--now", "present", type=Instant(), metavar="INSTANT", required=True)
@out_folder
@click.pass_obj
def preempt(
    session: Session,
    /,
    *,
    requests: Path,
    resources: Path,
    bookings: Path,
    calendar: Path | None,
    present: datetime,
    out: Path,
) -> None:
    """See `cli.command_resources_preempt`."""
    from ronghe.journeys.schedule_preempt import preempt_files

    made = preempt_files(requests, resources, bookings, calendar=calendar, now=present, out=out, lang=session.lang)
    session.show(made.to_json(), views.preempted(made))


@resources.command(
    cls=Command,
    examples=(
        "ronghe resources cancel B-7 --resources rooms.csv --bookings booked.csv --now 2026-12-01T08:00Z --out new",
    ),
)
@click.argument("ids", metavar="BOOKING", nargs=-1)
@_RESOURCES
@click.option("--bookings", type=_PATH, metavar="FILE", required=True)
@_CALENDAR
@click.option("--now", "present", type=Instant(), metavar="INSTANT", required=True)
@out_folder
@click.pass_obj
def cancel(
    session: Session,
    /,
    *,
    ids: tuple[str, ...],
    resources: Path,
    bookings: Path,
    calendar: Path | None,
    present: datetime,
    out: Path,
) -> None:
    """See `cli.command_resources_cancel`."""
    from ronghe.journeys.schedule_cancel import cancel_files

    made = cancel_files(ids, resources, bookings, calendar=calendar, now=present, out=out)
    session.show(made.to_json(), views.cancelled(made))


@resources.command(
    cls=Command,
    examples=(
        "ronghe resources projects jobs.csv --resources crews.csv --out planned",
        "ronghe resources projects jobs.csv --resources crews.csv --setups setups.csv --out planned",
        "ronghe resources projects j60_1_1.rcp --work 20 --out planned",
    ),
)
@click.argument("jobs", type=_PATH, metavar="FILE")
@click.option("--resources", "crews", type=_PATH, metavar="FILE")
@click.option("--setups", type=_PATH, metavar="FILE")
@click.option("--work", "search", type=Whole(0, 100_000), metavar="N", default=10)
@click.option("--seed", type=Whole(0, 2**31 - 1), metavar="N", default=0)
@click.option("--seconds", type=Whole(1, 1_000_000), metavar="N")
@out_folder
@click.pass_obj
def projects(
    session: Session,
    /,
    *,
    jobs: Path,
    crews: Path | None,
    setups: Path | None,
    search: int,
    seed: int,
    seconds: int | None,
    out: Path,
) -> None:
    """See `cli.command_resources_projects`."""
    from ronghe.journeys.schedule_projects import plan_files

    made = plan_files(jobs, crews, setups=setups, work=search, seed=seed, seconds=seconds, out=out)
    session.show(made.to_json(), views.planned(made))
