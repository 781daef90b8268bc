"""The key of tokens, from a file: never from an argument, which every process list shows."""

from pathlib import Path

from ronghe.data.protect.release import Tokens
from ronghe.data.protect.tokens import SMALLEST_KEY, hmac_tokens, key_id
from ronghe.terms import Refused

__all__ = ["tokens_of"]

_LARGEST = 4096


def tokens_of(key_file: Path, *, consumer: str, expected: str) -> Tokens:
    """What makes tokens for a consumer with the key in a file: 64 or more hexadecimal digits.

    Raises Refused for a file that cannot be read or holds no key, and for a key whose id is not `expected` ("": any).
    """
    try:
        with key_file.open("rb") as file:
            read = file.read(_LARGEST + 1)
        key = bytes.fromhex(read.decode("ascii").strip())
    except (OSError, ValueError) as fault:
        # Not what was read: it may be a key with a slip in it.
        raise Refused("journeys.key_unreadable", path=str(key_file), least=2 * SMALLEST_KEY) from fault
    if len(key) < SMALLEST_KEY or len(read) > _LARGEST or len(set(key)) < SMALLEST_KEY // 4:
        raise Refused("journeys.key_unreadable", path=str(key_file), least=2 * SMALLEST_KEY)
    if expected and key_id(key) != expected:
        raise Refused("journeys.key_wrong", path=str(key_file), expected=expected)
    return hmac_tokens(key, consumer)
