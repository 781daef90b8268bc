"""Raise every demand's level together until something is full, stop its users, and go on with the others.

This progressive filling gives the lexicographic max-min of the levels for any bounds that only ever add up amounts
(Radunović and Le Boudec 2007, "A unified framework for max-min and min-max fairness"); with dominant shares as amounts
it is weighted DRF (Ghodsi et al. 2011). The level at which the next bound is met is found without sorting: the amounts
used are piecewise linear in the level, so a trial level near the median break halves the breaks that still matter, and
each search costs O(n m).
"""

from dataclasses import dataclass, field

import numpy as np

from ronghe.resources.allocate.problem import Flags, Floats, Numbers

__all__ = ["CAPACITY", "DEPARTMENT", "FULL", "PROJECT", "Bounds", "Filled", "fill"]

FULL, CAPACITY, DEPARTMENT, PROJECT = 0, 1, 2, 3
"""What stopped a demand: nothing, or a bound of this kind."""

SLACK = 1e-13
"""Part of a bound by which a sum of floating-point numbers may miss it."""
SAME = 1e-12
"""Relative distance of levels and amounts that count as one."""
LARGE, SAMPLED, NEAR = 100_000, 20_000, 0.02
"""From how many demands on a sample guesses the level, how many it has, and by how much it may be wrong."""
SAMPLE = 2_001
"""Breaks looked at for a trial level."""


@dataclass(slots=True)
class Bounds:
    """What may be used: by each project, by each department, and by all, of each resource; infinite where all is.

    A department's `reserve` is held for it whether it uses it or not: sum(max(held, reserve)) stays within `capacity`,
    where a department's `held` is the sum(max(used, project_reserve)) of its projects, which its own bound is about.
    `department_of` places the projects. `shut` says by which kind of bound a project's use of a resource has ended, and
    `reason` and `project_reason` which kind a department's or project's own bound counts as.
    """

    department_of: Numbers
    project: Floats
    department: Floats
    capacity: Floats
    reserve: Floats
    project_reserve: Floats
    shut: Numbers = field(init=False)
    reason: Numbers = field(init=False)
    project_reason: Numbers = field(init=False)

    def __post_init__(self) -> None:
        self.shut = np.zeros(self.project.shape, np.int64)
        self.reason = np.full(self.department.shape, DEPARTMENT, np.int64)
        self.project_reason = np.full(self.project.shape, PROJECT, np.int64)

    def by_department(self, used: Floats) -> Floats:
        """Sums over the projects of each department."""
        total = np.zeros_like(self.department)
        np.add.at(total, self.department_of, used)
        return total

    def kept(self, used: Floats) -> bool:
        """Whether amounts used by the projects keep every bound that is still open."""
        departments = self.by_department(np.maximum(used, self.project_reserve))
        held = np.maximum(departments, self.reserve).sum(axis=0)
        pairs = ((used, self.project), (departments, self.department), (held, self.capacity))
        return all(bool((one <= bound * (1 + SLACK)).all()) for one, bound in pairs)

    def met(self, line: "_Line") -> tuple[Floats, Floats, Floats]:
        """The levels at which rising amounts meet the bounds of projects, of departments and of all."""
        if self.project_reserve.any():
            return line.reaches(self.project), *self._met_beyond_reserves(line)
        departments = _Line(self.by_department(line.constant), self.by_department(line.slope))
        shared = np.array([departments.shares(self, place) for place in range(len(self.capacity))])
        return line.reaches(self.project), departments.reaches(self.department), shared

    def _met_beyond_reserves(self, line: "_Line") -> tuple[Floats, Floats]:
        """As `met`, of departments and of all, where projects have reserves: those fill before departments feel it."""
        departments, shared = np.full_like(self.department, np.inf), np.full_like(self.capacity, np.inf)
        for place in range(len(self.capacity)):
            column = _Column(self, line, place)
            for who in np.flatnonzero(column.rises & np.isfinite(self.department[:, place])):
                departments[who, place] = column.meets(float(self.department[who, place]), int(who))
            if np.isfinite(self.capacity[place]) and column.rises.any():
                shared[place] = column.meets(float(self.capacity[place]), None)
        return departments, shared

    def close(self, line: "_Line") -> float | None:
        """Close the bounds that rising amounts meet first; at which level, None where they meet none."""
        projects_at, departments_at, capacity_at = self.met(line)
        level = max(line.left, float(min(projects_at.min(), departments_at.min(), capacity_at.min())))
        if not np.isfinite(level):
            return None
        limit = level * (1 + SAME)
        met, used = projects_at <= limit, line.at(level)
        reasons = self.project_reason.copy()
        self.project[met] = np.inf
        self._shut_departments(departments_at <= limit, used)
        self._shut_capacity(capacity_at <= limit, used)
        self.shut[met] = reasons[met]
        return level

    def _shut_projects(self, met: Flags, used: Floats, reason: Numbers) -> None:
        """The users stop, except projects that have not yet used what is held for them: they go on up to that."""
        waiting = met & (used < self.project_reserve * (1 - SAME))
        self.shut = np.where(met & ~waiting, reason, self.shut)
        nearer = waiting & (self.project_reserve <= self.project)
        self.project[nearer] = self.project_reserve[nearer]
        self.project_reason[nearer] = reason[nearer]

    def _shut_departments(self, met: Flags, used: Floats) -> None:
        self._shut_projects(met[self.department_of], used, self.reason[self.department_of])
        self.department[met] = np.inf

    def _shut_capacity(self, met: Flags, used: Floats) -> None:
        """As for projects: a department that has not yet used what is held for it goes on up to that."""
        held = self.by_department(np.maximum(used, self.project_reserve))
        waiting = met & (held < self.reserve * (1 - SAME))
        self._shut_projects((met & ~waiting)[self.department_of], used, np.full_like(self.shut, CAPACITY))
        nearer = waiting & (self.reserve <= self.department)
        self.department[nearer] = self.reserve[nearer]
        self.reason[nearer] = CAPACITY
        self.capacity[met] = np.inf


