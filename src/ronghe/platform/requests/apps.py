"""Django's entry for this app."""

from django.apps import AppConfig

__all__ = ["RequestsConfig"]


class RequestsConfig(AppConfig):
    """See the package."""

    name = "ronghe.platform.requests"
    label = "requests"

    def ready(self) -> None:
        """What happens by itself: telling people, the clocks, endings that a restored backup must learn of."""
        from ronghe.platform.requests import clocks, replay, telling  # noqa: F401 - they register themselves
