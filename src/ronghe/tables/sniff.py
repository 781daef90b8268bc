"""Tell what kind of table a file holds by its content; its extension is only a hint between kinds of text."""

import codecs
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ronghe.tables.encoding import wide_encoding
from ronghe.terms import InputError

__all__ = ["Format", "Kind", "is_file_of", "locate", "sniff"]

Kind = Literal["delimited", "excel", "json_lines", "json", "parquet", "arrow", "sqlite"]

HEAD_BYTES = 64 << 10
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TABLES: tuple[tuple[bytes, Kind, str], ...] = (
    (b"PAR1", "parquet", "Parquet"),
    (b"PARE", "parquet", "Parquet (encrypted)"),
    (b"ARROW1", "arrow", "Arrow IPC file"),
    (b"SQLite format 3\0", "sqlite", "SQLite"),
    (_OLE, "excel", "xls"),
)
_ARCHIVES: dict[bytes, str] = {
    b"\x1f\x8b": "gzip",
    b"BZh91AY&SY": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "rar",
}
_OTHERS: dict[bytes, str] = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\x7fELF": "ELF",
    b"{\\rtf": "RTF",
    b"FEA1": "Feather 1",
    b"MZ": "EXE",
}
_MARKUP = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|table|\?xml|\?mso)", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Format:
    """What a file holds: `kind` says which reader takes it, `detail` what exactly was seen (xlsx, xls, ods, array)."""

    kind: Kind
    detail: str


def locate(source: str) -> tuple[Path, str | None]:
    """The file and the part of it that `book.xlsx#Sheet` names; a file whose own name has a `#` is itself."""
    if "#" in source and not Path(source).exists():
        path, part = source.rsplit("#", 1)
        return Path(path), part or None
    return Path(source), None


def is_file_of(source: str, path: Path) -> bool:
    """True when `path` is the file, by whatever name, that the source is read from: writing there would lose it."""
    try:
        return path.samefile(locate(source)[0])
    except (OSError, ValueError):  # one of them is no file: an address, or a file still to be written
        return False


def _head(path: Path) -> bytes:
    try:
        str(path).encode()
    except UnicodeEncodeError as fault:
        raise InputError("tables.name_not_utf8", path=str(path)) from fault
    if path.is_dir():
        raise InputError("tables.is_folder", path=str(path))
    if path.exists() and not path.is_file() and not path.is_dir():
        # Reading a pipe waits for a writer, and a device may never end.
        raise InputError("tables.no_regular_file", path=str(path))
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except FileNotFoundError as fault:
        raise InputError("tables.missing_file", path=str(path)) from fault
    except OSError as fault:
        detail = fault.strerror or type(fault).__name__
        raise InputError("tables.unreadable_file", path=str(path), detail=detail) from fault


def _zipped(path: Path) -> Format:
    """Which spreadsheet lies in a zip file; other zip files are refused."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            kind = archive.open("mimetype").read(200).decode("ascii", "replace") if "mimetype" in names else ""
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, ValueError) as fault:
        raise InputError("tables.workbook_corrupt", path=str(path), detail=str(fault)) from fault
    if "xl/workbook.xml" in names or ("[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)):
        if "xl/workbook.bin" in names:
            raise InputError("tables.workbook_binary", path=str(path))
        return Format("excel", "xlsx")
    if "opendocument.spreadsheet" in kind:
        return Format("excel", "ods")
    if "[Content_Types].xml" in names or "opendocument" in kind:
        raise InputError("tables.no_table", path=str(path), found="Word, PowerPoint")
    raise InputError("tables.compressed", path=str(path), found="zip")


def _json(head: bytes, path: Path) -> Format | None:
    """JSON when the first record reads as one, or when the extension says so and it begins like one."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    named = path.suffix.lower() in (".json", ".jsonl", ".ndjson")
    if text[:1] == b"[" and (named or re.match(rb"\[\s*(?:\{|\]\s*$)", text)):
        return Format("json", "array")
    if text[:1] != b"{":
        return None
    try:
        json.loads(text.split(b"\n", 1)[0])
    except (ValueError, RecursionError):
        if named or re.match(rb'\{\s*"[^"\n]*"\s*:', text):
            spread = re.match(rb"\{\s*\n", text)
            return Format("json", "objects") if spread else Format("json_lines", "lines")
        return None
    return Format("json_lines", "lines")


def _text(head: bytes, path: Path) -> Format:
    if wide := wide_encoding(head):
        head = head.decode(wide, "ignore").encode("utf-8", "ignore")
    elif _binary(head):
        raise InputError("tables.no_table", path=str(path), found=path.suffix or "?")
    if _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise InputError("tables.markup", path=str(path))
    # Text is often named .xls by the programs that export it, but never by those formats.
    if path.suffix.lower() in (".xlsx", ".ods"):
        raise InputError("tables.not_a_workbook", path=str(path), found="text")
    return _json(head, path) or Format("delimited", "text")


def _binary(head: bytes) -> bool:
    """Control characters that no text has; UTF-8 may hold more of them, for hardly anything else reads as UTF-8."""
    controls = sum(map(head.count, (bytes([code]) for code in (*range(2, 8), *range(14, 27), 28, 29, 30, 31))))
    most = len(head) // (3 if _is_utf8(head) else 20)
    return controls > most or head.count(b"\0") > len(head) // 3


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def sniff(path: Path) -> Format:
    """What kind of table a file holds.

    Raises InputError for folders, missing, unreadable and empty files, for archives, and for what holds no table;
    each says how to mend it.
    """
    head = _head(path)
    if not head.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise InputError("tables.empty_file", path=str(path))
    for magic, kind, detail in _TABLES:
        if head.startswith(magic):
            return Format(kind, detail)
    if head.startswith(b"\xff\xff\xff\xff") and path.suffix.lower() in (".arrow", ".arrows", ".ipc"):
        return Format("arrow", "Arrow IPC stream")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(path)
    for magic, found in _ARCHIVES.items():
        if head.startswith(magic):
            raise InputError("tables.compressed", path=str(path), found=found)
    for magic, found in _OTHERS.items():
        if head.startswith(magic) and _binary_magic(magic, head):
            raise InputError("tables.no_table", path=str(path), found=found)
    return _text(head, path)


def _binary_magic(magic: bytes, head: bytes) -> bool:
    """`MZ` may well begin a table of text."""
    return magic != b"MZ" or b"\0" in head[:64]
