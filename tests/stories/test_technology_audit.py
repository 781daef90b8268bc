"""An SBOM audited through the command: what is found, what stays unchecked, and what never passes by emptiness."""

import json
import time
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from benchmarks.public_data import public_data
from ronghe import technology
from tests.stories.desk import Desk, without_settings

DATA = public_data() / "technology"
shared = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not here")


@pytest.fixture
def desk(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    without_settings(monkeypatch, tmp_path / "home")
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, capfd)


def component(name: str, version: str = "", *, kind: str = "pypi", **more: Any) -> dict[str, Any]:
    return {"name": name, "version": version, "purl": f"pkg:{kind}/{name}@{version}", **more}


def bill(folder: Path, *components: dict[str, Any], name: str = "bom.json") -> str:
    document = {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": list(components)}
    (folder / name).write_text(json.dumps(document), "utf-8")
    return name


def advisory(package: str = "thing", *, modified: str = "2026-11-01T00:00:00Z", **more: Any) -> dict[str, Any]:
    events = [{"introduced": "0"}, {"fixed": "2.0"}]
    affected = {"package": {"ecosystem": "PyPI", "name": package}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
    return {"id": f"OSV-{package}", "modified": modified, "affected": [affected], **more}


def advisories(folder: Path, *records: dict[str, Any]) -> str:
    (folder / "osv.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records), "utf-8")
    return "osv.jsonl"


def tried(sbom: str, *more: str) -> tuple[str, ...]:
    return ("technology", "audit", sbom, "--advisories", "osv.jsonl", "--today", "2026-11-27", *more)


GRAVE: dict[str, Any] = {"severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]}


def test_a_known_vulnerability_is_found_and_what_is_unchecked_is_said(desk: Desk) -> None:
    advisories(desk.folder, advisory(**GRAVE))
    sbom = bill(
        desk.folder,
        component("thing", "1.0"),
        component("fine", "1.0"),
        component("left-pad", "1.0", kind="npm"),
        component("thing", "latest"),
        {"name": "homemade", "version": "1"},
    )
    made = desk.reads(*tried(sbom))
    (hit,) = made["vulnerabilities"]
    assert (hit["component"], hit["severity"], hit["fixed"], hit["sure"]) == ("thing", "critical", "2.0", True)
    assert made["checked"] == 2
    assert {why: len(listed) for why, listed in made["unchecked"].items()} == {
        "no_advisories": 1,
        "no_purl": 1,
        "unreadable_version": 1,
    }
    shown = desk.types(*tried(sbom), "--lang", "zh").stdout
    assert "已知漏洞" in desk.types(*tried(bill(desk.folder, component("fine", "1"))), "--lang", "zh").stdout
    assert "OSV-thing" in shown


def test_a_gate_gives_reasons_and_an_exit_code(desk: Desk) -> None:
    advisories(desk.folder, advisory(**GRAVE))
    sbom = bill(desk.folder, component("thing", "1.0", licenses=[{"license": {"id": "AGPL-3.0-only"}}]))
    gate = desk / "gate.toml"
    gate.write_text('[licenses]\nuse = "link"\n', "utf-8")
    done = desk.tries(*tried(sbom, "--policy", "gate.toml", "--json"))
    assert done.code == 4
    made = json.loads(done.stdout)
    assert {one["code"] for one in made["gate"]["reasons"]} == {"technology.gate_hit", "technology.gate_license"}
    gate.write_text('[licenses]\nfail_on = "never"\n[vulnerabilities.accept]\nOSV-thing = 2026-12-31\n', "utf-8")
    assert desk.reads(*tried(sbom, "--policy", "gate.toml"))["gate"]["open"] is True
    late = ("technology", "audit", sbom, "--advisories", "osv.jsonl", "--today", "2027-01-01", "--policy", "gate.toml")
    assert desk.tries(*late).code == 4
    gate.write_text('[vulnerabilities]\nfail_from = "critical"\n[licenses]\nforbid = ["mit"]\n', "utf-8")
    mine = bill(desk.folder, component("thing", "1.0", licenses=[{"expression": "MIT"}]), component("thing", "?"))
    codes = json.loads(desk.tries(*tried(mine, "--policy", "gate.toml", "--json")).stdout)["gate"]["reasons"]
    assert {one["code"].removeprefix("technology.gate_") for one in codes} == {
        "hit",
        "forbidden",
        "unread",
        "license",
    } - {"license"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[vulnerabilties]\n", "unknown key"),
        ('[licenses]\nuse = "home"\n', "cannot be"),
        ("[coverage]\nleast = 2\n", "cannot be"),
        ("[vulnerabilities]\nfail_unknown = 3\n", "cannot be"),
        ('[vulnerabilities]\naccept = ["X"]\n', "last day"),
        ("licenses = 3\n", "cannot be"),
        ("[", "no valid TOML"),
    ],
)
def test_a_misspelled_gate_is_refused(desk: Desk, text: str, said: str) -> None:
    advisories(desk.folder, advisory())
    (desk / "gate.toml").write_text(text, "utf-8")
    assert said in desk.fails(*tried(bill(desk.folder, component("thing", "1")), "--policy", "gate.toml"), code=3)


XML = """<?xml version="1.0"?>%s
<bom xmlns="http://cyclonedx.org/schema/bom/1.4" version="1">
  <metadata><timestamp>2026-01-01T00:00:00Z</timestamp><tools><tool><name>x</name></tool></tools></metadata>
  <components>
    <component type="library"><name>thing</name><version>1.0</version><purl>pkg:pypi/thing@1.0</purl>
      <licenses><license><id>MIT</id></license></licenses><hashes><hash alg="MD5">a</hash></hashes>
      <components><component><name>inner</name><version>2</version><purl>pkg:pypi/inner@2</purl>
        <licenses><expression>MIT OR Apache-2.0</expression></licenses></component></components>
    </component>
  </components>
  <dependencies><dependency ref="a"/></dependencies>
</bom>"""


def test_an_sbom_in_xml_says_the_same_and_entities_are_refused(desk: Desk) -> None:
    advisories(desk.folder, advisory(**GRAVE))
    (desk / "bom.xml").write_text(XML % "", "utf-8")
    made = desk.reads(*tried("bom.xml"))
    assert (made["format"], made["components"], made["checked"]) == ("CycloneDX 1.4", 2, 2)
    assert [one["component"] for one in made["vulnerabilities"]] == ["thing"]
    assert [one["spdx"] for one in made["licenses"]["listed"]] == ["MIT", "MIT OR Apache-2.0"]
    assert made["hygiene"]["checks"]["graph"]["state"] == "pass"
    (desk / "bomb.xml").write_text(XML % '<!DOCTYPE x [<!ENTITY a "b">]>', "utf-8")
    assert "DTD" in desk.fails(*tried("bomb.xml"), code=3)
    (desk / "other.xml").write_text("<html/>", "utf-8")
    desk.fails(*tried("other.xml"), code=3)


def test_entries_that_are_no_components_are_counted(desk: Desk) -> None:
    advisories(desk.folder, advisory())
    odd: list[Any] = [5, None, [], {"name": 7}, component("fine", "1")]
    assert desk.reads(*tried(bill(desk.folder, *odd)))["notes"][-1] == {
        "code": "technology.note_odd_components",
        "count": 4,
    }
    spdx = {"spdxVersion": "SPDX-2.3", "documentDescribes": [{}, 5], "packages": [{"name": "a", "SPDXID": []}, 3]}
    (desk / "spdx.json").write_text(json.dumps(spdx), "utf-8")
    assert "no_purl 1" in desk.fails(*tried("spdx.json"), code=3)


RULES = """format: rules@1
facts:
  critical: {type: number}
  unrated: {type: number}
  coverage: {type: number}
  denied_link: {type: number}
rules:
  safe:
    title: no grave vulnerability
    when:
      all:
        - {clause: "4.1", if: critical == 0}
        - {clause: "4.2", if: unrated == 0}
  licensed: {title: licenses, when: {clause: "5", if: denied_link == 0}}
  covered: {title: coverage, from: 2026-01-01, when: {clause: "6", if: coverage >= 0.5}}
cases:
  - {name: clean, as_of: 2026-06-01, given: {critical: 0, unrated: 0}, expect: {safe: {result: eligible}}}
"""


def test_a_gate_may_be_rules_like_those_of_policies(desk: Desk) -> None:
    (desk / "gate.yaml").write_text(RULES, "utf-8")
    advisories(desk.folder, advisory(**GRAVE))
    fine = bill(desk.folder, component("thing", "2.0", licenses=[{"license": {"id": "MIT"}}]), name="fine.json")
    assert desk.reads(*tried(fine, "--policy", "gate.yaml"))["gate"] == {"given": True, "open": True, "reasons": []}
    bad = bill(desk.folder, component("thing", "1.0", licenses=[{"license": {"id": "AGPL-3.0-only"}}]))
    done = desk.types(*tried(bad, "--policy", "gate.yaml", "--json"), code=4)
    reasons = {(one["rule"], one["clause"]) for one in json.loads(done.stdout)["gate"]["reasons"]}
    assert ("no grave vulnerability", "4.1") in reasons
    assert ("coverage", "6") not in reasons
    # A version that cannot be compared makes the number unknown, and unknown keeps the gate shut.
    odd = component("thing", "latest", licenses=[{"license": {"id": "MIT"}}])
    unsure = bill(desk.folder, component("fine", "1", licenses=[{"license": {"id": "MIT"}}]), odd)
    done = desk.types(*tried(unsure, "--policy", "gate.yaml", "--lang", "en"), code=4)
    assert "cannot be told" in done.stdout


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("critical: {type: number}", "kritical: {type: number}", "kritical"),
        ("  coverage: {type: number}", "  coverage: {type: number}\n  weather: {type: text}", "weather"),
        ("given: {critical: 0,", "given: {critical: 1,", "clean"),
        ("format: rules@1", "format: rules@9", "rules@9"),
        ("coverage >= 0.5", "coverage >=", "coverage >="),
    ],
)
def test_rules_of_a_gate_that_are_wrong_are_refused(desk: Desk, old: str, new: str, said: str) -> None:
    advisories(desk.folder, advisory())
    (desk / "gate.yaml").write_text(RULES.replace(old, new), "utf-8")
    assert said in desk.fails(*tried(bill(desk.folder, component("thing")), "--policy", "gate.yaml"), code=3)


def test_rules_of_which_none_is_in_force_are_refused(desk: Desk) -> None:
    advisories(desk.folder, advisory())
    rule = "old: {until: 2020-01-01, when: {if: critical == 0, clause: a}}"
    text = f"format: rules@1\nfacts: {{critical: {{type: number}}}}\nrules:\n  {rule}\n"
    (desk / "gate.yaml").write_text(text, "utf-8")
    said = desk.fails(*tried(bill(desk.folder, component("thing", "1")), "--policy", "gate.yaml"), code=3)
    assert "in force" in said


def test_nothing_checked_is_an_error_never_a_pass(desk: Desk) -> None:
    advisories(desk.folder, advisory())
    assert "no components" in desk.fails(*tried(bill(desk.folder)), code=3)
    unchecked = bill(desk.folder, {"name": "homemade"}, component("x", "1", kind="npm"))
    assert "no pass" in desk.fails(*tried(unchecked), code=3)
    sbom = bill(desk.folder, component("thing", "1"))
    advisories(desk.folder, advisory(modified="2020-01-01T00:00:00Z"))
    assert "days old" in desk.fails(*tried(sbom), code=3)
    advisories(desk.folder, advisory(modified="soon"))
    assert "no credible" in desk.fails(*tried(sbom), code=3)
    (desk / "osv.jsonl").write_text("{}\nnonsense\n", "utf-8")
    assert "no usable OSV advisory" in desk.fails(*tried(sbom), code=3)
    (desk / "osv.jsonl").write_text("", "utf-8")
    assert "no usable OSV advisory" in desk.fails(*tried(sbom), code=3)


def test_odd_input_is_one_clear_line(desk: Desk) -> None:
    advisories(desk.folder, advisory())
    (desk / "broken.json").write_text('{"bomFormat":\n oops', "utf-8")
    assert "line 2" in desk.fails(*tried("broken.json"), code=3)
    (desk / "deep.json").write_text("[" * 100_000, "utf-8")
    assert desk.tries(*tried("deep.json")).code == 3
    (desk / "other.json").write_text("[]", "utf-8")
    assert "neither CycloneDX nor SPDX" in desk.fails(*tried("other.json"), code=3)
    assert "cannot be read" in desk.fails(*tried("absent.json"), code=3)
    (desk / "products").mkdir()
    sbom = bill(desk.folder, component("thing", "1"))
    assert "no usable endoflife" in desk.fails(*tried(sbom, "--eol", "products"), code=3)
    bomb = "a: &a [x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)},*{chr(97 + i)}]\n" for i in range(9)
    )
    (desk / "products" / "bomb.md").write_text(f"---\n{bomb}---\n", "utf-8")
    good = "title: Thing\nidentifiers:\n- purl: pkg:pypi/thing\nreleases:\n- releaseCycle: '1'\n  eol: 2026-01-01\n"
    (desk / "products" / "thing.md").write_text(f"---\n{good}---\nText.\n", "utf-8")
    made = desk.reads(*tried(sbom, "--eol", "products"))
    assert [one["state"] for one in made["lifetimes"]] == ["ended"]
    assert {note["code"] for note in made["notes"]} == {"technology.note_broken_lifetimes"}


