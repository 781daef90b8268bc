"""Clusters of a linkage become a table that a fusion can take, at the threshold of the step."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ronghe.data.integrate.fuse.link import origins_of, write_clusters, write_sides
from ronghe.data.integrate.fuse.plan import LinkStep
from tests.unit.data.integrate.fuse.given import Columns, engine_of, rows

TABLES: dict[str, Columns] = {
    "a": {"no": [1, 2], "name": ["x", "y"]},
    "b": {"no": [1, 3], "name": ["x", "z"], "town": ["p", "q"]},
    "c": {"no": ["1/2"], "name": ["x"]},
}
IDS = {name: {"id": "no"} for name in TABLES}


def entities(
    folder: Path, step: LinkStep, clusters: dict[str, list[object]], pairs: list[tuple[str, str, float]]
) -> set[frozenset[tuple[str, str]]]:
    """The groups of (source, id) that the step makes."""
    pq.write_table(pa.table(clusters), folder / "clusters.parquet")
    columns = {name: [pair[place] for pair in pairs] for place, name in enumerate(("left_id", "right_id"))}
    pq.write_table(pa.table(columns | {"probability": [pair[2] for pair in pairs]}), folder / "pairs.parquet")
    with engine_of({}) as (engine, _):
        made = write_clusters(engine, step, folder / "clusters.parquet", folder / "pairs.parquet", folder / "l.parquet")
    found = rows(folder / "l.parquet")
    assert made == len(found)
    groups: dict[str, set[tuple[str, str]]] = {}
    for row in found:
        groups.setdefault(row["entity"], set()).add((row["source"], row["id"]))
    return {frozenset(group) for group in groups.values()}


TWO: dict[str, list[object]] = {"side": [0, 0, 1, 1], "id": ["1", "2", "1", "3"], "cluster": ["A", "B", "A", "B"]}
PAIRS = [("1", "1", 0.99), ("2", "3", 0.6)]


def test_without_a_threshold_the_clusters_are_those_of_the_linkage(tmp_path: Path) -> None:
    made = entities(tmp_path, LinkStep("l", ("a", "b")), TWO, PAIRS)
    assert made == {frozenset({("a", "1"), ("b", "1")}), frozenset({("a", "2"), ("b", "3")})}


def test_pairs_below_the_threshold_do_not_count(tmp_path: Path) -> None:
    made = entities(tmp_path, LinkStep("l", ("a", "b"), threshold=0.9), TWO, PAIRS)
    assert made == {frozenset({("a", "1"), ("b", "1")}), frozenset({("a", "2")}), frozenset({("b", "3")})}


def test_in_one_table_what_is_the_same_as_the_same_is_the_same(tmp_path: Path) -> None:
    clusters: dict[str, list[object]] = {"side": [0] * 4, "id": ["1", "2", "3", "4"], "cluster": ["A"] * 4}
    pairs = [("1", "2", 0.95), ("3", "2", 0.92), ("3", "4", 0.7)]
    made = entities(tmp_path, LinkStep("l", ("a",), threshold=0.9), clusters, pairs)
    assert made == {frozenset({("a", "1"), ("a", "2"), ("a", "3")}), frozenset({("a", "4")})}


def test_a_pile_keeps_apart_equal_ids_of_different_tables(tmp_path: Path) -> None:
    step = LinkStep("l", ("a", "b", "c"))
    with engine_of(TABLES, **IDS) as (engine, tables):
        (pile,) = write_sides(engine, step, [tables[name] for name in step.of], tmp_path)
    keys = [row["_key"] for row in rows(pile)]
    assert keys == ["a/1", "a/2", "b/1", "b/3", "c/1/2"]
    assert [row["town"] for row in rows(pile)] == [None, None, "p", "q", None]
    made = entities(tmp_path, step, {"side": [0] * 5, "id": list(keys), "cluster": ["A", "B", "A", "C", "D"]}, [])
    assert frozenset({("c", "1/2")}) in made
    assert frozenset({("a", "1"), ("b", "1")}) in made


def test_ids_are_not_compared_and_without_one_a_row_is_named_by_its_content(tmp_path: Path) -> None:
    with engine_of(TABLES, a=IDS["a"]) as (engine, tables):
        (side,) = write_sides(engine, LinkStep("l", ("a",)), [tables["a"]], tmp_path)
        assert list(rows(side)[0]) == ["_key", "name"]
        write_sides(engine, LinkStep("l", ("a", "b")), [tables["a"], tables["b"]], tmp_path)
        keys = [row["_key"] for row in rows(tmp_path / "side_1.parquet")]
        assert len(set(keys)) == len(TABLES["b"]["no" if "no" in TABLES["b"] else next(iter(TABLES["b"]))])
        assert all(len(key) == 34 and key.endswith("-1") for key in keys)
        assert origins_of([tables["a"]], ["name", "absent"]) == {
            "entity": [("a", "no"), ("a", "name")],
            "source": [],
            "id": [("a", "no")],
        }
