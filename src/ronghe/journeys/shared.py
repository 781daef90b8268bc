"""What sharing a folder of files gave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ronghe.data.standardize.result import Standardized, shown_json
from ronghe.journeys.share_protection import Protection
from ronghe.sharing_index import Degree, Readiness
from ronghe.tables.staged import Note
from ronghe.terms import Department

__all__ = ["Integrated", "IntegratedTable", "Shared", "SharedTable"]


@dataclass(frozen=True, slots=True)
class SharedTable:
    """A standardized table and the department that offers it."""

    result: Standardized
    department: Department


@dataclass(frozen=True, slots=True)
class IntegratedTable:
    """What a step of the plan made of the tables.

    `together` has the number of golden rows by the number of tables that know the entity, `conflicts` the number of
    entities whose tables contradict each other by field, `certain` the number of linked pairs by probability in tenths,
    `origins` the tables and columns that a field comes from, `notes` what is to be told of it.
    """

    name: str
    kind: str
    of: tuple[str, ...]
    counts: Mapping[str, int]
    files: Mapping[str, int]
    origins: Mapping[str, Sequence[Sequence[str]]]
    together: Mapping[int, int] = field(default_factory=dict)
    conflicts: Mapping[str, int] = field(default_factory=dict)
    certain: Mapping[int, int] = field(default_factory=dict)
    others: Sequence[str] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Integrated:
    """The integrated tables, and what could not take part and why."""

    tables: tuple[IntegratedTable, ...] = ()
    notes: tuple[Note, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The same as a JSON value."""
        tables = [
            {
                "name": table.name,
                "kind": table.kind,
                "of": list(table.of),
                "counts": dict(table.counts),
                "files": dict(table.files),
                "origins": {name: [list(origin) for origin in found] for name, found in table.origins.items()},
                "together": {str(number): rows for number, rows in table.together.items()},
                "conflicts": dict(table.conflicts),
                "certain": {str(tenth): pairs for tenth, pairs in table.certain.items()},
            }
            for table in self.tables
        ]
        return {"tables": tables, "left_out": [{"code": note.code, **note.params} for note in self.notes]}


@dataclass(frozen=True, slots=True)
class Shared:
    """A publication: its tables, what was integrated of them, the readiness of the departments, and the degree where
    shares were given; `warnings` are what the user should look at."""

    out: Path
    tables: tuple[SharedTable, ...]
    readiness: Readiness
    degree: Degree | None = None
    integrated: Integrated = field(default_factory=Integrated)
    protection: Protection = field(default_factory=lambda: Protection("keep"))
    warnings: tuple[Note, ...] = ()

    @property
    def report(self) -> Path:
        """The page for people."""
        return self.out / "report.html"

    @property
    def rows(self) -> tuple[int, int, int]:
        """Rows in, published, quarantined, of all tables."""
        results = [table.result for table in self.tables]
        totals = (sum(r.rows_in for r in results), sum(r.rows_published for r in results))
        return (*totals, sum(r.rows_quarantined for r in results))

    @property
    def notes(self) -> tuple[tuple[str, Note], ...]:
        """What was done to each table while reading it, with the table's name, but for what `warnings` tell."""
        return tuple(
            (table.result.name, note)
            for table in self.tables
            for note in table.result.notes
            if note not in self.warnings
        )

    def to_json(self) -> dict[str, Any]:
        """Counts and paths as a JSON value; the publication's index.json has readiness and degree in full."""
        rows_in, published, quarantined = self.rows
        return {
            "out": str(self.out),
            "report": str(self.report),
            "rows_in": rows_in,
            "rows_published": published,
            "rows_quarantined": quarantined,
            "degree": None if self.degree is None else self.degree.value,
            "integrated": self.integrated.to_json(),
            "protection": self.protection.to_json(),
            "warnings": [{"code": note.code, **note.params} for note in self.warnings],
            "tables": [{"department": t.department.code, **shown_json(t.result)} for t in self.tables],
        }
