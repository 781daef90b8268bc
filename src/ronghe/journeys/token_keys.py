"""The key of tokens, from the file of a keystore: never from an argument, which every process list shows."""

from pathlib import Path

import pyarrow as pa

from ronghe.data.protect.release import Tokens
from ronghe.terms import Refused, RongheError
from ronghe.trust.keys.derive import DerivedKey, token_key
from ronghe.trust.keys.ports import Key
from ronghe.trust.keys.store import KeyStore
from ronghe.trust.keys.tokens import tokens

__all__ = ["tokens_of"]


def tokens_of(key_file: Path, *, consumer: str, expected: str) -> Tokens:
    """What makes tokens for a consumer with the key in a file that `ronghe keys create --for token` made.

    `expected` is the check value of the version to use, as `ronghe keys show` prints it; "" means the current version.
    Raises Refused for a file that holds no such key, whatever is wrong with it.
    """
    key = _key(key_file, expected)
    derived: dict[str, DerivedKey] = {}

    def made(values: pa.Array, domain: str, request: str, /) -> pa.Array:
        if request not in derived:
            derived[request] = token_key(key, consumer=consumer, request=request)
        return tokens(values, derived[request], domain).cast(pa.string())

    return made


def _key(key_file: Path, expected: str) -> Key:
    store, name = KeyStore(key_file.parent), key_file.stem
    try:
        if key_file.suffix != ".json":
            raise Refused("journeys.key_unreadable", path=str(key_file))
        wanted = [fact.id for fact in store.facts(name) if not expected or fact.check == expected]
        key = store.current(name) if not expected else store.get(wanted[0]) if wanted else None
    except (RongheError, OSError) as fault:
        raise Refused("journeys.key_unreadable", path=str(key_file)) from fault
    if key is None:
        raise Refused("journeys.key_wrong", path=str(key_file), expected=expected)
    if key.purpose != "token":
        raise Refused("journeys.key_unreadable", path=str(key_file))
    return key
