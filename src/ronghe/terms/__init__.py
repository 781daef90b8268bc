"""The words that every part of Ronghe shares: who, what, why, when, and what can go wrong."""

from ronghe.terms.errors import (
    InputError,
    InternalFault,
    LimitReached,
    Refused,
    RongheError,
    StoppedByUser,
    UsageError,
)
from ronghe.terms.ids import content_id, record_id
from ronghe.terms.sharing import (
    Asset,
    Delivery,
    Department,
    Grant,
    Kind,
    Offer,
    Request,
    RequestState,
    Use,
)
from ronghe.terms.time import LEGAL_ZONE, Period, legal_day, utc

__all__ = [
    "LEGAL_ZONE",
    "Asset",
    "Delivery",
    "Department",
    "Grant",
    "InputError",
    "InternalFault",
    "Kind",
    "LimitReached",
    "Offer",
    "Period",
    "Refused",
    "Request",
    "RequestState",
    "RongheError",
    "StoppedByUser",
    "UsageError",
    "Use",
    "content_id",
    "legal_day",
    "record_id",
    "utc",
]
