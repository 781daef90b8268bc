"""The same households by OpenFisca's country template (AGPL: only run beside, in an interpreter of its own).

`make test-all` sets that interpreter up.
"""

import datetime as dt
import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ronghe.rules import bind, decide, read_rules
from ronghe.rules.over_tables import DECIDED, decide_table, recorded_in
from ronghe.tables.engine import Resources, duckdb_engine
from tests.conftest import parity_python

HERE = Path(__file__).parent
MONTHS = ("2015-12", "2016-05", "2016-11", "2016-12", "2017-01", "2024-02", "2026-01")
HOUSEHOLDS = 400


def households(seed: int) -> list[dict[str, Any]]:
    """Random ones, many of them at the thresholds: birthdays on the first of a month, incomes of 500 and 0."""
    pick = random.Random(seed)

    def member(role: str) -> dict[str, Any]:
        year, month, day = pick.randint(1930, 2024), pick.randint(1, 12), pick.choice((1, 1, 2, 15, 28))
        if role == "child":
            year = pick.randint(2004, 2024)
        salary = (
            pick.choice((0, 0, 250, 500, 500.01, 499.99, 3000, 1e-3)) if role == "adult" else pick.choice((0, 0, 10))
        )
        return {"birth": dt.date(year, month, day).isoformat(), "salary": salary, "role": role}

    return [
        {
            "rent": pick.choice((0, 100, 333, 1250.5)),
            "members": [member("adult") for _ in range(pick.randint(1, 3))]
            + [member("child") for _ in range(pick.randint(0, 3))],
        }
        for _ in range(HOUSEHOLDS)
    ]


@pytest.mark.parity
def test_amounts_are_those_of_openfisca(tmp_path: Path) -> None:
    made = households(2026)
    given = json.dumps({"months": MONTHS, "households": made})
    done = subprocess.run(
        [str(parity_python()), str(HERE / "openfisca_work.py")], input=given, capture_output=True, text=True, check=True
    )
    theirs = json.loads(done.stdout)
    rules = read_rules((HERE / "country_template.yaml").read_text("utf-8"), "country_template.yaml")
    people = [
        {**member, "id": f"p{at:05}_{n}", "household_id": f"h{at:05}", "rent": household["rent"]}
        for at, household in enumerate(made)
        for n, member in enumerate(household["members"])
    ]
    compared = 0
    for month in MONTHS:
        bound = bind(rules, dt.date.fromisoformat(f"{month}-01"))
        with duckdb_engine(tmp_path, Resources()) as engine:
            engine.connection.register("people", pa.Table.from_pylist(people))
            engine.connection.sql("FROM people").create_view("subjects")
            decide_table(engine, bound, "subjects", recorded_in(bound, engine.types("subjects")))
            rows = engine.connection.table(DECIDED).order("row_number").to_arrow_table().to_pylist()
        amounts = {
            "basic_income": [_paid(row, "basic_income_2015") + _paid(row, "basic_income_2016") for row in rows],
            **{name: _of_households(rows, people, name) for name in ("housing_allowance", "parenting_allowance")},
        }
        for name, ours in amounts.items():
            assert ours == pytest.approx(theirs[month][name], rel=1e-6), (month, name)
            compared += len(ours)
    assert compared == len(MONTHS) * (len(people) + 2 * HOUSEHOLDS)
    assert all(sum(theirs[month]["parenting_allowance"]) for month in MONTHS), "the households tell nothing apart"


def _paid(row: dict[str, Any], rule: str) -> float:
    return row.get(f"{rule}.amount") or 0.0


def _of_households(rows: list[dict[str, Any]], people: list[dict[str, Any]], rule: str) -> list[float]:
    """The amount of each household, which all of its members must be told alike."""
    found: dict[str, set[float]] = {}
    for row, person in zip(rows, people, strict=True):
        found.setdefault(person["household_id"], set()).add(_paid(row, rule))
    assert all(len(amounts) == 1 for amounts in found.values())
    return [next(iter(amounts)) for amounts in found.values()]


def test_who_has_no_birth_date_gets_nothing_and_is_told_why() -> None:
    """OpenFisca takes 1970 for a missing birth date and pays 600."""
    rules = read_rules((HERE / "country_template.yaml").read_text("utf-8"), "country_template.yaml")
    found = decide(bind(rules, dt.date(2026, 1, 1)), {"salary": 0})["basic_income_2016"]
    assert (found.result, found.amount, found.missing) == ("unknown", None, ("birth",))
