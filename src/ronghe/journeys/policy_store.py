"""Where a library of policies lies: one SQLite file, changed in transactions, indexed by the terms of `search`.

policies       id, record (JSON), paragraphs (JSON), timeline (JSON)
policy_search  terms of title and text, single characters, initials of the title's pinyin
"""

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ronghe.policy.library import Library, Policy, Relation
from ronghe.search import Query, document, fts5, initials, terms
from ronghe.tables.engine import io_fault
from ronghe.terms import InputError, LimitReached, RongheError

__all__ = ["FILE", "Found", "Store", "opened"]

FILE = "library.sqlite"
FORMAT = "policy-library@1"
WAIT = 30
"""Seconds to wait for another import to end."""
_SCHEMA = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    """CREATE TABLE policies (place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, record TEXT NOT NULL,
    paragraphs TEXT NOT NULL, timeline TEXT NOT NULL DEFAULT '[]')""",
    "CREATE VIRTUAL TABLE policy_search USING fts5 (title, body, signs, initials, tokenize = 'unicode61')",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A policy that a search found: its place, and the days on which its state changes, as JSON."""

    place: int
    timeline: str

    def state(self, day: dt.date) -> tuple[str, str]:
        """The state on a day and the id of what ended it."""
        changes = json.loads(self.timeline)
        if not changes:
            return "undated", ""
        # ISO days compare as days do.
        passed = [(state, by) for since, state, by in changes if since <= day.isoformat()]
        return passed[-1] if passed else ("not_yet", "")


class Store:
    """An open library."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def has(self, policy: str) -> bool:
        """True when a policy with this text is there."""
        return self.connection.execute("SELECT 1 FROM policies WHERE id = ?", (policy,)).fetchone() is not None

    def add(self, policy: Policy) -> None:
        """Add a policy and index it."""
        record, paragraphs = json.dumps(policy.to_json(), ensure_ascii=False), json.dumps(policy.paragraphs)
        values = (policy.id, record, paragraphs)
        place = self.connection.execute(
            "INSERT INTO policies (id, record, paragraphs) VALUES (?, ?, ?)", values
        ).lastrowid
        body, signs = document(f"{policy.title}\n{policy.number}\n{policy.text}")
        letters = " ".join(initials(policy.title))
        indexed = (place, " ".join(terms(policy.title)), body, signs, letters)
        self.connection.execute(
            "INSERT INTO policy_search (rowid, title, body, signs, initials) VALUES (?, ?, ?, ?, ?)", indexed
        )

    def policies(self) -> Iterator[Policy]:
        """All policies, in the order in which they came."""
        for record, paragraphs in self.connection.execute("SELECT record, paragraphs FROM policies ORDER BY place"):
            yield _policy(json.loads(record), tuple(json.loads(paragraphs)))

    def date(self) -> Library:
        """Say for each policy when its state changes; gives the library."""
        library = Library(tuple(self.policies()))
        rows = []
        for policy in library.policies:
            changes = [(day.isoformat(), force.state, force.by) for day, force in library.timeline(policy)]
            rows.append((json.dumps(changes), policy.id))
        self.connection.executemany("UPDATE policies SET timeline = ? WHERE id = ?", rows)
        return library

    def count(self) -> int:
        """The number of policies."""
        return int(self.connection.execute("SELECT count(*) FROM policies").fetchone()[0])

    def search(self, query: Query) -> Iterator[Found]:
        """The policies that hold all phrases, the best first: the title counts most, then by BM25."""
        asked = _match(query)
        if not asked:
            return
        # FTS5 sorts by its own rank much faster than by a call of bm25; the weights are those of the columns.
        rows = self.connection.execute(
            "SELECT place, timeline FROM policy_search JOIN policies ON place = policy_search.rowid"
            " WHERE policy_search MATCH ? AND rank MATCH 'bm25(10, 1, 0, 5)' ORDER BY rank",
            (asked,),
        )
        for place, timeline in rows:
            yield Found(place, timeline)

    def read(self, place: int) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """The record and the paragraphs of a policy."""
        row = self.connection.execute("SELECT record, paragraphs FROM policies WHERE place = ?", (place,)).fetchone()
        return json.loads(row[0]), tuple(json.loads(row[1]))

    def matches(self, query: Query) -> list[int]:
        """The places of all policies that hold all phrases."""
        asked = _match(query)
        found = self.connection.execute("SELECT rowid FROM policy_search WHERE policy_search MATCH ?", (asked,))
        return [int(row[0]) for row in found] if asked else []


def _match(query: Query) -> str:
    return fts5(query, words="title body", signs="signs", letters="initials")


def _policy(record: Mapping[str, Any], paragraphs: tuple[str, ...]) -> Policy:
    days = {name: record[name] and dt.date.fromisoformat(record[name]) for name in ("issued", "effective", "until")}
    return Policy(
        record["id"],
        record["title"],
        record["number"],
        tuple(record["issuers"]),
        days["issued"],
        days["effective"],
        record["effective_said"],
        days["until"],
        tuple(Relation(**one) for one in record["relations"]),
        paragraphs,
        record["source"],
        record["kind"],
    )


@contextmanager
def opened(folder: Path, *, make: bool = False) -> Iterator[Store]:
    """The library in a folder; what is done is kept if the block ends well, and nothing of it otherwise.

    A new one that is still empty then is not kept either. Whoever changes it has it alone until the block ends.

    Raises InputError when there is none, or a file that is none.
    """
    path = folder / FILE
    if not make and not path.is_file():
        raise InputError("policy.library_missing", path=str(folder))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=WAIT, isolation_level=None)
    except (OSError, sqlite3.Error) as fault:
        raise InputError("policy.library_unreadable", path=str(folder), detail=type(fault).__name__) from fault
    made = False
    try:
        file = _inode(path)
        connection.execute("BEGIN IMMEDIATE" if make else "BEGIN")
        if _inode(path) != file:  # the import that we waited for had made it and took it away again
            raise LimitReached("policy.library_busy", path=str(folder), seconds=WAIT)
        made = _check(connection, folder, make=make)
        yield Store(connection)
        if not made or Store(connection).count():
            connection.execute("COMMIT")
            made = False
    except sqlite3.DatabaseError as fault:
        raise _told(fault, folder) from fault
    finally:
        if made:  # while nobody else can change it
            path.unlink(missing_ok=True)
        connection.close()


def _inode(path: Path) -> int:
    return path.stat().st_ino if path.exists() else 0


def _told(fault: sqlite3.DatabaseError, folder: Path) -> RongheError:
    code = getattr(fault, "sqlite_errorcode", 0)
    if code == sqlite3.SQLITE_FULL:
        return io_fault(OSError(28, "No space left on device"))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LimitReached("policy.library_busy", path=str(folder), seconds=WAIT)
    return InputError("policy.library_unreadable", path=str(folder), detail=str(fault))


def _check(connection: sqlite3.Connection, folder: Path, *, make: bool) -> bool:
    """True if the tables were made now."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    if not tables and make:
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.execute("INSERT INTO about VALUES ('format', ?)", (FORMAT,))
        return True
    if not tables:  # an import that was killed before it ended
        raise InputError("policy.library_missing", path=str(folder))
    found = (
        connection.execute("SELECT value FROM about WHERE name = 'format'").fetchone() if "about" in tables else None
    )
    if found is None or found[0] != FORMAT:
        raise InputError("policy.library_unreadable", path=str(folder), detail=str(found and found[0]))
    return False
