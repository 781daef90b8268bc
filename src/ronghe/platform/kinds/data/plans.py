"""A grant of the platform as the engine's grant, so that one compiled plan decides for every channel."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ronghe.journeys.protected_rows import Asked
from ronghe.platform.audit.models import Entry
from ronghe.platform.catalogue.models import Item, Version
from ronghe.platform.catalogue.rules import Finding, finds
from ronghe.platform.kinds.data.models import Source
from ronghe.platform.kinds.data.wanted import Wanted, wanted_of
from ronghe.platform.requests.models import Grant, Line
from ronghe.platform.requests.rules import LIVE
from ronghe.terms import InputError, Kind, Period, Refused, RequestState
from ronghe.trust import access
from ronghe.trust.access import Condition
from ronghe.trust.access.obligations import Keep, Obligation, Token, reveals_no_more
from ronghe.trust.access.policy import AssetRisk, Hierarchy, Policy
from ronghe.trust.access.policy_fields import obligation
from ronghe.trust.access.reading import Table

__all__ = [
    "asked_of_grant",
    "asked_of_line",
    "check_clock",
    "check_live",
    "check_stricter",
    "key_item",
    "obligation_of",
    "over",
    "personal_fields",
    "released_as_key",
    "unsaid_personal",
    "wanted_by",
]

_LEVELS = {"region": ("city", "province")}
_HIERARCHIES = {"region": Hierarchy("region", _LEVELS["region"])}


def obligation_of(said: object, request: str) -> Obligation:
    """The obligation in the words of `policy@1`; InputError for what is none: it must not become the clear value."""
    table = Table({"fields": {"field": said}}, "obligation", "").inside("fields")
    try:
        return obligation(table, "field", _LEVELS, request)
    except ValueError as fault:
        raise InputError("platform.obligation_form", value=str(said), detail=str(fault)) from fault


def check_stricter(terms: Mapping[str, Any], stricter: Mapping[str, Any], request: str) -> None:
    """Refused for a field that is not granted, or whose new obligation would show what the present one hides."""
    for name, said in stricter.items():
        if name not in terms:
            raise InputError("platform.field_unknown", name=name, known=", ".join(terms))
        if not reveals_no_more(obligation_of(said, request), obligation_of(terms[name], request)):
            raise Refused("platform.obligation_looser", name=name, said=str(said), present=str(terms[name]))


def check_live(grant: Grant, at: datetime) -> None:
    """Refused outside the half-open time of a grant, after it was revoked, or when its request ended."""
    if over(grant, at):
        raise Refused("platform.grant_over")
    if at < grant.valid_from:
        raise Refused("platform.grant_not_yet", at=grant.valid_from.isoformat())


def over(grant: Grant, at: datetime) -> bool:
    """Whether the grant ended: it will not live again."""
    ended = at >= grant.valid_until or (grant.revoked is not None and at >= grant.revoked)
    return ended or RequestState(grant.line.request.state) not in LIVE


def personal_fields(version: Version, fields: Iterable[str]) -> list[str]:
    """Those of the fields that are personal by the owner's word or by what was found in the source."""
    said = set(version.items.filter(personal=True).values_list("name", flat=True))
    source = Source.objects.filter(asset=version.asset_id).first()
    found = source.examination.get("found", []) if source else []
    said |= {one["column"] for one in found if one["subject"] in ("personal", "sensitive")}
    return [name for name in fields if name in said]


@finds("data")
def unsaid_personal(version: Version) -> Iterator[Finding]:
    """Items in which the scan found personal data, and of which the owner does not say so."""
    unsaid = list(version.items.filter(personal=False).values_list("name", flat=True))
    for name in personal_fields(version, unsaid):
        yield Finding("platform.lint_item_personal", "items", stops=False, params=(("name", name),))


def wanted_by(grant: Grant) -> Wanted:
    """The rows and the method of a grant."""
    return wanted_of(grant.rows, grant.version.method)


def key_item(version: Version) -> Item:
    """The column that tells which subject a row is about; InputError where the owner named none."""
    found = version.items.filter(is_key=True).first()
    if found is None:
        raise InputError("platform.key_missing", name=version.name)
    return found


def released_as_key(grant: Grant) -> str:
    """The key's name where it leaves in a form that still tells subjects apart, else nothing."""
    key = grant.version.items.filter(is_key=True).values_list("name", flat=True).first()
    if key is None or key not in grant.fields:
        return ""
    duty = obligation_of(grant.fields[key], str(grant.line.request_id))
    return key if isinstance(duty, Keep | Token) else ""


def check_clock(grant: Grant, at: datetime) -> None:
    """Refused while the clock shows less than what is on record about the request: a right that ended would revive."""
    if at < _seen(grant.line.request_id, at):
        raise Refused("access.clock_back")


def _seen(request: object, at: datetime) -> datetime:
    """The latest instant that is on record about the request: before it the clock cannot be (threat 20)."""
    last = Entry.objects.filter(subject_kind="request", subject=str(request)).order_by("-at").first()
    return at if last is None else last.at


def _asked(
    version: Version,
    fields: Mapping[str, Any],
    where: tuple[Condition, ...],
    *,
    id: str,  # noqa: A002 - the engine's word
    consumer: str,
    purpose: str,
    legal_basis: str,
    request: str,
    valid: Period,
    at: datetime,
) -> Asked:
    code = version.asset.code
    try:
        granted = access.Grant(
            id=id,
            consumer=consumer,
            kind=Kind.DATA,
            asset=code,
            version=version.number,
            purpose=purpose,
            legal_basis=legal_basis,
            fields=tuple((name, obligation_of(said, request)) for name, said in fields.items()),
            valid=valid,
            rows=where,
            request=request,
        )
    except ValueError as fault:
        raise Refused("platform.grant_broken", detail=str(fault)) from fault
    grants = access.Grants.of([granted], seen=_seen(request, at))
    policy = Policy(grants, {code: AssetRisk(code, version.number)}, _HIERARCHIES)
    asked = access.Request(consumer, Kind.DATA, code, version.number, purpose)
    return Asked(policy, asked, at)


def asked_of_grant(
    grant: Grant,
    at: datetime,
    *,
    also: tuple[Condition, ...] = (),
    fields: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict,
) -> Asked:
    """The engine's question about a grant at an instant; `also` narrows the rows, `fields` may replace obligations.

    Raises Refused when the grant does not live then.
    """
    check_live(grant, at)
    return _asked(
        grant.version,
        fields(grant.terms),
        (*wanted_by(grant).where, *also),
        id=str(grant.pk),
        consumer=grant.consumer.code,
        purpose=grant.purpose,
        legal_basis=grant.legal_basis,
        request=str(grant.line.request_id),
        valid=Period(grant.valid_from.astimezone(UTC), grant.valid_until.astimezone(UTC)),
        at=at,
    )


def asked_of_line(line: Line, terms: Mapping[str, Any], rows: Mapping[str, Any], at: datetime) -> Asked:
    """The question that a line would be if it were granted as it stands, at once and for an instant."""
    request = line.request
    asked = _asked(
        line.version,
        terms,
        wanted_of(rows, line.version.method).where,
        id=str(line.pk),
        consumer=request.requester.code,
        purpose=request.purpose,
        legal_basis=request.legal_basis,
        request=str(request.pk),
        valid=Period(at, None),
        at=at,
    )
    return replace(asked, now=at)
