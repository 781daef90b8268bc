"""Protect one file under a policy: decide, release what the grants give, publish it as a data package with its plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from sqlglot import exp

from ronghe.data.protect.compile import Compiled, compile_plan
from ronghe.data.protect.release import Tokens, released, suppressed
from ronghe.data.protect.risk import Risk, risk_of
from ronghe.journeys.policies import ancestors_of, read_policy
from ronghe.journeys.publication import json_text, table_name
from ronghe.journeys.token_keys import tokens_of
from ronghe.journeys.typed_source import attach_typed
from ronghe.messages import both
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.engine import DuckDB, Resources, duckdb_engine, io_fault
from ronghe.tables.open import ReadOptions
from ronghe.tables.package import Resource, manifest
from ronghe.tables.publish import Workspace, workspace
from ronghe.tables.write import write_csv, write_excel, write_parquet
from ronghe.terms import Kind, Refused, UsageError
from ronghe.trust.access import Deny, Permit, Plan, Request, decide
from ronghe.trust.access.obligations import Token
from ronghe.trust.access.policy import Policy

__all__ = ["FORMATS", "PLAN", "Protected", "protect_file"]

FORMATS = ("parquet", "csv", "xlsx")
PLAN = "plan.json"
_RELEASED, _LEAVING = "released", "leaving"


@dataclass(frozen=True, slots=True)
class Protected:
    """What left, or would leave: `out` is None where nothing was written. `preview` has the first rows as they are in
    the file; `malformed` counts records of the source that could not be read and did not leave."""

    out: Path | None
    file: str
    plan: Plan
    rows_in: int
    rows: int
    malformed: int
    risk: Risk
    columns: tuple[str, ...]
    preview: tuple[tuple[object, ...], ...]

    @property
    def grants(self) -> tuple[str, ...]:
        """The ids of the grants under which it left."""
        return tuple(share.grant for share in self.plan.shares)

    def to_json(self) -> dict[str, Any]:
        """The same as a JSON value."""
        return {
            "out": None if self.out is None else str(self.out),
            "file": self.file,
            "grants": list(self.grants),
            "plan": self.plan.to_json(),
            "rows_in": self.rows_in,
            "rows": self.rows,
            "malformed": self.malformed,
            "risk": self.risk.to_json(),
            "columns": list(self.columns),
            "preview": [list(row) for row in self.preview],
        }


@dataclass(frozen=True, slots=True)
class _Asked:
    """The request with the policy that answers it, at one instant."""

    policy: Policy
    request: Request
    now: datetime

    def plan(self, amount: int = 0) -> Plan:
        """The plan of the grants; Refused with the reason, the clause and the remedy."""
        answer = decide(replace(self.request, amount=amount), self.policy.grants, self.now)
        if isinstance(answer, Permit):
            return answer.plan
        raise _refusal(answer)


def _refusal(answer: Deny) -> Refused:
    params = dict(answer.params)
    reason, remedy = both(answer.reason, **params), both(answer.remedy)
    if answer.clause:
        return Refused("journeys.protect_denied_by", reason=reason, clause=answer.clause, remedy=remedy)
    return Refused("journeys.protect_denied", reason=reason, remedy=remedy)


def _asked(
    policy: Policy,
    asset: str,
    consumer: str,
    purpose: str,
    fields: Sequence[str],
    on_behalf_of: str | None,
    now: datetime,
) -> _Asked:
    known = policy.assets.get(asset)
    kind, version = (known.kind, known.version) if known else (Kind.DATA, 0)
    request = Request(consumer, kind, asset, version, purpose, tuple(fields), on_behalf_of=on_behalf_of)
    return _Asked(policy, request, now)


def _recognizing(policy: Policy, plan: Plan) -> tuple[list[str], str | None]:
    """The columns by which the risk is measured: those the policy names, else all that leave but tokens."""
    named = policy.assets[plan.asset]
    tokens = {name for share in plan.shares for name, duty in share.fields if isinstance(duty, Token)}
    quasi = [name for name in named.quasi if name in plan.fields]
    sensitive = named.sensitive if named.sensitive in plan.fields else None
    return quasi or [name for name in plan.fields if name not in tokens and name != sensitive], sensitive


@dataclass(frozen=True, slots=True)
class _Left:
    """What the view of leaving rows came to."""

    rows_in: int
    rows: int
    risk: Risk


def _count(engine: DuckDB, view: str) -> int:
    select = exp.select(exp.alias_(exp.Count(this=exp.Star()), "n")).from_(view)
    return int(engine.query(select).to_pylist()[0]["n"])


def _release(
    engine: DuckDB, compiled: Compiled, plan: Plan, tokens: Tokens | None, scratch: Path, progress: Progress
) -> None:
    """The rows that leave as the view `leaving`; on the disk lie only protected values."""
    path = scratch / "released.parquet"
    batches = released(engine, compiled, "source", tokens)
    first = next(batches)

    def told() -> Any:
        done = 0
        yield first
        for batch in batches:
            done += batch.num_rows
            progress("protect", done, 0)
            yield batch

    write_parquet(pa.RecordBatchReader.from_batches(first.schema, told()), path)
    engine.connection.read_parquet(str(path)).create_view(_RELEASED, replace=True)
    suppressed(engine, _RELEASED, _LEAVING, plan.suppress)


def _measured(engine: DuckDB, asked: _Asked, plan: Plan) -> _Left:
    rows = _count(engine, _LEAVING)
    # The quota is in rows that leave, and these are known only now: refused before a byte is published.
    asked.plan(rows)
    quasi, sensitive = _recognizing(asked.policy, plan)
    columns = {name: name for name in plan.fields}
    risk = risk_of(engine, _LEAVING, columns, quasi=quasi, sensitive=sensitive)
    return _Left(_count(engine, "source"), rows, risk)


def _leaving(most: int | None = None) -> exp.Select:
    select = exp.select("*").from_(_LEAVING)
    return select if most is None else select.limit(most)


def _write(engine: DuckDB, path: Path, *, round_trip: bool) -> int:
    rows = engine.connection.sql(_leaving().sql(dialect="duckdb"))
    if path.suffix == ".csv":
        return write_csv(rows, path, bom=True, neutral=not round_trip)
    return write_excel(rows, path) if path.suffix == ".xlsx" else write_parquet(rows, path)


def _publish(work: Workspace, engine: DuckDB, file: str, left: _Left, plan: Plan, *, round_trip: bool) -> None:
    _write(engine, work.folder / file, round_trip=round_trip)
    (work.folder / PLAN).write_text(json_text(plan.to_json()), "utf-8")
    formulas = {"ronghe:formulas": "as they are" if round_trip else "neutralized"} if file.endswith(".csv") else {}
    properties: Mapping[str, Any] = {
        "ronghe:asset": f"{plan.asset}@{plan.version}",
        "ronghe:consumer": plan.consumer,
        "ronghe:purpose": plan.purpose,
        "ronghe:grants": [share.grant for share in plan.shares],
        "ronghe:plan": plan.hash,
        "ronghe:validUntil": plan.until.isoformat(),
        "ronghe:risk": left.risk.to_json(),
    }
    listed = [Resource(file, {"ronghe:rows": left.rows, **formulas}), Resource(PLAN)]
    work.publish(manifest(work.folder, work.target.name.lower(), listed, properties))


def protect_file(
    source: str,
    *,
    policy: Path,
    consumer: str,
    purpose: str,
    now: datetime,
    out: Path | None = None,
    asset: str | None = None,
    fields: Sequence[str] = (),
    on_behalf_of: str | None = None,
    key_file: Path | None = None,
    format: str = "parquet",  # noqa: A002 - the word that the command uses
    round_trip: bool = False,
    preview: int = 0,
    resources: Resources,
    options: ReadOptions | None = None,
    progress: Progress = silent,
) -> Protected:
    """Release of the table `source` what the policy grants `consumer` for `purpose` at `now`, into the folder `out`.

    `asset` is the name in the policy, by default that of the file. Without `out` nothing is written. Raises Refused
    where nothing may leave, InputError for a policy or table that cannot be used; `out` is then as it was.
    """
    if format not in FORMATS:
        raise UsageError("journeys.protect_format", value=format, known=", ".join(FORMATS))
    read = read_policy(policy)
    name = asset or table_name(source)
    asked = _asked(read, name, consumer, purpose, fields, on_behalf_of, now)
    # Decided before the file is opened: a refusal tells nothing of what is in it, not even that it is there.
    plan = asked.plan()
    tokens = key_file and tokens_of(key_file, consumer=on_behalf_of or consumer, expected=read.token_key)
    job = _Job(source, asked, plan, tokens or None, policy.parent, resources, options, preview, progress)
    file = f"{table_name(name)}.{format}"
    try:
        if out is None:
            with TemporaryDirectory(prefix="ronghe-") as scratch:
                return job.run(Path(scratch), file, None, round_trip=round_trip)
        with workspace(out, resume=False) as work:
            return job.run(work.scratch, file, work, round_trip=round_trip)
    except OSError as fault:
        raise io_fault(fault) from fault


@dataclass(frozen=True, slots=True)
class _Job:
    source: str
    asked: _Asked
    plan: Plan
    tokens: Tokens | None
    beside: Path
    resources: Resources
    options: ReadOptions | None
    preview: int
    progress: Progress

    def run(self, scratch: Path, file: str, work: Workspace | None, *, round_trip: bool) -> Protected:
        """Release, measure, and with a workspace publish."""
        ancestors = ancestors_of(self.asked.policy, self.plan, self.beside, scratch)
        with duckdb_engine(scratch / "spill", self.resources) as engine:

            def release(columns: Mapping[str, Any]) -> None:
                compiled = compile_plan(self.plan, columns, ancestors)
                _release(engine, compiled, self.plan, self.tokens, scratch, self.progress)

            staged = attach_typed(engine, "source", self.source, scratch, self.options, self.progress, release)
            left = _measured(engine, self.asked, self.plan)
            first = engine.query(_leaving(self.preview))
            if work is not None:
                _publish(work, engine, file, left, self.plan, round_trip=round_trip)
        return Protected(
            None if work is None else work.target,
            file,
            self.plan,
            left.rows_in,
            left.rows,
            len(staged.malformed),
            left.risk,
            tuple(first.column_names),
            tuple(tuple(row.values()) for row in first.to_pylist()),
        )
