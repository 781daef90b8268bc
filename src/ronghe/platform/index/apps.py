"""Django's entry for this app."""

from django.apps import AppConfig

__all__ = ["IndexConfig"]


class IndexConfig(AppConfig):
    """See the package."""

    name = "ronghe.platform.index"
    label = "index"

    def ready(self) -> None:
        """The degrees that come every night."""
        from ronghe.platform.index.jobs import nightly  # models load first

        nightly()