@dataclass(frozen=True, slots=True)
class Filled:
    """The fraction of each demand that is granted, the kind of bound that stopped it, and of which resource."""

    fraction: Floats
    kind: Numbers
    resource: Numbers


@dataclass(frozen=True, slots=True)
class _Rising:
    """Demands that may rise: their rows, amounts, fraction gained per level, where they start and end, and projects."""

    at: Numbers
    amount: Floats
    rate: Floats
    low: Floats
    high: Floats
    project: Numbers

    def only(self, chosen: Flags) -> "_Rising":
        """Those chosen."""
        return _Rising(
            self.at[chosen],
            self.amount[chosen],
            self.rate[chosen],
            self.low[chosen],
            self.high[chosen],
            self.project[chosen],
        )

    def every(self, step: int) -> "_Rising":
        """Each `step`-th, with the amounts of all that it stands for."""
        whole = slice(None, None, step)
        scaled = self.amount[whole] * (len(self.at) / len(self.at[whole]))
        return _Rising(self.at[whole], scaled, self.rate[whole], self.low[whole], self.high[whole], self.project[whole])

    def fractions(self, level: float) -> Floats:
        """What each has at a level."""
        return np.minimum(np.maximum(level * self.rate, self.low), self.high)

    def used(self, fractions: Floats, projects: int) -> Floats:
        """What each project uses of each resource, projects x resources."""
        if projects == 1:
            # Not by BLAS: its threads wait for one another, and its sums depend on how many there are.
            total: Floats = np.einsum("n,nk->k", fractions, self.amount)[None, :]
            return total
        columns = [np.bincount(self.project, fractions * column, projects) for column in self.amount.T]
        return np.stack(columns, axis=1)

    def stopped(self, shut: Numbers) -> tuple[Numbers, Numbers]:
        """By which kind of closed bound each is stopped, and of which resource."""
        kind, resource = np.zeros(len(self.at), np.int64), np.zeros(len(self.at), np.int64)
        for place in np.flatnonzero(shut.any(axis=0)):
            met = (self.amount[:, place] > 0) & (kind == FULL)
            found = shut[0, place] if len(shut) == 1 else shut[self.project, place]
            kind = np.where(met, found, kind)
            resource = np.where(met & (kind != FULL), place, resource)
        return kind, resource


