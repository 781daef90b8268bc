"""`ronghe technology`: recommend what departments can reuse, explain it, share, audit."""

from datetime import UTC, date, datetime
from pathlib import Path

import click

from ronghe.cli import views
from ronghe.cli.grammar import Command, Group
from ronghe.cli.printing import say
from ronghe.cli.reading import out_folder
from ronghe.cli.session import Session
from ronghe.cli.values import Day, Pair, Real, Source, Whole
from ronghe.terms import InputError, Refused
from ronghe.terms.time import legal_day

__all__ = ["technology"]

# The engines load inside the commands, so that help and usage errors come at once.

_PATH = click.Path(path_type=Path)


@click.group(cls=Group)
@click.pass_context
def technology(ctx: click.Context) -> None:
    """See `cli.command_technology`."""
    if ctx.invoked_subcommand is None:
        say(ctx.command.get_help(ctx))


@technology.command(
    cls=Command,
    examples=(
        "ronghe technology recommend --evaluations e.csv --workloads w.csv --needs n.csv --metric accuracy --out best",
        "ronghe technology recommend --evaluations e.csv --workloads w.csv --needs n.csv --metric s --minimize --out b",
    ),
)
@click.option("--evaluations", type=_PATH, metavar="FILE", required=True)
@click.option("--workloads", type=_PATH, metavar="FILE", required=True)
@click.option("--needs", type=_PATH, metavar="FILE", required=True)
@click.option("--metric", metavar="NAME", required=True)
@click.option("--minimize", is_flag=True)
@click.option("--target", "goal", type=Real(), metavar="VALUE")
@click.option("--confidence", type=Real(0.5, 1), metavar="VALUE", default=0.8)
@click.option("--cost", type=_PATH, metavar="FILE")
@click.option("--registry", type=_PATH, metavar="FILE")
@click.option("--require", type=Pair(), metavar="PAIR", multiple=True)
@click.option("--seed", "forest_seed", type=Whole(0, 2**31 - 1), metavar="N", default=0)
@out_folder
@click.pass_obj
def recommend(
    session: Session,
    /,
    *,
    evaluations: Path,
    workloads: Path,
    needs: Path,
    metric: str,
    minimize: bool,
    goal: float | None,
    confidence: float,
    cost: Path | None,
    registry: Path | None,
    require: tuple[tuple[str, str], ...],
    forest_seed: int,
    out: Path,
) -> None:
    """See `cli.command_technology_recommend`."""
    from ronghe.journeys.technology_recommend import recommend_files

    with session.metered() as meter:
        made = recommend_files(
            evaluations,
            workloads,
            needs,
            metric=metric,
            out=out,
            minimize=minimize,
            target=goal,
            confidence=confidence,
            cost=cost,
            registry=registry,
            require=require,
            seed=forest_seed,
            lang=session.lang,
            progress=meter,
        )
    session.show(made.to_json(), views.recommended(made))


@technology.command(cls=Command, examples=("ronghe technology explain chosen plates",))
@click.argument("folder", type=_PATH, metavar="DIR")
@click.argument("need", metavar="NAME")
@click.pass_obj
def explain(session: Session, /, folder: Path, need: str) -> None:
    """See `cli.command_technology_explain`."""
    from ronghe.journeys.technology_files import explain_need

    made = explain_need(folder, need)
    session.show(made.to_json(), views.explained_need(made))


@technology.command(
    cls=Command,
    examples=("ronghe technology share technology1.csv technology2.csv technology3.csv --out shared",),
)
@click.argument("files", type=Source(), metavar="FILE", nargs=-1, required=True)
@click.option("--departments", type=_PATH, metavar="FILE")
@click.option("--shares", type=_PATH, metavar="FILE")
@click.option("--seed", "forest_seed", type=Whole(0, 2**31 - 1), metavar="N", default=0)
@out_folder
@click.pass_obj
def share(
    session: Session,
    /,
    files: tuple[str, ...],
    *,
    departments: Path | None,
    shares: Path | None,
    forest_seed: int,
    out: Path,
) -> None:
    """See `cli.command_technology_share`."""
    from ronghe.journeys.mappings import files_of
    from ronghe.journeys.technology_share import share_technologies

    with session.metered() as meter:
        made = share_technologies(
            [Path(file) for file in files_of(files)],
            out=out,
            departments=departments,
            shares=shares,
            seed=forest_seed,
            lang=session.lang,
            progress=meter,
        )
    session.show(made.to_json(), views.shared_technologies(made))


@technology.command(
    cls=Command,
    examples=(
        "ronghe technology audit bom.json --advisories osv.zip",
        "ronghe technology audit bom.json --advisories osv.zip --eol products --policy gate.toml --json",
    ),
)
@click.argument("bill", type=_PATH, metavar="FILE")
@click.option("--advisories", type=_PATH, metavar="FILE", required=True)
@click.option("--eol", type=_PATH, metavar="DIR")
@click.option("--policy", "gate", type=_PATH, metavar="FILE")
@click.option("--today", "audit_day", type=Day(), metavar="DATE")
@click.pass_obj
def audit(
    session: Session, /, bill: Path, *, advisories: Path, eol: Path | None, gate: Path | None, audit_day: date | None
) -> None:
    """See `cli.command_technology_audit`."""
    from ronghe.journeys.technology_audit import audit_file

    today = audit_day or legal_day(datetime.now(UTC))
    made = audit_file(bill, advisories=advisories, today=today, eol=eol, gate=gate)
    session.show(made.to_json(), views.audited(made))
    if made.reasons:
        raise Refused("technology.gate_shut", path=str(bill), count=len(made.reasons))


@technology.command(
    "import",
    cls=Command,
    examples=(
        "ronghe technology import publiccode.yml code.json bom.json --registry registry",
        "ronghe technology import descriptions --registry registry --json",
    ),
)
@click.argument("descriptions", type=_PATH, metavar="PATH", nargs=-1, required=True)
@click.option("--registry", "registry_folder", type=_PATH, metavar="DIR", required=True)
@click.pass_obj
def import_(session: Session, /, descriptions: tuple[Path, ...], *, registry_folder: Path) -> None:
    """See `cli.command_technology_import`."""
    from ronghe.journeys.technology_import import import_files

    with session.metered() as meter:
        made = import_files(descriptions, registry=registry_folder, lang=session.lang, progress=meter)
    session.show(made.to_json(), views.imported_technologies(made))
    unread = [one.source for one in made.verdicts if one.verdict == "unreadable"]
    if unread:
        raise InputError("technology.some_unreadable", count=len(unread), paths=", ".join(unread[:5]))


@technology.command(cls=Command, examples=("ronghe technology reuse proposal.md --registry registry",))
@click.argument("proposal", type=_PATH, metavar="FILE")
@click.option("--registry", "registry_folder", type=_PATH, metavar="DIR", required=True)
@click.pass_obj
def reuse(session: Session, /, proposal: Path, *, registry_folder: Path) -> None:
    """See `cli.command_technology_reuse`."""
    from ronghe.journeys.technology_import import reuse as matching

    made = matching(proposal, registry=registry_folder)
    session.show(made.to_json(), views.reused(made))
