"""Share files of technologies: `feature..., accuracy, status`, one file for each department."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ronghe.journeys.mappings import read_departments, read_shares
from ronghe.journeys.publication import table_names
from ronghe.journeys.technology_evidence import as_rates
from ronghe.journeys.technology_files import rounded, table_of, write_rejected
from ronghe.journeys.technology_reading import Rejected, Texts, read_texts
from ronghe.messages import Language
from ronghe.sharing_index import degree
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.package import Resource, json_text, manifest
from ronghe.tables.publish import workspace
from ronghe.tables.staged import Note
from ronghe.tables.write import write_csv
from ronghe.technology.optimize.accuracy import FEWEST_ROWS, Predicted, predict_accuracy
from ronghe.technology.optimize.features import Encoding, numbers
from ronghe.terms import InputError

__all__ = ["SharedTechnologies", "share_technologies"]

Floats = NDArray[np.float64]

NORMAL = {"normal", "正常", "ok", "up", "running", "active", "运行", "运行中"}
_OWN = ("technology", "name", "accuracy", "status")
_IN_CHINESE = {"技术": "technology", "名称": "name", "准确率": "accuracy", "状态": "status"}
_RANKING = {
    "rank": pa.int64(),
    "id": pa.string(),
    "department": pa.string(),
    "technology": pa.string(),
    "status": pa.string(),
    "normal": pa.bool_(),
    "accuracy": pa.float64(),
    "expected": pa.float64(),
    "low": pa.float64(),
    "high": pa.float64(),
    "mark": pa.string(),
}


@dataclass(frozen=True, slots=True)
class SharedTechnologies:
    """The departments' technologies ranked, how well accuracy can be predicted, and the degree or the readiness."""

    out: Path
    ranking: tuple[Mapping[str, Any], ...]
    readiness: tuple[Mapping[str, Any], ...]
    predicted: Predicted
    features: tuple[str, ...]
    degree: float | None
    notes: tuple[Note, ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        notes = [{"code": note.code, **note.params} for note in self.notes]
        rows = {"ranking": [dict(one) for one in self.ranking], "readiness": [dict(one) for one in self.readiness]}
        return {"out": str(self.out), **self.learned(), "degree": self.degree, **rows, "notes": notes}

    def learned(self) -> dict[str, Any]:
        """What was learned from features, by cross-validation."""
        return {
            "technologies": len(self.ranking),
            "features": list(self.features),
            "rows_with_accuracy": self.predicted.rows,
            "informed": self.predicted.informed,
            "error": rounded(self.predicted.error),
            "baseline_error": rounded(self.predicted.baseline),
            "gain_error": rounded(self.predicted.gain_error),
        }


def _read(path: Path) -> Texts:
    """A file with its columns by our names, which it may have in Chinese."""
    texts = read_texts(path, own=_OWN)
    given = texts.table.column_names
    names = [one if _IN_CHINESE.get(one, one) in given else _IN_CHINESE[one] for one in given]
    named = replace(texts, table=texts.table.rename_columns(names))
    named.wants("accuracy", "status")
    return named


def _unshared(owners: Sequence[str], shared: Collection[str]) -> list[Note]:
    """What the degree leaves out: departments with files and no share, and the other way round."""
    lacking, others = sorted(set(owners) - set(shared)), sorted(set(shared) - set(owners))
    found = [Note("technology.note_no_share", {"departments": ", ".join(lacking)})] if lacking else []
    return found + ([Note("technology.note_no_file", {"departments": ", ".join(others)})] if others else [])


def _together(files: Sequence[Texts], owners: Sequence[str]) -> pa.Table:
    """All rows under all columns, NULL where a file has none of the name, with `department` and the row in its file."""
    parts = []
    for texts, owner in zip(files, owners, strict=True):
        count = texts.table.num_rows
        owned = texts.table.drop_columns([c for c in ("department", "file_row") if c in texts.table.column_names])
        owned = owned.append_column("department", pa.repeat(pa.scalar(owner), count))
        parts.append(owned.append_column("file_row", pa.array(texts.rows)))
    return pa.concat_tables(parts, promote_options="default")


def _accuracy(table: pa.Table) -> tuple[Floats, NDArray[np.int64], list[Note]]:
    """The accuracies as parts of one, NaN where not measured or impossible, the rows of these, and what was noticed."""
    column = table.column("accuracy")
    values = numbers(column)
    # Set aside first: one mistyped value shall not decide on which scale the others are.
    values = np.where((values < 0) | (values > 100), np.nan, values)
    values, guessed = as_rates(values, np.zeros(table.num_rows, bool), "accuracy")
    scale = 100.0 if not guessed and bool((values > 1).any()) else 1.0
    values = values / scale
    filled = ~pc.is_null(column).to_numpy(zero_copy_only=False)
    wrong = np.flatnonzero(filled & np.isnan(values))
    notes = [Note("technology.note_percent", {"count": guessed, "metric": "accuracy"})] if guessed else []
    notes += [Note("technology.note_all_percent", {})] if scale != 1 else []
    notes += [Note("technology.note_accuracy_wrong", {"count": len(wrong)})] if len(wrong) else []
    return values, wrong, notes


def _mark(normal: bool, accuracy: float, low: float, high: float) -> str:
    if not normal:
        return "not_normal"
    if np.isnan(accuracy):
        return "not_measured"
    if accuracy > high:
        return "above_interval"
    return "below_interval" if accuracy < low else ""


def _ranking(table: pa.Table, accuracy: Floats, predicted: Predicted) -> list[dict[str, Any]]:
    """Normal technologies first, by measured accuracy, those without one by the expected; the others unranked, last."""
    named = next((c for c in ("technology", "name") if c in table.column_names), None)
    status = table.column("status").to_pylist()
    normal = np.array([(said or "").casefold() in NORMAL for said in status])
    score = np.where(np.isnan(accuracy), predicted.expected, accuracy)
    order = np.lexsort((np.arange(len(score)), -np.nan_to_num(score, nan=-1.0), np.isnan(accuracy), ~normal))
    departments, rows = (table.column(name).to_pylist() for name in ("department", "file_row"))
    names = table.column(named).to_pylist() if named else [None] * len(score)
    return [
        {
            "rank": rank if normal[at] else None,
            "id": f"{departments[at]}:{rows[at]}",
            "department": departments[at],
            "technology": names[at],
            "status": status[at],
            "normal": bool(normal[at]),
            "accuracy": rounded(_or_none(accuracy[at])),
            "expected": rounded(_or_none(predicted.expected[at])),
            "low": rounded(_or_none(max(predicted.low[at], 0.0))),
            "high": rounded(_or_none(min(predicted.high[at], 1.0))),
            "mark": _mark(bool(normal[at]), accuracy[at], predicted.low[at], predicted.high[at]),
        }
        for rank, at in enumerate(order.tolist(), 1)
    ]


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _readiness(ranking: Sequence[Mapping[str, Any]], features: Sequence[str], table: pa.Table) -> list[dict[str, Any]]:
    """What files alone can say of a department's technologies: how many there are, run, were measured and described."""
    blank = [pc.is_null(table.column(name)).to_numpy(zero_copy_only=False) for name in features]
    filled = 1 - np.mean(blank, axis=0) if blank else np.zeros(table.num_rows)
    owner = np.array(table.column("department").to_pylist())
    lines = []
    for name in sorted(set(owner.tolist())):
        mine = [row for row in ranking if row["department"] == name]
        lines.append(
            {
                "department": name,
                "technologies": len(mine),
                "normal": sum(row["normal"] for row in mine),
                "measured": sum(row["accuracy"] is not None for row in mine),
                "described": rounded(float(filled[owner == name].mean())),
            }
        )
    return lines


def share_technologies(
    files: Sequence[Path],
    *,
    out: Path,
    departments: Path | None = None,
    shares: Path | None = None,
    seed: int = 0,
    lang: Language = "zh",
    progress: Progress = silent,
) -> SharedTechnologies:
    """Pool technologies of departments, predict accuracy from features, rank, mark what is not normal, and publish.

    Every column but technology, name, accuracy and status is a feature, number or text. Raises InputError for files
    without accuracy and status.
    """
    named = read_departments(departments) if departments else {}
    short = table_names([*map(str, files)])
    owners = [named[f.name].code if f.name in named else name for f, name in zip(files, short, strict=True)]
    read = []
    for number, path in enumerate(files):
        progress("read", number, len(files))
        read.append(_read(path))
    table = _together(read, owners)
    accuracy, wrong, notes = _accuracy(table)
    if np.isnan(accuracy).all():
        raise InputError("technology.no_accuracy", files=len(files))
    features = tuple(name for name in table.column_names if name not in (*_OWN, "department", "file_row"))
    notes += [
        Note("technology.note_broken_rows", {"path": one.path, "count": len(one.rejected)})
        for one in read
        if one.rejected
    ]

    progress("learn", 0, 1)
    predicted = predict_accuracy(Encoding.of(table, features).encode(table), accuracy, seed=seed)
    if not features:
        notes.append(Note("technology.note_no_features", {}))
    elif predicted.error is None:
        notes.append(Note("technology.note_few_rows", {"rows": predicted.rows, "least": FEWEST_ROWS}))
    elif not predicted.informed:
        notes.append(Note("technology.note_features_silent", {}))
    ranking = _ranking(table, accuracy, predicted)
    stopped = [row for row in ranking if not row["normal"]]
    if stopped:
        shown = ", ".join(f"{row['id']} ({row['status'] or '–'})" for row in stopped[:5])
        notes.append(Note("technology.note_not_normal", {"count": len(stopped), "shown": shown}))
    reached = read_shares(shares) if shares is not None else None
    notes += [] if reached is None else _unshared(owners, reached.shares)
    city = None if reached is None else degree(reached.amounts, reached.shares).value
    made = SharedTechnologies(
        out, tuple(ranking), tuple(_readiness(ranking, features, table)), predicted, features, city, tuple(notes)
    )
    _publish(made, [one for texts in read for one in texts.rejected] + _rejected(table, wrong, files, read), lang)
    return made


def _rejected(
    table: pa.Table, wrong: NDArray[np.int64], files: Sequence[Path], read: Sequence[Texts]
) -> list[Rejected]:
    """The rows whose accuracy is none, each with its file and its row there."""
    file = np.repeat(np.arange(len(files)), [texts.table.num_rows for texts in read])
    rows, values = table.column("file_row"), table.column("accuracy")
    return [
        Rejected(str(files[file[at]]), rows[at].as_py(), "technology.row_no_rate", {"value": values[at].as_py()})
        for at in wrong.tolist()
    ]


def _publish(made: SharedTechnologies, rejected: Sequence[Rejected], lang: Language) -> None:
    readiness = {
        "department": pa.string(),
        "technologies": pa.int64(),
        "normal": pa.int64(),
        "measured": pa.int64(),
        "described": pa.float64(),
    }
    with workspace(made.out, resume=False) as work:
        write_csv(table_of(made.ranking, _RANKING), work.folder / "ranking.csv")
        write_csv(table_of(made.readiness, readiness), work.folder / "readiness.csv")
        told = write_rejected(rejected, work.folder / "rejected.csv", lang)
        notes = [{"code": note.code, **note.params} for note in made.notes]
        summary = {**made.learned(), "degree": made.degree, "notes": notes}
        (work.folder / "summary.json").write_text(json_text(summary), "utf-8")
        counts = {"ronghe:rows": len(made.ranking)}
        listed = [Resource("ranking.csv", counts), Resource("readiness.csv"), Resource("summary.json")]
        listed.append(Resource("rejected.csv", {"ronghe:rows": told}))
        work.publish(manifest(work.folder, made.out.name.lower(), listed, {"ronghe:kind": "technologies"}))
