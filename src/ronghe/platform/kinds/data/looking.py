"""What a line would let out: the very rows that a delivery would have, the first of them, and the risk in them all."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from ronghe.journeys.protected_rows import ProtectedRows
from ronghe.platform.kinds.data.leaving import leaving_rows
from ronghe.platform.kinds.data.models import Look, Source
from ronghe.platform.kinds.data.plans import asked_of_line
from ronghe.platform.kinds.data.reading import reader_of, trouble_of
from ronghe.platform.requests.kind import kind_of
from ronghe.platform.requests.models import Line
from ronghe.terms import InputError, RequestState, RongheError

__all__ = ["SHOWN", "make_look", "source_of"]

SHOWN = 10
"""Rows that who decides sees."""


def source_of(asset: UUID, code: str) -> Source:
    """The source of an asset; InputError where its owner mounted none."""
    source = Source.objects.select_related("asset").filter(asset=asset).first()
    if source is None:
        raise InputError("platform.source_missing", asset=code)
    return source


def _seen(rows: ProtectedRows) -> dict[str, Any]:
    first = rows.first(SHOWN)
    texts = [["" if value is None else str(value) for value in column.to_pylist()] for column in first.columns]
    risk = rows.risk.to_json()
    kept = ("rows", "groups", "smallest", "unique", "share_unique", "below", "quasi")
    return {
        "columns": list(rows.plan.fields),
        "rows": [list(row) for row in zip(*texts, strict=True)],
        "rows_in": rows.rows_in,
        "rows_out": rows.rows,
        "risk": {name: risk[name] for name in kept},
        "plan": rows.plan.to_json(),
    }


def _looked(line: Line, clock: Callable[[], datetime], key: UUID) -> dict[str, Any]:
    at = clock()
    version = line.version
    kind = kind_of("data")
    terms = kind.terms_of(line, line.granted if line.granted is not None else line.fields)
    asked = asked_of_line(line, terms, kind.rows_of(line), at)
    reader = reader_of(source_of(version.asset_id, version.asset.code), clock)
    with leaving_rows(reader, asked, at, key, measured=True) as rows:
        return _seen(rows)


def make_look(key: UUID, *, clock: Callable[[], datetime]) -> bool:
    """Make the look, or keep why it could not be made; a line that was decided meanwhile needs none."""
    look = Look.objects.select_related("line__version__asset", "line__request__requester").filter(pk=key).first()
    if look is None or look.line.request.state != RequestState.SUBMITTED:
        return False
    seen: dict[str, Any] = {}
    trouble: dict[str, Any] = {}
    try:
        seen = _looked(look.line, clock, look.pk)
    except RongheError as error:
        trouble = trouble_of(error)
    Look.objects.filter(pk=key, wanted=look.wanted).update(made=clock(), seen=seen, trouble=trouble)
    return bool(seen)
