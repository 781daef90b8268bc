"""Nothing is decided and nothing leaves unrecorded: the log of `data protect`, its receipts and refusals."""

import csv
import errno
import fcntl
import json
import os
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ronghe import data
from ronghe.cli import main
from ronghe.journeys.decisions import DecisionLog
from ronghe.terms import Refused, RongheError
from ronghe.trust.keys import KeyStore, signer_of
from ronghe.trust.log import Log, Reader, verify, verify_receipt

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ROWS = (("11010519491231002X", "张三", "330102"), ("330106196703151655", "李四", "330106"), ("1", "王五", "110101"))
POLICY = """
format = "policy@1"
issued = 2026-01-01T00:00:00+08:00
fresh_until = 2030-01-01T00:00:00+08:00

[assets.residents]

[[grants]]
id = "G-1"
request = "R-1"
consumer = "医保局"
asset = "residents"
purpose = "参保核验"
legal_basis = "社会保险法 第七十四条"
from = 2026-01-01T00:00:00+08:00
until = 2027-01-01T00:00:00+08:00
quota = 5

[grants.fields]
id = { mask = { first = 1 } }
name = "keep"

[[grants]]
id = "G-2"
request = "R-2"
consumer = "统计局"
asset = "residents"
purpose = "统计"
legal_basis = "统计法 第七条"
from = 2026-01-01T00:00:00+08:00

[grants.fields]
id = { token = "citizen_id" }
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    with (tmp_path / "residents.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "name", "area"), *ROWS])
    (tmp_path / "policy.toml").write_text(POLICY, "utf-8")
    store = KeyStore(tmp_path / "keys")
    store.create("heads", purpose="sign", algorithm="sm2", now=NOW)
    with Log.create(tmp_path / "log", now=lambda: NOW, signer=signer_of(store.current("heads"))):
        pass
    return tmp_path


def protect(place: Path, **given: Any) -> Any:
    asked = {"policy": place / "policy.toml", "consumer": "医保局", "purpose": "参保核验", "now": NOW}
    kept = {"log": place / "log", "keys": place / "keys", "out": place / "out"}
    return data.protect(place / "residents.csv", **{**asked, **kept, **given})


def told(place: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Reader(place / "log").bodies()]


def events(place: Path) -> list[tuple[str, Any]]:
    return [(one["event"], one.get("answer", one["rows"])) for one in told(place)]


def test_a_delivery_is_recorded_before_it_leaves_and_carries_its_receipt(place: Path) -> None:
    made = protect(place)
    assert events(place) == [("decision", "permit"), ("release", 3), ("delivery", 3)]
    decision, release, delivery = told(place)
    for entry in (decision, release, delivery):
        assert (entry["consumer"], entry["purpose"], entry["grants"]) == ("医保局", "参保核验", ["G-1"])
        assert entry["plan"] == made.plan.hash
    manifest = json.loads((place / "out" / "datapackage.json").read_text("utf-8"))
    hashes = {one["path"]: one["hash"] for one in manifest["resources"]}
    assert {one["path"]: one["hash"] for one in delivery["files"]} == {
        name: hashes[name] for name in ("residents.parquet", "plan.json")
    }
    receipt = json.loads((place / "out" / "receipt.json").read_text("utf-8"))
    assert json.loads(receipt["entry"]) == delivery
    assert receipt["head"]["signature"]
    assert verify_receipt(place / "log", receipt)
    assert receipt == made.to_json()["receipt"]
    assert verify(place / "log", [receipt], every_signature=True).faults == []
    assert all(row[0].encode() not in (place / "log" / "entries").read_bytes() for row in ROWS[:2])
    assert all(row[1].encode() not in (place / "log" / "entries").read_bytes() for row in ROWS)


def test_the_operator_cannot_deny_a_delivery_to_whoever_has_its_receipt(place: Path) -> None:
    protect(place)
    receipt = json.loads((place / "out" / "receipt.json").read_text("utf-8"))
    for name in ("entries", "state.json", "leaves"):
        (place / "log" / name).unlink()
    (place / "log" / "entries").touch()
    # With the right key, but without the delivery.
    with pytest.raises(Refused):
        protect(place, consumer="税务局")
    assert verify(place / "log").faults == []
    assert {fault.code for fault in verify(place / "log", [receipt]).faults} & {"truncated", "kept_head_differs"}


def test_refusals_are_recorded_with_their_reason(place: Path) -> None:
    for given, reason in (
        ({"consumer": "税务局"}, "access.no_grant"),
        ({"consumer": "统计局", "purpose": "统计"}, "data.protect_key_missing"),
        ({"now": NOW + timedelta(days=400)}, "access.expired"),
    ):
        with pytest.raises(Refused):
            protect(place, **given)
        assert (told(place)[-1]["answer"], told(place)[-1]["reason"]) == ("deny", reason)
    assert not (place / "out").exists()


def test_a_look_is_recorded_and_takes_nothing_from_the_quota(place: Path) -> None:
    for _ in range(3):
        made = protect(place, out=None, preview=2)
        assert made.receipt is not None
    assert events(place) == [("decision", "permit"), ("preview", 2)] * 3
    protect(place)


def test_a_quota_is_that_of_all_deliveries_together(place: Path) -> None:
    protect(place)
    with pytest.raises(Refused) as caught:
        protect(place, out=place / "second")
    assert "quota" in str(caught.value)
    assert not (place / "second").exists()
    assert events(place)[-1] == ("decision", "deny")
    # Without the log nobody knows of the first.
    protect(place, out=place / "second", log=None)


ANOTHER = """
[[grants]]
id = "G-3"
request = "R-3"
consumer = "医保局"
asset = "residents"
purpose = "参保核验"
legal_basis = "社会保险法 第七十四条"
from = 2026-01-01T00:00:00+08:00
until = 2027-01-01T00:00:00+08:00
rows = [{ field = "area", is = "330102" }]

