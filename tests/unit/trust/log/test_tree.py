"""The Merkle tree against a second implementation, and its proofs against every small tree."""

import hashlib

import pytest
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion

from ronghe.trust.log import proves_consistency, proves_inclusion
from ronghe.trust.log.hashes import SHA256, SM3, tree_hash
from ronghe.trust.log.tree import Frontier, consistency, inclusion, split

LARGEST = 40


def body(number: int) -> bytes:
    return f'{{"n":{number}}}'.encode()


LEAVES = [SHA256.leaf(body(number)) for number in range(LARGEST)]


def subtree(low: int, high: int) -> bytes:
    """The definition in RFC 6962, section 2.1, word for word."""
    if high - low == 1:
        return LEAVES[low]
    middle = low + split(high - low)
    return SHA256.node(subtree(low, middle), subtree(middle, high))


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert Frontier(SHA256).root() == hashlib.sha256(b"").digest()


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_roots_are_those_of_the_definition_and_of_pymerkle(size: int) -> None:
    frontier = Frontier(SHA256)
    frontier.extend(LEAVES[: size // 3])
    frontier.extend(LEAVES[size // 3 : size])
    peer = InmemoryTree(algorithm="sha256")
    for number in range(size):
        peer.append_entry(body(number))
    assert frontier.root() == subtree(0, size) == peer.get_root()
    assert frontier.size == size


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_every_inclusion_is_proved_and_no_other_leaf_place_or_size_passes(size: int) -> None:
    root = subtree(0, size)
    for index in range(size):
        path = inclusion(index, size, subtree)
        assert proves_inclusion(SHA256, LEAVES[index], index, size, path, root)
        assert not proves_inclusion(SHA256, LEAVES[index - 1], index, size, path, root) or size == 1
        assert not proves_inclusion(SHA256, LEAVES[index], size, size, path, root)
        assert not proves_inclusion(SHA256, LEAVES[index], index, size, [*path, root], root)
        assert not path or not proves_inclusion(SHA256, LEAVES[index], index, size, path[:-1], root)


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_every_consistency_is_proved_and_no_other_root_passes(size: int) -> None:
    root = subtree(0, size)
    for old in range(1, size + 1):
        path = consistency(old, size, subtree)
        before = subtree(0, old)
        assert proves_consistency(SHA256, old, before, size, root, path)
        assert not proves_consistency(SHA256, old, LEAVES[-1] if old != LARGEST else b"", size, root, path)
        assert not proves_consistency(SHA256, old, before, size, LEAVES[0] if size > 1 else b"", path)
        assert not proves_consistency(SHA256, old, before, size, root, [*path, root])


@pytest.mark.parametrize("size", [1, 2, 7, 8, 33])
def test_pymerkle_accepts_what_it_proves_of_our_roots(size: int) -> None:
    peer = InmemoryTree(algorithm="sha256")
    for number in range(size):
        peer.append_entry(body(number))
    for index in range(size):
        verify_inclusion(LEAVES[index], subtree(0, size), peer.prove_inclusion(index + 1, size))
    for old in range(1, size + 1):
        verify_consistency(subtree(0, old), subtree(0, size), peer.prove_consistency(old, size))


def test_leaves_and_nodes_cannot_be_taken_for_one_another() -> None:
    left, right = LEAVES[:2]
    assert SHA256.leaf(left + right) != SHA256.node(left, right)


def test_sm3_is_that_of_the_standard() -> None:
    # GB/T 32905-2016, appendix A.1.
    assert SM3.digest(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert tree_hash("sm3") is SM3
    with pytest.raises(KeyError):
        tree_hash("md5")
