"""Look for entries: SQLite's FTS5 or PostgreSQL's tsvector over terms that `ronghe.search` made, with one answer."""

from uuid import UUID

from django.db import connection

from ronghe.platform.catalogue.models import Version
from ronghe.search import Query, document, fts5, initials, terms

__all__ = ["forget", "found", "index"]

MOST = 1_000


def _text(version: Version) -> str:
    items = [item.name for item in version.items.all()]
    return " ".join([version.name, version.abstract, version.asset.department.name, version.asset.code, *items])


def index(version: Version) -> None:
    """Let an entry in force be found; an older version of the asset is not found any more."""
    for other in version.asset.versions.values_list("pk", flat=True):
        forget(other)
    words, characters = document(_text(version))
    row = [version.pk.hex, words, characters, initials(version.name), " ".join(terms(version.name))]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "INSERT INTO catalogue_search (version, words, characters, initials, name) VALUES (%s, %s, %s, %s, %s)",
                row,
            )
        else:
            cursor.execute(
                "INSERT INTO catalogue_search (version, words, characters, initials, name)"
                " VALUES (%s, to_tsvector('simple', %s), to_tsvector('simple', %s), %s, to_tsvector('simple', %s))",
                row,
            )


def forget(version: UUID) -> None:
    """Let an entry not be found any more."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalogue_search WHERE version = %s", [version.hex])


def _sqlite(query: Query) -> list[str]:
    sought = fts5(query, words="words name", signs="characters")
    letters = [phrase.initials for phrase in query.phrases if phrase.initials]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version FROM catalogue_search WHERE catalogue_search MATCH %s"
            " ORDER BY bm25(catalogue_search, 0, 1, 0.2, 1, 8), version LIMIT %s",
            [sought, MOST],
        )
        hits = [row[0] for row in cursor.fetchall()]
        if len(letters) == len(query.phrases) == 1:
            cursor.execute(
                "SELECT version FROM catalogue_search WHERE initials LIKE %s ORDER BY version LIMIT %s",
                [f"%{letters[0]}%", MOST],
            )
            hits += [row[0] for row in cursor.fetchall()]
    return hits


def _postgresql(query: Query) -> list[str]:
    parts, values = [], []
    for phrase in query.phrases:
        ways = []
        for reading in phrase.readings:
            ways.append("(words || name) @@ phraseto_tsquery('simple', %s)")
            values.append(" ".join(reading))
            if len(reading) == 1 and len(reading[0]) == 1:
                ways.append("characters @@ phraseto_tsquery('simple', %s)")
                values.append(reading[0])
        if phrase.initials and len(query.phrases) == 1:
            ways.append("initials LIKE %s")
            values.append(f"%{phrase.initials}%")
        parts.append("(" + " OR ".join(ways) + ")")
    ranked = "ts_rank(name, phraseto_tsquery('simple', %s)) DESC, ts_rank(words, phraseto_tsquery('simple', %s)) DESC"
    first = " ".join(query.phrases[0].readings[0])
    statement = f"SELECT version FROM catalogue_search WHERE {' AND '.join(parts)} ORDER BY {ranked}, version LIMIT %s"  # noqa: S608 - made of the constants above
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, first, first, MOST])
        return [row[0] for row in cursor.fetchall()]


def found(query: Query) -> list[UUID]:
    """The entries in force that the query finds, best first, at most 1,000; who may see them is asked elsewhere."""
    if not query:
        return []
    hits = _sqlite(query) if connection.vendor == "sqlite" else _postgresql(query)
    return [UUID(hex=hit) for hit in dict.fromkeys(hits)]
