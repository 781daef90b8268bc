"""Tables that nobody here wrote, through the commands: the page about them says what really comes out.

`python -m tests.stories.test_real_tables FOLDER` writes the lines of the page's table anew.
"""

import io
import json
import sys
import tempfile
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ronghe.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "real-tables.md"
FILES = (
    "sf_food_safety/business_sf_other_export.csv",
    "sf_food_safety/businesses.csv",
    "sf_food_safety/inspections.csv",
    "sf_food_safety/violations_first28k.csv",
    "cn_regions/canghailan_area_code.csv",
    "cn_regions/gb2260_200712.tsv",
    "cn_regions/liulin_gb2260_with_former_names.csv",
    "cn_regions/mca_198012.tsv",
    "cn_regions/modood_areas.csv",
    "cn_regions/modood_areas.gb18030.csv",
    "cn_regions/modood_cities.csv",
    "cn_regions/modood_provinces.csv",
    "cn_regions/stats_201810.tsv",
    "cn_codes/gb3304_ethnic.csv",
    "cn_codes/gbt4754_2017_industry.csv",
    "cn_covid_daily/2020-01-26.csv",
    "cn_covid_daily/2020-02-05.csv",
    "cn_covid_daily/2020-02-15.csv",
    "cn_covid_daily/2020-03-01.csv",
    "cn_covid_daily/2020-04-01.csv",
    "cn_covid_daily/2020-06-15.csv",
)


@dataclass(frozen=True)
class Came:
    """What came out of one file."""

    file: str
    table: dict[str, Any]

    def line(self) -> str:
        """The file's line in the page's table."""
        table = self.table
        why = "; ".join(f"`{one['column']}` {one['rule']} {one['rows']:,}" for one in table["reasons"]) or "–"
        elements = ", ".join(f"{column['name']}: {column['element']}" for column in table["columns"])
        counts = [f"{table[key]:,}" for key in ("rows_in", "rows_published", "rows_quarantined")]
        return "| " + " | ".join((f"`{self.file}`", *counts, why, elements)) + " |"


def _came(tables: Path, file: str, folder: Path) -> Came:
    """Propose a schema for the file and publish the file by it."""
    schema, out = str(folder / "schema.json"), str(folder / "published")
    source, printed = str(tables / file), io.StringIO()
    assert main(["data", "propose", source, "-o", schema, "--quiet"]) == 0
    with redirect_stdout(printed):
        assert main(["data", "standardize", source, "--schema", schema, "--out", out, "--json", "--quiet"]) == 0
    return Came(file, json.loads(printed.getvalue())["table"])


def _written(file: str) -> str:
    """What the page says of the file."""
    found = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith(f"| `{file}` |")]
    assert len(found) == 1, f"the page must have one line for {file}"
    return found[0]


@pytest.mark.parametrize("file", FILES)
def test_the_page_says_what_comes_out_of_the_file(file: str, shared_tables: Path, tmp_path: Path) -> None:
    came = _came(shared_tables, file, tmp_path)
    assert came.table["rows_in"] == came.table["rows_published"] + came.table["rows_quarantined"]
    assert _written(file) == came.line()


def test_the_same_table_in_two_encodings_is_published_the_same(shared_tables: Path, tmp_path: Path) -> None:
    published = []
    for file in ("modood_areas.csv", "modood_areas.gb18030.csv"):
        (tmp_path / file).mkdir()
        _came(shared_tables, f"cn_regions/{file}", tmp_path / file)
        (table,) = (tmp_path / file / "published").glob("*.parquet")
        published.append(pq.read_table(table))
    assert published[0].num_rows == 2978
    assert published[0].equals(published[1])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_unlike_real_tables_are_shared_at_once(lang: str, shared_tables: Path, tmp_path: Path) -> None:
    files = ("sf_food_safety/inspections.csv", "cn_regions/stats_201810.tsv", "cn_codes/gb3304_ethnic.csv")
    sources = [str(shared_tables / file) for file in files]
    printed = io.StringIO()
    with redirect_stdout(printed):
        assert main(["data", "share", *sources, "--out", str(tmp_path / "out"), "--lang", lang, "--json"]) == 0
    assert [table["rows_in"] for table in json.loads(printed.getvalue())["tables"]] == [14233, 3659, 56]
    assert "stats_201810" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_the_three_files_of_the_article_work_with_any_columns(tmp_path: Path) -> None:
    texts = {
        "data1.csv": "id,value,note\n1,2.5,first\n2,,second\n3,4.0,third\n",
        "data2.csv": "姓名;日期\n张三;2024年3月1日\n李四;2024/3/2\n",
        "data3.csv": "a,b\n007,x\n012,y\n",
    }
    for file, text in texts.items():
        (tmp_path / file).write_text(text, "utf-8")
    out = tmp_path / "out"
    assert main(["data", "share", *(str(tmp_path / file) for file in texts), "--out", str(out), "--quiet"]) == 0
    assert [pq.read_table(out / f"data{n}.parquet").num_rows for n in (1, 2, 3)] == [3, 2, 2]
    assert pq.read_table(out / "data2.parquet")["日期"].to_pylist() == [date(2024, 3, 1), date(2024, 3, 2)]
    assert pq.read_table(out / "data3.parquet")["a"].to_pylist() == ["007", "012"]


def _refresh(tables: Path) -> None:
    """Write the lines of every file into the page anew."""
    text = PAGE.read_text("utf-8")
    for file in FILES:
        with tempfile.TemporaryDirectory() as folder:
            text = text.replace(_written(file), _came(tables, file, Path(folder)).line())
    PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    _refresh(Path(sys.argv[1]))
