"""Whether two ways of joining came to the same rows."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.standardize.agreement import Disagreement

__all__ = ["COLUMNS", "Joined", "joined", "same"]

COLUMNS = (
    *("id", "name", "sex", "birth_date::DATE", "address", "mobile", "insurance_no", "scheme"),
    *("base::DECIMAL(14, 2)", "months::BIGINT", "taxpayer_no", "income::DECIMAL(14, 2)"),
    *("tax_paid::DECIMAL(14, 2)", "employer"),
)


@dataclass(frozen=True, slots=True)
class Joined:
    """The number of rows, and a checksum of all of them that does not mind their order."""

    rows: int
    checksum: int


def joined(folder: Path) -> Joined:
    """What lies in the folder in which the work was done."""
    path = next(folder.rglob("joined.parquet"))
    row = ", ".join(f"({column})::VARCHAR" for column in COLUMNS)
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT count(*), sum(hash({row})) FROM read_parquet(?)", [str(path)]).fetchall()
    return Joined(found[0][0], int(found[0][1]))


def same(name: str, found: Joined, other: str, wanted: Joined) -> None:
    """Raise Disagreement unless both came to the same rows."""
    if found != wanted:
        raise Disagreement(f"{name} came to {found}, {other} to {wanted}")
