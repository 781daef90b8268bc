"""Laws of clusters with identifiers: no cluster holds two of them, whatever the links say and in whatever order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ronghe.data.integrate.clusters import DECIDED, cluster_records

SIZE = 9
Edge = tuple[int, int, float]

ends = st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)).filter(lambda pair: pair[0] < pair[1])
weights = st.floats(-15, 15, allow_nan=False).map(lambda bits: round(bits, 1))
numbers = st.lists(st.integers(0, 3), min_size=SIZE, max_size=SIZE)
links = st.dictionaries(ends, weights, min_size=1, max_size=30)


def clustered(edges: list[Edge], proven: list[int]) -> list[int]:
    left, right, bits = (np.array(part) for part in zip(*edges, strict=True))
    found: list[int] = cluster_records(
        left, right, bits.astype(float), size=SIZE, proven=np.array(proven, np.int64)
    ).tolist()
    return found


def possible(found: dict[tuple[int, int], float], proven: list[int]) -> list[Edge]:
    """The pairs that blocking lets through: two different identifiers are never compared."""
    apart = [(a, b) for a, b in found if proven[a] and proven[b] and proven[a] != proven[b]]
    return [(a, b, bits) for (a, b), bits in found.items() if (a, b) not in apart] or [(0, 1, -1.0)]


@given(links, numbers)
def test_no_cluster_holds_two_identifiers(found: dict[tuple[int, int], float], proven: list[int]) -> None:
    groups = clustered(possible(found, proven), proven)
    for root in set(groups):
        assert len({proven[n] for n in range(SIZE) if groups[n] == root} - {0}) <= 1


@given(links, numbers, st.randoms(use_true_random=False))
def test_the_order_of_pairs_does_not_matter(
    found: dict[tuple[int, int], float], proven: list[int], order: st.DataObject
) -> None:
    edges = possible(found, proven)
    mixed = list(edges)
    order.shuffle(mixed)  # type: ignore[attr-defined]
    assert clustered(edges, proven) == clustered(mixed, proven)


@given(numbers)
def test_what_a_person_decided_outvotes_an_identifier(proven: list[int]) -> None:
    groups = clustered([(0, 1, DECIDED), (1, 2, DECIDED), (0, 2, DECIDED)], proven)
    assert groups[0] == groups[1] == groups[2]
