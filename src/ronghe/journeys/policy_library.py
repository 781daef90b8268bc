"""Import policies into a library, look for them, show them as of a day, and list what resembles or contradicts."""

import datetime as dt
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ronghe.journeys.policy_store import Store, opened
from ronghe.policy.library import (
    KINDS,
    Candidate,
    Force,
    Library,
    Passage,
    Policy,
    Relation,
    Trouble,
    candidates,
    extract,
    passages,
    policy_from,
)
from ronghe.policy.library.extract import Extracted
from ronghe.search import Query, fold, known_synonyms, parse
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.encoding import detect_encoding
from ronghe.terms import InputError, LimitReached, RongheError

__all__ = [
    "Hit",
    "Imported",
    "Resembling",
    "Searched",
    "Shown",
    "compare_library",
    "extracted",
    "import_policies",
    "search_library",
    "show_policy",
]

LARGEST = 50_000_000
"""Bytes of a document."""
MOST_FILES = 100_000
MOST_NAMED = 10
"""Policies listed where one name means several."""
AROUND = 30
"""Characters shown on either side of what was looked for."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of each file: imported, there already, or refused with the reason; and what to look at."""

    library: Path
    added: tuple[Policy, ...]
    known: tuple[str, ...]
    refused: tuple[tuple[str, RongheError], ...]
    troubles: tuple[Trouble, ...]
    total: int

    @property
    def nothing(self) -> bool:
        """True if no file could be read."""
        return bool(self.refused) and not self.added and not self.known

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        refused = [{"source": source, "code": fault.code} for source, fault in self.refused]
        troubles = [{"code": one.code, **{k: str(v) for k, v in one.params.items()}} for one in self.troubles]
        found: dict[str, Any] = {"library": str(self.library), "policies": self.total}
        found["added"] = [policy.to_json() for policy in self.added]
        return found | {"known": list(self.known), "refused": refused, "troubles": troubles}


@dataclass(frozen=True, slots=True)
class Hit:
    """A policy that was found, the clause that holds what was asked for, and its state where a day was given."""

    record: Mapping[str, Any]
    address: str
    excerpt: str
    state: str | None

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        names = ("id", "number", "title", "issuers", "issued", "effective", "until")
        found = {name: self.record[name] for name in names} | {"clause": self.address, "excerpt": self.excerpt}
        return found if self.state is None else found | {"state": self.state}


