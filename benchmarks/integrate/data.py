"""Tables of three departments: made once per size, the same rows for the same seed, kept under build/bench."""

from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb

from ronghe.tables.atomic import write_atomic

__all__ = ["SEED", "TABLES", "tables"]

SEED = 809
_CYCLE = 900 * 25_000
"""So many identity numbers are told apart by region and birth date alone: a number is never made twice."""

_ID = (
    "(100000 + (i * 7368787) % 900)::VARCHAR"
    " || strftime(DATE '1950-01-01' + (((i * 7368787) // 900) % 25000)::INTEGER, '%Y%m%d')"
    " || lpad((hash(i, {seed}) % 10000)::VARCHAR, 4, '0') AS id"
)

TABLES: Mapping[str, tuple[float, float, str]] = {
    "people": (
        1.0,
        0.0,
        (
            "'人' || (hash(i, 1) % 100000) AS name, (hash(i, 2) % 2 + 1)::VARCHAR AS sex,"
            " DATE '1950-01-01' + (hash(i, 3) % 25000)::INTEGER AS birth_date,"
            " '浙江省杭州市' || (hash(i, 4) % 3000) || '路' || (hash(i, 5) % 500) || '号' AS address,"
            " '13' || lpad((hash(i, 6) % 1000000000)::VARCHAR, 9, '0') AS mobile"
        ),
    ),
    "insured": (
        0.8,
        0.01,
        (
            "'S' || (hash(i, 7) % 100000000) AS insurance_no, (hash(i, 8) % 5)::VARCHAR AS scheme,"
            " (hash(i, 9) % 2500000 / 100)::DECIMAL(12, 2) AS base, (hash(i, 10) % 400)::INTEGER AS months"
        ),
    ),
    "taxed": (
        0.6,
        0.02,
        (
            "'T' || (hash(i, 11) % 1000000000) AS taxpayer_no,"
            " (hash(i, 12) % 50000000 / 100)::DECIMAL(14, 2) AS income,"
            " (hash(i, 13) % 9000000 / 100)::DECIMAL(14, 2) AS tax_paid, '单位' || (hash(i, 14) % 200000) AS employer"
        ),
    ),
}
"""Of each table: its rows as a share of the first, the share of them that the first does not know, its columns."""


def _select(name: str, rows: int) -> str:
    size, strangers, columns = TABLES[name]
    count, unknown = int(rows * size), int(rows * size * strangers)
    shift = rows + list(TABLES).index(name) * rows // 10 if unknown else 0
    numbers = (
        f"SELECT CASE WHEN range < {unknown} THEN {shift} + range ELSE range END AS i FROM range({count})"
        f" ORDER BY hash(range, {SEED}, '{name}')"
    )
    return f"SELECT {_ID.format(seed=SEED)}, {columns} FROM ({numbers})"


def _made(path: Path, write: Callable[[Path], None]) -> Path:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with write_atomic(path) as unfinished:
            write(unfinished)
    return path


def tables(folder: Path, rows: int) -> dict[str, Path]:
    """The three files, by name; the first has `rows` rows, the others four and three fifths of it."""
    if rows * 1.3 > _CYCLE:
        raise ValueError(f"at most {int(_CYCLE / 1.3):,} rows, or identity numbers would repeat")

    def write(path: Path, name: str) -> None:
        with duckdb.connect(config={"memory_limit": "4GB", "temp_directory": str(folder)}) as connection:
            connection.execute("SET enable_progress_bar = false")
            connection.execute(f"COPY ({_select(name, rows)}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")

    return {
        name: _made(folder / f"{name}_{rows}_{SEED}.parquet", lambda path, name=name: write(path, name))  # type: ignore[misc]
        for name in TABLES
    }
