import datetime as dt
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from ronghe.messages import LANGUAGES, render_error
from ronghe.tables.limits import Limits
from ronghe.tables.parquet import stage_parquet
from ronghe.tables.staged import Staged
from ronghe.terms import InputError, LimitReached


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def _read(staged: Staged) -> list[list[str | None]]:
    columns = [column.to_pylist() for column in pq.read_table(staged.path).columns]
    return [list(row) for row in zip(*columns, strict=True)]


MOMENT = dt.datetime(2020, 2, 29, 3, 4, 5)  # noqa: DTZ001 - the type adds the zone
VALUES: list[tuple[pa.Array, str | None]] = [
    (pa.array([7], pa.int8()), "7"),
    (pa.array([2**63], pa.uint64()), "9223372036854775808"),
    (pa.array([3.0]), "3"),
    (pa.array([1.25]), "1.25"),
    (pa.array([1e-7]), "0.0000001"),
    (pa.array([1e20]), "100000000000000000000"),
    (pa.array([float("nan")]), None),
    (pa.array([0.1], pa.float32()), "0.1"),
    (pa.array([Decimal("1.50")]), "1.50"),
    (pa.array([True]), "true"),
    (pa.array([dt.date(2020, 2, 29)]), "2020-02-29"),
    (pa.array([MOMENT]), "2020-02-29 03:04:05"),
    (pa.array([MOMENT], pa.timestamp("s")), "2020-02-29 03:04:05"),
    (pa.array([MOMENT], pa.timestamp("us", "Asia/Shanghai")), "2020-02-29 03:04:05+00:00"),
    (pa.array([dt.time(7, 30)]), "07:30:00"),
    (pa.array(["x"]).dictionary_encode(), "x"),
    (pa.array(["x"], pa.large_string()), "x"),
    (pa.array(["中".encode()]), "中"),
    (pa.array([b"\xff\x00"]), "ff00"),
    (pa.array([[1, 2]]), "[1,2]"),
    (pa.array([{"a": "中", "b": None}]), '{"a":"中","b":null}'),
    (pa.array([""]), None),
    (pa.array([" x"]), " x"),
    (pa.nulls(1), None),
]


@pytest.mark.parametrize("form", ["parquet", "feather", "stream"])
def test_every_type_has_its_canonical_text(tmp_path: Path, into: Path, form: str) -> None:
    table = pa.table({f"c{place}": value for place, (value, _) in enumerate(VALUES)})
    path = tmp_path / f"a.{'arrows' if form == 'stream' else form}"
    if form == "parquet":
        pq.write_table(table, path)
    elif form == "feather":
        feather.write_feather(table, path)
    else:
        with pa.ipc.new_stream(path, table.schema) as writer:
            writer.write_table(table)
    staged = stage_parquet(path, into)
    assert _read(staged) == [[text for _, text in VALUES]]
    assert {field.type for field in pq.read_schema(staged.path)} == {pa.string()}
    assert staged.rows == 1


def test_a_file_of_text_is_used_as_it_is(tmp_path: Path, into: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": ["1", None]}), path)
    staged = stage_parquet(path, into)
    assert (staged.path, staged.rows) == (path, 2)
    assert list(into.iterdir()) == []


def test_empty_text_is_null_even_where_all_is_text(tmp_path: Path, into: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": ["1", ""]}), path)
    assert _read(stage_parquet(path, into)) == [["1"], [None]]


def test_a_path_that_looks_like_a_pattern_is_a_path(tmp_path: Path, into: Path) -> None:
    pq.write_table(pa.table({"a": ["wrong"]}), tmp_path / "a1.parquet")
    path = tmp_path / "a[1].parquet"
    pq.write_table(pa.table({"a": ["right"]}), path)
    assert _read(stage_parquet(path, into)) == [["right"]]


def test_repeated_names_and_order_of_rows_are_kept(tmp_path: Path, into: Path) -> None:
    table = pa.Table.from_arrays([pa.array(range(300_000)), pa.array(["x"] * 300_000)], names=["a", "a"])
    path = tmp_path / "a.arrow"
    feather.write_feather(table, path)
    staged = stage_parquet(path, into)
    assert staged.columns == ("a", "a_2")
    assert pq.read_table(staged.path).column(0).to_pylist() == [str(number) for number in range(300_000)]


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow"])
def test_a_cut_file_is_corrupt(tmp_path: Path, into: Path, name: str) -> None:
    path = tmp_path / name
    table = pa.table({"a": list(range(1000))})
    pq.write_table(table, path) if name == "a.parquet" else feather.write_feather(table, path)
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(InputError) as caught:
        stage_parquet(path, into)
    assert caught.value.code == "tables.file_corrupt"
    for language in LANGUAGES:
        assert "\n" not in render_error(caught.value, language)


def test_too_many_columns_are_a_limit(tmp_path: Path, into: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": ["1"], "b": ["1"]}), path)
    with pytest.raises(LimitReached):
        stage_parquet(path, into, limits=Limits(columns=1))
