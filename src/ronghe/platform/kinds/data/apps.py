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
        from ronghe.platform.kinds.data.measuring import DataMeasure
        from ronghe.platform.kinds.data.work import RENEW, TEND
        from ronghe.platform.kinds.measure import register_measure
        from ronghe.platform.requests.kind import register

        register(DataKind())
        register_measure(DataMeasure())
        jobs.schedule(TEND, "*/5 * * * *")
        jobs.schedule(RENEW, "40 17 * * *")
