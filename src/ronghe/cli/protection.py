"""`ronghe data protect` and `ronghe data risk`: what may leave, and what it would tell of people."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ronghe.cli import views
from ronghe.cli.grammar import Command
from ronghe.cli.keys import STORE
from ronghe.cli.reading import limits, options_of, reads
from ronghe.cli.session import Session
from ronghe.cli.values import Columns, OneOf, Source, Whole
from ronghe.terms import UsageError

__all__ = ["protect", "risk"]

# The engines load inside the commands, so that help and usage errors come at once.

_FILE = click.argument("file", type=Source(), metavar="FILE")
_PATH = click.Path(path_type=Path)


@click.command(
    cls=Command,
    examples=(
        "ronghe data protect residents.csv --policy policy.toml --consumer 医保局 --purpose 参保核验 --out delivery",
        "ronghe data protect residents.csv --policy policy.toml --consumer 医保局 --purpose 参保核验 --preview 20",
    ),
)
@_FILE
@click.option("--policy", "grants", type=_PATH, metavar="FILE", required=True)
@click.option("--consumer", metavar="NAME", required=True)
@click.option("--purpose", metavar="NAME", required=True)
@click.option("--asset", metavar="NAME")
@click.option("--fields", type=Columns(), metavar="COLUMNS", default=())
@click.option("--on-behalf-of", metavar="NAME")
@click.option("--key-file", type=_PATH, metavar="FILE")
@click.option("--out", type=_PATH, metavar="DIR")
@click.option("--format", type=OneOf(["parquet", "csv", "xlsx"]), default="parquet")
@click.option("--round-trip", is_flag=True)
@click.option("--preview", type=Whole(1, 1000), metavar="N")
@click.option("--log", "decision_log", type=_PATH, metavar="LOG")
@STORE
@reads(elements=False)
@limits(engine=False)
@click.pass_obj
def protect(session: Session, /, file: str, *, out: Path | None, preview: int | None, **given: Any) -> None:
    """See `cli.command_data_protect`."""
    from ronghe.journeys.protect import protect_file

    if out is None and preview is None:
        raise UsageError("cli.protect_nowhere")
    wanted = ("consumer", "purpose", "asset", "fields", "on_behalf_of", "key_file", "format", "round_trip")
    with session.metered() as meter:
        protected = protect_file(
            file,
            policy=given["grants"],
            **{name: given[name] for name in wanted},
            out=out,
            preview=preview or 0,
            now=datetime.now(UTC),
            log=given["decision_log"] or session.settings.decision_log,
            keys=given["store"],
            resources=session.resources,
            options=options_of(given),
            progress=meter,
        )
    session.show(protected.to_json(), views.protected(protected))


@click.command(
    cls=Command,
    examples=(
        "ronghe data risk residents.csv --quasi 性别,出生日期,户籍地",
        "ronghe data risk survey.csv --quasi sex,birth,area --sensitive illness --population 12000000 --json",
    ),
)
@_FILE
@click.option("--quasi", type=Columns(), metavar="COLUMNS", required=True)
@click.option("--sensitive", metavar="COLUMN")
@click.option("--population", type=Whole(1, 10**10), metavar="N")
@reads(elements=False)
@limits(engine=False)
@click.pass_obj
def risk(
    session: Session,
    /,
    file: str,
    *,
    quasi: tuple[str, ...],
    sensitive: str | None,
    population: int | None,
    **given: Any,
) -> None:
    """See `cli.command_data_risk`."""
    from ronghe.data.files import risk_file

    made = risk_file(
        file,
        quasi=quasi,
        sensitive=sensitive,
        population=population,
        resources=session.resources,
        options=options_of(given),
    )
    session.show(made.to_json(), views.risk(made))
