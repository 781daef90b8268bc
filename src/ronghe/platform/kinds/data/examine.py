"""Look into a source once it is mounted: is it there, has it the declared columns, what is in them, how harmful is a
leak. What is kept of it shows no value that is not masked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
from django.db import transaction

from ronghe.data.profile import Profile, profile_table
from ronghe.data.protect.publishing import compile_masks, masks_of, redacted
from ronghe.data.protect.release import released
from ronghe.data.scan.grades import grade_table
from ronghe.data.scan.result import ScannedTable
from ronghe.data.scan.scan import scan_table
from ronghe.journeys.typed_source import attach_typed
from ronghe.platform.audit.actions import record
from ronghe.platform.catalogue.models import Item, VersionState
from ronghe.platform.kinds.data import store, work
from ronghe.platform.kinds.data.kept_rules import Kept, Promised, kept_rules
from ronghe.platform.kinds.data.models import Source
from ronghe.platform.kinds.data.reading import Reader, content_of, reader_of, trouble_of
from ronghe.platform.requests.actions import CLOCK
from ronghe.standards.catalog import catalog
from ronghe.standards.grading import grade_profile
from ronghe.tables import expressions as ops
from ronghe.tables.delimited import separate
from ronghe.tables.engine import DuckDB, MalformedRecords, Resources, duckdb_engine
from ronghe.tables.staged import Staged
from ronghe.terms import RongheError, legal_day

__all__ = ["Examined", "examine_source"]

SAMPLE = 5
"""Rows of the protected sample on an asset's page."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found: the profile, the scan with its grade, a few rows with every personal column masked, and how many
    values keep the rules of their elements."""

    profile: Profile
    scanned: ScannedTable
    sample: tuple[tuple[str | None, ...], ...] = field(default=())
    kept: Kept = field(default_factory=Kept)

    def to_json(self) -> dict[str, Any]:
        """As it is kept; no value of the source shows in it unmasked."""
        columns = [
            {"name": one.name, "filled": one.filled, "empty": one.empty, "distinct": one.distinct}
            for one in self.profile.columns
        ]
        found = [
            {"column": one.column, "kind": one.kind, "subject": one.subject, "grade": one.grade}
            for one in self.scanned.found
        ]
        reasons = [{"code": note.code, **note.params} for note in self.scanned.reasons]
        return {
            "rows": self.profile.rows,
            "malformed": self.profile.malformed,
            "columns": columns,
            "found": found,
            "persons": self.scanned.persons,
            "grade": self.scanned.grade,
            "reasons": reasons,
            "sample": [list(row) for row in self.sample],
            "rules": self.kept.to_json(),
        }


def _sampled(engine: DuckDB, columns: Mapping[str, ops.Column], scanned: ScannedTable) -> tuple[tuple[Any, ...], ...]:
    """The first rows under the masks of a publication: nobody asked yet, so everybody's least is shown."""
    masks = masks_of(scanned.found, grade_profile(), {name: column.type for name, column in columns.items()})
    compiled = compile_masks(masks, columns, table="sample")
    names = [output.name for output in compiled.outputs]
    rows: list[tuple[Any, ...]] = []
    for batch in released(engine, compiled, "examined", None):
        shown = redacted(batch.rename_columns(names).slice(0, SAMPLE - len(rows)), masks)
        texts = [column.cast(pa.string()).to_pylist() for column in shown.columns]
        rows += list(zip(*texts, strict=True))
        if len(rows) >= SAMPLE:
            break
    return tuple(rows)


def _looked_into(reader: Reader, promised: Promised, scratch: Path, as_of: date) -> Examined:
    columns: dict[str, ops.Column] = {}
    with duckdb_engine(scratch / "spill", Resources()) as engine:
        given = (reader.address, scratch, reader.options, reader.tell, columns.update)
        staged = attach_typed(engine, "examined", *given)
        try:
            return _read_whole(engine, staged, columns, promised, scratch, as_of)
        except MalformedRecords:
            # As every delivery does: without the broken records, which the profile counts.
            staged = separate(staged, scratch)
            engine.attach("examined", staged)
            return _read_whole(engine, staged, columns, promised, scratch, as_of)


def _read_whole(
    engine: DuckDB, staged: Staged, columns: Mapping[str, ops.Column], promised: Promised, scratch: Path, as_of: date
) -> Examined:
    scanned = scan_table(engine, staged, catalog(), scratch, source="source", as_of=as_of)
    scanned = grade_table(scanned, grade_profile())
    sample = _sampled(engine, columns, scanned)
    kept = kept_rules(engine, "examined", promised, columns, catalog())
    return Examined(profile_table(engine, staged, scratch), scanned, sample, kept)


def _promised(source: Source) -> Promised:
    """The columns that the catalogue promises of the asset, with their elements and units."""
    version = source.asset.versions.exclude(state=VersionState.WITHDRAWN).order_by("-number").first()
    return [] if version is None else list(Item.objects.filter(version=version).values_list("name", "element", "unit"))


def _probe(promised: Promised, found: Examined) -> dict[str, Any]:
    columns = [one.name for one in found.profile.columns]
    missing = [name for name, _, _ in promised if name not in columns]
    return {"columns": columns, "missing": missing, "rows": found.profile.rows}


def examine_source(key: UUID, *, clock: Callable[[], datetime]) -> bool:
    """Read a source and keep what was found; a source that cannot be read keeps why, and gives False."""
    source = Source.objects.select_related("asset").get(pk=key)
    mounted, promised, found, trouble = source.mounted, _promised(source), None, None
    content = None
    with store.working(source.pk) as scratch:
        try:
            reader = reader_of(source, clock)
            content = content_of(source)
            found = _looked_into(reader, promised, scratch, legal_day(clock()))
        except RongheError as error:
            trouble = trouble_of(error)
    with transaction.atomic():
        now = Source.objects.select_for_update().select_related("asset").get(pk=key)
        if now.mounted != mounted:  # another one was mounted meanwhile, and has its own look
            return False
        now.probed = at = clock()
        now.probe = {"trouble": trouble} if found is None else _probe(promised, found)
        if found is not None:
            now.examined, now.examination = at, {**found.to_json(), "content": content}
        now.save(update_fields=["probed", "probe", "examined", "examination"])
        facts = {
            "asset": now.asset.code,
            "found": found is not None,
            "missing": now.probe.get("missing", []),
            "columns": now.probe.get("columns", []),
            "rules": found.kept.to_json() if found else {},
        }
        owner = [str(now.asset.department_id)]
        record(
            by=CLOCK,
            at=at,
            action="source.examined",
            subject_kind="asset",
            subject=now.asset_id,
            departments=owner,
            facts=facts,
        )
        if found is not None:
            # Deliveries wait until somebody looked for personal data.
            work.again()
    return found is not None
