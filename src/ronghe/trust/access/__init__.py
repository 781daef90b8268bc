"""Access: grants in, a request and the time in; a plan of obligations or a refusal out."""

from ronghe.trust.access.conditions import Condition, Relation
from ronghe.trust.access.decide import Decision, Deny, Permit, decide
from ronghe.trust.access.grants import Grant, Grants, Prohibition, Request
from ronghe.trust.access.plan import Plan, Share

__all__ = [
    "Condition",
    "Decision",
    "Deny",
    "Grant",
    "Grants",
    "Permit",
    "Plan",
    "Prohibition",
    "Relation",
    "Request",
    "Share",
    "decide",
]
