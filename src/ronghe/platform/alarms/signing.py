"""Signed webhooks, as the receivers' libraries know them: https://www.standardwebhooks.com, HMAC-SHA256 over id,
instant and body."""

import base64
import hashlib
import hmac
from pathlib import Path
from uuid import UUID

from ronghe.platform.clock import now
from ronghe.trust.keys import KeyStore, token_key

__all__ = ["headers_for", "secret_of"]

KEY = "webhooks"
PREFIX = "whsec_"


def secret_of(home: Path, webhook: UUID) -> str:
    """The secret of a webhook: derived from a key of the installation, so that no database holds it."""
    store = KeyStore(home / "keys")
    if not store.folder.is_dir() or KEY not in store.names():
        store.create(KEY, purpose="token", algorithm="hmac-sha256", now=now())
    derived = token_key(store.current(KEY), consumer="webhook", request=str(webhook))
    return PREFIX + base64.b64encode(derived.secret).decode()


def headers_for(secret: str, *, message: UUID, at: int, body: bytes) -> dict[str, str]:
    """What the receiver checks: the id (the same on every try), the instant in seconds since 1970, the signature."""
    signed = b".".join((str(message).encode(), str(at).encode(), body))
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signature = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return {
        "Content-Type": "application/json",
        "User-Agent": "Ronghe",
        "webhook-id": str(message),
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{signature}",
    }
