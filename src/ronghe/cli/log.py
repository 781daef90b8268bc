"""`ronghe log`: the append-only log, its heads and receipts, and its verifier."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from ronghe.cli.grammar import Command, Group
from ronghe.cli.keys import STORE
from ronghe.cli.printing import say
from ronghe.cli.session import Session
from ronghe.cli.values import OneOf, Whole
from ronghe.cli.views.keys import line
from ronghe.cli.views.log import fault_json, verdict_view
from ronghe.terms import InputError, Refused, UsageError

if TYPE_CHECKING:
    from ronghe.trust.log import Stamp, Verdict

__all__ = ["log"]

# The log loads inside the commands, so that help and usage errors come at once.

_PATH = click.Path(path_type=Path)
_LOG = click.argument("log", type=_PATH, metavar="LOG")


def _now() -> datetime:
    return datetime.now(UTC)


@click.group(cls=Group)
@click.pass_context
def log(ctx: click.Context) -> None:
    """See `cli.command_log`."""
    if ctx.invoked_subcommand is None:
        say(ctx.command.get_help(ctx))


@log.command(cls=Command, examples=("ronghe log create decisions --sign heads", "ronghe log create reads"))
@_LOG
@click.option("--sign", "signed_by", metavar="NAME")
@click.option("--hash", "hash_name", type=OneOf(("sm3", "sha256")), default="sm3")
@STORE
@click.pass_obj
def create(
    session: Session, /, log: Path, *, signed_by: str | None, hash_name: Literal["sm3", "sha256"], store: Path
) -> None:
    """See `cli.command_log_create`."""
    from ronghe.trust.keys import KeyStore, signer_of
    from ronghe.trust.log import Log

    signer = signer_of(KeyStore(store).current(signed_by)) if signed_by else None
    with Log.create(log, now=_now, signer=signer, hash_=hash_name) as made:
        said = {"path": str(log), "hash": hash_name, "key": signer.key_id if signer else "-"}
        session.show(said | {"id": made.id}, line("log.created", **said))


def _bodies(path: Path) -> Iterator[dict[str, Any]]:
    for number, text in enumerate(path.read_bytes().splitlines(), 1):
        if not text.strip():
            continue
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            raise InputError("log.not_lines", path=str(path), line=number)
        yield body


@log.command(cls=Command, examples=("ronghe log append decisions today.jsonl",))
@_LOG
@click.argument("lines", type=_PATH, metavar="FILE")
@STORE
@click.pass_obj
def append(session: Session, /, log: Path, lines: Path, *, store: Path) -> None:
    """See `cli.command_log_append`."""
    from ronghe.trust.keys import KeyStore
    from ronghe.trust.log import Log

    bodies = list(_bodies(lines))
    with Log(log, now=_now, keys=KeyStore(store)) as opened:
        opened.append(bodies)
        said = {"path": str(log), "count": len(bodies), "size": opened.size}
    session.show(said, line("log.appended", **said))


@log.command(cls=Command, examples=("ronghe log rotate decisions --sign heads",))
@_LOG
@click.option("--sign", "signed_by", metavar="NAME", required=True)
@STORE
@click.pass_obj
def rotate(session: Session, /, log: Path, *, signed_by: str, store: Path) -> None:
    """See `cli.command_log_rotate`."""
    from ronghe.trust.keys import KeyStore, signer_of
    from ronghe.trust.log import Log

    kept = KeyStore(store)
    new = signer_of(kept.current(signed_by))
    with Log(log, now=_now, keys=kept) as opened:
        receipt = opened.rotate(new)
    said = {"path": str(log), "key": new.key_id, "since": receipt.index}
    session.show(said | {"receipt": receipt.to_json()}, line("log.rotated", **said))


@log.command(cls=Command, examples=("ronghe log head decisions --json > head.json",))
@_LOG
@click.pass_obj
def head(session: Session, /, log: Path) -> None:
    """See `cli.command_log_head`."""
    from ronghe.trust.log import Reader

    reader = Reader(log)
    found = reader.head()
    if found is None:
        raise InputError("log.empty", path=str(log))
    said = found.to_json() | reader.told_signers(found.size)
    session.show(said, line("log.head_is", size=found.size, root=found.root.hex()))


@log.command(cls=Command, examples=("ronghe log prove decisions 17 --json > receipt.json",))
@_LOG
@click.argument("index", type=Whole(0, 2**62), metavar="N")
@click.pass_obj
def prove(session: Session, /, log: Path, index: int) -> None:
    """See `cli.command_log_prove`."""
    from ronghe.trust.log import Reader

    reader = Reader(log)
    found = reader.head()
    if found is None:
        raise InputError("log.empty", path=str(log))
    receipt = reader.receipt(index, found)
    entry = receipt.entry.decode()
    session.show(receipt.to_json(), line("log.receipt_is", index=index, size=found.size, entry=entry))


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """What the verifier or JSON cannot read, as an error of ours."""
    from ronghe.trust.log import Unreadable

    try:
        yield
    except Unreadable as fault:
        raise InputError("log.unreadable", path=str(path), what=fault.args[0]) from fault
    except (OSError, ValueError, RecursionError) as fault:
        raise InputError("log.unreadable", path=str(path), what=type(fault).__name__) from fault


def _read_json(path: Path) -> dict[str, Any]:
    with _readable(path):
        value = json.loads(path.read_bytes())
    if not isinstance(value, dict):
        raise InputError("log.unreadable", path=str(path), what=type(value).__name__)
    return value


def _stamped(folder: Path, authority: Path | None, chain: Path | None) -> "list[Stamp]":
    from ronghe.trust.log import OpenSsl, stamps

    return stamps.check(folder, OpenSsl(authority, chain)) if authority else []


def _platform_verdict(heads: tuple[Path, ...], receipts: tuple[Path, ...], *, every: bool) -> "tuple[Path, Verdict]":
    """The installation's own log, and every row of its database against it."""
    from ronghe.platform.serve.running import prepare

    home = prepare()
    from ronghe.platform.audit.checking import compare_rows, kept_heads
    from ronghe.platform.audit.store import log_folder

    folder = log_folder(home)
    verdict = _verdict(folder, heads, receipts, every=every, known=kept_heads())
    if not verdict.faults:
        verdict.faults.extend(compare_rows(home, verdict.size))
    return folder, verdict


