"""A join gives each row its partners, never silently more or less rows than was declared."""

import sys
from pathlib import Path
from typing import Any

import pytest

from ronghe.data.integrate.fuse.keys import check_unique
from ronghe.data.integrate.fuse.plan import JoinStep
from ronghe.terms import InputError
from tests.unit.data.integrate.fuse.given import Columns, done, engine_of, rows

KEYS = sys.modules[check_unique.__module__]
PEOPLE: Columns = {"id": ["a", "b", "c"], "name": ["甲", "乙", "丙"]}
HOMES: Columns = {"id": ["b", "c", "d"], "city": ["杭州", "宁波", "温州"]}
VISITS: Columns = {"id": ["b", "b", "d"], "day": [1, 2, 3]}
TAXES: Columns = {"id": ["c", "a", "e"], "name": ["丙", "王", "戊"]}


def step(how: str = "inner", cardinality: str = "one-to-one", of: tuple[str, ...] = ("people", "homes")) -> JoinStep:
    return JoinStep("j", of, ("id",), how, cardinality)


def found(path: Path, *names: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(row[name] for name in names) for row in rows(path / "j.parquet")), key=repr)


@pytest.mark.parametrize(
    ("how", "wanted", "left_out"),
    [
        ("inner", [("b", "乙", "杭州"), ("c", "丙", "宁波")], {"people": ["a"], "homes": ["d"]}),
        ("left", [("a", "甲", None), ("b", "乙", "杭州"), ("c", "丙", "宁波")], {"homes": ["d"]}),
        ("full", [("a", "甲", None), ("b", "乙", "杭州"), ("c", "丙", "宁波"), ("d", None, "温州")], {}),
    ],
)
def test_every_row_is_in_the_joined_table_or_in_a_file_beside_it(
    tmp_path: Path, how: str, wanted: list[Any], left_out: dict[str, list[str]]
) -> None:
    made = done(step(how), {"people": PEOPLE, "homes": HOMES}, tmp_path)
    assert found(tmp_path, "id", "name", "city") == wanted
    files = {name: [row["id"] for row in rows(tmp_path / f"j.left_out.{name}.parquet")] for name in left_out}
    assert files == left_out
    assert {path.name for path in tmp_path.glob("*.left_out.*")} == {f"j.left_out.{name}.parquet" for name in left_out}
    assert made.counts == {
        "rows": len(wanted),
        "from_all": 2,
        "left_out_people": len(left_out.get("people", [])),
        "left_out_homes": len(left_out.get("homes", [])),
    }
    assert set(made.files) == {path.name for path in tmp_path.iterdir()}


def test_a_row_says_which_tables_know_it(tmp_path: Path) -> None:
    tables = {"people": PEOPLE, "homes": HOMES, "taxes": TAXES}
    done(step("full", of=("people", "homes", "taxes")), tables, tmp_path)
    assert found(tmp_path, "id", "_sources") == [
        ("a", "people, taxes"),
        ("b", "people, homes"),
        ("c", "people, homes, taxes"),
        ("d", "homes"),
        ("e", "taxes"),
    ]
    assert found(tmp_path, "id", "name", "taxes_name")[0] == ("a", "甲", "王")


def test_of_three_tables_an_inner_join_leaves_out_what_any_of_them_lacks(tmp_path: Path) -> None:
    tables = {"people": PEOPLE, "homes": HOMES, "taxes": TAXES}
    made = done(step("inner", of=("people", "homes", "taxes")), tables, tmp_path)
    assert found(tmp_path, "id") == [("c",)]
    for name, ids in {"people": {"a", "b"}, "homes": {"b", "d"}, "taxes": {"a", "e"}}.items():
        assert {row["id"] for row in rows(tmp_path / f"j.left_out.{name}.parquet")} == ids
        assert made.counts[f"left_out_{name}"] == len(ids)


@pytest.mark.parametrize("how", ["inner", "left", "full"])
@pytest.mark.parametrize("cardinality", ["one-to-many", "many-to-one"])
def test_the_side_that_may_repeat_keeps_all_its_rows(tmp_path: Path, how: str, cardinality: str) -> None:
    of = ("people", "visits") if cardinality == "one-to-many" else ("visits", "people")
    done(step(how, cardinality, of), {"people": PEOPLE, "visits": VISITS}, tmp_path)
    assert [row for row in found(tmp_path, "id", "name", "day") if row[0] == "b"] == [("b", "乙", 1), ("b", "乙", 2)]
    ids = {row["id"] for path in tmp_path.iterdir() for row in rows(path)}
    assert ids == {"a", "b", "c", "d"}


def test_rows_that_are_left_out_are_kept_though_others_repeat_as_often(tmp_path: Path) -> None:
    visits: Columns = {"id": ["b", "b", "b"], "day": [1, 2, 3]}
    done(step("inner", "many-to-one", ("visits", "people")), {"people": PEOPLE, "visits": visits}, tmp_path)
    assert {row["id"] for row in rows(tmp_path / "j.left_out.people.parquet")} == {"a", "c"}


