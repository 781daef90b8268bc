"""Make the demo city's folder: all of it, or nothing."""

import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ronghe.journeys.demo_city.columns_of_text import Ints
from ronghe.journeys.demo_city.departments import DEPARTMENTS, REGISTERS, Register
from ronghe.journeys.demo_city.plan import PLAN, plan_text
from ronghe.journeys.demo_city.sheet import Sheet
from ronghe.journeys.demo_city.world import World, entities, facts_of_companies, facts_of_people, make_world
from ronghe.terms import InputError, LimitReached, Refused, UsageError

__all__ = ["CityFile", "CityFiles", "make_demo_city"]

Progress = Callable[[str, int, int], None]

FORMAT = "demo-city@2"
MARK = "city.json"
FEWEST_ROWS, MOST_ROWS = 500, 10_000_000
FIRST_DAY, LAST_DAY = date(2022, 1, 1), date(2095, 12, 31)
"""The districts are those since 2021; years are spelled in Chinese up to 2100, when the last permits end."""
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class CityFile:
    """One department's file: `rows` data records, malformed ones included.

    `planted` counts the dirty values and broken records in it, `unmendable` those of them that no standard can repair,
    `bad_rows` the records that carry one of these.
    """

    name: str
    department: str
    rows: int
    planted: int
    unmendable: int
    bad_rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class CityFiles:
    """Where the city lies and what is in it."""

    folder: Path
    files: tuple[CityFile, ...]

    @property
    def paths(self) -> tuple[Path, ...]:
        """The departments' files, in order."""
        return tuple(self.folder / "files" / file.name for file in self.files)

    @property
    def departments(self) -> Path:
        """CSV: file, department, name."""
        return self.folder / "departments.csv"

    @property
    def plan(self) -> Path:
        """The plan that fuses the files: one golden row for each person and company."""
        return self.folder / PLAN

    @property
    def truth(self) -> Path:
        """Folder of people, companies and planted.parquet, and of facts_of_people and facts_of_companies.parquet."""
        return self.folder / "truth"

    @property
    def rows(self) -> Mapping[str, int]:
        """Data records by file name."""
        return {file.name: file.rows for file in self.files}

    @property
    def planted(self) -> Mapping[str, int]:
        """Dirty values planted, by file name."""
        return {file.name: file.planted for file in self.files}


def make_demo_city(
    folder: Path, *, rows: int = 200_000, seed: int = 809, today: date, progress: Progress | None = None
) -> CityFiles:
    """Twelve departments' files about one made-up city, `rows` records in all, with the truth beside them.

    The same arguments give the same bytes, with one version of numpy, pyarrow and xlsxwriter; a city that is already
    there by the same arguments is left alone. `progress(file, records done, records in all)` is called after each file.
    The folder is replaced as a whole: whoever stops the making finds the old city or none, never half of one.

    Raises UsageError for rows outside 500 to 10,000,000, a negative seed or a day outside 2022 to 2095, Refused when
    the folder holds something else, LimitReached when the disk is full, InputError when the folder cannot be written.
    """
    _check_settings(rows, seed, today)
    settings = {"format": FORMAT, "rows": rows, "seed": seed, "today": today.isoformat()}
    with _disk_errors_named(folder):
        found = _already_made(folder, settings)
        if found:
            return found
        _refuse_other_contents(folder)
        with _replacing(folder) as draft:
            files = _write_city(draft, make_world(seed, rows, today), rows, seed, progress)
            mark = {**settings, "files": [asdict(file) for file in files]}
            _write(draft / MARK, (json.dumps(mark, ensure_ascii=False, indent=1) + "\n").encode())
    return CityFiles(folder, files)


def _check_settings(rows: int, seed: int, today: date) -> None:
    if not FEWEST_ROWS <= rows <= MOST_ROWS:
        raise UsageError("demo_city.rows_out_of_range", rows=rows, fewest=FEWEST_ROWS, most=MOST_ROWS)
    if seed < 0:
        raise UsageError("demo_city.negative_seed", seed=seed)
    if not FIRST_DAY <= today <= LAST_DAY:
        raise UsageError("demo_city.day_out_of_range", day=today, first=FIRST_DAY, last=LAST_DAY)


def _already_made(folder: Path, settings: Mapping[str, object]) -> CityFiles | None:
    try:
        mark = json.loads((folder / MARK).read_text("utf-8"))
        files = tuple(CityFile(**file) for file in mark.pop("files"))
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError, AttributeError):
        return None
    city = CityFiles(folder, files)
    whole = all(
        path.is_file() and path.stat().st_size == file.bytes for path, file in zip(city.paths, files, strict=True)
    )
    return city if mark == settings and whole and city.truth.is_dir() else None


