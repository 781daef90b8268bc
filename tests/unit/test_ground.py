"""The ground that everything stands on: set-up, pinned requirements, tiers, and what may lie in the tree."""

import json
import os
import re
import shutil
import stat
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from hatch_build import ASSETS, NEEDED, AssetsHook

ROOT = Path(__file__).resolve().parents[2]
COMPILED = sorted((ROOT / "requirements").glob("*.txt"))
OWN_TEXT = {".py", ".toml", ".md", ".txt", ".in", ".json", ".yml", ".sh", ""}
NOT_OURS = {".git", ".venv", ".venv-peers", ".venv-parity", "build", "assets", "node_modules", "__pycache__"}


def own_files() -> list[Path]:
    """Every file of the tree that people wrote, without what set-up and caches made."""
    found = []
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [name for name in inner if name not in NOT_OURS and not name.endswith("_cache")]
        found += [Path(folder, name) for name in names]
    return sorted(found)


def own_texts() -> list[Path]:
    return [path for path in own_files() if path.suffix in OWN_TEXT]


def requirement_blocks(path: Path) -> list[str]:
    lines = path.read_text("utf-8").replace("\\\n", " ").splitlines()
    return [line for line in lines if line and not line.startswith((" ", "#"))]


def fake_python(folder: Path, *, fails_at: str) -> None:
    """A python3 that fails when the text `fails_at` stands in its arguments, and agrees to everything else."""
    folder.mkdir()
    script = folder / "python3"
    script.write_text(f'#!/bin/sh\ncase "$*" in *{fails_at}*) exit 1 ;; esac\n', "utf-8")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)


def run_set_up(tree: Path, *parts: str, path: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": path, "HOME": str(tree)}
    return subprocess.run(
        [str(tree / "tools/set-up"), *parts], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """What set-up reads, in a folder whose path holds spaces."""
    copy = tmp_path / "a path with spaces"
    for name in ("tools", "requirements"):
        shutil.copytree(ROOT / name, copy / name)
    for name in ("package.json", "package-lock.json", "pyproject.toml", "hatch_build.py"):
        shutil.copy(ROOT / name, copy / name)
    return copy


@pytest.mark.parametrize("path", COMPILED, ids=lambda path: path.name)
def test_every_requirement_is_pinned_and_hashed(path: Path) -> None:
    blocks = requirement_blocks(path)
    assert blocks
    for block in blocks:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+ ", block), block[:80]
        assert "--hash=sha256:" in block, block[:80]


def test_lists_that_are_installed_together_agree_on_versions() -> None:
    pins: dict[str, set[str]] = {}
    for name in ("run", "dev", "spark"):
        for block in requirement_blocks(ROOT / "requirements" / f"{name}.txt"):
            package = block.partition("==")[0]
            # Where a package is wanted may differ between lists, which version of it may not.
            pins.setdefault(f"{name} {package}", set()).add(re.split(" ;| --hash", block)[0].strip())
    for key, versions in pins.items():
        name, package = key.split()
        assert versions == pins.get(f"dev {package}", versions), f"{package} differs between {name} and dev"


def test_every_dependency_is_in_the_run_list() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {re.match(r"[a-z0-9-]+", line)[0] for line in project["dependencies"]}  # type: ignore[index]
    pinned = {block.partition("==")[0] for block in requirement_blocks(ROOT / "requirements/run.txt")}
    assert wanted
    assert wanted <= pinned, f"run `make requirements`: {wanted - pinned}"


def test_no_file_names_a_registry() -> None:
    hosts = ["pypi" + ".org", "pythonhosted" + ".org", "registry." + "npmjs", "npm" + "mirror", "index" + "-url = "]
    texts = own_texts()
    assert ROOT / "requirements/run.txt" in texts
    found = [(path.name, host) for path in texts for host in hosts if host in path.read_text("utf-8", "replace")]
    assert found == []


def test_the_lock_pins_the_chart_library_by_hash_alone() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())


def test_a_missing_venv_module_is_named_in_one_line(tree: Path, tmp_path: Path) -> None:
    fake_python(tmp_path / "bin", fails_at="ensurepip")
    done = run_set_up(tree, "run", path=f"{tmp_path / 'bin'}:/usr/bin:/bin")
    assert done.returncode == 1
    assert done.stdout + done.stderr == (
        "set-up: Python's venv module is missing; install it with: apt-get install python3-venv\n"
    )


def test_an_old_python_is_named_in_one_line(tree: Path, tmp_path: Path) -> None:
    fake_python(tmp_path / "bin", fails_at="version_info")
    done = run_set_up(tree, "run", path=f"{tmp_path / 'bin'}:/usr/bin:/bin")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "3.11 or newer" in done.stderr


def test_an_unknown_part_is_refused_with_the_parts_there_are(tree: Path) -> None:
    done = run_set_up(tree, "ran", path="/usr/bin:/bin")
    assert done.returncode == 1
    assert done.stderr == (
        "set-up: there is no part named ran; the parts are run, dev, spark, peers, parity and assets\n"
    )


def fake_environment(tree: Path, *, installer: str) -> None:
    """An environment in which uv is `installer`, marked as made from the lists as they are."""
    folder = tree / ".venv"
    (folder / "bin").mkdir(parents=True)
    (folder / ".made").mkdir()
    for name, text in (("python", "#!/bin/sh\n"), ("uv", f"#!/bin/sh\n{installer}\n")):
        (folder / "bin" / name).write_text(text, "utf-8")
        (folder / "bin" / name).chmod(0o755)
    checksum = subprocess.run(
        ["cksum"], input=(tree / "requirements/uv.txt").read_bytes(), capture_output=True, check=True
    )
    (folder / ".made/venv").write_text(f"{tree} {checksum.stdout.decode()}", "utf-8")


def test_set_up_installs_once_and_again_when_a_list_changes(tree: Path) -> None:
    fake_environment(tree, installer='echo "$*" >> installed')
    for _ in range(2):
        assert run_set_up(tree, "run", path="/usr/bin:/bin").returncode == 0
    calls = (tree / "installed").read_text("utf-8").splitlines()
    assert [call.split()[-1] for call in calls] == ["requirements/run.txt", "."]
    assert "--require-hashes" in calls[0]

    with (tree / "requirements/run.txt").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    run_set_up(tree, "run", path="/usr/bin:/bin")
    assert len((tree / "installed").read_text("utf-8").splitlines()) == 3


def test_a_failed_installation_stops_and_is_tried_again(tree: Path) -> None:
    fake_environment(tree, installer="exit 2")
    assert run_set_up(tree, "run", path="/usr/bin:/bin").returncode == 2
    assert not (tree / ".venv/.made/run").exists()


def test_every_make_target_is_in_its_own_list() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split())  # type: ignore[index]
    shown = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert targets == set(re.findall(r"^  make ([a-z-]+)", shown, re.MULTILINE))


