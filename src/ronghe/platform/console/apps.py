"""Django's entry for this app."""

from django.apps import AppConfig

__all__ = ["ConsoleConfig"]


class ConsoleConfig(AppConfig):
    """See the package."""

    name = "ronghe.platform.console"
    label = "console"

    def ready(self) -> None:
        """The check that comes every night."""
        from ronghe.platform.console.health.check import nightly  # models load first

        nightly()
