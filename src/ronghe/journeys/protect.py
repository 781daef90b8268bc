"""Protect one file under a policy: what its grants give, published as a data package with its plan."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from ronghe.data.protect.risk import Risk
from ronghe.journeys.decisions import Clock, decision_log, system_clock
from ronghe.journeys.protected_rows import Asked, ProtectedRows, asked_of, protected_rows
from ronghe.journeys.publication import json_text, table_name
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.engine import Resources, io_fault
from ronghe.tables.open import ReadOptions
from ronghe.tables.package import Resource, file_hash, manifest
from ronghe.tables.publish import Workspace, workspace
from ronghe.tables.write import neutral_texts, write_csv, write_excel, write_parquet
from ronghe.terms import UsageError
from ronghe.trust.access import Plan
from ronghe.trust.log import Receipt

__all__ = ["FORMATS", "PLAN", "RECEIPT", "Protected", "protect_file"]

FORMATS = ("parquet", "csv", "xlsx")
PLAN, RECEIPT = "plan.json", "receipt.json"


@dataclass(frozen=True, slots=True)
class Protected:
    """What left, or would leave: `out` is None where nothing was written. `preview` has the first rows as they are in
    the file; `malformed` counts records of the source that could not be read and did not leave; `receipt` is that
    of the last entry of the log, None without one."""

    out: Path | None
    file: str
    plan: Plan
    rows_in: int
    rows: int
    malformed: int
    risk: Risk
    columns: tuple[str, ...]
    preview: tuple[tuple[object, ...], ...]
    receipt: Receipt | None = None

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
            "receipt": None if self.receipt is None else self.receipt.to_json(),
        }


def _told(rows: ProtectedRows, file: str, out: Path | None, preview: int, *, round_trip: bool) -> Protected:
    first = rows.first(preview)
    if file.endswith(".csv") and not round_trip:
        texts = [neutral_texts(c) if pa.types.is_string(c.type) else c for c in first.columns]
        first = pa.Table.from_arrays(texts, names=first.column_names)
    shown = tuple(zip(*(column.to_pylist() for column in first.columns), strict=True))
    counts = (rows.rows_in, rows.rows, rows.malformed)
    return Protected(out, file, rows.plan, *counts, rows.risk, rows.plan.fields, shown)


def _write(rows: ProtectedRows, path: Path, *, round_trip: bool) -> None:
    with rows.batches() as reader:
        if path.suffix == ".csv":
            write_csv(reader, path, bom=True, neutral=not round_trip)
        elif path.suffix == ".xlsx":
            write_excel(reader, path)
        else:
            write_parquet(reader, path)


def _recorded(work: Workspace, rows: ProtectedRows, asked: Asked, names: Sequence[str]) -> Receipt | None:
    """Tell the log what leaves, and put the receipt beside it."""
    if asked.log is None:
        return None
    paths = [work.folder / name for name in names]
    files = [{"path": path.name, "bytes": path.stat().st_size, "hash": file_hash(path)} for path in paths]
    receipt = asked.log.delivered(asked.request, rows.plan, rows.rows, files)
    (work.folder / RECEIPT).write_text(json_text(receipt.to_json()), "utf-8")
    return receipt


def _publish(work: Workspace, rows: ProtectedRows, asked: Asked, file: str, *, round_trip: bool) -> Receipt | None:
    plan = rows.plan
    _write(rows, work.folder / file, round_trip=round_trip)
    (work.folder / PLAN).write_text(json_text(plan.to_json()), "utf-8")
    formulas = {"ronghe:formulas": "as they are" if round_trip else "neutralized"} if file.endswith(".csv") else {}
    properties: Mapping[str, Any] = {
        "ronghe:asset": f"{plan.asset}@{plan.version}",
        "ronghe:consumer": plan.consumer,
        "ronghe:purpose": plan.purpose,
        "ronghe:grants": [share.grant for share in plan.shares],
        "ronghe:plan": plan.hash,
        "ronghe:validUntil": plan.until.isoformat(),
        "ronghe:risk": rows.risk.to_json(),
    }
    receipt = _recorded(work, rows, asked, (file, PLAN))
    listed = [Resource(file, {"rows_delivered": rows.rows, **formulas}), Resource(PLAN)]
    listed += [Resource(RECEIPT)] if receipt else []
    work.publish(manifest(work.folder, work.target.name.lower(), listed, properties))
    return receipt


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
    log: Path | None = None,
    keys: Path = Path("keys"),
    clock: Clock = system_clock,
) -> Protected:
    """Release of the table `source` what the policy grants `consumer` for `purpose` at `now`, into the folder `out`.

    `asset` is the name in the policy, by default that of the file. Without `out` nothing is written. Decisions and
    deliveries go to the `log`, signed by its key in the keystore `keys` at the time of `clock`. Raises Refused where
    nothing may leave or the log cannot be written, InputError for a policy or table that cannot be used; `out` is then
    as it was.
    """
    if format not in FORMATS:
        raise UsageError("journeys.protect_format", value=format, known=", ".join(FORMATS))
    with decision_log(log, keys=keys, clock=clock) as decisions:
        asked = asked_of(
            policy,
            source,
            asset=asset,
            consumer=consumer,
            purpose=purpose,
            fields=fields,
            on_behalf_of=on_behalf_of,
            now=now,
            log=decisions,
        )
        asked.plan()
        reading: Mapping[str, Any] = {"key_file": key_file, "resources": resources, "options": options}
        rows_of = partial(protected_rows, source, asked, beside=policy.parent, progress=progress, **reading)
        file = f"{table_name(asked.request.asset)}.{format}"
        try:
            if out is None:
                return _looked_at(rows_of, asked, file, preview, round_trip=round_trip)
            return _delivered(rows_of, asked, out, file, preview, round_trip=round_trip)
        except OSError as fault:
            raise io_fault(fault) from fault


Opening = Callable[..., AbstractContextManager[ProtectedRows]]


def _looked_at(rows_of: Opening, asked: Asked, file: str, preview: int, *, round_trip: bool) -> Protected:
    with TemporaryDirectory(prefix="ronghe-") as folder, rows_of(scratch=Path(folder), leaves=False) as rows:
        told = _told(rows, file, None, preview, round_trip=round_trip)
        if asked.log is None:
            return told
        return replace(told, receipt=asked.log.previewed(asked.request, rows.plan, len(told.preview)))


def _delivered(rows_of: Opening, asked: Asked, out: Path, file: str, preview: int, *, round_trip: bool) -> Protected:
    with workspace(out, resume=False) as work, rows_of(scratch=work.scratch) as rows:
        told = _told(rows, file, work.target, preview, round_trip=round_trip)
        return replace(told, receipt=_publish(work, rows, asked, file, round_trip=round_trip))
