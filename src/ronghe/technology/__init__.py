"""The technology engine: integrate -> optimize -> monitor, and audit.

    from ronghe import technology

    technology.recommend("evaluations.csv", "workloads.csv", "needs.csv", metric="accuracy", out="chosen")
    technology.explain("chosen", "license plates").precedents

The modules of the engine never import this face; the imports within its functions are what `docs/decisions/0004`
allows.
"""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ronghe.journeys.technology_files import ExplainedNeed
    from ronghe.journeys.technology_recommended import Recommended

__all__ = ["explain", "recommend"]

Source = str | PathLike[str]


def _path(source: Source | None) -> Path | None:
    return None if source is None else Path(source)


def recommend(
    evaluations: Source,
    workloads: Source,
    needs: Source,
    *,
    metric: str,
    out: Source,
    minimize: bool = False,
    target: float | None = None,
    confidence: float = 0.8,
    cost: Source | None = None,
    registry: Source | None = None,
    require: Mapping[str, str] | None = None,
    seed: int = 0,
) -> "Recommended":
    """Recommend for each need the technology that will do it well enough at least cost, and publish `out`.

    `evaluations` has `technology, workload, value` and if wanted `metric, unit, censored, run_at`; `workloads` has
    `workload` and features; `needs` has `need` and the same features. With a `target` a technology qualifies whose
    chance to meet it is at least `confidence` (0 to 1); of those the cheapest is taken, else a portfolio, else none.
    Without one, the best expected. `require` maps fields of the `registry` to accepted values, separated by `|`.

    `recommendations` of what comes back has one answer for each need, with losses: `gathered.metric.value` turns them
    into values. Raises InputError for files that cannot be used, UsageError for `require` without `registry`.

    Source: Lin and Jeon, "Random Forests and Adaptive Nearest Neighbors", JASA 101 (2006), for one forest's weights;
    Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World" (2005), for the intervals.
    """
    from ronghe.journeys.technology_recommend import recommend_files

    return recommend_files(
        Path(evaluations),
        Path(workloads),
        Path(needs),
        metric=metric,
        out=Path(out),
        minimize=minimize,
        target=target,
        confidence=confidence,
        cost=_path(cost),
        registry=_path(registry),
        require=tuple((require or {}).items()),
        seed=seed,
    )


def explain(folder: Source, need: str) -> "ExplainedNeed":
    """Why a published recommendation answers a need as it does; InputError for a need that it does not have."""
    from ronghe.journeys.technology_files import explain_need

    return explain_need(Path(folder), need)
