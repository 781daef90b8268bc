"""Files that come through a form: refused by their announced size, and cut off where that was a lie."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from ronghe.platform.console.middleware import Asked
from ronghe.terms import LimitReached, UsageError

__all__ = ["Bounded", "received"]

_FORM = 1_000_000
"""Bytes of a form around its file."""


class Bounded(FileUploadHandler):
    """Stands before the handler that keeps the file, and stops the reading at the limit."""

    taken = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002 - Django's signature
        """Hand the piece on, or end it all."""
        self.taken += len(raw_data)
        if self.taken > settings.LARGEST_UPLOAD + _FORM:
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler has the file."""


def received(request: Asked, name: str) -> Any:
    """The file of a form. LimitReached for one that is too large, UsageError without one."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > settings.LARGEST_UPLOAD + _FORM:
        raise LimitReached("platform.upload_large", most=settings.LARGEST_UPLOAD // 1_000_000)
    file = request.FILES.get(name)
    if file is None:
        raise UsageError("platform.file_missing")
    return file
