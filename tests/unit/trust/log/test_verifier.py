"""The verifier finds every change, knows what was kept, and runs alone."""

import ast
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ronghe.trust.log import Unreadable, verifier, verify, verify_receipt
from ronghe.trust.log.reader import Reader
from tests.unit.trust.log.made import body, made, opened, signer

FILE = Path(verifier.__file__)


def put(path: Path, data: bytes | bytearray) -> None:
    # A new file: one that is cut and written again is flushed to the disk by the file system, every time.
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def kept(folder: Path) -> dict[str, object]:
    head = Reader(folder).head()
    assert head is not None
    return head.to_json()


@pytest.mark.parametrize("algorithm", ["ed25519", "sm2", None])
@pytest.mark.parametrize("hash_", ["sm3", "sha256"])
def test_an_honest_log_is_whole(tmp_path: Path, algorithm: str | None, hash_: str) -> None:
    folder = made(tmp_path / "log", (1, 2, 3, 70), algorithm=algorithm, hash_=hash_)  # type: ignore[arg-type]
    verdict = verify(folder, [kept(folder)], every_signature=True)
    assert (verdict.size, verdict.faults) == (76, [])
    assert verdict.signed == (76 if algorithm else 0)


@pytest.mark.parametrize("name", ["entries", "log.json"])
@pytest.mark.parametrize("flip", [0x01, 0x20])
def test_every_single_byte_that_changes_is_found(tmp_path: Path, name: str, flip: int) -> None:
    folder = made(tmp_path / "log", (1, 2))
    whole = (folder / name).read_bytes()
    missed = []
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= flip
        put(folder / name, changed)
        try:
            if not verify(folder).faults:
                missed.append(place)
        except Unreadable:
            pass
    assert missed == []


@pytest.mark.parametrize("by", [b"", b"\n", b"x", b"#"])
def test_every_single_byte_that_is_lost_or_put_in_is_found(tmp_path: Path, by: bytes) -> None:
    folder = made(tmp_path / "log", (2, 1))
    whole = (folder / "entries").read_bytes()
    missed = []
    for place in range(len(whole)):
        changed = whole[:place] + by + whole[place + (not by) :]
        put(folder / "entries", changed)
        if changed != whole and not verify(folder).faults:
            missed.append(place)
    assert missed == []


def faults(folder: Path) -> list[tuple[str, int, int]]:
    return [(fault.code, fault.first, fault.last) for fault in verify(folder).faults]


def lines(folder: Path) -> list[bytes]:
    return (folder / "entries").read_bytes().splitlines(keepends=True)


def test_the_place_of_a_change_is_told(tmp_path: Path) -> None:
    folder = made(tmp_path / "log", (10, 10, 10))
    data = (folder / "entries").read_bytes().replace(b'"n":14', b'"n":15')
    put(folder / "entries", data)
    assert faults(folder) == [("entry_changed", 14, 14)]
    put(folder / "entries", data.replace(b'"n":17', b'"n":71'))
    assert faults(folder) == [("entry_changed", 14, 14), ("entry_changed", 17, 17)]
    # The hashes beside the entries are believed only where they are those of the head.
    put(folder / "entries", data)
    leaves = folder / "leaves"
    for wrong in (leaves.read_bytes()[:-1], bytes(32) + leaves.read_bytes()[32:], b""):
        put(leaves, wrong[: 32 * 14])
        assert faults(folder) == [("entries_changed", 10, 19)]
    leaves.unlink()
    assert faults(folder) == [("entries_changed", 10, 19)]


def test_an_entry_that_was_taken_out_or_put_in_is_named(tmp_path: Path) -> None:
    folder = made(tmp_path / "log", (10, 10))
    whole = lines(folder)
    place = 10 + 1 + 4  # the first commit, its head, four entries of the second
    put(folder / "entries", b"".join(whole[:place] + whole[place + 1 :]))
    assert faults(folder) == [("entries_removed", 14, 14)]
    put(folder / "entries", b"".join([*whole[:place], b'{"n":0}\n', *whole[place:]]))
    assert faults(folder) == [("entries_added", 14, 14)]
    put(folder / "entries", b"".join(whole[:place] + whole[place + 2 :]))
    assert faults(folder) == [("entries_removed", 14, 15)]


def test_hashes_that_a_writer_did_not_live_to_write_are_added(tmp_path: Path) -> None:
    folder = made(tmp_path / "log", (10, 300))
    leaves = folder / "leaves"
    good = leaves.read_bytes()
    assert len(good) == 32 * 310
    for left in (b"", good[: 32 * 7 + 5]):
        put(leaves, left)
        with opened(folder):
            pass
        assert leaves.read_bytes() == good


def test_a_commit_that_is_taken_out_or_moved_is_found(tmp_path: Path) -> None:
    folder = made(tmp_path / "log", (1, 1, 1, 1))
    whole = lines(folder)
    for order in ([0, 1, 4, 5, 6, 7, 8], [0, 1, 4, 5, 2, 3, 6, 7, 8], [0, 1, 2, 3, 2, 3, 4, 5, 6, 7, 8]):
        put(folder / "entries", b"".join(whole[place] for place in order if place < len(whole)))
        assert verify(folder).faults


def test_cutting_off_is_found_against_any_kept_head_and_receipt(tmp_path: Path) -> None:
    folder = made(tmp_path / "log", (1, 2))
    keeps: list[dict[str, object]] = []
    for number in range(3, 6):
        with opened(folder) as log:
            keeps += [log.append([body(number)])[0].to_json(), log.head().to_json()]
    whole = (folder / "entries").read_bytes()
    ends = [place + 1 for place in range(len(whole)) if whole[place : place + 1] == b"\n"]
    for end in [0, *ends[:-1]]:
        put(folder / "entries", whole[:end])
        verdict = verify(folder, keeps)
        assert {"truncated"} & {fault.code for fault in verdict.faults} or verdict.size >= 6
    put(folder / "entries", whole)
    assert verify(folder, keeps).faults == []


