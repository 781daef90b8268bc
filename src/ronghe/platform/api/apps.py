"""Django's entry for this app."""

from django.apps import AppConfig

__all__ = ["ApiConfig"]


class ApiConfig(AppConfig):
    """See the package."""

    name = "ronghe.platform.api"
    label = "api"

    def ready(self) -> None:
        """Have the answers of calls that nobody repeats any more removed every night."""
        # Models can be imported only from here on.
        from ronghe.platform.api.once import nightly

        nightly()
