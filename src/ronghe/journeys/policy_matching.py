"""Match a table of subjects against rules and publish the decisions; compare two versions of the rules.

The data stay with their owner: the folder holds ids and decisions, never the facts by which they were made.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlglot import exp

from ronghe.journeys.policy_rules import read_rules_file
from ronghe.policy.matching import Change, RuleCount, changes, counts, differences
from ronghe.rules import Bound, Decision, RuleSet, bind, decide
from ronghe.rules.over_tables import DECIDED, decide_table, facts_of_row, recorded_in, unusable
from ronghe.tables.delimited import Progress, separate, silent
from ronghe.tables.engine import DuckDB, MalformedRecords, Resources, duckdb_engine
from ronghe.tables.open import ReadOptions, stage
from ronghe.tables.package import Resource, file_hash, json_text, manifest
from ronghe.tables.publish import workspace
from ronghe.tables.staged import Note, Staged
from ronghe.terms import InputError

__all__ = ["Compared", "Matched", "diff_files", "match_files"]

SUBJECTS = "subjects"
DECISIONS = "decisions.parquet"


@dataclass(frozen=True, slots=True)
class Matched:
    """What a published match found; `explained` holds every rule's decision on the subject that was asked about."""

    out: Path
    as_of: date
    subjects: int
    rules: tuple[RuleCount, ...]
    notes: tuple[Note, ...]
    explained: Mapping[str, Decision] | None = None

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        found: dict[str, Any] = {"out": str(self.out), "as_of": self.as_of.isoformat(), "subjects": self.subjects}
        found["rules"] = [rule.to_json() for rule in self.rules]
        found["notes"] = [{"code": note.code, **{k: str(v) for k, v in note.params.items()}} for note in self.notes]
        if self.explained is not None:
            found["explained"] = [_explained(decision) for decision in self.explained.values()]
        return found


def _explained(decision: Decision) -> dict[str, Any]:
    clauses = [{"clause": label, "holds": truth} for label, truth in decision.clauses]
    fields = {name: getattr(decision, name) for name in ("rule", "result", "clause", "amount")}
    return {**fields, "missing": list(decision.missing), "clauses": clauses}


@dataclass(frozen=True, slots=True)
class Compared:
    """Who gains and who loses by the new rules."""

    as_of: date
    subjects: int
    changes: tuple[Change, ...]
    notes: tuple[Note, ...]
    out: Path | None = None

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        listed = [change.to_json() for change in self.changes]
        notes = [{"code": note.code, **{k: str(v) for k, v in note.params.items()}} for note in self.notes]
        found = {"as_of": self.as_of.isoformat(), "subjects": self.subjects, "changes": listed, "notes": notes}
        return found if self.out is None else {"out": str(self.out), **found}


def _viewed(engine: DuckDB, staged: Staged) -> None:
    """The staged table under its own names."""
    engine.attach("staged", staged)
    columns = [exp.alias_(exp.column(f"c{place}"), name, quoted=True) for place, name in enumerate(staged.columns)]
    engine.view(SUBJECTS, exp.select(*columns).from_("staged"))
    engine.query(exp.select(exp.Count(this=exp.Star())).from_(SUBJECTS))


@contextmanager
def _subjects(
    source: str, scratch: Path, resources: Resources, options: ReadOptions | None, progress: Progress
) -> Iterator[tuple[DuckDB, list[Note]]]:
    """An engine that holds the subjects, and notes about records that are none."""
    staged = stage(source, scratch, options=options, progress=progress)
    with duckdb_engine(scratch / "spill", resources, reorder_joins=True) as engine:
        try:
            _viewed(engine, staged)
        except MalformedRecords:
            staged = separate(staged, scratch)
            _viewed(engine, staged)
        notes = []
        if staged.malformed:
            params = {"path": source, "count": len(staged.malformed), "row": staged.malformed[0].row}
            notes.append(Note("policy.broken_records", params))
        yield engine, notes


def _decided(engine: DuckDB, bound: Bound, target: Path) -> list[Note]:
    """Write the decisions of all subjects to a Parquet file; gives what must be told about the data."""
    recorded = recorded_in(bound, engine.types(SUBJECTS))
    names = decide_table(engine, bound, SUBJECTS, recorded)
    _write(engine, exp.select(*(exp.column(name, quoted=True) for name in names)).from_(DECIDED), target)
    notes = [
        Note("policy.note_column", {"column": one.spec.column, "name": one.spec.title or name})
        for name, one in recorded.items()
        if one.column is None
    ]
    specs = bound.rules.facts
    wrong = unusable(engine, bound)
    return notes + [
        Note("policy.note_unusable", {"name": specs[name].title or name, "count": count})
        for name, count in wrong.items()
    ]


def _write(engine: DuckDB, select: exp.Select, path: Path) -> int:
    params = [
        exp.CopyParameter(this=exp.var("FORMAT"), expression=exp.var("PARQUET")),
        exp.CopyParameter(this=exp.var("COMPRESSION"), expression=exp.var("ZSTD")),
    ]
    files = [exp.Literal.string(str(path))]
    return engine.copy(exp.Copy(this=select.subquery(), kind=False, files=files, params=params))


def _rows_of(engine: DuckDB, name: str, path: Path) -> None:
    engine.connection.read_parquet(str(path)).create_view(name, replace=True)


def _resting(bound: Bound) -> list[Note]:
    return [Note("policy.note_resting", {"rule": name, "day": bound.as_of}) for name in bound.resting]


