"""The rows of one file that leave under a policy: decided, released and measured, and open to every channel.

File, preview, Python and SQL read these rows. SQL runs where the source is not: in an engine that has them alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from ronghe.data.protect.compile import Compiled, compile_plan
from ronghe.data.protect.release import Tokens, place_of, released, suppressed
from ronghe.data.protect.risk import Risk, risk_of
from ronghe.journeys.decisions import DecisionLog
from ronghe.journeys.policies import ancestors_of, read_policy
from ronghe.journeys.publication import table_name
from ronghe.journeys.token_keys import tokens_of
from ronghe.journeys.typed_source import attach_typed
from ronghe.messages import both
from ronghe.tables import expressions as ops
from ronghe.tables.address import is_database
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.engine import DuckDB, Resources, duckdb_engine
from ronghe.tables.few_rows import FewRows
from ronghe.tables.open import ReadOptions, stage
from ronghe.tables.staged import Staged
from ronghe.tables.write import write_parquet
from ronghe.terms import Kind, Refused
from ronghe.trust.access import Deny, Permit, Plan, Request, decide
from ronghe.trust.access.obligations import Token
from ronghe.trust.access.policy import Policy

__all__ = ["LEAVING", "Asked", "ProtectedRows", "asked_of", "protected_rows"]

LEAVING = "leaving"
"""What a consumer's SELECT calls the rows."""
_RELEASED = "released"
_LEAVING_FILE = "leaving.parquet"
_ALL = 2**62
"""More rows than any quota has."""
FEW = 200
"""Rows of one subject that take less time in plain Python than an engine takes to start."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The request with the policy that answers it, at one instant, and the log that is told of it.

    `told` remembers what was written down: to ask again within a run is no new decision. `spent` has the grants whose
    quota the rows exceed, where others give what is left.
    """

    policy: Policy
    request: Request
    now: datetime
    log: DecisionLog | None = None
    told: set[int] = field(default_factory=set, repr=False)
    spent: set[str] = field(default_factory=set, repr=False)

    def plan(self, amount: int = 0, used: Mapping[str, int] | None = None) -> Plan:
        """The plan of the grants; Refused with the reason, the clause and the remedy.

        `used` has the rows that each grant gave before.
        """
        known = self.policy.grants.used if used is None else used
        grants = replace(self.policy.grants, used={**known, **dict.fromkeys(self.spent, _ALL)})
        answer = decide(replace(self.request, amount=amount), grants, self.now)
        if self.log is not None and (0 not in self.told or isinstance(answer, Deny)):
            self.told.add(0)
            self.log.decided(self.request, answer, amount)
        if isinstance(answer, Permit):
            return answer.plan
        raise _refusal(answer)

    def reserve(self, plan: Plan, rows: int, *, leaves: bool) -> bool:
        """Refuse where the quota of the grants does not suffice for the rows; else, if they leave, take it from there.

        False where it is the quota of some grants only: nothing is taken, and `plan` gives what the others do. Without
        a log no earlier delivery is known, and the quota is that of one.
        """
        if self.log is None:
            return self._within(plan, self.plan(rows))
        with self.log.alone():
            if not self._within(plan, self.plan(rows, self.log.used(self.request.asset))):
                return False
            if leaves:
                self.log.released(self.request, plan, rows)
        return True

    def _within(self, plan: Plan, enough: Plan) -> bool:
        """True where all grants of a plan have enough; the others are spent."""
        self.spent.update({share.grant for share in plan.shares} - {share.grant for share in enough.shares})
        return enough.shares == plan.shares


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
    log: DecisionLog | None,
) -> Asked:
    known = policy.assets.get(asset)
    kind, version = (known.kind, known.version) if known else (Kind.DATA, 0)
    request = Request(consumer, kind, asset, version, purpose, tuple(fields), on_behalf_of=on_behalf_of)
    return Asked(policy if log is None else replace(policy, grants=log.known_past(policy.grants)), request, now, log)


