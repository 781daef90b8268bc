"""The decision: pure, total, and closed on every doubt.

    Deny    anything that is not exactly as it must be, and every exception
    Deny    a prohibition that applies, whatever is granted
    Permit  what the grants that apply give together

A refusal says what to do about it and nothing of rules that the asker may not see: who asks for what nobody has, for
what others have, and for what is secretly forbidden gets the same answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from ronghe.terms import Kind
from ronghe.trust.access.conditions import Condition, UnknownAttribute, Value, holds
from ronghe.trust.access.grants import Dated, Grants, Group, Prohibition, Request
from ronghe.trust.access.plan import Plan, plan_of

__all__ = ["Decision", "Deny", "Permit", "decide"]


@dataclass(frozen=True, slots=True)
class Permit:
    """Yes, and this is what may leave."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class Deny:
    """No. `reason` and `remedy` are codes of `messages` that `params` fill; `clause` is the rule, "" if untold."""

    reason: str
    remedy: str
    clause: str = ""
    params: tuple[tuple[str, str], ...] = ()


Decision = Permit | Deny

_FAULT = Deny("access.fault", "access.remedy_tell_operator")
_MALFORMED = Deny("access.malformed", "access.remedy_correct_request")
_CLOCK = Deny("access.clock_back", "access.remedy_tell_operator")
_STALE = Deny("access.policy_stale", "access.remedy_renew_policy")
_NO_GRANT = Deny("access.no_grant", "access.remedy_request")
_UNKNOWN = "access.attribute_unknown"


def decide(request: Request, grants: Grants, now: datetime) -> Decision:
    """Whether the request may be served at the instant `now`, and with what; never raises."""
    try:
        return _decided(request, grants, now)
    except UnknownAttribute as unknown:
        return Deny(_UNKNOWN, "access.remedy_correct_request", params=(("name", str(unknown)),))
    except Exception:  # noqa: BLE001 - whatever went wrong, nothing may leave
        return _FAULT


def _decided(request: Request, grants: Grants, now: datetime) -> Decision:
    if not _well_formed(request, grants, now):
        return _MALFORMED
    if now.tzinfo is not UTC:
        now = now.astimezone(UTC)
    if not grants.seen <= now < grants.fresh_until:
        return _CLOCK if now < grants.seen else _STALE
    told = _told(request, grants.known) if request.attributes else {}
    prohibitions = grants.by_asset.get((request.kind, request.asset))
    prohibited = prohibitions and _prohibited(request, prohibitions, told, now)
    return prohibited or _by_group(request, grants, told, now)


def _by_group(request: Request, grants: Grants, told: Mapping[str, Value], now: datetime) -> Decision:
    asker = request.consumer if request.on_behalf_of is None else request.on_behalf_of
    group = grants.by_key.get((asker, request.kind, request.asset, request.version, request.purpose))
    if group is None:
        return _NO_GRANT
    if group.plain and request.on_behalf_of is None and group.start <= now < group.end:
        return _planned(request, group, group.dated)
    return _granted(request, grants, told, now, group)


def _well_formed(request: Request, grants: Grants, now: datetime) -> bool:
    """Types exactly: True must not pass for version 1, nor a text that only claims to be equal."""
    return (
        type(request) is Request
        and type(grants) is Grants
        and type(now) is datetime
        and now.tzinfo is not None
        and type(request.consumer) is str
        and type(request.kind) is Kind
        and type(request.asset) is str
        and type(request.version) is int
        and type(request.purpose) is str
        and type(request.amount) is int
        and request.amount >= 0
        and type(request.attributes) is tuple
        and type(request.fields) is tuple
        and (not request.fields or all(type(name) is str for name in request.fields))
        and (request.on_behalf_of is None or type(request.on_behalf_of) is str)
    )


def _told(request: Request, known: frozenset[str]) -> Mapping[str, Value]:
    told = dict(request.attributes)
    if len(told) < len(request.attributes):
        raise UnknownAttribute(request.attributes[0][0])
    for name in told:
        if name not in known:
            raise UnknownAttribute(name)
    return told


