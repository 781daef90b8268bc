"""The step of a share in which its tables become integrated ones: choose the plan, run it, count what came out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlglot import exp

from ronghe.data.integrate.fuse.plan import FuseStep, LinkStep, Plan, Step
from ronghe.data.integrate.fuse.table import Made, call, column, named
from ronghe.data.standardize.result import mask
from ronghe.journeys.integrate import read_plan, run_plan
from ronghe.journeys.publication import published_path
from ronghe.journeys.share_plan import Planned, plan_by_identifiers, plan_by_key, plan_of_tables
from ronghe.journeys.shared import Integrated, IntegratedTable, SharedTable
from ronghe.tables.delimited import Progress
from ronghe.tables.engine import DuckDB, Resources, duckdb_engine
from ronghe.tables.package import Resource
from ronghe.tables.publish import Workspace
from ronghe.tables.staged import Staged
from ronghe.terms import InputError, UsageError, content_id

__all__ = ["Wish", "integrate_tables"]

SHOWN_KEYS = 5
PLAIN = ("code", "integer", "number", "text")
"""Elements that say how a value is written, not that it is somebody's."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user said of integration: a key, a plan, or neither; `now` is the time of the lineage events."""

    now: datetime
    key: str | None = None
    plan: Path | None = None

    def check(self) -> None:
        """UsageError for a key beside a plan: one of them would be ignored."""
        if self.key is not None and self.plan is not None:
            raise UsageError("journeys.key_and_plan")


def _attached(engine: DuckDB, work: Workspace, table: SharedTable) -> dict[str, str]:
    """Attach the published rows of a table; gives the engine's name of each column."""
    path = published_path(work, table.result.name)
    names = [made.name for made in table.result.columns]
    engine.attach("published", Staged(columns=tuple(names), path=path, kind="parquet", rows=None))
    return {name: f"c{place}" for place, name in enumerate(names)}


def _distinct(engine: DuckDB, work: Workspace, table: SharedTable, name: str) -> int:
    read = _attached(engine, work, table)
    count = exp.Count(this=exp.Distinct(expressions=[column(read[name])]))
    return int(engine.query(exp.select(count).from_("published")).column(0)[0].as_py())


def _check_key(engine: DuckDB, work: Workspace, table: SharedTable, key: str) -> None:
    """InputError for a key that names two different rows of one table; equal rows are one row delivered twice."""
    read = _attached(engine, work, table)
    wanted = column(read[key])
    rows = exp.select("*").distinct().from_("published").subquery("r")
    many = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1))
    groups = exp.select(named(wanted, "key")).from_(rows).where(wanted.copy().is_(exp.Null()).not_())
    groups = groups.group_by(wanted.copy()).having(many).order_by("key")
    found = engine.query(groups).column(0)
    if len(found):
        element = next(made.element for made in table.result.columns if made.name == key)
        values = [str(value) for value in found.slice(0, SHOWN_KEYS).to_pylist()]
        # The number of a person stays out of messages, which end in logs.
        shown = ", ".join(values if element in PLAIN else map(mask, values))
        place = table.result.source
        raise InputError("journeys.key_repeats", table=place, key=key, count=len(found), keys=shown)


def _planned(work: Workspace, tables: Sequence[SharedTable], wish: Wish, resources: Resources) -> Planned:
    """The plan that the user wishes, or the one that the tables suggest."""
    if wish.plan is not None:
        by_file = {table.result.source.partition("#")[0]: table for table in tables}
        return Planned(plan_of_tables(read_plan(wish.plan), by_file, wish.plan.name))
    with duckdb_engine(work.scratch / "spill", resources) as engine:
        if wish.key is None:
            return plan_by_identifiers(tables, partial(_distinct, engine, work))
        planned = plan_by_key(tables, wish.key)
        assert planned.plan is not None
        for table in tables:
            if table.result.name in planned.plan.sources:
                _check_key(engine, work, table, wish.key)
    return planned