def _repeats(engine: DuckDB, table: str) -> tuple[int, int]:
    """The number of subjects, and of rows whose id is blank or not theirs alone."""
    counted = [
        exp.alias_(exp.Count(this=exp.Star()), "n"),
        exp.alias_(exp.Count(this=exp.Distinct(expressions=[exp.column("subject")])), "ids"),
    ]
    row = engine.query(exp.select(*counted).from_(table)).to_pylist()[0]
    return row["n"], row["n"] - row["ids"]


def _explain(engine: DuckDB, bound: Bound, subject: str) -> Mapping[str, Decision]:
    same = exp.EQ(this=exp.column("subject"), expression=exp.Literal.string(subject))
    found = engine.query(exp.select("row_number").from_("facts").where(same).limit(1)).to_pylist()
    if not found:
        raise InputError("policy.subject_missing", id=subject)
    facts, members = facts_of_row(engine, bound, found[0]["row_number"])
    return decide(bound, facts, members)


def match_files(
    rules: Path,
    subjects: str,
    *,
    as_of: date,
    out: Path,
    explain: str | None = None,
    options: ReadOptions | None = None,
    resources: Resources | None = None,
    progress: Progress = silent,
) -> Matched:
    """Decide every subject by the rules in force on a day and publish the folder `out`.

    Raises InputError for rules or a table that cannot be used; `out` is then as it was. What of the table cannot be
    used counts as missing and is told in the notes.
    """
    bound = bind(read_rules_file(rules), as_of)
    with TemporaryDirectory(prefix="ronghe-") as made, workspace(out, resume=False) as work:
        with _subjects(subjects, Path(made), resources or Resources(), options, progress) as (engine, notes):
            progress("match", 0, 3)
            target = work.folder / DECISIONS
            told = [*notes, *_resting(bound), *_decided(engine, bound, target)]
            explained = None if explain is None else _explain(engine, bound, explain)
            progress("match", 2, 3)
            _rows_of(engine, "written", target)
            found = counts(engine, bound, "written")
            total, repeats = _repeats(engine, "written")
        told += [Note("policy.note_repeats", {"count": repeats})] if repeats else []
        told += [Note("policy.note_never", {"rule": one.rule}) for one in found if _never(one, total)]
        matched = Matched(out, as_of, total, tuple(found), tuple(told), explained)
        _publish(work, matched, [rules], bound.rules)
    return matched


def _never(rule: RuleCount, total: int) -> bool:
    return total > 0 and rule.results["ineligible"] == total


def _publish(work: Any, matched: Matched, sources: Sequence[Path], rules: RuleSet) -> None:
    summary = {key: value for key, value in matched.to_json().items() if key not in ("out", "explained")}
    (work.folder / "summary.json").write_text(json_text(summary), "utf-8")
    rows = {"rows_in": matched.subjects, "rows_published": matched.subjects, "rows_quarantined": 0}
    about = {
        "ronghe:kind": "policy_decisions",
        "ronghe:asOf": matched.as_of.isoformat(),
        "ronghe:rules": [{"path": path.name, "hash": file_hash(path), "version": rules.version} for path in sources],
    }
    listed = [Resource(DECISIONS, rows), Resource("summary.json")]
    work.publish(manifest(work.folder, work.target.name.lower(), listed, about))


def diff_files(
    old: Path,
    new: Path,
    subjects: str,
    *,
    as_of: date,
    out: Path | None = None,
    options: ReadOptions | None = None,
    resources: Resources | None = None,
    progress: Progress = silent,
) -> Compared:
    """Decide every subject by both versions of the rules; with `out`, publish who changes as `changes.parquet`."""
    versions = [bind(read_rules_file(path), as_of) for path in (old, new)]
    with TemporaryDirectory(prefix="ronghe-") as made:
        scratch = Path(made)
        with _subjects(subjects, scratch, resources or Resources(), options, progress) as (engine, notes):
            told: dict[str, Note] = {}
            for at, (bound, name) in enumerate(zip(versions, ("old", "new"), strict=True)):
                progress("match", at, 3)
                for note in _resting(bound) + _decided(engine, bound, scratch / f"{name}.parquet"):
                    told[f"{note.code} {note.params}"] = note
                _rows_of(engine, f"decided_{name}", scratch / f"{name}.parquet")
            select, names = differences(versions[0], versions[1], ("decided_old", "decided_new"))
            progress("match", 2, 3)
            _write(engine, select, scratch / "changes.parquet")
            _rows_of(engine, "changed", scratch / "changes.parquet")
            found = changes(engine, "changed", names)
            total, _ = _repeats(engine, "decided_old")
        compared = Compared(as_of, total, tuple(found), (*notes, *told.values()), out)
        if out is not None:
            _publish_changes(out, scratch / "changes.parquet", compared, (old, new))
    return compared


def _publish_changes(out: Path, rows: Path, compared: Compared, sources: Sequence[Path]) -> None:
    with workspace(out, resume=False) as work:
        (work.folder / "changes.parquet").write_bytes(rows.read_bytes())
        summary = {key: value for key, value in compared.to_json().items() if key != "out"}
        (work.folder / "summary.json").write_text(json_text(summary), "utf-8")
        named = [{"path": path.name, "hash": file_hash(path)} for path in sources]
        about = {"ronghe:kind": "policy_changes", "ronghe:asOf": compared.as_of.isoformat(), "ronghe:rules": named}
        listed = [Resource("changes.parquet"), Resource("summary.json")]
        work.publish(manifest(work.folder, work.target.name.lower(), listed, about))
