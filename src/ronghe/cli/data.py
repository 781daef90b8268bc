"""`ronghe data`: look at tables, standardize them, share them."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from ronghe.cli import views
from ronghe.cli.grammar import Command, Group
from ronghe.cli.keys import STORE
from ronghe.cli.printing import say
from ronghe.cli.reading import limits, options_of, out_folder, reads
from ronghe.cli.session import Session
from ronghe.cli.values import Columns, Day, Source, Whole
from ronghe.terms import InputError, UsageError
from ronghe.terms.time import legal_day

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
@click.option("--as-of", type=Day(), metavar="DATE")
@reads(elements=True)
@limits(engine=False)
@click.pass_obj
def propose(session: Session, /, file: str, *, output: Path, as_of: date | None, **given: Any) -> None:
    """See `cli.command_data_propose`."""
    from ronghe.data.files import propose_file
    from ronghe.tables.atomic import write_atomic
    from ronghe.tables.package import json_text
    from ronghe.tables.sniff import is_file_of

    if is_file_of(file, output):
        raise UsageError("tables.output_is_source", path=str(output))
    made = propose_file(
        file,
        resources=session.resources,
        catalog=session.catalog(),
        options=options_of(given),
        as_of=as_of or legal_day(datetime.now(UTC)),
    )
    with write_atomic(output) as path:
        path.write_text(json_text(made.schema_json()), "utf-8")
    session.show({"schema": str(output), **made.to_json()}, views.proposal(made, file, output))


@data.command(
    cls=Command,
    examples=(
        "ronghe data scan residents.csv",
        "ronghe data scan city/files --json",
        "ronghe data scan residents.csv --grades grades.toml",
        "ronghe data scan visits.csv --by district,sex",
    ),
)
@click.argument("files", type=Source(), metavar="FILE", nargs=-1, required=True)
@click.option("--grades", metavar="PROFILE")
@click.option("--by", "aggregate_by", type=Columns(), metavar="COLUMNS", default=())
@click.option("--as-of", "ages_as_of", type=Day(), metavar="DATE")
@reads(elements=True)
@limits(engine=False)
@click.pass_obj
def scan(session: Session, /, files: tuple[str, ...], *, grades: str | None, **given: Any) -> None:
    """See `cli.command_data_scan`."""
    from ronghe.data.files import scan_files
    from ronghe.journeys.mappings import files_of
    from ronghe.standards.grading import own_grade_profile

    profile = own_grade_profile(grades)
    with session.metered() as meter:
        scanned = scan_files(
            files_of(files),
            resources=session.resources,
            catalog=session.catalog(),
            grades=profile,
            as_of=given["ages_as_of"] or legal_day(datetime.now(UTC)),
            by=given["aggregate_by"],
            options=options_of(given),
            progress=meter,
        )
    session.show(scanned.to_json(), views.scanned(scanned, profile))
    if scanned.failed:
        raise InputError("scan.some_unread", count=len(scanned.failed), paths=", ".join(s for s, _ in scanned.failed))


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
        "ronghe data share data1.csv data2.csv data3.csv --key id --out shared",
    ),
)
@click.argument("files", type=Source(), metavar="FILE", nargs=-1, required=True)
@click.option("--departments", type=_PATH, metavar="FILE")
@click.option("--shares", type=_PATH, metavar="FILE")
@click.option("--key", metavar="COLUMN")
@click.option("--plan", type=_PATH, metavar="PLAN")
@click.option("--personal", type=click.Choice(("mask", "names", "keep")), default="mask")
@click.option("--log", "publication_log", type=_PATH, metavar="LOG")
@STORE
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
    key: str | None,
    plan: Path | None,
    personal: str,
    out: Path,
    **given: Any,
) -> None:
    """See `cli.command_data_share`."""
    from ronghe.journeys.share import share_files

    with session.metered() as meter:
        shared = share_files(
            files,
            out=out,
            departments=departments,
            shares=shares,
            key=key,
            plan=plan,
            personal=personal,
            now=datetime.now(UTC),
            resources=session.resources,
            engine=session.settings.engine,
            catalog=session.catalog(),
            options=options_of(given),
            lang=session.lang,
            progress=meter,
            log=given["publication_log"] or session.settings.decision_log,
            keys=given["store"],
        )
    session.show(shared.to_json(), views.shared(shared))


@data.command(
    cls=Command,
    examples=(
        "ronghe data link residents.csv taxes.csv --id 编号 --out pairs.parquet",
        "ronghe data link companies.csv --id 编号 --explain --review review.xlsx --out pairs.parquet",
        "ronghe data link old.csv new.csv --id 编号 --model p.model.json --clusters p.clusters.parquet --out n.parquet",
    ),
)
@click.argument("left", type=Source(), metavar="LEFT")
@click.argument("right", type=Source(), metavar="RIGHT", required=False)
@click.option("--id", "id_column", metavar="COLUMN", required=True)
@click.option("--right-id", metavar="COLUMN")
@click.option("--columns", metavar="COLUMNS")
@click.option("--one-to-one", is_flag=True)
@click.option("--explain", is_flag=True)
@click.option("--review", type=_PATH, metavar="FILE")
@click.option("--model", type=_PATH, metavar="FILE")
@click.option("--clusters", type=_PATH, metavar="FILE")
@click.option("--out", "pairs", type=_PATH, metavar="FILE", required=True)
@reads(elements=True)
@limits(engine=False)
@click.pass_obj
def link(
    session: Session,
    /,
    left: str,
    right: str | None,
    *,
    id_column: str,
    right_id: str | None,
    columns: str | None,
    one_to_one: bool,
    explain: bool,
    review: Path | None,
    model: Path | None,
    clusters: Path | None,
    pairs: Path,
    **given: Any,
) -> None:
    """See `cli.command_data_link`."""
    from ronghe.journeys.extend import extend_files
    from ronghe.journeys.link import link_files

    if clusters is not None:
        if right is None or model is None or columns or one_to_one or explain:
            raise UsageError("integrate.clusters_usage")
        with session.metered() as meter:
            joined = extend_files(
                left,
                right,
                id_column=id_column,
                right_id=right_id,
                clusters=clusters,
                model=model,
                review=review,
                out=pairs,
                resources=session.resources,
                catalog=session.catalog(),
                options=options_of(given),
                progress=meter,
            )
        session.show(joined.to_json(), views.linked(joined))
        return
    with session.metered() as meter:
        linked = link_files(
            left,
            right,
            id_column=id_column,
            right_id=right_id,
            columns=tuple(part.strip() for part in columns.split(",") if part.strip()) if columns else (),
            one_to_one=one_to_one or None,
            explain=explain,
            review=review,
            model=model,
            out=pairs,
            resources=session.resources,
            catalog=session.catalog(),
            options=options_of(given),
            progress=meter,
        )
    session.show(linked.to_json(), views.linked(linked))


@data.command(cls=Command, examples=("ronghe data explain pairs.parquet 330101 A0007",))
@click.argument("pairs", type=_PATH, metavar="PAIRS")
@click.argument("left_id", metavar="LEFT_ID")
@click.argument("right_id", metavar="RIGHT_ID")
@click.pass_obj
def explain(session: Session, /, *, pairs: Path, left_id: str, right_id: str) -> None:
    """See `cli.command_data_explain`."""
    from ronghe.journeys.link import explain_file

    explained = explain_file(pairs, left_id, right_id)
    session.show(explained.to_json(), views.explained(explained))


@data.command(cls=Command, examples=("ronghe data integrate plan.toml --out integrated",))
@click.argument("plan", type=_PATH, metavar="PLAN")
@out_folder
@click.option("--grades", metavar="PROFILE")
@limits(engine=False)
@click.pass_obj
def integrate(session: Session, /, *, plan: Path, out: Path, grades: str | None, **_given: Any) -> None:
    """See `cli.command_data_integrate`."""
    from ronghe.journeys.integrate import integrate_files
    from ronghe.standards.grading import own_grade_profile

    profile = own_grade_profile(grades)
    with session.metered() as meter:
        made = integrate_files(
            plan, out=out, now=datetime.now(UTC), resources=session.resources, grades=profile, progress=meter
        )
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


@data.command(cls=Command, examples=("ronghe data score shared --city city",))
@click.argument("publication", type=_PATH, metavar="DIR")
@click.option("--city", type=_PATH, metavar="DIR", required=True)
@limits(engine=False)
@click.pass_obj
def score(session: Session, /, *, publication: Path, city: Path, **_given: Any) -> None:
    """See `cli.command_data_score`."""
    from ronghe.journeys.demo_city.score import score_city

    scores = score_city(publication, city=city, resources=session.resources)
    session.show({"scores": [one.to_json() for one in scores]}, views.scores(scores))


@data.command(cls=Command, examples=("ronghe data convert residents.csv residents.xlsx",))
@_FILE
@click.argument("target", type=_PATH, metavar="TARGET")
@click.option("--round-trip", is_flag=True)
@reads(elements=False)
@limits(engine=False)
@click.pass_obj
def convert(session: Session, /, file: str, *, target: Path, round_trip: bool, **given: Any) -> None:
    """See `cli.command_data_convert`."""
    from ronghe.journeys.convert import convert_file

    with session.metered() as meter:
        converted = convert_file(
            file,
            target=target,
            resources=session.resources,
            options=options_of(given),
            round_trip=round_trip,
            progress=meter,
        )
    session.show(converted.to_json(), views.converted(converted))
