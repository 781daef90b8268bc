"""Django's entry for this app."""

from django.apps import AppConfig

__all__ = ["DataKindConfig"]


class DataKindConfig(AppConfig):
    """See the package."""

    name = "ronghe.platform.kinds.data"
    label = "data"

    def ready(self) -> None:
        """Hand the kind to the flow of requests, and its work to the worker."""
        # Models can be imported only from here on.
        from ronghe.platform.jobs.stored import jobs
        from ronghe.platform.kinds.data import jobs as known  # noqa: F401 - it registers itself
        from ronghe.platform.kinds.data import replay, telling  # noqa: F401 - as well
        from ronghe.platform.kinds.data.kind import DataKind
        from ronghe.platform.kinds.data.work import TEND
        from ronghe.platform.requests.kind import register

        register(DataKind())
        jobs.schedule(TEND, "*/5 * * * *")
