"""Django's entry for this app."""

from django.apps import AppConfig

__all__ = ["DepartmentsConfig"]


class DepartmentsConfig(AppConfig):
    """See the package."""

    name = "ronghe.platform.departments"
    label = "departments"
