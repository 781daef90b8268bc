"""How a verified log looks."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ronghe.cli.printing import one_line
from ronghe.cli.views.grid import View, count
from ronghe.messages import both

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from ronghe.cli.session import Session
    from ronghe.trust.log import Fault, Stamp, Verdict

__all__ = ["fault_json", "verdict_view"]


def fault_json(fault: Fault) -> dict[str, Any]:
    """A fault as a JSON value, with its text."""
    places = asdict(fault)
    code = f"log.fault_{places.pop('code')}"
    return {"code": code, "message": both(code, **places), **places}


def verdict_view(verdict: Verdict, folder: Path, stamped: Sequence[Stamp] = ()) -> View:
    """Every fault on a line, or one line that all is well; then what the time-stamps say."""

    def view(console: Console, session: Session) -> None:
        for fault in verdict.faults:
            told = session.text(f"log.fault_{fault.code}", first=fault.first, last=fault.last, detail=fault.detail)
            console.print(one_line(told), soft_wrap=True)
        if not verdict.faults:
            said = {"size": count(verdict.size), "signed": count(verdict.signed), "root": verdict.root}
            console.print(one_line(session.text("log.whole", path=str(folder), **said)), soft_wrap=True)
        if not verdict.faults and 0 < verdict.signed < verdict.size:
            console.print(
                session.text("log.tail_unsigned", first=verdict.signed, last=verdict.size - 1), soft_wrap=True
            )

        good = [stamp for stamp in stamped if stamp.time is not None]
        if good:
            told = session.text("log.stamped", size=count(good[-1].size), time=good[-1].time, stamps=len(good))
            console.print(told, soft_wrap=True)
        waiting = sum(stamp.time is None and not stamp.fault for stamp in stamped)
        if waiting:
            console.print(session.text("log.stamps_waiting", count=waiting), soft_wrap=True)

    return view
