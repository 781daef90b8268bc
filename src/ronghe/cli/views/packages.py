"""How a verified package looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ronghe.cli.printing import one_line
from ronghe.cli.views.grid import View, count
from ronghe.messages import both

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from ronghe.cli.session import Session
    from ronghe.tables.package import Fault

__all__ = ["verification", "verification_json"]


def _counted(resources: Sequence[Mapping[str, Any]]) -> tuple[int, int, int]:
    keys = ("rows_in", "rows_published", "rows_quarantined")
    counted = [resource for resource in resources if all(isinstance(resource.get(key), int) for key in keys)]
    rows_in, published, quarantined = (sum(resource[key] for resource in counted) for key in keys)
    return rows_in, published, quarantined


def _delivered(resources: Sequence[Mapping[str, Any]]) -> int | None:
    """The rows of a delivery, which says nothing of those that came in; None for any other package."""
    rows = [resource["rows_delivered"] for resource in resources if type(resource.get("rows_delivered")) is int]
    return sum(rows) if rows else None


def verification_json(folder: Path, resources: Sequence[Mapping[str, Any]], faults: Sequence[Fault]) -> dict[str, Any]:
    """The verdict as a JSON value."""
    rows_in, published, quarantined = _counted(resources)
    delivered = _delivered(resources)
    return {
        "folder": str(folder),
        "whole": not faults,
        "files": len(resources),
        "rows_in": rows_in,
        "rows_published": published,
        "rows_quarantined": quarantined,
        **({} if delivered is None else {"rows_delivered": delivered}),
        "faults": [{"code": f.code, "message": both(f.code, **f.params), "params": f.params} for f in faults],
    }


def verification(folder: Path, resources: Sequence[Mapping[str, Any]], faults: Sequence[Fault]) -> View:
    """Every fault on a line, or one line that all is well."""

    def view(console: Console, session: Session) -> None:
        for fault in faults:
            console.print(one_line(session.text(fault.code, **fault.params)))
        delivered = _delivered(resources)
        if not faults and delivered is not None:
            files = count(len(resources))
            said = session.text("cli.package_delivered", path=str(folder), files=files, rows=count(delivered))
            console.print(one_line(said))
        elif not faults:
            rows_in, published, quarantined = map(count, _counted(resources))
            said = session.text(
                "cli.package_whole",
                path=str(folder),
                files=count(len(resources)),
                rows_in=rows_in,
                published=published,
                quarantined=quarantined,
            )
            console.print(one_line(said))

    return view
