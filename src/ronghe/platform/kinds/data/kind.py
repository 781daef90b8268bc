"""The data kind as the flow of requests knows it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ronghe.platform.catalogue.models import Version
from ronghe.platform.kinds.data import work
from ronghe.platform.kinds.data.corrections import push
from ronghe.platform.kinds.data.ending import end_deliveries
from ronghe.platform.kinds.data.models import Look
from ronghe.platform.kinds.data.plans import check_stricter, obligation_of, personal_fields
from ronghe.platform.kinds.data.tracing import want_trace
from ronghe.platform.kinds.data.wanted import narrowed, wanted_of
from ronghe.platform.requests.models import Grant, Line, Objection
from ronghe.terms import InputError

__all__ = ["DataKind"]


class DataKind:
    """See `ronghe.platform.requests.kind.Kind`."""

    name = "data"

    def check_line(self, version: Version, fields: Sequence[str], rows: Mapping[str, Any]) -> None:
        """See the protocol."""
        known = list(version.items.values_list("name", flat=True))
        if not fields:
            raise InputError("platform.fields_none", name=version.name)
        wanted = wanted_of(rows, version.method)
        for name in [*fields, *(condition.subject for condition in wanted.where)]:
            if name not in known:
                raise InputError("platform.field_unknown", name=name, known=", ".join(known))
        if wanted.method.by_subject and not version.items.filter(is_key=True).exists():
            raise InputError("platform.key_missing", name=version.name)

    def is_personal(self, line: Line, fields: Sequence[str]) -> bool:
        """See the protocol: as the owner says or as the scan of the source found, whichever is stricter."""
        return line.version.personal or bool(personal_fields(line.version, fields))

    def terms_of(self, line: Line, fields: Sequence[str]) -> Mapping[str, Any]:
        """What the owner laid down for each field, and approvers after them; understood now, not when rows leave."""
        laid_down = dict(line.version.items.values_list("name", "obligation"))
        laid_down |= line.tighter.get("obligations", {})
        terms = {name: laid_down[name] for name in fields}
        for said in terms.values():
            obligation_of(said, str(line.request_id))
        return terms

    def rows_of(self, line: Line) -> Mapping[str, Any]:
        """See the protocol."""
        return narrowed(line.rows, line.tighter.get("where", []))

    def facts_of(self, line: Line) -> Mapping[str, Any]:
        """The method, and whether rows were chosen."""
        wanted = wanted_of(self.rows_of(line), line.version.method)
        return {"method": wanted.method.value, "rows_limited": bool(wanted.where)}

    def check_tighter(self, line: Line, tighter: Mapping[str, Any]) -> None:
        """See the protocol."""
        check_stricter(self.terms_of(line, line.fields), tighter.get("obligations", {}), str(line.request_id))
        self.check_line(line.version, line.fields, narrowed(self.rows_of(line), tighter.get("where", [])))

    def handed_in(self, line: Line, at: datetime) -> None:
        """Have a look made for who decides."""
        seen, _ = Look.objects.update_or_create(line=line, defaults={"wanted": at, "made": None, "trouble": {}})
        work.look(seen)

    def prepare(self, grant: Grant, at: datetime) -> None:
        """See the protocol: the delivery is wanted, the worker makes it."""
        work.want_delivery(grant, at)

    def end(self, grant: Grant, at: datetime) -> None:
        """See the protocol."""
        end_deliveries(grant, at)

    def objected(self, objection: Objection, at: datetime) -> None:
        """Have the row of a token found, which only this installation can."""
        want_trace(objection, at)

    def corrected(self, grants: Sequence[Grant], objection: Objection, at: datetime) -> None:
        """Hand the corrected rows to everybody who holds the wrong one."""
        push(grants, objection, at)
