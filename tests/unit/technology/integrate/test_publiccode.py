"""publiccode.yml, field by field, and beside the reference parser's own cases."""

from pathlib import Path

import pytest

from benchmarks.public_data import public_data
from ronghe.journeys.technology_descriptions import _look
from ronghe.technology.integrate.documents import compose, plain
from ronghe.technology.integrate.publiccode import check_publiccode
from ronghe.technology.integrate.record import Finding
from ronghe.terms import InputError, RongheError

CASES = public_data() / "technology" / "publiccode" / "parser_testdata" / "v0"
NEEDS_THE_NETWORK = {
    "logo_missing_url.yml": "asks the address",
    "fundedBy_uri_wrong_italian_pa2.yml": "asks the Italian register",
    "organisation_uri_wrong_italian_pa2.yml": "asks the Italian register",
    "it_riuso_codiceIPA_invalid.yml": "asks the Italian register",
}
VALID = """
publiccodeYmlVersion: "0"
name: Permits
url: https://git.example/city/permits.git
platforms: [web]
developmentStatus: stable
softwareType: standalone/web
description:
  en:
    shortDescription: Permits for kiosks
    longDescription: LONG
    features: [queue]
legal: {license: EUPL-1.2}
maintenance: {type: internal, contacts: [{name: Office}]}
localisation: {localisationReady: false, availableLanguages: [en, zh-CN]}
""".replace("LONG", "Permits. " * 30)


def found(text: str) -> list[Finding]:
    node = compose(text, "x")[0]
    assert node is not None
    return list(check_publiccode(node))


def test_a_good_file_has_no_finding() -> None:
    assert found(VALID) == []


@pytest.mark.parametrize(
    ("old", "new", "place", "code"),
    [
        ("name: Permits", "name:", "name", "missing"),
        ("name: Permits", "name: []", "name", "not_text"),
        ("name: Permits", "nome: Permits", "nome", "unknown_key"),
        ("EUPL-1.2", "Apache 2.0", "legal.license", "license"),
        ("false", '"false"', "localisation.localisationReady", "not_flag"),
        ("false", "no", "localisation.localisationReady", "not_flag"),
        ("zh-CN", "zh_CN", "localisation.availableLanguages[1]", "language"),
        ("stable", "done", "developmentStatus", "status"),
        ("https://git", "git", "url", "url"),
        ("internal", "contract", "maintenance.contractors", "missing"),
        ("[queue]", "queue", "description.en.features", "not_list"),
        ("Permits. " * 30, "Short.", "description.en.longDescription", "length"),
        ('"0"', '"9"', "publiccodeYmlVersion", "version"),
    ],
)
def test_a_wrong_field_is_found_in_its_place(old: str, new: str, place: str, code: str) -> None:
    wrong = found(VALID.replace(old, new))
    assert (place, f"technology.publiccode_{code}") in [(one.place, one.code) for one in wrong]
    assert all(one.line > 0 for one in wrong)


def test_yaml_bombs_depth_and_repeated_keys_are_refused_with_their_line() -> None:
    for text in ("a: &x [1]\nb: *x\n", "[" * 500 + "]" * 500, "a: 1\nb: {c: 1, c: 2}\n", "a: [\n"):
        with pytest.raises(InputError) as caught:
            compose(text, "x")
        assert caught.value.code == "technology.not_yaml"
    assert plain(compose("a: yes\nb: ~\nc: [1.0]\n", "x")[0]) == {"a": "yes", "b": None, "c": ["1.0"]}


@pytest.mark.skipif(not CASES.is_dir(), reason="the shared data are not here")
def test_verdicts_agree_with_the_reference_parser_on_its_offline_cases() -> None:
    differing = []
    compared = 0
    for wanted in ("valid", "valid_with_warnings", "invalid"):
        for path in sorted((CASES / wanted).rglob("*.y*ml")):
            if path.name in NEEDS_THE_NETWORK:
                continue
            compared += 1
            if (got := verdict(path)) != wanted:
                differing.append((path.name, wanted, got))
    assert differing == []
    assert compared > 160


def verdict(path: Path) -> str:
    try:
        node = next(iter(compose(path.read_text("utf-8-sig"), path.name)), None)
        assert node is not None
        findings = check_publiccode(node, lambda named: _look(path.parent, named))
    except (RongheError, UnicodeDecodeError):
        return "invalid"
    severities = {one.severity for one in findings}
    return "invalid" if "error" in severities else "valid_with_warnings" if severities else "valid"
