"""`ronghe remote`: what one may do on a platform that runs elsewhere, by its API."""

import json
import os
import sys
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ronghe.cli.grammar import Command, Group
from ronghe.cli.printing import say
from ronghe.cli.session import Session
from ronghe.cli.values import Day, OneOf, Whole
from ronghe.cli.views.remote import both, listed, shown
from ronghe.journeys.settings import home
from ronghe.terms import InputError, UsageError

if TYPE_CHECKING:
    from ronghe.client import Client

__all__ = ["remote"]

KEPT = "remote.json"
TOKEN = "RONGHE_TOKEN"  # noqa: S105 - the name of a variable
_LONGEST = 1_000
MOST = 50


def _kept() -> Path:
    return home(os.environ) / KEPT


def _secret(session: Session, question: str) -> str:
    """Asked for, or from a pipe its first line: never an argument, which others on the machine can see."""
    if sys.stdin.isatty():
        asked: str = click.prompt(session.text(question), hide_input=True, err=True)
        return asked.strip()
    return sys.stdin.readline(_LONGEST).strip()


def _token(session: Session, file: Path | None) -> str:
    """From the file that was named, else from the environment, else asked for."""
    if file is not None:
        try:
            return file.read_text("utf-8")[:_LONGEST].strip()
        except (OSError, ValueError) as fault:
            raise InputError("client.token_file", path=str(file)) from fault
    return os.environ.get(TOKEN, "").strip() or _secret(session, "cli.ask_token")


def _client(session: Session) -> "Client":
    """The client of who signed in; the environment's token goes before the one that is kept."""
    # Help comes at once; the client loads with the first call.
    from ronghe.client import Client

    try:
        said = json.loads(_kept().read_text("utf-8"))
        url, token, plain = str(said["url"]), str(said["token"]), bool(said["plain"])
    except FileNotFoundError as fault:
        raise UsageError("client.signed_out") from fault
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise InputError("client.kept_form", path=str(_kept())) from fault
    return Client(url, os.environ.get(TOKEN, "").strip() or token, lang=session.lang, plain=plain)


@click.group(cls=Group)
@click.pass_context
def remote(ctx: click.Context) -> None:
    """See `cli.command_remote`."""
    if ctx.invoked_subcommand is None:
        say(ctx.command.get_help(ctx))


@remote.command(
    cls=Command,
    examples=(
        "ronghe remote login https://share.example.gov.cn --token-file token",
        "ronghe remote login https://share.example.gov.cn < token",
    ),
)
@click.argument("platform_url", metavar="ADDRESS")
@click.option("--token-file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--plain", is_flag=True)
@click.pass_obj
def login(session: Session, /, platform_url: str, *, token_file: Path | None, plain: bool) -> None:
    """See `cli.command_remote_login`."""
    from ronghe.client import Client
    from ronghe.tables.atomic import write_atomic

    token = _token(session, token_file)
    if not token:
        raise UsageError("client.token_missing")
    who = Client(platform_url, token, lang=session.lang, plain=plain).me()
    _kept().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with write_atomic(_kept()) as draft:
        draft.touch(0o600)
        draft.write_text(json.dumps({"url": platform_url, "token": token, "plain": plain}), "utf-8")
    session.show({"url": platform_url, **who}, shown(who))


@remote.command(cls=Command, examples=("ronghe remote logout",))
@click.pass_obj
def logout(session: Session, /) -> None:
    """See `cli.command_remote_logout`."""
    _kept().unlink(missing_ok=True)
    session.show({"signed_in": False}, lambda console, own: console.print(own.text("client.signed_out_now")))


@remote.command(cls=Command, examples=("ronghe remote me",))
@click.pass_obj
def me(session: Session, /) -> None:
    """See `cli.command_remote_me`."""
    who = _client(session).me()
    session.show(who, shown(who))


@remote.command(cls=Command, examples=("ronghe remote search 婚姻", "ronghe remote search --most 200 --json"))
@click.argument("searched", metavar="QUERY", default="")
@click.option("--most", type=Whole(1, 100_000), default=MOST, metavar="N")
@click.pass_obj
def search(session: Session, /, searched: str, *, most: int) -> None:
    """See `cli.command_remote_search`."""
    found = list(islice(_client(session).search(searched), most))
    columns = ("code", "name", "department", "sharing_class", "update_period")
    session.show({"entries": found}, listed(found, columns))


