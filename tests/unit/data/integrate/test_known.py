import random
import tempfile
from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from ronghe.data.integrate.known import (
    MOST_SHARED,
    Known,
    hashed,
    known_names,
    records_near,
    segments_of,
    with_segments,
)
from ronghe.data.integrate.statements import fetch
from ronghe.tables.engine import Resources, duckdb_engine
from ronghe.tables.plain_arrays import texts
from ronghe.tables.sql import name

Row = tuple[str | None, ...]
COLUMNS = 3


def rows(seed: int, letter: str, count: int) -> dict[str, Row]:
    """Rows whose first values are rare, whose second are shared by many and whose third hardly tell anything."""
    drawn = random.Random(seed)
    return {
        f"{letter}{number}": tuple(
            None if drawn.random() < 0.1 else str(drawn.randrange(most)) for most in (2 * count, count // 12, 6)
        )
        for number in range(count)
    }


def a_table(given: dict[str, Row], clusters: dict[str, str] | None = None) -> pa.Table:
    made = {"id": list(given)} | {f"v{n}": [row[n] for row in given.values()] for n in range(COLUMNS)}
    return pa.table(made | ({} if clusters is None else {"cluster": [clusters[key] for key in given]}))


def near_by_the_rule(known: dict[str, Row], clusters: dict[str, str], delivery: dict[str, Row]) -> set[str]:
    """Who shares a value with the delivery, or two of them, that MOST_SHARED clusters have at most."""
    found: set[str] = set()
    for places in [*combinations(range(COLUMNS), 1), *combinations(range(COLUMNS), 2)]:
        keys = {tuple(row[n] for n in places) for row in delivery.values()}
        for key in keys:
            who = [key_of for key_of, row in known.items() if tuple(row[n] for n in places) == key]
            if None not in key and len({clusters[one] for one in who}) <= MOST_SHARED:
                found.update(who)
    return found


@pytest.mark.parametrize("seed", range(6))
def test_those_who_share_what_few_share_are_found_in_any_number_of_segments(seed: int) -> None:
    parts = [rows(10 * seed + part, letter, 150) for part, letter in enumerate("abc")]
    every = {key: row for part in parts for key, row in part.items()}
    drawn = random.Random(seed)
    clusters = {key: f"cluster {drawn.randrange(300)}" for key in every}
    delivery = rows(1_000 + seed, "d", 60)
    with tempfile.TemporaryDirectory() as folder, duckdb_engine(Path(folder), Resources()) as engine:
        batches = []
        for part in parts:
            engine.connection.register("part", a_table(part, clusters))
            batches += list(segments_of(engine, "part", COLUMNS))
        engine.connection.register("delivery", a_table(delivery))
        values = [name(f"v{place}") for place in range(COLUMNS)]
        asked = fetch(engine, hashed("delivery", COLUMNS, *values))
    found = records_near(Known(batches, COLUMNS), asked, texts(["a3", "nobody"]))
    wanted = near_by_the_rule(every, clusters, delivery) | {"a3"}
    assert 10 < len(wanted) < len(every)
    assert sorted(found["id"].to_pylist()) == sorted(wanted)
    # Segments of deliveries become one; it finds the same.
    merged = list(with_segments([batches[0].slice(0, 0)], batches))
    assert len(merged) < len(batches)
    again = records_near(Known(merged, COLUMNS), asked, texts(["a3", "nobody"]))
    assert sorted(again.to_pylist(), key=str) == sorted(found.to_pylist(), key=str)
    given = {row["id"]: tuple(row[f"v{n}"] for n in range(COLUMNS)) for row in found.to_pylist()}
    assert given == {key: every[key] for key in wanted}
    assert {row["id"]: row["cluster"] for row in found.to_pylist()} == {key: clusters[key] for key in wanted}


def test_a_segment_holds_what_a_search_needs() -> None:
    given: dict[str, Row] = {"x": ("1", None, "2"), "y": ("0", "5", None)}
    with tempfile.TemporaryDirectory() as folder, duckdb_engine(Path(folder), Resources()) as engine:
        engine.connection.register("part", a_table(given, {"x": "one", "y": "two"}))
        (batch,) = segments_of(engine, "part", COLUMNS)
    assert batch.schema.names == known_names(COLUMNS)
    known = Known([batch], COLUMNS)
    assert known.taken(texts(["one", "three"])) == {"one"}
    assert [place.tolist() for place in known.with_ids(texts(["y"]))] == [[1]]
    for place in range(COLUMNS):
        assert np.all(np.diff(batch.column(f"s{place}").to_numpy().astype(float)) >= 0)
