"""Ask a million bookings for the earliest slot, then book and cancel: our index, or SQLite with the table it keeps.

The work is measured inside, since filling the table is not part of it: seconds of CPU for each question.
"""

import json
import random
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.schedule.data import SEED, bookings
from ronghe.resources.schedule.index import Index

PACKAGES = ("ronghe", "numpy")
_EARLIEST = """
    WITH later AS (
        SELECT s, e FROM booking WHERE r = :r AND s >= :after
        UNION ALL SELECT * FROM (SELECT s, e FROM booking WHERE r = :r AND s < :after ORDER BY s DESC LIMIT 1)
    ), ordered AS (SELECT e, LEAD(s) OVER (ORDER BY s) AS next FROM later)
    SELECT MIN(MAX(e, :after)) FROM ordered WHERE next IS NULL OR next - MAX(e, :after) >= :minutes
"""
"""The gap after each booking from the one before the moment on; SQLite reads no more than one resource."""


def _questions(count: int, resources: int, last: int) -> list[tuple[str, int, int]]:
    chance = random.Random(SEED + 1)
    return [
        (f"r{chance.randrange(resources):03}", chance.randrange(last), chance.choice((60, 120, 150)))
        for _ in range(count)
    ]


def _timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _ours(rows: list[tuple[str, str, int, int]], task: dict[str, Any], last: int) -> dict[str, Any]:
    index = Index({f"r{n:03}": 1 for n in range(task["resources"])}, rows)
    questions = _questions(task["questions"], task["resources"], last)
    answers: list[int] = []

    def ask() -> None:
        for resource, after, minutes in questions:
            slot = index.earliest((resource,), after, minutes)
            answers.append(slot[0] if slot else -1)

    asked = _timed(ask)
    changes = [
        (f"n{n}", resource, start, start + minutes)
        for n, ((resource, _, minutes), start) in enumerate(zip(questions, answers, strict=True))
    ]

    def book_and_cancel() -> None:
        for one in changes:
            assert index.book(*one)
            index.cancel(one[0])

    return {"per_question": asked / len(questions), "pairs": len(changes) / _timed(book_and_cancel), "answers": answers}


def _sqlite(rows: list[tuple[str, str, int, int]], task: dict[str, Any], last: int) -> dict[str, Any]:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE booking (r TEXT, s INTEGER, e INTEGER, PRIMARY KEY (r, s)) WITHOUT ROWID")
    database.executemany("INSERT INTO booking VALUES (?, ?, ?)", (row[1:] for row in rows))
    questions = _questions(task["questions"], task["resources"], last)
    answers = []

    def ask() -> None:
        for resource, after, minutes in questions:
            given = {"r": resource, "after": after, "minutes": minutes}
            inside = "SELECT 1 FROM booking WHERE r = :r AND s < :after + :minutes AND e > :after LIMIT 1"
            busy = database.execute(inside, given).fetchone()
            answers.append(after if busy is None else database.execute(_EARLIEST, given).fetchone()[0])

    return {"per_question": _timed(ask) / len(questions), "answers": answers}


def run(task: dict[str, Any]) -> None:
    """Ask, and write what came out."""
    rows = bookings(task["bookings"], task["resources"])
    last = max(row[3] for row in rows)
    found = (_sqlite if task["sqlite"] else _ours)(rows, task, last)
    (Path(task["out"]) / "found.json").write_text(json.dumps(found), "utf-8")