@remote.command(cls=Command, examples=("ronghe remote show MZJ-1",))
@click.argument("entry", metavar="CODE")
@click.pass_obj
def show(session: Session, /, entry: str) -> None:
    """See `cli.command_remote_show`."""
    found = _client(session).entry(entry)
    session.show(found, shown(found))


@remote.command(
    cls=Command,
    examples=(
        (
            "ronghe remote request MZJ-1 --requester SWJ --item 姓名 --for 核验 --basis 个人所得税法第十五条"
            " --from 2026-03-02 --until 2027-03-02"
        ),
    ),
)
@click.argument("entries", metavar="CODE", nargs=-1, required=True)
@click.option("--requester", required=True, metavar="CODE")
@click.option("--item", "items", multiple=True, required=True, metavar="NAME")
@click.option("--for", "purpose", required=True, metavar="TEXT")
@click.option("--basis", required=True, metavar="TEXT")
@click.option("--from", "wanted_from", type=Day(), required=True, metavar="DATE")
@click.option("--until", "wanted_until", type=Day(), required=True, metavar="DATE")
@click.option("--draft", is_flag=True)
@click.pass_obj
def request(
    session: Session,
    /,
    entries: tuple[str, ...],
    *,
    requester: str,
    items: tuple[str, ...],
    purpose: str,
    basis: str,
    wanted_from: date,
    wanted_until: date,
    draft: bool,
) -> None:
    """See `cli.command_remote_request`."""
    from ronghe.client import Wish

    client = _client(session)
    own = {code: {item["name"] for item in client.entry(code)["items"]} for code in entries}
    unknown = set(items).difference(*own.values())
    if unknown:
        raise InputError("client.no_item", name=", ".join(sorted(unknown)), entries=", ".join(entries))
    made = client.ask(
        requester,
        [Wish(code, [item for item in items if item in own[code]]) for code in entries],
        purpose=purpose,
        legal_basis=basis,
        wanted_from=wanted_from,
        wanted_until=wanted_until,
        submit=not draft,
    )
    session.show({"requests": made}, listed(made, ("id", "state", "owner", "due")))


@remote.command(cls=Command, examples=("ronghe remote status", "ronghe remote status ID"))
@click.argument("request_id", metavar="ID", required=False)
@click.option("--most", type=Whole(1, 100_000), default=MOST, metavar="N")
@click.pass_obj
def status(session: Session, /, request_id: str | None, *, most: int) -> None:
    """See `cli.command_remote_status`."""
    client = _client(session)
    if request_id is not None:
        found = client.request(request_id)
        session.show(found, shown(found))
        return
    rows = list(islice(client.requests(), most))
    session.show({"requests": rows}, listed(rows, ("id", "state", "requester", "owner", "purpose", "due")))


@remote.command(cls=Command, examples=("ronghe remote work",))
@click.pass_obj
def work(session: Session, /) -> None:
    """See `cli.command_remote_work`."""
    rows = _client(session).work()
    session.show({"waiting": rows}, listed(rows, ("task", "title", "about", "due", "url")))


@remote.command(
    cls=Command,
    examples=("ronghe remote decide ID yes", "ronghe remote decide ID no --reason 用途不明 --clause 第十四条"),
)
@click.argument("request_id", metavar="ID")
@click.argument("answer", type=OneOf(("yes", "no")), metavar="ANSWER")
@click.option("--reason", default="", metavar="TEXT")
@click.option("--clause", default="", metavar="TEXT")
@click.pass_obj
def decide(session: Session, /, request_id: str, answer: str, *, reason: str, clause: str) -> None:
    """See `cli.command_remote_decide`."""
    client = _client(session)
    if answer == "no" and not (reason and clause):
        raise UsageError("client.no_needs_reason")
    found = client.accept(request_id) if answer == "yes" else client.refuse(request_id, reason=reason, clause=clause)
    session.show(found, shown(found))


