"""The technology suite: ARFF as it is found, selections that anyone can score, tables without anything to compare."""

import csv
import runpy
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from benchmarks.measure import ROOT
from benchmarks.technology.arff import read_arff
from benchmarks.technology.meta import compared, runs_of
from benchmarks.technology.months import simulated
from benchmarks.technology.suite import CASES, goals
from ronghe.technology.optimize.evidence import Evidence


def arff(path: Path, *lines: str, names: str = "a b") -> Path:
    head = "".join(f"@ATTRIBUTE {name} NUMERIC\n" for name in names.split())
    path.write_text(f"@RELATION x\n{head}@DATA\n" + "\n".join(lines) + "\n", "utf-8")
    return path


def test_a_stray_quote_swallows_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = arff(
        tmp_path / "x.arff",
        "'it, is',1",
        '"o\'k",2',
        "it's,3",
        '"open,4',
        "% no row",
        "",
        " 5 , ? ",
        "one",
        "1,2,3",
        "6,",
    )
    names, rows = read_arff(path)
    assert names == ["a", "b"]
    assert rows == [["it, is", "1"], ["o'k", "2"], ["it's", "3"], ['"open', "4"], ["5", "?"], ["6", ""]]
    told = capsys.readouterr().err
    assert "1 cells, not 2" in told
    assert "3 cells, not 2" in told
    (tmp_path / "y").write_text("a,b\n", "utf-8")
    with pytest.raises(ValueError, match="no @data"):
        read_arff(tmp_path / "y")


def scenario(folder: Path) -> Path:
    """Two solvers, each good where the one feature says so, in two folds."""
    folder.mkdir()
    works = [(f"i{place}", place % 2) for place in range(60)]
    (folder / "description.txt").write_text("algorithm_cutoff_time: 100\n", "utf-8")
    arff(
        folder / "cv.arff",
        *(f"{n},1,{p // 30 + 1}" for p, (n, _) in enumerate(works)),
        names="instance_id repetition fold",
    )
    runs = [f"{n},1,{who},{1 if kind == good else 50},ok" for n, kind in works for who, good in (("x", 0), ("y", 1))]
    arff(folder / "algorithm_runs.arff", *runs, names="instance_id repetition algorithm runtime runstatus")
    values = [f"{n},1,{kind},{p}" for p, (n, kind) in enumerate(works)]
    arff(folder / "feature_values.arff", *values, names="instance_id repetition f g")
    return folder


def test_the_program_writes_selections_that_anyone_can_score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, program = tmp_path / "out.csv", ROOT / "benchmarks" / "aslib.py"
    monkeypatch.setattr(sys, "argv", ["aslib.py", str(scenario(tmp_path / "s")), "--selections", str(out)])
    monkeypatch.setattr(sys, "path", list(sys.path))
    runpy.run_path(str(program), run_name="__main__")
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["instance_id", "repetition", "fold", "algorithm", "feature_cost_charged"]
    assert len(rows) == 60
    assert {row["fold"] for row in rows} == {"1", "2"}


def test_selecting_without_information_takes_the_single_best(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    losses = rng.random((40, 3)) + np.array([0.0, 0.1, 0.2])
    names = tuple(f"w{place}" for place in range(40))
    evidence = Evidence(names, ("a", "b", "c"), rng.random((40, 2)), losses, np.ones(losses.shape, bool))
    made = compared(evidence, seed=0)
    assert made.ours - made.single_best <= 0.01
    path = arff(tmp_path / "algorithm_runs.arff", "x,1,a,0.1,ok", "y,1,b,0.2,ok", names="i r algorithm q s")
    assert runs_of(path.parent) == (2, 2, 1)


def test_simulated_months_reach_their_goals() -> None:
    found = {"months": asdict(simulated(3, seed=1))}
    judged = [one for one in goals(found) if one.value is not None]
    assert len(judged) == 5
    assert all(one.reached for one in judged)
    assert "months" in CASES
