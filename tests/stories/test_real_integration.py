"""Tables that nobody here wrote are integrated, lose nothing, and the page about them says what came out."""

from pathlib import Path

import pytest

from ronghe.cli import main
from tests.stories import real_integration as real


@pytest.fixture(scope="module")
def made(shared_tables: Path, tmp_path_factory: pytest.TempPathFactory) -> list[real.Integrated]:
    """What came out of each set, in the order of the page."""
    return [make(shared_tables, tmp_path_factory.mktemp(make.__name__)) for make, _ in real.PARTS]


@pytest.mark.slow
def test_the_page_says_what_came_out(made: list[real.Integrated], shared_tables: Path) -> None:
    assert real.page(shared_tables, now=made) == real.PAGE.read_text("utf-8")


@pytest.mark.slow
def test_nothing_is_lost_and_every_conflict_has_two_values(made: list[real.Integrated]) -> None:
    for one in made:
        counts = one.counts["golden"]
        assert counts["rows_in"] == counts["members"] + counts["without_entity"]
        conflicts = one.rows("golden.conflicts.parquet")
        assert len(conflicts) == counts["conflicts"] > 0
        for row in conflicts:
            values = {value["value"] for value in row["values"]}
            assert len(values) > 1
            assert row["won"] in values
        assert main(["verify", str(one.out)]) == 0


@pytest.mark.slow
def test_dated_lists_of_regions_have_one_row_for_each_code(made: list[real.Integrated]) -> None:
    golden = made[0].rows("golden.parquet")
    assert len({row["code"] for row in golden}) == len(golden)
    assert {row["code"]: row["name"] for row in golden}["110101"] == "东城区"
    assert made[0].counts["all"]["rows"] == made[0].counts["golden"]["rows_in"]
