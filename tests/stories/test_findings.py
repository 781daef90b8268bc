"""What a newcomer found in tables: said in words that help, through the command line."""

import json
import os
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ronghe.cli import main


class Desk:
    """A folder in which somebody types commands."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capfd = capfd

    def types(self, *arguments: str) -> str:
        """What a command prints that must end well."""
        self._capfd.readouterr()
        code = main(arguments)
        out, err = self._capfd.readouterr()
        assert code == 0, err
        return out

    def proposes(self, text: str, *more: str) -> dict[str, Any]:
        """The proposal for a table of this text, which lies in schema.json too."""
        (self.folder / "table.csv").write_text(text, "utf-8")
        made: dict[str, Any] = json.loads(
            self.types("data", "propose", "table.csv", "-o", "schema.json", "--json", *more)
        )
        return made

    def standardizes(self) -> dict[str, Any]:
        """The result for table.csv by schema.json."""
        made = self.types("data", "standardize", "table.csv", "--schema", "schema.json", "--out", "out", "--json")
        table: dict[str, Any] = json.loads(made)["table"]
        return table

    def published(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = pq.read_table(self.folder / "out" / "table.parquet").to_pylist()
        return rows

    def reasons(self) -> list[str]:
        rejects = pq.read_table(self.folder / "out" / "private" / "table.rejects.parquet")
        return [reason for listed in rejects["_reasons"].to_pylist() for reason in listed]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Desk:
    for name in [name for name in os.environ if name.startswith(("RONGHE_", "LC_")) or name in ("LANG", "COLUMNS")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("RONGHE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, capfd)


BIRTHS = "姓名,出生日期,身份证号\n张三,1990-01-02,11010519491231002X\n李四,2031-01-02,440308199901101512\n"


def test_a_birth_in_the_future_is_found_because_the_schema_has_the_day(desk: Desk) -> None:
    schema = desk.proposes(BIRTHS, "--as-of", "2026-01-01")["schema"]
    assert schema["ronghe:asOf"] == "2026-01-01"
    table = desk.standardizes()
    assert [(reason["column"], reason["rule"]) for reason in table["reasons"]] == [("出生日期", "future_birth")]
    assert (table["rows_published"], table["notes"]) == (1, [])


def test_a_schema_without_the_day_accepts_them_and_says_so(desk: Desk) -> None:
    schema = desk.proposes(BIRTHS)["schema"]
    del schema["ronghe:asOf"]
    (desk.folder / "schema.json").write_text(json.dumps(schema), "utf-8")
    table = desk.standardizes()
    assert table["rows_published"] == 2
    assert table["notes"] == [{"code": "data.no_as_of", "params": {"columns": "出生日期, 身份证号"}}]
    told = desk.types("data", "standardize", "table.csv", "--schema", "schema.json", "--out", "out", "--lang", "en")
    assert "ronghe:asOf" in told
