"""Circles among things that point at each other."""

from collections.abc import Iterator, Sequence

__all__ = ["circles"]


def circles(pairs: Sequence[tuple[str, str]]) -> Iterator[frozenset[str]]:
    """The largest groups in which one comes from each to each other along the pairs; groups of one are left out."""
    if not pairs:
        return
    # Few libraries need it, and it takes a tenth of a second to load.
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    names, ends = np.unique(np.array(pairs), return_inverse=True)
    start, end = ends.reshape(-1, 2).T
    graph = coo_array((np.ones(len(start), np.int8), (start, end)), shape=(len(names), len(names)))
    count, labels = connected_components(graph, directed=True, connection="strong")
    for label in np.flatnonzero(np.bincount(labels, minlength=count) > 1):
        yield frozenset(names[labels == label].tolist())
