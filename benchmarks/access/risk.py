"""The risk of a table of people by four columns, with diversity, as `ronghe data risk` tells it."""

import json
from typing import Any

from ronghe.data.files import risk_file
from ronghe.tables.engine import Resources

PACKAGES = ("ronghe", "duckdb")


def run(task: dict[str, Any]) -> str:
    """Measure it, with an estimate for a population ten times as large."""
    found = risk_file(
        task["source"],
        quasi=("birth", "area", "sex", "marriage"),
        sensitive="illness",
        population=10 * task["rows"],
        resources=Resources(threads=task["threads"]),
    )
    return json.dumps({"unique": found.unique, "groups": found.groups})
