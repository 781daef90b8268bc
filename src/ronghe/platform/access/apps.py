"""Django's entry for this app."""

from django.apps import AppConfig

__all__ = ["AccessConfig"]


class AccessConfig(AppConfig):
    """See the package."""

    name = "ronghe.platform.access"
    label = "access"
