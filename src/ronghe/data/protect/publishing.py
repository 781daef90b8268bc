"""What leaves when nobody asked for anything in particular: personal columns masked, by what a scan found in them.

A publication has no purpose and no consumer, so it gets the least that still tells what a column is. Rows for a purpose
leave by a grant instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

import pyarrow as pa

from ronghe.data.protect.compile import Compiled, compile_plan
from ronghe.data.scan.result import FoundColumn
from ronghe.data.scan.text import redact
from ronghe.standards.grading import GradeProfile
from ronghe.tables import expressions as ops
from ronghe.trust.access.obligations import BucketDate, Keep, Mask, Null, Obligation, Unit
from ronghe.trust.access.plan import Plan, Share

__all__ = ["Masks", "compile_masks", "masks_of", "redacted"]

SHOWN: Mapping[str, Obligation] = MappingProxyType(
    {
        "person_name": Mask(first=1),
        "person_name_latin": Mask(first=1),
        "mobile": Mask(first=3),
        "landline": Mask(first=4),
        "email": Mask(first=1),
        "address": Mask(first=6),
        "origin": Mask(first=4),
        "birth_date": BucketDate(Unit.YEAR),
        "plate": Mask(first=2),
    }
)
"""What may show of a value of a kind: the family name, the network, the city and district, the year.

Of numbers that name a person nothing shows: six digits in front and four behind, as is usual, single out one in ten,
and with a birth date nearly all.
"""


NAMING = frozenset(
    {
        *("citizen_id", "passport", "travel_permit", "officer_card", "person_number", "bank_card", "plate"),
        *("person_name", "person_name_latin", "mobile", "landline", "email", "instant_messaging", "address"),
        *("location", "device_number", "biometric", "credential"),
    }
)
"""Kinds that tell who somebody is; a fact such as an income is personal only beside one of them."""


@dataclass(frozen=True, slots=True)
class Masks:
    """The obligation of each column that is masked; of `texts` only what was found in them is."""

    columns: Mapping[str, Obligation] = field(default_factory=dict)
    texts: tuple[str, ...] = ()


def masks_of(found: Sequence[FoundColumn], profile: GradeProfile, types: Mapping[str, ops.Type]) -> Masks:
    """Which columns are masked and how: all that are about persons and harm somebody, by the profile.

    `types` are the columns' own. A text in which personal data stand is redacted. A number that tells who somebody is
    leaves as NULL, for no part of it is harmless; one that is a fact, such as an income, stays, since whose it is left
    masked. A table that names nobody leaves as it is.
    """
    columns: dict[str, Obligation] = {}
    texts: list[str] = []
    if not any(NAMING & {column.kind, *column.inside} for column in found):
        return Masks()
    for column in found:
        if column.subject == "organization" or column.grade in ("", profile.lowest):
            continue
        if column.kind == "free_text":
            texts.append(column.column)
            continue
        if types[column.column] == ops.TEXT or column.kind in SHOWN:
            columns[column.column] = SHOWN.get(column.kind, Mask())
        elif column.kind in NAMING:
            columns[column.column] = Null()
    return Masks(columns, tuple(texts))


def compile_masks(masks: Masks, columns: Mapping[str, ops.Column], *, table: str) -> Compiled:
    """The table with its masks as layers that any engine runs; a column without one is as it was."""
    fields = tuple((name, masks.columns.get(name, Keep())) for name in columns)
    whole = Share("publication", "", (), fields)
    never = datetime.max.replace(tzinfo=UTC)
    plan = Plan("", table, 0, "publication", tuple(columns), (whole,), (), never)
    return compile_plan(plan, columns, {})


def redacted(batch: pa.RecordBatch, texts: Sequence[str]) -> pa.RecordBatch:
    """The batch with what was found in these texts starred out."""
    for name in texts:
        place = batch.schema.get_field_index(name)
        batch = batch.set_column(place, name, redact(batch.column(place)))
    return batch
