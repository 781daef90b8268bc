"""What leaves when nobody asked for anything in particular: personal columns masked, by what a scan found in them.

A publication has no purpose and no consumer, so it gets the least that still tells what a column is. Rows for a purpose
leave by a grant instead.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType

import pyarrow as pa

from ronghe.data.protect.compile import Compiled, compile_plan
from ronghe.data.scan.result import FoundColumn, ScannedTable
from ronghe.data.scan.text import redact
from ronghe.standards.grading import GradeProfile
from ronghe.tables import expressions as ops
from ronghe.trust.access.obligations import BucketDate, Keep, Mask, Null, Obligation, Unit
from ronghe.trust.access.plan import Plan, Share

__all__ = ["Masks", "compile_masks", "masks_of", "narrowed", "redacted", "singling_out"]

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


QUASI = frozenset(
    ("birth_date", "age", "sex", "address", "origin", "ethnic_group", "education", "marital_status", "household")
)
"""Kinds that name nobody, and together single people out: what neighbours and registers know of everybody."""


@dataclass(frozen=True, slots=True)
class Masks:
    """The obligation of each column that is masked; of `texts` only what was found in them is, of `codes`, which are
    numbers of organizations, only the numbers of people among them."""

    columns: Mapping[str, Obligation] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def redacted(self) -> tuple[str, ...]:
        """The columns of which some words or cells are starred out."""
        return self.texts + self.codes


def masks_of(found: Sequence[FoundColumn], profile: GradeProfile, types: Mapping[str, ops.Type]) -> Masks:
    """Which columns are masked and how: all that are about persons and harm somebody, by the profile.

    `types` are the columns' own. A text in which personal data stand is redacted. A number that tells who somebody is
    leaves as NULL, for no part of it is harmless; one that is a fact, such as an income, stays, since whose it is left
    masked. A table that names nobody leaves as it is.
    """
    columns: dict[str, Obligation] = {}
    texts: list[str] = []
    codes: list[str] = []
    if not any(NAMING & column.kinds for column in found):
        return Masks()
    for column in found:
        if column.grade in ("", profile.lowest):
            continue
        if column.subject == "organization":
            codes += [column.column] if NAMING & column.kinds and types[column.column] == ops.TEXT else []
            continue
        if column.kind == "free_text":
            texts.append(column.column)
            continue
        if types[column.column] == ops.TEXT or column.kind in SHOWN:
            columns[column.column] = SHOWN.get(column.kind, Mask())
        elif column.kind in NAMING:
            columns[column.column] = Null()
    return Masks(columns, tuple(texts), tuple(codes))


def singling_out(scanned: ScannedTable) -> tuple[str, ...]:
    """The columns that name nobody and single people out together, of a table whose grade is as high as it is by a
    combination of at least two of them; else none."""
    quasi = tuple(column.column for column in scanned.found if QUASI & column.kinds)
    combined = [note.params.get("columns") for note in scanned.reasons if "kinds" in note.params]
    met = any(isinstance(some, list) and len(set(some) & set(quasi)) > 1 for some in combined)
    return quasi if met else ()


def narrowed(
    masks: Masks,
    kinds: Mapping[str, Collection[str]],
    types: Mapping[str, ops.Type],
    *,
    together: Sequence[str],
    elsewhere: Collection[str],
) -> Masks:
    """The masks, and what becomes of columns that single people out `together`: births leave as their decade, addresses
    as they do beside names. Columns that leave in another table of the publication, `elsewhere`, show nothing: by a key
    that both tables have, the exact values would come back to the narrowed ones.

    `kinds` are those of each column.
    """
    columns = dict(masks.columns)
    for column in together:
        if "birth_date" in kinds[column]:
            columns[column] = BucketDate(Unit.DECADE)
        for kind in sorted(SHOWN.keys() & kinds[column]):
            columns.setdefault(column, SHOWN[kind])
    for column in elsewhere:
        columns[column] = Mask() if types[column] == ops.TEXT else Null()
    return replace(masks, columns=columns)


def compile_masks(masks: Masks, columns: Mapping[str, ops.Column], *, table: str) -> Compiled:
    """The table with its masks as layers that any engine runs; a column without one is as it was."""
    fields = tuple((name, masks.columns.get(name, Keep())) for name in columns)
    whole = Share("publication", "", (), fields)
    never = datetime.max.replace(tzinfo=UTC)
    plan = Plan("", table, 0, "publication", tuple(columns), (whole,), (), never)
    return compile_plan(plan, columns, {})


def redacted(batch: pa.RecordBatch, masks: Masks) -> pa.RecordBatch:
    """The batch with what was found in its texts starred out."""
    for name in masks.redacted:
        place = batch.schema.get_field_index(name)
        but = ("unified_credit_code",) if name in masks.codes else ()
        batch = batch.set_column(place, name, redact(batch.column(place), but=but))
    return batch
