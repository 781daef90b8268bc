"""Ronghe's own road, as `ronghe data standardize FILE --schema schema.json --out DIR` goes it."""

from pathlib import Path
from typing import Any

from ronghe.journeys.standardize import standardize_file
from ronghe.messages import render_error
from ronghe.standards.catalog import catalog
from ronghe.tables.engine import Resources
from ronghe.terms import LimitReached

PACKAGES = ("ronghe", "duckdb", "pyarrow")
SCHEMA = Path(__file__).with_name("schema.json")


def run(task: dict[str, Any]) -> str | None:
    """Standardize; gives back what a user reads when the source is larger than Ronghe accepts."""
    resources = Resources(memory=task.get("memory"), threads=task["threads"])
    try:
        standardize_file(task["source"], schema=SCHEMA, out=Path(task["out"]), resources=resources, catalog=catalog())
    except LimitReached as limit:
        return render_error(limit, "en")
    return None
