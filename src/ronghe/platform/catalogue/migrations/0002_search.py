"""The index of the search: a virtual table of SQLite's FTS5, or columns with GIN indexes in PostgreSQL."""

from django.db import migrations

_SQLITE = (
    "CREATE VIRTUAL TABLE catalogue_search USING fts5(version UNINDEXED, words, characters, initials UNINDEXED, name)",
)
_POSTGRESQL = (
    """CREATE TABLE catalogue_search (
        version char(32) PRIMARY KEY, words tsvector, characters tsvector, initials text, name tsvector)""",
    "CREATE INDEX catalogue_search_words ON catalogue_search USING gin ((words || name))",
    "CREATE INDEX catalogue_search_characters ON catalogue_search USING gin (characters)",
)


def make(apps, editor):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, ARG001
    for statement in _SQLITE if editor.connection.vendor == "sqlite" else _POSTGRESQL:
        editor.execute(statement)


def drop(apps, editor):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, ARG001
    editor.execute("DROP TABLE catalogue_search")


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]
    operations = [migrations.RunPython(make, drop)]
