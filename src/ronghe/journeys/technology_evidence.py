"""Evidence from tables: `technology, workload, metric, value` and `workload, feature...`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ronghe.journeys.technology_reading import Rejected, Texts
from ronghe.tables.staged import Note
from ronghe.technology.optimize.evidence import Evidence
from ronghe.technology.optimize.features import Encoding, numbers
from ronghe.terms import InputError

__all__ = ["CENSORED_FACTOR", "Gathered", "Metric", "as_rates", "gather"]

Floats = NDArray[np.float64]

CENSORED_FACTOR = 10.0
"""What a run that was cut off counts as, in multiples of where it was cut: PAR10 of the algorithm-selection literature
(Bischl et al., "ASlib", Artificial Intelligence 237, 2016)."""
_RATES = (
    "accuracy",
    "precision",
    "recall",
    "f1",
    "auc",
    "availability",
    "coverage",
    "rate",
    "准确率",
    "召回率",
    "可用率",
)
_TRUE = pa.array(["1", "true", "yes", "y", "t", "是", "timeout", "censored"])
_PERCENT = pa.array(["%", "percent", "pct", "百分比"])
DISPUTED = 0.2
"""Evaluations of one pair that lie further apart than this part of the metric's range are told as contradictory."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What is compared: by `name`, smaller or larger values being better; `top` is the value of loss 0."""

    name: str
    minimize: bool
    top: float = 0.0

    def loss(self, values: Floats) -> Floats:
        """Values as losses."""
        return values if self.minimize else self.top - values

    def value(self, loss: float) -> float:
        """A loss as a value."""
        return loss if self.minimize else self.top - loss


@dataclass(frozen=True, slots=True)
class Gathered:
    """Evidence with what was noticed in making it; `when` is N x K seconds, NaN where undated.

    `positive` says that no value is below 0, so that no interval need be.
    """

    evidence: Evidence
    metric: Metric
    encoding: Encoding
    when: Floats
    positive: bool
    rejected: tuple[Rejected, ...]
    notes: tuple[Note, ...]


def _flags(column: pa.ChunkedArray, words: pa.Array) -> NDArray[np.bool_]:
    lowered = pc.utf8_lower(pc.fill_null(column, ""))
    found: NDArray[np.bool_] = pc.is_in(lowered, value_set=words).to_numpy(zero_copy_only=False)
    return found


def _seconds(column: pa.ChunkedArray) -> Floats:
    """ISO times as seconds since 1970, NaN for others; each distinct text is read once."""
    encoded = pc.dictionary_encode(pc.fill_null(column, "")).combine_chunks()
    encoded = encoded.chunk(0) if isinstance(encoded, pa.ChunkedArray) else encoded
    read = np.array([_second(text) for text in encoded.dictionary.to_pylist()], np.float64)
    return read[encoded.indices.to_numpy()] if len(read) else np.zeros(0)


