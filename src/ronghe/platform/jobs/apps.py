"""Django's entry for this app."""

from django.apps import AppConfig

__all__ = ["JobsConfig"]


class JobsConfig(AppConfig):
    """See the package."""

    name = "ronghe.platform.jobs"
    label = "jobs"
