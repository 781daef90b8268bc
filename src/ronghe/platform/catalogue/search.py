"""Look for entries: SQLite's FTS5 or PostgreSQL's tsvector over terms that `ronghe.search` made, with one answer.

FTS5 gives rows in the order of their numbers for nothing and takes a microsecond to weigh each. So the numbers follow
the lengths of names: where a common word has more hits than can be weighed while one types, short names come first.
"""

from uuid import UUID, uuid4

from django.db import connection
from django.db.models import prefetch_related_objects

from ronghe.platform.catalogue.models import Version
from ronghe.search import Query, document, fts5, initials, terms

__all__ = ["KEEP_PLACE", "MOST", "forget", "forget_all", "found", "index", "pairs", "placed", "state"]

MOST = 1_000
"""Hits that are told."""
WEIGHED = 1_000
"""Of more hits than these none is weighed."""
_LENGTH = 1 << 40
KEEP_PLACE = (
    "INSERT INTO catalogue_searched (place, version)"
    " SELECT max(%s, coalesce(max(place) + 1, 0)), %s FROM catalogue_searched WHERE place < %s"
)


def placed(version: str, name: str) -> tuple[int, str, int]:
    """The values of `KEEP_PLACE`: behind all names of this length."""
    return len(name) * _LENGTH, version, (len(name) + 1) * _LENGTH


def pairs(letters: str) -> str:
    """Initials as terms that overlap, `zdsh` as `zd ds sh`: any part of two letters or more is a phrase of them."""
    return " ".join(letters[place : place + 2] for place in range(len(letters) - 1))


def _row(version: Version) -> tuple[str, ...]:
    items = [item.name for item in version.items.all()]
    text = " ".join([version.name, version.abstract, version.asset.department.name, version.asset.code, *items])
    words, characters = document(text)
    return version.pk.hex, words, characters, pairs(initials(version.name)), " ".join(terms(version.name))


def index(*versions: Version) -> None:
    """Let entries in force be found; older versions of their assets are not found any more."""
    prefetch_related_objects(versions, "items", "asset__department", "asset__versions")
    forget(*(other.pk for version in versions for other in version.asset.versions.all()))
    rows = [_row(version) for version in versions]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(KEEP_PLACE, [placed(version.pk.hex, version.name) for version in versions])
            cursor.executemany(
                "INSERT INTO catalogue_search (rowid, words, characters, letters, name)"
                " SELECT place, %s, %s, %s, %s FROM catalogue_searched WHERE version = %s",
                [(*row[1:], row[0]) for row in rows],
            )
        else:
            cursor.executemany(
                "INSERT INTO catalogue_search (version, words, characters, letters, name) VALUES (%s,"
                " to_tsvector('simple', %s), to_tsvector('simple', %s), to_tsvector('simple', %s),"
                " to_tsvector('simple', %s))",
                rows,
            )


def forget(*versions: UUID) -> None:
    """Let entries not be found any more."""
    gone = [(version.hex,) for version in versions]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(
                "DELETE FROM catalogue_search WHERE rowid = (SELECT place FROM catalogue_searched WHERE version = %s)",
                gone,
            )
        table = "catalogue_searched" if connection.vendor == "sqlite" else "catalogue_search"
        cursor.executemany(f"DELETE FROM {table} WHERE version = %s", gone)  # noqa: S608 - one of two names
        cursor.execute("UPDATE catalogue_state SET mark = %s", [uuid4().hex])


def forget_all() -> None:
    """Let nothing be found any more."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM catalogue_searched")
        cursor.execute("DELETE FROM catalogue_search")
        cursor.execute("UPDATE catalogue_state SET mark = %s", [uuid4().hex])


def state() -> str:
    """A mark that is another one after every change of what can be found."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT mark FROM catalogue_state")
        return str(cursor.fetchone()[0])


_HITS = (
    "FROM catalogue_search JOIN catalogue_searched ON place = catalogue_search.rowid WHERE catalogue_search MATCH %s"
)


def _sqlite(query: Query, most: int) -> list[str]:
    sought = fts5(query, words="words name", signs="characters")
    letters = [phrase.initials for phrase in query.phrases if phrase.initials]
    hits = _weighed(sought)
    if not hits:
        named = _short(fts5(query, words="name", signs="name"), most)
        hits = named if len(named) == most else [*named, *_short(sought, most)]
    if len(letters) == len(query.phrases) == 1:
        hits += _short(f'letters : "{pairs(letters[0])}"', most)
    return hits


def _weighed(sought: str) -> list[str]:
    """The best hits; none where there are too many to weigh them."""
    few = "(SELECT count(*) FROM catalogue_search WHERE catalogue_search MATCH %s) <= %s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT version {_HITS} AND {few} ORDER BY bm25(catalogue_search, 1, 0.2, 1, 8), place",
            [sought, sought, WEIGHED],
        )
        return [str(row[0]) for row in cursor.fetchall()]


def _short(sought: str, most: int) -> list[str]:
    """The hits with the shortest names."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT version {_HITS} ORDER BY catalogue_search.rowid LIMIT %s", [sought, most])
        return [row[0] for row in cursor.fetchall()]


def _postgresql(query: Query, most: int) -> list[str]:
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
            ways.append("letters @@ phraseto_tsquery('simple', %s)")
            values.append(pairs(phrase.initials))
        parts.append("(" + " OR ".join(ways) + ")")
    ranked = "ts_rank(name, phraseto_tsquery('simple', %s)) DESC, ts_rank(words, phraseto_tsquery('simple', %s)) DESC"
    first = " ".join(query.phrases[0].readings[0])
    statement = f"SELECT version FROM catalogue_search WHERE {' AND '.join(parts)} ORDER BY {ranked}, version LIMIT %s"  # noqa: S608 - made of the constants above
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, first, first, most])
        return [str(UUID(hex=row[0])) for row in cursor.fetchall()]


def found(query: Query, most: int = MOST) -> list[str]:
    """The entries in force that the query finds, as their ids lie in the database, best first; fewer are the first of
    more. Who may see them is asked elsewhere."""
    if not query:
        return []
    hits = _sqlite(query, most) if connection.vendor == "sqlite" else _postgresql(query, most)
    return list(dict.fromkeys(hits))[:most]
