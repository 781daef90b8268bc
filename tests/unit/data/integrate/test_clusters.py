import numpy as np

from ronghe.data.integrate.clusters import DECIDED, cluster_id, cluster_records


def groups(edges: list[tuple[int, int, float]], size: int) -> list[int]:
    left, right, weights = (np.array(part) for part in zip(*edges, strict=True))
    found: list[int] = cluster_records(left, right, weights.astype(float), size=size).tolist()
    return found


def test_a_chain_of_weak_links_does_not_make_one_cluster() -> None:
    edges = [(0, 1, 9.0), (1, 2, 1.0), (2, 3, 9.0), (0, 2, -8.0), (1, 3, -8.0), (0, 3, -9.0)]
    assert groups(edges, 4) == [0, 0, 2, 2]


def test_links_that_agree_make_one_cluster() -> None:
    edges = [(0, 1, 9.0), (1, 2, 5.0), (0, 2, 4.0)]
    assert groups(edges, 3) == [0, 0, 0]


def test_pairs_that_were_never_compared_speak_against_joining() -> None:
    assert groups([(0, 1, 9.0), (2, 3, 9.0), (1, 2, 3.0)], 4) == [0, 0, 2, 2]


def test_a_pair_that_people_keep_apart_stays_apart_over_a_third() -> None:
    edges = [(0, 1, 12.0), (1, 2, 11.0), (0, 2, -DECIDED)]
    found = groups(edges, 3)
    assert found[0] != found[2]


def test_one_certain_pair_does_not_outvote_all_others() -> None:
    # 40 bits for, and 5 three times against: what one pair may say is bounded.
    edges = [(0, 1, 50.0), (2, 3, 50.0), (1, 2, 40.0), (0, 2, -5.0), (0, 3, -5.0), (1, 3, -5.0)]
    assert groups(edges, 4) == [0, 0, 2, 2]


def test_the_order_of_pairs_does_not_matter() -> None:
    edges = [(0, 1, 3.0), (1, 2, 3.0), (2, 3, 3.0), (0, 2, -2.0), (1, 3, 1.0)]
    assert groups(edges, 4) == groups(edges[::-1], 4)


def test_an_id_comes_from_the_members_alone() -> None:
    assert cluster_id(["b", "a"]) == cluster_id(["a", "b"])
    assert cluster_id(["a"]) != cluster_id(["a", "b"])
