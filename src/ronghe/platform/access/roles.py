"""The roles of the platform, and which of them one person may not hold together."""

from enum import StrEnum

__all__ = ["ADMINISTRATORS", "BUREAU_ROLES", "Role"]


class Role(StrEnum):
    """What a person may do in a department; administrators and the bureau's people do it for the whole city."""

    OFFERER = "offerer"
    ASKER = "asker"
    APPROVER = "approver"
    SECURITY_OFFICER = "security_officer"
    RESOURCE_KEEPER = "resource_keeper"
    COORDINATOR = "coordinator"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    SYSTEM_ADMINISTRATOR = "system_administrator"
    SECURITY_ADMINISTRATOR = "security_administrator"
    AUDIT_ADMINISTRATOR = "audit_administrator"


ADMINISTRATORS = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR})
"""三员分立: GB/T 22239 wants these three apart; no person holds two of them, nor one of them beside any other role."""
BUREAU_ROLES = frozenset({Role.COORDINATOR, Role.AUDITOR, Role.OPERATOR}) | ADMINISTRATORS
"""Only the bureau gives them."""
