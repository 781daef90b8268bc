"""Make an OpenDocument sheet readable for a parser that leaves tabs, line breaks and CDATA within a paragraph out, and
keeps spaces that are none.

Source: OpenDocument 1.3 part 3, 6.1.2 (white space), 6.1.4 (text:tab) and 6.1.5 (text:line-break).
"""

import re
import shutil
import zipfile
from pathlib import Path
from typing import IO, cast

from ronghe.tables.excel_safety import windows

__all__ = ["with_plain_breaks"]

_KEPT = ("mimetype", "META-INF/manifest.xml", "content.xml")
# The character goes before an empty span, so that <text:tab/> and <text:tab></text:tab> both stay well-formed.
_SIGNS = (
    (re.compile(rb"<text:tab(?=[\s/>])"), b"&#9;<text:span"),
    (re.compile(rb"<text:line-break(?=[\s/>])"), b"&#10;<text:span"),
)
_ENDS = re.compile(rb"</text:(?:tab|line-break)(?=[\s>])")
_PARAGRAPH = b"<text:p"
_LOOSE_TEXT = re.compile(rb"(?<=>)[^<]*(?:[\t\r\n]|  )[^<]*")
_SPACES = re.compile(rb"[ \t\r\n]+")
_STARTS, _STOPS = re.compile(rb"(<text:p(?:\s[^>]*)?>) +"), re.compile(rb" +(</text:p[\s>])")
_OPENED, _CLOSED = b"<![CDATA[", b"]]>"
_ESCAPES = ((b"&", b"&amp;"), (b"<", b"&lt;"), (b">", b"&gt;"))


class _Characters:
    """A part of a workbook whose CDATA sections are characters as all others are."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._tail, self._inside = file, b"", False

    def read(self, size: int) -> bytes:
        """About so many bytes; none at the end only."""
        while True:
            chunk = self._file.read(size)
            found = self._read(self._tail + chunk, last=not chunk)
            if found or not chunk:
                return found

    def _read(self, window: bytes, *, last: bool) -> bytes:
        found = []
        while (at := window.find(mark := _CLOSED if self._inside else _OPENED)) >= 0:
            found.append(self._text(window[:at]))
            window, self._inside = window[at + len(mark) :], not self._inside
        cut = len(window) if last else max(len(window) - len(mark) + 1, 0)
        self._tail = window[cut:]
        return b"".join((*found, self._text(window[:cut])))

    def _text(self, text: bytes) -> bytes:
        for sign, escape in _ESCAPES if self._inside else ():
            text = text.replace(sign, escape)
        return text


def _plain(window: bytes) -> bytes:
    window = _LOOSE_TEXT.sub(lambda found: _SPACES.sub(b" ", found[0]), window)
    window = _STARTS.sub(rb"\1", _STOPS.sub(rb"\1", window))
    for sign, character in _SIGNS:
        window = sign.sub(character, window)
    return _ENDS.sub(b"</text:span", window)


def with_plain_breaks(source: Path, target: Path) -> Path:
    """A copy of an .ods file, surveyed before, in which tabs, line breaks and CDATA are characters, and white space is
    one space; gives its path."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for name in (name for name in _KEPT if name in old.namelist()):
            with old.open(name) as file, new.open(name, "w", force_zip64=True) as copy:
                if name != "content.xml":
                    shutil.copyfileobj(file, copy)
                    continue
                for window in windows(cast("IO[bytes]", _Characters(file)), _PARAGRAPH):
                    copy.write(_plain(window))
    return target
