"""The two small tables that a user writes by hand: which file is whose, and what share a department reached."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from ronghe.tables.address import is_database
from ronghe.tables.encoding import detect_encoding
from ronghe.tables.sniff import locate
from ronghe.tables.staged import Note
from ronghe.terms import Department, InputError, UsageError

__all__ = ["Shares", "files_of", "read_departments", "read_shares", "unmatched"]

LARGEST = 10_000_000
NAMES_SHOWN = 10
_PLAIN = re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})|[0-9]{1,30}/[0-9]{1,30}")


@dataclass(frozen=True, slots=True)
class Shares:
    """Amount held and share reached by department name."""

    amounts: Mapping[str, Fraction]
    shares: Mapping[str, Fraction]


def _records(path: Path, wanted: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """The records of a small CSV with their line numbers; every wanted column must be there."""
    try:
        if path.stat().st_size > LARGEST:
            raise InputError("journeys.mapping_large", path=str(path), largest=LARGEST)
        text = path.read_bytes().decode(detect_encoding(path)).removeprefix("\ufeff")
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError("journeys.mapping_unreadable", path=str(path), detail=type(fault).__name__) from fault
    reader = csv.DictReader(io.StringIO(text), skipinitialspace=True, strict=True)
    present = [(name or "").strip() for name in reader.fieldnames or []]
    reader.fieldnames = present
    for name in wanted:
        if name not in present:
            raise InputError("journeys.mapping_column", path=str(path), name=name, known=", ".join(present))
    try:
        return [(reader.line_num, {key: (value or "").strip() for key, value in row.items() if key}) for row in reader]
    except csv.Error as fault:  # a cell longer than the reader takes: a quote that is never closed
        raise InputError("journeys.mapping_unreadable", path=str(path), detail=str(fault)) from fault


def read_departments(path: Path) -> dict[str, Department]:
    """The department of each file, by file name, from a CSV with `file,department` and, if wanted, `name`.

    Raises InputError with path and line for a blank or repeated file, a missing column, or a file that cannot be read.
    """
    found: dict[str, Department] = {}
    for line, row in _records(path, ("file", "department")):
        if not row["file"] or not row["department"]:
            raise InputError("journeys.mapping_blank", path=str(path), line=line)
        if row["file"] in found:
            raise InputError("journeys.mapping_twice", path=str(path), line=line, value=row["file"])
        found[row["file"]] = Department(row["department"], row.get("name") or row["department"])
    return found


def _number(path: Path, line: int, column: str, text: str) -> Fraction:
    try:
        # Fraction would also take 1e999999999, and reckon with a billion digits.
        if not _PLAIN.fullmatch(text):
            raise ValueError(text)
        return Fraction(text)
    except (ValueError, ZeroDivisionError) as fault:
        raise InputError("journeys.mapping_number", path=str(path), line=line, column=column, value=text) from fault


def read_shares(path: Path) -> Shares:
    """Amounts and shares by department from a CSV with `department,amount,share`.

    Raises InputError with path and line for a blank or repeated department or for what is no number; whether the
    numbers can be amounts and shares is for `sharing_index.degree` to say.
    """
    amounts: dict[str, Fraction] = {}
    shares: dict[str, Fraction] = {}
    for line, row in _records(path, ("department", "amount", "share")):
        name = row["department"]
        if not name:
            raise InputError("journeys.mapping_blank", path=str(path), line=line)
        if name in amounts:
            raise InputError("journeys.mapping_twice", path=str(path), line=line, value=name)
        amounts[name] = _number(path, line, "amount", row["amount"])
        shares[name] = _number(path, line, "share", row["share"])
    return Shares(amounts, shares)


def _identity(source: str) -> tuple[object, ...] | None:
    """What two names of one source have in common; None for a file whose absence its reader tells."""
    if is_database(source):
        return (source,)
    path, part = locate(source)
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return (status.st_dev, status.st_ino, part)


def files_of(names: Iterable[str]) -> list[str]:
    """The sources named, a folder as the files in it, by name; hidden files are not meant.

    Raises UsageError for an empty folder, InputError for two names of one file.
    """
    found: list[str] = []
    for name in names:
        folder = Path(name)
        if not folder.is_dir():
            found.append(name)
            continue
        files = sorted(str(path) for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
        if not files:
            raise UsageError("journeys.folder_empty", path=name)
        found += files
    _check_once(found)
    return found


def _check_once(sources: Sequence[str]) -> None:
    """Raise InputError when two sources are one file by two names: its rows would be counted twice.

    Two sheets of a workbook, or two tables of a database, are two sources.
    """
    seen: dict[tuple[object, ...] | None, str] = {}
    for source in sources:
        if (what := _identity(source)) in seen:
            raise InputError("journeys.source_twice", first=seen[what], second=source)
        if what is not None:
            seen[what] = source


def _told(code: str, path: Path | None, known: Iterable[str], used: Iterable[str]) -> list[Note]:
    left = sorted(set(known) - set(used))
    shown = ", ".join(left[:NAMES_SHOWN]) + (", ..." if len(left) > NAMES_SHOWN else "")
    return [Note(code, {"path": "" if path is None else path.name, "count": len(left), "names": shown})] if left else []


def unmatched(
    files: Iterable[str],
    offering: Iterable[Department],
    *,
    departments: tuple[Path | None, Mapping[str, Department]],
    shares: tuple[Path | None, Iterable[str]],
) -> tuple[Note, ...]:
    """What the two tables say of files and departments that are not there: a slip of the pen more often than not.

    `files` and `offering` are the names of the files and their departments; a share names a department by code or name.
    """
    named = {word for department in offering for word in (department.code, department.name)}
    return (
        *_told("journeys.departments_unused", departments[0], departments[1], files),
        *_told("journeys.shares_unused", shares[0], shares[1], named),
    )
