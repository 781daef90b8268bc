"""The cases over a large city: how each is asked, and what must come of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measure import Case
from benchmarks.results import Goal, at_least, at_most

__all__ = ["NAMES", "Large"]

NAMES = ("search", "look-up", "stream", "pages", "soak")
ONCE = ("pages", "soak")
"""They take minutes, and what they measure is a distribution already."""
ASSETS, REQUESTS, REGISTER, MEGABYTES = 100_000, 110, 1_000_000, 1_000
SOAK, LONG_SOAK, VISITS = 600, 3_600, 90
"""Seconds."""
_TITLES = {
    "search": "Ronghe, 400 searches of a catalogue",
    "look-up": "Ronghe, look-ups in a register",
    "stream": "Ronghe, a file of so many bytes",
    "pages": "Ronghe, pages for 20 users",
    "soak": "Ronghe, 20 users and jobs",
}
PAGE_TYPES = ("list of assets", "asset", "requests", "request", "index")


class Large:
    """The cases, and what each run of them wrote."""

    def __init__(self, made: Path, *, full: bool) -> None:
        city = {"made": str(made), "assets": ASSETS, "requests": REQUESTS}
        tasks: dict[str, tuple[str, dict[str, Any], int]] = {
            "search": ("searching", {**city, "asks": 100}, ASSETS),
            "look-up": ("looking", {"made": str(made), "rows": REGISTER, "asks": 120}, REGISTER),
            "stream": ("streaming", {"megabytes": MEGABYTES}, MEGABYTES * 10**6),
            "pages": ("pages", {**city, "seconds": VISITS}, ASSETS),
            "soak": ("soak", {**city, "seconds": LONG_SOAK if full else SOAK}, ASSETS),
        }
        self._runs: dict[str, list[dict[str, Any]]] = {}
        self._cases = {
            name: Case(name, _TITLES[name], f"benchmarks.platform.{module}", task, rows)
            for name, (module, task, rows) in tasks.items()
        }

    def cases(self, *, once: bool) -> list[Case]:
        """Those that are run once, or those that are run several times."""
        return [case for name, case in self._cases.items() if (name in ONCE) == once]

    def check(self, case: Case, folder: Path) -> None:
        """Read what a run wrote down."""
        self._runs.setdefault(case.name, []).append(json.loads((folder / "found.json").read_text("utf-8")))

    def _best(self, case: str, *path: str, most: bool = False) -> float | None:
        """The best run counts, as others of the machine can only slow it down."""
        values = []
        for run in self._runs.get(case, ()):
            value: Any = run
            for part in path:
                value = value.get(part, {})
            if isinstance(value, int | float):
                values.append(float(value))
        return (max if most else min)(values) if values else None

    def goals(self) -> Iterator[Goal]:
        """Those of the cases that were run."""
        if "search" in self._runs:
            for kind in self._runs["search"][0]:
                yield at_most(f"search, {kind}: p95 of CPU", self._best("search", kind, "p95_ms"), 100, "ms")
        if "look-up" in self._runs:
            yield at_most("look-up: p95 of CPU", self._best("look-up", "look_up", "p95_ms"), 50, "ms")
        if "stream" in self._runs:
            yield at_least("stream: speed to a plain server's", self._best("stream", "ratio", most=True), 0.7)
            yield at_most("stream: memory while it flows", self._best("stream", "growth_mb"), 32, "MB")
        if "pages" in self._runs:
            for kind in PAGE_TYPES:
                yield at_most(f"{kind}: p95 of the server's time", self._best("pages", kind, "p95_ms"), 200, "ms")
        if "soak" in self._runs:
            yield at_most("soak: acknowledged writes that were lost", self._best("soak", "lost"), 0, "")
            yield at_most("soak: memory that came on after half time", self._best("soak", "growth"), 0.05)

    def notes(self) -> Iterator[str]:
        """What was found beside the goals."""
        for name, runs in self._runs.items():
            yield f"{name}: {json.dumps(runs[-1], ensure_ascii=False)}"
