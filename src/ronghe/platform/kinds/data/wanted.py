"""What a line asks of data beside its fields: which rows, by which method. The JSON of `Line.rows` and `Grant.rows`.

{"where": [{"field": "区划代码", "starts_with": "3301"}], "method": "file"}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ronghe.terms import InputError
from ronghe.trust.access import Condition
from ronghe.trust.access.policy_fields import conditions
from ronghe.trust.access.reading import Table

__all__ = ["Method", "Wanted", "methods_of", "wanted_of"]


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


def wanted_of(rows: Mapping[str, Any], offered: str) -> Wanted:
    """What the JSON says; InputError for what is not understood, never a wider wish."""
    table = Table(rows, "rows", "")
    known = methods_of(offered)
    method = Method(table.choice("method", [one.value for one in known], known[0].value))
    where = conditions(table, "where", "field")
    table.end()
    if len(where) > _MOST:
        raise InputError("platform.conditions_many", most=_MOST)
    return Wanted(method, where)


_MOST = 20
