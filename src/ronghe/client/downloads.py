"""Fetch a file of a delivery: resumed where it broke off, compared with its hash, and then whole in its place."""

import hashlib
import http.client
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ronghe.client.errors import Unreachable
from ronghe.client.transport import PAUSES, Transport
from ronghe.terms import InputError

__all__ = ["fetch"]

CHUNK = 1 << 18
Tell = Callable[[int, int], None]


def _hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return f"sha256:{digest.hexdigest()}"


def fetch(transport: Transport, ticket: str, file: dict[str, Any], target: Path, tell: Tell) -> Path:
    """Bring `file` (name, bytes, hash) from `ticket`, an address below the server, to `target`.

    What was fetched before of the same bytes is not fetched again. Raises InputError where the bytes are not those that
    the server told or the target cannot be written, Unreachable when the server does not go on.
    """
    try:
        return _fetched(transport, ticket, file, target, tell)
    except OSError as fault:
        # What the network does is told apart before.
        raise InputError("client.file_target", path=str(target), why=fault.strerror or type(fault).__name__) from fault


def _fetched(transport: Transport, ticket: str, file: dict[str, Any], target: Path, tell: Tell) -> Path:
    part = target.parent / f".{target.name}.{file['hash'][-16:]}.part"
    pauses = iter(PAUSES)
    while (part.stat().st_size if part.exists() else 0) < file["bytes"]:
        before = part.stat().st_size if part.exists() else 0
        fault = _more(transport, ticket, file, part, tell)
        if fault or part.stat().st_size == before:
            _breathe(transport, pauses, fault)
    if not part.exists():
        part.touch()
    if _hash_of(part) != file["hash"]:
        part.unlink()
        raise InputError("client.other_bytes", name=file["name"])
    part.replace(target)
    return target


def _breathe(transport: Transport, pauses: Any, fault: BaseException | None) -> None:
    pause = next(pauses, None)
    if pause is None:
        raise Unreachable("client.unreachable", url=transport.url, why=str(fault or "0 bytes")) from fault
    transport.sleep(pause)


def _more(
    transport: Transport, ticket: str, file: dict[str, Any], part: Path, tell: Tell
) -> OSError | http.client.HTTPException | None:
    """Fetch what is missing, as far as the line holds; gives how it broke. OSError is of the file alone."""
    with part.open("ab") as out:
        have = out.tell()
        headers = {"Range": f"bytes={have}-", "If-Range": f'"{file["hash"]}"'} if have else {}
        with transport.opened(ticket, headers=headers) as answer:
            if answer.status != 206:
                # The server sends the whole again.
                out.truncate(0)
            while True:
                try:
                    chunk = answer.read(CHUNK)
                except (OSError, http.client.HTTPException) as fault:
                    return fault
                if not chunk:
                    return None
                out.write(chunk)
                tell(out.tell(), file["bytes"])
