"""Twenty people and jobs for minutes: everybody reads and writes; at the end memory is flat and no write is lost.

A write counts when the server acknowledged it. Afterwards each is looked for in the database, and its entry in the log.
"""

import threading
import time
from pathlib import Path
from random import Random
from statistics import median
from typing import Any
from urllib.parse import quote

from benchmarks.platform.city import kept_city, session_of, written
from benchmarks.platform.serving import Visitor, resident, served

PACKAGES = ("ronghe", "django", "granian", "dbos")
USERS = 20
THINKS = 1.0
WRITES = 0.1
"""The share of visits in which somebody asks for what is not in the catalogue."""
JOBS_EVERY = 20.0
"""Seconds between two computations of the sharing index that a coordinator asks for; one a minute is done."""
SAMPLED = 2.0
PATHS = (
    "/",
    "/catalogue",
    "/catalogue?text=登记",
    "/requests",
    "/index",
    "/index/flows",
    "/demands",
    "/notices",
    "/objections",
)


def run(task: dict[str, Any]) -> None:
    """Let the people visit for `seconds`; write down memory and writes."""
    home = kept_city(Path(task["made"]), task["assets"], task["requests"])
    askers, coordinator = _people()
    acknowledged: list[str] = []
    faults: list[BaseException] = []
    with served(home, Path(task["out"]) / "server.log") as (port, server):
        ends = time.monotonic() + task["seconds"]
        visits = [
            threading.Thread(target=_visit, args=(Visitor(port, session), Random(n), ends, acknowledged, faults))
            for n, session in enumerate(askers)
        ]
        visits.append(threading.Thread(target=_compute, args=(Visitor(port, coordinator), ends, faults)))
        for one in visits:
            one.start()
        memory = []
        while time.monotonic() < ends:
            memory.append(resident(server))
            time.sleep(SAMPLED)
        for one in visits:
            one.join()
        _await_sealed()
    if faults:
        raise faults[0]
    written(task, {"lost": _lost(acknowledged), "writes": len(acknowledged), **_growth(memory)})


def _people() -> tuple[list[str], str]:
    """Sessions of twenty askers, some of them of one person in several windows, and that of a coordinator."""
    from ronghe.platform.access.models import Membership, Person

    held = Membership.objects.filter(role="asker", until__isnull=True).order_by("person__username")
    people = list(Person.objects.filter(pk__in=held.values("person")).order_by("username"))
    coordinator = Person.objects.filter(memberships__role="coordinator").first()
    return [session_of(people[n % len(people)]) for n in range(USERS)], session_of(coordinator)


def _visit(visitor: Visitor, chance: Random, ends: float, acknowledged: list[str], faults: list[BaseException]) -> None:
    try:
        while time.monotonic() < ends:
            if chance.random() < WRITES:
                text = f"需要的数据 {time.time_ns()} {chance.random()}"
                if visitor.post("/demands", {"text": text}) == 302:
                    acknowledged.append(text)
            else:
                visitor.get(quote(chance.choice(PATHS), safe="/?=&"))
            time.sleep(chance.expovariate(1 / THINKS))
    except BaseException as fault:  # noqa: BLE001 - told by the main thread
        faults.append(fault)


def _compute(visitor: Visitor, ends: float, faults: list[BaseException]) -> None:
    try:
        while time.monotonic() < ends:
            visitor.post("/index", {}, to="/index/now")
            time.sleep(min(JOBS_EVERY, max(0.0, ends - time.monotonic())))
    except BaseException as fault:  # noqa: BLE001 - told by the main thread
        faults.append(fault)


def _await_sealed() -> None:
    from ronghe.platform.audit.sealing import waits_since

    for _ in range(240):
        if waits_since() is None:
            return
        time.sleep(0.5)
    raise RuntimeError("entries still wait for the log")


def _lost(acknowledged: list[str]) -> int:
    """Acknowledged writes that are not there exactly once, with an entry that was sealed."""
    from ronghe.platform.audit.models import Entry
    from ronghe.platform.catalogue.models import Demand

    kept: dict[str, list[str]] = {}
    for key, text in Demand.objects.values_list("pk", "text"):
        kept.setdefault(text, []).append(str(key))
    sealed = set(Entry.objects.filter(subject_kind="demand", sealed__isnull=False).values_list("subject", flat=True))
    return sum(len(kept.get(text, ())) != 1 or kept[text][0] not in sealed for text in acknowledged)


def _growth(memory: list[int]) -> dict[str, float]:
    """Megabytes at half time and at the end, as medians of a tenth of the samples, and what came on in between."""
    tenth = max(1, len(memory) // 10)
    half = median(memory[len(memory) // 2 : len(memory) // 2 + tenth]) / 1e6
    end = median(memory[-tenth:]) / 1e6
    return {"half_mb": half, "end_mb": end, "growth": end / half - 1}
