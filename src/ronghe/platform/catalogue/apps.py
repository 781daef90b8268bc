"""Django's entry for this app."""

from django.apps import AppConfig

__all__ = ["CatalogueConfig"]


class CatalogueConfig(AppConfig):
    """See the package."""

    name = "ronghe.platform.catalogue"
    label = "catalogue"
