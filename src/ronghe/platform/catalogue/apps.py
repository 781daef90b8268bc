"""Django's entry for this app."""

from django.apps import AppConfig

__all__ = ["CatalogueConfig"]


class CatalogueConfig(AppConfig):
    """See the package."""

    name = "ronghe.platform.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        """Endings that a restored backup must learn of from the log."""
        from ronghe.platform.catalogue import replay  # noqa: F401 - it registers itself, and models load first
