"""`ronghe init` and `ronghe user`: the first people of an installation, and a way in for who lost theirs."""

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from ronghe.cli.grammar import Command, Group
from ronghe.cli.printing import say
from ronghe.cli.session import Session
from ronghe.cli.values import OneOf
from ronghe.terms import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ronghe.platform.access.roles import Role

__all__ = ["init", "user"]

# Django loads inside the commands, so that help comes at once and needs no extra.

_ADMINISTRATORS = ("audit_administrator", "security_administrator", "system_administrator")
_LONGEST = 100_000


def _now() -> datetime:
    return datetime.now(UTC)


def _password(session: Session, title: str) -> str:
    """Asked for, or from a pipe its first line: never an argument."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    asked: str = click.prompt(
        session.text("cli.ask_password", role=title), hide_input=True, confirmation_prompt=True, err=True
    )
    return asked


def _piped() -> "Mapping[Role, tuple[str, str]]":
    """The three administrators as JSON: an object with user name and password for each role."""
    from ronghe.platform.access.roles import ADMINISTRATORS, Role

    try:
        said = json.loads(sys.stdin.read(_LONGEST))
        return {Role(role): (str(said[role]["username"]), str(said[role]["password"])) for role in ADMINISTRATORS}
    except (ValueError, KeyError, TypeError) as fault:
        raise InputError("cli.people_form", roles=", ".join(_ADMINISTRATORS)) from fault


def _asked(session: Session) -> "Mapping[Role, tuple[str, str]]":
    from ronghe.platform.access.roles import ADMINISTRATORS

    people = {}
    for role in sorted(ADMINISTRATORS):
        title = session.text(f"platform.role_{role.value}")
        username = click.prompt(session.text("cli.ask_username", role=title), err=True)
        people[role] = (str(username), _password(session, title))
    return people


@click.command(
    cls=Command,
    examples=("ronghe init --name 数据局 --code SJJ", "ronghe init --name 数据局 --code SJJ < people.json"),
)
@click.option("--name", "bureau", metavar="NAME")
@click.option("--code", metavar="CODE")
@click.pass_obj
def init(session: Session, /, *, bureau: str | None, code: str | None) -> None:
    """See `cli.command_init`."""
    if (bureau is None) != (code is None):
        raise UsageError("cli.init_both")
    from ronghe.platform.serve.running import prepare, seal_here

    home = prepare(change=True)
    from ronghe.platform.access import start as beginning
    from ronghe.platform.access.models import Person

    names: list[str] = []
    if bureau is not None and code is not None:
        beginning.check_new()
        people = _asked(session) if sys.stdin.isatty() else _piped()
        beginning.start(at=_now(), bureau=bureau, code=code, people=people)
        names = [username for username, _ in people.values()]
        seal_here(home)
    count = Person.objects.count()

    def view(console: Any, shown: Session) -> None:
        console.print(shown.text("cli.init_done", path=str(home)))
        console.print(shown.text("cli.started" if count else "cli.serving_nobody"))

    session.show({"home": str(home), "people": names}, view)


@click.group(cls=Group)
@click.pass_context
def user(ctx: click.Context) -> None:
    """See `cli.command_user`."""
    if ctx.invoked_subcommand is None:
        say(ctx.command.get_help(ctx))


@user.command(name="list", cls=Command, examples=("ronghe user list", "ronghe user list --json"))
@click.pass_obj
def list_(session: Session, /) -> None:
    """See `cli.command_user_list`."""
    from ronghe.platform.serve.running import prepare

    prepare()
    from ronghe.cli.views.people import people_view
    from ronghe.platform.access.queries import people_at

    listed = people_at(_now())
    session.show({"people": listed}, people_view(listed))


@user.command(cls=Command, examples=("ronghe user password zhang",))
@click.argument("username", metavar="NAME")
@click.pass_obj
def password(session: Session, /, username: str) -> None:
    """See `cli.command_user_password`."""
    from ronghe.platform.serve.running import prepare, seal_here

    home = prepare()
    from ronghe.platform.access.machine import at_the_machine, person_named, set_password

    person = person_named(username)
    set_password(by=at_the_machine(), at=_now(), person=person, password=_password(session, username))
    seal_here(home)
    session.show({"username": username}, lambda console, shown: console.print(shown.text("cli.user_password_set")))


@user.command(cls=Command, examples=("ronghe user factor zhang",))
@click.argument("username", metavar="NAME")
@click.pass_obj
def factor(session: Session, /, username: str) -> None:
    """See `cli.command_user_factor`."""
    from ronghe.platform.serve.running import prepare, seal_here

    home = prepare()
    from ronghe.platform.access.machine import at_the_machine, forget_factor, person_named

    forget_factor(by=at_the_machine(), at=_now(), person=person_named(username))
    seal_here(home)
    told = session.text("cli.user_factor", name=username)
    session.show({"username": username}, lambda console, _: console.print(told))


@user.command(cls=Command, examples=("ronghe user off zhang",))
@click.argument("username", metavar="NAME")
@click.pass_obj
def off(session: Session, /, username: str) -> None:
    """See `cli.command_user_off`."""
    from ronghe.platform.serve.running import prepare, seal_here

    home = prepare()
    from ronghe.platform.access.machine import at_the_machine, person_named, shut_out

    shut_out(by=at_the_machine(), at=_now(), person=person_named(username))
    seal_here(home)
    told = session.text("cli.user_off", name=username)
    session.show({"username": username}, lambda console, _: console.print(told))


@user.command(cls=Command, examples=("ronghe user administrator security_administrator zhang",))
@click.argument("role", type=OneOf(_ADMINISTRATORS), metavar="ROLE")
@click.argument("username", metavar="NAME")
@click.pass_obj
def administrator(session: Session, /, role: str, username: str) -> None:
    """See `cli.command_user_administrator`."""
    from ronghe.platform.serve.running import prepare, seal_here

    home = prepare()
    from ronghe.platform.access.machine import at_the_machine, let_in
    from ronghe.platform.access.roles import Role

    secret = _password(session, session.text(f"platform.role_{role}"))
    let_in(by=at_the_machine(), at=_now(), username=username, password=secret, role=Role(role))
    seal_here(home)
    session.show({"username": username, "role": role}, lambda console, shown: console.print(shown.text("cli.started")))
