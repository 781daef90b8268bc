"""`ronghe data`: look at tables, standardize them, share them."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from ronghe.cli import views
from ronghe.cli.grammar import Command, Group
from ronghe.cli.printing import say
from ronghe.cli.reading import limits, options_of, out_folder, reads, sources_of
from ronghe.cli.session import Session
from ronghe.cli.values import Day, Source, Whole

__all__ = ["data"]

# The engines load inside the commands, so that help and usage errors come at once.

_FILE = click.argument("file", type=Source(), metavar="FILE")
_PATH = click.Path(path_type=Path)
CITY_DAY = date(2026, 1, 1)
"""The day on which the demo city is told: fixed, so that the same command makes the same city on every day."""


@click.group(cls=Group)
@click.pass_context
def data(ctx: click.Context) -> None:
    """See `cli.command_data`."""
    if ctx.invoked_subcommand is None:
        say(ctx.command.get_help(ctx))


@data.command(cls=Command, examples=("ronghe data profile residents.csv", "ronghe data profile book.xlsx#2025 --json"))
@_FILE
@click.option("--show-values", is_flag=True)
@reads(elements=False)
@limits(engine=False)
@click.pass_obj
def profile(session: Session, /, file: str, *, show_values: bool, **given: Any) -> None:
    """See `cli.command_data_profile`."""
    from ronghe.data.files import profile_file

    made = profile_file(file, resources=session.resources, options=options_of(given))
    session.show(made.to_json(show_values=show_values), views.profile(made if show_values else made.masked(), file))


@data.command(cls=Command, examples=("ronghe data propose residents.csv -o schema.json",))
@_FILE
@click.option("-o", "--output", type=_PATH, metavar="FILE", required=True)
@reads(elements=True)
@limits(engine=False)
@click.pass_obj
def propose(session: Session, /, file: str, *, output: Path, **given: Any) -> None:
    """See `cli.command_data_propose`."""
    from ronghe.data.files import propose_file
    from ronghe.tables.atomic import write_atomic

    made = propose_file(file, resources=session.resources, catalog=session.catalog(), options=options_of(given))
    with write_atomic(output) as path:
        path.write_text(json.dumps(made.schema_json(), ensure_ascii=False, indent=2) + "\n", "utf-8")
    session.show({"schema": str(output), **made.to_json()}, views.proposal(made, file, output))


@data.command(
    cls=Command,
    examples=(
        "ronghe data standardize residents.csv --schema schema.json --out published",
        "ronghe data standardize big.csv --schema schema.json --out published --memory 500MB",
    ),
)
@_FILE
@click.option("--schema", type=_PATH, metavar="FILE", required=True)
@out_folder
@reads(elements=True)
@limits(engine=True)
@click.pass_obj
def standardize(session: Session, /, file: str, *, schema: Path, out: Path, **given: Any) -> None:
    """See `cli.command_data_standardize`."""
    from ronghe.journeys.standardize import standardize_file

    with session.metered() as meter:
        published = standardize_file(
            file,
            schema=schema,
            out=out,
            resources=session.resources,
            engine=session.settings.engine,
            catalog=session.catalog(),
            options=options_of(given),
            progress=meter,
        )
    session.show(published.to_json(), views.published(published))


@data.command(
    cls=Command,
    examples=(
        "ronghe data share residents.csv taxes.xlsx --out shared",
        "ronghe data share city/files --departments city/departments.csv --out shared",
    ),
)
@click.argument("files", type=Source(), metavar="FILE", nargs=-1, required=True)
@click.option("--departments", type=_PATH, metavar="FILE")
@click.option("--shares", type=_PATH, metavar="FILE")
@out_folder
@reads(elements=True)
@limits(engine=True)
@click.pass_obj
def share(
    session: Session,
    /,
    files: tuple[str, ...],
    *,
    departments: Path | None,
    shares: Path | None,
    out: Path,
    **given: Any,
) -> None:
    """See `cli.command_data_share`."""
    from ronghe.journeys.share import share_files

    with session.metered() as meter:
        shared = share_files(
            sources_of(files),
            out=out,
            departments=departments,
            shares=shares,
            resources=session.resources,
            engine=session.settings.engine,
            catalog=session.catalog(),
            options=options_of(given),
            lang=session.lang,
            progress=meter,
        )
    session.show(shared.to_json(), views.shared(shared))


@data.command(cls=Command, examples=("ronghe data integrate plan.toml --out integrated",))
@click.argument("plan", type=_PATH, metavar="PLAN")
@out_folder
@limits(engine=False)
@click.pass_obj
def integrate(session: Session, /, *, plan: Path, out: Path, **_given: Any) -> None:
    """See `cli.command_data_integrate`."""
    from ronghe.journeys.integrate import integrate_files

    with session.metered() as meter:
        made = integrate_files(plan, out=out, now=datetime.now(UTC), resources=session.resources, progress=meter)
    session.show(made.to_json(), views.integrated(made))


@data.command(cls=Command, examples=("ronghe data demo --out city",))
@out_folder
@click.option("--rows", type=Whole(0, 10**9), default=200_000, metavar="N")
@click.option("--seed", type=Whole(0, 2**63 - 1), default=809, metavar="N")
@click.option("--today", type=Day(), default=CITY_DAY, metavar="DATE")
@click.pass_obj
def demo(session: Session, /, *, out: Path, rows: int, seed: int, today: date) -> None:
    """See `cli.command_data_demo`."""
    from ronghe.journeys.demo_city import make_demo_city

    with session.metered() as meter:
        city = make_demo_city(out, rows=rows, seed=seed, today=today, progress=meter)
    session.show(views.city_json(city), views.city(city))


@data.command(cls=Command, examples=("ronghe data convert residents.csv residents.xlsx",))
@_FILE
@click.argument("target", type=_PATH, metavar="TARGET")
@reads(elements=False)
@limits(engine=False)
@click.pass_obj
def convert(session: Session, /, file: str, *, target: Path, **given: Any) -> None:
    """See `cli.command_data_convert`."""
    from ronghe.journeys.convert import convert_file

    with session.metered() as meter:
        converted = convert_file(
            file, target=target, resources=session.resources, options=options_of(given), progress=meter
        )
    session.show(converted.to_json(), views.converted(converted))
