"""The technology engine: integrate -> optimize -> monitor, and audit.

    from ronghe import technology

    technology.recommend("evaluations.csv", "workloads.csv", "needs.csv", metric="accuracy", out="chosen")
    technology.explain("chosen", "license plates").precedents
    technology.share(["technology1.csv", "technology2.csv", "technology3.csv"], out="shared")
    technology.audit("bom.json", advisories="osv.zip", today=date(2026, 11, 27)).to_json()

The modules of the engine never import this face; the imports within its functions are what `docs/decisions/0004`
allows.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import ronghe.messages  # noqa: F401 - words the errors that the functions raise
from ronghe.terms import UsageError
from ronghe.terms.faces import keep_functions
from ronghe.terms.time import utc

if TYPE_CHECKING:
    from ronghe.journeys.technology_audit import Audited
    from ronghe.journeys.technology_files import ExplainedNeed
    from ronghe.journeys.technology_import import Imported, Reused
    from ronghe.journeys.technology_monitor import Monitored
    from ronghe.journeys.technology_recommended import Recommended
    from ronghe.journeys.technology_share import SharedTechnologies

__all__ = ["audit", "explain", "import_", "monitor", "recommend", "reuse", "share"]

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


def share(
    files: Sequence[Source],
    *,
    out: Source,
    departments: Source | None = None,
    shares: Source | None = None,
    seed: int = 0,
) -> "SharedTechnologies":
    """Share files of technologies, one for each department: predict accuracy from features, rank, and publish `out`.

    Files have `accuracy` (0 to 1 or percent), `status` and any features. `predicted` of what comes back has the
    cross-validated mean absolute error beside that of the plain mean. With the CSV `shares` (`department,amount,share`)
    the degree T_s is computed. Raises InputError for files without these columns.

    Source: T_s = sum(T_i * O_i) / sum(T_i), the weighted mean of the departments' shares.
    """
    from ronghe.journeys.technology_share import share_technologies

    paths = [Path(file) for file in files]
    return share_technologies(paths, out=Path(out), departments=_path(departments), shares=_path(shares), seed=seed)


def audit(
    sbom: Source, *, advisories: Source, today: date, eol: Source | None = None, gate: Source | None = None
) -> "Audited":
    """Audit an SBOM (CycloneDX in JSON or XML, SPDX in JSON) offline: vulnerabilities, licenses, end of life, hygiene.

    `advisories` are OSV records: JSON lines, a JSON file, a folder or OSV's zip; `eol` is a folder of endoflife.date
    files; `gate` is a TOML file of what keeps a technology out. `reasons` of what comes back is empty when the gate
    opens. Raises InputError where nothing could be checked or the advisories are too old: never a clean bill by
    emptiness.

    Source: OSV format 1.6 (ossf.github.io/osv-schema), CycloneDX (ECMA-424), SPDX (ISO/IEC 5962).
    """
    from ronghe.journeys.technology_audit import audit_file

    return audit_file(Path(sbom), advisories=Path(advisories), today=today, eol=_path(eol), gate=_path(gate))


def monitor(
    probes: Source,
    *,
    history: Source | None = None,
    metrics: Source | None = None,
    replay: bool = False,
    now: datetime | None = None,
) -> "Monitored":
    """Probe the technologies of a TOML file once, and say how each stands by this and by the `history`.

    `history` is a tab-separated file to which a line is added for each result. With `replay` nothing is probed: what
    the history says at `now`, or at its last result. `standings` of what comes back has status, availability and
    error budget of 30 days (parts of 1), burn rates and alarms. Raises InputError for files that cannot be used,
    Refused while another monitor writes the history. To probe for ever: `ronghe technology monitor --follow`.

    Source: Google, "The Site Reliability Workbook" (2018), chapter 5.
    """
    from ronghe.journeys import technology_monitor as monitoring

    path, kept, gauges = Path(probes), _path(history), _path(metrics)
    if not replay:
        return monitoring.monitor_once(path, history=kept, metrics=gauges)
    if kept is None:
        raise UsageError("cli.replay_needs_history")
    at = None if now is None else int(utc(now).timestamp())
    return monitoring.replay(path, history=kept, now=at, metrics=gauges)


def import_(paths: Sequence[Source], *, registry: Source) -> "Imported":
    """Read descriptions of technologies into a registry folder: one record for each, a verdict for each file.

    `paths` are files or folders with publiccode.yml, code.json, CycloneDX or SPDX, OpenAPI, Backstage, SILL, or tables
    with a column `name`. What a source no longer has is marked gone, never dropped. `candidates` of what comes back are
    pairs that may be one technology. Raises InputError where no file could be read; the registry is then as it was.

    Source: publiccode.yml 0.5 (yml.publiccode.tools), code.json 2.0.0, CycloneDX (ECMA-424).
    """
    from ronghe.journeys.technology_import import import_files

    return import_files([Path(path) for path in paths], registry=Path(registry))


def reuse(proposal: Source, *, registry: Source) -> "Reused":
    """What a registry has for the text of a planned project, nearest first, with the terms that carry the likeness.

    Source: Salton and Buckley, "Term-weighting approaches in automatic text retrieval", Information Processing &
    Management 24 (1988).
    """
    from ronghe.journeys.technology_import import reuse as matching

    return matching(Path(proposal), registry=Path(registry))


keep_functions(__name__)