def _verdict(
    folder: Path,
    heads: tuple[Path, ...],
    receipts: tuple[Path, ...],
    *,
    every: bool,
    known: Sequence[dict[str, Any]] = (),
) -> "Verdict":
    from ronghe.trust.log import Fault, verify, verify_receipt

    kept = [_read_json(path) for path in (*heads, *receipts)]
    with _readable(folder):
        verdict = verify(folder, [*kept, *known], every_signature=every)
        for path, receipt in zip(receipts, kept[len(heads) :], strict=True):
            if not verify_receipt(folder, receipt):
                verdict.faults.append(Fault("receipt_wrong", 0, 0, str(path)))
    return verdict


_AUTHORITY = click.option("--authority", type=_PATH, metavar="FILE")
_CHAIN = click.option("--chain", type=_PATH, metavar="FILE")


@log.command(
    cls=Command,
    examples=("ronghe log stamp decisions", "ronghe log stamp decisions --reply reply.tsr --authority root.pem"),
)
@_LOG
@click.option("--reply", type=_PATH, metavar="FILE")
@_AUTHORITY
@_CHAIN
@click.option("--digest", type=OneOf(("sha256", "sm3")), default="sha256")
@click.pass_obj
def stamp(
    session: Session,
    /,
    log: Path,
    *,
    reply: Path | None,
    authority: Path | None,
    chain: Path | None,
    digest: Literal["sha256", "sm3"],
) -> None:
    """See `cli.command_log_stamp`."""
    from ronghe.trust.log import OpenSsl, stamps

    if (reply is None) != (authority is None):
        raise UsageError("log.stamp_both")
    if reply is None or authority is None:
        made = stamps.ask(log, digest=digest)
        waiting = [one.to_json() for one in stamps.pending(log)]
        said = {"size": made.size, "path": str(made.asked)}
        session.show(made.to_json() | {"pending": waiting}, line("log.stamp_asked", **said, count=len(waiting)))
        return
    taken = stamps.take(log, reply, OpenSsl(authority, chain))
    waiting = [one.to_json() for one in stamps.pending(log)]
    time = taken.time.isoformat() if taken.time else ""
    said = {"size": taken.size, "time": time, "count": len(waiting)}
    session.show(taken.to_json() | {"pending": waiting}, line("log.stamp_taken", **said))


@log.command(
    cls=Command, examples=("ronghe log verify decisions --head head.json --receipt receipt.json", "ronghe log verify")
)
@click.argument("log", type=_PATH, metavar="LOG", required=False)
@click.option("--head", "heads", type=_PATH, metavar="FILE", multiple=True)
@click.option("--receipt", "receipts", type=_PATH, metavar="FILE", multiple=True)
@click.option("--every-signature", is_flag=True)
@_AUTHORITY
@_CHAIN
@click.pass_obj
def verify(
    session: Session,
    /,
    log: Path | None,
    *,
    heads: tuple[Path, ...],
    receipts: tuple[Path, ...],
    every_signature: bool,
    authority: Path | None,
    chain: Path | None,
) -> None:
    """See `cli.command_log_verify`."""
    from ronghe.trust.log import Fault

    if log is None:
        log, verdict = _platform_verdict(heads, receipts, every=every_signature)
    else:
        verdict = _verdict(log, heads, receipts, every=every_signature)
    stamped = _stamped(log, authority, chain)
    wrong = [Fault(f"stamp_{one.fault}", 0, max(one.size - 1, 0), str(one.size)) for one in stamped if one.fault]
    verdict.faults.extend(wrong)
    told = asdict(verdict) | {"faults": [fault_json(fault) for fault in verdict.faults]}
    told["stamps"] = [one.to_json() for one in stamped]
    session.show({"log": str(log), "whole": not verdict.faults, **told}, verdict_view(verdict, log, stamped))
    if verdict.faults:
        raise Refused("log.broken", path=str(log), count=len(verdict.faults))
