"""Plans of many kinds through the public face: links, stops and new starts, odd input, lineage."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ronghe import data
from ronghe.cli import main
from ronghe.terms import InputError
from tests.unit.data.integrate.tables import person

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEAD = ("name", "born", "phone", "address")
PLAN = """
[[source]]
name = "police"
path = "police.parquet"
id = "no"
[[source]]
name = "tax"
path = "tax.parquet"
id = "tax_no"
columns = {tax_no = "tax_no", xm = "name", born = "born", phone = "phone", address = "address"}
[[link]]
name = "same"
of = ["police", "tax"]
one_to_one = true
[[step]]
name = "golden"
kind = "fuse"
of = ["police", "tax"]
clusters = "same"
"""


def rows(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = duckdb.read_parquet(str(path)).to_arrow_table().to_pylist()
    return found


def integrated(folder: Path, plan: str = PLAN) -> Path:
    (folder / "plan.toml").write_text(plan, "utf-8")
    data.integrate(folder / "plan.toml", out=folder / "out", now=NOW)
    return folder / "out"


def people(first: int, last: int, *, head: tuple[str, ...] = HEAD, prefix: str = "p", key: str = "no") -> pa.Table:
    told = [person(number) for number in range(first, last)]
    columns = {name: [one[place] for one in told] for place, name in enumerate(head)}
    return pa.table({key: [f"{prefix}{number}" for number in range(first, last)], **columns})


def write_registers(folder: Path) -> Path:
    pq.write_table(people(0, 200), folder / "police.parquet")
    tax = people(100, 300, head=("xm", *HEAD[1:]), prefix="t", key="tax_no")
    pq.write_table(tax, folder / "tax.parquet")
    return folder


@pytest.fixture
def registers(tmp_path: Path) -> Path:
    return write_registers(tmp_path)


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the plan was followed once."""
    folder = write_registers(tmp_path_factory.mktemp("linked"))
    integrated(folder)
    return folder


def test_a_link_feeds_its_clusters_to_a_fusion(linked: Path) -> None:
    out = linked / "out"
    golden = rows(out / "golden.parquet")
    both = {row["no"]: row["tax_no"] for row in golden if row["no"] and row["tax_no"]}
    assert both == {f"p{number}": f"t{number}" for number in range(100, 200)}
    assert len(golden) == 300
    assert rows(out / "golden.without_entity.parquet") == []
    assert {row["source"] for row in rows(out / "same.parquet")} == {"police", "tax"}
    assert main(["verify", str(out)]) == 0
    listed = {one["path"] for one in json.loads((out / "datapackage.json").read_text("utf-8"))["resources"]}
    assert {"same.pairs.parquet", "same.model.json", "same.review.csv", "lineage.ndjson"} <= listed


