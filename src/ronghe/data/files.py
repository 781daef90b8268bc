"""Profile, propose and scan for anything that can be read as a table; folders for temporary files are removed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ronghe.data.profile import Profile, profile_table
from ronghe.data.propose import Proposal, propose_schema
from ronghe.data.protect.risk import Risk, risk_of
from ronghe.data.scan.aggregate import Aggregate, graded_aggregate
from ronghe.data.scan.grades import Graded, grade_join, grade_table
from ronghe.data.scan.result import ScannedTable
from ronghe.data.scan.scan import scan_table
from ronghe.standards.catalog import Catalog
from ronghe.standards.grading import GradeProfile
from ronghe.tables.delimited import Progress, separate, silent
from ronghe.tables.engine import Engine, MalformedRecords, Resources, duckdb_engine
from ronghe.tables.open import ReadOptions, stage
from ronghe.tables.staged import Staged
from ronghe.terms import InputError, LimitReached, UsageError

__all__ = ["ScannedFiles", "profile_file", "propose_file", "risk_file", "scan_files"]


@contextmanager
def _staged(source: str, resources: Resources, options: ReadOptions | None) -> Iterator[tuple[Engine, Staged, Path]]:
    with TemporaryDirectory(prefix="ronghe-") as made:
        scratch = Path(made)
        staged = stage(source, scratch, options=options)
        with duckdb_engine(scratch / "spill", resources) as engine:
            yield engine, staged, scratch


def profile_file(source: str, *, resources: Resources, options: ReadOptions | None = None) -> Profile:
    """The profile of a table; see `profile_table`."""
    with _staged(source, resources, options) as (engine, staged, scratch):
        return profile_table(engine, staged, scratch)


def propose_file(
    source: str,
    *,
    resources: Resources,
    catalog: Catalog,
    options: ReadOptions | None = None,
    as_of: date | None = None,
) -> Proposal:
    """The proposal for a table; see `propose_schema`."""
    with _staged(source, resources, options) as (engine, staged, scratch):
        return propose_schema(engine, staged, catalog, scratch, as_of=as_of)[0]


@dataclass(frozen=True, slots=True)
class ScannedFiles:
    """Several tables scanned: each graded, `joined` as all of them together would be, those that failed, and each as an
    aggregate where that was asked."""

    tables: tuple[ScannedTable, ...]
    joined: Graded | None
    failed: tuple[tuple[str, InputError | LimitReached], ...]
    aggregates: tuple[Aggregate, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The same as a JSON value; it holds no value of a table that is not masked."""
        joined = self.joined and {
            "grade": self.joined.grade,
            "reasons": [{"code": note.code, **note.params} for note in self.joined.reasons],
        }
        failed = [{"source": source, "error": {"code": fault.code}} for source, fault in self.failed]
        told = {"tables": [table.to_json() for table in self.tables], "joined": joined, "failed": failed}
        return {**told, "aggregates": [aggregate.to_json() for aggregate in self.aggregates]}


def scan_files(
    sources: Sequence[str],
    *,
    resources: Resources,
    catalog: Catalog,
    grades: GradeProfile,
    as_of: date,
    by: Sequence[str] = (),
    options: ReadOptions | None = None,
    progress: Progress = silent,
) -> ScannedFiles:
    """Scan and grade tables one after the other; one that cannot be read does not keep the others from it.

    `as_of` is the day on which children are under fourteen. With `by` each table is also graded as an aggregate by
    these columns, which all must have.

    Raises the error of the only source; of several only when none could be read.
    """
    tables: list[ScannedTable] = []
    aggregates: list[Aggregate] = []
    failed: list[tuple[str, InputError | LimitReached]] = []
    for number, source in enumerate(sources):
        progress("scan", number, len(sources))
        try:
            with _staged(source, resources, options) as (engine, staged, scratch):
                scanned = scan_table(engine, staged, catalog, scratch, source=source, as_of=as_of)
                tables.append(grade_table(scanned, grades))
                if by:
                    aggregates.append(graded_aggregate(engine, staged, tables[-1], by, grades))
        except (InputError, LimitReached) as fault:
            failed.append((source, fault))
    progress("scan", len(sources), len(sources))
    if failed and not tables:
        raise failed[0][1]
    joined = grade_join(tables, grades) if len(tables) > 1 else None
    return ScannedFiles(tuple(tables), joined, tuple(failed), tuple(aggregates))


def risk_file(
    source: str,
    *,
    quasi: Sequence[str],
    sensitive: str | None = None,
    population: int | None = None,
    resources: Resources,
    options: ReadOptions | None = None,
) -> Risk:
    """The risk of a table, of all records that can be read; see `risk_of`.

    UsageError without columns, or with one twice: by nothing nobody is unique, and that would pass for safe.
    """
    if not quasi or len(set(quasi)) < len(quasi):
        raise UsageError("data.risk_no_columns", quasi=", ".join(quasi))
    with _staged(source, resources, options) as (engine, staged, scratch):
        columns = {name: f"c{place}" for place, name in enumerate(staged.columns)}
        engine.attach("source", staged)
        try:
            return risk_of(engine, "source", columns, quasi=quasi, sensitive=sensitive, population=population)
        except MalformedRecords:
            engine.attach("source", separate(staged, scratch))
            return risk_of(engine, "source", columns, quasi=quasi, sensitive=sensitive, population=population)