@dataclass(frozen=True, slots=True)
class _Line:
    """Amounts that change linearly with the level from `left` on: `constant` + `slope` * level, groups x resources."""

    constant: Floats
    slope: Floats
    left: float = 0.0

    def at(self, level: float) -> Floats:
        """The amounts at a level."""
        return self.constant + self.slope * level

    def plus(self, demands: _Rising, settled: Flags, first: Floats, last: Floats, left: float, right: float) -> "_Line":
        """With the demands that are `settled`: they have no break between two levels."""
        ended, unborn = settled & (last <= left), settled & (first >= right)
        still = np.where(ended, demands.high, np.where(unborn, demands.low, 0.0))
        rate = np.where(settled & ~ended & ~unborn, demands.rate, 0.0)
        count = len(self.constant)
        return _Line(self.constant + demands.used(still, count), self.slope + demands.used(rate, count))

    def reaches(self, bound: Floats) -> Floats:
        """The level at which each amount meets its bound, infinite for never."""
        rises = (self.slope > 0) & np.isfinite(bound)
        levels = np.full_like(bound, np.inf)
        np.divide(bound - self.constant, self.slope, out=levels, where=rises)
        return levels

    def shares(self, bounds: Bounds, place: int) -> float:
        """Where sum(max(used, reserve)) meets a capacity: Newton's steps are exact on a convex broken line."""
        constant, slope = self.constant[:, place], self.slope[:, place]
        reserve, capacity = bounds.reserve[:, place], bounds.capacity[place]
        if not np.isfinite(capacity) or not slope.any():
            return float("inf")
        rising = slope > 0
        ends = np.where(rising, (reserve - constant) / np.where(rising, slope, 1.0), 0.0)
        # From where every department is beyond its reserve, the line's last piece, each step goes left to the root.
        level = max(float(ends.max()), float((capacity - constant.sum()) / slope.sum()), 0.0)
        for _ in range(len(constant) + 1):
            used = constant + slope * level
            above = used >= reserve * (1 - SAME)
            rise = float(slope[above].sum())
            if rise <= 0:
                return level
            step = float(np.where(above, used, reserve).sum() - capacity) / rise
            if step <= level * SAME:
                break
            level -= step
        return level


class _Column:
    """One resource on a line, where projects have reserves: what is held as a convex broken line of the level."""

    def __init__(self, bounds: Bounds, line: _Line, place: int) -> None:
        self._owner, self._count = bounds.department_of, len(bounds.department)
        self._line = line.constant[:, place], line.slope[:, place]
        self._reserves = bounds.project_reserve[:, place], bounds.reserve[:, place]
        self._last = self._after(*self._line, self._reserves[0])
        self._sums = self._of_departments(self._line[0]), self._of_departments(self._line[1])
        self.rises: Flags = self._sums[1] > 0

    def _of_departments(self, values: Floats) -> Floats:
        return np.bincount(self._owner, values, self._count).astype(np.float64)

    @staticmethod
    def _after(constant: Floats, slope: Floats, bound: Floats) -> float:
        """The level from which on all that rises is beyond its bound."""
        ends = np.divide(bound - constant, slope, out=np.zeros_like(slope), where=slope > 0)
        return float(ends.max(initial=0.0))

    def _held(self, level: float) -> tuple[Floats, Floats]:
        """What departments hold at a level, and how fast that rises."""
        constant, slope = self._line
        used = constant + slope * level
        above = used >= self._reserves[0] * (1 - SAME)
        held = self._of_departments(np.where(above, used, self._reserves[0]))
        return held, self._of_departments(np.where(above, slope, 0.0))

    def _at(self, level: float, who: int | None) -> tuple[float, float]:
        """What a department, or None: all, hold at a level, and how fast that rises."""
        held, rise = self._held(level)
        if who is not None:
            return float(held[who]), float(rise[who])
        above = held >= self._reserves[1] * (1 - SAME)
        return float(np.where(above, held, self._reserves[1]).sum()), float(rise[above].sum())

    def meets(self, bound: float, who: int | None) -> float:
        """The level at which a department, or all, meet a bound: Newton's steps, from where every reserve is full."""
        constant, slope = (one.sum() if who is None else one[who] for one in self._sums)
        level = max(self._last, float((bound - constant) / slope))
        if who is None:
            level = max(level, self._after(*self._sums, self._reserves[1]))
        for _ in range(len(self._owner) + self._count + 1):
            held, rise = self._at(level, who)
            if rise <= 0:
                break
            step = (held - bound) / rise
            if step <= level * SAME:
                break
            level -= step
        return level