def test_answers_of_a_review_hold_and_a_new_answer_is_new_work(
    registers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (registers / "answers.csv").write_text("left_id,right_id,decision\np150,t150,different\n", "utf-8")
    (registers / "plan.toml").write_text(
        PLAN.replace("one_to_one = true", 'one_to_one = true\nreview = "answers.csv"'), "utf-8"
    )
    out = registers / "out"
    assert main(["data", "integrate", str(registers / "plan.toml"), "--out", str(out), "--json"]) == 0
    # The data say otherwise, which is told without the ids, which may be somebody's.
    (told,) = json.loads(capsys.readouterr().out)["steps"]["same"]["notes"]
    assert (told["code"], told["left"], told["said"]) == ("integrate.reviewed_contradicted", "***", "different")
    apart = {(row["no"], row["tax_no"]) for row in rows(out / "golden.parquet")}
    assert {("p150", None), (None, "t150")} <= apart
    assert "p150,t150" in (out / "same.review.csv").read_text("utf-8")
    assert (registers / "answers.csv").read_text("utf-8").count("\n") == 2


def test_a_review_file_that_is_not_there_is_one_clear_error(registers: Path) -> None:
    with pytest.raises(InputError, match="review_absent"):
        integrated(registers, PLAN.replace("one_to_one = true", 'review = "answers.csv"'))


def test_a_plan_links_by_what_an_earlier_one_learnt(linked: Path, tmp_path: Path) -> None:
    pq.write_table(people(0, 3), tmp_path / "police.parquet")
    tax = people(2, 4, head=("xm", *HEAD[1:]), prefix="t", key="tax_no")
    pq.write_table(tax, tmp_path / "tax.parquet")
    (tmp_path / "learnt.json").write_bytes((linked / "out" / "same.model.json").read_bytes())
    with_model = PLAN.replace("one_to_one = true", 'model = "learnt.json"')
    out = integrated(tmp_path, with_model)
    assert [(row["left_id"], row["right_id"]) for row in rows(out / "same.pairs.parquet")] == [("p2", "t2")]
    assert (out / "same.model.json").read_bytes() == (tmp_path / "learnt.json").read_bytes()
    with pytest.raises(InputError, match="model_unusable"):
        integrated(tmp_path, with_model.replace("learnt.json", "absent.json"))


@pytest.mark.slow
def test_three_tables_are_linked_as_one_pile(registers: Path) -> None:
    pq.write_table(people(180, 320, prefix="b"), registers / "bank.parquet")
    plan = PLAN.replace("one_to_one = true\n", "").replace('"police", "tax"', '"police", "tax", "bank"')
    out = integrated(registers, plan + '[[source]]\nname = "bank"\npath = "bank.parquet"\nid = "no"\n')
    assert len(rows(out / "golden.parquet")) == 320
    entities = {(row["source"], row["id"]): row["entity"] for row in rows(out / "same.parquet")}
    assert entities["police", "p190"] == entities["tax", "t190"] == entities["bank", "b190"]


def test_lineage_is_a_line_for_each_step_and_its_columns(linked: Path) -> None:
    out = linked / "out"
    text = (out / "lineage.ndjson").read_text("utf-8")
    link, fuse = (json.loads(line) for line in text.splitlines())
    assert (link["job"]["name"], fuse["job"]["name"]) == ("same", "golden")
    lineage = fuse["outputs"][0]["facets"]["columnLineage"]["fields"]
    assert set(lineage) == set(rows(out / "golden.parquet")[0]) - {"_entity"}
    assert {(one["name"], one["field"]) for one in lineage["name"]["inputFields"]} == {
        ("police", "name"),
        ("tax", "xm"),
    }


KEYED = """
[[source]]
name = "one"
path = "one.parquet"
[[source]]
name = "two"
path = "two.parquet"
[[step]]
name = "golden"
kind = "fuse"
of = ["one", "two"]
keys = ["id"]
[[step]]
name = "joined"
kind = "join"
of = ["golden", "two"]
on = ["id"]
cardinality = "one-to-one"
"""


def give(folder: Path, **tables: dict[str, list[Any]]) -> None:
    for name, columns in tables.items():
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")


def test_the_same_tables_at_the_same_time_give_the_same_bytes(tmp_path: Path) -> None:
    give(tmp_path, one={"id": ["a", "b"], "x": ["1", "2"]}, two={"id": ["a", "c"], "x": ["3", "4"]})
    before = {path.name: path.read_bytes() for path in integrated(tmp_path, KEYED).iterdir()}
    os.utime(tmp_path / "two.parquet")
    assert before == {path.name: path.read_bytes() for path in integrated(tmp_path, KEYED).iterdir()}


def test_a_run_that_failed_goes_on_from_its_finished_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    give(tmp_path, one={"id": ["a"], "x": ["1"]}, two={"id": ["a", "a"], "x": ["2", "3"]})
    with pytest.raises(InputError, match="duplicate_keys"):
        integrated(tmp_path, KEYED)
    assert not (tmp_path / "out").exists()
    journey = sys.modules["ronghe.journeys.integrate"]

    def never(*_: Any) -> None:
        raise AssertionError("a finished step is done again")

    monkeypatch.setattr(journey, "fuse", never)
    out = integrated(tmp_path, KEYED.replace("one-to-one", "one-to-many"))
    assert len(rows(out / "joined.parquet")) == 2
    assert main(["verify", str(out)]) == 0


def test_a_source_that_changed_is_read_again(tmp_path: Path) -> None:
    give(tmp_path, one={"id": ["a"], "x": ["1"]}, two={"id": ["a", "a"], "x": ["2", "3"]})
    with pytest.raises(InputError):
        integrated(tmp_path, KEYED)
    give(tmp_path, two={"id": ["a", "b"], "x": ["2", "333333"]})
    assert [row["x"] for row in rows(integrated(tmp_path, KEYED) / "golden.parquet")].count("333333") == 1


def test_a_run_that_is_killed_leaves_the_last_publication_and_can_be_done_again(tmp_path: Path) -> None:
    give(tmp_path, one={"id": ["a"], "x": ["1"]}, two={"id": ["a"], "x": ["2"]})
    out = integrated(tmp_path, KEYED)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    numbers = [f"{number:07}" for number in range(60_000)]
    give(tmp_path, one={"id": numbers, "x": numbers}, two={"id": numbers, "x": numbers[::-1]})
    command = [sys.executable, "-m", "ronghe", "data", "integrate", str(tmp_path / "plan.toml"), "--out", str(out)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        started = time.monotonic()
        while not (tmp_path / ".out.work").exists() and time.monotonic() - started < 30:
            time.sleep(0.01)
        time.sleep(0.3)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert before == {path.name: path.read_bytes() for path in out.iterdir()}
    assert len(rows(integrated(tmp_path, KEYED) / "golden.parquet")) == 60_000
    assert main(["verify", str(out)]) == 0


@pytest.mark.parametrize("number", [20_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_very_many_equal_rows_are_one_entity_and_a_fan_out_before_any_work(tmp_path: Path, number: int) -> None:
    many: dict[str, list[Any]] = {"id": ["1900-01-01"] * number, "x": ["甲"] * number}
    give(tmp_path, one=many, two={"id": ["1900-01-01"], "x": ["乙"]})
    fuse = KEYED.partition('[[step]]\nname = "joined"')[0]
    out = integrated(tmp_path, fuse)
    assert [row["x"] for row in rows(out / "golden.parquet")] == ["甲"]
    (told,) = rows(out / "golden.conflicts.parquet")
    assert [(said["department"], said["rows"]) for said in told["values"]] == [("one", number), ("two", 1)]
    assert pq.read_metadata(out / "golden.members.parquet").num_rows == number + 1
    give(tmp_path, two=many)
    join = KEYED.replace('"golden", "two"', '"one", "two"')
    with pytest.raises(InputError, match="duplicate_keys"):
        integrated(tmp_path, join)
    assert [row["x"] for row in rows(out / "golden.parquet")] == ["甲"]


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def _spoil(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[8:400] = b"\xff" * 392
    path.write_bytes(bytes(whole))


@pytest.mark.parametrize("damage", [_cut, _spoil])
def test_a_damaged_source_is_told_by_its_name(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    numbers = [f"{number * 7919:09}" for number in range(2000)]
    give(tmp_path, one={"id": numbers, "x": numbers}, two={"id": numbers, "x": numbers})
    damage(tmp_path / "two.parquet")
    with pytest.raises(InputError) as raised:
        integrated(tmp_path, KEYED)
    assert "two.parquet" in str(raised.value.params)


def test_odd_names_and_empty_texts_of_parquet_are_read_as_of_any_file(tmp_path: Path) -> None:
    odd = tmp_path / "a[1]*?.parquet"
    pq.write_table(pa.table({"id": ["a", ""], "x": ["", "2"]}), odd)
    give(tmp_path, two={"id": ["a", "b"], "x": pa.nulls(2)})
    out = integrated(tmp_path, KEYED.replace("one.parquet", odd.name))
    assert [(row["id"], row["x"]) for row in rows(out / "golden.parquet") if row["id"] == "a"] == [("a", None)]
    assert [row["x"] for row in rows(out / "golden.without_entity.parquet")] == ["2"]
