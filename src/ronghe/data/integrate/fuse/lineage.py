"""Which columns made each column, as OpenLineage run events.

Source: https://openlineage.io/spec/2-0-2/OpenLineage.json, facets/1-2-0/ColumnLineageDatasetFacet.json and
facets/1-1-1/SchemaDatasetFacet.json.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ronghe.terms import content_id

__all__ = ["NAMESPACE", "run_event"]

NAMESPACE = "ronghe"
_PRODUCER = "urn:ronghe"
_EVENT = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_FACET = "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet"
_SCHEMA = "https://openlineage.io/spec/facets/1-1-1/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet"


def run_event(
    step: str, of: Sequence[str], origins: Mapping[str, Sequence[Sequence[str]]], *, mark: str, now: datetime
) -> dict[str, Any]:
    """The event that a step is done; `mark` says what was done with what, `now` which run it was."""
    fields = {
        name: {"inputFields": [{"namespace": NAMESPACE, "name": table, "field": field} for table, field in made]}
        for name, made in origins.items()
    }
    shape = {"_producer": _PRODUCER, "_schemaURL": _SCHEMA, "fields": [{"name": name} for name in origins]}
    facet = {"_producer": _PRODUCER, "_schemaURL": _FACET, "fields": fields}
    return {
        "eventType": "COMPLETE",
        "eventTime": now.isoformat(),
        "run": {"runId": str(uuid.UUID(content_id(step, mark, now.isoformat())))},
        "job": {"namespace": NAMESPACE, "name": step},
        "inputs": [{"namespace": NAMESPACE, "name": table} for table in of],
        "outputs": [{"namespace": NAMESPACE, "name": step, "facets": {"schema": shape, "columnLineage": facet}}],
        "producer": _PRODUCER,
        "schemaURL": _EVENT,
    }
