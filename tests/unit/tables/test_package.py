"""A manifest says the same of the same files, and may not reach beyond its folder."""

import json
from pathlib import Path
from typing import Any

import pytest

from ronghe.tables.package import FORMAT, MANIFEST, Resource, file_hash, manifest, read_manifest, verify_package
from ronghe.tables.publish import workspace
from ronghe.terms import InputError


def package(folder: Path, resources: list[dict[str, Any]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).write_text(json.dumps({"format": FORMAT, "resources": resources}), "utf-8")
    return folder


def test_the_same_files_give_the_same_manifest(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x", "utf-8")
    one = manifest(tmp_path, "n", [Resource("a.csv", {"rows_in": 1})], {"ronghe:x": 1})
    assert one == manifest(tmp_path, "n", [Resource("a.csv", {"rows_in": 1})], {"ronghe:x": 1})
    resource = json.loads(one)["resources"][0]
    assert resource == {
        "name": "a",
        "path": "a.csv",
        "format": "csv",
        "bytes": 1,
        "hash": "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
        "rows_in": 1,
    }


def test_files_in_folders_have_names_without_slashes(tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "A.rejects.parquet").write_bytes(b"")
    made = json.loads(manifest(tmp_path, "n", [Resource("private/A.rejects.parquet")], {}))
    assert made["resources"][0]["name"] == "private.a.rejects"


@pytest.mark.parametrize(
    ("counts", "faults"),
    [((5, 3, 2), []), ((5, 3, 1), ["tables.verify_counts"]), ((5, 3, None), []), ((0, 0, 0), [])],
)
def test_rows_in_are_rows_published_and_quarantined(
    tmp_path: Path, counts: tuple[int, int, int | None], faults: list[str]
) -> None:
    (tmp_path / "a").write_text("x", "utf-8")
    table = dict(zip(("rows_in", "rows_published", "rows_quarantined"), counts, strict=True))
    package(tmp_path, [{"path": "a", "hash": file_hash(tmp_path / "a"), **table}])
    assert [fault.code for fault in verify_package(tmp_path)] == faults


def test_a_manifest_of_another_format_names_those_that_are_read(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text('{"format": "tables@99", "resources": []}', "utf-8")
    with pytest.raises(InputError) as caught:
        read_manifest(tmp_path)
    assert (caught.value.code, caught.value.params["known"]) == ("tables.manifest_format", FORMAT)


@pytest.mark.parametrize("climbing", ["../../../victim.txt", "a/../../../../victim.txt"])
def test_a_manifest_that_climbs_out_costs_nobody_a_file(tmp_path: Path, climbing: str) -> None:
    victim = tmp_path / "victim.txt"
    victim.write_text("mine", "utf-8")
    out = package(tmp_path / "deep" / "out", [])
    with pytest.raises(InputError) as caught, workspace(out) as work:
        work.carry_over([climbing])
    assert caught.value.code == "tables.manifest_outside"
    assert victim.read_text("utf-8") == "mine"


def test_an_absolute_path_is_not_carried_over(tmp_path: Path) -> None:
    victim = tmp_path / "victim.txt"
    victim.write_text("mine", "utf-8")
    with pytest.raises(InputError), workspace(package(tmp_path / "out", [])) as work:
        work.carry_over([str(victim)])
    assert victim.read_text("utf-8") == "mine"