[grants.fields]
area = "keep"
"""


@pytest.mark.parametrize("logged", [True, False])
def test_a_grant_without_limit_does_not_lift_the_quota_of_another(place: Path, *, logged: bool) -> None:
    """Where a quota does not suffice, only what the other grants give by themselves leaves."""
    policy = POLICY.replace("quota = 5", "quota = 2") + ANOTHER
    (place / "policy.toml").write_text(policy, "utf-8")
    made = protect(place, preview=5, **({} if logged else {"log": None}))
    assert (made.grants, made.columns, made.preview) == (("G-3",), ("area",), (("330102",),))
    if logged:
        assert [entry["grants"] for entry in told(place) if entry["event"] == "release"] == [["G-3"]]
    (place / "policy.toml").write_text(policy.replace("quota = 2", "quota = 3"), "utf-8")
    made = protect(place, out=place / "second", **({} if logged else {"log": None}))
    assert (made.grants, made.rows) == (("G-1", "G-3"), 3)


def test_two_at_once_cannot_share_what_is_left_of_a_quota(place: Path) -> None:
    done: list[object] = []

    def run(number: int) -> None:
        try:
            done.append(protect(place, out=place / f"out{number}").rows)
        except Refused as fault:
            done.append(fault.code)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, done)) == ["3", *["journeys.protect_denied_by"] * 2]
    assert sum(entry["rows"] for entry in told(place) if entry["event"] == "release") == 3
    assert verify(place / "log").faults == []


def test_counting_and_releasing_are_under_one_lock(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The race of the test above is won by chance too: here it is asked whether anybody else could get in between."""
    asked = []
    for step in ("used", "released"):
        known = getattr(DecisionLog, step)

        def watched(log: DecisionLog, *given: Any, step: str = step, known: Any = known) -> Any:
            with (place / "log" / "releasing.lock").open("a") as lock, suppress(OSError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                pytest.fail(f"nobody holds the lock while {step} runs")
            asked.append(step)
            return known(log, *given)

        monkeypatch.setattr(DecisionLog, step, watched)
    protect(place)
    assert asked == ["used", "released"]


def test_a_clock_that_went_back_behind_the_last_entry_is_a_refusal(place: Path) -> None:
    protect(place, out=None, preview=1)
    protect(place, out=None, preview=1, now=NOW - timedelta(seconds=4))
    with pytest.raises(Refused) as caught:
        protect(place, now=NOW - timedelta(hours=1))
    assert "clock" in str(caught.value)
    assert not (place / "out").exists()


def test_nothing_leaves_when_the_log_cannot_be_written(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(**given: Any) -> None:
        with pytest.raises(Refused, match=r"journeys\.not_recorded"):
            protect(place, **given)
        assert not (place / "out").exists()

    refused(log=place / "nowhere")
    refused(keys=place / "nowhere")
    (place / "keys" / "heads.json").chmod(0o644)
    refused()
    (place / "keys" / "heads.json").chmod(0o600)
    real = os.pwrite
    for after in range(3):
        written = [0]

        def full(descriptor: int, given: bytes, offset: int, *, most: int = after, written: list[int] = written) -> int:
            if bytes(given[:9]) == b'{"answer"' or b'"event":"' in bytes(given):
                written[0] += 1
                if written[0] > most:
                    raise OSError(errno.ENOSPC, "No space left on device")
            return real(descriptor, given, offset)

        monkeypatch.setattr(os, "pwrite", full)
        refused()
        monkeypatch.undo()
    assert verify(place / "log").faults == []
    entries = place / "log" / "entries"
    whole = entries.read_bytes()
    entries.write_bytes(whole.replace(b"permit", b"refuse", 1))
    (place / "log" / "state.json").unlink()
    refused()


def test_a_log_that_is_configured_is_used_by_the_command(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = place / "home"
    home.mkdir()
    monkeypatch.setenv("RONGHE_HOME", str(home))
    monkeypatch.chdir(place)
    (home / "ronghe.toml").write_text('decision_log = "../log"\nkeys = "../keys"\n')
    (place / "policy.toml").write_text(POLICY.replace("2027-01-01", "2035-01-01").replace("2030-01-01", "2035-01-01"))
    asked = ["data", "protect", "residents.csv", "--policy", "policy.toml", "--consumer", "医保局"]
    asked += ["--purpose", "参保核验", "--lang", "en"]
    assert main([*asked, "--out", "out", "--preview", "1"]) == 0
    assert "Recorded as entry 2 of the log" in capsys.readouterr().out
    assert main(["verify", "out", "--lang", "en"]) == 0
    assert "3 rows were delivered" in capsys.readouterr().out
    assert main(["log", "verify", "log", "--receipt", "out/receipt.json"]) == 0
    (home / "ronghe.toml").write_text('decision_log = "gone"\nkeys = "../keys"\n')
    capsys.readouterr()
    assert main([*asked, "--preview", "1"]) == 4
    said = capsys.readouterr()
    assert "张三" not in said.out
    assert "gone" in said.err


@pytest.mark.parametrize("where", ["log", "elsewhere"])
def test_the_log_of_the_platform_takes_no_decisions(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], where: str
) -> None:
    """It is told by its place in the home, and wherever else it lies by the file of the one who seals."""
    monkeypatch.chdir(place)
    monkeypatch.setenv("RONGHE_HOME", str(place) if where == "log" else str(place / "none"))
    if where == "elsewhere":
        (place / "log" / "sealing.lock").touch()
    asked = ["data", "protect", "residents.csv", "--policy", "policy.toml", "--consumer", "医保局"]
    asked += ["--purpose", "参保核验", "--lang", "en", "--keys", "keys", "--out", "out"]
    before = sorted((path.name, path.stat().st_size) for path in (place / "log").iterdir())
    for log in ("log", "./none/../log"):
        (place / "none").mkdir(exist_ok=True)
        assert main([*asked, "--log", log]) == 4
        assert "is the platform's own audit log" in capsys.readouterr().err
    assert main(["data", "share", "residents.csv", "--out", "out", "--log", "log", "--keys", "keys"]) == 4
    assert not (place / "out").exists()
    assert sorted((path.name, path.stat().st_size) for path in (place / "log").iterdir()) == before
    (place / "ronghe.toml").write_text('decision_log = "log"\nkeys = "keys"\n')
    if where == "log":
        assert main(asked) == 4, "a setting is no other than a flag"


def test_faults_of_the_log_are_told_in_both_languages(place: Path) -> None:
    with pytest.raises(RongheError) as caught:
        protect(place, log=place / "nowhere")
    detail: Any = caught.value.params["detail"]
    assert "不是日志" in detail.zh
    assert "is no log" in detail.en
