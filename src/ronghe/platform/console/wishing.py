"""What somebody asks of an entry beside its items: which rows, by which method, from a few rows of a form."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from ronghe.messages import Language, render
from ronghe.platform.catalogue.models import Version
from ronghe.platform.kinds.data.wanted import Method, methods_of, wanted_of
from ronghe.terms import InputError
from ronghe.trust.access import Condition, Relation

__all__ = ["methods_for", "rows_text", "typed_rows", "typed_where", "wish_of"]

CONDITIONS = 3
"""Empty conditions that the form offers; programs may give more."""
_MANY = (Relation.IN.value, Relation.NOT_IN.value)
_PARTS = ("field", "relation", "value")


def methods_for(version: Version) -> tuple[Method, ...]:
    """The methods by which an entry can be asked for; nothing for other kinds, which have none."""
    if version.asset.kind != "data":
        return ()
    has_key = any(item.is_key for item in version.items.all())
    return tuple(method for method in methods_of(version.method) if has_key or not method.by_subject)


def typed_rows(version: Version, typed: QueryDict) -> list[dict[str, str]]:
    """The conditions as they were typed, and empty ones up to what the form has."""
    columns = [typed.getlist(f"where-{part}-{version.pk}") for part in _PARTS]
    rows = [dict(zip(_PARTS, row, strict=True)) for row in zip(*columns, strict=False)]
    return [*rows, *[dict.fromkeys(_PARTS, "")] * CONDITIONS][: max(CONDITIONS, len(rows))]


def _values(relation: str, value: str) -> str | list[str]:
    parts = value.replace("，", ",").replace("、", ",").split(",")
    return [part.strip() for part in parts if part.strip()] if relation in _MANY else value.strip()


def typed_where(version: Version, typed: QueryDict) -> list[dict[str, Any]]:
    """The conditions as a line keeps them; InputError for half of one, which left out would let out more rows."""
    where = []
    for row in typed_rows(version, typed):
        if bool(row["field"]) != bool(row["value"].strip()):
            raise InputError("platform.condition_half", name=row["field"] or "-", value=row["value"][:40])
        if row["field"]:
            where.append({"field": row["field"], row["relation"]: _values(row["relation"], row["value"])})
    return where


def wish_of(version: Version, typed: QueryDict) -> Mapping[str, Any]:
    """The wish as a line keeps it."""
    where = typed_where(version, typed)
    method = typed.get(f"method-{version.pk}", "")
    return {**({"where": where} if where else {}), **({"method": method} if method else {})}


def _condition_text(condition: Condition, lang: Language) -> str:
    relation = render(f"platform.relation_{condition.relation.value}", lang)
    return f"{condition.subject} {relation} {'、'.join(map(str, condition.values))}"


def rows_text(rows: Mapping[str, Any], method: str, lang: Language) -> tuple[str, list[str]]:
    """The method and the conditions of a line or a grant, as a page says them."""
    wanted = wanted_of(rows, method)
    return wanted.method.value, [_condition_text(condition, lang) for condition in wanted.where]
