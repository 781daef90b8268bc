"""How many entries fall to each department, kind and class, counted once for each state of the catalogue."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, QuerySet

from ronghe.platform.catalogue.models import Version
from ronghe.platform.catalogue.search import state

__all__ = ["Part", "counted"]


@dataclass(frozen=True, slots=True)
class Part:
    """So many entries of one department, kind and class."""

    department: str
    kind: str
    sharing: str
    entries: int

    def within(self, *, kind: str = "", department: str = "", sharing: str = "") -> bool:
        """Whether it is of the kind, the department and the class, each where it is given."""
        asked = ((kind, self.kind), (department, self.department), (sharing, self.sharing))
        return all(wanted in ("", own) for wanted, own in asked)


def counted(seen: QuerySet[Version]) -> tuple[Part, ...]:
    """The entries in their parts. Kept by the statement with its values, so that nobody is told what another sees."""
    grouped = seen.order_by().values_list("asset__department__code", "asset__kind", "sharing_class")
    try:
        statement, values = grouped.annotate(n=Count("pk")).query.sql_with_params()
    except EmptyResultSet:
        return ()
    return _counted(state(), statement, tuple(values))


@lru_cache(maxsize=64)
def _counted(_state: str, statement: str, values: tuple[Any, ...]) -> tuple[Part, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return tuple(Part(*row) for row in cursor.fetchall())
