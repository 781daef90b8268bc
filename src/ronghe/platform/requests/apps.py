"""Django's entry for this app."""

from django.apps import AppConfig

__all__ = ["RequestsConfig"]


class RequestsConfig(AppConfig):
    """See the package."""

    name = "ronghe.platform.requests"
    label = "requests"

    def ready(self) -> None:
        """Endings that a restored backup must learn of from the log."""
        from ronghe.platform.requests import replay  # noqa: F401 - it registers itself, and models load first
