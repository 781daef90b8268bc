"""Ids of records sort by time and can be made again; ids of contents depend on the contents alone."""

import uuid

import pytest

from ronghe.terms import content_id, record_id


def test_an_id_is_the_example_of_the_standard() -> None:
    # RFC 9562, appendix A.6: time 017F22E279B0, rand_a CC3, rand_b 18C4DC0C0C07398F with its two leading bits.
    random = (0xCC3 << 68 | 0x18C4DC0C0C07398F).to_bytes(10)
    assert record_id(0x017F22E279B0, random) == uuid.UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")


def test_an_id_has_version_7_whatever_the_random_bytes() -> None:
    for random in (b"\0" * 10, b"\xff" * 10):
        made = record_id(1, random)
        assert (made.version, made.variant) == (7, uuid.RFC_4122)


def test_later_ids_sort_after_earlier_ones_whatever_the_random_bytes() -> None:
    assert record_id(1, b"\xff" * 10) < record_id(2, b"\0" * 10)
    assert str(record_id(1, b"\xff" * 10)) < str(record_id(2, b"\0" * 10))


@pytest.mark.parametrize(("unix_ms", "random"), [(-1, bytes(10)), (1 << 48, bytes(10)), (1, bytes(9)), (1, bytes(11))])
def test_what_does_not_fit_is_refused(unix_ms: int, random: bytes) -> None:
    with pytest.raises(ValueError, match="must"):
        record_id(unix_ms, random)


def test_the_id_of_contents_is_known_beforehand() -> None:
    # Folders that are published today must be found again by later versions.
    assert content_id("a", "b") == content_id("a", "b")
    assert content_id() == "e3b0c44298fc1c149afbf4c8996fb924"
    assert len(content_id("数")) == 32
