"""The OpenAPI document: what the operations say of themselves, with the errors that every call can come to."""

import json
from functools import cache
from typing import Any

from ronghe.messages import render
from ronghe.platform.api.operations import api
from ronghe.platform.api.problems import MEDIA

__all__ = ["PREFIX", "document"]

PREFIX = "/api/"
ERRORS = (400, 401, 403, 404, 405, 409, 411, 413, 422, 429, 500, 503)
_TEXT = {"type": "string"}
_PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457 problem details: `code` for programs, `title` and `detail` in the language of the call.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        **dict.fromkeys(("type", "title", "detail", "code", "request_id"), _TEXT),
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "kind", "message"],
                "properties": dict.fromkeys(("field", "kind", "message"), _TEXT),
            },
        },
    },
}
_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "within a day the same key with the same call has one effect and the same answer",
    "schema": {"type": "string", "maxLength": 100, "pattern": "^[!-~]+$"},
}


def _problem(status: int) -> dict[str, Any]:
    content = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": render(f"api.status_{status}", "en"), "content": content}


@cache
def document() -> dict[str, Any]:
    """The document, in OpenAPI 3.1."""
    told: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix=PREFIX)))
    told["components"]["schemas"]["Problem"] = _PROBLEM
    told["components"]["responses"] = {f"Problem{status}": _problem(status) for status in ERRORS}
    for operation in (one for path in told["paths"].values() for one in path.values()):
        for status in ERRORS:
            operation["responses"][str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
        if operation["x-repeatable"]:
            operation["parameters"].append(_KEY)
    return told
