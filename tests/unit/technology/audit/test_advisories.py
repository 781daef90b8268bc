"""Matching of OSV records."""

from typing import Any

import pytest

from ronghe.technology.audit.advisories import Advisories, parse_record
from ronghe.technology.audit.components import Component, parse_purl, parse_sbom
from ronghe.technology.audit.severity import base_score
from ronghe.terms import InputError


def record(
    events: list[dict[str, str]], *, versions: tuple[str, ...] = (), ecosystem: str = "PyPI", **more: Any
) -> dict[str, Any]:
    affected = {
        "package": {"ecosystem": ecosystem, "name": "thing"},
        "ranges": [{"type": "ECOSYSTEM", "events": events}],
        "versions": list(versions),
    }
    return {"id": "X-1", "affected": [affected], **more}


TWO = [{"introduced": "1.0"}, {"fixed": "1.5"}, {"introduced": "2.0"}, {"fixed": "2.2.9"}]


@pytest.mark.parametrize(
    ("version", "affected"),
    [("0.9", False), ("1.0", True), ("1.4", True), ("1.5", False), ("1.9", False), ("2.2.8", True), ("6.0.4", False)],
)
def test_each_pair_of_events_is_an_interval_of_its_own(version: str, affected: bool) -> None:
    for events in (TWO, TWO[::-1], [TWO[2], TWO[1], TWO[3], TWO[0]]):
        (known,) = parse_record(record(events))
        assert known.affects(version) is affected


def test_the_list_wins_where_ranges_miss() -> None:
    (known,) = parse_record(record(TWO, versions=("1.0rc1", "odd-name")))
    assert known.affects("1.0rc1") is True
    assert known.affects("1.0.rc1") is True
    assert known.affects("odd-name") is True
    assert known.affects("other-name") is None


def test_ends_that_count_and_ends_that_do_not() -> None:
    (last,) = parse_record(record([{"introduced": "0"}, {"last_affected": "3.0"}]))
    assert [last.affects(version) for version in ("0.1", "3.0", "3.0.1")] == [True, True, False]
    (open_end,) = parse_record(record([{"introduced": "2"}]))
    assert [open_end.affects(version) for version in ("1.9", "99")] == [False, True]
    assert open_end.fixed_after("99") is None
    (two,) = parse_record(record(TWO))
    assert two.fixed_after("2.1") == "2.2.9"


def test_what_cannot_be_ordered_is_never_called_clean() -> None:
    (unknown,) = parse_record(record(TWO, ecosystem="Hex"))
    assert unknown.affects("9.9") is None
    (broken,) = parse_record(record([{"introduced": "0"}, {"fixed": "never"}]))
    assert broken.affects("1.0") is None


def test_withdrawn_records_and_ranges_of_commits_say_nothing() -> None:
    assert parse_record(record(TWO, withdrawn="2024-01-01T00:00:00Z")) == ()
    (commits,) = parse_record({"id": "G", "affected": [{"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}]})
    assert commits.affects("1.0") is False


def test_names_match_as_their_ecosystem_compares_them() -> None:
    given = record(TWO)
    given["affected"][0]["package"]["name"] = "Flask_Login"
    known = Advisories(parse_record(given), records=1, newest=None)
    assert len(known.of(Component("x", "1.1", "", "PyPI", "flask-login"))) == 1
    assert known.of(Component("x", "1.1", "", "npm", "flask-login")) == []


@pytest.mark.parametrize(
    ("purl", "expected"),
    [
        ("pkg:pypi/Django@2.2.8", ("PyPI", "django", "2.2.8")),
        ("pkg:npm/%40angular/core@12.0.0?x=y#z", ("npm", "@angular/core", "12.0.0")),
        ("pkg:maven/org.apache/commons@1.0?type=jar", ("Maven", "org.apache:commons", "1.0")),
        ("pkg:deb/debian/curl@7.50.3-1?arch=i386", ("Debian", "curl", "7.50.3-1")),
        ("pkg:generic/thing", ("", "thing", "")),
        ("not a purl", None),
    ],
)
def test_package_urls(purl: str, expected: tuple[str, str, str] | None) -> None:
    assert parse_purl(purl) == expected


@pytest.mark.parametrize(
    ("vector", "score"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
        ("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:N", 0.0),
        ("CVSS:3.1/AV:X", None),
        ("junk", None),
    ],
)
def test_base_scores_of_the_standards_examples(vector: str, score: float | None) -> None:
    assert base_score(vector) == score


def test_both_kinds_of_sbom_with_nested_and_odd_components() -> None:
    inner = {"name": "inner", "version": "1", "purl": "pkg:pypi/inner@1", "components": "oops"}
    outer = {"name": "outer", "group": "g", "components": [inner, 3, {"version": "no name"}], "licenses": [None]}
    cyclone = parse_sbom({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [outer]}, where="x")
    assert [one.name for one in cyclone.components] == ["g/outer", "inner"]
    assert cyclone.odd == 1
    package = {
        "name": "thing",
        "versionInfo": "2",
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "MIT",
        "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:npm/thing@2"}],
    }
    spdx = parse_sbom({"spdxVersion": "SPDX-2.3", "packages": [package]}, where="x")
    assert spdx.components[0].package == "thing"
    assert spdx.components[0].licenses == ("MIT",)
    strange: list[object] = [{}, [], "x", {"spdxVersion": 3}]
    for wrong in strange:
        with pytest.raises(InputError):
            parse_sbom(wrong, where="x")
