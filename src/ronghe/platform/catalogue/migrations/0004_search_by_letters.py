"""The index of the search anew: initials are looked up rather than read through, rows are found by their entry and stand
in the order of the lengths of names; `catalogue_state` says whether anything changed."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.db import migrations, models

from ronghe.platform.catalogue.search import KEEP_PLACE, pairs, placed

_STATE = "CREATE TABLE catalogue_state (mark char(32) NOT NULL)"
_SQLITE = (
    "CREATE TABLE catalogue_searched (place integer PRIMARY KEY, version char(32) NOT NULL UNIQUE)",
    "ALTER TABLE catalogue_search RENAME TO catalogue_search_old",
    "CREATE VIRTUAL TABLE catalogue_search USING fts5(words, characters, letters, name)",
)
_POSTGRESQL = (
    "ALTER TABLE catalogue_search ADD COLUMN letters tsvector",
    "CREATE INDEX catalogue_search_letters ON catalogue_search USING gin (letters)",
)


def _sqlite(cursor: Any, names: Mapping[str, str]) -> None:
    for statement in _SQLITE:
        cursor.execute(statement)
    cursor.execute("SELECT version, words, characters, initials, name FROM catalogue_search_old")
    rows = cursor.fetchall()
    cursor.executemany(KEEP_PLACE, [placed(row[0], names.get(row[0], "")) for row in rows])
    cursor.executemany(
        "INSERT INTO catalogue_search (rowid, words, characters, letters, name)"
        " SELECT place, %s, %s, %s, %s FROM catalogue_searched WHERE version = %s",
        [(words, characters, pairs(letters), name, version) for version, words, characters, letters, name in rows],
    )
    cursor.execute("DROP TABLE catalogue_search_old")


def _postgresql(cursor: Any) -> None:
    for statement in _POSTGRESQL:
        cursor.execute(statement)
    cursor.execute("SELECT initials, version FROM catalogue_search")
    kept = [(pairs(letters), version) for letters, version in cursor.fetchall()]
    cursor.executemany("UPDATE catalogue_search SET letters = to_tsvector('simple', %s) WHERE version = %s", kept)
    cursor.execute("ALTER TABLE catalogue_search DROP COLUMN initials")


def make(apps, editor):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    versions = apps.get_model("catalogue", "Version").objects
    with editor.connection.cursor() as cursor:
        if editor.connection.vendor == "sqlite":
            _sqlite(cursor, {key.hex: name for key, name in versions.values_list("pk", "name")})
        else:
            _postgresql(cursor)
        cursor.execute(_STATE)
        cursor.execute("INSERT INTO catalogue_state (mark) VALUES (%s)", [uuid4().hex])


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0003_keys_obligations_announcements")]
    operations = [
        migrations.RunPython(make),
        migrations.AddIndex("Version", models.Index(fields=["state", "name", "id"], name="entries_by_name")),
    ]
