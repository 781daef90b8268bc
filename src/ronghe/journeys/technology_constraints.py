"""Hard constraints and costs: which technologies may be recommended at all, and what each costs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ronghe.journeys.technology_reading import Texts, read_texts
from ronghe.technology.optimize.features import numbers
from ronghe.terms import InputError, UsageError

__all__ = ["Constraints", "Excluded", "constraints"]

REGISTRY = "technologies.csv"
_NEXT_PAIR = re.compile(r",(?=[^,=|]+=)")


@dataclass(frozen=True, slots=True)
class Excluded:
    """A technology that a constraint rules out; `value` is empty where the registry does not say."""

    technology: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Constraints:
    """`listed` technologies of registry and costs, those `excluded`, costs and kinds by name."""

    listed: tuple[str, ...]
    excluded: tuple[Excluded, ...]
    costs: Mapping[str, float]
    kinds: Mapping[str, str]
    registered: bool

    def allowed(self, technologies: Sequence[str]) -> list[str]:
        """The technologies that no constraint rules out: with a registry to look in, only those found there."""
        out = {one.technology for one in self.excluded}
        return [name for name in technologies if name not in out]


def _rows(path: Path, *wanted: str) -> Texts:
    texts = read_texts(path, wanted=("technology", *wanted))
    names = texts.table.column("technology").to_pylist()
    seen: set[str] = set()
    for row, name in enumerate(names, 1):
        if name is None:
            raise InputError("technology.name_blank", path=texts.path, row=row)
        if name in seen:
            raise InputError("technology.name_twice", path=texts.path, row=row, name=name)
        seen.add(name)
    return texts


def _costs(path: Path) -> dict[str, float]:
    texts = _rows(path, "cost")
    values = numbers(texts.table.column("cost"))
    names = texts.table.column("technology").to_pylist()
    for row, value in enumerate(values):
        if np.isnan(value) or value < 0:
            given = texts.table.column("cost")[row].as_py() or ""
            raise InputError("technology.cost_wrong", path=texts.path, row=row + 1, value=given)
    return dict(zip(names, map(float, values), strict=True))


def _each(require: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs, where one argument may hold several: `license=MIT|Apache-2.0,region=north`."""
    found = []
    for field, text in require:
        first, *more = _NEXT_PAIR.split(text)
        found.append((field, first))
        found += [(name.strip(), value) for name, _, value in (one.partition("=") for one in more)]
    return found


def _excluded(texts: Texts, require: Sequence[tuple[str, str]]) -> list[Excluded]:
    found = []
    for field, wanted in require:
        texts.wants(field)
        accepted = {word.strip().casefold() for word in wanted.split("|")}
        for name, value in zip(*(texts.table.column(one).to_pylist() for one in ("technology", field)), strict=True):
            if (value or "").casefold() not in accepted:
                found.append(Excluded(name, field, value or ""))
    return found


def constraints(
    registry: Path | None,
    require: Sequence[tuple[str, str]],
    cost: Path | None,
    evaluated: Sequence[str],
) -> Constraints:
    """Read what rules technologies out and what they cost.

    `registry` is a CSV with `technology` and the fields that `require` names, or a folder that holds it as
    technologies.csv. `require` has pairs of a field and its accepted values, separated by `|`. A technology that the
    registry does not know meets no requirement. Raises UsageError for requirements without a registry.
    """
    require = _each(require)
    if require and registry is None:
        raise UsageError("technology.require_without_registry")
    texts = None
    if registry is not None:
        texts = _rows(registry / REGISTRY if registry.is_dir() else registry)
    costs = _costs(cost) if cost is not None else {}
    excluded = _excluded(texts, require) if texts is not None else []
    registered = texts.table.column("technology").to_pylist() if texts is not None else []
    if texts is not None and require:
        excluded += [Excluded(name, require[0][0], "") for name in sorted({*evaluated, *costs} - set(registered))]
    kinds: dict[str, str] = {}
    if texts is not None and "kind" in texts.table.column_names:
        pairs = zip(registered, texts.table.column("kind").to_pylist(), strict=True)
        kinds = {name: kind for name, kind in pairs if kind}
    listed = tuple(sorted({*registered, *costs}))
    return Constraints(listed, tuple(excluded), costs, kinds, texts is not None)
