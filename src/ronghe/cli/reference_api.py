"""The reference page of the API, from the document that the API gives of itself."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

from ronghe.cli.markdown import row

__all__ = ["api_page"]


def _document() -> dict[str, Any]:
    # Django reads its settings when it loads, and an installation's keys are made where RONGHE_HOME is: not at home.
    from django.apps import apps

    if not apps.ready:
        os.environ["RONGHE_HOME"] = tempfile.mkdtemp(prefix="ronghe-reference-")
        from ronghe.platform.serve.running import load

        load()
    from ronghe.platform.api.document import document

    return document()


def _named(schema: Mapping[str, Any]) -> str:
    """A type in a few words, with a link to the form where it is one."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for either in ("anyOf", "allOf"):
        if either in schema:
            return " or ".join(_named(one) for one in schema[either])
    if schema.get("type") == "array":
        return f"list of {_named(schema.get('items', {}))}"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    return str(schema.get("format") or schema.get("type") or "any")


def _parameters(operation: Mapping[str, Any]) -> Iterator[str]:
    told = [one for one in operation["parameters"] if one["in"] == "query"]
    if not told:
        return
    yield "| query | type | default |"
    yield "|---|---|---|"
    for one in told:
        default = one["schema"].get("default")
        yield row(f"`{one['name']}`", _named(one["schema"]), "–" if default in (None, "") else f"`{default}`")
    yield ""


def _answer(operation: Mapping[str, Any]) -> str:
    status = next(status for status in operation["responses"] if status.startswith("2"))
    schema = operation["responses"][status]["content"]["application/json"]["schema"]
    return f"{status} {_named(schema)}"


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {method.upper()} {path}"
    yield ""
    yield f"{operation['summary']}."
    yield ""
    body = operation.get("requestBody")
    takes = "–"
    if body:
        ((form, said),) = body["content"].items()
        takes = _named(said["schema"]) if form == "application/json" else f"`{form}`"
    again = "yes" if operation["x-repeatable"] else "–"
    yield "| scope | takes | gives | Idempotency-Key |"
    yield "|---|---|---|---|"
    yield row(f"`{operation['x-scope']}`", takes, _answer(operation), again)
    yield ""
    yield from _parameters(operation)


def _form(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {name}"
    yield ""
    if "description" in schema:
        yield " ".join(str(schema["description"]).split())
        yield ""
    if "properties" not in schema:
        yield _named(schema)
        yield ""
        return
    yield "| field | type | required |"
    yield "|---|---|---|"
    for field, about in schema["properties"].items():
        yield row(f"`{field}`", _named(about), "yes" if field in schema.get("required", ()) else "–")
    yield ""


def api_page() -> Iterator[str]:
    """Operations by subject, then the forms that they take and give."""
    told = _document()
    operations = [(path, method, one) for path, methods in told["paths"].items() for method, one in methods.items()]
    yield "# The API"
    yield ""
    yield "How to call it is told in [Use the API](../how-to/use-the-api.md). An installation gives the same in OpenAPI"
    yield "3.1 under `/api/openapi.json`. Scope `any` is that of every living token, `session` that of people in a"
    yield "browser only. Errors are [problems](#problem)."
    yield ""
    for tag in dict.fromkeys(tag for _, _, one in operations for tag in one["tags"]):
        yield f"## {tag.capitalize()}"
        yield ""
        for path, method, one in operations:
            if tag in one["tags"]:
                yield from _operation(method, path, one)
    yield "## Forms"
    yield ""
    for name, schema in sorted(told["components"]["schemas"].items()):
        yield from _form(name, schema)
