"""Tables of departments are integrated by keys, never pasted side by side."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ronghe import data
from ronghe.terms import InputError

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SOURCES = "".join(f'[[source]]\nname = "d{n}"\npath = "data{n}.csv"\n' for n in (1, 2, 3))
JOINS = """
[[step]]
name = "three"
kind = "join"
of = ["d1", "d2", "d3"]
on = ["id"]
how = "full"
cardinality = "one-to-one"
"""
FUSE = '[[step]]\nname = "golden"\nkind = "fuse"\nof = ["d1", "d2", "d3"]\nkeys = ["id", "ssn"]\n'


def rows(path: Path) -> list[tuple[Any, ...]]:
    return duckdb.read_parquet(str(path)).fetchall()


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Path]:
    (tmp_path / "data1.csv").write_text("id,name\n1,王伟\n2,李娜\n", "utf-8")
    (tmp_path / "data2.csv").write_text("id,ssn,income\n3,S3,300\n1,S1,100\n", "utf-8")
    (tmp_path / "data3.csv").write_text("id,ssn,city\n2,,杭州\n4,S1,宁波\n", "utf-8")

    def integrate(steps: str, sources: str = SOURCES) -> Path:
        (tmp_path / "plan.toml").write_text(sources + steps, "utf-8")
        data.integrate(tmp_path / "plan.toml", out=tmp_path / "out", now=NOW)
        return tmp_path / "out"

    return integrate


def test_the_three_files_are_joined_by_key_and_never_pasted_side_by_side(run: Callable[..., Path]) -> None:
    out = run(JOINS)
    assert sorted(rows(out / "three.parquet")) == [
        ("1", "王伟", "S1", "100", None, None, "d1, d2"),
        ("2", "李娜", None, None, None, "杭州", "d1, d3"),
        ("3", None, "S3", "300", None, None, "d2"),
        ("4", None, None, None, "S1", "宁波", "d3"),
    ]
    assert not list(out.glob("*.left_out.*"))


def test_a_person_known_by_two_keys_is_one(run: Callable[..., Path]) -> None:
    out = run(FUSE)
    golden = {row[1]: row[2:] for row in rows(out / "golden.parquet")}
    assert golden == {
        "1": ("王伟", "S1", "100", "宁波"),
        "2": ("李娜", None, None, "杭州"),
        "3": (None, "S3", "300", None),
    }
    conflicts = rows(out / "golden.conflicts.parquet")
    assert [(row[1], [said["value"] for said in row[2]], row[3]) for row in conflicts] == [("id", ["1", "1", "4"], "1")]
    assert len(rows(out / "golden.members.parquet")) == 6


def test_the_lead_department_wins_but_a_missing_value_never_does(run: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "data1.csv").write_text("id,name\n1,甲\n2,丙\n", "utf-8")
    (tmp_path / "data2.csv").write_text("id,name\n1,乙\n2,\n", "utf-8")
    (tmp_path / "data3.csv").write_text("id,name\n1,甲\n", "utf-8")
    sources = SOURCES.replace('data2.csv"\n', 'data2.csv"\nlead = ["name"]\n')
    out = run(FUSE.replace(', "ssn"', ""), sources)
    assert {row[1]: row[2] for row in rows(out / "golden.parquet")} == {"1": "乙", "2": "丙"}
    assert rows(out / "golden.conflicts.parquet")[0][-1] == "lead"


def test_clusters_of_a_linkage_name_the_entities(run: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "data3.csv").write_text("entity,source,id\nE1,d1,1\nE1,d2,3\n", "utf-8")
    sources = SOURCES.replace('data1.csv"\n', 'data1.csv"\nid = "id"\n').replace(
        'data2.csv"\n', 'data2.csv"\nid = "id"\n'
    )
    out = run('[[step]]\nname = "golden"\nkind = "fuse"\nof = ["d1", "d2"]\nclusters = "d3"\n', sources)
    assert [(row[0], row[2], row[4]) for row in rows(out / "golden.parquet")] == [("E1", "王伟", "300")]
    assert len(rows(out / "golden.without_entity.parquet")) == 2


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        (JOINS.replace('"d1"', '"three"'), "data.integrate_cycle"),
        (JOINS.replace('"d3"', '"d9"'), "data.integrate_unknown"),
        (JOINS.replace('on = ["id"]', 'on = ["no"]'), "data.integrate_column"),
        (JOINS.replace("one-to-one", "some"), "data.integrate_choice"),
        (FUSE.replace('"id", "ssn"', '"city"'), "data.integrate_column"),
    ],
)
def test_a_bad_plan_is_one_clear_error_and_the_last_publication_stays(
    run: Callable[..., Path], steps: str, code: str
) -> None:
    before = {path.name: path.read_bytes() for path in run(FUSE).iterdir()}
    with pytest.raises(InputError) as raised:
        run(steps)
    assert raised.value.code == code
    assert before == {path.name: path.read_bytes() for path in run(FUSE).iterdir()}


def test_two_leads_of_one_field_are_refused(run: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match=r"data\.integrate_lead_twice"):
        run(FUSE, SOURCES.replace("\nname", '\nlead = ["name"]\nname'))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("id\n100001\n100001\n", "data.integrate_duplicate_keys"),
        ("id,x\n,1\n,2\n", "data.integrate_no_keys"),
        ("id\n", "data.integrate_empty"),
    ],
)
def test_a_bad_side_of_a_join_is_one_clear_error(
    run: Callable[..., Path], tmp_path: Path, text: str, code: str
) -> None:
    (tmp_path / "data2.csv").write_text(text, "utf-8")
    with pytest.raises(InputError) as raised:
        run(JOINS)
    assert raised.value.code == code
    assert "100001" not in str(raised.value)
