"""What recommending gave, as a value."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ronghe.journeys.technology_constraints import Constraints
from ronghe.journeys.technology_evidence import Gathered
from ronghe.tables.staged import Note
from ronghe.technology.optimize.calibration import Calibration, Drift
from ronghe.technology.optimize.recommend import Recommendation
from ronghe.technology.optimize.selector import Selector

__all__ = ["Recommended"]


@dataclass(frozen=True, slots=True)
class Recommended:
    """The published answers: one for each need, what was learned, and what was noticed on the way."""

    out: Path
    recommendations: tuple[Recommendation, ...]
    gathered: Gathered
    selector: Selector
    calibration: Calibration
    drift: Drift | None
    constraints: Constraints
    unproven: tuple[str, ...]
    runs: tuple[str, ...]
    notes: tuple[Note, ...]
    summary: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Summary, answers and notes as a JSON value."""
        notes = [{"code": note.code, **note.params} for note in self.notes]
        metric = self.gathered.metric
        answers = [
            {
                "need": one.need,
                "technology": one.chosen.technology if one.chosen else None,
                "expected": metric.value(one.chosen.expected) if one.chosen else None,
                "p_target": one.chosen.p_target if one.chosen else None,
                "reason": one.reason,
                "portfolio": [member.technology for member in one.portfolio],
            }
            for one in self.recommendations
        ]
        return {"out": str(self.out), **self.summary, "recommendations": answers, "notes": notes}
