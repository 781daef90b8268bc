"""Send a file as it is, piece by piece, and see that the same bytes arrived."""

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ronghe.client.transport import Transport
from ronghe.terms import InputError

__all__ = ["send"]


def send(transport: Transport, path: str, file: Path, sheet: str = "", called: str = "") -> dict[str, Any]:
    """The source that came of it. InputError for a file that cannot be read, or that changed on the way."""
    try:
        with file.open("rb") as body:
            hash_ = f"sha256:{hashlib.file_digest(body, 'sha256').hexdigest()}"
            size = body.seek(0, 2)
            body.seek(0)
            said = urlencode({"name": called or file.name, **({"sheet": sheet} if sheet else {})})
            headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
            with transport.opened(f"{path}?{said}", body, headers, method="PUT", again=False) as answer:
                told: dict[str, Any] = json.load(answer)
    except OSError as fault:
        raise InputError("client.upload_file", path=str(file), why=fault.strerror or type(fault).__name__) from fault
    if told["hash"] != hash_:
        raise InputError("client.other_bytes_sent", name=file.name)
    return told
