"""Django's entry for this app."""

from django.apps import AppConfig

__all__ = ["ConsoleConfig"]


class ConsoleConfig(AppConfig):
    """See the package."""

    name = "ronghe.platform.console"
    label = "console"

    def ready(self) -> None:
        """The check that comes every night, and the record of second factors."""
        from ronghe.platform.console.doors import keep_changes
        from ronghe.platform.console.health.check import nightly  # models load first

        keep_changes()
        nightly()
