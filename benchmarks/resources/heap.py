"""A good heap loop: plain Python that raises levels user by user, the way schedulers do it.

Users wait in a heap by the level at which they have all; sums of slopes say at which level each resource is full. Only
active users are touched, and each once.
"""

import heapq

__all__ = ["heap_fill"]


def heap_fill(demand: list[list[float]], capacity: list[float], weight: list[float]) -> list[float]:
    """Fractions of the weighted dominant-resource max-min of divisible demands without limits."""
    kinds = range(len(capacity))
    shares = [max(row[r] / capacity[r] for r in kinds) for row in demand]
    fraction = [1.0] * len(demand)
    heap = [(share / weight[i], i) for i, share in enumerate(shares) if share > 0]
    heapq.heapify(heap)
    slope, base = [0.0] * len(capacity), [0.0] * len(capacity)
    users: list[list[int]] = [[] for _ in kinds]
    for level, i in heap:
        for r in kinds:
            if demand[i][r]:
                slope[r] += demand[i][r] / level
                users[r].append(i)
    top = {i: level for level, i in heap}
    open_ = set(kinds)
    while heap:
        full = [(capacity[r] - base[r]) / slope[r] if slope[r] > 1e-15 * capacity[r] else float("inf") for r in open_]
        first, resource = min(zip(full, open_, strict=True))
        level, i = heap[0]
        if i not in top:
            heapq.heappop(heap)
        elif level <= first:
            heapq.heappop(heap)
            _leave(demand[i], level, 1.0, slope, base)
            del top[i]
        else:
            open_.discard(resource)
            for user in users[resource]:
                if user in top:
                    all_at = top.pop(user)
                    part = first / all_at
                    fraction[user] = part
                    _leave(demand[user], all_at, part, slope, base)
    return fraction


def _leave(row: list[float], all_at: float, part: float, slope: list[float], base: list[float]) -> None:
    """A user stops: its slope goes, what it has stays."""
    for r, amount in enumerate(row):
        if amount:
            slope[r] -= amount / all_at
            base[r] += amount * part
