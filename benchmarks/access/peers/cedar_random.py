"""Cedar's answers to random requests beside those that Ronghe gave; an error counts as a refusal."""

import json
from pathlib import Path
from typing import Any

import cedarpy

PACKAGES = ("cedarpy",)


def run(task: dict[str, Any]) -> str:
    """How many answers there are, how many differ, and how many permit."""
    done = unlike = permitted = 0
    for world in json.loads(Path(task["source"]).read_text("utf-8")):
        answers = cedarpy.is_authorized_batch(world["requests"], world["policies"], [])
        said = [bool(one.allowed and not one.diagnostics.errors) for one in answers]
        done, permitted = done + len(said), permitted + sum(said)
        unlike += sum(one != other for one, other in zip(said, world["ours"], strict=True))
    return json.dumps({"done": done, "unlike": unlike, "permitted": permitted})