def integrate_tables(
    work: Workspace,
    tables: Sequence[SharedTable],
    marks: Mapping[str, str],
    wish: Wish,
    *,
    resources: Resources,
    progress: Progress,
) -> tuple[Integrated, list[Resource]]:
    """Integrate the published tables of a workspace; gives what was made, and its files for the manifest.

    `marks` are by table name. Raises InputError and UsageError for a key or plan that does not fit the tables.
    """
    planned = _planned(work, tables, wish, resources)
    if planned.plan is None:
        return Integrated(notes=planned.notes), []
    plan = planned.plan
    known = {name: marks.get(source.path, "") for name, source in plan.sources.items()}
    made, listed = run_plan(
        work,
        plan,
        address=lambda source: str(work.folder / f"{source.path}.parquet"),
        marks={name: mark and content_id(mark, repr(plan.sources[name])) for name, mark in known.items()},
        now=wish.now,
        resources=resources,
        progress=progress,
    )
    with duckdb_engine(work.scratch / "spill", resources) as engine:
        counted = tuple(_counted(engine, work, plan, step, made[step.name]) for step in plan.steps)
    return Integrated(counted, planned.notes), listed


def _read(engine: DuckDB, path: Path, columns: Sequence[str]) -> None:
    engine.attach("read", Staged(columns=tuple(columns), path=path, kind="parquet", rows=None))


def _together(engine: DuckDB, path: Path) -> dict[int, int]:
    """Golden rows by the number of sources that know the entity."""
    _read(engine, path, ("entity", "source", "row"))
    tables = exp.Count(this=exp.Distinct(expressions=[column("c1")]))
    known = exp.select(named(tables, "tables")).from_("read").group_by(column("c0")).subquery("k")
    found = exp.select("tables", named(call("count"), "rows")).from_(known).group_by("tables").order_by("tables")
    return {row["tables"]: row["rows"] for row in engine.query(found).to_pylist()}


def _conflicts(engine: DuckDB, path: Path) -> dict[str, int]:
    """Contradictions by field, the most frequent first."""
    _read(engine, path, ("entity", "field"))
    found = exp.select(named(column("c1"), "field"), named(call("count"), "rows")).from_("read")
    rows = engine.query(found.group_by(column("c1")).order_by(exp.Ordered(this=column("rows"), desc=True), "field"))
    return {row["field"]: row["rows"] for row in rows.to_pylist()}


def _certain(engine: DuckDB, path: Path) -> dict[int, int]:
    """Linked pairs by probability in tenths."""
    engine.connection.read_parquet(str(path)).create_view("pairs", replace=True)
    ten, nine = exp.Literal.number(10), exp.Literal.number(9)
    tenth = call("least", call("floor", exp.Mul(this=column("probability"), expression=ten)), nine)
    found = exp.select(named(exp.cast(tenth, "INT"), "tenth"), named(call("count"), "rows")).from_("pairs")
    return {row["tenth"]: row["rows"] for row in engine.query(found.group_by("tenth").order_by("tenth")).to_pylist()}


def _counted(engine: DuckDB, work: Workspace, plan: Plan, step: Step, made: Made) -> IntegratedTable:
    fused = isinstance(step, FuseStep)
    shared = {name: source.path for name, source in plan.sources.items()}
    return IntegratedTable(
        name=step.name,
        kind=type(step).__name__.removesuffix("Step").lower(),
        of=tuple(shared.get(name, name) for name in step.of),
        counts=dict(made.counts),
        files=dict(made.files),
        origins={
            name: [(shared.get(table, table), field) for table, field in found] for name, found in made.origins.items()
        },
        others=tuple(made.others),
        notes=tuple(made.notes),
        certain=_certain(engine, work.folder / f"{step.name}.pairs.parquet") if isinstance(step, LinkStep) else {},
        together=_together(engine, work.folder / f"{step.name}.members.parquet") if fused else {},
        conflicts=_conflicts(engine, work.folder / f"{step.name}.conflicts.parquet") if fused else {},
    )