def test_a_past_that_was_rewritten_with_the_right_key_is_found_by_who_kept_a_head(tmp_path: Path) -> None:
    folder = made(tmp_path / "log", (3, 3))
    witness = kept(folder)
    header = (folder / "log.json").read_bytes()
    (folder / "entries").unlink()
    (folder / "state.json").unlink()
    with opened(folder) as log:
        log.append([body(number) for number in (0, 1, 2, 3, 4, 99)])
    assert (folder / "log.json").read_bytes() == header
    assert verify(folder).faults == []
    assert [fault.code for fault in verify(folder, [witness]).faults] == ["kept_head_differs"]


def test_a_head_of_another_log_or_one_that_was_forged_is_told(tmp_path: Path) -> None:
    folder = made(tmp_path / "log", (3,))
    other = made(tmp_path / "other", (3,), hash_="sha256")
    assert [fault.code for fault in verify(folder, [kept(other)]).faults] == ["other_log"]
    # Anyone can write a head without a signature: it proves nothing against the log, and is not said to.
    for root, size in (("00" * 32, 2), ("00" * 32, 9)):
        forged = kept(folder) | {"root": root, "size": size, "signature": None}
        assert [fault.code for fault in verify(folder, [forged]).faults] == ["kept_head_unsigned"]
    assert verify(folder, [kept(folder) | {"signature": None}]).faults == []
    forged = kept(folder) | {"time": 1}
    assert [fault.code for fault in verify(folder, [forged]).faults] == ["kept_signature_wrong"]
    for wrong in ({}, {"head": 3}, kept(folder) | {"size": "three"}):
        with pytest.raises(Unreadable):
            verify(folder, [wrong])


def test_heads_signed_by_another_key_are_found(tmp_path: Path) -> None:
    folder, other = made(tmp_path / "log", (3,)), made(tmp_path / "other", (3,), algorithm="sm2")
    header = json.loads((folder / "log.json").read_bytes())
    header["signer"]["public"] = json.loads((other / "log.json").read_bytes())["signer"]["public"][:64]
    (folder / "log.json").write_text(json.dumps(header))
    assert verify(folder).faults


def test_a_receipt_whose_parts_were_changed_does_not_hold(tmp_path: Path) -> None:
    folder = made(tmp_path / "log", (7,))
    with opened(folder) as log:
        receipt = log.receipt(3).to_json()
    assert verify_receipt(folder, receipt)
    for change in (
        {"index": 4},
        {"index": 7},
        {"index": -1},
        {"entry": receipt["entry"] + " "},
        {"proof": receipt["proof"][:-1]},
        {"proof": [*receipt["proof"], "00" * 32]},
        {"head": receipt["head"] | {"signature": "00" * 64}},
        {"head": receipt["head"] | {"log": "00" * 32}},
    ):
        assert not verify_receipt(folder, receipt | change), change
    with pytest.raises(Unreadable):
        verify_receipt(folder, {"index": 3})
    kept_file = tmp_path / "receipt.json"
    for entry, code in ((receipt["entry"], 0), ("{}", 4)):
        kept_file.write_text(json.dumps(receipt | {"entry": entry}))
        assert verifier.main([str(folder), "--receipt", str(kept_file)]) == code
    with opened(made(tmp_path / "one", (1,))) as log:
        only = log.receipt(0).to_json()
    for index in (-1, 1, 5):
        assert not verify_receipt(tmp_path / "one", only | {"index": index})


def test_a_signature_has_one_form() -> None:
    signs = signer()
    signature = signs.sign(b"x")
    above = (int.from_bytes(signature[32:], "little") + verifier._ORDER).to_bytes(32, "little")
    assert verifier._ed25519_verifies(signs.public, b"x", signature)
    for other in (signature[:32] + above, signature[:-1], signature + b"\0"):
        assert not verifier._ed25519_verifies(signs.public, b"x", other)


def test_its_own_sm3_is_the_same_as_the_native_one() -> None:
    for length in (0, 1, 3, 55, 56, 63, 64, 65, 119, 120, 1000):
        data = bytes(number % 251 for number in range(length))
        assert verifier._own_sm3(data) == hashlib.new("sm3", data).digest()


def test_it_works_where_the_library_has_no_sm3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made(tmp_path / "log", (3,), algorithm="sm2")
    monkeypatch.setattr(hashlib, "algorithms_available", set())
    assert (verify(folder).size, verify(folder).faults) == (3, [])


def test_it_is_one_file_of_the_standard_library(tmp_path: Path) -> None:
    tree = ast.parse(FILE.read_text("utf-8"))
    named = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    }
    assert named <= set(sys.stdlib_module_names)
    folder = made(tmp_path / "log", (3,))
    head, alone = tmp_path / "head.json", tmp_path / "verifier.py"
    head.write_text(json.dumps(kept(folder)))
    shutil.copy(FILE, alone)

    def run(*more: str) -> "subprocess.CompletedProcess[str]":
        # -I: nothing of ours is on the path, and no setting of the environment counts.
        command = [sys.executable, "-I", str(alone), str(folder), *more]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    good = run("--head", str(head), "--json")
    assert (good.returncode, json.loads(good.stdout)["signed"]) == (0, 3)
    put(folder / "entries", (folder / "entries").read_bytes().replace(b"permit", b"forbid", 1))
    bad = run("--head", str(head))
    assert bad.returncode == 4
    assert "entry_changed: entries 0 to 0" in bad.stdout
    (folder / "log.json").write_text("{}")
    assert run().returncode == 3
