"""Odd requests against the reading of the rules by somebody else: every permission is checked, or the run fails."""

import json
from typing import Any

from tests.unit.trust.access.test_fuzz import fuzz

PACKAGES = ("ronghe",)


def run(task: dict[str, Any]) -> str:
    """That many decisions; raises AssertionError at the first that fails open."""
    permitted, done = fuzz(task["decisions"])
    return json.dumps({"permitted": permitted, "done": done})
