"""SM2 signatures (GB/T 32918.2-2016) on the recommended curve (GB/T 32918.5-2017), for tree heads and grants.

`cryptography` has no SM2. This is plain arithmetic on whole numbers: right, some milliseconds a signature, and not
constant in time, so whoever can time it closely might learn the key. Where that matters, a certified module takes its
place behind `Signer`.
"""

import hashlib
import hmac
import secrets

__all__ = ["ORDER", "public_of", "sign", "verify"]

_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A = _P - 3
_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
"""How many points the curve has; a private key is from 1 to ORDER - 2."""
_G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
_SIGNER = b"1234567812345678"
"""The signer's name where none was agreed: GM/T 0009-2012, section 10."""

Jacobian = tuple[int, int, int]
"""(X, Y, Z) for the point (X/Z², Y/Z³), so that only the end needs a division; Z is 0 at infinity."""

_NOWHERE: Jacobian = (1, 1, 0)


def _double(point: Jacobian) -> Jacobian:
    x, y, z = point
    if not z or not y:
        return _NOWHERE
    squared = y * y % _P
    s = 4 * x * squared % _P
    # a = -3, so 3x² + az⁴ = 3(x - z²)(x + z²).
    zz = z * z % _P
    m = 3 * (x - zz) * (x + zz) % _P
    x2 = (m * m - 2 * s) % _P
    return x2, (m * (s - x2) - 8 * squared * squared) % _P, 2 * y * z % _P


def _add(one: Jacobian, other: Jacobian) -> Jacobian:
    (x1, y1, z1), (x2, y2, z2) = one, other
    if not z1 or not z2:
        return one if z1 else other
    zz1, zz2 = z1 * z1 % _P, z2 * z2 % _P
    u1, u2 = x1 * zz2 % _P, x2 * zz1 % _P
    s1, s2 = y1 * zz2 * z2 % _P, y2 * zz1 * z1 % _P
    h, r = (u2 - u1) % _P, (s2 - s1) % _P
    if not h:
        return _NOWHERE if r else _double(one)
    hh = h * h % _P
    hhh, v = h * hh % _P, u1 * hh % _P
    x = (r * r - hhh - 2 * v) % _P
    return x, (r * (v - x) - s1 * hhh) % _P, h * z1 * z2 % _P


def _times(number: int, point: Jacobian) -> Jacobian:
    found = _NOWHERE
    for bit in f"{number:b}":
        found = _double(found)
        if bit == "1":
            found = _add(found, point)
    return found


def _affine(point: Jacobian) -> tuple[int, int]:
    x, y, z = point
    inverse = pow(z, -1, _P)
    return x * inverse**2 % _P, y * inverse**3 % _P


def _bytes(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _sm3(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()


def _digest(public: bytes, message: bytes) -> int:
    """The hash of the signer and the message together (section 5.5)."""
    curve = b"".join(map(_bytes, (_A, _B, *_G)))
    about = _sm3((8 * len(_SIGNER)).to_bytes(2, "big") + _SIGNER + curve + public)
    return int.from_bytes(_sm3(about + message), "big")


def public_of(private: int) -> bytes:
    """The public key, x and y in 64 bytes. Raises ValueError for a number that is no private key."""
    if not 0 < private < ORDER - 1:
        raise ValueError("not a private key of SM2")
    x, y = _affine(_times(private, (*_G, 1)))
    return _bytes(x) + _bytes(y)


def _nonce(private: int, digest: int) -> int:
    """A number that never comes twice: of key, message and fresh randomness, so that none alone is trusted."""
    while True:
        seed = _bytes(private) + _bytes(digest) + secrets.token_bytes(32)
        k = int.from_bytes(hmac.digest(seed, b"sm2 nonce", "sm3") + secrets.token_bytes(8), "big") % ORDER
        if k:
            return k


def sign(private: int, message: bytes, *, nonce: int | None = None) -> bytes:
    """r and s in 64 bytes; `nonce` is given only by tests of published examples."""
    digest = _digest(public_of(private), message)
    while True:
        k = _nonce(private, digest) if nonce is None else nonce
        x, _ = _affine(_times(k, (*_G, 1)))
        r = (digest + x) % ORDER
        s = pow(1 + private, -1, ORDER) * (k - r * private) % ORDER
        if r and s and r + k != ORDER:
            return _bytes(r) + _bytes(s)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """True when the signature is right; a key or a signature of another shape is wrong, never an error."""
    if len(public) != 64 or len(signature) != 64:
        return False
    x, y = int.from_bytes(public[:32], "big"), int.from_bytes(public[32:], "big")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    t = (r + s) % ORDER
    if max(x, y) >= _P or (y * y - x**3 - _A * x - _B) % _P or not (0 < r < ORDER and 0 < s < ORDER and t):
        return False
    point = _add(_times(s, (*_G, 1)), _times(t, (x, y, 1)))
    return bool(point[2]) and (_digest(public, message) + _affine(point)[0]) % ORDER == r
