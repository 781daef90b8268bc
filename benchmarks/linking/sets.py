"""The public data sets with their truth: they lie beside the repository, and none of them ships with it."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.linking.score import Pair, pairs_of_groups
from benchmarks.public_data import public_folder
from ronghe.tables.open import ReadOptions

__all__ = ["SETS", "DataSet", "tables_folder"]


@dataclass(frozen=True, slots=True)
class DataSet:
    """One linkage task: a table or two, the id column, the columns to compare (none: all in common), the truth."""

    name: str
    left: Path
    right: Path | None
    id_column: str
    columns: tuple[str, ...]
    true: set[Pair]
    options: ReadOptions
    goal: float | None = None


def tables_folder() -> Path | None:
    """Where the data sets lie; None where they do not."""
    return public_folder("tables")


def _rows(path: Path, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, skipinitialspace=True))


def _febrl(number: int) -> Callable[[Path], DataSet]:
    def made(folder: Path) -> DataSet:
        path = folder / "linkage_febrl" / f"dataset{number}.csv"
        groups = {row["rec_id"].strip(): row["rec_id"].split("-")[1] for row in _rows(path)}
        return DataSet(f"FEBRL {number}", path, None, "rec_id", (), pairs_of_groups(groups), ReadOptions(), 0.98)

    return made


def _pairs(path: Path) -> set[Pair]:
    return {(values[0], values[1]) for row in _rows(path) if (values := list(row.values()))}


def _restaurants(folder: Path) -> DataSet:
    at = folder / "linkage_leipzig_dev"
    quoted = ReadOptions(quote="'", escape="\\")
    true = _pairs(at / "truth_fodors_zagats.csv")
    return DataSet("Fodors-Zagats", at / "fodors.csv", at / "zagats.csv", "id", (), true, quoted, 0.96)


def _products(folder: Path) -> DataSet:
    at = folder / "linkage_leipzig_dev"
    return DataSet(
        "Abt-Buy", at / "Abt.csv", at / "Buy.csv", "id", (), _pairs(at / "truth_abt_buy.csv"), ReadOptions(), 0.8
    )


def _fake(folder: Path) -> DataSet:
    path = folder / "linkage_splink_fake1000" / "fake_1000.csv"
    true = pairs_of_groups({row["unique_id"]: row["cluster"] for row in _rows(path)})
    columns = ("first_name", "surname", "dob", "city", "email")
    return DataSet("fake1000", path, None, "unique_id", columns, true, ReadOptions())


def _childcare(folder: Path) -> DataSet:
    path = folder / "chicago_early_childhood" / "with_true_ids.csv"
    true = pairs_of_groups({row["Id"]: row["True Id"] for row in _rows(path)})
    return DataSet("Chicago", path, None, "Id", ("Site name", "Address", "Zip", "Phone"), true, ReadOptions())


SETS: Mapping[str, Callable[[Path], DataSet]] = {
    **{f"febrl{number}": _febrl(number) for number in (1, 2, 3)},
    "fodors_zagats": _restaurants,
    "abt_buy": _products,
    "fake1000": _fake,
    "chicago": _childcare,
}
"""Each set by its name, from the folder of the tables."""
