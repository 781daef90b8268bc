"""A log's key changes within the log: verifiable across the change, by the log and by receipts alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from ronghe.terms import InputError, Refused
from ronghe.trust.keys import Key, Signer, signer_of
from ronghe.trust.log import Log, Reader, verify, verify_receipt
from ronghe.trust.log.records import encode
from ronghe.trust.log.signers import MEMBER, rotation
from tests.unit.trust.log.made import START, body, made, opened, signer


def another(number: int, algorithm: str = "sm2") -> Signer:
    return signer_of(Key(f"heads.{number}", "sign", algorithm, bytes([number]) * 32))


def reopened(folder: Path, signs: Signer) -> Log:
    return Log(folder, now=lambda: START, signer=signs, sign_every=0)


@pytest.fixture
def rotated(tmp_path: Path) -> Path:
    folder = made(tmp_path / "log", (3, 2))
    with opened(folder) as log:
        log.rotate(another(2))
        log.append([body(6)])
        log.rotate(another(3, "ed25519"))
    with reopened(folder, another(3, "ed25519")) as log:
        log.append([body(8)])
    return folder


def test_it_verifies_across_every_change_of_the_key(rotated: Path) -> None:
    verdict = verify(rotated, every_signature=True)
    assert (verdict.size, verdict.signed, verdict.faults) == (9, 9, [])
    bodies = [json.loads(line) for line in Reader(rotated).bodies()]
    assert [place for place, one in enumerate(bodies) if MEMBER in one] == [5, 7]


def test_receipts_and_heads_of_each_time_hold_by_themselves(rotated: Path) -> None:
    reader = Reader(rotated)
    head = reader.head()
    assert head is not None
    with reopened(rotated, another(3, "ed25519")) as log:
        receipts = [log.append([body(9)])[0].to_json(), log.receipt(0).to_json(), reader.receipt(5, head).to_json()]
    for receipt in receipts:
        assert len(receipt["signers"]) == 2
        assert verify_receipt(rotated, receipt)
        assert not verify_receipt(rotated, receipt | {"signers": receipt["signers"][:1]})
        assert not verify_receipt(rotated, receipt | {"signers": receipt["signers"][::-1]})
        assert not verify_receipt(rotated, {k: v for k, v in receipt.items() if k != "signers"})
        for odd in ([1], ["{}"], ["[" * 100_000]):
            assert not verify_receipt(rotated, receipt | {"signers": odd})
    assert verify(rotated, [*receipts, head.to_json()]).faults == []


def test_the_former_key_signs_no_longer(rotated: Path) -> None:
    for former in (signer(), another(2)):
        with pytest.raises(Refused, match=r"log\.other_key"):
            reopened(rotated, former)
    (rotated / "state.json").unlink()
    with pytest.raises(Refused, match=r"log\.other_key"):
        reopened(rotated, signer())


def test_a_writer_that_was_open_meanwhile_stops(tmp_path: Path) -> None:
    folder = made(tmp_path / "log", (3,))
    with opened(folder) as log:
        with reopened(folder, signer()) as other:
            other.rotate(another(2))
        with pytest.raises(Refused, match=r"log\.other_key"):
            log.append([body(4)])
        with pytest.raises(Refused, match=r"log\.other_key"):
            log.rotate(another(3))
    assert verify(folder).faults == []


def test_nobody_can_change_the_key_but_who_has_both(tmp_path: Path) -> None:
    folder = made(tmp_path / "log", (3,))
    with opened(folder) as log:
        for said in ({}, {"public": "00"}, 5):
            with pytest.raises(InputError, match=r"log\.reserved"):
                log.append([{MEMBER: said}])
        with pytest.raises(Refused, match=r"log\.same_key"):
            log.rotate(signer())
        log.rotate(another(2))
    with opened(made(tmp_path / "plain", (1,), algorithm=None), None) as log, pytest.raises(Refused, match="nobody"):
        log.rotate(another(2))
    whole = (folder / "entries").read_bytes()
    line = next(line for line in whole.splitlines() if line.startswith(b'{"log:signer"'))
    for name in ("by_former", "by_new", "public", "since", "key"):
        said = json.loads(line)[MEMBER]
        other = said[name] + 1 if name == "since" else said[name][:-1] + ("0" if said[name][-1] != "0" else "1")
        changed = json.dumps({MEMBER: said | {name: other}}, sort_keys=True, separators=(",", ":")).encode()
        (folder / "entries").write_bytes(whole.replace(line, changed))
        assert verify(folder).faults
    (folder / "entries").write_bytes(whole)


@pytest.mark.parametrize("wrong", ["former", "new", "since", "not alone, by its place", "not alone, by its commit"])
def test_a_change_that_is_not_what_both_keys_signed_is_found_and_not_followed(tmp_path: Path, wrong: str) -> None:
    folder = made(tmp_path / "log", (3,))
    log = opened(folder)

    def change(since: int = 4, former: Signer | None = None) -> dict[str, Any]:
        return rotation(log.id, since, former or signer(), another(2))

    said = change()[MEMBER]
    written = {
        "former": [change(former=another(9))],
        "new": [{MEMBER: said | {"by_new": said["by_former"]}}],
        "since": [change(9)],
        "not alone, by its place": [change(4), body(4)],
        "not alone, by its commit": [change(5), body(4)],
    }[wrong]
    log._write([encode(one) for one in written], signed=True)
    log._entries.close()
    assert [fault.code for fault in verify(folder).faults] == ["signer_wrong"]
    with pytest.raises(InputError, match=r"log\.damaged"):
        opened(folder)
