"""A plan of obligations: what a permitted request may have, compiled once and served by every channel."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from ronghe.terms import content_id
from ronghe.trust.access.conditions import Condition
from ronghe.trust.access.grants import Dated, Request
from ronghe.trust.access.obligations import Drop, Obligation, SmallGroups

__all__ = ["Plan", "Share", "plan_of"]


@dataclass(frozen=True, slots=True)
class Share:
    """What one grant adds: the rows of which all conditions hold, with these fields under these obligations."""

    grant: str
    legal_basis: str
    rows: tuple[Condition, ...]
    fields: tuple[tuple[str, Obligation], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The rows and fields that may leave.

    A cell leaves only if one share has both its row and its field; where several have it, the strictest of their
    obligations applies, and NULL where none of them is the strictest. `fields` are the columns that leave, in order.
    `until` is the instant from which the plan is no longer valid, `hash` depends on the content alone.
    """

    consumer: str
    asset: str
    version: int
    purpose: str
    fields: tuple[str, ...]
    shares: tuple[Share, ...]
    suppress: tuple[SmallGroups, ...]
    until: datetime

    @property
    def hash(self) -> str:
        """32 hexadecimal digits. Worked out when asked for: a decision must not wait for it."""
        return content_id(json.dumps(_content(self), ensure_ascii=False, sort_keys=True))

    def to_json(self) -> dict[str, object]:
        """The plan as a JSON value, with its hash."""
        return {**_content(self), "hash": self.hash}


def _worded(value: object) -> object:
    return value if isinstance(value, str | int) else str(value)


def _condition(condition: Condition) -> dict[str, object]:
    values = [_worded(value) for value in condition.values]
    kind = type(condition.values[0]).__name__.lower()
    return {"subject": condition.subject, "relation": condition.relation.value, "type": kind, "values": values}


def _obligation(obligation: Obligation) -> dict[str, object]:
    told = {name: _worded(value) for name, value in asdict(obligation).items()}
    return {"obligation": type(obligation).__name__, **told}


def _content(plan: Plan) -> dict[str, object]:
    shares = [
        {
            "grant": share.grant,
            "legal_basis": share.legal_basis,
            "rows": [_condition(condition) for condition in share.rows],
            "fields": {name: _obligation(obligation) for name, obligation in share.fields},
        }
        for share in plan.shares
    ]
    return {
        "consumer": plan.consumer,
        "asset": plan.asset,
        "version": plan.version,
        "purpose": plan.purpose,
        "fields": list(plan.fields),
        "shares": shares,
        "suppress": [{"least": s.least, "fields": list(s.fields), "rows": s.rows} for s in plan.suppress],
        "until": plan.until.isoformat(),
    }


def plan_of(request: Request, granted: tuple[Dated, ...], names: tuple[str, ...]) -> Plan:
    """The plan of a request that these grants permit, for the fields `names`."""
    shares = tuple(
        Share(grant.id, grant.legal_basis, grant.rows, tuple((n, o) for n, o in grant.fields if n in names))
        for _, _, grant in granted
    )
    leaving = {name for share in shares for name, obligation in share.fields if not isinstance(obligation, Drop)}
    return Plan(
        consumer=request.consumer,
        asset=request.asset,
        version=request.version,
        purpose=request.purpose,
        fields=tuple(name for name in names if name in leaving),
        shares=shares,
        suppress=tuple(dict.fromkeys(rule for _, _, grant in granted for rule in grant.suppress)),
        until=min(end for _, end, _ in granted),
    )