@remote.command(
    cls=Command, examples=("ronghe remote rule ID yes --text 条件已公布", "ronghe remote rule ID no --text 条款未公布")
)
@click.argument("request_id", metavar="ID")
@click.argument("answer", type=OneOf(("yes", "no")), metavar="ANSWER")
@click.option("--text", "why", required=True, metavar="TEXT")
@click.pass_obj
def rule(session: Session, /, request_id: str, answer: str, *, why: str) -> None:
    """See `cli.command_remote_rule`."""
    found = _client(session).rule(request_id, confirmed=answer == "yes", text=why)
    session.show(found, shown(found))


def _duty(text: str) -> tuple[str, Any]:
    """A field and its obligation: a word such as `drop`, or JSON such as {"mask": {"first": 1}}."""
    name, found, said = text.partition("=")
    if not found or not name or not said:
        raise UsageError("client.duty_form", value=text)
    if not said.startswith("{"):
        return name, said
    try:
        return name, json.loads(said)
    except ValueError as fault:
        raise UsageError("client.duty_form", value=text) from fault


@remote.command(cls=Command, examples=("ronghe remote look ID",))
@click.argument("request_id", metavar="ID")
@click.pass_obj
def look(session: Session, /, request_id: str) -> None:
    """See `cli.command_remote_look`."""
    found = _client(session).look(request_id)
    session.show(found, shown(found))


@remote.command(
    cls=Command,
    examples=(
        'ronghe remote tighten ID MZJ-1 --obligation 备注=drop --obligation \'登记日期={"bucket_date": "year"}\'',
    ),
)
@click.argument("request_id", metavar="ID")
@click.argument("entry", metavar="CODE")
@click.option("--obligation", "obligations", multiple=True, required=True, metavar="TEXT")
@click.option("--afresh", is_flag=True)
@click.pass_obj
def tighten(session: Session, /, request_id: str, entry: str, *, obligations: tuple[str, ...], afresh: bool) -> None:
    """See `cli.command_remote_tighten`."""
    duties = dict(map(_duty, obligations))
    client = _client(session)
    lines = [line["id"] for line in client.request(request_id)["lines"] if line["asset"] == entry]
    if not lines:
        raise InputError("client.no_line", entry=entry)
    found = client.tighten(request_id, lines[0], duties, afresh=afresh)
    session.show(found, shown(found))


