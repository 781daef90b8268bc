"""Lineage is what OpenLineage 2.0.2 and its facet of column lineage 1.2.0 say it is."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlparse

from ronghe.data.integrate.fuse.lineage import run_event

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ORIGINS = {"id": [("police", "sfzh"), ("tax", "id")], "name": [("police", "xm")], "made": []}


def event(**changed: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"mark": "m", "now": NOW} | changed
    return run_event("golden", ("police", "tax"), ORIGINS, **given)


def test_an_event_has_what_the_specification_requires() -> None:
    made = event()
    assert {"eventTime", "producer", "schemaURL", "run", "job"} <= set(made)
    assert made["eventType"] in {"START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"}
    assert datetime.fromisoformat(made["eventTime"]) == NOW
    assert str(uuid.UUID(made["run"]["runId"])) == made["run"]["runId"]
    for named in (made["job"], *made["inputs"], *made["outputs"]):
        assert named["namespace"]
        assert named["name"]
    for place in (made["producer"], made["schemaURL"]):
        assert urlparse(place).scheme


def test_each_column_names_the_columns_that_it_came_from() -> None:
    (output,) = event()["outputs"]
    lineage = output["facets"]["columnLineage"]
    assert {"_producer", "_schemaURL", "fields"} <= set(lineage)
    assert set(lineage["fields"]) == set(ORIGINS)
    for name, field in lineage["fields"].items():
        found = [(one["name"], one["field"]) for one in field["inputFields"]]
        assert found == ORIGINS[name]
        assert all(one["namespace"] for one in field["inputFields"])
    assert {dataset["name"] for dataset in event()["inputs"]} == {"police", "tax"}


def test_the_schema_of_the_output_lists_its_columns() -> None:
    (output,) = event()["outputs"]
    schema = output["facets"]["schema"]
    assert [field["name"] for field in schema["fields"]] == list(ORIGINS)
    assert {"_producer", "_schemaURL"} <= set(schema)


def test_only_the_clock_and_the_run_differ_from_run_to_run() -> None:
    assert json.dumps(event()) == json.dumps(event())
    later, before = event(now=datetime(2027, 1, 1, tzinfo=UTC)), event()
    assert {key for key in later if later[key] != before[key]} == {"eventTime", "run"}
    assert event(mark="n")["run"] != before["run"]
