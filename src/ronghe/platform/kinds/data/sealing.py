"""Keys of the installation for this kind: passwords of sources and secrets of second factors sealed, tokens made,
subjects hashed."""

import hmac
import json
import secrets as random
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from ronghe.platform.home import private_folder
from ronghe.terms import Refused
from ronghe.trust.keys import Key, KeyStore
from ronghe.trust.keys.ciphers import NONCE, Aead, InvalidTag

__all__ = ["hashed", "make_keys", "seal", "token_key_file", "unseal"]

_SOURCES, _TOKENS = "sources", "tokens"
_PURPOSES = {_SOURCES: ("wrap", "sm4-gcm"), _TOKENS: ("token", "hmac-sm3")}


def _store() -> KeyStore:
    return KeyStore(private_folder(Path(settings.HOME), "keys"))


def make_keys(at: datetime) -> None:
    """Make the keys that are missing; two who begin at once end with one of each."""
    store = _store()
    for name, (purpose, algorithm) in _PURPOSES.items():
        if not (store.folder / f"{name}.json").exists():
            try:
                store.create(name, purpose=purpose, algorithm=algorithm, now=at)  # type: ignore[arg-type]
            except Refused:  # somebody else just did
                continue


def token_key_file() -> Path:
    """The file of the key from which each grant's tokens are made."""
    return _store().folder / f"{_TOKENS}.json"


def _about(source: UUID) -> bytes:
    return f"ronghe source {source}".encode()


def seal(text: str, source: UUID, at: datetime) -> str:
    """A password that only this installation opens again, and only for this source."""
    make_keys(at)
    key = _store().current(_SOURCES)
    nonce = random.token_bytes(NONCE)
    data = b"".join(_cipher(key).encrypt(nonce, text.encode(), _about(source)))
    return json.dumps({"key": key.id, "nonce": nonce.hex(), "data": data.hex()})


def _cipher(key: Key) -> Aead:
    return Aead("sm4-gcm", key.secret)


def unseal(sealed: str, source: UUID) -> str:
    """The password. Refused, without a word of what it says, for one that was changed or moved to another source."""
    if not sealed:
        return ""
    try:
        said = json.loads(sealed)
        key = _store().get(said["key"])
        data, nonce = bytes.fromhex(said["data"]), bytes.fromhex(said["nonce"])
        return _cipher(key).decrypt(nonce, data, _about(source)).decode()
    except (ValueError, KeyError, TypeError, InvalidTag) as fault:
        raise Refused("platform.secret_changed") from fault


def hashed(text: str, grant: UUID, at: datetime) -> str:
    """A keyed hash by which reads of one subject under one grant are told to be of one, and nothing else."""
    make_keys(at)
    key = _store().current(_TOKENS)
    return hmac.digest(key.secret, f"ronghe read {grant} {text}".encode(), "sha256").hex()[:32]
