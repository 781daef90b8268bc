"""Tables that nobody here wrote go the whole road, and the page about them says what came out."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ronghe.cli import main
from tests.stories import real_tables

TABLES_OF_SETS = {"sf_food_safety": 4, "cn_regions": 9, "cn_codes": 2, "cn_covid_daily": 6}


@pytest.fixture(scope="module")
def tables(shared_tables: Path) -> Path:
    """The folder of the shared tables."""
    return shared_tables


def _published(out: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(out / f"{name}.parquet").to_pylist()
    return rows


LARGE = ("cn_regions", "cn_covid_daily")


@pytest.mark.parametrize(
    "section", [pytest.param(name, marks=pytest.mark.slow if name in LARGE else ()) for name in real_tables.SETS]
)
def test_what_came_out_of_real_tables_is_what_the_page_says(tables: Path, tmp_path: Path, section: str) -> None:
    came_out = real_tables.shared(tables / section, tmp_path / "out")
    assert len(came_out) == TABLES_OF_SETS[section]
    for table in came_out:
        assert table["rows_in"] == table["rows_published"] + table["rows_quarantined"]
    assert real_tables.page_files(section) == real_tables.file_rows(came_out)
    judged = real_tables.page_columns(section)
    assert [line for line, _ in judged] == real_tables.column_rows(came_out)
    assert all(judgement.partition(" ")[0].strip(",;:") in ("right", "wrong", "not") for _, judgement in judged)
    assert main(["verify", str(tmp_path / "out")]) == 0


ARTICLE = {
    "data1.csv": "id,name,income\n1,Zhang San,3500\n2,Li Si,\n3,Wang Wu,4100.5\n",
    "data2.csv": "编号;日期;地区;金额（万元）\n001;2024-01-05;北京市海淀区;1.5\n002;2024年2月6日;上海市浦东新区;20\n",
    "data3.csv": "x,,x\n7,a,yes\n8,,no\n",
}


def test_the_three_files_of_the_article_work_whatever_their_columns(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name, text in ARTICLE.items():
        (tmp_path / "in" / name).write_text(text, "utf-8")
    came_out = real_tables.shared(tmp_path / "in", tmp_path / "out")
    counts = {table["name"]: (table["rows_in"], table["rows_quarantined"]) for table in came_out}
    assert counts == {"data1": (3, 0), "data2": (2, 0), "data3": (2, 0)}
    assert [row["income"] for row in _published(tmp_path / "out", "data1")] == [3500, None, 4100.5]
    first = _published(tmp_path / "out", "data2")[0]
    assert (first["编号"], str(first["日期"]), first["地区"], int(first["金额（元）"])) == (
        *("001", "2024-01-05", "110108"),
        15000,
    )
    assert [list(row.values()) for row in _published(tmp_path / "out", "data3")] == [[7, "a", "yes"], [8, None, "no"]]


def test_accents_of_a_real_table_arrive_as_they_were_written(tables: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["data", "share", str(tables / "sf_food_safety" / "businesses.csv"), "--out", str(out)]) == 0
    names = {row["business_id"]: row["name"] for row in _published(out, "businesses")}
    assert (names["38566"], names["75448"]) == ("TROPISUEÑO", "LAGUNA CAFÉ")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_profile_and_proposal_of_a_real_table_print(tables: Path, tmp_path: Path, lang: str) -> None:
    file = str(tables / "cn_regions" / "modood_areas.gb18030.csv")
    assert main(["--lang", lang, "data", "profile", file]) == 0
    schema = tmp_path / "schema.json"
    assert main(["--lang", lang, "data", "propose", file, "-o", str(schema)]) == 0
    assert (
        main(["--lang", lang, "data", "standardize", file, "--schema", str(schema), "--out", str(tmp_path / "out")])
        == 0
    )
    fields = json.loads(schema.read_text("utf-8"))["fields"]
    assert [field["ronghe:element"] for field in fields] == ["region", "text", "region", "region"]
