"""Django's entry for this app."""

from django.apps import AppConfig

__all__ = ["CatalogueConfig"]


class CatalogueConfig(AppConfig):
    """See the package."""

    name = "ronghe.platform.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        """What happens by itself: telling people, endings that a restored backup must learn of."""
        from ronghe.platform.catalogue import replay, telling  # noqa: F401 - they register themselves
