"""`ronghe resources`: allocate by supply and demand, monitor, explain."""

from datetime import datetime
from pathlib import Path

import click

from ronghe.cli import views
from ronghe.cli.grammar import Command, Group
from ronghe.cli.printing import say
from ronghe.cli.reading import out_folder
from ronghe.cli.session import Session
from ronghe.cli.values import Moment, Pair
from ronghe.terms import Refused

__all__ = ["resources"]

# The engines load inside the commands, so that help and usage errors come at once.

_PATH = click.Path(path_type=Path)
_FOLDER = click.argument("folder", type=_PATH, metavar="DIR")
_NOW = click.option("--now", type=Moment(), metavar="TIME")
_SHARES = click.option("--shares", type=_PATH, metavar="FILE")


@click.group(cls=Group)
@click.pass_context
def resources(ctx: click.Context) -> None:
    """See `cli.command_resources`."""
    if ctx.invoked_subcommand is None:
        say(ctx.command.get_help(ctx))


@resources.command(
    cls=Command,
    examples=(
        "ronghe resources allocate --demands demands.csv --supply supply.csv --out allocated",
        "ronghe resources allocate --demands demands.csv --supply supply.csv --policy policy.toml --out allocated",
    ),
)
@click.option("--demands", type=_PATH, metavar="FILE", required=True)
@click.option("--supply", type=_PATH, metavar="FILE", required=True)
@click.option("--policy", type=_PATH, metavar="FILE")
@click.option("--history", type=_PATH, metavar="FILE")
@_NOW
@_SHARES
@out_folder
@click.pass_obj
def allocate(
    session: Session,
    /,
    *,
    demands: Path,
    supply: Path,
    policy: Path | None,
    history: Path | None,
    now: datetime | None,
    shares: Path | None,
    out: Path,
) -> None:
    """See `cli.command_resources_allocate`."""
    from ronghe.journeys.resources.allocating import allocate_files

    with session.metered() as meter:
        made = allocate_files(
            demands,
            supply,
            policy=policy,
            history=history,
            now=now,
            shares=shares,
            out=out,
            lang=session.lang,
            progress=meter,
        )
    session.show(made.to_json(), views.allocated(made))


@resources.command(cls=Command, examples=("ronghe resources verify allocated",))
@_FOLDER
@click.pass_obj
def verify(session: Session, /, *, folder: Path) -> None:
    """See `cli.command_resources_verify`."""
    from ronghe.journeys.resources.allocating import verify_folder

    made = verify_folder(folder)
    session.show(made.to_json(), views.verified_allocation(made))
    if made.faults:
        raise Refused("resources.not_valid", path=str(folder), faults=len(made.faults))


@resources.command(cls=Command, examples=("ronghe resources explain allocated D-003",))
@_FOLDER
@click.argument("demand", metavar="ID")
@click.pass_obj
def explain(session: Session, /, *, folder: Path, demand: str) -> None:
    """See `cli.command_resources_explain`."""
    from ronghe.journeys.resources.allocating import explain_folder

    made = explain_folder(folder, demand)
    session.show(made.to_json(), views.explained_demand(made))


@resources.command(
    cls=Command,
    examples=(
        "ronghe resources whatif allocated --set capacity.gpu=64 --set weight.health=2",
        "ronghe resources whatif scheduled --set resources.room-2.capacity=2 --set requests.M-3=none",
    ),
)
@_FOLDER
@click.option("--set", "changes", type=Pair(), multiple=True, metavar="PAIR")
@click.pass_obj
def whatif(session: Session, /, *, folder: Path, changes: tuple[tuple[str, str], ...]) -> None:
    """See `cli.command_resources_whatif`."""
    from ronghe.journeys.schedule_inputs import is_schedule

    if is_schedule(folder):
        from ronghe.cli.views.bookings import varied_schedule
        from ronghe.journeys.schedule_whatif import whatif_schedule

        schedule = whatif_schedule(folder, dict(changes))
        session.show(schedule.to_json(), varied_schedule(schedule))
        return
    from ronghe.journeys.resources.allocating import whatif_folder

    made = whatif_folder(folder, dict(changes))
    session.show(made.to_json(), views.varied(made))


@resources.command(
    cls=Command, examples=("ronghe resources share resource1.csv resource2.csv resource3.csv --out shared",)
)
@click.argument("files", type=_PATH, metavar="FILE", nargs=-1, required=True)
@click.option("--departments", type=_PATH, metavar="FILE")
@_SHARES
@out_folder
@click.pass_obj
def share(
    session: Session, /, *, files: tuple[Path, ...], departments: Path | None, shares: Path | None, out: Path
) -> None:
    """See `cli.command_resources_share`."""
    from ronghe.journeys.resources.sharing import share_resources

    with session.metered() as meter:
        made = share_resources(
            files, out=out, departments=departments, shares=shares, lang=session.lang, progress=meter
        )
    session.show(made.to_json(), views.shared_resources(made))
