"""Django's entry for this app."""

from django.apps import AppConfig

__all__ = ["AlarmsConfig"]


class AlarmsConfig(AppConfig):
    """See the package."""

    name = "ronghe.platform.alarms"
    label = "alarms"

    def ready(self) -> None:
        """The jobs that tell and send."""
        from ronghe.platform.alarms.sending import every_minute  # models load first

        every_minute()
