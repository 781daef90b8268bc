"""`ronghe keys`: make, rotate and list keys, and seal files with them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ronghe.cli.grammar import Command, Group
from ronghe.cli.printing import say
from ronghe.cli.session import Session
from ronghe.cli.values import OneOf
from ronghe.cli.views.keys import key_list, key_made, line

if TYPE_CHECKING:
    from ronghe.trust.keys import Purpose

__all__ = ["STORE", "keys"]

# The ciphers load inside the commands, so that help and usage errors come at once.

_PATH = click.Path(path_type=Path)
_NAME = click.argument("key_name", metavar="NAME")


def _store(ctx: click.Context, _: click.Parameter, value: Path | None) -> Path:
    return value or ctx.ensure_object(Session).settings.keys


STORE = click.option("--keys", "store", type=_PATH, metavar="DIR", callback=_store)
_CONTEXT = click.option("--context", metavar="NAME", required=True)


@click.group(cls=Group)
@click.pass_context
def keys(ctx: click.Context) -> None:
    """See `cli.command_keys`."""
    if ctx.invoked_subcommand is None:
        say(ctx.command.get_help(ctx))


@keys.command(
    cls=Command,
    examples=("ronghe keys create files --for wrap", "ronghe keys create heads --for sign --algorithm ed25519"),
)
@_NAME
@click.option("--for", "use", type=OneOf(("wrap", "token", "sign")), required=True)
@click.option("--algorithm", metavar="NAME")
@STORE
@click.pass_obj
def create(session: Session, /, key_name: str, *, use: "Purpose", algorithm: str | None, store: Path) -> None:
    """See `cli.command_keys_create`."""
    from ronghe.trust.keys import ALGORITHMS, KeyStore

    chosen = algorithm or next(iter(ALGORITHMS[use]))
    made = KeyStore(store).create(key_name, purpose=use, algorithm=chosen, now=datetime.now(UTC))
    session.show(made.to_json(), key_made(made))


@keys.command(cls=Command, examples=("ronghe keys rotate files",))
@_NAME
@STORE
@click.pass_obj
def rotate(session: Session, /, key_name: str, *, store: Path) -> None:
    """See `cli.command_keys_rotate`."""
    from ronghe.trust.keys import KeyStore

    made = KeyStore(store).rotate(key_name, now=datetime.now(UTC))
    session.show(made.to_json(), key_made(made))


@keys.command(cls=Command, examples=("ronghe keys show", "ronghe keys show files --json"))
@click.argument("key_name", metavar="NAME", required=False)
@STORE
@click.pass_obj
def show(session: Session, /, key_name: str | None, *, store: Path) -> None:
    """See `cli.command_keys_show`."""
    from ronghe.trust.keys import KeyStore

    kept = KeyStore(store)
    listed = [facts for name in ([key_name] if key_name else kept.names()) for facts in kept.facts(name)]
    session.show({"keys": [facts.to_json() for facts in listed]}, key_list(listed, store))


@keys.command(
    cls=Command, examples=("ronghe keys seal people.parquet people.sealed --with files --context population@3",)
)
@click.argument("plain", type=_PATH, metavar="FILE")
@click.argument("result", type=_PATH, metavar="TARGET")
@click.option("--with", "wrapped_by", metavar="NAME", required=True)
@_CONTEXT
@STORE
@click.pass_obj
def seal(session: Session, /, plain: Path, result: Path, *, wrapped_by: str, context: str, store: Path) -> None:
    """See `cli.command_keys_seal`."""
    from ronghe.trust.keys import KeyStore
    from ronghe.trust.keys import seal as seal_file

    key = KeyStore(store).current(wrapped_by)
    with session.metered() as meter:
        seal_file(plain, result, key=key, context=context, tell=meter)
    said = {"path": str(result), "key": key.id, "context": context}
    session.show(said, line("keys.sealed", **said))


@keys.command(cls=Command, examples=("ronghe keys unseal people.sealed people.parquet --context population@3",))
@click.argument("sealed", type=_PATH, metavar="FILE")
@click.argument("result", type=_PATH, metavar="TARGET")
@_CONTEXT
@STORE
@click.pass_obj
def unseal(session: Session, /, sealed: Path, result: Path, *, context: str, store: Path) -> None:
    """See `cli.command_keys_unseal`."""
    from ronghe.trust.keys import KeyStore
    from ronghe.trust.keys import unseal as unseal_file

    with session.metered() as meter:
        unseal_file(sealed, result, keys=KeyStore(store), context=context, tell=meter)
    session.show({"path": str(result)}, line("keys.unsealed", path=str(result)))


@keys.command(cls=Command, examples=("ronghe keys rewrap people.sealed --with files",))
@click.argument("sealed_files", type=_PATH, metavar="FILE", nargs=-1, required=True)
@click.option("--with", "wrapped_by", metavar="NAME", required=True)
@STORE
@click.pass_obj
def rewrap(session: Session, /, sealed_files: tuple[Path, ...], *, wrapped_by: str, store: Path) -> None:
    """See `cli.command_keys_rewrap`."""
    from ronghe.trust.keys import KeyStore
    from ronghe.trust.keys import rewrap as rewrap_file

    kept = KeyStore(store)
    key = kept.current(wrapped_by)
    for path in sealed_files:
        changed = rewrap_file(path, keys=kept, key=key)
        code = "keys.rewrapped" if changed else "keys.rewrapped_already"
        said = {"path": str(path), "key": key.id}
        session.show(said | {"changed": changed}, line(code, **said))
