"""The orders of versions, by the lists of the standards and of Maven's and semver's documents."""

import itertools
from typing import Any

import pytest

from ronghe.technology.audit.versions import version_key

IN_ORDER = {
    "PyPI": "1.0.dev1 1.0a1 1.0b2 1.0rc1 1.0 1.0.post1 1.1 1!0.1",
    "npm": (
        "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.0.1 1.2 2"
    ),
    "Maven": (
        "1-alpha2 1-alpha-123 1-beta-2 1-beta123 1-m2 1-m11 1-rc 1-cr2 1-rc123 1-SNAPSHOT 1 1-sp 1-sp2 1-abc 1-def "
        "1-pom-1 1-1-snapshot 1-1 1-2 1-123"
    ),
    "Debian": ("0.9~rc1 0.9 0.9a 0.9+b1 1.0~~ 1.0~ 1.0 1.0-1~bpo1 1.0-1 1.0-1+deb12u1 1.0-1.1 1.9 1.10 1:0.1"),
}


@pytest.mark.parametrize("ecosystem", IN_ORDER)
def test_versions_sort_as_their_ecosystem_says(ecosystem: str) -> None:
    listed = IN_ORDER[ecosystem].split()
    keys: list[Any] = [version_key(ecosystem, one) for one in listed]
    for (lower, low), (higher, high) in itertools.combinations(zip(listed, keys, strict=True), 2):
        assert low < high, (lower, higher)
        assert not high < low, (lower, higher)


@pytest.mark.parametrize(
    ("ecosystem", "left", "right"),
    [
        ("Maven", "1", "1.0.0"),
        ("Maven", "1ga", "1"),
        ("Maven", "1a1", "1-alpha-1"),
        ("Maven", "1.0.0-x", "1x"),
        ("Maven", "2.0.0.RC", "2-rc"),
        ("npm", "v1.2.3+build", "1.2.3"),
        ("PyPI", "1.0", "1.0.0"),
        ("Debian", "0:1.0", "1.0"),
    ],
)
def test_versions_that_are_the_same(ecosystem: str, left: str, right: str) -> None:
    assert version_key(ecosystem, left) == version_key(ecosystem, right)


@pytest.mark.parametrize(
    ("ecosystem", "text"),
    [("PyPI", "latest"), ("npm", "git+ssh://x"), ("Debian", "abc"), ("Maven", ""), ("Hex", "1.0"), ("npm", "1" * 500)],
)
def test_what_cannot_be_read_has_no_place_in_the_order(ecosystem: str, text: str) -> None:
    assert version_key(ecosystem, text) is None
