"""Sharing files goes the whole road: what departments know of one person becomes one row, and nothing is pasted."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from ronghe import data
from ronghe.cli import main
from ronghe.journeys.demo_city import CityFiles, make_demo_city
from ronghe.journeys.demo_city.score import Score, score_city
from ronghe.journeys.shared import Shared
from ronghe.tables.engine import Resources
from ronghe.tables.package import read_manifest, verify_package
from ronghe.terms import InputError, UsageError

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DATA1 = "id,name,income\n1,王伟,300\n2,李娜,\n3,张敏,500\n"
DATA2 = "id,score,name\n2,8,李娜\n3,9,张珉\n4,7,赵云\n"
DATA3 = "id,area\n1,88.5\n3,60\n"


def rows(path: Path, columns: str) -> list[tuple[Any, ...]]:
    return duckdb.read_parquet(str(path)).project(columns).order("ALL").fetchall()


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., list[Path]]:
    """Writes the three files of the article, or others in their place."""

    def written(*texts: str) -> list[Path]:
        paths = [tmp_path / f"data{number}.csv" for number in range(1, len(texts) + 1)]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, "utf-8")
        return paths

    return written


def share(paths: list[Path], **wish: Any) -> Shared:
    return data.share(paths, out=paths[0].parent / "out", now=NOW, **wish)


def test_the_article_s_three_files_become_one_table_by_their_key(files: Callable[..., list[Path]]) -> None:
    paths = files(DATA1, DATA2, DATA3)
    shared = share(paths, key="id")
    assert rows(shared.out / "integrated.parquet", "id, name, income::INT, score::INT, area::FLOAT") == [
        ("1", "王伟", 300, None, 88.5),
        ("2", "李娜", None, 8, None),
        ("3", "张敏", 500, 9, 60.0),
        ("4", "赵云", None, 7, None),
    ]
    assert rows(shared.out / "integrated.conflicts.parquet", "field, won, won_source") == [("name", "张敏", "data1")]
    assert verify_package(shared.out) == []


def test_rows_are_never_pasted_side_by_side(files: Callable[..., list[Path]]) -> None:
    shared = share(files(DATA1, DATA2, DATA3))
    assert [note.code for note in shared.integrated.notes] == ["journeys.no_identifier"]
    assert not list(shared.out.glob("integrated*"))
    assert {path.stem for path in shared.out.glob("*.parquet")} == {"data1", "data2", "data3"}


def test_a_row_that_was_delivered_twice_is_one_row(files: Callable[..., list[Path]]) -> None:
    shared = share(files(DATA1, DATA2, DATA3 + "3,60\n"), key="id")
    assert shared.integrated.tables[0].counts["rows"] == 4
    assert shared.integrated.tables[0].counts["members"] == 9


def test_a_key_that_names_two_rows_is_refused_and_the_last_publication_stays(
    files: Callable[..., list[Path]], capfd: pytest.CaptureFixture[str]
) -> None:
    paths = files(DATA1, DATA2, DATA3)
    out = share(paths, key="id").out
    before = (out / "datapackage.json").read_bytes()
    paths = files(DATA1, DATA2, DATA3 + "3,61\n1,9\n")
    ended = main(["data", "share", *map(str, paths), "--key", "id", "--out", str(out), "--lang", "en", "--quiet"])
    said = capfd.readouterr().err
    assert (ended, said.count("\n")) == (3, 1)
    assert "data3.csv" in said
    assert "the key column id stand in several different rows (1, 3; 2 in all)" in said
    assert (out / "datapackage.json").read_bytes() == before


@pytest.mark.parametrize(
    ("texts", "key", "code"),
    [
        ((DATA1, DATA2), "nummer", "journeys.key_absent"),
        ((DATA1, "number,area\n1,2\n"), "id", "journeys.key_absent"),
        ((DATA1, "id,area\n"), "id", "journeys.key_absent"),
        (("id,a\n2020-01-01,1\n2021-02-03,2\n", "id,b\nx,1\ny,2\n"), "id", "journeys.key_types"),
    ],
)
def test_a_key_that_cannot_be_used_says_why(
    files: Callable[..., list[Path]], texts: tuple[str, ...], key: str, code: str
) -> None:
    with pytest.raises(InputError) as told:
        share(files(*texts), key=key)
    assert told.value.code == code


def test_a_table_without_the_key_is_published_on_its_own(files: Callable[..., list[Path]]) -> None:
    shared = share(files(DATA1, DATA2, "place,area\nA,3\n"), key="id")
    assert [(note.code, note.params["table"]) for note in shared.integrated.notes] == [
        ("journeys.left_out_no_key", "data3")
    ]
    assert (shared.out / "data3.parquet").exists()


def test_columns_of_one_name_and_different_types_stay_apart(files: Callable[..., list[Path]]) -> None:
    shared = share(files("id,value\n1,2020-01-05\n2,2021-02-03\n", "id,value\n1,7.5\n2,8.25\n"), key="id")
    assert pq.read_schema(shared.out / "integrated.parquet").names == ["_entity", "id", "data1.value", "data2.value"]


def test_rows_without_a_key_are_kept_apart(files: Callable[..., list[Path]]) -> None:
    shared = share(files(DATA1 + ",无名,1\n", DATA2, DATA3), key="id")
    table = shared.integrated.tables[0]
    assert table.counts["without_entity"] == 1
    assert table.counts["rows_in"] == table.counts["members"] + 1
    assert rows(shared.out / "integrated.without_entity.parquet", "source, name") == [("data1", "无名")]


def test_a_key_beside_a_plan_is_a_mistake(files: Callable[..., list[Path]], tmp_path: Path) -> None:
    with pytest.raises(UsageError) as told:
        share(files(DATA1), key="id", plan=tmp_path / "plan.toml")
    assert told.value.code == "journeys.key_and_plan"


PLAN = """
[[source]]
name = "one"
path = "somewhere/data1.csv"
lead = ["who"]
[source.columns]
id = "id"
name = "who"
[[source]]
name = "two"
path = "data2.csv"
[source.columns]
id = "id"
name = "who"
score = "score"
[[step]]
name = "golden"
kind = "fuse"
of = ["one", "two"]
keys = ["id"]
"""


def test_a_plan_reads_the_standardized_tables_of_the_shared_files(
    files: Callable[..., list[Path]], tmp_path: Path
) -> None:
    (tmp_path / "plan.toml").write_text(PLAN, "utf-8")
    shared = share(files(DATA1.replace("王伟", " 王 伟 "), DATA2), plan=tmp_path / "plan.toml")
    assert rows(shared.out / "golden.parquet", "id, who, score::INT") == [
        ("1", "王伟", None),
        ("2", "李娜", 8),
        ("3", "张敏", 9),
        ("4", "赵云", 7),
    ]
    assert shared.integrated.tables[0].conflicts == {"who": 1}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("data2.csv", "data9.csv"), "journeys.plan_source"),
        (('name = "golden"', 'name = "data1"'), "journeys.plan_name_taken"),
        (('score = "score"', 'absent = "score"'), "data.integrate_column"),
    ],
)
def test_a_plan_that_does_not_fit_the_files_says_where(
    files: Callable[..., list[Path]], tmp_path: Path, change: tuple[str, str], code: str
) -> None:
    (tmp_path / "plan.toml").write_text(PLAN.replace(*change), "utf-8")
    with pytest.raises((InputError, UsageError)) as told:
        share(files(DATA1, DATA2), plan=tmp_path / "plan.toml")
    assert told.value.code == code


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityFiles:
    return make_demo_city(tmp_path_factory.mktemp("demo") / "city", rows=3_000, today=date(2026, 3, 1))


@pytest.fixture(scope="module")
def shared(city: CityFiles) -> Shared:
    return data.share(
        list(city.paths), out=city.folder.parent / "out", departments=city.departments, plan=city.plan, now=NOW
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("departments", "least"), [(("01", "02", "03", "04", "06"), 300), pytest.param(("",), 400, id="all")]
)
def test_without_a_word_from_the_user_identifiers_bring_people_and_companies_together(
    city: CityFiles, tmp_path: Path, departments: tuple[str, ...], least: int
) -> None:
    files = [path for path in city.paths if path.name.startswith(departments)]
    found = data.share(files, out=tmp_path / "out", now=NOW)
    tables = {table.name: table for table in found.integrated.tables}
    assert set(tables) == {"people", "organizations"}
    # The insured are people: their employers' codes repeat, their own ids do not.
    assert "06_social_security_insured" in tables["people"].of
    assert "04_tax_returns" in tables["organizations"].of
    # Two people stand in one record of a marriage: which of them it is about is not for us to guess.
    assert "02_civil_affairs_marriages" in {note.params["table"] for note in found.integrated.notes}
    assert sum(rows for known, rows in tables["people"].together.items() if known > 1) > least


def test_the_city_scores_itself_against_its_truth(city: CityFiles, shared: Shared) -> None:
    people, companies = score_city(shared.out, city=city.folder, resources=Resources())
    assert people.f1 >= 0.98
    assert companies.f1 >= 0.95
    for score in (people, companies):
        assert score.precision > 0.999
        assert score.mixed == 0
    assert people.fields["姓名"][1] / people.fields["姓名"][0] > 0.99


def test_a_wrong_merge_and_a_wrong_value_cost_points(city: CityFiles, shared: Shared, tmp_path: Path) -> None:
    honest = score_city(shared.out, city=city.folder, resources=Resources())[0]
    spoilt = _with(shared.out, tmp_path, "private/clear/people.members.parquet", _one_entity_of_two)
    assert score_city(spoilt, city=city.folder, resources=Resources())[0].mixed == honest.mixed + 1
    spoilt = _with(shared.out, tmp_path, "private/clear/people.parquet", _another_name)
    assert _true_names(score_city(spoilt, city=city.folder, resources=Resources())[0]) == _true_names(honest) - 1


def _with(folder: Path, where: Path, file: str, change: Callable[[pa.Table], pa.Table]) -> Path:
    """The folder with one of its tables changed."""
    spoilt = where / Path(file).name
    shutil.copytree(folder, spoilt)
    pq.write_table(change(pq.read_table(folder / file)), spoilt / file)
    return spoilt


def _one_entity_of_two(members: pa.Table) -> pa.Table:
    first, second = pc.unique(members["entity"]).to_pylist()[:2]
    entity = pc.replace_substring(members["entity"], first, second)
    return members.set_column(0, "entity", entity)


def _another_name(golden: pa.Table) -> pa.Table:
    names = golden["姓名"].to_pylist()
    names[0] = "无此人"
    return golden.set_column(golden.schema.get_field_index("姓名"), "姓名", pa.array(names))


def _true_names(score: Score) -> int:
    return score.fields["姓名"][1]


def test_a_publication_that_is_not_the_city_s_cannot_be_scored(city: CityFiles, tmp_path: Path) -> None:
    with pytest.raises(InputError) as told:
        score_city(tmp_path, city=city.folder, resources=Resources())
    assert told.value.code == "demo_city.score_missing"


def test_the_report_shows_golden_rows_contradictions_and_where_fields_come_from(shared: Shared) -> None:
    page = shared.report.read_text("utf-8")
    assert 'id="integrated"' in page
    # As the departments call their tables, not as the plan does.
    assert "02_civil_affairs_marriages.男方姓名" in page
    people = next(table for table in shared.integrated.tables if table.name == "people")
    assert f"{people.counts['rows']:,}" in page
    assert {path.name for path in shared.out.glob("people*")} <= {
        resource["path"] for resource in read_manifest(shared.out)["resources"]
    }


def test_the_lineage_names_the_source_of_each_golden_field(shared: Shared) -> None:
    events = [json.loads(line) for line in (shared.out / "lineage.ndjson").read_text("utf-8").splitlines()]
    assert [event["job"]["name"] for event in events] == ["same_people", "same_companies", "people", "companies"]
    fields = events[2]["outputs"][0]["facets"]["columnLineage"]["fields"]
    origins = [(origin["name"], origin["field"]) for origin in fields["残疾等级"]["inputFields"]]
    assert origins == [("disability", "残疾_等级")]
    assert events[2]["eventTime"] == "2026-03-01T00:00:00+00:00"


def test_what_is_somebody_s_stays_out_of_messages(files: Callable[..., list[Path]]) -> None:
    number = "13800000000"
    with pytest.raises(InputError) as told:
        share(files(f"手机号,姓名\n{number},王伟\n", f"手机号,收入\n{number},3\n{number},4\n"), key="手机号")
    assert told.value.code == "journeys.key_repeats"
    assert number not in str(told.value.params)
