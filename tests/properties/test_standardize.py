"""Laws of standardizing that hold for any table: no row is lost, and a second time changes nothing."""

import csv
import io
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ronghe import data
from ronghe.tables.package import verify_package
from ronghe.terms import InputError

FIELDS: list[dict[str, Any]] = [
    {"name": "who", "ronghe:element": "person_name"},
    {"name": "born", "ronghe:element": "date", "constraints": {"required": True}},
    {"name": "paid", "ronghe:element": "money"},
    {"name": "free"},
]
NAMES = [str(field["name"]) for field in FIELDS]
CELLS = st.one_of(
    st.sampled_from(["", " ", "张 三", "2024-02-30", "2024年2月9日", "20240209", "1.5万元", "一", "-", "NULL", "１２"]),
    # A file of hardly anything but control characters is no table.
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8).filter(
        lambda cell: sum(character < " " for character in cell) <= 1
    ),
)
TABLES = st.lists(st.lists(CELLS, min_size=len(NAMES), max_size=len(NAMES)), max_size=12)
FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass(frozen=True)
class Outcome:
    """What became of a table: the rows of both files and what the result says."""

    rows: list[dict[str, Any]]
    rejects: list[dict[str, Any]]
    told: Any
    schema: dict[str, Any]


def standardized(source: Path, schema: dict[str, Any], out: Path) -> Outcome:
    """Standardize and read what was published; it must be whole."""
    described = out.with_suffix(".json")
    described.write_text(json.dumps(schema, ensure_ascii=False), "utf-8")
    result = data.standardize(source, schema=described, out=out).table
    assert verify_package(out) == []
    rows = pq.read_table(out / f"{source.stem}.parquet").to_pylist()
    rejects = pq.read_table(out / "private" / f"{source.stem}.rejects.parquet").to_pylist()
    return Outcome(rows, rejects, result, dict(result.schema))


def nothing_is_lost(outcome: Outcome) -> None:
    """The counts agree with the files, and every row number is somewhere between the first and the last, once."""
    told = outcome.told
    numbers = [reject["_row"] for reject in outcome.rejects]
    assert told.rows_in == told.rows_published + told.rows_quarantined
    assert (told.rows_published, told.rows_quarantined) == (len(outcome.rows), len(numbers))
    assert len(set(numbers)) == len(numbers)
    assert set(numbers) <= set(range(1, told.rows_in + 1))


@FEW
@example(b"")
@example(b"a\n\x00\n")
@example(b"a\nx\n\ny\n")
@example(b'a,b\n"x\ny",1\r2,3\r\n"')
@example("a\n\u4e2d\n".encode() + b"\xd6\xd0\n")
@given(st.one_of(st.binary(max_size=80), st.text('ab,"\n\r\t;\x00中', max_size=60).map(str.encode)))
def test_of_any_bytes_every_row_is_published_or_quarantined(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "t.csv")
        source.write_bytes(content)
        try:
            shared = data.share([source], out=Path(folder, "out"))
        except InputError:
            assert not Path(folder, "out").exists()
            return
        (table,) = shared.tables
        assert table.result.rows_in == table.result.rows_published + table.result.rows_quarantined
        assert verify_package(Path(folder, "out")) == []


@FEW
@given(TABLES)
def test_of_any_table_every_row_is_in_one_place_and_in_order(table: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "t.csv")
        text = io.StringIO()
        # The last column numbers the rows, so that each can be recognized on the other side.
        csv.writer(text, quoting=csv.QUOTE_ALL).writerows(
            [[*NAMES, "mark"], *([*row, f"m{number}"] for number, row in enumerate(table, 1))]
        )
        source.write_text(text.getvalue(), "utf-8", newline="")
        outcome = standardized(source, {"fields": [*FIELDS, {"name": "mark"}]}, Path(folder, "out"))
        nothing_is_lost(outcome)
        assert outcome.told.rows_in == len(table)
        published = [int(row["mark"][1:]) for row in outcome.rows]
        rejected = [reject["_row"] for reject in outcome.rejects]
        assert published == sorted(published)
        assert sorted(published + rejected) == list(range(1, len(table) + 1))


@FEW
@given(TABLES)
def test_standardizing_twice_changes_nothing(table: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "t.csv")
        with source.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows([NAMES, *table])
        first = standardized(source, {"fields": FIELDS}, Path(folder, "one"))
        again = standardized(Path(folder, "one", "t.parquet"), first.schema, Path(folder, "two"))
        assert again.rejects == []
        assert again.rows == first.rows
        assert again.schema == first.schema