def _all_hold(conditions: tuple[Condition, ...], told: Mapping[str, Value]) -> bool:
    """Whether all hold, in their order and no further than the first that does not."""
    for condition in conditions:
        if condition.subject not in told:
            raise UnknownAttribute(condition.subject)
        if not holds(condition, told[condition.subject]):
            return False
    return True


def _concerns(one: Prohibition, request: Request) -> bool:
    asker = request.on_behalf_of
    return (
        (one.consumer is None or one.consumer in (request.consumer, asker))
        and (one.version is None or one.version == request.version)
        and (one.purpose is None or one.purpose == request.purpose)
        # No fields asked means all fields asked.
        and (not one.fields or not request.fields or not set(one.fields).isdisjoint(request.fields))
    )


def _prohibited(
    request: Request,
    prohibitions: tuple[tuple[datetime, datetime, Prohibition], ...],
    told: Mapping[str, Value],
    now: datetime,
) -> Deny | None:
    """The refusal by the first prohibition that applies; every one of them is asked, so that none hides a fault."""
    found = None
    for start, end, one in prohibitions:
        if start <= now < end and _concerns(one, request) and _all_hold(one.when, told) and found is None:
            found = Deny("access.prohibited", "access.remedy_objection", one.clause) if one.public else _NO_GRANT
    return found


def _granted(request: Request, grants: Grants, told: Mapping[str, Value], now: datetime, group: Group) -> Decision:
    dated = group.dated
    if request.on_behalf_of is not None:
        dated = tuple(one for one in dated if request.consumer in one[2].delegates)
        if not dated:
            return _NO_GRANT
    current = tuple(one for one in dated if one[0] <= now < one[1])
    if not current:
        return _out_of_time(dated, now)
    current = tuple(one for one in current if _all_hold(one[2].when, told))
    if not current:
        return Deny("access.conditions_unmet", "access.remedy_conditions")
    within = tuple(one for one in current if _has_quota(one, grants.used, request.amount))
    if not within:
        return Deny("access.quota_used", "access.remedy_quota", current[0][2].id)
    return _planned(request, group, within)


def _out_of_time(dated: tuple[Dated, ...], now: datetime) -> Deny:
    """The asker's own grants may be told: the next that begins, or else the last that ended."""
    coming = [one for one in dated if now < one[0]]
    if coming:
        start, _, grant = min(coming, key=lambda one: (one[0], one[2].id))
        return Deny("access.not_yet_valid", "access.remedy_wait", grant.id, (("at", start.isoformat()),))
    _, end, grant = max(dated, key=lambda one: (one[1], one[2].id))
    return Deny("access.expired", "access.remedy_extend", grant.id, (("at", end.isoformat()),))


def _has_quota(one: Dated, used: Mapping[str, int], amount: int) -> bool:
    grant = one[2]
    return grant.quota is None or used.get(grant.id, 0) + amount <= grant.quota


def _planned(request: Request, group: Group, granted: tuple[Dated, ...]) -> Decision:
    # Plans differ with the asker, who may be a delegate; None stands for all grants of the group.
    which = None if granted is group.dated else tuple(one[2].id for one in granted)
    memory = (request.consumer, request.fields, which)
    known = group.plans.get(memory)
    if known is not None:
        return cast("Permit", known)
    every = tuple(dict.fromkeys(name for _, _, grant in granted for name, _ in grant.fields))
    missing = tuple(name for name in request.fields if name not in every)
    if missing:
        return Deny("access.fields_not_granted", "access.remedy_fewer_fields", params=(("names", ", ".join(missing)),))
    permit = Permit(plan_of(request, granted, request.fields or every))
    if not permit.plan.fields:
        return Deny("access.nothing_left", "access.remedy_request")
    if len(group.plans) < _MOST_PLANS:
        group.plans[memory] = permit
    return permit


_MOST_PLANS = 100
"""Plans that a group remembers; an asker must not fill the memory by asking for every choice of fields."""
