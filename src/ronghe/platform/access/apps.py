"""Django's entry for this app."""

from django.apps import AppConfig

__all__ = ["AccessConfig"]


class AccessConfig(AppConfig):
    """See the package."""

    name = "ronghe.platform.access"
    label = "access"

    def ready(self) -> None:
        """Endings that a restored backup must learn of from the log, and what a column holds."""
        from ronghe.platform.access import replay  # noqa: F401 - it registers itself, and models load first
        from ronghe.platform.access.fitting import hold_texts_to_their_columns

        hold_texts_to_their_columns()
