"""Tokens: joined within a request, never across; the same as HMAC says, whatever shape the column has."""

import hashlib
import hmac
import json

import pyarrow as pa
import pytest

from benchmarks.public_data import public_data
from ronghe.terms import InputError, Refused
from ronghe.trust.keys import DerivedKey, Key, seal_column, token_key, tokens, unseal_column
from ronghe.trust.keys.derive import joined
from ronghe.trust.keys.tokens import KeyedHash

SECRET = Key("tokens.1", "token", "hmac-sm3", bytes(range(32)))
PEOPLE = pa.array(["11010519491231002X", None, "440524188001010014", "11010519491231002X", ""])


def key(consumer: str = "civil", request: str = "r1", algorithm: str = "hmac-sm3") -> DerivedKey:
    return token_key(Key("tokens.1", "token", algorithm, bytes(range(32))), consumer=consumer, request=request)


@pytest.mark.parametrize("algorithm", ["hmac-sm3", "hmac-sha256"])
def test_a_token_is_the_hmac_of_tag_and_value(algorithm: str) -> None:
    made = key(algorithm=algorithm)
    tag = joined("ronghe token@1", "citizen_id")
    message = tag + bytes(64 - len(tag)) + b"440524188001010014"
    said = hmac.digest(made.secret, message, algorithm.removeprefix("hmac-"))
    assert tokens(PEOPLE, made, "citizen_id").to_pylist()[2] == said.hex()[:32]


def test_equal_values_have_equal_tokens_and_nothing_stays_nothing() -> None:
    made = tokens(PEOPLE, key(), "citizen_id").to_pylist()
    assert made[0] == made[3]
    assert made[1] is None
    assert len(set(made) - {None}) == 3
    assert made == tokens(PEOPLE, key(), "citizen_id").to_pylist()


def test_two_consumers_two_requests_and_two_domains_cannot_be_joined() -> None:
    shapes = [
        tokens(PEOPLE, key(consumer, request), domain).to_pylist()
        for consumer in ("civil", "transport")
        for request in ("r1", "r2")
        for domain in ("citizen_id", "phone")
    ]
    held = [token for shape in shapes for token in set(shape) - {None}]
    assert len(held) == len(set(held)) == 8 * 3
    # Nor by a name that runs over into the next.
    assert key("ab", "c").secret != key("a", "bc").secret
    assert tokens(PEOPLE, key(), "a").to_pylist() != tokens(PEOPLE, key(), "a\0").to_pylist()


def test_no_unsalted_hash_of_the_values_leads_to_a_token() -> None:
    """The attack: hash every possible number without a key, and look the tokens up."""
    held = set(tokens(PEOPLE, key(), "citizen_id").to_pylist()) - {None}
    guessed = {
        hashlib.new(name, prefix + value.encode()).hexdigest()[:32]
        for name in ("sm3", "sha256", "md5")
        for value in PEOPLE.to_pylist()
        if value is not None
        for prefix in (b"", b"citizen_id", joined("ronghe token@1", "citizen_id"))
    }
    assert not held & guessed


@pytest.mark.parametrize(
    "column",
    [
        pa.chunked_array([PEOPLE[:2], PEOPLE[2:]]),
        pa.chunked_array([PEOPLE]),
        PEOPLE.dictionary_encode(),
        PEOPLE.cast(pa.large_string()),
        pa.concat_arrays([pa.array(["x"]), PEOPLE])[1:],
    ],
)
def test_the_shape_of_the_column_does_not_matter(column: object) -> None:
    assert tokens(column, key(), "d").to_pylist() == tokens(PEOPLE, key(), "d").to_pylist()


@pytest.mark.parametrize(
    "column",
    [
        pa.array([], pa.string()),
        pa.chunked_array([], pa.string()),
        pa.array([None, None], pa.string()),
        pa.nulls(2),
        pa.array([7, None, 8]),
        pa.array([True, False]),
    ],
)
def test_odd_columns(column: object) -> None:
    made = tokens(column, key(), "d")
    assert len(made) == len(column)  # type: ignore[arg-type]
    assert made.null_count == column.null_count  # type: ignore[attr-defined]


def test_tokens_are_made_for_somebody_with_a_key_for_tokens() -> None:
    for consumer, request in (("", "r"), ("c", "")):
        with pytest.raises(InputError, match="token_for_nobody"):
            key(consumer, request)
    with pytest.raises(InputError, match="wrong_purpose"):
        token_key(Key("a.1", "wrap", "sm4-gcm", bytes(16)), consumer="c", request="r")


@pytest.mark.parametrize("name", ["sm3", "sha256"])
def test_the_keyed_hash_passes_every_published_vector(name: str) -> None:
    path = public_data() / "privacy" / "crypto" / f"wycheproof_hmac_{name}.json"
    if not path.is_file():
        pytest.skip("the published vectors are absent: name their folder with RONGHE_SHARED_DATA")
    passed = 0
    for group in json.loads(path.read_text())["testGroups"]:
        for case in group["tests"]:
            hashed = KeyedHash(DerivedKey("k.1", name, bytes.fromhex(case["key"])))
            (digest,) = hashed.each([bytes.fromhex(case["msg"])])
            tag = bytes.fromhex(case["tag"])
            assert (digest[: len(tag)] == tag) == (case["result"] == "valid"), case["tcId"]
            passed += 1
    assert passed == 174


WRAPS = [Key("files.1", "wrap", "sm4-gcm", bytes(range(16))), Key("files.1", "wrap", "aes-256-gcm", bytes(range(32)))]


@pytest.mark.parametrize("wrap", WRAPS)
def test_a_sealed_column_opens_again(wrap: Key) -> None:
    values = ["民政局", None, "", "x" * 100, "民政局", "y" * 16]
    sealed = seal_column(pa.array(values), wrap, "population@3/name")
    assert unseal_column(sealed, wrap, "population@3/name").to_pylist() == values
    assert unseal_column(pa.chunked_array([sealed[:2], sealed[2:]]), wrap, "population@3/name").to_pylist() == values
    text = b"".join(value for value in sealed.to_pylist() if value)
    assert "民政局".encode() not in text
    assert b"xxxx" not in text
    assert len(unseal_column(seal_column(pa.array([], pa.string()), wrap, "d"), wrap, "d")) == 0


@pytest.mark.parametrize("wrap", WRAPS)
def test_a_sealed_column_that_was_changed_or_moved_is_refused(wrap: Key) -> None:
    sealed = seal_column(pa.array(["one", "two"]), wrap, "d").to_pylist()
    for place in range(len(sealed[0])):
        changed = bytearray(sealed[0])
        changed[place] ^= 1
        with pytest.raises(Refused, match="column_changed"):
            unseal_column(pa.array([bytes(changed), sealed[1]]), wrap, "d")
    for column, domain in ((sealed, "e"), ([sealed[0][:-1]], "d"), ([sealed[0][:9]], "d")):
        with pytest.raises(Refused, match="column_changed"):
            unseal_column(pa.array(column), wrap, domain)
    other = Key("other.1", "wrap", wrap.algorithm, bytes(len(wrap.secret)))
    with pytest.raises(Refused, match="column_changed"):
        unseal_column(pa.array(sealed), other, "d")
    with pytest.raises(InputError, match="wrong_purpose"):
        seal_column(PEOPLE, SECRET, "d")
