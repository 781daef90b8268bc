"""Find the row of an objection whose holder knows it by a token (假名标识): the owner must know which row to check.

The token is made again for every key of the source, as the grant's rows have it; the key that gives it is sealed, shown
to the owner alone, and goes nowhere else.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from ronghe.journeys.token_keys import tokens_of
from ronghe.platform.audit.actions import record
from ronghe.platform.catalogue.models import Item
from ronghe.platform.kinds.data import work
from ronghe.platform.kinds.data.leaving import leaving_rows
from ronghe.platform.kinds.data.looking import source_of
from ronghe.platform.kinds.data.models import Trace
from ronghe.platform.kinds.data.plans import asked_of_grant, obligation_of
from ronghe.platform.kinds.data.reading import reader_of, trouble_of
from ronghe.platform.kinds.data.sealing import seal, token_key_file, unseal
from ronghe.platform.requests.actions import CLOCK
from ronghe.platform.requests.models import Grant, Objection
from ronghe.terms import RongheError
from ronghe.trust.access.obligations import Token

__all__ = ["key_of", "make_trace", "want_trace"]


def _token(grant: Grant) -> tuple[str, Token] | None:
    """The key's name and how it became a token under the grant; None where it left in another form."""
    item = Item.objects.filter(version=grant.version_id, is_key=True).first()
    if item is None or item.name not in grant.fields:
        return None
    duty = obligation_of(grant.fields[item.name], str(grant.line.request_id))
    return (item.name, duty) if isinstance(duty, Token) else None


def want_trace(objection: Objection, at: datetime) -> None:
    """Have the row found where it is known by a token."""
    if objection.grant is not None and _token(objection.grant) is not None:
        work.trace(Trace.objects.create(objection=objection, wanted=at))


def key_of(objection: Objection) -> str:
    """The row's key as the owner knows it: what was found for its token, else what the objection says."""
    trace = Trace.objects.filter(objection=objection).exclude(sealed="").first()
    return objection.row_key if trace is None else unseal(trace.sealed, trace.pk)


def _found(grant: Grant, token: str, work_of: UUID, clock: Callable[[], datetime]) -> str:
    """The key whose token it is under the grant; nothing where the source has none now."""
    at, named = clock(), _token(grant)
    assert named is not None
    name, duty = named
    # Only the key, as it is: it stays in this process.
    asked = asked_of_grant(grant, at, fields=lambda _: {name: "keep"})
    reader = reader_of(source_of(grant.version.asset_id, grant.version.asset.code), clock)
    with leaving_rows(reader, asked, at, work_of) as rows, rows.batches() as batches:
        made = tokens_of(token_key_file(), consumer=grant.consumer.code, expected="")
        for batch in batches:
            keys = pc.unique(batch.column(0).cast(pa.string())).drop_null()
            here = pc.index(made(keys, duty.domain, duty.request), token).as_py()
            if here >= 0:
                return str(keys[here])
    return ""


def make_trace(key: UUID, *, clock: Callable[[], datetime]) -> bool:
    """Find the row, or keep why it could not be; one that is done is not done again."""
    trace = Trace.objects.select_related("objection__grant__line", "objection__grant__version__asset").get(pk=key)
    grant = trace.objection.grant
    if trace.made is not None or grant is None:
        return bool(trace.sealed)
    sealed, trouble = "", {}
    try:
        found = _found(grant, trace.objection.row_key, trace.pk, clock)
        sealed = seal(found, trace.pk, clock()) if found else ""
    except RongheError as error:
        trouble = trouble_of(error)
    with transaction.atomic():
        Trace.objects.filter(pk=key).update(made=clock(), sealed=sealed, trouble=trouble)
        record(
            by=CLOCK,
            at=clock(),
            action="data.traced",
            subject_kind="objection",
            subject=trace.objection_id,
            departments=[str(grant.version.asset.department_id)],
            facts={"found": bool(sealed)},
        )
    return bool(sealed)
