"""What Ronghe finds in a table, or in the texts of a JSON file; written as JSON into the folder `out`."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from ronghe.data.files import scan_files
from ronghe.data.scan.text import spans
from ronghe.standards.catalog import catalog
from ronghe.standards.grading import grade_profile
from ronghe.tables.engine import Resources

PACKAGES = ("ronghe", "duckdb", "pyarrow")
DAY = date(2026, 1, 1)


def _columns(source: str) -> dict[str, str]:
    made = scan_files([source], resources=Resources(threads=1), catalog=catalog(()), grades=grade_profile(), as_of=DAY)
    return {column.column: column.kind for column in made.tables[0].found}


def _parts(source: str) -> list[list[tuple[int, int, str]]]:
    texts = json.loads(Path(source).read_text("utf-8"))
    return [[(span.start, span.end, span.kind) for span in spans(text)] for text in texts]


def run(task: dict[str, Any]) -> None:
    """Find, and write what was found."""
    found = _columns(task["source"]) if task["source"].endswith(".csv") else _parts(task["source"])
    (Path(task["out"]) / "found.json").write_text(json.dumps(found), "utf-8")
