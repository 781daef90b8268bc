"""One registry from what departments already keep, through the command."""

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest

from benchmarks.public_data import public_data
from ronghe import technology
from tests.stories.desk import Desk, without_settings
from tests.stories.policy_documents import docx
from tests.stories.technology_files import write
from tests.unit.technology.integrate.test_publiccode import VALID

DATA = public_data() / "technology"


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


MLMODEL = """artifact_path: model
flavors:
  python_function: {loader_module: mlflow.sklearn, python_version: 3.11.7}
  sklearn: {serialization_format: cloudpickle, sklearn_version: 1.5.2}
mlflow_version: 2.17.0
model_uuid: 0123456789abcdef0123456789abcdef
run_id: run-%s
utc_time_created: '2026-10-01 08:00:00.123456'
metadata: {name: plates, owner: Traffic, description: Reads license plates}
"""


def model(folder: Path, run: str, **metrics: str) -> Path:
    saved = folder / "mlruns" / "1" / run / "artifacts" / "model"
    saved.mkdir(parents=True)
    (saved / "MLmodel").write_text(MLMODEL % run, "utf-8")
    (saved / "conda.yaml").write_text("channels: [x]\n", "utf-8")
    (folder / "mlruns" / "1" / "meta.yaml").write_text("name: plates\n", "utf-8")
    (folder / "mlruns" / "1" / run / "meta.yaml").write_text("run_id: x\n", "utf-8")
    (folder / "mlruns" / "1" / run / "metrics").mkdir()
    for name, text in metrics.items():
        (folder / "mlruns" / "1" / run / "metrics" / name).write_text(text, "utf-8")
    return saved


def test_a_model_of_mlflow_is_a_record_and_its_metrics_are_what_its_maker_reports(desk: Desk) -> None:
    model(desk.folder, "a", accuracy="1759305600000 0.8 0\n1759305700000 0.91 1\n", f1="1759305600000 nan 0\n")
    saved = model(desk.folder, "b", accuracy="1759305600000 0.95 0 test_set 1a2b\n")
    (saved / "registered_model_meta").write_text("model_name: plates\nmodel_version: '7'\n", "utf-8")
    made = desk.reads("technology", "import", "mlruns", "--registry", "reg")
    assert [(one["format"], one["verdict"]) for one in made["files"]] == [("mlflow", "warnings"), ("mlflow", "valid")]
    listed = taken(desk)
    assert set(listed) == {"plates 0123456789ab (Traffic)", "plates 7 (Traffic)"}
    assert {one["kind"] for one in listed.values()} == {"model"}
    assert listed["plates 7 (Traffic)"]["interface"] == "MLflow 2.17.0: sklearn 1.5.2"
    results = rows_of(desk / "reg" / "evaluations.csv")
    assert {(one["technology"], one["workload"], one["value"], one["self_reported"]) for one in results} == {
        ("plates 0123456789ab (Traffic)", "run run-a", "0.91", "yes"),
        ("plates 7 (Traffic)", "test_set", "0.95", "yes"),
    }
    assert all(one["evidence_hash"] and one["run_at"].startswith("2025-10-01") for one in results)
    assert {one["workload"] for one in rows_of(desk / "reg" / "workloads.csv")} == {"run run-a", "test_set"}
    again = desk.reads("technology", "import", str(saved), "--registry", "other")
    assert (again["technologies"], again["evaluations"]) == (1, 1)


def test_evaluations_and_workloads_lie_in_the_registry_and_are_chosen_by(desk: Desk) -> None:
    from tests.stories.technology_files import write_reading_files

    write_reading_files(desk.folder)
    with (desk / "evaluations.csv").open("a", encoding="utf-8") as file:
        file.write("plate-net,,accuracy,0.5\n")
    write(desk / "list.csv", [("name",), ("plate-net",)])
    made = desk.reads("technology", "import", "evaluations.csv", "workloads.csv", "list.csv", "--registry", "reg")
    files = {one["file"]: (one["format"], one["verdict"]) for one in made["files"]}
    assert files == {
        "evaluations.csv": ("evaluations", "invalid"),
        "workloads.csv": ("workloads", "valid"),
        "list.csv": ("inventory", "valid"),
    }
    assert (made["evaluations"], made["workloads"], made["technologies"]) == (180, 60, 1)
    given = ("--evaluations", "reg", "--workloads", "reg", "--needs", "needs.csv", "--metric", "accuracy")
    kept = desk.reads("technology", "recommend", *given, "--out", "kept")
    assert [one["technology"] for one in kept["recommendations"]] == ["plate-net", "ocr-lite", "doc-reader"]
    # What its source drops no longer counts, and stays in the table with the reason.
    lines = (desk / "evaluations.csv").read_text("utf-8").splitlines()
    (desk / "evaluations.csv").write_text("\n".join([lines[0], *lines[31:]]), "utf-8")
    desk.tries("technology", "import", "evaluations.csv", "--registry", "reg")
    states = [one["state"] for one in rows_of(desk / "reg" / "evaluations.csv")]
    assert (states.count("gone"), states.count("present")) == (30, 150)
    fewer = desk.reads("technology", "recommend", *given, "--out", "fewer")
    assert fewer["evaluations"] == 150


