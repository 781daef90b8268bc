"""CSV that is safe to open: formulas are disarmed, everything else is what it was."""

import csv
from pathlib import Path

import pyarrow as pa
import pytest

from ronghe.tables.write import write_csv

DANGEROUS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+SUM(A1)",
    "-2+3+cmd|x",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    " =1",
    "＝1+1",
    "＠x",
    "+x",
    "-",
]
HARMLESS = ["张三", "a=b", "-12.5", "+86", "1e-5", "", "'=1", "2026-01-01", "[-10, 0)"]


def written(path: Path, texts: list[str], *, neutral: bool) -> list[str]:
    write_csv(pa.table({"n": pa.array(range(len(texts))), "t": texts}), path, neutral=neutral)
    with path.open(encoding="utf-8", newline="") as file:
        return [row[1] for row in csv.reader(file)][1:]


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_formula_is_put_behind_an_apostrophe(tmp_path: Path, text: str) -> None:
    assert written(tmp_path / "a.csv", [text], neutral=True) == [f"'{text}"]


def test_what_is_no_formula_stays_and_so_does_all_of_it_for_a_round_trip(tmp_path: Path) -> None:
    assert written(tmp_path / "a.csv", HARMLESS, neutral=True) == HARMLESS
    everything = [*DANGEROUS, *HARMLESS]
    assert written(tmp_path / "b.csv", everything, neutral=False) == everything


def test_a_heading_can_be_a_formula_too(tmp_path: Path) -> None:
    write_csv(pa.table({"=1+1": ["x"]}), tmp_path / "a.csv", neutral=True)
    assert (tmp_path / "a.csv").read_text("utf-8").splitlines() == ["'=1+1", "x"]
