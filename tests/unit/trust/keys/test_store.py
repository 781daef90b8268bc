"""Keys lie in files for their owner alone, and are never told."""

import json
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ronghe.terms import InputError, Refused, RongheError, UsageError
from ronghe.trust.keys import ALGORITHMS, Key, KeyStore, signer_of, verifies

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("purpose", "algorithm"), [(purpose, algorithm) for purpose, known in ALGORITHMS.items() for algorithm in known]
)
def test_a_key_is_made_found_and_rotated(tmp_path: Path, purpose: str, algorithm: str) -> None:
    store = KeyStore(tmp_path / "keys")
    store.create("a", purpose=purpose, algorithm=algorithm, now=NOW)  # type: ignore[arg-type]
    first = store.current("a")
    made = store.rotate("a", now=NOW)
    assert (first.id, made.id, store.current("a").id) == ("a.1", "a.2", "a.2")
    assert store.get("a.1") == first
    assert first.secret != store.current("a").secret
    assert [(facts.id, facts.current) for facts in store.facts("a")] == [("a.1", False), ("a.2", True)]
    assert store.names() == ["a"]


def test_files_are_closed_to_others_and_refused_when_they_are_not(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "keys")
    store.create("a", purpose="wrap", algorithm="sm4-gcm", now=NOW)
    path = tmp_path / "keys" / "a.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    for mode in (0o640, 0o604, 0o620, 0o777):
        path.chmod(mode)
        for act in (lambda: store.current("a"), lambda: store.facts("a"), lambda: store.rotate("a", now=NOW)):
            with pytest.raises(Refused, match="readable_by_others"):
                act()


def test_no_key_is_shown_by_anything_that_speaks(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "keys")
    told = []
    for purpose, known in ALGORITHMS.items():
        name = f"the-{purpose}"
        made = store.create(name, purpose=purpose, algorithm=next(iter(known)), now=NOW)
        key = store.current(name)
        told += [repr(key), str(key), repr(made), json.dumps(made.to_json()), repr(store)]
        if purpose == "sign":
            told.append(repr(signer_of(key)))
        path = tmp_path / "keys" / f"{name}.json"
        whole = path.read_text()
        path.write_text(whole[:-4])
        try:
            store.current(name)
        except RongheError as fault:
            told += [repr(fault), "".join(traceback.format_exception(fault))]
        path.write_text(whole)
        secret = key.secret
        assert not [text for text in told if secret.hex() in text or repr(secret)[2:-1] in text]


def test_a_key_is_never_replaced(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    store.create("a", purpose="wrap", algorithm="sm4-gcm", now=NOW)
    before = store.current("a")
    with pytest.raises(Refused, match=r"keys\.exists"):
        store.create("a", purpose="wrap", algorithm="sm4-gcm", now=NOW)
    assert store.current("a") == before


def test_two_who_rotate_at_once_make_two_versions(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    store.create("a", purpose="wrap", algorithm="sm4-gcm", now=NOW)
    threads = [threading.Thread(target=lambda: KeyStore(tmp_path).rotate("a", now=NOW)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [facts.id for facts in store.facts("a")] == [f"a.{version}" for version in range(1, 7)]


def test_what_is_missing_or_named_wrongly_is_told(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    store.create("a", purpose="wrap", algorithm="sm4-gcm", now=NOW)
    with pytest.raises(InputError, match="no_key"):
        store.current("b")
    with pytest.raises(InputError, match="no_version"):
        store.get("a.7")
    with pytest.raises(InputError, match="no_store"):
        KeyStore(tmp_path / "none").names()
    with pytest.raises(InputError, match="no_store"):
        KeyStore(tmp_path / "none").rotate("a", now=NOW)
    for name in ("../a", "", "A", "a.b", "a/b", "密钥", "a" * 65):
        with pytest.raises(UsageError, match="bad_name"):
            store.create(name, purpose="wrap", algorithm="sm4-gcm", now=NOW)
    with pytest.raises(UsageError, match="bad_algorithm"):
        store.create("c", purpose="wrap", algorithm="sm2", now=NOW)
    with pytest.raises(UsageError, match="bad_purpose"):
        store.create("c", purpose="play", algorithm="sm2", now=NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize("change", [{"format": "x"}, {"current": "9"}, {"versions": []}, {"name": "b"}, {"purpose": 3}])
def test_a_damaged_file_is_told(tmp_path: Path, change: dict[str, object]) -> None:
    store = KeyStore(tmp_path)
    store.create("a", purpose="wrap", algorithm="sm4-gcm", now=NOW)
    path = tmp_path / "a.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(InputError, match=r"keys\.damaged"):
        store.current("a")


@pytest.mark.parametrize("algorithm", ["sm2", "ed25519"])
def test_a_signature_holds_for_its_message_and_key_alone(algorithm: str) -> None:
    signer = signer_of(Key("a.1", "sign", algorithm, bytes(range(32))))
    other = signer_of(Key("b.1", "sign", algorithm, bytes(range(1, 33))))
    signature = signer.sign(b"head")
    assert verifies(signer.algorithm, signer.public, b"head", signature)
    assert not verifies(signer.algorithm, signer.public, b"Head", signature)
    assert not verifies(signer.algorithm, other.public, b"head", signature)
    assert not verifies(signer.algorithm, signer.public, b"head", signature[:-1])
    for place in (0, 31, 32, 63):
        changed = bytearray(signature)
        changed[place] ^= 1
        assert not verifies(signer.algorithm, signer.public, b"head", bytes(changed))
    with pytest.raises(InputError, match="wrong_purpose"):
        signer_of(Key("a.1", "wrap", "sm4-gcm", bytes(16)))
