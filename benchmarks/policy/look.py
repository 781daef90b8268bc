"""A library of documents searched for words of two characters; each found place is compared with the truth.

Milliseconds are of CPU time: elapsed time on a shared machine is noise.
"""

import json
import time
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.policy.data import WORDS, documents
from ronghe.journeys.policy_library import search_library
from ronghe.journeys.policy_store import opened
from ronghe.search import known_synonyms, parse
from ronghe.search.synonyms import Synonyms

PACKAGES = ("ronghe",)
ROUNDS = 5


def run(task: dict[str, Any]) -> None:
    """Make the library, search it, and write down recall and milliseconds."""
    folder = Path(task["out"]) / "library"
    made = documents(task["documents"])
    with opened(folder, make=True) as store:
        for policy, _ in made:
            if not store.has(policy.id):
                store.add(policy)
        store.date()
    found = {word: _asked(folder, word, {policy.id for policy, held in made if word in held}) for word in WORDS}
    (Path(task["out"]) / "found.json").write_text(json.dumps(found, ensure_ascii=False), "utf-8")


def _asked(folder: Path, word: str, true: set[str]) -> dict[str, float]:
    with opened(folder) as store:
        query = parse(word, Synonyms({}))
        ids = dict(store.connection.execute("SELECT place, id FROM policies"))
        got = {ids[place] for place in store.matches(query)}
    known_synonyms()
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        search_library(word, folder, day=date(2026, 1, 1))
        times.append((time.process_time() - began) * 1000)
    return {"true": len(true), "missed": len(true - got), "wrong": len(got - true), "ms": median(times)}