@dataclass(frozen=True, slots=True)
class Searched:
    """The hits, the best first; `total` is of all, of which `hits` are the first."""

    query: str
    day: dt.date | None
    total: int
    hits: tuple[Hit, ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        day = self.day.isoformat() if self.day else None
        return {"query": self.query, "valid_on": day, "total": self.total, "hits": [hit.to_json() for hit in self.hits]}


@dataclass(frozen=True, slots=True)
class Shown:
    """One policy, its state on a day, what others did to it, and its passages."""

    policy: Policy
    day: dt.date | None
    force: Force | None
    done_to_it: tuple[tuple[Policy, Relation], ...]
    passages: tuple[Passage, ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        found = self.policy.to_json()
        if self.force is not None and self.day is not None:
            found |= {"valid_on": self.day.isoformat(), "state": self.force.state, "ended_by": self.force.by}
        found["done_to_it"] = [
            {"by": other.id, "number": other.number, "title": other.title, "kind": one.kind, "clause": one.clause}
            for other, one in self.done_to_it
        ]
        found["clauses"] = [{"address": one.address, "heading": one.heading, "text": one.text} for one in self.passages]
        return found


@dataclass(frozen=True, slots=True)
class Resembling:
    """Candidates for duplicates and conflicts, with the policies that they are of."""

    policies: Mapping[str, Policy]
    candidates: tuple[Candidate, ...]
    troubles: tuple[Trouble, ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        listed = [{name: getattr(one, name) for name in Candidate.__slots__} for one in self.candidates]
        troubles = [{"code": one.code, **{k: str(v) for k, v in one.params.items()}} for one in self.troubles]
        return {"candidates": listed, "troubles": troubles}


def extracted(path: Path) -> Extracted:
    """The paragraphs of a document: docx, PDF, HTML, Markdown or text in whatever encoding it has."""
    name = _readable(path.name)
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):  # reading a pipe would wait for ever
            raise InputError("policy.document_kind", path=name, known=", ".join(KINDS))
        if about.st_size > LARGEST:
            raise LimitReached("policy.document_large", path=name, limit=f"{LARGEST // 10**6} MB")
        data = path.read_bytes()
    except OSError as fault:
        raise InputError("policy.document_unreadable", path=name, detail=type(fault).__name__) from fault
    binary = data.startswith((b"%PDF-", b"PK\x03\x04"))
    encoding = "utf-8" if binary or not data else detect_encoding(path)
    return extract(name, data, encoding)


def _flaws(source: str, document: Extracted) -> Iterator[Trouble]:
    if document.mixed:
        yield Trouble("policy.trouble_mixed", {"source": source, "lines": document.mixed})
    if document.blank:
        yield Trouble("policy.trouble_pages", {"source": source, "pages": document.blank})


def _readable(name: str) -> str:
    """A name of a file, with U+FFFD for bytes that are none in UTF-8, which no text can hold."""
    return os.fsencode(name).decode("utf-8", "replace")


def _files(paths: Sequence[Path]) -> list[Path]:
    """The files named and those in the folders named, hidden ones left out."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.is_file() and not one.name.startswith("."))
            found += inside
        else:
            found.append(path)
    if not found:
        raise InputError("policy.nothing_to_import", path=", ".join(map(str, paths)))
    if len(found) > MOST_FILES:
        raise LimitReached("policy.too_many_files", count=len(found), limit=MOST_FILES)
    return found


def import_policies(paths: Sequence[Path], library: Path, *, progress: Progress = silent) -> Imported:
    """Import documents; one that cannot be read is told and the rest is imported.

    A library that would hold nothing is not made.
    """
    files = _files(paths)
    added: list[Policy] = []
    known: list[str] = []
    refused: list[tuple[str, RongheError]] = []
    troubles: list[Trouble] = []
    with opened(library, make=True) as store:
        for at, path in enumerate(files):
            progress("import", at, len(files))
            try:
                document = extracted(path)
                policy = policy_from(document, _readable(path.name))
            except (InputError, LimitReached) as fault:
                refused.append((_readable(str(path)), fault))
                continue
            if store.has(policy.id):
                known.append(_readable(str(path)))
            else:
                store.add(policy)
                added.append(policy)
                troubles += _flaws(policy.source, document)
        whole = store.date()
        total = store.count()
    return Imported(library, tuple(added), tuple(known), tuple(refused), (*troubles, *whole.troubles()), total)


def search_library(text: str, library: Path, *, day: dt.date | None = None, limit: int = 20) -> Searched:
    """The policies that hold what was typed; with `day`, only those in force then."""
    query = parse(text, known_synonyms())
    with opened(library) as store:
        total, hits = _hits(store, query, day, limit)
    return Searched(text, day, total, tuple(hits))


def _hits(store: Store, query: Query, day: dt.date | None, limit: int) -> tuple[int, list[Hit]]:
    total = 0
    hits: list[Hit] = []
    for found in store.search(query):
        state = None if day is None else found.state(day)[0]
        if state not in (None, "in_force"):
            continue
        total += 1
        if len(hits) < limit:
            hits.append(_hit(*store.read(found.place), query, state))
    return total, hits


def _words(query: Query) -> list[str]:
    """What to point at: each phrase as typed, then its synonyms."""
    synonyms = known_synonyms()
    return [
        word for phrase in query.phrases for word in (phrase.text, *sorted(synonyms.of(phrase.text), key=len)) if word
    ]


def _hit(record: Mapping[str, Any], paragraphs: Sequence[str], query: Query, state: str | None) -> Hit:
    words = _words(query)
    for passage in passages(paragraphs):
        for line in passage.text.split("\n"):
            folded = fold(line)
            at = next((place for word in words if (place := folded.find(word)) >= 0), -1)
            if at >= 0:
                start = max(0, at - AROUND)
                return Hit(record, passage.address, line[start : at + AROUND + 10], state)
    return Hit(record, "", "", state)


def _sought(library: Library, policy: str) -> Policy:
    found = library.named(policy)
    if not found:
        raise InputError("policy.not_in_library", id=policy)
    if len(found) > 1:
        listed = "；".join(f"{one.id} {one.title}" for one in found[:MOST_NAMED])
        raise InputError("policy.several_in_library", id=policy, count=len(found), found=listed)
    return found[0]


def show_policy(policy: str, library: Path, *, day: dt.date | None = None, clause: str | None = None) -> Shown:
    """One policy by id or number; `clause` keeps the passages whose address begins so."""
    with opened(library) as store:
        whole = Library(tuple(store.policies()))
    found = _sought(whole, policy)
    listed = tuple(one for one in passages(found.paragraphs) if clause is None or one.address.startswith(clause))
    if not listed:
        raise InputError("policy.no_such_clause", clause=clause or "", title=found.title)
    force = None if day is None else whole.force(found, day)
    return Shown(found, day, force, tuple(whole.acts_on(found)), listed)


def compare_library(library: Path, *, day: dt.date | None = None) -> Resembling:
    """Candidates among all policies, or among those in force on a day, and what else to look at."""
    with opened(library) as store:
        whole = Library(tuple(store.policies()))
    chosen = [one for one in whole.policies if day is None or whole.force(one, day).state == "in_force"]
    by_id = {policy.id: policy for policy in chosen}
    return Resembling(by_id, tuple(candidates(chosen)), tuple(whole.troubles()))
