"""Arrays between numpy and Arrow that load no pandas."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from ronghe.tables.plain_arrays import as_arrow, as_numpy, booleans, flags, integers, no_rows, texts


def test_numbers_keep_their_values_whatever_their_stride() -> None:
    assert integers(np.arange(10)[::3]).to_pylist() == [0, 3, 6, 9]
    assert integers(np.arange(0)).to_pylist() == []


@pytest.mark.parametrize("kind", ["int32", "int64", "uint64", "float64"])
def test_numbers_of_any_type_go_there_and_back_in_parts_too(kind: str) -> None:
    values = np.array([3, 1, 4, 1, 5], kind)
    made = as_arrow(values)
    assert str(made.type) == {"float64": "double"}.get(kind, kind)
    for array in (made, made.slice(1, 3), made.slice(0, 0)):
        assert as_numpy(array).dtype == values.dtype
        assert as_numpy(array).tolist() == array.to_pylist()
    parts = pa.chunked_array([made, made.slice(2)])
    assert as_numpy(parts).tolist() == parts.to_pylist()
    assert as_numpy(pa.chunked_array([], made.type)).tolist() == []


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 1000])
def test_truth_values_go_there_and_back(size: int) -> None:
    values = np.random.default_rng(size).random(size) < 0.5
    assert booleans(values).to_pylist() == values.tolist()
    assert flags(booleans(values)).tolist() == values.tolist()


def test_flags_of_a_part_of_an_array_are_those_of_the_part() -> None:
    values = [True, False, False, True, True, False, True, True, False, True, False]
    found = flags(pa.array(values).slice(3, 7))
    assert found.tolist() == values[3:10]
    found[0] = False
    assert not found[0]


def test_texts_of_any_script_and_empty_ones() -> None:
    assert texts(["", "无", "N/A", "𠀀"]).to_pylist() == ["", "无", "N/A", "𠀀"]
    assert texts([]).to_pylist() == []


def test_a_batch_without_rows_has_the_types() -> None:
    schema = pa.schema([("a", pa.list_(pa.string())), ("b", pa.decimal128(18, 2)), ("c", pa.date32())])
    assert no_rows(schema).schema == schema
    assert no_rows(schema).num_rows == 0


def test_standardizing_loads_no_pandas(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("姓名,手机\n张三,13800000000\n李四,1380000000\n", "utf-8")
    (tmp_path / "schema.json").write_text(
        '{"fields": [{"name": "姓名", "type": "string", "ronghe:element": "person_name"},'
        ' {"name": "手机", "type": "string", "ronghe:element": "mobile"}]}',
        "utf-8",
    )
    code = (
        "import sys\n"
        "from ronghe import data\n"
        "found = data.standardize('people.csv', schema='schema.json', out='out')\n"
        "assert (found.table.rows_published, found.table.rows_quarantined) == (1, 1), found\n"
        "assert 'pandas' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
