"""What an approver types to let out less of a line: obligations in words, and conditions for its rows."""

from typing import Any

from django.http import QueryDict

from ronghe.platform.console.asking import one
from ronghe.platform.console.offering import obligation_in
from ronghe.platform.console.wishing import typed_where
from ronghe.platform.requests.kind import kind_of
from ronghe.platform.requests.models import Request

__all__ = ["tighter_of"]


def tighter_of(request: Request, typed: QueryDict) -> dict[str, Any]:
    """The line and what was typed of its terms beyond what the owner laid down."""
    line = one(request.lines.select_related("version__asset"), typed.get("line", ""))
    line.tighter = {}
    laid_down = kind_of(line.version.asset.kind).terms_of(line, line.fields)
    said = {name: obligation_in(typed.get(f"duty-{place}", "")) for place, name in enumerate(line.fields)}
    obligations = {name: duty for name, duty in said.items() if duty != laid_down[name]}
    tighter = {"obligations": obligations, "where": typed_where(line.version, typed)}
    return {"line": line.pk, "tighter": tighter, "afresh": "afresh" in typed}
