"""One registry from what departments already keep, through the command."""

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest

from ronghe import technology
from tests.stories.desk import Desk, without_settings
from tests.stories.technology_files import write
from tests.unit.technology.integrate.test_publiccode import VALID

DATA = Path(os.environ.get("RONGHE_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data") / "technology"


@pytest.fixture
def desk(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    without_settings(monkeypatch, tmp_path / "home")
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "publiccode.yml").write_text(VALID, "utf-8")
    permits = release("kiosk-permits") | {"repositoryURL": "git@git.example:city/permits.git"}
    code = {"agency": "Roads", "version": "2.0.0", "releases": [permits, release("potholes", license="MIT")]}
    (folder / "code.json").write_text(json.dumps(code), "utf-8")
    return Desk(tmp_path, capfd)


def release(name: str, *, license: str = "") -> dict[str, Any]:  # noqa: A002 - the word of code.json
    named = [{"name": license}] if license else []
    about = "Citizens report potholes with a photograph and a map position, crews close the reports"
    return {"name": name, "description": about, "permissions": {"licenses": named, "usageType": "openSource"}}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def taken(desk: Desk) -> dict[str, dict[str, str]]:
    return {row["technology"]: row for row in rows_of(desk / "reg" / "technologies.csv")}


IMPORT = ("technology", "import", "given", "--registry", "reg")


def test_every_form_becomes_records_with_a_verdict_for_each_file(desk: Desk) -> None:
    (desk / "given" / "api.yaml").write_text("openapi: 3.1.0\ninfo: {title: Address API, version: '2'}\n", "utf-8")
    (desk / "given" / "catalog-info.yaml").write_text(
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: queue}\nspec: {type: service}\n",
        "utf-8",
    )
    bill = {"bomFormat": "CycloneDX", "components": [{"name": "lib", "version": "1", "purl": "pkg:pypi/lib@1"}]}
    (desk / "given" / "bom.json").write_text(json.dumps(bill), "utf-8")
    write(desk / "given" / "list.csv", [("name", "license", "department"), ("OCR", "Apache 2.0", "Archives")])
    made = desk.reads(*IMPORT)
    assert {Path(one["file"]).name: (one["format"], one["verdict"]) for one in made["files"]} == {
        "api.yaml": ("openapi", "valid"),
        "bom.json": ("sbom", "valid"),
        "catalog-info.yaml": ("backstage", "valid"),
        "code.json": ("code.json", "warnings"),
        "list.csv": ("inventory", "valid"),
        "publiccode.yml": ("publiccode", "valid"),
    }
    listed = taken(desk)
    assert listed["OCR"]["license"] == "Apache-2.0"
    assert listed["queue"]["kind"] == "service"
    assert listed["Permits"]["license"] == "EUPL-1.2"
    assert desk.types("verify", "reg").code == 0


def test_the_same_repository_in_two_files_is_a_candidate(desk: Desk) -> None:
    made = desk.reads(*IMPORT)
    pairs = {(one["left"], one["right"], one["why"]) for one in made["candidates"]}
    assert ("kiosk-permits", "Permits", "repository") in pairs
    assert all({"kiosk-permits", "potholes"} != {left, right} for left, right, _ in pairs), "one file, one owner"


def test_what_a_source_no_longer_has_is_marked_never_dropped(desk: Desk) -> None:
    desk.types(*IMPORT)
    (desk / "given" / "code.json").write_text('{"agency": "Roads", "releases": []}', "utf-8")
    (desk / "given" / "publiccode.yml").unlink()
    made = desk.reads(*IMPORT)
    assert (made["present"], made["gone"], made["stale"]) == (0, 3, 0)
    (desk / "given" / "publiccode.yml").write_text(VALID, "utf-8")
    assert desk.reads(*IMPORT)["present"] == 1
    (desk / "given" / "publiccode.yml").write_text("a: [", "utf-8")
    assert desk.tries(*IMPORT).code == 3
    states = {name: (row["state"], row["reason"]) for name, row in taken(desk).items()}
    assert states["Permits"] == ("stale", "source_unreadable")
    assert states["potholes"] == ("gone", "source_dropped_it")