def test_records_come_from_a_zip_and_a_folder_too(desk: Desk) -> None:
    sbom = bill(desk.folder, component("thing", "1"))
    with zipfile.ZipFile(desk / "osv.zip", "w") as archive:
        archive.writestr("OSV-thing.json", json.dumps(advisory()))
        archive.writestr("broken.json", "{")
    (desk / "records").mkdir()
    (desk / "records" / "one.json").write_text(json.dumps([advisory()]), "utf-8")
    for source in ("osv.zip", "records"):
        made = technology.audit(sbom, advisories=source, today=date(2026, 11, 27))
        assert [hit.affected.advisory for hit in made.audit.hits] == ["OSV-thing"]


@shared
def test_every_listed_version_of_the_public_records_agrees(desk: Desk) -> None:
    from ronghe.journeys.technology_advisories import read_advisories

    known, notes = read_advisories(DATA / "osv_pypi.jsonl")
    assert notes == ()
    listed = [one for affected in known.by_package.values() for one in affected]
    assert sum(len(one.versions) for one in listed) > 40_000
    assert [one.advisory for one in listed for version in one.versions if one.affects(version) is not True] == []


@shared
def test_django_of_today_is_clean_and_that_of_2019_is_not(desk: Desk) -> None:
    source = DATA / "osv_pypi.jsonl"
    sbom = bill(desk.folder, component("Django", "6.0.4"), component("django", "2.2.8"))
    made = technology.audit(sbom, advisories=source, eol=DATA / "eol", today=date(2024, 10, 20))
    assert {hit.component.version for hit in made.audit.hits} == {"2.2.8"}
    assert "PYSEC-2019-16" in {hit.affected.advisory for hit in made.audit.hits}
    assert [life.state for life in made.audit.lifetimes] == ["supported", "ended"]


