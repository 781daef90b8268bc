import tempfile
from pathlib import Path

import pyarrow as pa

from ronghe.data.integrate.day_first import settle_dates, year_first
from ronghe.data.integrate.statements import drawn, fetch
from ronghe.tables.engine import Resources, duckdb_engine


def settled(values: list[str | None]) -> list[str | None]:
    with tempfile.TemporaryDirectory() as folder, duckdb_engine(Path(folder), Resources()) as engine:
        engine.connection.register("given", pa.table({"id": [f"{n:03}" for n in range(len(values))], "v0": values}))
        engine.connection.execute("CREATE TEMP TABLE side_0 AS SELECT * FROM given")
        settle_dates(engine, "side_0", 1)
        return [
            str(v) if v else None for v in fetch(engine, drawn("SELECT v0 FROM side_0 ORDER BY id"))["v0"].to_pylist()
        ]


def test_between_full_stops_the_day_stands_first() -> None:
    given = ["8.3.1980", "08.12.1999", None, "7.7.1977", "unbekannt"]
    assert settled(given) == ["1980-03-08", "1999-12-08", None, "1977-07-07", "unbekannt"]


def test_one_number_above_twelve_tells_the_order_of_the_whole_column() -> None:
    assert settled(["03/08/1980", "13/08/1980"]) == ["1980-08-03", "1980-08-13"]
    assert settled(["03/08/1980", "08/13/1980"]) == ["1980-03-08", "1980-08-13"]


def test_a_column_that_tells_neither_or_both_stays_as_it_is() -> None:
    for told in (["03/08/1980", "04/05/1990"], ["13/08/1980", "08/13/1980"], ["1980-03-08"], ["1.2.3", "x", "y"]):
        assert settled(list(told)) == told


def test_a_sample_of_dates_is_written_with_the_year_first_as_the_column_will_be() -> None:
    assert year_first(["08/13/1980", "01/02/1975", "n/a"][:2]) == ["1980-08-13", "1975-01-02"]
    assert year_first(["13/08/1980", "01/02/1975"]) == ["1980-08-13", "1975-02-01"]
    assert year_first(["3.8.1980"]) == ["1980-8-3"]
    assert year_first(["03/08/1980", "01/02/1975"]) == ["03/08/1980", "01/02/1975"]
    assert year_first(["13/08/1980", "08/13/1980"]) == ["13/08/1980", "08/13/1980"]
    assert year_first(["13/08/1980", "x", "y"]) == ["13/08/1980", "x", "y"]
