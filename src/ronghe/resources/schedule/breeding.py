"""A search over priority lists: every plan of a population has a child with another, and gives way to a better one."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ronghe.resources.schedule.generation import Floats, Generation, Ints

__all__ = ["bred"]

POPULATION = 256
LARGEST = 8_000_000
"""Jobs times minutes of all plans of a population: of long works there are fewer, and a generation stays short."""
MUTATION = 0.03
REACH = 0.1
"""How far a job of a child may be moved, as a part of the whole time."""


@dataclass
class _Population:
    """Plans as columns of starts, when each ends, and how good it is: the end, then the mean start."""

    starts: Ints
    ends: Ints
    worth: Floats

    @classmethod
    def of(cls, generation: Generation, starts: Ints) -> "_Population":
        ends = generation.ends(starts)
        return cls(starts, ends, ends + starts.mean(axis=0) / (ends + 1))

    @property
    def best(self) -> int:
        """The position of the best plan, the first of equals."""
        return int(self.worth.argmin())

    def replace(self, at: Ints, other: "_Population", by: Ints) -> None:
        """Put plans of another population in the place of some."""
        self.starts[:, at], self.ends[at], self.worth[at] = other.starts[:, by], other.ends[by], other.worth[by]


def _size(generation: Generation, bound: int) -> int:
    return max(8, min(POPULATION, LARGEST // max(1, len(generation.minutes) * bound)))


def _children(people: _Population, random: np.random.Generator) -> Floats:
    """For each plan its own order within a stretch of time and another's outside, or the reverse; a few jobs moved."""
    size = len(people.ends)
    two = random.integers(0, size, (2, size))
    other = np.where(people.worth[two[0]] <= people.worth[two[1]], *two)
    mother, father = people.starts.astype(np.float64), people.starts[:, other].astype(np.float64)
    whole = people.ends.astype(np.float64)
    length = whole * random.random(size)
    begins = (whole - length) * random.random(size)
    inside = (mother >= begins) & (mother < begins + length)
    inside ^= random.random(size) < 0.5
    # Ties fall either way, or two jobs that begin together would never change places.
    child = np.where(inside, mother, father) + random.random(mother.shape) * 0.01
    moved = random.random(mother.shape) < MUTATION
    return child + moved * random.normal(0, 1, mother.shape) * (whole * REACH)


def _survive(people: _Population, children: _Population, mark: Ints) -> None:
    """A child takes its mother's place where it is no worse and like nobody else."""
    theirs, ours = mark @ children.starts, mark @ people.starts
    first = np.zeros(len(theirs), np.bool_)
    first[np.unique(theirs, return_index=True)[1]] = True
    better = np.flatnonzero((children.worth <= people.worth) & first & ~np.isin(theirs, ours))
    people.replace(better, children, better)


def bred(
    generation: Generation,
    generations: int,
    *,
    seed: int,
    bound: int,
    left: Callable[[], float | None],
    known: Ints | None = None,
) -> Ints:
    """The starts of the best plan found; ends at `bound` or when no time is left. `known` is a plan to begin from.

    Source: Hartmann 1998, Valls, Ballestín and Quintanilla 2008 for lists and double justification; deterministic
    crowding, by which a child displaces nobody but its mother, is Mahfoud's (1995).
    """
    random = np.random.default_rng(seed)
    size = _size(generation, bound)
    latest = -(generation.tail + generation.minutes).astype(np.float64)[:, None]
    spread = max(1.0, float(generation.minutes.mean()) * 2)
    keys = latest + random.normal(0, spread, (len(latest), size))
    keys[:, 0] = latest[:, 0]
    people = _Population.of(generation, generation.improved(generation.forward(keys)))
    if known is not None:
        people.replace(np.array([size - 1]), _Population.of(generation, known[:, None]), np.array([0]))
    mark = random.integers(-(2**60), 2**60, len(latest))
    for _ in range(generations):
        remaining = left()
        if people.ends.min() <= bound or (remaining is not None and remaining <= 0):
            break
        keys = _children(people, random)
        children = _Population.of(generation, generation.improved(generation.forward(keys)))
        _survive(people, children, mark)
    best: Ints = people.starts[:, people.best]
    return best