def test_bad_files_are_told_and_the_rest_is_registered(desk: Desk) -> None:
    (desk / "given" / "bomb.yml").write_text("a: &x [1]\nb: *x\n", "utf-8")
    (desk / "given" / "odd.json").write_text("[1, 2]", "utf-8")
    (desk / "given" / "bad.yaml").write_text(VALID.replace("stable", "done"), "utf-8")
    (desk / "given" / "code.json").write_text(
        '{"agency": "Roads", "releases": [3, {"name": ""}, {"name": "x"}]}', "utf-8"
    )
    done = desk.tries(*IMPORT, "--lang", "en")
    assert done.code == 3
    assert "2 files could not be read" in done.stderr
    findings = rows_of(desk / "reg" / "findings.csv")
    assert any("alias" in row["finding"] for row in findings)
    assert any(row["line"] and "concept" in row["finding"] for row in findings)
    assert {"x", "Permits"} <= {row["name"] for row in taken(desk).values()}
    (desk / "bare").mkdir()
    assert "no description under" in desk.fails("technology", "import", "bare", "--registry", "r", code=2)
    (desk / "only.json").write_text("[", "utf-8")
    assert "None of 1" in desk.fails("technology", "import", "only.json", "--registry", "other", code=3)
    assert not (desk / "other").exists()


def test_a_planned_project_finds_what_exists(desk: Desk) -> None:
    write(desk / "given" / "zh.csv", [("name", "description"), ("证照库", "电子证照的签发、核验与共享服务")])
    desk.types(*IMPORT)
    (desk / "plan.md").write_text("An app with which citizens report a pothole on a map, with a photograph", "utf-8")
    made = desk.reads("technology", "reuse", "plan.md", "--registry", "reg")
    assert made["matches"][0]["technology"] in ("potholes", "kiosk-permits")
    assert "photograph" in made["matches"][0]["terms"]
    (desk / "zh.txt").write_text("拟建设全市证照核验系统", "utf-8")
    assert technology.reuse("zh.txt", registry="reg").found[0][0].name == "证照库"
    (desk / "none.txt").write_text("量子加密卫星", "utf-8")
    assert desk.reads("technology", "reuse", "none.txt", "--registry", "reg")["matches"] == []
    (desk / "empty.txt").write_text(" ", "utf-8")
    assert "empty" in desk.fails("technology", "reuse", "empty.txt", "--registry", "reg", code=3)
    assert "no technologies" in desk.fails("technology", "reuse", "plan.md", "--registry", "nowhere", code=3)


def test_the_registry_feeds_hard_constraints(desk: Desk) -> None:
    from tests.stories.technology_files import write_reading_files

    write_reading_files(desk.folder)
    rows = [("name", "license"), ("plate-net", "MIT"), ("ocr-lite", "AGPL-3.0-only"), ("doc-reader", "MIT License")]
    write(desk / "list.csv", rows)
    technology.import_(["list.csv"], registry="reg")
    made = technology.recommend(
        "evaluations.csv",
        "workloads.csv",
        "needs.csv",
        metric="accuracy",
        out="best",
        registry="reg",
        require={"license": "MIT|Apache-2.0"},
    )
    assert {one.chosen.technology for one in made.recommendations if one.chosen} == {"plate-net", "doc-reader"}


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not here")
def test_every_public_file_imports_or_says_why(desk: Desk) -> None:
    paths = [*sorted((DATA / "publiccode").glob("*.y*ml")), DATA / "codejson", DATA / "sill", DATA / "sbom"]
    made = technology.import_(paths, registry="reg")
    for one in made.verdicts:
        assert one.technologies or one.findings or one.form == "sbom", one.source
    unread = {Path(one.source).name for one in made.verdicts if one.verdict == "unreadable"}
    assert unread == {"schema-1.0.1.json", "schema-2.0.0.json"}
    assert made.to_json()["licenses"]["spdx"] / made.to_json()["licenses"]["named"] > 0.75