def _recognizing(policy: Policy, plan: Plan) -> tuple[list[str], str | None]:
    """The columns by which the risk is measured: those the policy names, else all that leave but tokens."""
    named = policy.assets[plan.asset]
    tokens = {name for share in plan.shares for name, duty in share.fields if isinstance(duty, Token)}
    quasi = [name for name in named.quasi if name in plan.fields]
    sensitive = named.sensitive if named.sensitive in plan.fields else None
    return quasi or [name for name in plan.fields if name not in tokens and name != sensitive], sensitive


@dataclass(frozen=True, slots=True)
class ProtectedRows:
    """The rows that leave, as a Parquet file at `path`, and what they came to; `malformed` counts the records of the
    source that could not be read. `measured` is None where the risk was not asked for."""

    path: Path
    plan: Plan
    rows_in: int
    rows: int
    malformed: int
    measured: Risk | None

    @property
    def risk(self) -> Risk:
        """The risk in all of the rows, of those that were asked for with it."""
        assert self.measured is not None
        return self.measured

    def batches(self) -> pa.RecordBatchReader:
        """The rows under the names of their fields."""
        with pq.ParquetFile(self.path) as file:
            read = file.schema_arrow
        names = zip(read, self.plan.fields, strict=True)
        schema = pa.schema([field.with_name(name) for field, name in names])

        def renamed() -> Iterator[pa.RecordBatch]:
            with pq.ParquetFile(self.path) as file:
                for batch in file.iter_batches():
                    yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)

        return pa.RecordBatchReader.from_batches(schema, renamed())

    def first(self, most: int) -> pa.Table:
        """The first rows."""
        with self.batches() as reader:
            found, left = [pa.RecordBatch.from_pylist([], schema=reader.schema)], most
            while left > 0 and (batch := next(reader, None)) is not None:
                found.append(batch.slice(0, left))
                left -= batch.num_rows
        return pa.Table.from_batches(found)

    def query(self, select: exp.Select, resources: Resources | None = None) -> pa.Table:
        """What a SELECT over the table `leaving` gives; the engine that runs it has no other table.

        Of two fields whose names differ in case alone the second is called `name_1`.
        """
        with duckdb_engine(self.path.parent / "query", resources or Resources()) as engine:
            places = enumerate(self.plan.fields)
            named = [exp.alias_(exp.column(place_of(number)), name, quoted=True) for number, name in places]
            engine.connection.read_parquet(str(self.path)).create_view("stored")
            engine.keep(LEAVING, exp.select(*named).from_("stored"))
            engine.connection.execute("DROP VIEW stored")
            return engine.query(select)


def _count(engine: DuckDB, view: str) -> int:
    select = exp.select(exp.alias_(exp.Count(this=exp.Star()), "n")).from_(view)
    return int(engine.query(select).to_pylist()[0]["n"])


def _release(
    engine: DuckDB, compiled: Compiled, plan: Plan, tokens: Tokens | None, scratch: Path, progress: Progress
) -> None:
    """The rows that leave as the view `leaving` and as a file; on the disk lie only protected values."""
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
    if not plan.suppress:
        path.replace(scratch / _LEAVING_FILE)
        engine.connection.read_parquet(str(scratch / _LEAVING_FILE)).create_view(LEAVING, replace=True)
        return
    engine.connection.read_parquet(str(path)).create_view(_RELEASED, replace=True)
    suppressed(engine, _RELEASED, LEAVING, plan.fields, plan.suppress)
    write_parquet(engine.connection.table(LEAVING), scratch / _LEAVING_FILE)


def _subject(
    source: str, scratch: Path, options: ReadOptions | None, plan: Plan, progress: Progress, *, measured: bool
) -> Staged | None:
    """What a database has of one subject, where only that was asked for; rules about groups need the rows of others."""
    if measured or plan.suppress or options is None or options.where is None or not is_database(source):
        return None
    return stage(source, scratch, options=options, progress=progress)


def _release_few(staged: Staged, compiled: Compiled, tokens: Tokens | None, path: Path) -> None:
    """The few rows that leave as a file."""
    table = pq.read_table(staged.path)
    few = FewRows({f"c{place}": column.to_pylist() for place, column in enumerate(table.columns)})
    pq.write_table(pa.Table.from_batches(released(few, compiled, "source", tokens)), path)


