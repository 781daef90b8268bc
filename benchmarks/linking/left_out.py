"""`python -m benchmarks.linking.left_out`: how much the public sets depend on the constants that we chose.

Every constant is set lower and higher, one at a time, and each set is linked again. Then each set is left out in turn:
the setting that is best for the others, by mean F1, is what somebody would have chosen who never saw it.
"""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import mean

from benchmarks.linking.ours import link_set
from benchmarks.linking.score import score
from benchmarks.linking.sets import SETS, DataSet, tables_folder
from ronghe.data.integrate import comparisons, linking

__all__ = ["SETTINGS", "left_out"]

FIXED = "as it is"
SETTINGS: Mapping[str, tuple[float, float]] = {
    FIXED: (0.5, 1.0),
    "match from 0.3": (0.3, 1.0),
    "match from 0.7": (0.7, 1.0),
    "differ 0.7 times as often": (0.5, 0.7),
    "differ 1.4 times as often": (0.5, 1.4),
}
"""From which probability a pair is a match, and by how much the bounds of `comparisons.APART` are stretched."""
USED = ("febrl1", "fodors_zagats", "abt_buy", "fake1000", "chicago")


@contextmanager
def _set_to(least: float, times: float) -> Iterator[None]:
    before = (linking.LEAST_PROBABILITY, comparisons.APART_OF_WHO, comparisons.APART)
    linking.LEAST_PROBABILITY = least
    for one in ("APART_OF_WHO", "APART"):
        low, high = getattr(comparisons, one)
        setattr(comparisons, one, (low * times, min(high * times, 0.9)))
    comparisons.drawn_comparisons.cache_clear()
    try:
        yield
    finally:
        linking.LEAST_PROBABILITY, comparisons.APART_OF_WHO, comparisons.APART = before
        comparisons.drawn_comparisons.cache_clear()


def _f1(task: DataSet) -> float:
    with tempfile.TemporaryDirectory() as made:
        return score(link_set(task, Path(made) / "pairs.parquet"), task.true, one_table=task.right is None).f1


def left_out(found: Mapping[str, Mapping[str, float]]) -> dict[str, str]:
    """For each set the setting that is best for the others; `found` has the F1 of each setting and set."""
    sets = list(found[FIXED])
    chosen = {}
    for one in sets:
        others = [name for name in sets if name != one]
        # Of equally good ones the first, which is what we have.
        chosen[one] = max(found, key=lambda setting: round(mean(found[setting][name] for name in others), 4))
    return chosen


def main() -> None:
    folder = tables_folder()
    if folder is None:
        sys.exit("the public data sets are not here: say where they lie by RONGHE_SHARED_DATA")
    tasks = {name: SETS[name](folder) for name in USED}
    found: dict[str, dict[str, float]] = {}
    print("| setting |", " | ".join(task.name for task in tasks.values()), "|")
    print("|---|" + "---|" * len(tasks))
    for setting, (least, times) in SETTINGS.items():
        with _set_to(least, times):
            found[setting] = {name: _f1(task) for name, task in tasks.items()}
        print(f"| {setting} |", " | ".join(f"{found[setting][name]:.3f}" for name in tasks), "|", flush=True)
    chosen = left_out(found)
    print("| chosen on the others |", " | ".join(f"{found[chosen[name]][name]:.3f}" for name in tasks), "|")
    for name, setting in chosen.items():
        print(f"{name}: {setting}")


if __name__ == "__main__":
    main()