def fill(
    amount: Floats, rate: Floats, low: Floats, high: Floats, project: Numbers, tier: Numbers, bounds: Bounds
) -> Filled:
    """Fill tier by tier from `low`, which is kept for all, towards `high`; the bounds are closed on the way.

    `amount` is n x m, `rate` the fraction gained per level, `project` and `tier` are places. `low` must
    keep the bounds.
    """
    filled = Filled(low.copy(), np.zeros(len(rate), np.int64), np.zeros(len(rate), np.int64))
    everyone = _Rising(np.arange(len(rate)), amount, rate, low, high, project)
    for number in np.unique(tier):
        mine = (tier == number) & (high > low)
        base = np.zeros_like(bounds.project)
        if not mine.all():
            base = everyone.only(~mine).used(filled.fraction[~mine], len(base))
        _fill_tier(everyone if mine.all() else everyone.only(mine), base, bounds, filled)
    return filled


def _fill_tier(rising: _Rising, base: Floats, bounds: Bounds, filled: Filled) -> None:
    level = 0.0
    while True:
        kind, resource = rising.stopped(bounds.shut)
        reached = rising.fractions(level)
        full = reached >= rising.high
        done = full | (kind != FULL)
        at = rising.at[done]
        filled.fraction[at] = reached[done]
        filled.kind[at] = np.where(full, FULL, kind)[done]
        filled.resource[at] = resource[done]
        if done.any():
            base = base + rising.used(np.where(done, reached, 0.0), len(base))
            rising = rising.only(~done)
        if not len(rising.at):
            return
        met = None
        if not bounds.kept(base + rising.used(rising.high, len(base))):
            met = bounds.close(_before_the_next_bound(rising, base, bounds, level))
        if met is None:
            filled.fraction[rising.at] = rising.high
            return
        level = met


def _before_the_next_bound(rising: _Rising, base: Floats, bounds: Bounds, left: float) -> _Line:
    """The line on which amounts move when they meet the next bound."""
    right = float((rising.high / rising.rate).max())
    line, waiting = _Line(base, np.zeros_like(base)), rising
    guesses = _guesses(rising, base, bounds, left)
    while True:
        # Two guessed levels settle nearly all before anything is sorted out.
        while guesses:
            guess = guesses.pop()
            if left < guess < right:
                kept = bounds.kept(base + rising.used(rising.fractions(guess), len(base)))
                left, right = (guess, right) if kept else (left, guess)
        first, last = waiting.low / waiting.rate, waiting.high / waiting.rate
        settled = (last <= left) | (first >= right) | ((first <= left) & (last >= right))
        if settled.any():
            line = line.plus(waiting, settled, first, last, left, right)
            waiting, first, last = waiting.only(~settled), first[~settled], last[~settled]
        if not len(first):
            return _Line(line.constant, line.slope, left)
        trial = _trial(first, last, left, right)
        used = line.at(trial) + waiting.used(waiting.fractions(trial), len(base))
        left, right = (trial, right) if bounds.kept(used) else (left, trial)


def _guesses(rising: _Rising, base: Floats, bounds: Bounds, left: float) -> list[float]:
    """Two levels between which the next bound is probably met, by a sample of the demands; none for few demands."""
    if len(rising.at) < LARGE:
        return []
    step = len(rising.at) // SAMPLED
    some = rising.every(step)
    line = _before_the_next_bound(some, base, bounds, left)
    level = min(float(levels.min()) for levels in bounds.met(line))
    return [level * (1 - NEAR), level * (1 + NEAR)] if np.isfinite(level) else []


def _trial(first: Floats, last: Floats, left: float, right: float) -> float:
    """A break strictly between two levels, near the median of those there."""
    step = max(1, len(first) // SAMPLE)
    breaks = np.concatenate([first[::step], last[::step]])
    inside = breaks[(breaks > left) & (breaks < right)]
    if not len(inside):
        return _trial_of_all(np.concatenate([first, last]), left, right)
    middle = len(inside) // 2
    return float(np.partition(inside, middle)[middle])


def _trial_of_all(breaks: Floats, left: float, right: float) -> float:
    """As `_trial` where the sample has no break between the levels."""
    return float(breaks[(breaks > left) & (breaks < right)][0])