def _measured(engine: DuckDB, asked: Asked, plan: Plan) -> Risk:
    quasi, sensitive = _recognizing(asked.policy, plan)
    columns = {name: place_of(number) for number, name in enumerate(plan.fields)}
    return risk_of(engine, LEAVING, columns, quasi=quasi, sensitive=sensitive)


def asked_of(
    policy: Path,
    source: str,
    *,
    asset: str | None,
    consumer: str,
    purpose: str,
    fields: Sequence[str],
    on_behalf_of: str | None,
    now: datetime,
    log: DecisionLog | None = None,
) -> Asked:
    """The request for the asset that `source` is (`asset`, else the name of the file) and the policy that answers it.

    What is decided and released is written to `log`. Raises InputError for a policy that cannot be used.
    """
    return _asked(read_policy(policy), asset or table_name(source), consumer, purpose, fields, on_behalf_of, now, log)


def _made(
    source: str,
    asked: Asked,
    scratch: Path,
    beside: Path,
    key_file: Path | None,
    resources: Resources,
    options: ReadOptions | None,
    progress: Progress,
    *,
    measured: bool,
) -> ProtectedRows:
    # Decided before the file is opened: a refusal tells nothing of what is in it, not even that it is there.
    plan = asked.plan()
    tokens = None
    if key_file is not None:
        consumer = asked.request.on_behalf_of or asked.request.consumer
        tokens = tokens_of(key_file, consumer=consumer, expected=asked.policy.token_key)
    ancestors = ancestors_of(asked.policy, plan, beside, scratch)
    path = scratch / _LEAVING_FILE
    subject = _subject(source, scratch, options, plan, progress, measured=measured)
    if subject is not None and subject.rows is not None and subject.rows <= FEW:
        columns = {name: ops.Column(f"c{place}", ops.TEXT) for place, name in enumerate(subject.columns)}
        _release_few(subject, compile_plan(plan, columns, ancestors), tokens, path)
        return ProtectedRows(path, plan, subject.rows, pq.read_metadata(path).num_rows, len(subject.malformed), None)
    with duckdb_engine(scratch / "spill", resources) as engine:

        def release(columns: Mapping[str, Any]) -> None:
            _release(engine, compile_plan(plan, columns, ancestors), plan, tokens, scratch, progress)

        staged = attach_typed(engine, "source", source, scratch, options, progress, release, subject)
        risk = _measured(engine, asked, plan) if measured else None
        rows_in = _count(engine, "source")
    return ProtectedRows(path, plan, rows_in, pq.read_metadata(path).num_rows, len(staged.malformed), risk)


@contextmanager
def _recorded(asked: Asked) -> Iterator[None]:
    """Whatever else refuses a permitted request is a refusal too, and written down as one."""
    try:
        yield
    except Refused as fault:
        if asked.log is not None and fault.code not in _WRITTEN:
            asked.log.refused(asked.request, fault)
        raise


_WRITTEN = ("journeys.protect_denied", "journeys.protect_denied_by", "journeys.not_recorded")


@contextmanager
def protected_rows(
    source: str,
    asked: Asked,
    *,
    scratch: Path,
    beside: Path,
    key_file: Path | None = None,
    resources: Resources,
    options: ReadOptions | None = None,
    progress: Progress = silent,
    leaves: bool = True,
    measured: bool = True,
) -> Iterator[ProtectedRows]:
    """The rows of `source` that may leave; `beside` is the folder of the policy, `scratch` holds only what may leave
    and what reading needs; `leaves` is False where they are only looked at and do not count against a quota;
    `measured` says whether the risk in them is wanted.

    Raises Refused where nothing may leave, or where a log was given and cannot be written; InputError for a table that
    cannot be used."""
    with _recorded(asked):
        make = partial(_made, source, asked, scratch, beside, key_file, resources, options, progress, measured=measured)
        rows = make()
        # The quota is in rows that leave, and these are known only now: refused before a byte is published.
        while not asked.reserve(rows.plan, rows.rows, leaves=leaves):
            rows = make()
    yield rows
