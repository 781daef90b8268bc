"""The table of what every web process must know of: codes that were used, attempts that were made."""

from typing import Any

from django.core.management import call_command
from django.db import migrations


def _make(apps: Any, editor: Any) -> None:  # noqa: ARG001 - Django's signature
    call_command("createcachetable", database=editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
    ]

    operations = [migrations.RunPython(_make, migrations.RunPython.noop)]
