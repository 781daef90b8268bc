"""Django's entry for this app."""

from django.apps import AppConfig

__all__ = ["AuditConfig"]


class AuditConfig(AppConfig):
    """See the package."""

    name = "ronghe.platform.audit"
    label = "audit"
