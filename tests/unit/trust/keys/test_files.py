"""Sealed files: they open for the right key and context, whole and unchanged, or not at all."""

import errno
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ronghe.terms import InputError, LimitReached, Refused, RongheError
from ronghe.trust.keys import KeyStore, files, rewrap, seal, sealed_with, unseal, unsealed
from ronghe.trust.keys.ciphers import Aead
from ronghe.trust.keys.envelope import BODY, SLOT, SLOTS, read_envelope, read_slots, wrap

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CHUNK = 64


@pytest.fixture(params=["sm4-gcm", "aes-256-gcm"])
def store(tmp_path: Path, request: pytest.FixtureRequest) -> KeyStore:
    made = KeyStore(tmp_path / "keys")
    made.create("files", purpose="wrap", algorithm=request.param, now=NOW)
    return made


def sealed(store: KeyStore, data: bytes, name: str = "a", context: str = "population@3") -> Path:
    source, target = store.folder.parent / name, store.folder.parent / f"{name}.sealed"
    source.write_bytes(data)
    seal(source, target, key=store.current("files"), context=context, chunk=CHUNK)
    return target


def opened(store: KeyStore, path: Path, context: str = "population@3") -> bytes:
    return b"".join(unsealed(path, keys=store, context=context))


def test_sm4_gcm_is_that_of_the_standard() -> None:
    # RFC 8998, appendix A.1.
    key, nonce = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"), bytes.fromhex("00001234567800000000ABCD")
    plain = b"".join(bytes([byte]) * 8 for byte in (0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA))
    about = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    said = bytes.fromhex(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )
    cipher = Aead("sm4-gcm", key)
    assert b"".join(cipher.encrypt(nonce, plain, about)) == said
    assert cipher.decrypt(nonce, said, about) == plain
    aes = Aead("aes-256-gcm", bytes(32))
    assert b"".join(aes.encrypt(nonce, plain, about)) == AESGCM(bytes(32)).encrypt(nonce, plain, about)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK, 5 * CHUNK + 7])
def test_what_was_sealed_opens_again(store: KeyStore, size: int) -> None:
    data = bytes(number % 251 for number in range(size))
    path = sealed(store, data)
    assert opened(store, path) == data
    assert size < 9 or data not in path.read_bytes()
    target = store.folder.parent / "back"
    unseal(path, target, keys=store, context="population@3")
    assert target.read_bytes() == data
    assert target.stat().st_mode & 0o077 == 0


def test_the_same_file_sealed_twice_does_not_look_the_same(store: KeyStore) -> None:
    assert sealed(store, b"x" * 99).read_bytes()[BODY:] != sealed(store, b"x" * 99, "b").read_bytes()[BODY:]


def test_no_change_of_a_byte_gives_other_data(store: KeyStore) -> None:
    data = b"a" * CHUNK + b"b" * 9
    path = sealed(store, data)
    whole = path.read_bytes()
    refused = 0
    for place in [*range(300), *range(SLOTS - 9, SLOTS + 260), *range(BODY, len(whole))]:
        changed = bytearray(whole)
        changed[place] ^= 1
        path.unlink()
        path.write_bytes(changed)
        try:
            assert opened(store, path) == data
        except RongheError:
            refused += 1
        else:
            # Only the empty slot is no part of what opens.
            assert SLOTS + SLOT <= place < BODY
    assert refused > 600


def test_a_file_cut_short_is_refused_wherever_it_is_cut(store: KeyStore) -> None:
    path = sealed(store, b"a" * (3 * CHUNK))
    whole = path.read_bytes()
    target = store.folder.parent / "back"
    for length in [0, 10, SLOTS, BODY - 1, *range(BODY, len(whole))]:
        path.unlink()
        path.write_bytes(whole[:length])
        with pytest.raises(InputError, match=r"changed|not_sealed"):
            unseal(path, target, keys=store, context="population@3")
    path.write_bytes(whole + b"x")
    with pytest.raises(InputError, match="changed"):
        unseal(path, target, keys=store, context="population@3")
    assert sorted(file.name for file in target.parent.iterdir()) == ["a", "a.sealed", "keys"]


def test_ciphertext_that_is_moved_is_refused(store: KeyStore) -> None:
    one, other = sealed(store, b"a" * (3 * CHUNK)), sealed(store, b"b" * (3 * CHUNK), "b")
    first, second, step = one.read_bytes(), other.read_bytes(), CHUNK + 16
    begin = BODY + step
    for moved in (
        first[:BODY] + second[BODY:],
        first[:begin] + second[begin : begin + step] + first[begin + step :],
        first[:BODY] + first[begin : begin + step] + first[BODY:begin] + first[begin + step :],
        first[:begin] + first[BODY:],
        first[:SLOTS] + second[SLOTS:],
        second[:SLOTS] + first[SLOTS:],
    ):
        one.write_bytes(moved)
        with pytest.raises(RongheError, match=r"changed|wrong_key"):
            opened(store, one)