@shared
def test_a_thousand_components_take_less_than_a_second(desk: Desk) -> None:
    components = [component(f"package-{i}" if i % 2 else "django", f"{i % 7}.{i % 5}.{i % 11}") for i in range(1000)]
    sbom = bill(desk.folder, *components)
    technology.audit(sbom, advisories=DATA / "osv_pypi.jsonl", today=date(2024, 10, 20))
    began = time.process_time()
    technology.audit(sbom, advisories=DATA / "osv_pypi.jsonl", today=date(2024, 10, 20))
    assert time.process_time() - began < 1


@shared
@pytest.mark.parametrize("path", sorted((DATA / "sbom").glob("*.json")) if DATA.is_dir() else [], ids=lambda p: p.name)
def test_public_sboms_are_read_or_refused_with_a_reason(desk: Desk, path: Path) -> None:
    advisories(desk.folder, advisory(), advisory("x"))
    done = desk.tries(*tried(str(path)))
    assert done.code == 3
    assert (
        "no pass" in done.stderr or "no components" in done.stderr or "不是通过" in done.stderr or "无从" in done.stderr
    )


def test_what_a_hostile_bill_hides_is_found_or_refused(desk: Desk) -> None:
    advisories(desk.folder, advisory(**GRAVE))
    nameless = {key: value for key, value in component("thing", "1.0").items() if key != "name"}
    made = desk.reads(*tried(bill(desk.folder, nameless, component("fine", "1.0"))))
    assert [one["component"] for one in made["vulnerabilities"]] == ["pkg:pypi/thing@1.0"]
    deep = component("thing", "1.0")
    for level in range(60):
        deep = {"name": f"level{level}", "components": [deep]}
    assert "deeper" in desk.fails(*tried(bill(desk.folder, deep)), code=5)
    inner = "<components><component><name>x</name><version>1</version>"
    xml = f'<bom xmlns="http://cyclonedx.org/schema/bom/1.5">{inner * 60}{"</component></components>" * 60}</bom>'
    (desk.folder / "bom.xml").write_text(xml, "utf-8")
    assert "deeper" in desk.fails(*tried("bom.xml"), code=5)


