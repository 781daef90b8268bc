"""What breaks linkage elsewhere: empty sides, nothing but nulls, giant blocks, identical rows, a stop in the middle."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ronghe import data
from ronghe.cli import main
from ronghe.terms import UsageError
from tests.unit.data.integrate.tables import person

COLUMNS = ("name", "born", "phone", "address")


def people(path: Path, rows: dict[str, int], **same: str | None) -> str:
    """People by id; `same` gives a column one value for everybody."""
    every = [dict(zip(COLUMNS, person(number), strict=True)) | same for number in rows.values()]
    columns = {column: pa.array([row[column] for row in every], pa.string()) for column in COLUMNS}
    pq.write_table(pa.table({"id": list(rows), **columns}), path)
    return str(path)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    capsys.readouterr()
    code = main(["data", "link", *arguments, "--json"])
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return code, json.loads(error)["error"]["code"]


def linked(path: Path) -> set[tuple[str, str]]:
    found = pq.read_table(path)
    return set(zip(found["left_id"].to_pylist(), found["right_id"].to_pylist(), strict=True))


def test_an_empty_side_is_told_whichever_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    full, empty = people(tmp_path / "a.parquet", {"a1": 1, "a2": 2}), people(tmp_path / "b.parquet", {})
    for sides in ((full, empty), (empty, full)):
        out = ["--id", "id", "--out", str(tmp_path / "p.parquet")]
        assert told(capsys, *sides, *out) == (3, "integrate.side_empty")
    assert not list(tmp_path.glob("p.*"))


@pytest.mark.parametrize("nothing", [None, "", "无"])
def test_a_column_of_nothing_is_left_out_and_the_others_link(tmp_path: Path, nothing: str | None) -> None:
    rows = {f"a{number}": number for number in range(60)} | {f"c{number}": number for number in range(20)}
    source = people(tmp_path / "in.parquet", rows, phone=nothing)
    made = data.link(source, id="id", out=tmp_path / "p.parquet")
    assert "phone" in [column for column, _ in made.left_out]
    assert linked(tmp_path / "p.parquet") == {(f"a{number}", f"c{number}") for number in range(20)}


def test_everybody_born_on_one_day_at_one_address_is_not_one_person(tmp_path: Path) -> None:
    rows = {f"a{number}": number for number in range(1_450)} | {f"c{number}": number for number in range(50)}
    source = people(tmp_path / "in.parquet", rows, born="1900-01-01", address="和平路1号")
    made = data.link(source, id="id", out=tmp_path / "p.parquet", columns=list(COLUMNS))
    # Everybody with everybody would be 1,124,250 pairs: the budget is a million.
    assert made.candidates <= 1_000_000
    assert linked(tmp_path / "p.parquet") >= {(f"a{number}", f"c{number}") for number in range(50)}
    assert made.groups > 1_400


@pytest.mark.slow
def test_a_million_identical_rows_end_and_are_one(tmp_path: Path) -> None:
    same = {column: pa.repeat(value, 1_000_000) for column, value in zip(COLUMNS, person(1), strict=True)}
    ids = pa.array([f"s{number}" for number in range(1_000_000)])
    pq.write_table(pa.table({"id": ids, **same}), tmp_path / "same.parquet")
    others = people(tmp_path / "others.parquet", {f"a{number}": number for number in range(2, 2_000)})
    every = pa.concat_tables([pq.read_table(tmp_path / "same.parquet"), pq.read_table(others)])
    pq.write_table(every, tmp_path / "in.parquet")
    made = data.link(tmp_path / "in.parquet", id="id", out=tmp_path / "p.parquet")
    assert made.candidates <= 2_100_000
    clusters = pq.read_table(tmp_path / "p.clusters.parquet")
    of_same = {row["cluster"] for row in clusters.slice(1_998).to_pylist()}
    assert len(of_same) == 1


def test_ids_of_different_types_are_texts_of_their_own(tmp_path: Path) -> None:
    left = people(tmp_path / "a.parquet", {str(number): number for number in range(60)})
    numbered = pq.read_table(left)
    numbered = numbered.set_column(0, "id", numbered["id"].cast(pa.int64()))
    pq.write_table(numbered, left)
    right = people(tmp_path / "b.parquet", {f"x{number}": number for number in range(30, 90)})
    data.link(left, right, id="id", out=tmp_path / "p.parquet")
    assert linked(tmp_path / "p.parquet") == {(str(number), f"x{number}") for number in range(30, 60)}


def test_a_run_that_is_killed_leaves_the_last_one_whole(tmp_path: Path) -> None:
    rows = {f"a{number}": number for number in range(120)} | {f"c{number}": number for number in range(30)}
    source, out = people(tmp_path / "in.parquet", rows), tmp_path / "p.parquet"
    data.link(source, id="id", out=out)
    files = ("p.parquet", "p.model.json", "p.clusters.parquet", "p.records.arrow")
    before = {name: (tmp_path / name).read_bytes() for name in files}
    command = [sys.executable, "-m", "ronghe", "data", "link", source, "--id", "id", "--out", str(out), "--quiet"]
    for wait in (0.7, 1.5):
        with subprocess.Popen(command) as process:
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
        # The same input gives the same bytes: whether a file is old or new, it is whole.
        assert {name: (tmp_path / name).read_bytes() for name in files} == before
    assert {path.name for path in tmp_path.iterdir() if path.name[0] != "."} >= set(files)


def test_no_output_is_written_over_what_is_read(tmp_path: Path) -> None:
    source = people(tmp_path / "in.parquet", {f"a{number}": number for number in range(60)})
    before = Path(source).read_bytes()
    for out, review in (
        (source, None),
        (tmp_path / "p.parquet", source),
        (tmp_path / "p.parquet", tmp_path / "p.parquet"),
    ):
        with pytest.raises(UsageError):
            data.link(source, id="id", out=out, review=review)
    assert Path(source).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


def test_tables_without_a_header_in_common_are_linked_by_what_they_hold(tmp_path: Path) -> None:
    left = people(tmp_path / "a.parquet", {f"a{number}": number for number in range(200)})
    right = people(tmp_path / "b.parquet", {f"b{number}": number for number in range(100, 300)})
    renamed = pq.read_table(right).rename_columns(["key", "f1", "f2", "f3", "f4"])
    pq.write_table(renamed.select(["f3", "f4", "key", "f1", "f2"]), right)
    made = data.link(left, right, id="id", right_id="key", out=tmp_path / "p.parquet")
    assert {column for column, _ in made.columns} == {"name / f1", "born / f2", "phone / f3", "address / f4"}
    assert linked(tmp_path / "p.parquet") == {(f"a{number}", f"b{number}") for number in range(100, 200)}


def strangers(path: Path, letter: str, count: int, seed: int) -> str:
    chance = random.Random(seed)
    names = ["".join(chance.choices("伟强磊军洋勇杰涛超明刚平辉鹏华敏静丽", k=2)) for _ in range(count)]
    table = {
        "id": [f"{letter}{number}" for number in range(count)],
        "name": [chance.choice("王李张刘陈杨黄赵吴周") + name for name in names],
        "born": [f"{chance.randint(1940, 2009)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}" for _ in names],
        "phone": [f"13{chance.randint(10**8, 10**9 - 1)}" for _ in names],
        "address": [f"{chance.choice(['和平', '人民', '文昌', '学院'])}路{chance.randint(1, 300)}号" for _ in names],
    }
    pq.write_table(pa.table(table), path)
    return str(path)


def test_two_tables_of_strangers_have_nobody_in_common(tmp_path: Path) -> None:
    left, right = (strangers(tmp_path / f"{side}.parquet", side, 300, ord(side)) for side in "ab")
    data.link(left, right, id="id", out=tmp_path / "p.parquet")
    assert len(linked(tmp_path / "p.parquet")) <= 1
