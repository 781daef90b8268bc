"""Django's entry for this app."""

from django.apps import AppConfig

__all__ = ["AlarmsConfig"]


class AlarmsConfig(AppConfig):
    """See the package."""

    name = "ronghe.platform.alarms"
    label = "alarms"

    def ready(self) -> None:
        """The jobs that tell and send, what people learn of their account, and endings for a restored backup."""
        from ronghe.platform.alarms import replay, telling  # noqa: F401 - they register themselves; models load first
        from ronghe.platform.alarms.sending import every_minute  # models load first

        every_minute()