@remote.command(
    cls=Command, examples=("ronghe remote upload MZJ-1 marriages.csv", "ronghe remote upload MZJ-1 a.xlsx --sheet 一月")
)
@click.argument("entry", metavar="CODE")
@click.argument("handed", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--sheet", default="", metavar="NAME")
@click.pass_obj
def upload(session: Session, /, entry: str, handed: Path, *, sheet: str) -> None:
    """See `cli.command_remote_upload`."""
    found = _client(session).hand_in(entry, handed, sheet=sheet)
    session.show(found, shown(found))


def _body(file: str) -> dict[str, Any]:
    """The JSON object of a file, or with `-` of standard input."""
    try:
        told = json.loads(sys.stdin.read() if file == "-" else Path(file).read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as fault:
        raise InputError("client.body_form", path=file) from fault
    if not isinstance(told, dict):
        raise InputError("client.body_form", path=file)
    return told


@remote.command(
    cls=Command,
    examples=(
        "ronghe remote call post /offers --body entry.json",
        "ronghe remote call post /offers/MZJ-1/submit --key 4712",
        "ronghe remote call get '/grants/ID/reads?limit=10'",
    ),
)
@click.argument("verb", type=OneOf(("get", "post", "put")), metavar="METHOD")
@click.argument("called_path", metavar="PATH")
@click.option("--body", "call_body", default="", metavar="FILE")
@click.option("--key", "call_key", default="", metavar="TEXT")
@click.pass_obj
def call(session: Session, /, verb: str, called_path: str, *, call_body: str, call_key: str) -> None:
    """See `cli.command_remote_call`."""
    client = _client(session)
    found = client.call(verb.upper(), called_path, _body(call_body) if call_body else None, key=call_key)
    session.show(found, shown(found))


KIND = click.option("--kind", default="data", metavar="NAME")


@remote.command(cls=Command, examples=("ronghe remote index", "ronghe remote index MZJ"))
@click.argument("in_department", metavar="CODE", required=False)
@KIND
@click.pass_obj
def index(session: Session, /, in_department: str | None, *, kind: str) -> None:
    """See `cli.command_remote_index`."""
    client = _client(session)
    if in_department is None:
        city = client.index(kind)
        rows = [row for group in city["groups"] for row in group] + city["left_out"]
        session.show(city, both(shown({name: city[name] for name in _OF_CITY}), listed(rows, _SHARES)))
        return
    share = client.share(in_department, kind)
    rows = list(client.share_rows(in_department, kind))
    columns = ("about", "name", "weight", "shared", "factors")
    told = {name: value for name, value in share.items() if name != "points"}
    session.show({**share, "rows": rows}, both(shown(told), listed(rows, columns)))


_SHARES = ("department", "share", "low", "high", "amount", "requests")
_OF_CITY = ("kind", "at", "value", "low", "high", "factors", "size")


@remote.command(cls=Command, examples=("ronghe remote flows",))
@KIND
@click.option("--most", type=Whole(1, 100_000), default=MOST, metavar="N")
@click.pass_obj
def flows(session: Session, /, *, kind: str, most: int) -> None:
    """See `cli.command_remote_flows`."""
    rows = list(islice(_client(session).flows(kind), most))
    session.show({"flows": rows}, listed(rows, ("owner", "consumer", "grants", "reads", "rows")))


@remote.command(
    name="compute-index", cls=Command, examples=("ronghe remote compute-index", "ronghe remote compute-index ID")
)
@click.argument("job", metavar="ID", required=False)
@click.pass_obj
def compute_index(session: Session, /, job: str | None) -> None:
    """See `cli.command_remote_compute-index`."""
    client = _client(session)
    found = client.compute_index() if job is None else client.computation(job)
    session.show(found, shown(found))


@remote.command(cls=Command, examples=("ronghe remote grants",))
@click.option("--most", type=Whole(1, 100_000), default=MOST, metavar="N")
@click.pass_obj
def grants(session: Session, /, *, most: int) -> None:
    """See `cli.command_remote_grants`."""
    rows = list(islice(_client(session).grants(), most))
    session.show({"grants": rows}, listed(rows, ("id", "asset", "name", "owner", "method", "valid_until", "over")))


@remote.command(cls=Command, examples=("ronghe remote download ID --file data.csv --to .",))
@click.argument("grant_id", metavar="ID")
@click.option("--file", default="data.parquet", metavar="NAME")
@click.option("--to", "to", type=click.Path(path_type=Path), default=Path(), metavar="PATH")
@click.pass_obj
def download(session: Session, /, grant_id: str, *, file: str, to: Path) -> None:
    """See `cli.command_remote_download`."""
    client = _client(session)
    with session.metered() as meter:
        path = client.download(grant_id, to, file, lambda done, most: meter("download", done, most))
    told = {"file": str(path), "bytes": path.stat().st_size}
    session.show(told, shown(told))


@remote.command(name="look-up", cls=Command, examples=("ronghe remote look-up ID --case 2026-0031 < subject",))
@click.argument("grant_id", metavar="ID")
@click.option("--case", required=True, metavar="TEXT")
@click.pass_obj
def look_up(session: Session, /, grant_id: str, *, case: str) -> None:
    """See `cli.command_remote_look-up`."""
    found = _client(session).look_up(grant_id, _secret(session, "cli.ask_subject"), case)
    session.show(found, shown(found))


@remote.command(name="reset-password", cls=Command, examples=("ronghe remote reset-password zhang < password",))
@click.argument("username", metavar="NAME")
@click.pass_obj
def reset_password(session: Session, /, username: str) -> None:
    """See `cli.command_remote_reset-password`."""
    found = _client(session).reset_password(username, _secret(session, "platform.new_password"))
    session.show(found, shown(found))


@remote.command(name="reset-factor", cls=Command, examples=("ronghe remote reset-factor zhang",))
@click.argument("username", metavar="NAME")
@click.pass_obj
def reset_factor(session: Session, /, username: str) -> None:
    """See `cli.command_remote_reset-factor`."""
    found = _client(session).reset_factor(username)
    session.show(found, shown(found))
