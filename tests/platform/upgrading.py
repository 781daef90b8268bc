"""Upgrades a database, killed after each of some changes and at last left alone:  upgrading.py  (RONGHE_HOME)"""

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402

from ronghe.platform.serve.schema import pending, upgrade  # noqa: E402

KILLS = (1, 9, 25)


def _kill_after(count: int) -> Callable[..., Any]:
    apply, done = MigrationExecutor.apply_migration, [0]

    def applied(*given: Any, **named: Any) -> Any:
        state = apply(*given, **named)
        done[0] += 1
        if done[0] == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return state

    return applied


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        return connection.introspection.table_names(cursor)


def main() -> None:
    said = []
    for count in KILLS:
        connection.close()
        child = os.fork()
        if child == 0:
            MigrationExecutor.apply_migration = _kill_after(count)  # type: ignore[method-assign]
            upgrade()
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said.append({"killed": code, "tables": _tables()})
    first, again = upgrade(), upgrade()
    sys.stdout.write(json.dumps({"kills": said, "first": len(first), "again": again, "pending": pending()}))


if __name__ == "__main__":
    main()
