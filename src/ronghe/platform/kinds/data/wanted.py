"""What a line asks of data beside its fields: which rows, by which method. The JSON of `Line.rows` and `Grant.rows`.

{"where": [{"field": "区划代码", "starts_with": "3301"}], "method": "file"}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from ronghe.terms import InputError
from ronghe.trust.access import Condition, Relation
from ronghe.trust.access.policy_fields import conditions
from ronghe.trust.access.reading import Table

__all__ = ["Method", "Wanted", "methods_of", "narrowed", "wanted_of"]


class Method(StrEnum):
    """How rows leave: a file, rows page by page, one subject's fields, or yes, no and unknown about one subject."""

    FILE = "file"
    ROWS = "rows"
    LOOK_UP = "look_up"
    VERIFY = "verify"

    @property
    def by_subject(self) -> bool:
        """Whether one subject is asked about at a time, so that no snapshot is made."""
        return self in (Method.LOOK_UP, Method.VERIFY)


_OFFERED = {
    "file": (Method.FILE,),
    "database": (Method.FILE, Method.ROWS),
    "interface": (Method.ROWS, Method.LOOK_UP, Method.VERIFY),
    "look_up": (Method.LOOK_UP, Method.VERIFY),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Rows for which every condition holds, by a method."""

    method: Method
    where: tuple[Condition, ...] = ()


def methods_of(offered: str) -> tuple[Method, ...]:
    """The methods that an entry's own method (目录: 共享方式) lets somebody ask for, the usual one first."""
    return _OFFERED.get(offered, (Method.FILE,))


def _measure(value: Any) -> Any:
    """JSON has no days: what is compared by size is a day or a number, perhaps written as text."""
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value) if "-" in value[1:] else float(value) if "." in value else int(value)
    except ValueError as fault:
        raise InputError("platform.condition_measure", value=value) from fault


def _measured(where: Any) -> Any:
    """The conditions with days and numbers where something is compared by size."""
    if not isinstance(where, list) or not all(isinstance(one, dict) for one in where):
        return where
    ordered = (Relation.BELOW.value, Relation.AT_LEAST.value)
    return [{key: _measure(value) if key in ordered else value for key, value in one.items()} for one in where]


def wanted_of(rows: Mapping[str, Any], offered: str) -> Wanted:
    """What the JSON says; InputError for what is not understood, never a wider wish."""
    said = {**rows, "where": _measured(rows["where"])} if "where" in rows else rows
    table = Table(said, "rows", "")
    known = methods_of(offered)
    method = Method(table.choice("method", [one.value for one in known], known[0].value))
    where = conditions(table, "where", "field")
    table.end()
    if len(where) > _MOST:
        raise InputError("platform.conditions_many", most=_MOST)
    return Wanted(method, where)


def narrowed(rows: Mapping[str, Any], where: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The JSON with further conditions, all of which must hold."""
    return {**rows, "where": [*rows.get("where", []), *where]} if where else rows


_MOST = 20
