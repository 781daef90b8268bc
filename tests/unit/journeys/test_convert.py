"""Converting keeps every value as it was read, leaves no half file, and says what it left out."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ronghe.journeys.convert import convert_file
from ronghe.tables.engine import Resources
from ronghe.tables.open import ReadOptions
from ronghe.terms import InputError, UsageError

ROWS = [{"编号": "001", "金额": "1.50", "备注": "甲,乙"}, {"编号": "002", "金额": None, "备注": '"引号"'}]
TEXT = '编号,金额,备注\n001,1.50,"甲,乙"\n002,,"""引号"""\n'
ALONE = Resources(threads=1)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    path.write_text(TEXT, "utf-8")
    return path


def read_back(path: Path, folder: Path) -> list[dict[str, object]]:
    """Any of our files as rows, by way of Parquet."""
    parquet = folder / "back.parquet"
    if path != parquet:
        convert_file(str(path), target=parquet, resources=ALONE)
    return [{key: value or None for key, value in row.items()} for row in pq.read_table(parquet).to_pylist()]


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet", ".arrow"])
def test_every_format_gives_the_same_values_back(source: Path, tmp_path: Path, ending: str) -> None:
    made = convert_file(str(source), target=tmp_path / f"b{ending}", resources=ALONE)
    assert (made.rows, made.columns, made.malformed) == (2, ("编号", "金额", "备注"), 0)
    assert read_back(made.target, tmp_path) == ROWS
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["a.csv", f"b{ending}", "back.parquet"])


def test_every_column_is_text(source: Path, tmp_path: Path) -> None:
    made = convert_file(str(source), target=tmp_path / "b.parquet", resources=ALONE)
    assert {
        pa.types.is_string(kind) or pa.types.is_large_string(kind) for kind in pq.read_schema(made.target).types
    } == {True}


def test_malformed_records_are_left_out_and_counted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n3\n5,6,7\n8,9\n", "utf-8")
    made = convert_file(str(tmp_path / "a.csv"), target=tmp_path / "b.parquet", resources=ALONE)
    assert (made.rows, made.malformed) == (2, 2)
    assert read_back(made.target, tmp_path) == [{"a": "1", "b": "2"}, {"a": "8", "b": "9"}]


def test_the_options_say_how_to_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("甲|乙\n".encode("gb18030"))
    options = ReadOptions(encoding="gb18030", delimiter="|", header=False)
    made = convert_file(str(tmp_path / "a.txt"), target=tmp_path / "b.parquet", resources=ALONE, options=options)
    assert read_back(made.target, tmp_path) == [{made.columns[0]: "甲", made.columns[1]: "乙"}]


def test_an_unknown_ending_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        convert_file(str(tmp_path / "absent.csv"), target=tmp_path / "b.doc", resources=ALONE)
    assert raised.value.code == "tables.format_unknown"


def test_a_missing_folder_is_named(source: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        convert_file(str(source), target=tmp_path / "no" / "b.csv", resources=ALONE)
    assert raised.value.params["folder"] == str(tmp_path / "no")


def test_the_old_target_stays_when_the_source_cannot_be_read(source: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        convert_file(str(tmp_path / "absent.csv"), target=source, resources=ALONE)
    assert source.read_text("utf-8") == TEXT


@pytest.mark.parametrize("spelled", ["a.csv", "./a.csv", "link.csv"])
def test_a_file_is_not_converted_over_itself(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spelled: str
) -> None:
    (tmp_path / "link.csv").symlink_to(source)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        convert_file(spelled, target=source, resources=ALONE)
    assert caught.value.code == "tables.output_is_source"
    assert source.read_text("utf-8") == TEXT


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_what_a_spreadsheet_would_run_is_disarmed_but_for_the_round_trip(tmp_path: Path, ending: str) -> None:
    risky = ["=1+1", "＝HYPERLINK(1)", "@a", "-5", "平常"]
    (tmp_path / "a.csv").write_text("a\n" + "\n".join(risky) + "\n", "utf-8")
    for round_trip, first in ((False, "'" if ending == ".csv" else ""), (True, "")):
        target = tmp_path / f"b{ending}"
        convert_file(str(tmp_path / "a.csv"), target=target, resources=ALONE, round_trip=round_trip)
        told = [row["a"] for row in read_back(target, tmp_path)]
        assert told == [*(first + text for text in risky[:3]), *risky[3:]]
