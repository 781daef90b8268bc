"""Small tables for the tests of linkage: sides in an engine, and what came of linking them."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from ronghe.data.integrate.kinds import Kind
from ronghe.data.integrate.linking import Linked, link_records
from ronghe.data.integrate.prepare import Compared
from ronghe.standards.catalog import catalog
from ronghe.tables.engine import Resources, duckdb_engine

PEOPLE = (
    Compared("name", "name", Kind.NAME, "person_name"),
    Compared("born", "born", Kind.DATE, "birth_date"),
    Compared("phone", "phone", Kind.PHONE, "mobile"),
    Compared("address", "address", Kind.ADDRESS, "address"),
)
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周", "伟强磊军洋勇杰涛超明刚平辉鹏华"
STREETS = ("和平路", "人民路", "文昌街", "学院路", "柳照街", "松溪巷", "枫塘路")

Row = tuple[str | None, ...]


def person(number: int) -> Row:
    """One of many people, no two alike in more than one value by design."""
    name = SURNAMES[number % 10] + GIVEN[(number * 7) % 15] + GIVEN[(number * 11 + number // 15) % 15]
    born = f"{1950 + number % 50}-{1 + number % 12:02}-{1 + (number * 5) % 28:02}"
    address = f"{STREETS[number % 7]}{3 + number}号{1 + number % 9}幢{101 + number % 700}室"
    return name, born, f"13{900000000 + number * 7919}", address


def side(rows: Mapping[str, Row], columns: int) -> pa.Table:
    """A side from its rows by id."""
    values = {f"v{place}": pa.array([row[place] for row in rows.values()], pa.string()) for place in range(columns)}
    return pa.table({"id": pa.array(list(rows), pa.string()), **values})


def linked(sides: Sequence[Mapping[str, Row]], columns: Sequence[Compared] = PEOPLE, **more: Any) -> Linked:
    """What linking these sides comes to."""
    with tempfile.TemporaryDirectory() as folder, duckdb_engine(Path(folder), Resources()) as engine:
        names = [f"side_{number}" for number in range(len(sides))]
        for name, rows in zip(names, sides, strict=True):
            engine.connection.register(name, side(rows, len(columns)))
        return link_records(engine, names, columns, catalog=catalog(()), **more)


def pairs(found: Linked) -> set[tuple[str, str]]:
    """The linked ids."""
    return set(zip(found.pairs.column("left_id").to_pylist(), found.pairs.column("right_id").to_pylist(), strict=True))


def clusters(found: Linked) -> dict[str, str]:
    """The cluster of each record, by side and id."""
    rows = found.clusters.to_pylist()
    return {f"{row['side']}:{row['id']}": row["cluster"] for row in rows}