def test_a_wrapped_key_opens_for_its_own_file_alone(store: KeyStore) -> None:
    one, other = sealed(store, b"a"), sealed(store, b"b", "b")
    with one.open("rb") as first, other.open("rb") as second:
        envelopes = read_envelope(first, one), read_envelope(second, other)
        (_, slot), *_ = read_slots(second, other)
    assert slot.open(envelopes[1], store)
    with pytest.raises(Refused, match="wrong_key"):
        slot.open(envelopes[0], store)


def test_chunks_are_tied_to_what_the_file_is_for_even_if_its_key_is_wrapped_anew(store: KeyStore) -> None:
    # Whoever may wrap keys gives the ciphertext of one asset out as another's.
    one, other = sealed(store, b"a" * 99, context="population@3"), sealed(store, b"b", "b", "weather@1")
    with one.open("rb") as first, other.open("rb") as second:
        envelope, disguise = read_envelope(first, one), read_envelope(second, other)
        (_, slot), *_ = read_slots(first, one)
    again = wrap(slot.open(envelope, store), disguise, store.current("files"), 1)
    other.write_bytes(disguise.fixed + again.data() + bytes(SLOT) + one.read_bytes()[BODY:])
    with pytest.raises(InputError, match="changed"):
        opened(store, other, "weather@1")


def test_another_context_is_refused(store: KeyStore) -> None:
    path = sealed(store, b"a")
    with pytest.raises(Refused, match="other_context"):
        opened(store, path, "population@4")
    with pytest.raises(InputError, match="context_too_long"):
        sealed(store, b"a", context="长" * 400)


def test_a_key_that_is_missing_wrong_or_for_something_else_is_told(store: KeyStore, tmp_path: Path) -> None:
    path = sealed(store, b"a")
    algorithm = store.current("files").algorithm
    with pytest.raises(InputError, match="no_key"):
        opened(KeyStore(tmp_path / "none"), path)
    stranger = KeyStore(tmp_path / "stranger")
    stranger.create("files", purpose="wrap", algorithm=algorithm, now=NOW)
    with pytest.raises(Refused, match="wrong_key"):
        opened(stranger, path)
    swapped = KeyStore(tmp_path / "swapped")
    other = "sm4-gcm" if algorithm != "sm4-gcm" else "aes-256-gcm"
    swapped.create("files", purpose="wrap", algorithm=other, now=NOW)
    with pytest.raises(Refused, match="wrong_key"):
        opened(swapped, path)
    store.create("tokens", purpose="token", algorithm="hmac-sm3", now=NOW)
    with pytest.raises(InputError, match="wrong_purpose"):
        seal(path, tmp_path / "b", key=store.current("tokens"), context="c")
    (tmp_path / "plain").write_bytes(b"plain" * 2000)
    for name in ("plain", "absent"):
        with pytest.raises(InputError):
            opened(store, tmp_path / name)


def test_a_key_is_changed_without_the_data(store: KeyStore) -> None:
    data = b"a" * (3 * CHUNK)
    path = sealed(store, data)
    before = path.read_bytes()
    assert not rewrap(path, keys=store, key=store.current("files"))
    for version in (2, 3, 4):
        store.rotate("files", now=NOW)
        assert rewrap(path, keys=store, key=store.current("files"))
        assert sealed_with(path) == f"files.{version}"
        after = path.read_bytes()
        assert after[:SLOTS] == before[:SLOTS]
        assert after[BODY:] == before[BODY:]
        # The old wrapping is gone: its key may be the reason for the change.
        assert f"files.{version - 1}".encode() not in after
        assert opened(store, path) == data


@pytest.mark.parametrize("steps", [0, 1])
def test_a_change_of_keys_that_is_cut_off_leaves_a_file_that_opens(
    store: KeyStore, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    path = sealed(store, b"data")
    store.rotate("files", now=NOW)
    real = files._put
    done: list[int] = []

    def put(file: object, place: int, data: bytes) -> None:
        if len(done) == steps:
            real(file, place, data[: len(data) // 2])  # type: ignore[arg-type]
            raise OSError(errno.EIO, "Input/output error")
        done.append(place)
        real(file, place, data)  # type: ignore[arg-type]

    monkeypatch.setattr(files, "_put", put)
    with pytest.raises(InputError):
        rewrap(path, keys=store, key=store.current("files"))
    monkeypatch.undo()
    assert opened(store, path) == b"data"
    assert rewrap(path, keys=store, key=store.current("files")) or sealed_with(path) == "files.2"
    assert opened(store, path) == b"data"


def test_a_full_disk_leaves_nothing_half_sealed(store: KeyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sealed(store, b"old")
    before = path.read_bytes()

    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files, "_write_all", full)
    with pytest.raises(LimitReached, match="disk_full"):
        sealed(store, b"new")
    assert path.read_bytes() == before
