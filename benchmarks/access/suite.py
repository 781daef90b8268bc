"""Who decides how fast, whether all decide alike, whether anything fails open, and how long risk takes."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.access import data
from benchmarks.machine import machine
from benchmarks.measure import Case, Measured, measure
from benchmarks.results import Goal, at_least, at_most, report
from benchmarks.standardize.data import facts_of

__all__ = ["CASES", "NAME", "ROWS", "run"]

NAME = "access"
ROWS = 1_000_000
"""Decisions of ours, fuzzed decisions, and people whose risk is measured."""
GRANTS = 5_000
FEW = 300
"""Peers go through all grants for each request: at 5,000 they are asked less often, and once more with few grants."""
PEER_REQUESTS = {"cedar": 200, "casbin": 200, "cedar_few": 2_000, "casbin_few": 200}
RANDOM = 100_000
"""Random decisions that Cedar must make alike."""
CASES = ("ronghe", "ronghe_few", *PEER_REQUESTS, "cedar_random", "fuzz", "risk")

_TITLES = {"cedar": "Cedar (cedarpy)", "casbin": "Casbin"}


def _cases(folder: Path, rows: int, wanted: Sequence[str]) -> list[Case]:
    many = {"world": str(data.world_json(folder, GRANTS, rows))}
    few = {"world": str(data.world_json(folder, FEW, rows))}

    def ours(name: str, world: Mapping[str, Any], grants: int) -> Case:
        task = {**world, "requests": rows}
        return Case(name, f"Ronghe, {grants:,} grants", "benchmarks.access.ours", task, rows, group=str(grants))

    def peer(name: str) -> Case:
        kind, with_few = name.removesuffix("_few"), name.endswith("_few")
        grants, requests = (FEW if with_few else GRANTS), PEER_REQUESTS[name]
        task = {**(few if with_few else many), "requests": requests}
        module = f"benchmarks.access.peers.{kind}_work"
        return Case(name, f"{_TITLES[kind]}, {grants:,} grants", module, task, requests, peer=True, group=str(grants))

    made: dict[str, Callable[[], Case]] = {
        "ronghe": lambda: ours("ronghe", many, GRANTS),
        "ronghe_few": lambda: ours("ronghe_few", few, FEW),
        **{name: (lambda name=name: peer(name)) for name in PEER_REQUESTS},  # type: ignore[misc]
        "cedar_random": lambda: Case(
            "cedar_random",
            "Cedar, random grants and requests",
            "benchmarks.access.peers.cedar_random",
            {"source": str(data.random_worlds_json(folder, min(rows, RANDOM)))},
            min(rows, RANDOM),
            peer=True,
        ),
        "fuzz": lambda: Case("fuzz", "Ronghe, odd requests", "benchmarks.access.fuzz", {"decisions": rows}, rows),
        "risk": lambda: Case(
            "risk",
            "Ronghe, risk of four columns",
            "benchmarks.access.risk",
            {"source": str(data.people_parquet(folder, rows)), "rows": rows},
            rows,
        ),
    }
    return [made[name]() for name in wanted]


def _told(found: Mapping[str, Measured], name: str) -> list[dict[str, Any]]:
    return [json.loads(sample.told or "{}") for sample in found[name].samples] if name in found else []


def _middle(found: Mapping[str, Measured], name: str, key: str) -> float | None:
    told = [one[key] for one in _told(found, name)]
    return median(told) if told else None


def _over(found: Mapping[str, Measured], one: str, other: str) -> float | None:
    first, second = _middle(found, one, "per_second"), _middle(found, other, "per_second")
    return None if first is None or second is None else first / second


def _goals(found: Mapping[str, Measured]) -> list[Goal]:
    fuzzed = _middle(found, "fuzz", "done")
    return [
        at_least(f"decisions at {GRANTS:,} grants", _middle(found, "ronghe", "per_second"), 300_000, "/s"),
        at_most(f"p99 at {GRANTS:,} grants", _middle(found, "ronghe", "p99"), 50, "µs"),
        at_least("odd requests of which none fails open", fuzzed, ROWS, ""),
        at_least("random decisions compared with Cedar", _middle(found, "cedar_random", "done"), RANDOM, ""),
        at_most("of these decided otherwise", _middle(found, "cedar_random", "unlike"), 0, ""),
        at_least("Ronghe over Cedar, 300 grants", _over(found, "ronghe_few", "cedar_few"), 1),
        at_least("Ronghe over Casbin, 300 grants", _over(found, "ronghe_few", "casbin_few"), 1),
        at_most("risk of the table, CPU", found["risk"].cpu if "risk" in found else None, 2, "s"),
    ]


def _agreed(found: Mapping[str, Measured]) -> list[str]:
    """What each engine said of the first requests; raises RuntimeError where two differ."""
    notes = []
    for grants in (str(GRANTS), str(FEW)):
        said = {name: one["first"] for name in found if found[name].case.group == grants for one in _told(found, name)}
        if len(set(said.values())) > 1:
            raise RuntimeError(f"other decisions at {grants} grants: {', '.join(said)}")
        for answers in set(said.values()):
            yes = answers.count("1")
            who = ", ".join(said)
            notes.append(f"At {int(grants):,} grants the same {len(answers)} decisions, {yes} permissions, by {who}.")
    for name in found:
        for told in _told(found, name)[:1]:
            if "per_second" in told:
                rate, p50, p99 = (f"{told[key]:,.1f}" for key in ("per_second", "p50", "p99"))
                notes.append(f"{found[name].case.title}: {rate} decisions/s, p50 {p50} µs, p99 {p99} µs.")
    return notes


def run(
    folder: Path,
    *,
    rows: int,
    full: bool,  # noqa: ARG001 - the signature of all suites
    only: Sequence[str],
    repeats: int,
    tell: Callable[[str], None],
) -> dict[str, Any]:
    """Measure the cases named in `only`, or all, each `repeats` times. Raises RuntimeError when two decide unlike."""
    wanted = [name for name in CASES if not only or name in only]
    cases = _cases(folder, rows, wanted)
    measured, skipped = measure(cases, repeats=repeats, check=lambda _, __: None, tell=tell)
    sources = dict.fromkeys(Path(case.task.get("world") or case.task.get("source", "")) for case in cases)
    return report(
        NAME,
        measured=measured,
        skipped=skipped,
        goals=_goals(measured),
        notes=_agreed(measured),
        inputs=[facts_of(path) for path in sources if path.is_file()],
        machine=machine(),
    )
