"""Keys, ciphers, tokens and signatures, behind ports that a certified module can take the place of."""

from ronghe.trust.keys.columns import seal_column, unseal_column
from ronghe.trust.keys.derive import DerivedKey, token_key
from ronghe.trust.keys.files import rewrap, seal, sealed_with, unseal, unsealed
from ronghe.trust.keys.ports import Key, KeyProvider, Purpose, SignatureAlgorithm, Signer
from ronghe.trust.keys.signing import Ed25519Signer, Sm2Signer, signer_of, verifies
from ronghe.trust.keys.store import ALGORITHMS, KeyFacts, KeyStore
from ronghe.trust.keys.tokens import tokens

__all__ = [
    "ALGORITHMS",
    "DerivedKey",
    "Ed25519Signer",
    "Key",
    "KeyFacts",
    "KeyProvider",
    "KeyStore",
    "Purpose",
    "SignatureAlgorithm",
    "Signer",
    "Sm2Signer",
    "rewrap",
    "seal",
    "seal_column",
    "sealed_with",
    "signer_of",
    "token_key",
    "tokens",
    "unseal",
    "unseal_column",
    "unsealed",
    "verifies",
]
