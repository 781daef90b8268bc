"""The registry folder: technologies, evaluations and workloads, read back as they were written."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from ronghe.journeys.technology_files import table_of
from ronghe.journeys.technology_reading import Rejected, Texts, read_texts
from ronghe.technology.integrate.evaluation import EVALUATION_COLUMNS, WORKLOAD_COLUMNS, Evaluation, Workload
from ronghe.technology.integrate.record import COLUMNS, Technology
from ronghe.terms import InputError

__all__ = ["EVALUATIONS", "TECHNOLOGIES", "WORKLOADS", "Registry", "read_kept", "read_registry", "tables_of"]

TECHNOLOGIES, EVALUATIONS, WORKLOADS = "technologies.csv", "evaluations.csv", "workloads.csv"
LONGEST_CELL = 20_000_000
_Kind = TypeVar("_Kind", Technology, Evaluation)


@dataclass(frozen=True, slots=True)
class Registry:
    """What a registry folder holds; nothing where there is none yet."""

    technologies: tuple[Technology, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    workloads: tuple[Workload, ...] = ()

    @property
    def sources(self) -> set[str]:
        """The files that its entries came from."""
        found = {one.source for one in self.technologies}
        return found | {one.source for one in self.evaluations} | {one.source for one in self.workloads}


def _rows(path: Path, wanted: set[str]) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    # A whole publiccode.yml may stand in one cell.
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if rows and not wanted <= rows[0].keys():
        raise InputError("technology.not_registry", path=str(path.parent))
    return [{name: value or "" for name, value in row.items() if isinstance(name, str)} for row in rows]


def _of(kind: type[_Kind], columns: Sequence[str], rows: Sequence[dict[str, str]]) -> tuple[_Kind, ...]:
    return tuple(kind(**{name: value for name, value in row.items() if name in columns}) for row in rows)


def _workload(row: dict[str, str]) -> Workload:
    features = tuple((name, value) for name, value in row.items() if name not in WORKLOAD_COLUMNS and value)
    return Workload(row["workload"], features, row["source"], row["entry"], row["state"], row["reason"])


def read_registry(folder: Path) -> Registry:
    """Read a registry folder. InputError for one whose tables are not ours."""
    return Registry(
        _of(Technology, COLUMNS, _rows(folder / TECHNOLOGIES, {"name", "source", "state"})),
        _of(Evaluation, EVALUATION_COLUMNS, _rows(folder / EVALUATIONS, set(EVALUATION_COLUMNS))),
        tuple(map(_workload, _rows(folder / WORKLOADS, set(WORKLOAD_COLUMNS)))),
    )


def read_kept(path: Path, name: str, wanted: Sequence[str]) -> Texts:
    """A table of evaluations or workloads: a file, or that of a registry folder without what its sources dropped."""
    if not path.is_dir():
        return read_texts(path, wanted=wanted, own=EVALUATION_COLUMNS if name == EVALUATIONS else ())
    texts = read_texts(path / name, wanted=(*wanted, "state"))
    gone = pc.equal(texts.table.column("state"), "gone").to_numpy(zero_copy_only=False)
    told = [Rejected(texts.path, int(row), "technology.row_gone") for row in texts.rows[gone]]
    kept = [one for one in texts.table.column_names if name == EVALUATIONS or one not in WORKLOAD_COLUMNS[1:]]
    if gone.all():
        raise InputError("technology.no_rows", path=texts.path)
    present = texts.only(~gone, *told)
    return replace(present, table=present.table.select(kept))


def tables_of(
    technologies: Sequence[Technology], evaluations: Sequence[Evaluation], workloads: Sequence[Workload]
) -> dict[str, pa.Table]:
    """The three tables by name; workloads have a column for each feature that any of them has."""
    text = pa.string()
    features = list(dict.fromkeys(name for one in workloads for name, _ in one.features))
    wide = ({**{name: getattr(one, name) for name in WORKLOAD_COLUMNS}, **dict(one.features)} for one in workloads)
    order = ("workload", *features, *WORKLOAD_COLUMNS[1:])
    return {
        "technologies": table_of(
            ({name: getattr(one, name) for name in COLUMNS} for one in technologies), dict.fromkeys(COLUMNS, text)
        ),
        "evaluations": table_of(
            ({name: getattr(one, name) for name in EVALUATION_COLUMNS} for one in evaluations),
            dict.fromkeys(EVALUATION_COLUMNS, text),
        ),
        "workloads": table_of(wide, dict.fromkeys(order, text)),
    }
