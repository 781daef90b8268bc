"""What a linkage leaves: the pairs, and beside them the model, the clusters and what it remembers; nothing is written
over that was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ronghe.data.integrate.model import Model, model_json
from ronghe.journeys.linked_records import beside_clusters
from ronghe.tables.atomic import write_atomic
from ronghe.tables.package import json_text
from ronghe.tables.sniff import is_file_of
from ronghe.tables.staged import Note
from ronghe.tables.write import FORMATS
from ronghe.terms import InputError, UsageError

__all__ = ["LinkedFiles", "beside", "check_targets", "write_model"]


@dataclass(frozen=True, slots=True)
class LinkedFiles:
    """What was linked, and where it lies."""

    out: Path
    model: Path
    clusters: Path
    review: Path | None
    rows: tuple[int, ...]
    pairs: int
    groups: int
    doubtful: int
    one_to_one: bool
    candidates: int
    columns: tuple[tuple[str, str], ...]
    left_out: tuple[tuple[str, str], ...]
    notes: tuple[Note, ...]

    def to_json(self) -> dict[str, Any]:
        """The same as a JSON value."""
        return {
            "out": str(self.out),
            "model": str(self.model),
            "clusters": str(self.clusters),
            "review": None if self.review is None else str(self.review),
            "rows": list(self.rows),
            "pairs": self.pairs,
            "groups": self.groups,
            "doubtful": self.doubtful,
            "one_to_one": self.one_to_one,
            "candidates": self.candidates,
            "columns": [{"column": column, "kind": kind} for column, kind in self.columns],
            "left_out": [{"column": column, "why": why} for column, why in self.left_out],
            "notes": [{"code": note.code, **note.params} for note in self.notes],
        }


def beside(out: Path, what: str) -> Path:
    """The file of this kind beside the pairs."""
    return out.with_name(f"{out.stem}.{what}")


def check_targets(out: Path, review: Path | None, *, read: Sequence[str]) -> None:
    """UsageError for an output that would be written over a file that is read, or that has no known format; InputError
    for one in a folder that does not exist: all of it before work. The review goes round, so it is read and written."""
    targets = [out, beside(out, "model.json"), beside(out, "clusters.parquet")]
    targets.append(beside_clusters(targets[-1]))
    tables = [out] if review is None else [out, review]
    for path in tables:
        if path.suffix.lower() not in FORMATS:
            raise UsageError("tables.format_unknown", path=str(path), known=", ".join(FORMATS))
        if not path.parent.is_dir():
            raise InputError("tables.target_folder_missing", path=str(path), folder=str(path.parent))
    for path in (*targets, *tables[1:]):
        if any(is_file_of(source, path) for source in read):
            raise UsageError("tables.output_is_source", path=str(path))
    if review is not None and review.resolve() in {path.resolve() for path in targets}:
        raise UsageError("tables.output_is_source", path=str(review))


def write_model(model: Model, target: Path) -> None:
    """Write the model, whole or not at all."""
    with write_atomic(target) as path:
        path.write_text(json_text(model_json(model)), "utf-8")
