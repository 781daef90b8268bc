"""Django's entry for this app."""

from django.apps import AppConfig

__all__ = ["RequestsConfig"]


class RequestsConfig(AppConfig):
    """See the package."""

    name = "ronghe.platform.requests"
    label = "requests"
