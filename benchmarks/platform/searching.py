"""Search over a large catalogue: the page that a signed-in person gets, with its hits, facets, pages and session.

Each time is that of the CPU from the request to the last byte of the answer, in the process that serves: SQLite runs
in it too.
"""

import time
from pathlib import Path
from typing import Any

from benchmarks.platform.city import kept_city, written

PACKAGES = ("ronghe", "django")
PERSON = "mzj.xuqiu"
QUERIES = {
    "rare words": ("殡葬补贴明细", "专利年报", "托育 备案 名册", "船检"),
    "common words": ("登记", "信息", "检查 结果", "证"),
    "initials": ("bzbt", "hydj", "shbx", "zlnb"),
    "everything": ("",),
}
FACETS = ("", "&kind=data", "&department=MZJ", "&sharing=conditional", "&page=3")


def run(task: dict[str, Any]) -> None:
    """Ask the page of a catalogue of `assets` entries, and write down what each kind of question cost."""
    kept_city(Path(task["made"]), task["assets"], task["requests"])
    written(task, {name: _asked(texts, task["asks"]) for name, texts in QUERIES.items()})


def _asked(texts: tuple[str, ...], asks: int) -> dict[str, float]:
    from django.test import Client

    from ronghe.platform.access.models import Person

    client = Client(HTTP_ACCEPT_LANGUAGE="zh")
    client.force_login(Person.objects.get(username=PERSON))
    times = []
    for turn in range(-len(texts), asks):
        facet = FACETS[turn // len(texts) % len(FACETS)] if turn >= 0 else ""
        began = time.process_time()
        answer = client.get(f"/catalogue?text={texts[turn % len(texts)]}{facet}")
        if turn >= 0:
            times.append((time.process_time() - began) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.status_code}: {answer.content[:300]!r}")
    times.sort()
    return {"p50_ms": times[len(times) // 2], "p95_ms": times[int(len(times) * 0.95)]}
