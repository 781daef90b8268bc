"""Make an OpenDocument sheet readable for a parser that leaves tabs and line breaks within a paragraph out.

Source: OpenDocument 1.3 part 3, 6.1.4 (text:tab) and 6.1.5 (text:line-break).
"""

import re
import zipfile
from pathlib import Path

from ronghe.tables.excel_safety import windows

__all__ = ["with_plain_breaks"]

_KEPT = ("mimetype", "META-INF/manifest.xml", "content.xml")
# The character goes before an empty span, so that <text:tab/> and <text:tab></text:tab> both stay well-formed.
_SIGNS = (
    (re.compile(rb"<text:tab(?=[\s/>])"), b"&#9;<text:span"),
    (re.compile(rb"<text:line-break(?=[\s/>])"), b"&#10;<text:span"),
)
_ENDS = re.compile(rb"</text:(?:tab|line-break)(?=[\s>])")


def _plain(window: bytes) -> bytes:
    for sign, character in _SIGNS:
        window = sign.sub(character, window)
    return _ENDS.sub(b"</text:span", window)


def with_plain_breaks(source: Path, target: Path) -> Path:
    """A copy of an .ods file, surveyed before, in which tabs and line breaks are characters; gives its path."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for name in (name for name in _KEPT if name in old.namelist()):
            with old.open(name) as file, new.open(name, "w", force_zip64=True) as copy:
                for window in windows(file):
                    copy.write(_plain(window) if name == "content.xml" else window)
    return target