def test_tables_that_the_first_does_not_know_meet_in_a_full_join(tmp_path: Path) -> None:
    tables: dict[str, Columns] = {"people": PEOPLE, "homes": HOMES, "taxes": {"id": ["d"], "paid": [7]}}
    done(step("full", of=("people", "homes", "taxes")), tables, tmp_path)
    assert found(tmp_path, "id", "city", "paid")[-1] == ("d", "温州", 7)
    assert len(found(tmp_path, "id")) == 4


@pytest.mark.parametrize(
    ("cardinality", "of", "guilty"),
    [
        ("one-to-one", ("people", "visits"), "visits"),
        ("many-to-one", ("people", "visits"), "visits"),
        ("one-to-many", ("visits", "people"), "visits"),
        ("one-to-one", ("visits", "people"), "visits"),
    ],
)
def test_a_fan_out_shows_the_keys_and_writes_nothing(
    tmp_path: Path, cardinality: str, of: tuple[str, ...], guilty: str
) -> None:
    with pytest.raises(InputError, match="duplicate_keys") as raised:
        done(step("full", cardinality, of), {"people": PEOPLE, "visits": VISITS}, tmp_path)
    assert raised.value.params["table"] == guilty
    assert raised.value.params["count"] == 1
    assert not list(tmp_path.iterdir())


def test_a_row_without_the_key_has_no_partner_and_is_kept(tmp_path: Path) -> None:
    tables: dict[str, Columns] = {
        "people": {"id": ["a", None, None], "name": ["甲", "乙", "丙"]},
        "homes": {"id": ["a", None], "city": ["杭州", "宁波"]},
    }
    made = done(step("full"), tables, tmp_path)
    assert found(tmp_path, "id", "name", "city", "_sources") == [
        ("a", "甲", "杭州", "people, homes"),
        (None, "丙", None, "people"),
        (None, "乙", None, "people"),
        (None, None, "宁波", "homes"),
    ]
    assert made.counts["from_all"] == 1


def test_keys_of_several_columns_are_equal_in_all_of_them(tmp_path: Path) -> None:
    tables: dict[str, Columns] = {
        "people": {"k": [1, 1, 2], "m": ["x", "y", "x"], "name": ["甲", "乙", "丙"]},
        "homes": {"k": [1, 2, 2], "m": ["y", "x", "y"], "city": ["杭州", "宁波", "温州"]},
    }
    done(JoinStep("j", ("people", "homes"), ("k", "m"), "inner", "one-to-one"), tables, tmp_path)
    assert found(tmp_path, "k", "m", "name", "city") == [(1, "y", "乙", "杭州"), (2, "x", "丙", "宁波")]


@pytest.mark.parametrize(
    ("homes", "code"),
    [
        ({"id": [1, 2], "city": ["x", "y"]}, "data.integrate_types"),
        ({"id": [None, None], "city": ["x", "y"]}, "data.integrate_no_keys"),
        ({"key": ["a"], "city": ["x"]}, "data.integrate_column"),
        ({"id": ["a"], "_sources": ["x"]}, "data.integrate_column_twice"),
    ],
)
def test_sides_that_cannot_join_are_one_clear_error(tmp_path: Path, homes: Columns, code: str) -> None:
    with pytest.raises(InputError) as raised:
        done(step(), {"people": PEOPLE, "homes": homes}, tmp_path)
    assert raised.value.code == code


def test_numbers_of_different_width_are_equal_keys(tmp_path: Path) -> None:
    tables: dict[str, Columns] = {"people": {"id": [1, 2]}, "homes": {"id": [1.0, 3.0], "city": ["杭州", "宁波"]}}
    done(step(), tables, tmp_path)
    assert found(tmp_path, "id", "city") == [(1, "杭州")]


def test_unique_keys_are_found_unique_however_many_passes_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KEYS, "_AT_ONCE", 10)
    numbers = [*range(1000), None, None]
    with engine_of({"one": {"id": numbers}, "two": {"id": [*numbers, 7, 7, 9]}}) as (engine, tables):
        check_unique(engine, tables["one"], ("id",), "s")
        with pytest.raises(InputError, match="duplicate_keys") as raised:
            check_unique(engine, tables["two"], ("id",), "s")
    assert raised.value.params["count"] == 2


def test_hashes_that_agree_by_chance_are_no_duplicates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KEYS, "_repeat", lambda _: True)
    with engine_of({"one": {"id": ["a", "b"]}}) as (engine, tables):
        check_unique(engine, tables["one"], ("id",), "s")


def test_the_same_join_gives_the_same_bytes(tmp_path: Path) -> None:
    numbers = list(range(300_000))
    tables: dict[str, Columns] = {
        "people": {"id": numbers, "name": [f"n{n}" for n in numbers]},
        "homes": {"id": numbers[::-2], "city": [f"c{n}" for n in numbers[::2]]},
    }
    written = []
    for turn in ("one", "two"):
        (tmp_path / turn).mkdir()
        done(step("full"), tables, tmp_path / turn)
        written.append((tmp_path / turn / "j.parquet").read_bytes())
    assert written[0] == written[1]
