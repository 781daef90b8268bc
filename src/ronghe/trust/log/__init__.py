"""The append-only log of decisions and reads, with proofs (RFC 6962) that a stand-alone verifier can check."""

from ronghe.trust.log.log import LARGEST_ENTRY, Log
from ronghe.trust.log.openssl import OpenSsl
from ronghe.trust.log.reader import Reader, read_header
from ronghe.trust.log.receipts import Receipt
from ronghe.trust.log.records import Head
from ronghe.trust.log.signers import is_rotation
from ronghe.trust.log.stamps import Authority, Stamp, StampWrong
from ronghe.trust.log.tree import proves_consistency, proves_inclusion
from ronghe.trust.log.verifier import Fault, Unreadable, Verdict, verify, verify_receipt

__all__ = [
    "LARGEST_ENTRY",
    "Authority",
    "Fault",
    "Head",
    "Log",
    "OpenSsl",
    "Reader",
    "Receipt",
    "Stamp",
    "StampWrong",
    "Unreadable",
    "Verdict",
    "is_rotation",
    "proves_consistency",
    "proves_inclusion",
    "read_header",
    "verify",
    "verify_receipt",
]
