"""Past use as debt: whoever used much of late yields, and is forgiven with time."""

from collections.abc import Mapping, Sequence

import numpy as np

from ronghe.resources.allocate.problem import Floats

__all__ = ["debts"]


def debts(
    departments: Sequence[str],
    resources: Sequence[str],
    amounts: Floats,
    ages: Floats,
    *,
    half_life: float,
    limit: float,
    known: Sequence[str],
) -> Mapping[str, float]:
    """The debt of each of the `known` departments: its part of all past use, over an even part; at most `limit`.

    Each use is a department, a resource, an amount and its age in hours; it counts half after each `half_life`. The
    part is the largest of those of any resource. A weight is halved for each whole debt, so that a department that used
    just its even part has half its weight, and so has everyone if all did (Slurm's fair-share factor, 2^(-use/share)).
    """
    if not len(amounts) or not known:
        return dict.fromkeys(known, 0.0)
    faded = amounts * np.exp2(-ages / half_life)
    used: dict[str, dict[str, float]] = {}
    for who, what, amount in zip(departments, resources, faded.tolist(), strict=True):
        used.setdefault(what, {})[who] = used.get(what, {}).get(who, 0.0) + amount
    found = dict.fromkeys(known, 0.0)
    for by_department in used.values():
        total = sum(by_department.values())
        for who in known:
            if total > 0:
                found[who] = max(found[who], by_department.get(who, 0.0) / total * len(known))
    return {who: round(min(debt, limit), 12) for who, debt in found.items()}