def test_what_describes_nothing_or_half_is_told(desk: Desk) -> None:
    (desk / "odd.json").write_text('{"bomFormat": "CycloneDX", "components": []}', "utf-8")
    write(desk / "ev.csv", [("technology", "workload", "value"), ("a", "b", "fast"), ("a", "", "1"), ("a", "b", "1")])
    write(desk / "w.csv", [("workload", "x"), ("w", 1), ("w", 2)])
    saved = model(desk.folder, "a", accuracy="1759305600000 0.8 0\n", broken="x", blank="", huge="9" * 30 + " 1 0")
    (saved.parents[1] / "metrics" / "odd").write_bytes(b"\xff\xfe")
    made = desk.reads("technology", "import", "odd.json", "ev.csv", "w.csv", str(saved), "--registry", "reg")
    codes = {
        Path(one["file"]).name: sorted(found["code"].removeprefix("technology.") for found in one["findings"])
        for one in made["files"]
    }
    assert codes == {
        "odd.json": ["describes_nothing"],
        "ev.csv": ["evaluation_lacks", "evaluation_no_number"],
        "w.csv": ["workload_again"],
        "MLmodel": ["metric_unread"] * 4,
    }
    assert (made["technologies"], made["evaluations"], made["workloads"]) == (1, 2, 2)


def test_a_record_keeps_all_that_publiccode_says(desk: Desk) -> None:
    desk.types(*IMPORT)
    row = taken(desk)["Permits"]
    assert json.loads(row["details"])["publiccodeYmlVersion"]
    assert row["software_type"] == "standalone/web"
    assert row["maintenance"]
    assert row["languages"]


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
    docx(["关于建设证照核验系统的请示", "拟建设全市证照核验系统"], desk / "plan.docx")
    assert technology.reuse("plan.docx", registry="reg").found[0][0].name == "证照库"
    (desk / "old.txt").write_bytes("拟建设全市证照核验系统".encode("gb18030"))
    assert technology.reuse("old.txt", registry="reg").found[0][0].name == "证照库"
    (desk / "torn.docx").write_bytes(b"PK\x03\x04 torn")
    desk.fails("technology", "reuse", "torn.docx", "--registry", "reg", code=3)
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
        assert one.technologies or one.findings, one.source
    unread = {Path(one.source).name for one in made.verdicts if one.verdict == "unreadable"}
    assert unread == {"schema-1.0.1.json", "schema-2.0.0.json"}
    assert made.to_json()["licenses"]["spdx"] / made.to_json()["licenses"]["named"] > 0.75


ENTITIES = """apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: permits, description: Permits for kiosks}
spec: {type: service, owner: roads, lifecycle: production}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: permits-api}
spec: {type: openapi, owner: roads}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: roads}
"""


def test_a_backstage_file_has_several_entities_and_people_are_no_technologies(desk: Desk) -> None:
    (desk / "catalog-info.yaml").write_text(ENTITIES, "utf-8")
    made = desk.reads("technology", "import", "catalog-info.yaml", "--registry", "reg")
    assert (made["technologies"], made["files"][0]["verdict"]) == (2, "valid")
    assert {name: row["entry"] for name, row in taken(desk).items()} == {
        "permits": "documents[0]",
        "permits-api": "documents[1]",
    }
    mixed = ENTITIES.replace("apiVersion: backstage.io/v1alpha1\nkind: API", "kind: API")
    (desk / "catalog-info.yaml").write_text(mixed, "utf-8")
    assert "line 5" in desk.fails("technology", "import", "catalog-info.yaml", "--registry", "reg", code=3)
    (desk / "twice.yml").write_text(f"{VALID}---\n{VALID}", "utf-8")
    assert "no usable YAML" in desk.fails("technology", "import", "twice.yml", "--registry", "reg", code=3)


def test_files_that_would_break_a_reader_cost_only_themselves(desk: Desk) -> None:
    (desk / "given" / "control.yml").write_bytes(b'publiccodeYmlVersion: "0"\nname: a\x00b\n')
    (desk / "given" / "long.json").write_text('{"agency": "A", "releases": [' + "9" * 5000 + "]}", "utf-8")
    half = {"agency": "A", "releases": [release("half \ud800", license="MIT")]}
    (desk / "given" / "half.json").write_text(json.dumps(half), "utf-8")
    halves = VALID.replace("name: ", 'isBasedOn: "\\ud83d\\ude00 \\ud800"\nname: ', 1)
    (desk / "given" / "halves.yml").write_text(halves, "utf-8")
    Path(os.fsdecode(b"given/name\xff.csv")).write_text("name\nx\n", "utf-8")
    done = desk.tries(*IMPORT, "--lang", "en")
    assert done.code == 3
    assert "given/long.json" in done.stderr
    found = {Path(row["file"]).name: row["verdict"] for row in rows_of(desk / "reg" / "files.csv")}
    assert {name for name, verdict in found.items() if verdict == "unreadable"} == {
        "control.yml",
        "long.json",
        r"name\udcff.csv",
    }
    assert "half ?" in taken(desk)
    assert any(row["line"] == "2" for row in rows_of(desk / "reg" / "findings.csv") if "control" in row["file"])


def test_columns_are_known_however_their_capitals_are_written(desk: Desk) -> None:
    write(desk / "list.csv", [("Name", "Department", "License"), ("archive", "Archives", "MIT")])
    desk.reads("technology", "import", "list.csv", "--registry", "reg")
    assert taken(desk)["archive"]["department"] == "Archives"
