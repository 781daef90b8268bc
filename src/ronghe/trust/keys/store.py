"""Keys in files: one for each name, with all its versions, readable by its owner alone."""

import fcntl
import hmac
import json
import os
import re
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from ronghe.tables.atomic import write_atomic
from ronghe.tables.engine import io_fault
from ronghe.terms import InputError, Refused, UsageError
from ronghe.trust.keys import sm2
from ronghe.trust.keys.ports import Key, Purpose
from ronghe.trust.keys.signing import signer_of

__all__ = ["ALGORITHMS", "FORMAT", "KeyFacts", "KeyStore"]

FORMAT = "ronghe.key@1"
ALGORITHMS: Mapping[Purpose, Mapping[str, int]] = {
    "wrap": {"sm4-gcm": 16, "aes-256-gcm": 32},
    "token": {"hmac-sm3": 32, "hmac-sha256": 32},
    "sign": {"sm2": 32, "ed25519": 32},
}
"""What a key can be for, and by which algorithms, the national one first; how many bytes each takes."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What may be shown of one version: `check` tells two keys apart without giving either away."""

    id: str
    purpose: Purpose
    algorithm: str
    created: str
    current: bool
    check: str
    public: str | None

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        return {name: getattr(self, name) for name in self.__slots__}


class KeyStore:
    """A `KeyProvider` whose keys lie in a folder. It holds no key longer than a call."""

    def __init__(self, folder: Path) -> None:
        """Use the keys in `folder`, which need not exist yet."""
        self.folder = folder

    def names(self) -> list[str]:
        """All names, sorted. Raises InputError when there is no such folder."""
        if not self.folder.is_dir():
            raise InputError("keys.no_store", path=str(self.folder))
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def current(self, name: str) -> Key:
        """See `KeyProvider`. Raises InputError when it is missing, Refused when others can read the file."""
        said = self._read(name)
        return _key(said, said["current"])

    def get(self, key_id: str) -> Key:
        """See `KeyProvider`."""
        name, _, version = key_id.rpartition(".")
        said = self._read(name or key_id)
        if version not in said["versions"]:
            raise InputError("keys.no_version", key=key_id, path=str(self.folder))
        return _key(said, version)

    def facts(self, name: str) -> list[KeyFacts]:
        """What may be shown of every version of a key, oldest first."""
        said = self._read(name)
        return [_facts(said, version) for version in said["versions"]]

    def create(self, name: str, *, purpose: Purpose, algorithm: str, now: datetime) -> KeyFacts:
        """Make a key. Raises Refused where the name is taken, UsageError for a purpose or algorithm there is not."""
        _check(name, purpose, algorithm)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as fault:
            raise io_fault(fault) from fault
        with self._alone():
            if self._path(name).exists():
                raise Refused("keys.exists", name=name, path=str(self.folder))
            said: dict[str, Any] = {"format": FORMAT, "name": name, "purpose": purpose, "algorithm": algorithm}
            return self._add(said | {"versions": {}}, "1", now)

    def rotate(self, name: str, *, now: datetime) -> KeyFacts:
        """Make the next version of a key; the older ones stay, for what they once wrote."""
        with self._alone():
            said = self._read(name)
            return self._add(said, str(1 + max(map(int, said["versions"]))), now)

    def _add(self, said: dict[str, Any], version: str, now: datetime) -> KeyFacts:
        secret = _fresh(said["purpose"], said["algorithm"])
        said["versions"][version] = {"created": now.astimezone(UTC).isoformat(), "secret": secret.hex()}
        said["current"] = version
        with write_atomic(self._path(said["name"])) as path:
            # Closed to others before there is anything in it.
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            path.write_text(json.dumps(said, indent=2) + "\n", "ascii")
        return _facts(said, version)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise UsageError("keys.bad_name", name=name)
        return self.folder / f"{name}.json"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two who rotate at once take turns."""
        try:
            descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError as fault:
            raise InputError("keys.no_store", path=str(self.folder)) from fault
        except OSError as fault:
            raise io_fault(fault) from fault
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _read(self, name: str) -> dict[str, Any]:
        path = self._path(name)
        try:
            with path.open("rb") as file:
                # Of the file that is open, not of the name: it could be swapped in between.
                if os.fstat(file.fileno()).st_mode & _OTHERS:
                    raise Refused("keys.readable_by_others", path=str(path))
                data = file.read()
        except FileNotFoundError as fault:
            raise InputError("keys.no_key", name=name, path=str(self.folder)) from fault
        except OSError as fault:
            raise io_fault(fault) from fault
        return _checked(data, path)


def _checked(data: bytes, path: Path) -> dict[str, Any]:
    """The file as a value. Whatever is wrong, the error never carries what the file says."""
    try:
        said: dict[str, Any] = json.loads(data)
        length = ALGORITHMS[said["purpose"]][said["algorithm"]]
        secrets_ = [bytes.fromhex(one["secret"]) for one in said["versions"].values()]
        whole = said["format"] == FORMAT and said["current"] in said["versions"] and said["name"] == path.stem
        if not whole or any(len(secret) != length for secret in secrets_):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError("keys.damaged", path=str(path)) from None
    return said


def _check(name: str, purpose: str, algorithm: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError("keys.bad_name", name=name)
    if purpose not in get_args(Purpose):
        raise UsageError("keys.bad_purpose", purpose=purpose, known=", ".join(get_args(Purpose)))
    known = ALGORITHMS[purpose]  # type: ignore[index]  # one of its keys, by the line above
    if algorithm not in known:
        raise UsageError("keys.bad_algorithm", algorithm=algorithm, purpose=purpose, known=", ".join(known))


def _fresh(purpose: Purpose, algorithm: str) -> bytes:
    if algorithm == "sm2":
        return (1 + secrets.randbelow(sm2.ORDER - 2)).to_bytes(32, "big")
    return secrets.token_bytes(ALGORITHMS[purpose][algorithm])


def _key(said: Mapping[str, Any], version: str) -> Key:
    secret = bytes.fromhex(said["versions"][version]["secret"])
    return Key(f"{said['name']}.{version}", said["purpose"], said["algorithm"], secret)


def _facts(said: Mapping[str, Any], version: str) -> KeyFacts:
    key = _key(said, version)
    return KeyFacts(
        id=key.id,
        purpose=key.purpose,
        algorithm=key.algorithm,
        created=said["versions"][version]["created"],
        current=version == said["current"],
        check=hmac.digest(key.secret, b"ronghe key check value", "sha256").hex()[:16],
        public=signer_of(key).public.hex() if key.purpose == "sign" else None,
    )
