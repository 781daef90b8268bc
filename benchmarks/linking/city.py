"""A demo city that `make run` does not make, shared by its plan, and how its people and companies came together."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ronghe import data
from ronghe.journeys.demo_city import make_demo_city
from ronghe.journeys.demo_city.score import Score, score_city
from ronghe.tables.engine import Resources

__all__ = ["PACKAGES", "city_folder", "run", "scored"]

PACKAGES = ("splink", "duckdb", "numpy")
SEED = 20_260
_DAY = date(2026, 1, 1)
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def city_folder(folder: Path, rows: int) -> Path:
    """The files of a city with its truth beside them, made once."""
    city = folder / f"city_{rows}_{SEED}"
    make_demo_city(city, rows=rows, seed=SEED, today=_DAY)
    return city


def scored(folder: Path, city: Path) -> dict[str, Score]:
    """The score of a publication by kind of entity: `people`, `companies`."""
    return {one.kind: one for one in score_city(folder / "shared", city=city, resources=Resources())}


def run(task: dict[str, Any]) -> None:
    """Take the files the whole road: profile, standardize, link, fuse, publish, report."""
    city = Path(task["city"])
    data.share(
        sorted((city / "files").iterdir()),
        out=Path(task["out"]) / "shared",
        departments=city / "departments.csv",
        plan=city / "plan.toml",
        now=_NOW,
        resources=Resources(threads=task["threads"]),
    )
