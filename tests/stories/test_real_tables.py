"""Tables that nobody here wrote go the whole road, and the page about them says what came out."""

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


@pytest.mark.parametrize("section", real_tables.SETS)
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