def test_ci_runs_the_same_targets_that_people_run() -> None:
    script = (ROOT / ".ci/run").read_text("utf-8")
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert "\nmake check test test-all </dev/null\n" in script
    assert "export RONGHE_REQUIRE_ALL=1" in script


def test_every_package_has_a_tier() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    tiers = set(re.findall(r"\w+", " ".join(contracts[0]["layers"])))
    packages = {path.parent.name for path in (ROOT / "src/ronghe").glob("*/__init__.py")}
    assert packages <= tiers
    assert contracts[0]["exhaustive"] is True


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "misc", "base", "manager", "handler"])
def test_no_module_has_a_vague_name(name: str) -> None:
    assert [path for path in (ROOT / "src").rglob("*") if path.stem == name] == []


# It must stay one file that runs by itself, so what others split off, hash and signatures, lies in it too.
_ALONE = {ROOT / "src/ronghe/trust/log/verifier.py": 600}


def test_no_module_is_longer_than_a_sitting() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in (ROOT / "src").rglob("*.py")}
    assert {path.name: lines for path, lines in lengths.items() if lines > _ALONE.get(path, 500)} == {}


def test_no_large_file_lies_in_the_tree() -> None:
    assert [path.name for path in own_files() if path.stat().st_size > 1_000_000] == []


def assets_hook(root: Path) -> AssetsHook:
    """The hook as Hatch makes it; configuration and metadata play no part in it."""
    unused: Any = None
    return AssetsHook(str(root), {}, unused, unused, str(root), "wheel")


def test_a_wheel_is_refused_without_the_chart_library(tmp_path: Path) -> None:
    hook = assets_hook(tmp_path)
    with pytest.raises(SystemExit, match=r"echarts\.min\.js is missing: run `make assets` first"):
        hook.initialize("standard", {"force_include": {}})


def test_a_wheel_carries_the_chart_library_and_its_licenses(tmp_path: Path) -> None:
    (tmp_path / ASSETS).mkdir(parents=True)
    for name in NEEDED:
        (tmp_path / ASSETS / name).touch()
    build: dict[str, dict[str, str]] = {"force_include": {}}
    assets_hook(tmp_path).initialize("standard", build)
    assert set(build["force_include"].values()) == {f"ronghe/report/assets/{name}" for name in NEEDED}
