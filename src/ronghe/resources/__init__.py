"""The resource engine: allocate -> schedule -> monitor.

    from ronghe import resources

    resources.allocate("demands.csv", "supply.csv", policy="policy.toml", out="allocated")
    resources.verify("allocated").faults
    resources.explain("allocated", "D-003").changes

The modules of the engine never import this face; the imports within its functions are what `docs/decisions/0004`
allows.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from ronghe.terms.faces import keep_functions

if TYPE_CHECKING:
    from ronghe.journeys.resources.allocating import Allocated, Varied, Verified
    from ronghe.journeys.resources.sharing import SharedResources
    from ronghe.journeys.schedule_whatif import VariedSchedule
    from ronghe.resources.allocate.explain import Explanation

__all__ = ["allocate", "explain", "share", "verify", "whatif"]

Source = str | PathLike[str]


def _path(source: Source | None) -> Path | None:
    return None if source is None else Path(source)


def allocate(
    demands: Source,
    supply: Source,
    *,
    policy: Source | None = None,
    history: Source | None = None,
    now: datetime | None = None,
    shares: Source | None = None,
    out: Source,
) -> "Allocated":
    """Allocate a supply to demands by a policy and publish the folder `out` with its certificate.

    Raises InputError for files that cannot be used, Refused for guarantees above the supply; `out` is then as it was.
    """
    from ronghe.journeys.resources.allocating import allocate_files

    return allocate_files(
        Path(demands),
        Path(supply),
        policy=_path(policy),
        history=_path(history),
        now=now,
        shares=_path(shares),
        out=Path(out),
    )


def verify(folder: Source) -> "Verified":
    """Check a published allocation against its inputs, with code that shares nothing with the solver."""
    from ronghe.journeys.resources.allocating import verify_folder

    return verify_folder(Path(folder))


def explain(folder: Source, demand: str) -> "Explanation":
    """Why a demand of a published allocation got what it got; InputError for an id that it does not have."""
    from ronghe.journeys.resources.allocating import explain_folder

    return explain_folder(Path(folder), demand)


def whatif(folder: Source, changes: Mapping[str, str]) -> "Varied | VariedSchedule":
    """What a published allocation or schedule would be with changes; nothing is written.

    Such as `{"capacity.gpu": "64"}` of an allocation, `{"requests.M-3.minutes": "30"}` of a schedule.
    """
    from ronghe.journeys.resources.allocating import whatif_folder
    from ronghe.journeys.schedule_inputs import is_schedule
    from ronghe.journeys.schedule_whatif import whatif_schedule

    if is_schedule(Path(folder)):
        return whatif_schedule(Path(folder), changes)
    return whatif_folder(Path(folder), changes)


def share(
    files: Sequence[Source], *, out: Source, departments: Source | None = None, shares: Source | None = None
) -> "SharedResources":
    """Share files of resources, one for each department: allocate what is available, rank, and publish `out`."""
    from ronghe.journeys.resources.sharing import share_resources

    paths = [Path(file) for file in files]
    return share_resources(paths, out=Path(out), departments=_path(departments), shares=_path(shares))


keep_functions(__name__)
