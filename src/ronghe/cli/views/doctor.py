"""How findings of the doctor look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ronghe.cli.views.grid import View, grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from ronghe.cli.session import Session
    from ronghe.platform.console.health.findings import Finding

__all__ = ["findings_view"]


def findings_view(findings: Sequence[Finding]) -> View:
    """A line for each finding: how bad, what, and how to mend it."""

    def view(console: Console, session: Session) -> None:
        rows = [
            (
                session.text(f"platform.level_{finding.level.value}"),
                session.text(f"platform.health_{finding.code}", **finding.params),
            )
            for finding in findings
        ]
        console.print(grid(session, ("level", "finding"), rows))

    return view
