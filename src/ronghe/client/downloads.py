"""Fetch a file of a delivery: resumed where it broke off, compared with its hash, and then whole in its place."""

import hashlib
import http.client
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ronghe.client.errors import Answered, Unreachable
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
    the server told, Unreachable when it does not go on.
    """
    part = target.parent / f".{target.name}.{file['hash'][-16:]}.part"
    pauses = iter(PAUSES)
    while (part.stat().st_size if part.exists() else 0) < file["bytes"]:
        before = part.stat().st_size if part.exists() else 0
        try:
            _more(transport, ticket, file, part, tell)
        except (OSError, http.client.HTTPException) as fault:
            if isinstance(fault, Answered):
                raise
            _breathe(transport, pauses, fault)
        else:
            if part.stat().st_size == before:
                _breathe(transport, pauses, None)
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


def _more(transport: Transport, ticket: str, file: dict[str, Any], part: Path, tell: Tell) -> None:
    have = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={have}-", "If-Range": f'"{file["hash"]}"'} if have else {}
    with transport.opened(ticket, headers=headers) as answer, part.open("ab") as out:
        if answer.status != 206:
            # The server sends the whole again.
            out.truncate(0)
        while chunk := answer.read(CHUNK):
            out.write(chunk)
            tell(out.tell(), file["bytes"])
