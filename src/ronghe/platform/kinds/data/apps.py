"""Django's entry for this app."""

from django.apps import AppConfig

__all__ = ["DataKindConfig"]


class DataKindConfig(AppConfig):
    """See the package."""

    name = "ronghe.platform.kinds.data"
    label = "data"

    def ready(self) -> None:
        """Hand the kind to the flow of requests."""
        # Models can be imported only from here on.
        from ronghe.platform.kinds.data.kind import DataKind
        from ronghe.platform.requests.kind import register

        register(DataKind())
