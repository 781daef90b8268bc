"""A share that is written down: what the log says of it, its receipt, and that nothing is published unrecorded."""

import errno
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ronghe import data
from ronghe.cli import main
from ronghe.journeys.share import share_files
from ronghe.standards.catalog import catalog
from ronghe.tables.engine import Resources
from ronghe.tables.package import file_hash
from ronghe.terms import Refused
from ronghe.trust.keys import KeyStore, signer_of
from ronghe.trust.log import Log, Reader, verify, verify_receipt

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PEOPLE = "身份证号,姓名,月收入\n11010519491231002X,张三,2100\n330106196703151655,李四,3300\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "people.csv").write_text(PEOPLE, "utf-8")
    keys = KeyStore(tmp_path / "keys")
    keys.create("heads", purpose="sign", algorithm="sm2", now=NOW)
    signer = signer_of(keys.current("heads"))
    Log.create(tmp_path / "log", now=lambda: NOW, signer=signer).close()
    return tmp_path


def shared(place: Path, *, at: datetime = NOW, **more: Any) -> Any:
    return share_files(
        [str(place / "people.csv")],
        out=place / "out",
        now=at,
        resources=Resources(threads=1),
        catalog=catalog(()),
        log=place / "log",
        keys=place / "keys",
        clock=lambda: at,
        **more,
    )


def entries(place: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Reader(place / "log").bodies()]


def test_the_log_says_which_files_left_and_how(place: Path) -> None:
    shared(place)
    (entry,) = entries(place)
    assert (entry["event"], entry["personal"], entry["rows"]) == ("publication", "mask", 2)
    (table,) = entry["tables"]
    assert (table["table"], table["grade"]) == ("people", "general_4")
    assert table["left"]["身份证号"] == "masked"
    files = {one["path"]: one for one in entry["files"]}
    assert {"people.parquet", "report.html", "index.json"} <= files.keys()
    assert not any(path.startswith("private") for path in files), "what is never handed on did not leave"
    for path, one in files.items():
        assert (one["bytes"], one["hash"]) == ((place / "out" / path).stat().st_size, file_hash(place / "out" / path))
    said = json.dumps(entry, ensure_ascii=False)
    assert not any(value in said for value in ("11010519491231002X", "张三", "2100"))


def test_the_receipt_lies_beside_the_tables_and_is_proved(place: Path) -> None:
    shared(place)
    receipt = json.loads((place / "out" / "receipt.json").read_text("utf-8"))
    assert verify_receipt(place / "log", receipt)
    assert verify(place / "log", [receipt], every_signature=True).faults == []
    assert main(["verify", str(place / "out"), "--quiet"]) == 0
    shared(place, at=NOW + timedelta(days=1))
    assert [entry["event"] for entry in entries(place)] == ["publication", "publication"]


def test_without_a_log_nothing_is_written_and_there_is_no_receipt(place: Path) -> None:
    data.share([place / "people.csv"], out=place / "out", now=NOW)
    assert not (place / "out" / "receipt.json").exists()
    assert entries(place) == []


@pytest.mark.parametrize("trouble", ["absent", "key", "disk", "clock"])
def test_what_cannot_be_written_down_is_not_published(
    place: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    shared(place)
    before = {path.name: path.read_bytes() for path in (place / "out").iterdir() if path.is_file()}
    (place / "people.csv").write_text(PEOPLE.replace("2100", "2200"), "utf-8")
    at = NOW
    if trouble == "absent":
        (place / "log").rename(place / "gone")
    elif trouble == "key":
        (place / "keys").rename(place / "lost")
    elif trouble == "clock":
        at = NOW - timedelta(minutes=1)
    else:
        real = os.pwrite

        def full(descriptor: int, given: bytes, offset: int) -> int:
            if b'"publication"' in bytes(given):
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(descriptor, given, offset)

        monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(Refused):
        shared(place, at=at)
    assert {path.name: path.read_bytes() for path in (place / "out").iterdir() if path.is_file()} == before


def test_the_command_writes_to_the_log_that_it_is_given_or_that_is_configured(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    home = place / "home"
    home.mkdir()
    monkeypatch.setenv("RONGHE_HOME", str(home))
    asked = ["data", "share", "people.csv", "--out", "out", "--lang", "en", "--quiet"]
    assert main([*asked, "--log", "log", "--keys", "keys"]) == 0
    (home / "ronghe.toml").write_text('decision_log = "../log"\nkeys = "../keys"\n')
    assert main(asked) == 0
    assert len(entries(place)) == 2
    capsys.readouterr()
    assert main([*asked, "--log", "absent"]) == 4
    assert "absent" in capsys.readouterr().err
