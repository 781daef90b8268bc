"""The public sets beside plain Splink's defaults, a demo city, a million generated people, and a delivery to them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.linking.city import city_folder, scored
from benchmarks.linking.people import people_csv, people_table
from benchmarks.linking.score import Score, score
from benchmarks.linking.sets import SETS, DataSet, tables_folder
from benchmarks.machine import machine
from benchmarks.measure import Case, Measured, measure, run_once
from benchmarks.results import Goal, at_least, at_most, report
from benchmarks.standardize.data import facts_of
from ronghe.journeys.demo_city.score import Score as CityScore

__all__ = ["CASES", "NAME", "ROWS", "goals", "run"]

NAME = "linking"
ROWS = 1_000_000
FULL = 5
"""Times the rows of the smaller table: what grows in proportion costs as many times the CPU."""
MEMORY = 4_000_000_000
DELIVERED = 100
"""One of so many records comes later."""
CITY_ROWS = 200_000
OURS, PLAIN, OF_CITY = "benchmarks.linking.ours", "benchmarks.linking.plain", "benchmarks.linking.city"
BY_SPLINK = "_splink"
PEOPLE, LARGE, DELIVERY, CITY = "linked_people", "large_linked_people", "delivery", "city"
CASES = (*SETS, *(f"{name}{BY_SPLINK}" for name in SETS), CITY, PEOPLE, DELIVERY, LARGE)
_ABSENT = "the public sets are not here: say where they lie by RONGHE_SHARED_DATA"


class _Scores:
    """What is true of each input, and how well each case found it."""

    def __init__(self) -> None:
        self.sets: dict[str, DataSet] = {}
        self.found: dict[str, Score] = {}
        self.city: dict[str, CityScore] = {}

    def check(self, case: Case, folder: Path) -> None:
        """Score the pairs that a run wrote, or the golden rows of the city."""
        if case.name == CITY:
            self.city = scored(folder, Path(case.task["city"]))
            return
        pairs = pq.read_table(folder / "pairs.parquet")
        task = self.sets.get(case.name.removesuffix(BY_SPLINK))
        if task is None:
            self.found[case.name] = _of_people(pairs, case)
            return
        linked = zip(*(map(str, pairs.column(side).to_pylist()) for side in ("left_id", "right_id")), strict=True)
        self.found[case.name] = score(linked, task.true, one_table=task.right is None)


def _of_people(pairs: pa.Table, case: Case) -> Score:
    """The score of pairs of generated people; of a delivery, of one record each for whoever was known before."""
    table = people_table(case.task["people"])
    person = table["person"].combine_chunks()
    left, right = (person.take(pairs.column(side).cast(pa.int64())) for side in ("left_id", "right_id"))
    # The ids are the places before the rows were shuffled.
    right_ones = pc.sum(pc.equal(left, right)).as_py() or 0
    counts = person.value_counts().field("counts")
    true = pc.sum(pc.divide(pc.multiply(counts, pc.subtract(counts, 1)), 2)).as_py()
    if case.name == DELIVERY:
        first = table.num_rows - table.num_rows // DELIVERED
        true = pc.sum(pc.is_in(person.slice(first), person.slice(0, first))).as_py()
    return Score(right_ones / max(pairs.num_rows, 1), right_ones / max(true, 1))


def _set_cases(wanted: Sequence[str], scores: _Scores) -> list[Case]:
    folder = tables_folder()
    if folder is None:
        return []
    cases = []
    for name, made in SETS.items():
        for case, title, module in ((name, "Ronghe", OURS), (f"{name}{BY_SPLINK}", "plain Splink", PLAIN)):
            if case in wanted:
                task = scores.sets.setdefault(name, made(folder))
                rows = sum(1 for _ in task.left.open("rb"))
                asked = {"set": name, "tables": str(folder)}
                cases.append(Case(case, f"{title}, {task.name}", module, asked, rows))
    return cases


def _people_case(folder: Path, name: str, rows: int, **more: Any) -> Case:
    within = f" within {more['memory'] // 10**6} MB" if "memory" in more else ""
    task = {"source": str(people_csv(folder, rows)), "people": rows, **more}
    return Case(name, f"Ronghe, {rows:,} people{within}", OURS, task, rows)


def _delivery_case(folder: Path, rows: int, tell: Callable[[str], None]) -> Case:
    """A hundredth of the people against the clusters of the others, which are made once and not measured."""
    table, first = people_table(rows), rows - rows // DELIVERED
    at = folder / f"delivery_{rows}"
    at.mkdir(parents=True, exist_ok=True)
    before, delivery = at / "before.parquet", at / "delivery.parquet"
    pq.write_table(table.slice(0, first), before)
    pq.write_table(table.slice(first), delivery)
    task = {"source": str(before), "people": rows}
    tell("linking what was there before the delivery")
    run_once(Case("before", "", OURS, task, first), at)
    more = {"delivery": str(delivery), "clusters": str(at / "pairs.clusters.parquet")}
    task |= more | {"model": str(at / "pairs.model.json")}
    return Case(DELIVERY, f"Ronghe, {rows - first:,} delivered to {first:,} people", OURS, task, rows - first)


def _people_cases(folder: Path, rows: int, wanted: Sequence[str], tell: Callable[[str], None]) -> list[Case]:
    cases = []
    if CITY in wanted:
        city = city_folder(folder, CITY_ROWS)
        cases.append(Case(CITY, f"Ronghe, a city of {CITY_ROWS:,} records", OF_CITY, {"city": str(city)}, CITY_ROWS))
    if PEOPLE in wanted:
        cases.append(_people_case(folder, PEOPLE, rows))
    if DELIVERY in wanted:
        cases.append(_delivery_case(folder, rows, tell))
    if LARGE in wanted:
        cases.append(_people_case(folder, LARGE, FULL * rows, memory=MEMORY))
    return cases


def _ratio(found: Mapping[str, Measured], one: str, other: str) -> float | None:
    return found[one].cpu / found[other].cpu if one in found and other in found else None


def _of_city(city: Mapping[str, CityScore]) -> list[Goal]:
    """Of our own making, so it guards against getting worse and proves nothing."""
    made = sum(one.golden for one in city.values())
    mixed = 10_000 * sum(one.mixed for one in city.values()) / made if made else None
    return [
        *(
            at_least(f"city, {kind}: F1", city[kind].f1 if kind in city else None, goal, "")
            for kind, goal in (("people", 0.98), ("companies", 0.95))
        ),
        at_most("city: false merges in 10,000 golden rows", mixed, 1, ""),
    ]


def goals(
    found: Mapping[str, Measured],
    scores: Mapping[str, Score],
    sets: Mapping[str, DataSet],
    city: Mapping[str, CityScore],
) -> list[Goal]:
    """What is to be reached, and what was."""
    of_sets = []
    for name, task in sets.items():
        ours, plain = scores.get(name), scores.get(f"{name}{BY_SPLINK}")
        if task.goal is not None:
            of_sets.append(at_least(f"{task.name}: F1", ours.f1 if ours else None, task.goal, ""))
        more = ours.f1 - plain.f1 if ours and plain else None
        of_sets.append(at_least(f"{task.name}: F1 above plain Splink's", more, 0, ""))
    growth = _ratio(found, LARGE, PEOPLE)
    peak = found[LARGE].peak / 10**6 if LARGE in found else None
    share = _ratio(found, DELIVERY, PEOPLE)
    return [
        *of_sets,
        *_of_city(city),
        at_most("people: seconds elapsed", found[PEOPLE].wall if PEOPLE in found else None, 30, "s"),
        at_most("a delivery over a full run", share, 0.05),
        at_most(f"{FULL} times the people over the people", growth, FULL * 1.2),
        at_most(f"peak within {MEMORY // 10**6} MB", peak, MEMORY / 10**6 * 1.3, "MB"),
    ]


def _notes(scores: Mapping[str, Score], city: Mapping[str, CityScore]) -> list[str]:
    of_city = [
        f"city, {kind}: precision {one.precision:.4f}, recall {one.recall:.4f}, F1 {one.f1:.4f}; {one.mixed:,} of "
        f"{one.golden:,} golden rows hold rows of several"
        for kind, one in city.items()
    ]
    return of_city + [
        f"{case}: precision {found.precision:.3f}, recall {found.recall:.3f}, F1 {found.f1:.3f}"
        for case, found in scores.items()
    ]


def run(
    folder: Path, *, rows: int, full: bool, only: Sequence[str], repeats: int, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Measure the cases named in `only`, or all (the larger table if `full`), and score what they linked."""
    wanted = [name for name in CASES if (name in only if only else full or name != LARGE)]
    scores = _Scores()
    cases = [*_set_cases(wanted, scores), *_people_cases(folder, rows, wanted, tell)]
    measured, skipped = measure(cases, repeats=repeats, check=scores.check, tell=tell)
    if tables_folder() is None:
        skipped |= {name: _ABSENT for name in wanted if name not in {case.name for case in cases}}
    sources = dict.fromkeys(case.task["source"] for case in cases if "source" in case.task)
    return report(
        NAME,
        measured=measured,
        skipped=skipped,
        goals=goals(measured, scores.found, scores.sets, scores.city),
        notes=_notes(scores.found, scores.city),
        inputs=[facts_of(Path(source)) for source in sources],
        machine=machine(),
    )
