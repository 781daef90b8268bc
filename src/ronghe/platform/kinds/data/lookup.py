"""Look up and verify (查询、核验): one subject a call, for a named case, within the day's quota, every call on record.

The source is read for that subject alone; nothing is copied and nothing kept. The answer passes the same plan as a file
would, with one more condition: that the row is about this subject.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from ronghe.data.protect.plain import plain_text
from ronghe.platform.access.rules import Actor
from ronghe.platform.audit.actions import record
from ronghe.platform.ids import new_id
from ronghe.platform.kinds.data.leaving import leaving_rows
from ronghe.platform.kinds.data.looking import source_of
from ronghe.platform.kinds.data.lookup_rules import WINDOW_MINUTES, Asked, copying
from ronghe.platform.kinds.data.models import Read
from ronghe.platform.kinds.data.plans import asked_of_grant, key_item
from ronghe.platform.kinds.data.reading import reader_of
from ronghe.platform.kinds.data.reads import Subject, begin_read, check_reader, close_day, end_read
from ronghe.platform.kinds.data.rows import plain_value
from ronghe.platform.kinds.data.sealing import hashed
from ronghe.platform.kinds.data.wanted import Method
from ronghe.platform.requests.actions import CLOCK
from ronghe.platform.requests.models import Grant
from ronghe.terms import InputError
from ronghe.trust.access import Condition, Relation

__all__ = ["Answer", "look_up", "verify"]

MOST_ROWS = 100
_NEAR = 4
"""The last characters of a key, which differ between neighbors: order and check digit of an identity number."""
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Answer:
    """Of a look-up the granted fields of the subject's rows; of a verification `yes`, `no` or `unknown` by field."""

    known: bool
    rows: tuple[Mapping[str, Any], ...] = ()
    verdicts: Mapping[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        told: dict[str, Any] = {"known": self.known}
        if self.verdicts is not None:
            return {**told, "verdicts": dict(self.verdicts)}
        return {**told, "rows": [dict(row) for row in self.rows]}


def _case(text: str) -> str:
    case = text.strip()
    if not case or len(case) > 100 or not case.isprintable():
        raise InputError("platform.case_missing")
    return case


def _key(text: str) -> str:
    key = plain_text(text.strip())
    if not key or len(key) > 200:
        raise InputError("platform.subject_missing")
    return key


def _begun(by: Actor, at: datetime, grant: Grant, channel: str, key: str, case: str) -> Read:
    subject = Subject(case, hashed(key, grant.pk, at), hashed(f"near {key[:-_NEAR]}", grant.pk, at))
    return begin_read(by=by, at=at, grant=grant, channel=channel, subject=subject)


def _rows_of(grant: Grant, key: str, at: datetime, clock: Clock, *, clear: bool) -> list[dict[str, Any]]:
    """The subject's rows as the plan lets them leave; `clear` keeps the fields as they are, to be compared here."""
    name = key_item(grant.version).name
    fields: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict
    if clear:
        fields = lambda granted: dict.fromkeys(granted, "keep")  # noqa: E731 - one expression
    asked = asked_of_grant(grant, at, also=(Condition(name, Relation.IS, (key,)),), fields=fields)
    source = source_of(grant.version.asset_id, grant.version.asset.code)
    reader = reader_of(source, clock, subject=(name, key))
    with leaving_rows(reader, asked, at, new_id()) as rows:
        found = rows.first(MOST_ROWS)
    columns = {name: [plain_value(value) for value in found.column(name).to_pylist()] for name in found.column_names}
    return [{name: columns[name][place] for name in columns} for place in range(found.num_rows)]


def _ended(read: Read, known: bool, rows: int, at: datetime) -> None:
    end_read(read, "done" if known else "unknown", rows=rows)
    since = at - timedelta(minutes=WINDOW_MINUTES)
    recent = Read.objects.filter(grant=read.grant, channel__in=("look_up", "verify"), at__gt=since, at__lte=at)
    asked = [
        Asked(one.subject, one.near, one.case, one.outcome != "unknown", one.channel == "verify")
        for one in recent.order_by("at", "id")
    ]
    why = copying(asked)
    if why:
        _alarm(read, why, at)


def _alarm(read: Read, why: str, at: datetime) -> None:
    """Close the day and say so to both sides: a person looks before it goes on."""
    grant = read.grant
    with transaction.atomic():
        close_day(grant, at, why)
        record(
            by=CLOCK,
            at=at,
            action="data.enumeration",
            subject_kind="request",
            subject=grant.line.request_id,
            departments=[str(grant.consumer_id), str(grant.version.asset.department_id)],
            facts={"why": why, "grant": str(grant.pk), "person": read.person_name},
        )


def look_up(*, by: Actor, grant: Grant, subject: str, case: str, clock: Clock) -> Answer:
    """The granted fields of one subject. Raises InputError without subject or case, LimitReached past the quota,
    Refused when the grant does not live or the day was closed."""
    at = clock()
    check_reader(by, grant, at, Method.LOOK_UP)
    key, told = _key(subject), _case(case)
    read = _begun(by, at, grant, "look_up", key, told)
    rows = _rows_of(grant, key, at, clock, clear=False)
    _ended(read, bool(rows), len(rows), at)
    return Answer(bool(rows), tuple(rows))


def _verdict(claimed: str, values: list[Any]) -> str:
    """`unknown` where the register says nothing; `yes` when some row of the subject says the same."""
    said = [plain_text(str(value).strip()) for value in values if value not in (None, "")]
    if not said:
        return "unknown"
    return "yes" if plain_text(claimed.strip()) in said else "no"


def verify(*, by: Actor, grant: Grant, subject: str, case: str, claims: Mapping[str, str], clock: Clock) -> Answer:
    """Whether what is claimed of one subject is so: yes, no or unknown for each field; no value leaves.

    Raises as `look_up`, and InputError for no claim or one about a field that was not granted.
    """
    at = clock()
    check_reader(by, grant, at, Method.LOOK_UP, Method.VERIFY)
    key, told = _key(subject), _case(case)
    if not claims:
        raise InputError("platform.claims_missing")
    for name in claims:
        if name not in grant.fields:
            raise InputError("platform.field_unknown", name=name, known=", ".join(grant.fields))
    read = _begun(by, at, grant, "verify", key, told)
    rows = _rows_of(grant, key, at, clock, clear=True)
    verdicts = {name: _verdict(value, [row[name] for row in rows]) for name, value in claims.items()}
    _ended(read, bool(rows), 0, at)
    return Answer(bool(rows), verdicts=verdicts)
