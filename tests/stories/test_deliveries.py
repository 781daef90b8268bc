"""A later delivery joins the clusters that are there, and what people decided holds: all of it through the CLI."""

import csv
import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ronghe import data
from ronghe.cli import main
from ronghe.tables.open import stage
from ronghe.terms import UsageError
from tests.unit.data.integrate.tables import person

COLUMNS = ("id", "name", "born", "phone", "address")


def table(path: Path, rows: dict[str, int]) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        written = csv.writer(file)
        written.writerow(COLUMNS)
        written.writerows((key, *person(number)) for key, number in rows.items())
    return str(path)


def linked_in(folder: Path) -> str:
    """Write a table and link it; gives the table."""
    rows = {f"a{number}": number for number in range(60)} | {f"c{number}": number for number in range(15)}
    source = table(folder / "existing.csv", rows)
    assert main(["data", "link", source, "--id", "id", "--out", str(folder / "p.parquet"), "--quiet"]) == 0
    return source


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which that was done once; tests get copies."""
    folder = tmp_path_factory.mktemp("linked")
    linked_in(folder)
    return folder


@pytest.fixture
def existing(linked: Path, tmp_path: Path) -> str:
    shutil.copytree(linked, tmp_path, dirs_exist_ok=True)
    return str(tmp_path / "existing.csv")


def delivered(
    folder: Path, existing: str, rows: dict[str, int], capsys: pytest.CaptureFixture[str], *more: str
) -> dict[str, object]:
    capsys.readouterr()
    given = [existing, table(folder / "new.csv", rows), "--id", "id", "--model", str(folder / "p.model.json")]
    given += ["--clusters", str(folder / "p.clusters.parquet"), "--out", str(folder / "n.parquet"), *more]
    assert main(["data", "link", *given, "--json"]) == 0
    made: dict[str, object] = json.loads(capsys.readouterr().out)
    return made


def groups(path: Path, side: int) -> dict[str, str]:
    return {row["id"]: row["cluster"] for row in pq.read_table(path).to_pylist() if row["side"] == side}


def test_a_delivery_joins_and_nobody_else_changes(
    tmp_path: Path, existing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made = delivered(tmp_path, existing, {"d5": 5, "d40": 40, "d300": 300}, capsys)
    before, after = groups(tmp_path / "p.clusters.parquet", 0), groups(tmp_path / "n.clusters.parquet", 0)
    assert before == after
    new = groups(tmp_path / "n.clusters.parquet", 1)
    assert new["d5"] == before["a5"] == before["c5"]
    assert new["d40"] == before["a40"]
    assert new["d300"] not in before.values()
    assert made["pairs"] == 2


def test_a_reviewed_pair_stays_apart_whatever_the_delivery_says(
    tmp_path: Path, existing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    review = tmp_path / "review.csv"
    review.write_text("left_id,right_id,decision\na5,d5,different\na7,d40,same\n", "utf-8")
    made = delivered(tmp_path, existing, {"d5": 5, "d40": 40}, capsys, "--review", str(review))
    before, new = groups(tmp_path / "p.clusters.parquet", 0), groups(tmp_path / "n.clusters.parquet", 1)
    # c5 is the same person as a5: what is kept from one is kept from the other.
    assert new["d5"] not in (before["a5"], before["c5"])
    assert new["d40"] == before["a7"]
    notes = made["notes"]
    assert isinstance(notes, list)
    assert "integrate.reviewed_contradicted" in [note["code"] for note in notes]
    kept = list(csv.DictReader(review.open(encoding="utf-8")))
    assert [row["decision"] for row in kept if row["decision"]] == ["different", "same"]


def test_a_record_between_two_clusters_merges_neither_and_is_told(
    tmp_path: Path, existing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    review = tmp_path / "review.csv"
    review.write_text("left_id,right_id,decision\na7,d40,same\na40,d40,same\n", "utf-8")
    made = delivered(tmp_path, existing, {"d40": 40}, capsys, "--review", str(review))
    notes = made["notes"]
    assert isinstance(notes, list)
    told = [note for note in notes if note["code"] == "integrate.delivery_between"]
    assert [note["ids"] for note in told] == ["d40"]
    before, after = groups(tmp_path / "p.clusters.parquet", 0), groups(tmp_path / "n.clusters.parquet", 0)
    assert before == after
    assert before["a7"] != before["a40"]


def refused(capsys: pytest.CaptureFixture[str], *given: str) -> tuple[int, str]:
    capsys.readouterr()
    code = main(["data", "link", *given, "--json"])
    return code, json.loads(capsys.readouterr().err)["error"]["code"]


def test_clusters_of_another_table_are_refused_and_nothing_is_written(
    tmp_path: Path, existing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    other = table(tmp_path / "other.csv", {"z1": 1, "z2": 2})
    at = ["--model", str(tmp_path / "p.model.json"), "--clusters", str(tmp_path / "p.clusters.parquet")]
    given = [other, existing, "--id", "id", *at, "--out", str(tmp_path / "n.parquet")]
    assert refused(capsys, *given) == (3, "integrate.clusters_differ")
    assert not list(tmp_path.glob("n.*"))


def test_clusters_without_a_model_say_what_they_need(
    tmp_path: Path, existing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [existing, existing, "--id", "id", "--clusters", str(tmp_path / "p.clusters.parquet")]
    assert refused(capsys, *given, "--out", str(tmp_path / "n.parquet")) == (2, "integrate.clusters_usage")


def test_a_table_that_is_no_clusters_is_told(tmp_path: Path, existing: str, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["--model", str(tmp_path / "p.model.json"), "--clusters", str(tmp_path / "p.parquet")]
    given = [existing, existing, "--id", "id", *at, "--out", str(tmp_path / "n.parquet")]
    assert refused(capsys, *given) == (3, "integrate.not_clusters")


def test_the_old_table_is_not_read_again_while_it_is_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    existing = linked_in(tmp_path)  # a copy would be another table
    read: list[str] = []

    def staged(source: str, *given: object, **more: object) -> object:
        read.append(Path(source).name)
        return stage(source, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("ronghe.journeys.extend.stage", staged)
    first = delivered(tmp_path, existing, {"d5": 5, "d300": 300}, capsys)
    remembered = pq.read_table(tmp_path / "n.clusters.parquet")
    assert read == ["new.csv"]
    (tmp_path / "p.records.arrow").write_bytes(b"not Arrow")
    again = delivered(tmp_path, existing, {"d5": 5, "d300": 300}, capsys)
    assert read == ["new.csv", "existing.csv", "new.csv"]
    assert pq.read_table(tmp_path / "n.clusters.parquet").equals(remembered)
    assert (first["pairs"], first["groups"], first["rows"]) == (again["pairs"], again["groups"], again["rows"])


def test_an_old_table_that_has_changed_since_is_told(
    tmp_path: Path, existing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path(existing).open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(("late", *person(400)))
    at = ["--model", str(tmp_path / "p.model.json"), "--clusters", str(tmp_path / "p.clusters.parquet")]
    new = table(tmp_path / "new.csv", {"d5": 5})
    given = [existing, new, "--id", "id", *at, "--out", str(tmp_path / "n.parquet")]
    assert refused(capsys, *given) == (3, "integrate.clusters_differ")


def test_deliveries_in_a_chain_know_all_that_came_before_and_read_none_of_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    existing, model, clusters = linked_in(tmp_path), tmp_path / "p.model.json", tmp_path / "p.clusters.parquet"
    read: list[str] = []

    def staged(source: str, *given: object, **more: object) -> object:
        read.append(Path(source).name)
        return stage(source, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("ronghe.journeys.extend.stage", staged)
    review = tmp_path / "review.csv"
    review.write_text("left_id,right_id,decision\na40,e40,different\nd301,e9,same\n", "utf-8")
    chain = [
        {"d5": 5, "d300": 300, "d301": 301},
        {"e40": 40, "e300": 300, "d300": 302, "e9": 309},  # its d300 is another row than the first one's
        {"f40": 40, "f301": 301, "f302": 302},
    ]
    made = []
    for number, rows in enumerate(chain, 1):
        new = table(tmp_path / f"{number}.csv", rows)
        out = tmp_path / f"n{number}.parquet"
        made.append(data.link(existing, new, id="id", model=model, clusters=clusters, review=review, out=out))
        before, clusters = clusters, tmp_path / f"n{number}.clusters.parquet"
        # Nobody who was there changes, and the clusters are counted as they are.
        known = pq.read_table(before)
        assert pq.read_table(clusters).slice(0, known.num_rows).equals(known)
        assert made[-1].groups == len(set(pq.read_table(clusters)["cluster"].to_pylist()))
    assert read == ["1.csv", "2.csv", "3.csv"]
    assert [one.rows for one in made] == [(75, 3), (78, 4), (82, 3)]
    old, first, second, third = (groups(clusters, side) for side in range(4))
    assert first["d5"] == old["a5"]
    assert second["e300"] == first["d300"] != second["d300"]
    # What people decided about a delivery holds for those after it.
    assert second["e40"] != old["a40"]
    assert second["e9"] == first["d301"] == third["f301"]
    assert third["f302"] == second["d300"]
    assert third["f40"] in (old["a40"], second["e40"])
    assert [note.params["ids"] for note in made[-1].notes if note.code == "integrate.delivery_between"] == ["f40"]
    assert ("d300", "f302") in {(row["left_id"], row["right_id"]) for row in pq.read_table(out).to_pylist()}


def test_without_its_memory_a_chain_wants_a_table_with_all_rows_and_says_so(tmp_path: Path, existing: str) -> None:
    first = table(tmp_path / "first.csv", {"d5": 5, "d300": 300})
    second = table(tmp_path / "second.csv", {"e300": 300, "e40": 40})
    model, clusters = tmp_path / "p.model.json", tmp_path / "n.clusters.parquet"
    data.link(
        existing, first, id="id", model=model, clusters=tmp_path / "p.clusters.parquet", out=tmp_path / "n.parquet"
    )
    data.link(existing, second, id="id", model=model, clusters=clusters, out=tmp_path / "m.parquet")
    remembered = pq.read_table(tmp_path / "m.clusters.parquet")
    (tmp_path / "n.records.arrow").unlink()
    both = tmp_path / "both.csv"
    both.write_text(Path(existing).read_text("utf-8") + Path(first).read_text("utf-8").partition("\n")[2], "utf-8")
    data.link(both, second, id="id", model=model, clusters=clusters, out=tmp_path / "m.parquet")
    assert pq.read_table(tmp_path / "m.clusters.parquet").equals(remembered)
    made = data.link(existing, second, id="id", model=model, clusters=clusters, out=tmp_path / "m.parquet")
    assert [(note.code, note.params["rows"]) for note in made.notes] == [("integrate.clusters_unread", 2)]
    assert groups(tmp_path / "m.clusters.parquet", 2)["e300"] != groups(clusters, 1)["d300"]
    assert groups(tmp_path / "m.clusters.parquet", 2)["e40"] == groups(clusters, 0)["a40"]


def test_a_later_delivery_with_the_ids_of_an_earlier_one_takes_no_name_that_somebody_has(
    tmp_path: Path, existing: str
) -> None:
    first, second = (
        table(tmp_path / f"{part}.csv", {"d1": number}) for part, number in (("first", 300), ("second", 301))
    )
    model, clusters = tmp_path / "p.model.json", tmp_path / "n.clusters.parquet"
    data.link(
        existing, first, id="id", model=model, clusters=tmp_path / "p.clusters.parquet", out=tmp_path / "n.parquet"
    )
    for remembered in (True, False):
        if not remembered:
            (tmp_path / "n.records.arrow").unlink()
        made = data.link(existing, second, id="id", model=model, clusters=clusters, out=tmp_path / "m.parquet")
        stranger = groups(clusters, 1)["d1"]
        assert groups(tmp_path / "m.clusters.parquet", 1)["d1"] == stranger
        assert groups(tmp_path / "m.clusters.parquet", 2)["d1"] != stranger
        assert made.groups == len(set(pq.read_table(tmp_path / "m.clusters.parquet").column("cluster").to_pylist()))


def test_no_delivery_is_written_over_the_clusters_that_it_joins(tmp_path: Path, existing: str) -> None:
    before = (tmp_path / "p.clusters.parquet").read_bytes()
    new = table(tmp_path / "new.csv", {"d5": 5})
    model, clusters = tmp_path / "p.model.json", tmp_path / "p.clusters.parquet"
    with pytest.raises(UsageError):
        data.link(existing, new, id="id", model=model, clusters=clusters, out=tmp_path / "p.parquet")
    assert (tmp_path / "p.clusters.parquet").read_bytes() == before
