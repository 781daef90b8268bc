"""What is acknowledged stays, for many writers, through crashes and full disks."""

import errno
import fcntl
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ronghe.messages import render_error
from ronghe.terms import InputError, LimitReached, Refused
from ronghe.trust.keys import Key, signer_of
from ronghe.trust.log import Head, Log, Reader, Unreadable, proves_consistency, proves_inclusion, verify, verify_receipt
from ronghe.trust.log.tree import Frontier
from tests.unit.trust.log.made import START, body, clock, forge, made, opened, signer


def bodies(folder: Path) -> list[bytes]:
    return [line for line in (folder / "entries").read_bytes().splitlines() if not line.startswith(b"#")]


def test_a_receipt_proves_its_entry_at_once_and_later(tmp_path: Path) -> None:
    folder = made(tmp_path / "log", (5, 300, 300))
    with opened(folder) as log:
        receipts = log.append([body(900), body(901)])
        assert [receipt.index for receipt in receipts] == [605, 606]
        for receipt in (*receipts, *(log.receipt(index) for index in (0, 4, 5, 255, 256, 604, 606))):
            leaf = log.hash.leaf(receipt.entry)
            head = receipt.head
            assert proves_inclusion(log.hash, leaf, receipt.index, head.size, receipt.proof, head.root)
            assert verify_receipt(folder, json.loads(json.dumps(receipt.to_json())))
            assert json.loads(receipt.entry)["consumer"] == "民政局"