def test_json_that_python_cannot_hold_is_told_in_one_line(desk: Desk) -> None:
    advisories(desk.folder, advisory())
    (desk.folder / "long.json").write_text('{"components": ' + "9" * 5000 + "}", "utf-8")
    assert "long.json" in desk.fails(*tried("long.json"), code=3)
    half = bill(desk.folder, component("fine", "1.0") | {"licenses": [{"license": {"name": "half \ud800"}}]})
    assert desk.reads(*tried(half))["licenses"]["listed"][0]["written"] == "half ?"
    with (desk.folder / "osv.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "LONG", "schema": ' + "9" * 5000 + "}\n")
    assert desk.reads(*tried(half))["notes"][0]["count"] == 1


def test_entries_of_a_zip_that_are_damaged_or_too_large_are_told_and_the_others_count(desk: Desk) -> None:
    sbom = bill(desk.folder, component("thing", "1.0"))
    with zipfile.ZipFile(desk / "osv.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("damaged.json", json.dumps(advisory("other", summary="damaged " * 50)))
        archive.writestr("large.json", json.dumps(advisory("another", details=" " * 6_000_000)))
        archive.writestr("whole.json", json.dumps(advisory()))
    whole = bytearray((desk / "osv.zip").read_bytes())
    whole[50:70] = bytes(20)
    (desk / "osv.zip").write_bytes(bytes(whole))
    made = desk.reads("technology", "audit", sbom, "--advisories", "osv.zip", "--today", "2026-11-27")
    assert [one["advisory"] for one in made["vulnerabilities"]] == ["OSV-thing"]
    assert made["notes"] == [
        {"code": "technology.note_broken_advisories", "count": 2, "places": "damaged.json, large.json"}
    ]
