"""Tables that nobody here wrote, through the commands: the page about them says what really comes out."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ronghe.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "real-tables.md"
HEAD = ("File", "Rows in", "Published", "Quarantined", "Why", "Proposed elements")
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
    schema, out = folder / "schema.json", folder / "published"
    assert main(["data", "propose", str(tables / file), "-o", str(schema), "--quiet"]) == 0
    standardize = ["data", "standardize", str(tables / file), "--schema", str(schema), "--out", str(out), "--quiet"]
    assert main(standardize) in (0, 1)
    (package,) = out.glob("datapackage.json")
    return Came(file, json.loads(package.read_text("utf-8")))


def _lines(text: str) -> Iterator[str]:
    return (line for line in text.splitlines() if line.startswith("| `"))
