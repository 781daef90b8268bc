"""What is proposed for a column, and under which name its values are published."""

import json
from pathlib import Path
from typing import Any

from ronghe.cli import main


def _proposed(folder: Path, text: str) -> list[dict[str, Any]]:
    (folder / "table.csv").write_text(text, "utf-8")
    arguments = ["data", "propose", str(folder / "table.csv"), "-o", str(folder / "schema.json")]
    assert main(arguments) == 0
    fields: list[dict[str, Any]] = json.loads((folder / "schema.json").read_text("utf-8"))["fields"]
    return fields


def test_converted_values_are_published_under_the_unit_they_have(tmp_path: Path) -> None:
    (field,) = _proposed(tmp_path, "金额（万元）\n1.5\n20\n")
    assert (field["name"], field["ronghe:column"]) == ("金额（元）", "金额（万元）")


def test_a_renamed_field_never_takes_the_name_of_another_column(tmp_path: Path) -> None:
    fields = _proposed(tmp_path, "金额（万元）,金额（元）\n1.5,15000\n20,200000\n")
    assert [field["name"] for field in fields] == ["金额（万元）", "金额（元）"]
