"""Linkage of real tables through the public doors: the public sets with their truth, and what bad input is told."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.linking.score import score
from benchmarks.linking.sets import SETS, tables_folder
from ronghe import data
from ronghe.cli import main
from ronghe.tables.write import write_table

PEOPLE = "id,name,born,city\n1,robert smith,1980-01-02,leeds\n2,rob smith,1980-01-02,leeds\n3,ann lee,1975-03-04,york\n"
GOALS = {"febrl1": 0.98, "fodors_zagats": 0.96, "abt_buy": 0.80, "fake1000": 0.90, "chicago": 0.88}
LARGE_GOALS = {"febrl2": 0.98, "febrl3": 0.98}


def reached(name: str, folder: Path) -> float:
    tables = tables_folder()
    if tables is None:
        pytest.skip("the public data sets are not beside the repository")
    task = SETS[name](tables)
    out = folder / "pairs.parquet"
    data.link(task.left, task.right, id=task.id_column, columns=task.columns, out=out, options=task.options)
    found = pq.read_table(out)
    pairs = zip(found.column("left_id").to_pylist(), found.column("right_id").to_pylist(), strict=True)
    return score(pairs, task.true, one_table=task.right is None).f1


@pytest.mark.parametrize("name", GOALS)
def test_a_public_set_is_linked_without_labels(name: str, tmp_path: Path) -> None:
    assert reached(name, tmp_path) >= GOALS[name]


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE_GOALS)
def test_a_larger_public_set_is_linked_without_labels(name: str, tmp_path: Path) -> None:
    assert reached(name, tmp_path) >= LARGE_GOALS[name]


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["data", "link", *arguments, "--json"])
    error = capsys.readouterr().err
    return code, json.loads(error)["error"]["code"] if error else ""


def table(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, "utf-8")
    return str(path)


BAD = {
    "no rows": ("id,name\n", "id", "integrate.side_empty"),
    "no such id": (PEOPLE, "key", "integrate.id_absent"),
    "ids repeat": (PEOPLE + "3,x,,\n", "id", "integrate.id_repeats"),
    "an id is missing": (PEOPLE + ",x,,\n", "id", "integrate.id_missing"),
    "nothing to compare": ("id,name\n1,\n2,\n", "id", "integrate.no_usable_column"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_linked_is_one_clear_error_and_nothing_is_written(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, key, code = BAD[case]
    out = tmp_path / "pairs.parquet"
    assert told(capsys, table(tmp_path, "in.csv", text), "--id", key, "--out", str(out)) == (3, code)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv"]


def test_repeated_ids_are_named(tmp_path: Path) -> None:
    source = table(tmp_path, "in.csv", PEOPLE + "3,x,,\n1,y,,\n")
    with pytest.raises(Exception, match="repeats 2 ids: 1, 3"):
        data.link(source, id="id", out=tmp_path / "pairs.parquet")


def test_a_million_seen_from_far_a_table_of_one_row_links_nothing(tmp_path: Path) -> None:
    made = data.link(
        table(tmp_path, "in.csv", "id,name\n1,ann\n"), id="id", columns=["name"], out=tmp_path / "p.parquet"
    )
    assert (made.pairs, made.groups) == (0, 1)


def test_a_model_that_is_none_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = table(tmp_path, "m.json", "{}")
    source = table(tmp_path, "in.csv", PEOPLE)
    code = told(capsys, source, "--id", "id", "--model", model, "--out", str(tmp_path / "p.parquet"))
    assert code == (3, "integrate.model_unusable")


def test_the_model_beside_the_pairs_is_readable_and_links_again(tmp_path: Path) -> None:
    left, right = table(tmp_path, "a.csv", PEOPLE), table(tmp_path, "b.csv", PEOPLE)
    first = data.link(left, right, id="id", out=tmp_path / "p.parquet")
    said = json.loads(first.model.read_text("utf-8"))
    assert said["format"] == "linkage-model@1"
    assert [column["kind"] for column in said["columns"]] == ["name", "date", "category"]
    again = data.link(left, right, id="id", out=tmp_path / "again.parquet", model=first.model)
    assert again.pairs == first.pairs == 3
    assert json.loads(again.model.read_text("utf-8"))["columns"] == said["columns"]


def test_splink_says_nothing_to_the_user(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    source = table(tmp_path, "in.csv", PEOPLE)
    assert main(["data", "link", source, "--id", "id", "--out", str(tmp_path / "p.parquet"), "--quiet"]) == 0
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("ending", [".parquet", ".csv", ".xlsx", ".arrow"])
def test_the_evidence_of_a_pair_adds_up_whichever_id_comes_first(ending: str, tmp_path: Path) -> None:
    left, right = table(tmp_path, "a.csv", PEOPLE), table(tmp_path, "b.csv", PEOPLE.replace("ann lee", "ann leigh"))
    out = tmp_path / f"p{ending}"
    data.link(left, right, id="id", out=out, explain=True)
    explained = data.explain(out, "3", "3")
    assert explained.start + sum(part.weight for part in explained.evidence) == pytest.approx(
        explained.weight, abs=0.01
    )
    assert explained.evidence[0].right == "ann leigh"


def test_pairs_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="There is no file"):
        data.explain(tmp_path / "p.parquet", "3", "3")


@pytest.mark.parametrize(
    "ending", [".csv", *(pytest.param(end, marks=pytest.mark.slow) for end in (".xlsx", ".parquet"))]
)
def test_a_review_goes_round_in_every_format(ending: str, tmp_path: Path) -> None:
    left = table(tmp_path, "a.csv", "id,name,phone\n1,ann lee,13905710001\n2,bob ray,13905710002\n")
    right = table(tmp_path, "b.csv", "id,name,phone\n7,ann lee,13905710001\n8,cid fox,13905710009\n")
    out, review = tmp_path / "p.parquet", tmp_path / f"review{ending}"
    assert data.link(left, right, id="id", out=out, review=review).pairs == 1
    assert data.link(left, right, id="id", out=out, review=review).pairs == 1
    decided = {"left_id": ["1"], "right_id": ["7"], "left: name": ["ann lee"], "right: name": ["ann lee"]}
    write_table(pa.table({**decided, "level: name": ["exact"], "decision": ["different"]}), review)
    assert data.link(left, right, id="id", out=out, review=review).pairs == 0


@pytest.mark.parametrize("extra", [["--one-to-one"], ["--right-id", "id"]])
def test_what_only_two_tables_have_is_refused_for_one(
    extra: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = table(tmp_path, "a.csv", PEOPLE)
    out = str(tmp_path / "p.parquet")
    assert told(capsys, source, "--id", "id", *extra, "--out", out) == (2, "integrate.one_table")


def test_pairs_without_evidence_say_how_to_get_it(tmp_path: Path) -> None:
    left, right = table(tmp_path, "a.csv", PEOPLE), table(tmp_path, "b.csv", PEOPLE)
    data.link(left, right, id="id", out=tmp_path / "p.parquet")
    with pytest.raises(Exception, match=r"integrate\.no_evidence"):
        data.explain(tmp_path / "p.parquet", "3", "3")
