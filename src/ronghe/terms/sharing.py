"""The life of anything shared, as values: offer -> request -> grant -> delivery -> use.

Engines and platform exchange these; the sharing index reads nothing else. Amounts are integers in the unit that the
kind measures (items, minutes, function points), money is in fen.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from ronghe.terms.time import Period

__all__ = ["Asset", "Delivery", "Department", "Grant", "Kind", "Offer", "Request", "RequestState", "Use"]


class Kind(StrEnum):
    """What is shared; every kind walks the same life."""

    DATA = "data"
    RESOURCE = "resource"
    TECHNOLOGY = "technology"
    POLICY = "policy"


class RequestState(StrEnum):
    """Where a request stands; the platform's table of moves says what may follow what."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SUPPLEMENT_ASKED = "supplement_asked"
    ACCEPTED = "accepted"
    ACCEPTED_IN_PART = "accepted_in_part"
    REFUSED = "refused"
    DELIVERED = "delivered"
    IN_USE = "in_use"
    EXTENDED = "extended"
    REVOKED = "revoked"
    EXPIRED = "expired"
    DISPOSED = "disposed"


@dataclass(frozen=True, slots=True)
class Department:
    """A department of the city; `code` is its unified social credit code or the city's own short code."""

    code: str
    name: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Asset:
    """One thing that a department holds and may share; `amount` is what it weighs in the index."""

    id: str
    kind: Kind
    department: str
    name: str
    amount: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A version of an asset in the catalogue; `not_shared_basis` names the law that forbids sharing it, if one does."""

    asset: str
    version: int
    published: Period
    conditions: tuple[str, ...] = ()
    not_shared_basis: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A department asks for assets, for a purpose, on a legal basis, for a time."""

    id: str
    requester: str
    assets: tuple[str, ...]
    purpose: str
    legal_basis: str
    wanted: Period
    submitted: datetime
    state: RequestState = RequestState.SUBMITTED


@dataclass(frozen=True, slots=True)
class Grant:
    """The right that an accepted request gives: these fields of this version, for this time."""

    id: str
    request: str
    asset: str
    version: int
    consumer: str
    purpose: str
    valid: Period
    fields: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was handed over under a grant; `due` is the legal day by which it had to be."""

    id: str
    grant: str
    delivered: datetime
    due: date
    rows: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class Use:
    """One measured use by a consumer: rows read, minutes booked, calls made or people reached."""

    grant: str
    consumer: str
    at: datetime
    amount: int
