"""Keys made of keys: HKDF (RFC 5869), so that one secret gives as many independent keys as there are uses."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ronghe.terms import InputError
from ronghe.trust.keys.ports import Key

__all__ = ["DerivedKey", "joined", "token_key"]


@dataclass(frozen=True, slots=True)
class DerivedKey:
    """A key for one use: `hash` is the name of the hash function, `key` the id of the key it was made of."""

    key: str
    hash: str
    secret: bytes = field(repr=False)


def joined(*parts: str) -> bytes:
    """Texts as bytes that no other texts give: each has its length before it, so (ab, c) is not (a, bc)."""
    return b"".join(len(data := part.encode()).to_bytes(4, "big") + data for part in parts)


def token_key(key: Key, *, consumer: str, request: str) -> DerivedKey:
    """The key of one consumer in one request.

    What is granted in one request can be joined by its consumer; two requests never can, two consumers never. Raises
    InputError for a key of another purpose or an empty name.
    """
    if key.purpose != "token":
        raise InputError("keys.wrong_purpose", key=key.id, purpose=key.purpose, wanted="token")
    if not consumer or not request:
        raise InputError("keys.token_for_nobody")
    name = key.algorithm.removeprefix("hmac-")
    algorithm = hashes.SM3() if name == "sm3" else hashes.SHA256()
    info = joined("ronghe token key@1", consumer, request)
    return DerivedKey(key.id, name, HKDF(algorithm, 32, salt=None, info=info).derive(key.secret))
