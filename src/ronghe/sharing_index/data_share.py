"""D_s from records: what each department holds, how much of it another could lawfully obtain now, in time and usable.

S_i is a product of rates, shown factor by factor; it is no probability, since the factors depend on one another.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby

from ronghe.sharing_index.answers import Answer, Rate, answer_rates
from ronghe.sharing_index.degree import Degree, degree
from ronghe.terms import InputError, content_id

__all__ = ["DataShare", "Dataset", "DepartmentShare", "Part", "data_share"]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Something that a department holds, in the catalogue or only in its inventory; counts of the last 12 months.

    items      its size d: information items, those with a confirmed legal basis for not sharing left out
    approved   a version of it was in force in time (kappa)
    declared, present   items of that version, and those of them that the mounted source really has (mu)
    reachable  the last probe got through; where not, nothing of it is present
    due, met   updates by the strictest period that was declared in the window, and those that came (phi)
    checked, passed     values that the bureau's element rules look at, and those that kept them (q)
    objections, settled objections to rows whose time is over, and those answered within it (q)
    """

    id: str
    department: str
    name: str
    items: int
    approved: bool = False
    declared: int = 0
    present: int = 0
    reachable: bool = False
    due: int = 0
    met: int = 0
    checked: int = 0
    passed: int = 0
    objections: int = 0
    settled: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A dataset with its factors: kappa, mu, phi, q, and their product."""

    dataset: Dataset
    approved: Fraction
    present: Fraction
    fresh: Fraction
    quality: Fraction

    @property
    def product(self) -> Fraction:
        """How much of it is shared, from 0 to 1, before requests."""
        return self.approved * self.present * self.fresh * self.quality


@dataclass(frozen=True, slots=True)
class DepartmentShare:
    """S_i with all that made it.

    `amount` is D_i in items. `share` and its interval `low` to `high` are None where the department holds nothing or
    its inventory is covered too little. `coverage` is None where no inventory was taken. `places` are the best and the
    worst place that the intervals allow: equal only where the department overlaps no other.
    """

    department: str
    amount: int
    offered: Fraction
    rate: Rate
    share: Fraction | None
    low: float | None
    high: float | None
    coverage: Fraction | None
    parts: tuple[Part, ...]
    places: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class DataShare:
    """D_s of the city, the departments by name, those without a share, and the hash of everything that went in."""

    degree: Degree
    departments: tuple[DepartmentShare, ...]
    left_out: tuple[str, ...]
    inputs: str


def _rate(part: int, whole: int, *, empty: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(empty)


def _check(dataset: Dataset) -> None:
    for part, whole in (("present", "declared"), ("met", "due"), ("passed", "checked"), ("settled", "objections")):
        values = getattr(dataset, part), getattr(dataset, whole)
        if not 0 <= values[0] <= values[1]:
            raise InputError("sharing_index.counts", name=dataset.name, part=part, whole=whole)
    if dataset.items < 0:
        raise InputError("sharing_index.negative_amount", department=dataset.department, value=dataset.items)


def _part(dataset: Dataset) -> Part:
    """What was never due cannot be late, and what no rule looks at breaks none; what was never declared is absent."""
    _check(dataset)
    return Part(
        dataset,
        approved=Fraction(dataset.approved),
        present=_rate(dataset.present, dataset.declared, empty=0) if dataset.reachable else Fraction(),
        fresh=_rate(dataset.met, dataset.due, empty=1),
        quality=_rate(dataset.passed, dataset.checked, empty=1) * _rate(dataset.settled, dataset.objections, empty=1),
    )


def _department(
    name: str, held: Sequence[Dataset], rate: Rate, coverage: Fraction | None, least: Fraction
) -> DepartmentShare:
    parts = tuple(sorted(map(_part, held), key=lambda part: part.dataset.id))
    amount = sum(part.dataset.items for part in parts)
    offered = sum((part.dataset.items * part.product for part in parts), Fraction())
    offered = offered / amount if amount else Fraction()
    known = amount > 0 and (coverage is None or coverage >= least)
    return DepartmentShare(
        department=name,
        amount=amount,
        offered=offered,
        rate=rate,
        share=offered * rate.value if known else None,
        low=float(offered) * rate.low if known else None,
        high=float(offered) * rate.high if known else None,
        coverage=coverage,
        parts=parts,
    )


def _placed(shares: Sequence[DepartmentShare]) -> list[DepartmentShare]:
    """Each department with the places that its interval leaves open."""
    ranges = [(one.low, one.high) for one in shares if one.low is not None and one.high is not None]
    placed = []
    for one in shares:
        places = None
        if one.low is not None and one.high is not None:
            best = 1 + sum(low > one.high for low, _ in ranges)
            places = best, len(ranges) - sum(high < one.low for _, high in ranges)
        placed.append(replace(one, places=places))
    return placed


def data_share(
    datasets: Iterable[Dataset],
    answers: Sequence[Answer],
    *,
    coverage: dict[str, Fraction] | None = None,
    least_coverage: Fraction = Fraction(),
) -> DataShare:
    """D_s and every S_i of the city: sum_j d_j kappa_j mu_j phi_j q_j / sum_j d_j, times the answer rate rho_i.

    `coverage` gives, for departments whose inventory was taken, how much of it is in the catalogue; below
    `least_coverage` no share is printed. Only rho carries sampling error: the interval is its Wilson interval, scaled.

    Raises InputError: `sharing_index.no_requests`, `sharing_index.counts` (a part larger than its whole),
    `sharing_index.negative_amount`, `sharing_index.twice` (two datasets of one id), `sharing_index.empty` (nobody is
    left with a share).
    """
    listed = sorted(datasets, key=lambda one: (one.department, one.id))
    ids = [one.id for one in listed]
    for before, after in zip(sorted(ids), sorted(ids)[1:], strict=False):
        if before == after:
            raise InputError("sharing_index.twice", id=after)
    covered = coverage or {}
    names = sorted({one.department for one in listed})
    rates = answer_rates(answers, names)
    held = {name: list(own) for name, own in groupby(listed, key=lambda one: one.department)}
    shares = _placed([_department(name, held[name], rates[name], covered.get(name), least_coverage) for name in names])
    counted = {one.department: one for one in shares if one.share is not None}
    city = degree(
        {name: one.amount for name, one in counted.items()},
        {name: one.share for name, one in counted.items() if one.share is not None},
    )
    left_out = tuple(name for name in names if name not in counted)
    return DataShare(city, tuple(shares), left_out, _hash(listed, answers, covered, least_coverage))


def _hash(listed: Sequence[Dataset], answers: Sequence[Answer], coverage: dict[str, Fraction], least: Fraction) -> str:
    """The same records give the same hash in whatever order they come."""
    told = (*listed, *sorted(answers, key=lambda one: one.id))
    return content_id(*map(repr, told), repr(sorted(coverage.items())), repr(least))
