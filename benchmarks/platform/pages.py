"""Pages of a large city as twenty people see them at once, each in a session of their own, with a second to read each.

The figure is the server's own time, from the request to the answer, as its log has it.
"""

import threading
import time
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

from benchmarks.platform.city import kept_city, session_of, written
from benchmarks.platform.serving import Visitor, served, server_times

PACKAGES = ("ronghe", "django", "granian")
USERS = 20
THINKS = 1.0
"""Seconds for which somebody reads a page, on average."""
LISTS = ("/requests", "/catalogue?text=登记", "/catalogue", "/index", "/index/flows", "/")
KINDS = {
    "catalogue": "list of assets",
    "catalogue/<str:code>": "asset",
    "requests": "requests",
    "requests/<str:key>": "request",
}


def run(task: dict[str, Any]) -> None:
    """Let the people look for `seconds`; write down the times of each page."""
    home = kept_city(Path(task["made"]), task["assets"], task["requests"])
    visits = _visits(Random(7))
    log = Path(task["out"]) / "server.log"
    with served(home, log, "--only", "web") as (port, _):
        session, paths = visits[0]
        first = Visitor(port, session)
        # What a process learns once, templates and readings of characters, is no part of a page.
        for path in dict.fromkeys([*LISTS, *paths[:3], *paths[40:43]]):
            first.get(quote(path, safe="/?=&"))
        begun = log.stat().st_size
        ends = time.monotonic() + task["seconds"]
        faults: list[BaseException] = []
        people = [
            threading.Thread(target=_look, args=(Visitor(port, session), paths, ends, Random(place), faults))
            for place, (session, paths) in enumerate(visits)
        ]
        for one in people:
            one.start()
        for one in people:
            one.join()
    if faults:
        raise faults[0]
    written(task, {name: _figures(times) for name, times in _named(server_times(log, begun)).items()})


def _visits(chance: Random) -> list[tuple[str, list[str]]]:
    """A session of each of twenty people of the city, and the addresses that they may open."""
    from ronghe.platform.access.models import Person
    from ronghe.platform.access.queries import actor_of
    from ronghe.platform.catalogue.models import Asset, VersionState
    from ronghe.platform.clock import now
    from ronghe.platform.queries import requests

    codes = list(Asset.objects.filter(versions__state=VersionState.PUBLISHED).values_list("code", flat=True)[:2_000])
    found: list[tuple[str, list[str]]] = []
    for person in Person.objects.filter(is_active=True).order_by("username"):
        actor = actor_of(person, now())
        mine = [f"/requests/{key}" for key in requests(actor).values_list("pk", flat=True)[:40]]
        if mine and len(found) < USERS:
            own = [f"/catalogue/{code}" for code in chance.sample(codes, min(40, len(codes)))]
            found.append((session_of(person), [*own, *mine, *(LISTS * 8)]))
    return found


def _look(visitor: Visitor, paths: list[str], ends: float, chance: Random, faults: list[BaseException]) -> None:
    try:
        while time.monotonic() < ends:
            visitor.get(quote(chance.choice(paths), safe="/?=&"))
            time.sleep(chance.expovariate(1 / THINKS))
    except BaseException as fault:  # noqa: BLE001 - told by the main thread
        faults.append(fault)


def _named(times: dict[str, list[float]]) -> dict[str, list[float]]:
    """By what people call the pages; those of the sharing index together."""
    found: dict[str, list[float]] = {}
    for route, took in times.items():
        name = "index" if route.startswith("index") else KINDS.get(route, "")
        if name:
            found.setdefault(name, []).extend(took)
    return found


def _figures(times: list[float]) -> dict[str, float]:
    kept = sorted(times)
    return {"p50_ms": kept[len(kept) // 2], "p95_ms": kept[int(len(kept) * 0.95)], "answers": len(times)}