def test_every_older_head_is_the_beginning_of_the_newer(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    times = clock()
    with Log.create(folder, now=lambda: next(times), signer=signer()) as log:
        heads = []
        for size in (1, 255, 1, 400, 3):
            log.append([body(n) for n in range(size)])
            heads.append(log.head())
        for old in heads:
            for new in heads:
                if old.size <= new.size:
                    proof = log.consistency(old.size, new.size)
                    assert proves_consistency(log.hash, old.size, old.root, new.size, new.root, proof)


def test_proofs_of_what_is_not_there_are_refused(tmp_path: Path) -> None:
    reader = Reader(made(tmp_path / "log"))
    for index, size in ((-1, 3), (3, 3), (0, 7)):
        with pytest.raises(InputError, match="no_such_entry"):
            reader.prove(index, size)
    with pytest.raises(InputError, match="no_such_entry"):
        reader.consistency(4, 3)


def test_many_threads_lose_nothing_and_share_commits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "log"
    indices: list[int] = []
    # A disk takes its time; a file system in memory takes none, and then nobody waits and nothing is shared.
    monkeypatch.setattr(os, "fdatasync", lambda _: time.sleep(0.001))
    with Log.create(folder, now=lambda: START, signer=signer()) as log:

        def write(writer: int) -> None:
            indices.extend(log.append([{"writer": writer, "n": n}])[0].index for n in range(8))

        threads = [threading.Thread(target=write, args=(writer,)) for writer in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    verdict = verify(folder)
    assert sorted(indices) == list(range(128))
    assert (verdict.size, verdict.faults) == (128, [])
    assert verdict.heads < 128
    told = {(json.loads(line)["writer"], json.loads(line)["n"]) for line in bodies(folder)}
    assert told == {(writer, n) for writer in range(16) for n in range(8)}


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from ronghe.trust.log import Log
with Log(Path(sys.argv[1]), now=lambda: datetime.now(UTC)) as log:
    print("open", flush=True)
    for n in range(int(sys.argv[3])):
        print(log.append([{"writer": sys.argv[2], "n": n}])[0].index, flush=True)
"""


def writer(folder: Path, name: str, entries: int) -> "subprocess.Popen[str]":
    source = Path(__file__).resolve().parents[4] / "src"
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), name, str(entries)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(source)},
    )


def test_two_processes_write_at_once(tmp_path: Path) -> None:
    folder = made(tmp_path / "log", (2,), algorithm=None)
    with writer(folder, "a", 9) as one, writer(folder, "b", 9) as other, opened(folder, None) as log:
        mine = [log.append([body(n)])[0].index for n in range(10)]
        told = [int(line) for run in (one, other) for line in (run.stdout or ()) if line.strip() != "open"]
    assert sorted(told + mine) == list(range(2, 30))
    assert (verify(folder).size, verify(folder).faults) == (30, [])


def test_nobody_else_gets_the_file_while_a_batch_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made(tmp_path / "log", (1,))
    real, refused = os.pwrite, []

    def tried(descriptor: int, data: bytes, offset: int) -> int:
        with (folder / "entries").open("rb") as other:
            try:
                fcntl.flock(other, fcntl.LOCK_SH | fcntl.LOCK_NB)
                refused.append(False)
            except BlockingIOError:
                refused.append(True)
        return real(descriptor, data, offset)

    with opened(folder) as log, monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", tried)
        log.append([body(1)])
    assert refused
    assert all(refused)


def test_a_writer_that_is_killed_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    folder = made(tmp_path / "log", (2,), algorithm=None)
    told: list[int] = []
    for turn in range(2):
        with writer(folder, f"k{turn}", 10_000) as run:
            assert run.stdout is not None
            for line in run.stdout:
                if line.strip() != "open":
                    told.append(int(line))
                if len(told) == 10 * (turn + 1):
                    break
            run.kill()
    with opened(folder, None) as log:
        log.append([body(1)])
    verdict = verify(folder)
    assert verdict.faults == []
    assert told == sorted(set(told))
    assert verdict.size > max(told)


@pytest.mark.parametrize("cut", [1, 20, 70, 140, 300, 1500])
def test_a_torn_end_is_set_aside_and_what_was_acknowledged_stays(tmp_path: Path, cut: int) -> None:
    folder = made(tmp_path / "log", (3,))
    whole = (folder / "entries").read_bytes()
    with opened(folder) as log:
        log.append([body(number) for number in range(30)])
    torn = (folder / "entries").read_bytes()[: len(whole) + cut]
    # A writer that dies has not noted how far it came.
    (folder / "state.json").unlink()
    (folder / "entries").write_bytes(torn)
    assert [fault.code for fault in verify(folder).faults] == ["torn"]
    with opened(folder) as log:
        assert log.append([body(8)])[0].index == 3
    assert (verify(folder).size, verify(folder).faults) == (4, [])
    aside = folder / f"torn-{len(whole)}"
    assert (aside.read_bytes(), aside.stat().st_mode & 0o077) == (torn[len(whole) :], 0)


def test_a_disk_that_fills_in_the_middle_of_an_append_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = made(tmp_path / "log", (3,))
    whole = (folder / "entries").read_bytes()
    real = os.pwrite

    def full(descriptor: int, data: bytes, offset: int) -> int:
        if offset > len(whole):
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, bytes(data)[:11], offset)

    with opened(folder) as log:
        monkeypatch.setattr(os, "pwrite", full)
        with pytest.raises(LimitReached, match="not_written") as told:
            log.append([body(3), body(4)])
        assert str(folder / "entries") in render_error(told.value, "en")
        assert (folder / "entries").read_bytes() == whole
        monkeypatch.undo()
        assert log.append([body(5)])[0].index == 3
    assert (verify(folder).size, verify(folder).faults) == (4, [])


def test_a_disk_that_does_not_flush_is_not_believed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made(tmp_path / "log", (3,))

    def fails(_descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    log = opened(folder)
    monkeypatch.setattr(os, "fdatasync", fails)
    with pytest.raises(LimitReached, match="not_flushed"):
        log.append([body(3)])
    monkeypatch.undo()
    with pytest.raises(InputError, match=r"log\.closed"):
        log.append([body(4)])
    with opened(folder) as again:
        assert again.append([body(5)])[0].index == 3
    assert (verify(folder).size, verify(folder).faults) == (4, [])


def test_a_failure_reaches_everybody_who_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made(tmp_path / "log", (3,))
    faults: list[str] = []

    def fails(*_given: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with opened(folder) as log:
        monkeypatch.setattr(os, "pwrite", fails)

        def write() -> None:
            with pytest.raises(LimitReached) as told:
                log.append([body(1)])
            faults.append(told.value.code)

        threads = [threading.Thread(target=write) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        monkeypatch.undo()
    assert faults == ["log.not_written"] * 8


def test_a_damaged_or_shortened_file_is_not_written_to(tmp_path: Path) -> None:
    folder = made(tmp_path / "log")
    (folder / "state.json").unlink()
    entries = folder / "entries"
    whole = entries.read_bytes()
    entries.write_bytes(whole.replace(b"permit", b"forbid", 1))
    with pytest.raises(InputError, match=r"log\.damaged"):
        opened(folder)
    entries.write_bytes(whole)
    log = opened(folder)
    log.append([body(6)])
    entries.write_bytes(whole)
    with pytest.raises(InputError, match=r"log\.cut_short"):
        log.append([body(7)])
    made(tmp_path / "noted", (1, 1))
    cut = (tmp_path / "noted" / "entries").read_bytes()[:-300]
    (tmp_path / "noted" / "entries").write_bytes(cut)
    with pytest.raises(InputError, match=r"log\.cut_short"):
        opened(tmp_path / "noted")


def test_a_signed_log_that_was_written_anew_without_its_key_is_found_and_never_signed(tmp_path: Path) -> None:
    folder = made(tmp_path / "log", (3, 4))
    forge(folder)
    assert [fault.code for fault in verify(folder).faults] == ["unsigned"]
    with pytest.raises(InputError, match=r"log\.not_signed"):
        opened(folder)
    plain = made(tmp_path / "plain", (3, 4), algorithm=None)
    forge(plain)
    assert verify(plain).faults == []


WRONG_HEADS: dict[str, Callable[[Head], Head]] = {
    "size": lambda head: replace(head, size=9),
    "root": lambda head: replace(head, root=bytes(32)),
    "previous": lambda head: replace(head, previous=bytes(32)),
}


@pytest.mark.parametrize("part", WRONG_HEADS)
def test_a_head_of_another_size_root_or_past_is_found_and_not_followed(tmp_path: Path, part: str) -> None:
    folder = made(tmp_path / "log", (1,), algorithm=None)
    forge(folder, lambda number, head: WRONG_HEADS[part](head) if number == 4 else head)
    assert [fault.first for fault in verify(folder).faults] == [4]
    with pytest.raises(InputError, match=r"log\.damaged"):
        opened(folder, None)


def test_a_signature_of_another_key_is_found_and_not_followed(tmp_path: Path) -> None:
    folder = made(tmp_path / "log", (1,))
    thief = signer_of(Key("heads.1", "sign", "ed25519", bytes(32)))
    forge(folder, lambda _, head: replace(head, signature=thief.sign(head.text())))
    assert [fault.code for fault in verify(folder).faults] == ["signature_wrong"]
    with pytest.raises(InputError, match=r"log\.not_signed"):
        opened(folder)
    # The last signature vouches for all before it; whoever wants to know looks at each.
    forge(folder, lambda number, head: replace(head, signature=(signer() if number != 2 else thief).sign(head.text())))
    assert verify(folder).faults == []
    told = verify(folder, every_signature=True).faults
    assert [(fault.code, fault.first) for fault in told] == [("signature_wrong", 2)]


def test_a_note_does_not_make_a_forged_past_look_signed(tmp_path: Path) -> None:
    folder = made(tmp_path / "log", (3, 4))
    forge(folder)
    # What an unsigned log of the same entries notes, with the names of this one.
    entries, state = (folder / "entries").read_bytes(), folder / "state.json"
    header = json.loads((folder / "log.json").read_bytes())
    frontier = Frontier(Reader(folder).hash)
    frontier.extend([frontier.hash.leaf(line) for line in bodies(folder)])
    nodes = [node.hex() if node else None for node in frontier.nodes]
    last = len(entries) - entries.rindex(b"\n#") - 1
    note = {"offset": len(entries), "size": 5, "nodes": nodes, "line": last, "signers": []}
    state.write_text(json.dumps(note))
    assert header["signer"] is not None
    with pytest.raises(InputError, match=r"log\.not_signed"):
        opened(folder)


def test_a_change_before_the_note_is_found_also_under_later_signatures(tmp_path: Path) -> None:
    folder = made(tmp_path / "log", (3, 4))
    entries = folder / "entries"
    entries.write_bytes(entries.read_bytes().replace(b'"n":1', b'"n":9'))
    with opened(folder) as log:
        log.append([body(7)])
    assert [(fault.code, fault.first) for fault in verify(folder).faults] == [("entry_changed", 1)]


def test_a_writer_that_died_leaves_a_tail_without_signature_and_the_next_one_signs_it(tmp_path: Path) -> None:
    folder = made(tmp_path / "log", (3,))
    log = opened(folder)
    log.append([body(3)])
    log.append([body(4)])
    log._entries.close()
    verdict = verify(folder)
    assert (verdict.size, verdict.faults) == (5, [])
    assert verdict.signed < 5
    head = Reader(folder).head()
    assert head is not None
    assert (head.size, bool(head.signature)) == (verdict.signed, True)
    with opened(folder):
        pass
    assert verify(folder).signed == 5


def test_a_folder_with_other_files_is_not_made_a_log(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("x")
    with pytest.raises(Refused, match=r"log\.not_empty"):
        Log.create(tmp_path, now=lambda: START)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_note_that_lies_about_the_file_is_not_believed(tmp_path: Path) -> None:
    folder = made(tmp_path / "log", (3, 4))
    note = json.loads((folder / "state.json").read_text())
    early = {"offset": note["offset"] - 1, "line": note["line"] - 1}
    for change in ({"size": 3}, {"nodes": [None]}, {"offset": 1}, {"nodes": 3}, early):
        (folder / "state.json").write_text(json.dumps(note | change))
        with opened(folder) as log:
            log.append([body(1)])
        assert verify(folder).faults == []


def test_a_note_of_a_head_that_nobody_signed_does_not_keep_the_log_from_opening(tmp_path: Path) -> None:
    """A writer that read much may note an unsigned head and die: the next reads the file instead."""
    folder = made(tmp_path / "log")
    with opened(folder) as log:
        log.append([body(7)])
        assert log.append([body(8)])[0].head.signature is None
        log._entries.save_state()
        copied = shutil.copytree(folder, tmp_path / "copied")
    with opened(copied) as log:
        assert log.append([body(9)])[0].index == 8
    assert verify(copied).faults == []


def test_entries_that_json_cannot_say_are_refused_whole(tmp_path: Path) -> None:
    folder = made(tmp_path / "log")
    with opened(folder) as log:
        for wrong in ({"a": float("nan")}, {"a": object()}, {"a": "\ud800"}):
            with pytest.raises(InputError, match="not_json"):
                log.append([body(1), wrong])
        with pytest.raises(InputError, match="too_large"):
            log.append([{"a": "x" * (1 << 20)}])
        assert log.append([]) == []
        assert log.append([{"a": "one\ntwo\r#"}])[0].index == 6
    assert verify(folder).faults == []


def test_another_key_and_no_key_are_refused(tmp_path: Path) -> None:
    folder = made(tmp_path / "log")
    for algorithm in (None, "sm2"):
        with pytest.raises(Refused, match="other_key"):
            opened(folder, algorithm)
    with pytest.raises(Refused, match=r"log\.exists"):
        Log.create(folder, now=lambda: START)
    with pytest.raises(InputError, match="no_log"):
        Log(tmp_path, now=lambda: START)


@pytest.mark.parametrize("change", [{"format": "ronghe.log@2"}, {"hash": "md5"}, {"signer": ...}])
def test_a_header_that_is_not_understood_is_no_log(tmp_path: Path, change: dict[str, object]) -> None:
    folder = made(tmp_path / "log", (1,))
    header = json.loads((folder / "log.json").read_bytes()) | change
    (folder / "log.json").write_text(json.dumps({name: value for name, value in header.items() if value is not ...}))
    with pytest.raises(InputError, match="no_log"):
        Reader(folder)
    with pytest.raises(Unreadable):
        verify(folder)


def test_a_clock_that_goes_back_makes_no_head_look_older(tmp_path: Path) -> None:
    folder = made(tmp_path / "log")
    with opened(folder) as log:
        before = log.head().time
        log._now = lambda: START.replace(year=2020)
        log.append([body(1)])
        assert log.head().time >= before


def test_the_log_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = made(tmp_path / "log")
    assert (folder / "entries").stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0
