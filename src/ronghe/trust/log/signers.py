"""Who signs a log, and since when: the key that its header names, and each that followed it.

A change of the key is an entry of the log, alone in its commit, whose statement both keys have signed: the former one
vouches for the new one, and the new one shows that its owner asked for it. So the header never changes, the change is
in the tree like every entry, and whoever has the statements can check a head without the log.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ronghe.trust.keys.ports import SignatureAlgorithm, Signer
from ronghe.trust.keys.signing import verifies
from ronghe.trust.log.records import FORMAT, Head

__all__ = ["MEMBER", "SignedBy", "first_signer", "follows", "is_rotation", "rotation", "signer_of_head"]

MEMBER = "log:signer"
"""The only member of an entry that changes the key; no other entry may have it."""
_BEGINS = f'{{"{MEMBER}":'.encode()


@dataclass(frozen=True, slots=True)
class SignedBy:
    """A key that signs heads of more than `since` entries; `entry` is the line that says so, empty for the first."""

    key: str
    algorithm: SignatureAlgorithm
    public: bytes
    since: int = 0
    entry: bytes = b""

    def signed(self, head: Head) -> bool:
        """True when the head bears a signature of this key that holds."""
        return head.signature is not None and verifies(self.algorithm, self.public, head.text(), head.signature)


def first_signer(header: Mapping[str, Any]) -> SignedBy | None:
    """The key that the header names, None for a log that nobody signs."""
    said = header["signer"]
    return said and SignedBy(said["key"], said["algorithm"], bytes.fromhex(said["public"]))


def signer_of_head(signers: Sequence[SignedBy], size: int) -> SignedBy | None:
    """The key in force for the head of so many entries."""
    return next((one for one in reversed(signers) if one.since < size or not one.entry), None)


def _statement(log: str, since: int, key: str, algorithm: str, public: bytes) -> bytes:
    return f"{FORMAT} signer\n{log}\n{since}\n{key}\n{algorithm}\n{public.hex()}\n".encode()


def rotation(log: str, since: int, former: Signer, new: Signer) -> dict[str, Any]:
    """The body of the entry by which `new` follows `former` in a log that then has `since` entries."""
    text = _statement(log, since, new.key_id, new.algorithm, new.public)
    said = {"since": since, "key": new.key_id, "algorithm": new.algorithm, "public": new.public.hex()}
    return {MEMBER: {**said, "by_former": former.sign(text).hex(), "by_new": new.sign(text).hex()}}


def is_rotation(line: bytes) -> bool:
    """True for an entry that claims to change the key; `encode` gives it no other beginning."""
    return line.startswith(_BEGINS)


def follows(log: str, former: SignedBy | None, since: int, line: bytes) -> SignedBy | None:
    """The key that the entry puts in place of `former`; None where it is not what both keys have signed."""
    try:
        said = json.loads(line)[MEMBER]
        public, algorithm = bytes.fromhex(said["public"]), said["algorithm"]
        text = _statement(log, said["since"], said["key"], algorithm, public)
        by_former, by_new = bytes.fromhex(said["by_former"]), bytes.fromhex(said["by_new"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    vouched = former is not None and verifies(former.algorithm, former.public, text, by_former)
    known = said["since"] == since and algorithm in ("ed25519", "sm2")
    if not known or not vouched or not verifies(algorithm, public, text, by_new):
        return None
    return SignedBy(said["key"], algorithm, public, since, line)
