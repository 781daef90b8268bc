"""Send a file as it is, piece by piece, and see that the same bytes arrived."""

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ronghe.client.transport import Transport
from ronghe.terms import InputError

__all__ = ["send"]


def send(transport: Transport, path: str, file: Path, sheet: str = "", called: str = "") -> dict[str, Any]:
    """The source that came of it. InputError for a file that cannot be read, or that changed on the way."""
    try:
        body = file.open("rb")
        hash_, size = f"sha256:{hashlib.file_digest(body, 'sha256').hexdigest()}", body.seek(0, 2)
        body.seek(0)
    except OSError as fault:
        raise InputError("client.upload_file", path=str(file), why=fault.strerror or type(fault).__name__) from fault
    said = urlencode({"name": called or file.name, **({"sheet": sheet} if sheet else {})}, errors="replace")
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
    with body, transport.opened(f"{path}?{said}", body, headers, method="PUT", again=False) as answer:
        told: dict[str, Any] = transport.read(answer)
    if told.get("hash") != hash_:
        raise InputError("client.other_bytes_sent", name=file.name)
    return told
