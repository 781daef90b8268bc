"""How every engine is asked: one request after the other, each timed. Peers import it: standard library only."""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

__all__ = ["ask", "world"]


def world(path: str) -> dict[str, Any]:
    """The grants and requests of a file."""
    found: dict[str, Any] = json.loads(Path(path).read_text("utf-8"))
    return found


def ask(permits: Callable[[Any], bool], requests: Sequence[Any]) -> str:
    """What asking came to, as JSON: decisions per CPU second, percentiles in microseconds, and the answers' digits.

    The percentiles are of requests that nobody asked before; elapsed, so a busy machine shows in them.
    """
    clock, took = time.perf_counter_ns, []
    for request in requests[:100_000]:
        before = clock()
        permits(request)
        took.append(clock() - before)
    started = time.process_time()
    answers = [permits(request) for request in requests]
    spent = time.process_time() - started
    took.sort()
    return json.dumps(
        {
            "per_second": len(requests) / spent,
            "p50": took[len(took) // 2] / 1000,
            "p99": took[len(took) * 99 // 100] / 1000,
            "permitted": sum(answers),
            "first": "".join("01"[answer] for answer in answers[:200]),
        }
    )
