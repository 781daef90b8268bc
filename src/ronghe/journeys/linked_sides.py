"""The tables that are linked, on their way into the engine: read, their ids checked, their columns paired."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlglot import exp

from ronghe.data.integrate.columns import columns_in_common
from ronghe.data.integrate.counterparts import counterparts, look_into
from ronghe.data.integrate.day_first import settle_dates
from ronghe.data.integrate.model import Model
from ronghe.data.integrate.review import Reviewed
from ronghe.data.integrate.statements import drawn, drop, fetch, make, rename
from ronghe.standards.catalog import Catalog
from ronghe.tables.delimited import separate
from ronghe.tables.engine import SMALLEST_MEMORY, DuckDB, MalformedRecords, Resources, duckdb_engine
from ronghe.tables.open import stage
from ronghe.tables.sql import name
from ronghe.tables.staged import Note, Staged
from ronghe.terms import InputError

__all__ = [
    "SIDES",
    "LinkJob",
    "attached",
    "keep_side",
    "linkage_resources",
    "model_columns",
    "offered_columns",
    "only_columns",
    "read_side",
    "review_rows",
]

SIDES = ("side_0", "side_1")
SHOWN_IDS = 5
ENGINE_SHARE = 0.7
"""Share of the memory for the database; the pairs and clusters, which are arrays outside of it, take the rest."""


def linkage_resources(resources: Resources) -> Resources:
    """What the database may use so that the whole process keeps to what was asked for."""
    if resources.memory is None:
        return resources
    return replace(resources, memory=max(SMALLEST_MEMORY, int(resources.memory * ENGINE_SHARE)))


@dataclass(frozen=True, slots=True)
class LinkJob:
    """Everything that one linkage was asked for."""

    sources: tuple[str, ...]
    ids: tuple[str, ...]
    columns: tuple[str, ...]
    one_to_one: bool | None
    model: Model | None
    decisions: tuple[Reviewed, ...]


def attached(engine: DuckDB, table: str, staged: Staged, scratch: Path) -> Staged:
    """Keep a staged table; records that cannot be read as one are told apart and counted, as everywhere."""
    try:
        engine.attach("given", staged)
        make(engine, table, drawn("SELECT * FROM given"))
    except MalformedRecords:
        staged = separate(staged, scratch)
        engine.attach("given", staged)
        make(engine, table, drawn("SELECT * FROM given"))
    return staged


def _check_id(staged: Staged, column: str, source: str) -> None:
    if column not in staged.columns:
        raise InputError("integrate.id_absent", path=source, name=column, known=", ".join(staged.columns))


def _check_ids(engine: DuckDB, side: str, source: str, column: str) -> None:
    """InputError for a side without rows, without an id somewhere, or with ids that repeat: all of it before work."""
    counts = fetch(engine, drawn("SELECT count(*) AS n, count(id) AS filled FROM _side", side=side)).to_pylist()[0]
    if not counts["n"]:
        raise InputError("integrate.side_empty", path=source)
    if counts["filled"] < counts["n"]:
        raise InputError("integrate.id_missing", path=source, name=column, rows=counts["n"] - counts["filled"])
    repeated = fetch(
        engine,
        drawn("SELECT id FROM _side GROUP BY id HAVING count(*) > 1 ORDER BY count(*) DESC, id", side=side),
    ).column("id")
    if len(repeated):
        shown = ", ".join(repeated.slice(0, SHOWN_IDS).to_pylist())
        raise InputError("integrate.id_repeats", path=source, name=column, count=len(repeated), ids=shown)


def _keep_columns(engine: DuckDB, side: str, raw: str, place: int, places: Sequence[int]) -> None:
    """Keep a side: its id, and the offered columns as v0, v1, ..."""
    columns = [
        exp.alias_(drawn("nullif(trim(_c), '')", c=name(f"c{at}")), f"v{number}") for number, at in enumerate(places)
    ]
    key = exp.alias_(drawn("nullif(trim(_c), '')", c=name(f"c{place}")), "id")
    make(engine, side, exp.select(key, *columns).from_(raw))


def only_columns(engine: DuckDB, sides: Sequence[str], places: Sequence[int]) -> None:
    """Leave the sides with the chosen columns only."""
    for side in sides:
        columns = [exp.alias_(name(f"v{at}"), f"v{number}") for number, at in enumerate(places)]
        make(engine, f"{side}_chosen", exp.select(name("id"), *columns).from_(side))
        rename(engine, f"{side}_chosen", side)


def model_columns(model: Model, table: Staged, source: str, number: int) -> list[tuple[str, str]]:
    """The columns of a model; InputError when the side of this number does not have one of them."""
    pairs = [(column.left, column.right) for column in model.columns]
    for pair in pairs:
        if pair[number] not in table.columns:
            raise InputError("integrate.model_column", path=source, name=pair[number])
    return pairs


def review_rows(path: Path | None) -> list[dict[str, str | None]]:
    """The rows of a review file that came back; none where there is no file yet."""
    if path is None or not path.exists():
        return []
    with TemporaryDirectory(prefix="ronghe-") as folder, duckdb_engine(Path(folder) / "spill", Resources()) as engine:
        staged = stage(str(path), Path(folder))
        for wanted in ("left_id", "right_id", "decision"):
            if wanted not in staged.columns:
                raise InputError("integrate.review_column", path=str(path), name=wanted)
        attached(engine, "reviewed", staged, Path(folder))
        rows = fetch(engine, drawn("SELECT * FROM reviewed")).to_pylist()
    return [{name: row[f"c{place}"] for place, name in enumerate(staged.columns)} for row in rows]


def read_side(engine: DuckDB, table: Staged, number: int, job: LinkJob, scratch: Path) -> list[Note]:
    """Keep a side as it is read, `raw_N`, and say which records of it could not be."""
    _check_id(table, job.ids[number], job.sources[number])
    read = attached(engine, f"raw_{number}", table, scratch)
    said = {"path": job.sources[number], "rows": len(read.malformed)}
    return [Note("integrate.malformed", said)] if read.malformed else []


def keep_side(engine: DuckDB, table: Staged, number: int, job: LinkJob, offered: Sequence[tuple[str, str]]) -> None:
    """Keep a side with its id and its offered columns, dates in one form."""
    side, key = SIDES[number], job.ids[number]
    places = [table.columns.index(pair[number]) for pair in offered]
    _keep_columns(engine, side, f"raw_{number}", table.columns.index(key), places)
    drop(engine, f"raw_{number}")
    _check_ids(engine, side, job.sources[number], key)
    settle_dates(engine, side, len(places))


def offered_columns(engine: DuckDB, staged: Sequence[Staged], job: LinkJob, catalog: Catalog) -> list[tuple[str, str]]:
    """The pairs of columns to compare: asked for, or of equal names and then those that hold the same things."""
    ids = (job.ids[0], job.ids[-1])
    offered = columns_in_common(staged[0].columns, staged[-1].columns, ids, job.columns)
    if job.columns or len(staged) == 1:
        return offered
    sides = []
    for number, table in enumerate(staged):
        known = {ids[number], *(pair[number] for pair in offered)}
        others = [(place, column) for place, column in enumerate(table.columns) if column not in known]
        sides.append([look_into(engine, catalog, f"raw_{number}", column, place) for place, column in others])
    left, right = ([held for held in side if held is not None] for side in sides)
    return offered + counterparts(left, right)
