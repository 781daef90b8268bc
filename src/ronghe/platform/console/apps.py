"""Django's entry for this app."""

from django.apps import AppConfig

__all__ = ["ConsoleConfig"]


class ConsoleConfig(AppConfig):
    """See the package."""

    name = "ronghe.platform.console"
    label = "console"
