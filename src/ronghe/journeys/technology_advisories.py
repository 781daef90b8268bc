"""Advisories and products from the disk: OSV records as JSON lines, JSON files, a folder of them or OSV's own zip."""

import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ronghe.journeys.technology_yaml import LARGEST, json_value, read_text, read_yaml
from ronghe.tables.staged import Note
from ronghe.technology.audit.advisories import Advisories, Affected, parse_record
from ronghe.technology.audit.lifetimes import Lifetimes, Product, parse_product
from ronghe.terms import InputError, LimitReached

__all__ = ["check_age", "read_advisories", "read_lifetimes"]

RECORD = 5_000_000
"""Bytes of one record in a zip, unpacked: the longest real one has about a tenth."""
RECORDS = 2_000_000
LONGEST_WAIT = 366
"""Days ahead of today that a date of change may lie before it is not believed."""


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(read_text(path, LARGEST * 10).splitlines(), 1):
        if line.strip():
            yield f"{path.name}:{number}", line


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    """The text of an entry; none, which is no record and told as such, for one that is damaged or far too large."""
    if entry.file_size > RECORD:
        return ""
    try:
        return archive.read(entry).decode("utf-8", errors="replace")
    except (zipfile.BadZipFile, zlib.error, EOFError):
        return ""


def _zipped(path: Path) -> Iterator[tuple[str, str]]:
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if entry.filename.endswith(".json"):
                    yield entry.filename, _unpacked(archive, entry)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as fault:
        raise InputError("technology.file_unreadable", path=str(path), detail=type(fault).__name__) from fault


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    """Every text that should be one record, or a list of them, with its place."""
    if path.is_dir():
        for each in sorted(path.rglob("*")):
            if each.suffix in (".json", ".jsonl", ".zip") and each.is_file():
                yield from _texts(each)
    elif path.suffix == ".zip":
        yield from _zipped(path)
    elif path.suffix in (".jsonl", ".ndjson"):
        yield from _lines(path)
    else:
        yield path.name, read_text(path)


def _records(text: str) -> list[dict[str, Any]] | None:
    """The records of a text, None where one of them is none."""
    try:
        value = json_value(text)
    except (ValueError, RecursionError):
        return None
    listed = value if isinstance(value, list) else [value]
    whole = all(isinstance(one, dict) and one.get("id") and isinstance(one.get("affected", []), list) for one in listed)
    return listed if whole else None


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def read_advisories(path: Path) -> tuple[Advisories, tuple[Note, ...]]:
    """All records that can be read; those that cannot are told. InputError where there is none."""
    affected: list[Affected] = []
    records, newest = 0, None
    broken: list[str] = []
    for place, text in _texts(path):
        listed = _records(text)
        if listed is None:
            broken.append(place)
            continue
        for one in listed:
            try:
                affected += parse_record(one)
            except (AttributeError, TypeError, ValueError):
                broken.append(place)
                continue
            records += 1
            if records > RECORDS:
                raise LimitReached("technology.advisories_large", path=str(path), most=RECORDS)
            moment = _moment(one.get("modified"))
            newest = max(filter(None, (newest, moment)), default=None)
    if not affected:
        raise InputError("technology.no_advisories", path=str(path), broken=len(broken))
    notes = [Note("technology.note_broken_advisories", {"count": len(broken), "places": ", ".join(broken[:5])})]
    return Advisories(affected, records=records, newest=newest), tuple(notes if broken else ())


def check_age(advisories: Advisories, *, where: Path, today: date, oldest_days: int) -> None:
    """InputError where the newest record is older than that many days, or nobody knows how old: no clean bill then."""
    if advisories.newest is None:
        raise InputError("technology.advisories_undated", path=str(where))
    newest = advisories.newest.date()
    age = (today - newest).days
    if age > oldest_days:
        raise InputError("technology.advisories_old", path=str(where), newest=str(newest), days=age, most=oldest_days)
    if -age > LONGEST_WAIT:
        raise InputError("technology.advisories_undated", path=str(where))


def _product(path: Path) -> Product | None:
    text = read_text(path)
    head = text.split("\n---", 1)[0].removeprefix("---")
    value = read_yaml(head, path.name)
    return parse_product(value) if isinstance(value, dict) else None


def read_lifetimes(folder: Path | None) -> tuple[Lifetimes, tuple[Note, ...]]:
    """The products of a folder of endoflife.date files; a file that cannot be read is told, the others count."""
    if folder is None:
        return Lifetimes(()), ()
    if not folder.is_dir():
        raise InputError("technology.file_unreadable", path=str(folder), detail="NotADirectoryError")
    products: list[Product] = []
    broken: list[str] = []
    for path in sorted(folder.glob("*.md")):
        try:
            product = _product(path)
        except (InputError, LimitReached):
            broken.append(path.name)
            continue
        if product is not None:
            products.append(product)
    if not products:
        raise InputError("technology.no_lifetimes", path=str(folder))
    notes = [Note("technology.note_broken_lifetimes", {"count": len(broken), "places": ", ".join(broken[:5])})]
    return Lifetimes(products), tuple(notes if broken else ())
