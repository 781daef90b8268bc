"""The dirty table of people: made once per size, the same bytes for the same seed, kept under build/bench."""

import csv
import hashlib
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import duckdb
import xlsxwriter

from ronghe.standards import regions
from ronghe.tables.atomic import write_atomic
from ronghe.tables.expressions import Lookup, walk

__all__ = ["SEED", "facts_of", "people_csv", "people_gb18030", "people_workbook", "places_json", "wide_workbook"]

SEED = 809
_SQL = Path(__file__).with_name("people.sql")
_CHARACTERS = 4 << 20


def _made(path: Path, write: Callable[[Path], None]) -> Path:
    """The file at `path`, written first if it is not there."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with write_atomic(path) as unfinished:
            write(unfinished)
    return path


@cache
def _spellings() -> dict[str, str]:
    """Every code and name that the element `region` reads, with its code."""
    found: dict[str, str] = {}
    for node in walk(regions.region().value):
        if isinstance(node, Lookup):
            found |= dict(node.mapping)
    return found


@cache
def _places() -> tuple[tuple[int, str, str], ...]:
    """The counties in force whose full name is theirs alone: number, code, full name."""
    readable = _spellings()
    named = [(code, regions.path(code)) for code in sorted(regions.on()) if not code.endswith("00")]
    clear = [(code, name) for code, name in named if readable.get(name) == code]
    return tuple((number, code, name) for number, (code, name) in enumerate(clear))


@cache
def _edition() -> str:
    """Changes with everything that the tables are made from, so that an old one is not taken for a new one."""
    parts = f"{SEED} {_SQL.read_text('utf-8')} {sorted(_spellings().items())}"
    return hashlib.sha256(parts.encode()).hexdigest()[:8]


def places_json(folder: Path) -> Path:
    """The spellings of regions as JSON, so that every peer knows the same ones."""

    def write(path: Path) -> None:
        path.write_text(json.dumps(_spellings(), ensure_ascii=False), "utf-8")

    return _made(folder / f"places_{_edition()}.json", write)


def people_csv(folder: Path, rows: int) -> Path:
    """`rows` people as UTF-8 CSV, about 92 bytes each."""

    def write(path: Path) -> None:
        places = _places()
        with duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(folder)}) as connection:
            connection.execute("SET enable_progress_bar = false")
            connection.execute("CREATE TABLE place (number BIGINT, code VARCHAR, name VARCHAR)")
            connection.executemany("INSERT INTO place VALUES (?, ?, ?)", places)
            connection.execute(_SQL.read_text("utf-8").format(seed=SEED, rows=rows, places=len(places)))
            connection.execute(f"COPY (FROM people ORDER BY 序号) TO '{path}' (FORMAT csv, HEADER)")

    return _made(folder / f"people_{rows}_{_edition()}.csv", write)


def people_gb18030(folder: Path, rows: int) -> Path:
    """The same table in GB18030."""

    def write(path: Path) -> None:
        with (
            people_csv(folder, rows).open(encoding="utf-8", newline="") as text,
            path.open("w", encoding="gb18030", newline="") as copy,
        ):
            while part := text.read(_CHARACTERS):
                copy.write(part)

    return _made(folder / f"people_{rows}_{_edition()}_gb18030.csv", write)


def people_workbook(folder: Path, rows: int) -> Path:
    """The same table as an Excel workbook whose cells are all text."""

    def write(path: Path) -> None:
        with (
            xlsxwriter.Workbook(path, {"constant_memory": True}) as book,
            people_csv(folder, rows).open(encoding="utf-8", newline="") as text,
        ):
            sheet = book.add_worksheet()
            for number, row in enumerate(csv.reader(text)):
                sheet.write_row(number, 0, row)

    return _made(folder / f"people_{rows}_{_edition()}.xlsx", write)


def wide_workbook(folder: Path) -> Path:
    """A small workbook with two cells in opposite corners: as a rectangle it is more than Ronghe accepts."""

    def write(path: Path) -> None:
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            sheet.write(0, 0, "序号")
            sheet.write(1_048_575, 16_383, "1")

    return _made(folder / "corners.xlsx", write)


def facts_of(path: Path) -> dict[str, str | int]:
    """Name, bytes and SHA-256, so that two results can be told to be of the same table."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": path.name, "bytes": path.stat().st_size, "sha256": digest}