def _second(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return float("nan")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def as_rates(values: Floats, percent: NDArray[np.bool_], metric: str) -> tuple[Floats, int]:
    """Percentages as parts of one, and how many were taken for one though nothing says so."""
    values = np.where(percent, values / 100, values)
    is_rate = any(word in metric.casefold() for word in _RATES)
    unsaid = (values > 1) & (values <= 100) & ~percent
    # A table of percentages alone is consistent in itself; only a mixture must be one scale or the other.
    mixed = is_rate and bool(unsaid.any()) and bool((values <= 1).any())
    return (np.where(unsaid, values / 100, values), int(unsaid.sum())) if mixed else (values, 0)


def _other_unit(column: pa.ChunkedArray, among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The rows whose unit is not the one that most have: a second cannot be compared with a millisecond.

    A blank unit is that of the others, and a percentage is turned into a part of one.
    """
    units = pc.utf8_lower(column)
    plain = pc.is_in(units, value_set=_PERCENT).to_numpy(zero_copy_only=False)
    said = ~pc.is_null(units).to_numpy(zero_copy_only=False) & ~plain & among
    counted = pc.value_counts(units.filter(pa.array(said))).to_pylist()
    if len(counted) < 2:
        return np.zeros(len(column), bool)
    most = min(counted, key=lambda one: (-one["counts"], one["values"]))["values"]
    same = pc.fill_null(pc.equal(units, most), False).to_numpy(zero_copy_only=False)
    other: NDArray[np.bool_] = said & ~same
    return other


def _places(column: pa.ChunkedArray, names: Sequence[str]) -> NDArray[np.int64]:
    """The place of each name, -1 where it is not among them."""
    found = pc.index_in(column, value_set=pa.array(names, pa.string()))
    places: NDArray[np.int64] = pc.fill_null(found, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return places


def _reject(texts: Texts, wrong: NDArray[np.bool_], code: str, column: str) -> list[Rejected]:
    values = texts.column(column)
    return [
        Rejected(texts.path, int(texts.rows[at]), code, {"column": column, "value": values[int(at)].as_py() or ""})
        for at in np.flatnonzero(wrong)
    ]


def _medians(at: NDArray[np.int64], values: Floats, size: int) -> tuple[Floats, Floats]:
    """The median and the range of the values at each place, NaN where there is none."""
    order = np.lexsort((values, at))
    at, values = at[order], values[order]
    places, first, counts = np.unique(at, return_index=True, return_counts=True)
    middle = (values[first + (counts - 1) // 2] + values[first + counts // 2]) / 2
    medians, ranges = np.full(size, np.nan), np.full(size, np.nan)
    medians[places] = middle
    ranges[places] = values[first + counts - 1] - values[first]
    return medians, ranges


def _workloads(texts: Texts) -> tuple[pa.Table, list[Rejected]]:
    """The workloads that have a name, each once, the first of several."""
    names = texts.table.column("workload")
    blank = pc.is_null(names).to_numpy(zero_copy_only=False)
    encoded = pc.fill_null(names, "").to_numpy(zero_copy_only=False)
    _, first = np.unique(encoded.astype(str), return_index=True)
    again = np.ones(len(names), bool)
    again[first] = False
    rejected = _reject(texts, blank, "technology.row_no_workload", "workload")
    rejected += _reject(texts, again & ~blank, "technology.row_workload_twice", "workload")
    return texts.table.filter(pa.array(~blank & ~again)), rejected


def gather(
    evaluations: Texts,
    workloads: Texts,
    *,
    metric: str,
    minimize: bool,
    technologies: Sequence[str] = (),
    allowed: Sequence[str] | None = None,
    factor: float = CENSORED_FACTOR,
) -> Gathered:
    """Make evidence for one metric; `technologies` may have no evaluation yet, `allowed` is what constraints leave.

    Several evaluations of one pair count by their median. Rows that cannot be used are rejected with the reason.
    Raises InputError where no evaluation of the metric is left.
    """
    table, rejected = _workloads(workloads)
    rejected = [*evaluations.rejected, *workloads.rejected, *rejected]
    named = pc.fill_null(evaluations.column("metric"), metric)
    mine = pc.equal(named, metric).to_numpy(zero_copy_only=False)
    if not mine.any():
        known = ", ".join(sorted(str(one) for one in pc.unique(named).to_pylist())[:10])
        raise InputError("technology.metric_unknown", path=evaluations.path, metric=metric, known=known)
    values = numbers(evaluations.column("value"))
    who, where = evaluations.column("technology"), evaluations.column("workload")
    names = sorted({*pc.drop_null(pc.unique(who.filter(pa.array(mine)))).to_pylist(), *technologies})
    names = names if allowed is None else [name for name in names if name in set(allowed)]
    known_names = table.column("workload").to_pylist()
    at = _places(who, names), _places(where, known_names)
    no_value = np.isnan(values)
    blank = pc.is_null(who).to_numpy(zero_copy_only=False)
    rejected += _reject(evaluations, mine & no_value, "technology.row_no_number", "value")
    rejected += _reject(evaluations, mine & blank & ~no_value, "technology.row_no_technology", "technology")
    lost = mine & ~no_value & ~blank & (at[1] < 0)
    rejected += _reject(evaluations, lost, "technology.row_workload_unknown", "workload")
    used = mine & ~no_value & ~lost & (at[0] >= 0)
    odd = _other_unit(evaluations.column("unit"), used)
    rejected += _reject(evaluations, odd, "technology.row_unit", "unit")
    used &= ~odd
    if not used.any():
        raise InputError("technology.nothing_usable", path=evaluations.path, metric=metric, rejected=len(rejected))

    notes: list[Note] = []
    values, guessed = as_rates(values, _flags(evaluations.column("unit"), _PERCENT), metric)
    if guessed:
        notes.append(Note("technology.note_percent", {"count": guessed, "metric": metric}))
    censored = _flags(evaluations.column("censored"), _TRUE)
    if minimize:
        values = np.where(censored, values * factor, values)
    shape = len(known_names), len(names)
    flat = (at[1] * len(names) + at[0])[used]
    medians, ranges = _medians(flat, values[used], shape[0] * shape[1])
    top = 0.0 if minimize else float(np.nanmax(medians))
    span = float(np.nanmax(medians) - np.nanmin(medians))
    disputed = int((np.nan_to_num(ranges) > DISPUTED * span).sum()) if span else 0
    if disputed:
        notes.append(Note("technology.note_contradictory", {"count": disputed}))
    cut, _ = _medians(flat, censored[used].astype(np.float64), shape[0] * shape[1])
    when, _ = _medians(flat, _seconds(evaluations.column("run_at"))[used], shape[0] * shape[1])
    measured = Metric(metric, minimize, max(top, 1.0) if not minimize and top <= 1.0 else top)
    features = [name for name in table.column_names if name != "workload"]
    encoding = Encoding.of(table, features)
    notes += [
        Note("technology.note_unread_feature", {"feature": one.name, "count": one.unread})
        for one in encoding.features
        if one.unread
    ]
    succeeded = (np.nan_to_num(cut, nan=1.0) < 0.5) & ~np.isnan(medians)
    evidence = Evidence(
        tuple(known_names),
        tuple(names),
        encoding.encode(table),
        measured.loss(medians).reshape(shape),
        succeeded.reshape(shape),
    )
    return Gathered(
        evidence, measured, encoding, when.reshape(shape), bool(np.nanmin(medians) >= 0), tuple(rejected), tuple(notes)
    )