def _refuse_other_contents(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise Refused("demo_city.folder_taken", folder=str(folder))
    if folder.is_dir() and not (folder / MARK).is_file() and any(folder.iterdir()):
        raise Refused("demo_city.folder_taken", folder=str(folder))


@contextmanager
def _disk_errors_named(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        if problem.errno in _NO_SPACE:
            raise LimitReached("demo_city.no_space", folder=str(folder)) from problem
        raise InputError("demo_city.cannot_write", folder=str(folder), problem=problem.strerror or "") from problem


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """A sibling to write into; it takes the folder's place when all went well and goes away when not."""
    folder = folder.absolute()
    draft, previous = (folder.with_name(f".{folder.name}.{state}") for state in ("making", "previous"))
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left_over in (draft, previous):
        shutil.rmtree(left_over, ignore_errors=True)
    draft.mkdir()
    try:
        yield draft
        if folder.exists():
            folder.rename(previous)
        draft.rename(folder)
        _settle(folder.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        shutil.rmtree(previous, ignore_errors=True)


def _settle(folder: Path) -> None:
    """Make the names in a folder outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _write_city(draft: Path, world: World, rows: int, seed: int, progress: Progress | None) -> tuple[CityFile, ...]:
    (draft / "files").mkdir()
    (draft / "truth").mkdir()
    made, truth, done = [], _Truth(), 0
    for number, (register, count) in enumerate(zip(REGISTERS, _counts(rows), strict=True), 1):
        sheet = Sheet(register.file, np.random.default_rng([seed, number]), count)
        register.draft(sheet, world)
        if register.malformed:
            sheet.malform(**register.malformed)
        content = register.write(sheet)
        _write(draft / "files" / register.file, content)
        made.append(_described(register, sheet, truth.learn(sheet), len(content)))
        done += count
        if progress:
            progress(register.file, done, rows)
    truth.write(draft / "truth", world)
    _write(draft / PLAN, plan_text().encode())
    lines = [f"{file.name},{file.department},{DEPARTMENTS[file.department]}" for file in made]
    _write(draft / "departments.csv", "\n".join(["file,department,name", *lines, ""]).encode())
    return tuple(made)


def _counts(rows: int) -> list[int]:
    """Rows of each register by its percentage; the first one takes what rounding leaves."""
    counts = [rows * register.percent // 100 for register in REGISTERS]
    counts[0] += rows - sum(counts)
    return counts


def _described(register: Register, sheet: Sheet, planted: pa.Table, size: int) -> CityFile:
    bad = planted.filter(pc.invert(planted["mendable"]))
    return CityFile(
        name=register.file,
        department=register.department,
        rows=sheet.rows,
        planted=planted.num_rows,
        unmendable=bad.num_rows,
        bad_rows=pc.count_distinct(bad["row"]).as_py(),
        bytes=size,
    )


class _Truth:
    """What each sheet adds to the truth."""

    def __init__(self) -> None:
        self.planted: list[pa.Table] = []
        self.people: list[pa.Table] = []
        self.companies: list[pa.Table] = []

    def learn(self, sheet: Sheet) -> pa.Table:
        """Keep what a sheet knows; gives back its planted values."""
        self.people += [_links(sheet.file, "P", role, who) for role, who in sheet.people]
        self.companies += [_links(sheet.file, "C", role, which) for role, which in sheet.companies]
        self.planted.append(sheet.planted())
        return self.planted[-1]

    def write(self, folder: Path, world: World) -> None:
        """The Parquet files, ordered as the departments' files are; the facts in order of entities."""
        tables = {
            "people": pa.concat_tables(self.people),
            "companies": pa.concat_tables(self.companies),
            "planted": pa.concat_tables(self.planted),
            "facts_of_people": facts_of_people(world),
            "facts_of_companies": facts_of_companies(world),
        }
        for name, table in tables.items():
            sink = pa.BufferOutputStream()
            pq.write_table(table, sink, compression="zstd")
            _write(folder / f"{name}.parquet", sink.getvalue())


def _links(file: str, letter: str, role: str, members: Ints) -> pa.Table:
    """Entity id -> file, row (from 1) and the role in which the row names it; -1 names nobody."""
    rows = np.flatnonzero(members >= 0)
    return pa.table(
        {
            "entity": entities(letter, members[rows]),
            "file": pa.array([file] * len(rows), pa.string()),
            "row": rows + 1,
            "role": pa.array([role] * len(rows), pa.string()),
        }
    )
