"""What sharing a folder of files gave."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ronghe.data.standardize.result import Standardized, shown_json
from ronghe.sharing_index import Degree, Readiness
from ronghe.terms import Department

__all__ = ["Shared", "SharedTable"]


@dataclass(frozen=True, slots=True)
class SharedTable:
    """A standardized table and the department that offers it."""

    result: Standardized
    department: Department


@dataclass(frozen=True, slots=True)
class Shared:
    """A publication: its tables, the readiness of the departments, and the degree where shares were given."""

    out: Path
    tables: tuple[SharedTable, ...]
    readiness: Readiness
    degree: Degree | None = None

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
            "tables": [{"department": t.department.code, **shown_json(t.result)} for t in self.tables],
        }
