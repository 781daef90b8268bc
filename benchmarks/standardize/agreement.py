"""Whether two ways of doing the work came to the same rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

__all__ = ["Disagreement", "Outcome", "outcome", "same"]

COLUMNS = ("序号", "身份证号", "姓名", "出生日期", "性别", "区划", "年收入", "手机", "备注")


class Disagreement(Exception):
    """Two ways came to other rows: their costs cannot be compared."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Numbers of rows, and checksums of the columns' texts and of whole rows, which do not mind the order of rows."""

    published: int
    quarantined: int
    checksums: Mapping[str, int]


def _text(column: str) -> str:
    # Amounts are decimals, or floating-point numbers with two digits.
    return "年收入::DECIMAL(18, 2)::VARCHAR" if column == "年收入" else f"{column}::VARCHAR"


def _sums(path: Path, texts: Mapping[str, str]) -> tuple[int, dict[str, int]]:
    """Number of rows, and a checksum of each text and of all together."""
    every = {**texts, "row": ", ".join(texts.values())}
    sums = ", ".join(f"sum(hash({text}))::HUGEINT" for text in every.values())
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT count(*), {sums} FROM read_parquet(?)", [str(path)]).fetchall()[0]
    return found[0], dict(zip(every, (int(value or 0) for value in found[1:]), strict=True))


def outcome(folder: Path) -> Outcome:
    """What lies in the folder in which the work was done."""
    files = sorted(folder.rglob("*.parquet"))
    rejects = next(path for path in files if path.name.endswith("rejects.parquet"))
    published = next(path for path in files if path != rejects)
    good, values = _sums(published, {column: _text(column) for column in COLUMNS})
    told = {"_row": "_row::BIGINT", "_reasons": "array_to_string(_reasons, chr(10))"}
    bad, originals = _sums(rejects, told | {column: f"{column}::VARCHAR" for column in COLUMNS})
    checksums = {f"published {name}": value for name, value in values.items()}
    checksums |= {f"quarantined {name}": value for name, value in originals.items()}
    return Outcome(good, bad, checksums)


def same(name: str, found: Outcome, other: str, wanted: Outcome) -> None:
    """Raise Disagreement unless both outcomes are the same."""
    if (found.published, found.quarantined) != (wanted.published, wanted.quarantined):
        raise Disagreement(
            f"{name} published {found.published:,} and quarantined {found.quarantined:,} rows, "
            f"{other} {wanted.published:,} and {wanted.quarantined:,}"
        )
    differing = [key for key, value in found.checksums.items() if wanted.checksums[key] != value]
    if differing:
        raise Disagreement(f"{name} and {other} differ in: {', '.join(differing)}")
