"""Evaluations and workloads as the registry keeps them: one long table of results, one table of what was to be done."""

from dataclasses import dataclass, fields, replace

from ronghe.terms import content_id

__all__ = ["EVALUATION_COLUMNS", "WORKLOAD_COLUMNS", "Evaluation", "Workload", "evidenced"]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How a technology did on a workload, as written; "" where nothing is said.

    `evidence_hash` is that of what proves the result, or of the result itself where nothing does; `self_reported` is
    yes where whoever made the technology says it of their own. `state` and `reason` are as for technologies.
    """

    technology: str
    workload: str
    metric: str
    value: str
    unit: str = ""
    censored: str = ""
    run_at: str = ""
    evidence_hash: str = ""
    self_reported: str = ""
    source: str = ""
    entry: str = ""
    state: str = "present"
    reason: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same evaluation as one that was imported before."""
        return self.source, self.technology, self.workload, self.metric, self.evidence_hash


@dataclass(frozen=True, slots=True)
class Workload:
    """A workload with its features as written, in the order of its source."""

    workload: str
    features: tuple[tuple[str, str], ...] = ()
    source: str = ""
    entry: str = ""
    state: str = "present"
    reason: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """As for evaluations."""
        return self.source, self.workload


EVALUATION_COLUMNS = tuple(one.name for one in fields(Evaluation))
"""The columns of evaluations.csv, in order."""
WORKLOAD_COLUMNS = ("workload", "source", "entry", "state", "reason")
"""The columns of workloads.csv beside the features."""


def evidenced(one: Evaluation) -> Evaluation:
    """The evaluation with a hash of its own where it names none."""
    if one.evidence_hash:
        return one
    parts = (one.technology, one.workload, one.metric, one.value, one.unit, one.censored, one.run_at)
    return replace(one, evidence_hash=content_id("evaluation", *parts))
