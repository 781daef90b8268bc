"""The files of a recommendation: written whole, and read again to explain one need."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from ronghe.journeys.technology_reading import Rejected
from ronghe.journeys.technology_recommended import Recommended
from ronghe.messages import Language, render
from ronghe.tables.package import Resource, json_text, manifest
from ronghe.tables.publish import workspace
from ronghe.tables.write import write_csv
from ronghe.technology.optimize.recommend import Candidate, Recommendation
from ronghe.terms import InputError

__all__ = [
    "ExplainedNeed",
    "explain_need",
    "publish_recommendations",
    "reason_of",
    "rounded",
    "table_of",
    "write_rejected",
]

_NUMBER = pa.float64()
_TEXT = pa.string()
_CANDIDATE = {"expected": _NUMBER, "low": _NUMBER, "high": _NUMBER, "p_target": _NUMBER, "cost": _NUMBER}
_RECOMMENDATIONS = {"need": _TEXT, "technology": _TEXT, **_CANDIDATE, "reason": _TEXT}
_RUNNERS_UP = {"need": _TEXT, "rank": pa.int64(), "technology": _TEXT, **_CANDIDATE}
_PRECEDENTS = {"need": _TEXT, "rank": pa.int64(), "workload": _TEXT, "weight": _NUMBER, "value": _NUMBER}
_PORTFOLIOS = {"need": _TEXT, "rank": pa.int64(), "technology": _TEXT, "p_target": _NUMBER}
_EXCLUDED = {"technology": _TEXT, "field": _TEXT, "value": _TEXT}
_REJECTED = {"file": _TEXT, "row": pa.int64(), "reason": _TEXT}
FILES = ("recommendations", "runners_up", "precedents", "portfolios")


def table_of(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, pa.DataType]) -> pa.Table:
    """Rows as a table with these columns, whatever their number."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=pa.schema(list(columns.items())))


def rounded(value: float | None) -> float | None:
    """Nine digits: what lies beyond is noise of the machine, and would differ on the next."""
    return None if value is None else float(f"{value:.9g}")


def _said(made: Recommended, one: Candidate | None) -> dict[str, Any]:
    """A candidate with losses turned back into the values that people know."""
    if one is None:
        return {}
    metric = made.gathered.metric
    ends = sorted((metric.value(one.low), metric.value(one.high)))
    low, high = max(ends[0], 0.0) if made.gathered.positive else ends[0], ends[1]
    if not metric.minimize:
        high = min(high, metric.top)
    return {
        "technology": one.technology,
        "expected": rounded(metric.value(one.expected)),
        "low": rounded(low),
        "high": rounded(high),
        "p_target": rounded(one.p_target),
        "cost": rounded(one.cost),
    }


def reason_of(one: Recommendation, lang: Language) -> str:
    """Why this answer, in words."""
    params = {name: f"{value:.0%}" if isinstance(value, float) else value for name, value in one.params.items()}
    return render(one.reason, lang, **params)


def _rows(made: Recommended, lang: Language) -> dict[str, pa.Table]:
    answers = made.recommendations
    metric = made.gathered.metric
    return {
        "recommendations": table_of(
            ({"need": one.need, **_said(made, one.chosen), "reason": reason_of(one, lang)} for one in answers),
            _RECOMMENDATIONS,
        ),
        "runners_up": table_of(
            (
                {"need": one.need, "rank": rank, **_said(made, other)}
                for one in answers
                for rank, other in enumerate(one.runners_up, 1)
            ),
            _RUNNERS_UP,
        ),
        "precedents": table_of(
            (
                {
                    "need": one.need,
                    "rank": rank,
                    "workload": past.workload,
                    "weight": rounded(past.weight),
                    "value": None if past.loss is None else rounded(metric.value(past.loss)),
                }
                for one in answers
                for rank, past in enumerate(one.precedents, 1)
            ),
            _PRECEDENTS,
        ),
        "portfolios": table_of(
            (
                {"need": one.need, "rank": rank, "technology": m.technology, "p_target": rounded(m.p_target)}
                for one in answers
                for rank, m in enumerate(one.portfolio, 1)
            ),
            _PORTFOLIOS,
        ),
        "excluded": table_of(
            ({"technology": o.technology, "field": o.field, "value": o.value} for o in made.constraints.excluded),
            _EXCLUDED,
        ),
    }


def write_rejected(rejected: Sequence[Rejected], path: Path, lang: Language) -> int:
    """The rows that took no part, with the reason in words."""
    rows = (
        {"file": Path(one.path).name, "row": one.row, "reason": render(one.code, lang, **one.params)}
        for one in rejected
    )
    return write_csv(table_of(rows, _REJECTED), path)


def publish_recommendations(made: Recommended, *, lang: Language) -> None:
    """Write every file of a recommendation and put them in the place of the old ones, at once."""
    with workspace(made.out, resume=False) as work:
        listed = []
        for name, table in _rows(made, lang).items():
            write_csv(table, work.folder / f"{name}.csv")
            listed.append(Resource(f"{name}.csv", {"ronghe:rows": table.num_rows}))
        rejected = write_rejected(made.gathered.rejected, work.folder / "rejected.csv", lang)
        listed.append(Resource("rejected.csv", {"ronghe:rows": rejected}))
        notes = [{"code": note.code, **note.params} for note in made.notes]
        about = {**made.summary, "benchmark_runs": list(made.runs), "notes": notes}
        (work.folder / "summary.json").write_text(json_text(about), "utf-8")
        listed.append(Resource("summary.json"))
        work.publish(manifest(work.folder, made.out.name.lower(), listed, {"ronghe:kind": "recommendation"}))


@dataclass(frozen=True, slots=True)
class ExplainedNeed:
    """Everything that a published recommendation holds about one need, and what was learned on the whole."""

    need: str
    answer: Mapping[str, str]
    runners_up: tuple[Mapping[str, str], ...]
    precedents: tuple[Mapping[str, str], ...]
    portfolio: tuple[Mapping[str, str], ...]
    summary: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As a JSON value; numbers are as they stand in the files."""
        listed = {name: [dict(row) for row in getattr(self, name)] for name in FILES[1:3]}
        return {
            "need": self.need,
            "answer": dict(self.answer),
            **listed,
            "portfolio": [dict(r) for r in self.portfolio],
        }


def _read(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def explain_need(folder: Path, need: str) -> ExplainedNeed:
    """What a published recommendation says of one need; InputError for a need or folder that is none of ours."""
    try:
        rows = {name: _read(folder, name) for name in FILES}
        summary = json.loads((folder / "summary.json").read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise InputError("technology.not_recommendations", path=str(folder)) from fault
    mine = {name: tuple(row for row in listed if row.get("need") == need) for name, listed in rows.items()}
    if not mine["recommendations"]:
        known = ", ".join(str(row.get("need")) for row in rows["recommendations"][:10])
        raise InputError("technology.need_unknown", path=str(folder), need=need, known=known)
    return ExplainedNeed(
        need, mine["recommendations"][0], mine["runners_up"], mine["precedents"], mine["portfolios"], summary
    )
