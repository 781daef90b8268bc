"""A made installation: a city of 60 departments whose trail holds a given number of entries, half of them reads."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

__all__ = ["END", "home_of"]

DEPARTMENTS, ASSETS = 60, 3_000
END = datetime(2027, 3, 1, tzinfo=UTC)
_BEGIN = END - timedelta(days=364)
_MADE = "from ronghe.platform.serve.running import prepare; prepare(change=True)"
_ITEMS = [f"项{n}" for n in range(12)]
Entry = tuple[str, str, str, list[str], dict[str, Any]]


def _key(kind: int, number: int) -> str:
    return UUID(int=(kind << 96) + number, version=4).hex


def _department(number: int) -> str:
    return str(UUID(_key(1, number)))


def _offers(chance: Random) -> Iterator[Entry]:
    for n in range(ASSETS):
        owner, code = [_department(n % DEPARTMENTS)], f"A{n}"
        yield "catalogue.asset_made", "asset", code, owner, {"code": code, "kind": "data"}
        how = chance.choice(("conditional", "unconditional"))
        period = chance.choice(("day", "week", "month"))
        told: dict[str, Any] = {
            "asset": code,
            "name": code,
            "sharing_class": how,
            "update_period": period,
            "items": _ITEMS,
        }
        yield "catalogue.published", "version", code, owner, told
        yield "source.mounted", "asset", code, owner, {"asset": code, "kind": "folder", "hash": ""}
        rules = {"checked": 1_000, "passed": chance.randint(900, 1_000)}
        told = {"asset": code, "found": True, "columns": _ITEMS[: chance.randint(8, 12)], "rules": rules}
        yield "source.examined", "asset", code, owner, told


def _request(number: int, chance: Random) -> Iterator[Entry]:
    """Drafted, handed in, answered, delivered: five entries."""
    key = str(UUID(_key(2, number)))
    asset = chance.randrange(ASSETS)
    asker, owner = _department(chance.randrange(DEPARTMENTS)), _department(asset % DEPARTMENTS)
    yield "request.drafted", "request", key, [asker], {"assets": [f"A{asset}"]}
    both = sorted({asker, owner})
    yield "request.submit", "request", key, both, {"before": "draft", "after": "submitted"}
    if chance.random() < 0.1:
        yield "request.refuse", "request", key, both, {"before": "submitted", "reason": "不符", "clause": "内部规定"}
        return
    yield "request.accept", "request", key, both, {"before": "submitted", "granted": [f"A{asset}"]}
    yield "request.deliver", "request", key, both, {"before": "accepted", "after": "delivered"}


def _entries(count: int, chance: Random) -> Iterator[Entry]:
    yield from _offers(chance)
    made, number = 4 * ASSETS, 0
    while made < count:
        drawn = chance.random()
        if drawn < 0.1:
            entries = list(_request(number, chance))
            number += 1
        else:
            asset = chance.randrange(ASSETS)
            facts = {"asset": f"A{asset}", "grant": _department(asset), "channel": "file"}
            action = "data.read" if drawn < 0.73 else "source.renewed"
            entries = [(action, "read", str(made), [_department(asset % DEPARTMENTS)], facts)]
        yield from entries
        made += len(entries)


def _rows(count: int) -> Iterator[tuple[Any, ...]]:
    step = timedelta(days=364) / count
    for place, (action, kind, subject, departments, facts) in enumerate(islice(_entries(count, Random(809)), count)):
        at = (_BEGIN + place * step).replace(tzinfo=None).isoformat(" ")
        told = json.dumps(departments), json.dumps(facts, ensure_ascii=False)
        yield _key(3, place), at, at, "某人", "", action, kind, subject, *told, place


def home_of(folder: Path, count: int) -> Path:
    """The home of the installation; made once."""
    home = folder / f"index_{count}"
    if (home / "made").exists():
        return home
    home.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-c", _MADE], env={**os.environ, "RONGHE_HOME": str(home)}, check=True)
    with sqlite3.connect(home / "ronghe.sqlite3") as database:
        departments = [(_key(1, n), f"D{n}", f"部门{n}", False, 1, None, None) for n in range(DEPARTMENTS)]
        columns = "id, code, name, is_bureau, approval_steps, ended, parent_id"
        database.executemany(f"INSERT INTO departments_department ({columns}) VALUES (?,?,?,?,?,?,?)", departments)
        columns = "id, at, kept, person, on_behalf_of, action, subject_kind, subject, departments, facts, sealed"
        marks = ",".join("?" * 11)
        database.executemany(f"INSERT INTO audit_entry ({columns}) VALUES ({marks})", _rows(count))
    (home / "made").touch()
    return home
