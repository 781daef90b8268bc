"""`ronghe policy`: a library of policies, and subjects matched against rules."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from ronghe.cli import views
from ronghe.cli.grammar import Command, Group
from ronghe.cli.printing import say
from ronghe.cli.reading import limits, options_of, out_folder, reads
from ronghe.cli.session import Session
from ronghe.cli.values import Day, Source, Whole
from ronghe.terms import InputError, Refused, legal_day

__all__ = ["policy"]

# The engines load inside the commands, so that help and usage errors come at once.

_PATH = click.Path(path_type=Path)
_RULES = click.argument("rules", type=_PATH, metavar="RULES")
_SUBJECTS = click.argument("subjects", type=Source(), metavar="SUBJECTS")
_AS_OF = click.option("--as-of", "policy_day", type=Day(), metavar="DATE", required=True)


@click.group(cls=Group)
@click.pass_context
def policy(ctx: click.Context) -> None:
    """See `cli.command_policy`."""
    if ctx.invoked_subcommand is None:
        say(ctx.command.get_help(ctx))


@policy.command(
    cls=Command,
    examples=(
        "ronghe policy match aid.yaml people.parquet --as-of 2026-01-01 --out matched",
        "ronghe policy match aid.yaml people.csv --as-of 2026-01-01 --explain P001 --out matched",
    ),
)
@_RULES
@_SUBJECTS
@_AS_OF
@click.option("--explain", "policy_subject", metavar="SUBJECT_ID")
@out_folder
@reads(elements=False)
@limits(engine=False)
@click.pass_obj
def match(
    session: Session,
    /,
    *,
    rules: Path,
    subjects: str,
    policy_day: date,
    policy_subject: str | None,
    out: Path,
    **given: Any,
) -> None:
    """See `cli.command_policy_match`."""
    from ronghe.journeys.policy_matching import match_files

    with session.metered() as meter:
        made = match_files(
            rules,
            subjects,
            as_of=policy_day,
            out=out,
            explain=policy_subject,
            options=options_of(given),
            resources=session.resources,
            progress=meter,
        )
    session.show(made.to_json(), views.matched(made))


@policy.command(
    cls=Command,
    examples=("ronghe policy diff aid.yaml aid-next.yaml people.parquet --as-of 2026-01-01 --out changed",),
)
@click.argument("old", type=_PATH, metavar="OLD")
@click.argument("new", type=_PATH, metavar="NEW")
@_SUBJECTS
@click.option("--as-of", "policy_diff_day", type=Day(), metavar="DATE")
@click.option("--out", "policy_out", type=_PATH, metavar="DIR")
@reads(elements=False)
@limits(engine=False)
@click.pass_obj
def diff(
    session: Session,
    /,
    *,
    old: Path,
    new: Path,
    subjects: str,
    policy_diff_day: date | None,
    policy_out: Path | None,
    **given: Any,
) -> None:
    """See `cli.command_policy_diff`."""
    from ronghe.journeys.policy_matching import diff_files

    with session.metered() as meter:
        made = diff_files(
            old,
            new,
            subjects,
            as_of=policy_diff_day or legal_day(datetime.now(UTC)),
            out=policy_out,
            options=options_of(given),
            resources=session.resources,
            progress=meter,
        )
    session.show(made.to_json(), views.compared(made))


@policy.command(cls=Command, examples=("ronghe policy test aid.yaml",))
@_RULES
@click.pass_obj
def test(session: Session, /, *, rules: Path) -> None:
    """See `cli.command_policy_test`."""
    from ronghe.journeys.policy_rules import test_rules

    made = test_rules(rules)
    session.show(made.to_json(), views.tried(made))
    if made.failed or made.untried:
        raise Refused("policy.cases_failed", path=str(rules), failed=len(made.failed), untried=len(made.untried))


_LIBRARY = click.option("--library", "policy_library", type=_PATH, metavar="DIR", required=True)
_VALID_ON = click.option("--valid-on", "policy_valid_on", type=Day(), metavar="DATE")


@policy.command("import", cls=Command, examples=("ronghe policy import policies/ --library library",))
@click.argument("documents", type=_PATH, metavar="DOCUMENT", nargs=-1, required=True)
@_LIBRARY
@click.pass_obj
def import_(session: Session, /, *, documents: tuple[Path, ...], policy_library: Path) -> None:
    """See `cli.command_policy_import`."""
    from ronghe.journeys.policy_library import import_policies

    with session.metered() as meter:
        made = import_policies(documents, policy_library, progress=meter)
    if made.nothing and len(made.refused) == 1:
        raise made.refused[0][1]
    session.show(made.to_json(), views.imported(made))
    if made.nothing:
        raise InputError("policy.nothing_imported", count=len(made.refused))


@policy.command(
    cls=Command,
    examples=(
        "ronghe policy search 低保 --library library",
        "ronghe policy search 低保 --valid-on 2026-01-01 --library library",
    ),
)
@click.argument("policy_query", metavar="QUERY")
@_LIBRARY
@_VALID_ON
@click.option("--limit", "policy_limit", type=Whole(1, 1000), metavar="N", default=20)
@click.pass_obj
def search(
    session: Session,
    /,
    *,
    policy_query: str,
    policy_library: Path,
    policy_valid_on: date | None,
    policy_limit: int,
) -> None:
    """See `cli.command_policy_search`."""
    from ronghe.journeys.policy_library import search_library

    made = search_library(policy_query, policy_library, day=policy_valid_on, limit=policy_limit)
    session.show(made.to_json(), views.searched(made))


@policy.command(
    cls=Command,
    examples=("ronghe policy show 某民发〔2025〕3号 --valid-on 2026-01-01 --clause 第五条 --library library",),
)
@click.argument("policy_id", metavar="POLICY")
@_LIBRARY
@_VALID_ON
@click.option("--clause", "policy_clause_shown", metavar="CLAUSE")
@click.pass_obj
def show(
    session: Session,
    /,
    *,
    policy_id: str,
    policy_library: Path,
    policy_valid_on: date | None,
    policy_clause_shown: str | None,
) -> None:
    """See `cli.command_policy_show`."""
    from ronghe.journeys.policy_library import show_policy

    made = show_policy(policy_id, policy_library, day=policy_valid_on, clause=policy_clause_shown)
    session.show(made.to_json(), views.shown_policy(made))


@policy.command(cls=Command, examples=("ronghe policy compare --valid-on 2026-01-01 --library library",))
@_LIBRARY
@_VALID_ON
@click.pass_obj
def compare(session: Session, /, *, policy_library: Path, policy_valid_on: date | None) -> None:
    """See `cli.command_policy_compare`."""
    from ronghe.journeys.policy_library import compare_library

    made = compare_library(policy_library, day=policy_valid_on)
    session.show(made.to_json(), views.resembling(made))
