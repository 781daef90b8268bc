"""Verify a log without the platform that wrote it: this one file and Python are enough.

    python verifier.py LOG [--head FILE]... [--receipt FILE]... [--every-signature] [--json]

Every body is hashed again, every tree head computed again (RFC 6962), and the signature of the last signed head
checked: it covers every byte before it. Where the log's key was changed, the former key must have signed the new one.
`--head` is a head that somebody kept: if the log is no continuation of it, the past was rewritten or cut off.
Exit code 0: nothing wrong; 3: the log cannot be read; 4: it was changed.

It shares no code with the rest of Ronghe on purpose. An auditor can read it in one sitting.
"""

import argparse
import contextlib
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

__all__ = ["Fault", "Unreadable", "Verdict", "verify", "verify_receipt"]

_FORMAT = "ronghe.log@1"
_READ = 1 << 24


class Unreadable(Exception):
    """The folder is no log: `args` are a word for what is wrong and the path."""


@dataclass(frozen=True)
class Fault:
    """What is wrong: a `code`, and the first and the last entry (counted from 0) among which it lies."""

    code: str
    first: int
    last: int
    detail: str = ""


@dataclass
class Verdict:
    """How many entries there are, their root, how many of them the last good signature covers, and what is wrong."""

    size: int = 0
    root: str = ""
    signed: int = 0
    heads: int = 0
    faults: list[Fault] = field(default_factory=list)


# --- SM3, GB/T 32905-2016, for a Python whose OpenSSL lacks it -------------------------------------------------------

_WORD = 0xFFFFFFFF
_START = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)


def _turn(word: int, by: int) -> int:
    by %= 32
    return (word << by | word >> (32 - by)) & _WORD


_ADDED = [_turn(0x79CC4519 if j < 16 else 0x7A879D8A, j) for j in range(64)]


def _compress(state: Sequence[int], block: bytes) -> list[int]:
    words = [int.from_bytes(block[i : i + 4], "big") for i in range(0, 64, 4)]
    for j in range(16, 68):
        x = words[j - 16] ^ words[j - 9] ^ _turn(words[j - 3], 15)
        words.append(x ^ _turn(x, 15) ^ _turn(x, 23) ^ _turn(words[j - 13], 7) ^ words[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        ss1 = _turn(_turn(a, 12) + e + _ADDED[j] & _WORD, 7)
        ss2 = ss1 ^ _turn(a, 12)
        ff = a ^ b ^ c if j < 16 else a & b | a & c | b & c
        gg = e ^ f ^ g if j < 16 else e & f | ~e & _WORD & g
        tt1 = ff + d + ss2 + (words[j] ^ words[j + 4]) & _WORD
        tt2 = gg + h + ss1 + words[j] & _WORD
        a, b, c, d = tt1, a, _turn(b, 9), c
        e, f, g, h = tt2 ^ _turn(tt2, 9) ^ _turn(tt2, 17), e, _turn(f, 19), g
    return [old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True)]


def _own_sm3(data: bytes) -> bytes:
    padded = data + b"\x80" + bytes(-(len(data) + 9) % 64) + (len(data) * 8).to_bytes(8, "big")
    state: Sequence[int] = _START
    for place in range(0, len(padded), 64):
        state = _compress(state, padded[place : place + 64])
    return b"".join(word.to_bytes(4, "big") for word in state)


class _Hash:
    """A hash function; `each` takes many at once, without a call of ours for each of them."""

    def __init__(self, name: str) -> None:
        self._sha256 = name == "sha256"
        self._native = self._sha256 or "sm3" in hashlib.algorithms_available

    def __call__(self, data: bytes) -> bytes:
        return self.each(b"", [data])[0]

    def each(self, prefix: bytes, items: Sequence[bytes]) -> list[bytes]:
        if self._sha256:
            sha256 = hashlib.sha256
            return [sha256(prefix + item).digest() for item in items]
        if not self._native:
            return [_own_sm3(prefix + item) for item in items]
        # Copies of one state: looking SM3 up by its name each time would cost twice as much.
        copy, found = hashlib.new("sm3", prefix).copy, []
        for item in items:
            state = copy()
            state.update(item)
            found.append(state.digest())
        return found


# --- Signatures ------------------------------------------------------------------------------------------------------

Point = tuple[int, int]


@dataclass(frozen=True)
class _Curve:
    """y^2 = x^3 + ax + b over the field of p, with a generator of order n."""

    p: int
    a: int
    b: int
    n: int
    generator: Point

    def add(self, one: Point | None, other: Point | None) -> Point | None:
        if one is None or other is None:
            return one or other
        (x1, y1), (x2, y2) = one, other
        if x1 == x2:
            if (y1 + y2) % self.p == 0:
                return None
            slope = (3 * x1 * x1 + self.a) * pow(2 * y1, -1, self.p) % self.p
        else:
            slope = (y2 - y1) * pow(x2 - x1, -1, self.p) % self.p
        x = (slope * slope - x1 - x2) % self.p
        return x, (slope * (x1 - x) - y1) % self.p

    def times(self, number: int, point: Point | None) -> Point | None:
        found: Point | None = None
        while number:
            if number & 1:
                found = self.add(found, point)
            point, number = self.add(point, point), number >> 1
        return found


# The curve that GB/T 32918.5-2017 recommends, and the signer's name that GM/T 0009 sets where none was agreed.
_SM2 = _Curve(
    p=0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF,
    a=0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC,
    b=0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93,
    n=0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123,
    generator=(
        0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
        0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
    ),
)
_SIGNER = b"1234567812345678"


def _sm2_digest(public: bytes, message: bytes) -> int:
    sm3 = _Hash("sm3")
    numbers = (_SM2.a, _SM2.b, *_SM2.generator)
    about = (len(_SIGNER) * 8).to_bytes(2, "big") + _SIGNER + b"".join(n.to_bytes(32, "big") for n in numbers) + public
    return int.from_bytes(sm3(sm3(about) + message), "big")


def _sm2_verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    x, y = int.from_bytes(public[:32], "big"), int.from_bytes(public[32:], "big")
    on_curve = (y * y - x * x * x - _SM2.a * x - _SM2.b) % _SM2.p == 0 and max(x, y) < _SM2.p
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    t = (r + s) % _SM2.n
    if len(public) != 64 or len(signature) != 64 or not on_curve or not 0 < r < _SM2.n or not 0 < s < _SM2.n or not t:
        return False
    point = _SM2.add(_SM2.times(s, _SM2.generator), _SM2.times(t, (x, y)))
    return point is not None and (_sm2_digest(public, message) + point[0]) % _SM2.n == r


# Ed25519, RFC 8032, section 5.1; (X, Y, Z, T) for the point (X/Z, Y/Z) with T = XY/Z, so that nothing is divided.
_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
Extended = tuple[int, int, int, int]


def _edwards_add(one: Extended, other: Extended) -> Extended:
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, other
    a, b = (y1 - x1) * (y2 - x2) % _P, (y1 + x1) * (y2 + x2) % _P
    c, d = 2 * _D * t1 * t2 % _P, 2 * z1 * z2 % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _edwards_times(number: int, point: Extended) -> Extended:
    found: Extended = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = _edwards_add(found, point)
        point, number = _edwards_add(point, point), number >> 1
    return found


def _edwards_point(data: bytes) -> Extended | None:
    y = int.from_bytes(data, "little")
    odd, y = y >> 255, y & (1 << 255) - 1
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    if y >= _P or (x * x - square) % _P or (x == 0 and odd):
        return None
    x = _P - x if x & 1 != odd else x
    return x, y, 1, x * y % _P


_BASE = _edwards_point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little")) or (0, 1, 1, 0)


def _ed25519_verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    if len(public) != 32 or len(signature) != 64:
        return False
    key, nonce, s = _edwards_point(public), _edwards_point(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or nonce is None or s >= _ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _ORDER
    x1, y1, z1, _ = _edwards_times(s, _BASE)
    x2, y2, z2, _ = _edwards_add(nonce, _edwards_times(challenge, key))
    return (x1 * z2 - x2 * z1) % _P == 0 == (y1 * z2 - y2 * z1) % _P


_VERIFIES = {"ed25519": _ed25519_verifies, "sm2": _sm2_verifies}


# --- The log ---------------------------------------------------------------------------------------------------------


Signer = tuple[int, str, bytes]
"""Signs heads of more entries than the number, by the algorithm, with the public key."""


@dataclass(frozen=True)
class _Header:
    """What `log.json` says, and its hash, which every head names; `signers` has its key, or nothing."""

    id: str
    digest: _Hash
    signers: tuple[Signer, ...]

    def signature_holds(self, head: "_Head", signers: Sequence[Signer]) -> bool:
        """True when the key that was in force signed the head."""
        if head.signature is None or not signers:
            return False
        later = [one for one in signers[1:] if one[0] < head.size]
        _, algorithm, public = later[-1] if later else signers[0]
        return _VERIFIES[algorithm](public, head.text, head.signature)

    def follows(self, signers: Sequence[Signer], entry: bytes) -> Signer | None:
        """The key that an entry puts in place of the last of `signers`, if that one and the new one signed it."""
        try:
            said = json.loads(entry)["log:signer"]
            since, algorithm, public = int(said["since"]), str(said["algorithm"]), bytes.fromhex(said["public"])
            text = f"{_FORMAT} signer\n{self.id}\n{since}\n{said['key']}\n{algorithm}\n{public.hex()}\n".encode()
            vouched = _VERIFIES[signers[-1][1]](signers[-1][2], text, bytes.fromhex(said["by_former"]))
            shown = _VERIFIES[algorithm](public, text, bytes.fromhex(said["by_new"]))
        except (ValueError, KeyError, TypeError, IndexError, RecursionError):
            return None
        return (since, algorithm, public) if vouched and shown else None

    def told(self, value: dict[str, Any]) -> list[Signer]:
        """The keys by what a receipt or kept head says of their changes, as far as each vouches for the next."""
        signers = list(self.signers)
        for entry in value["signers"]:
            new = self.follows(signers, str(entry).encode())
            if new is None:
                break
            signers.append(new)
        return signers


@dataclass(frozen=True)
class _Head:
    log: str
    size: int
    root: str
    text: bytes
    previous: str
    signature: bytes | None


def _make_head(log: str, size: int, root: str, time: int, previous: str, signature: str | None) -> _Head:
    text = f"{_FORMAT} head\n{log}\n{size}\n{root}\n{time}\n{previous}\n".encode()
    return _Head(log, size, root, text, previous, bytes.fromhex(signature) if signature else None)


def _kept(value: dict[str, Any]) -> _Head:
    said = value.get("head", value)
    texts = (str(said[name]) for name in ("log", "root", "previous"))
    log, root, previous = texts
    return _make_head(log, int(said["size"]), root, int(said["time"]), previous, said["signature"])


def _head_line(header: _Header, line: bytes) -> _Head | None:
    """The head in a line, None when a byte of it is not as the log would have written it."""
    try:
        mark, size, root, time, previous, _, signature = line.decode("ascii").split(" ")
        head = _make_head(header.id, int(size), root, int(time), previous, None if signature == "-" else signature)
    except ValueError:
        return None
    same = f"# {int(size)} {root} {int(time)} {previous} {header.digest(head.text).hex()} {signature}"
    return head if (mark, same, signature) == ("#", line.decode("ascii"), signature.lower()) else None


def _read_header(folder: Path) -> _Header:
    try:
        data = (folder / "log.json").read_bytes()
        said = json.loads(data)
        digest = _Hash({"sha256": "sha256", "sm3": "sm3"}[said["hash"]])
        signer = said["signer"]
        known = () if signer is None else ((0, str(signer["algorithm"]), bytes.fromhex(signer["public"])),)
        if said["format"] != _FORMAT or (known and known[0][1] not in _VERIFIES):
            raise ValueError(said["format"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as fault:
        raise Unreadable("header", str(folder / "log.json")) from fault
    return _Header(digest(data).hex(), digest, known)


class _Tree:
    """The roots of the complete subtrees, the smallest first; None where the size has no such bit."""

    def __init__(self, digest: _Hash) -> None:
        self.digest, self.size, self.nodes = digest, 0, list[bytes | None]()

    def extend(self, bodies: Sequence[bytes]) -> None:
        self.extend_by(self.digest.each(b"\x00", bodies))

    def extend_by(self, leaves: list[bytes]) -> None:
        above = leaves
        self.size += len(above)
        level = 0
        while above:
            if level == len(self.nodes):
                self.nodes.append(None)
            waiting = self.nodes[level]
            if waiting is not None:
                above.insert(0, waiting)
            self.nodes[level] = above.pop() if len(above) % 2 else None
            pairs = iter(above)
            above = self.digest.each(b"\x01", [left + right for left, right in zip(pairs, pairs, strict=True)])
            level += 1

    def root(self) -> str:
        found = None
        for node in self.nodes:
            if node is not None:
                found = node if found is None else self.digest(b"\x01" + node + found)
        return (self.digest(b"") if found is None else found).hex()


def _commits(file: BinaryIO) -> Iterator[tuple[list[bytes], bytes | None]]:
    """The entries of each commit with its head line; at the end, what no head follows, with None."""
    rest = b""
    while data := file.read(_READ):
        rest += data
        begin = 0
        while True:
            mark = begin if rest.startswith(b"#", begin) else rest.find(b"\n#", begin) + 1
            end = rest.find(b"\n", mark) if mark or rest.startswith(b"#", begin) else -1
            if end < 0:
                break
            yield rest[begin : mark - 1].split(b"\n") if mark > begin else [], rest[mark:end]
            begin = end + 1
        rest = rest[begin:]
    if rest:
        yield rest.split(b"\n"), None


def _alike(one: list[bytes], other: list[bytes]) -> int:
    """How many hashes are the same from the beginning on."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


class _Walk:
    """One pass over the entries, with everything that it has to remember."""

    def __init__(self, folder: Path, header: _Header, kept: Sequence[_Head], every: bool) -> None:
        self.folder, self.header, self.every = folder, header, every
        self.tree, self.verdict = _Tree(header.digest), Verdict()
        self.previous, self.last_signed = header.digest(b"").hex(), list[_Head]()
        self.signers = list(header.signers)
        self.awaited = sorted((head for head in kept if head.log == header.id), key=lambda head: head.size)
        self.wrong = [head for head in kept if head.log != header.id]

    def fault(self, code: str, first: int, detail: str = "", last: int | None = None) -> None:
        last = max(first, self.tree.size - 1) if last is None else last
        self.verdict.faults.append(Fault(code, first, last, detail))

    def kept_fault(self, code: str, first: int, head: _Head) -> None:
        """What a kept head shows; without the signature that it should bear it shows nothing: anyone can make one."""
        unsigned = self.header.signers and head.signature is None
        self.fault("kept_head_unsigned" if unsigned else code, first, str(head.size))

    def grow(self, bodies: list[bytes]) -> None:
        """Add entries, stopping at each size that somebody kept a head of."""
        while self.awaited and self.awaited[0].size <= self.tree.size + len(bodies):
            head = self.awaited.pop(0)
            now = head.size - self.tree.size
            self.tree.extend(bodies[:now])
            bodies = bodies[now:]
            if self.tree.root() != head.root:
                self.kept_fault("kept_head_differs", 0, head)
        self.tree.extend(bodies)

    def commit(self, bodies: list[bytes], line: bytes) -> None:
        """One batch of entries against the head that follows it."""
        first, before = self.tree.size, list(self.tree.nodes)
        self.grow(bodies)
        head = _head_line(self.header, line)
        self.verdict.heads += 1
        if head is None:
            self.fault("head_malformed", first)
        elif head.previous != self.previous:
            self.fault("head_out_of_order", first)
        elif (head.size, head.root) != (self.tree.size, self.tree.root()):
            self.locate(first, before, bodies, head)
        elif not self.rotate(first, bodies):
            self.fault("signer_wrong", first)
        elif head.signature is not None:
            if self.every and not self.header.signature_holds(head, self.signers):
                self.fault("signature_wrong", first)
            self.last_signed = [head]
        self.previous = self.header.digest(line + b"\n").hex()

    def rotate(self, first: int, bodies: list[bytes]) -> bool:
        """Take over a change of the key; False where there is one that the former key did not sign."""
        if not any(body.startswith(b'{"log:signer":') for body in bodies):
            return True
        new = self.header.follows(self.signers, bodies[0]) if len(bodies) == 1 else None
        if new is None or new[0] != first + 1:
            return False
        self.signers.append(new)
        return True

    def locate(self, first: int, before: list[bytes | None], bodies: list[bytes], head: _Head) -> None:
        """Name the entries of a commit that are not what the head was made of.

        The file `leaves` has the hashes of all entries; it is believed where it hashes to the head.
        """
        with contextlib.suppress(OSError), (self.folder / "leaves").open("rb") as file:
            file.seek(32 * first)
            data = file.read(32 * max(head.size - first, 0))
            wanted = [data[place : place + 32] for place in range(0, len(data), 32)]
            tree = _Tree(self.header.digest)
            tree.size, tree.nodes = first, before
            tree.extend_by(list(wanted))
            if (tree.size, tree.root()) == (head.size, head.root):
                self.compare(first, wanted, self.header.digest.each(b"\x00", bodies))
                return
        self.fault("entries_changed", first)

    def compare(self, first: int, wanted: list[bytes], found: list[bytes]) -> None:
        """Tell where two lists of hashes differ."""
        if len(wanted) == len(found):
            for place, (one, other) in enumerate(zip(wanted, found, strict=True), first):
                if one != other:
                    self.fault("entry_changed", place, last=place)
            return
        same = _alike(wanted, found)
        after = _alike(wanted[same:][::-1], found[same:][::-1])
        code = "entries_removed" if len(found) < len(wanted) else "entries_added"
        self.fault(code, first + same, last=first + max(len(wanted), len(found)) - after - 1)

    def end(self) -> Verdict:
        """What can be said only at the end."""
        verdict = self.verdict
        self.grow([])
        for head in self.awaited:
            self.kept_fault("truncated", self.tree.size, head)
        for head in self.wrong:
            self.fault("other_log", 0, head.log)
        for head in self.last_signed:
            if self.header.signature_holds(head, self.signers):
                verdict.signed = head.size
            else:
                self.fault("signature_wrong", 0)
        # The first commit of a log with a key is always signed: one without any signature was made without the key.
        if self.signers and self.tree.size and not self.last_signed and not verdict.faults:
            self.fault("unsigned", 0)
        verdict.size, verdict.root = self.tree.size, self.tree.root()
        return verdict


def verify(folder: Path, heads: Sequence[dict[str, Any]] = (), *, every_signature: bool = False) -> Verdict:
    """Read the whole log once. `heads` are heads or receipts that somebody kept.

    Stops at the first commit that is wrong, for nothing after it can be trusted. Raises Unreadable when the folder is
    no log or a kept head is none.
    """
    header = _read_header(folder)
    try:
        kept = [_kept(value) for value in heads]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise Unreadable("head", str(folder)) from fault
    walk = _Walk(folder, header, kept, every_signature)
    try:
        with (folder / "entries").open("rb") as file:
            for bodies, line in _commits(file):
                if line is None:
                    walk.fault("torn", walk.tree.size)
                    break
                walk.commit(bodies, line)
                if walk.verdict.faults:
                    break
    except OSError as fault:
        raise Unreadable("entries", str(folder / "entries")) from fault
    if any(fault.code != "torn" for fault in walk.verdict.faults):
        walk.awaited, walk.last_signed = [], []
    for head, value in zip(kept, heads, strict=True):
        signers = header.told(value) if "signers" in value else walk.signers
        if head.log == header.id and head.signature and not header.signature_holds(head, signers):
            walk.fault("kept_signature_wrong", 0, str(head.size))
    return walk.end()


def verify_receipt(folder: Path, receipt: dict[str, Any]) -> bool:
    """True when the receipt's entry is in the tree of its head, by its own proof; only `log.json` is read."""
    header = _read_header(folder)
    digest = header.digest
    try:
        head, index = _kept(receipt), int(receipt["index"])
        found = digest(b"\x00" + receipt["entry"].encode())
        place, last = index, head.size - 1
        path = [bytes.fromhex(step) for step in receipt["proof"]]
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise Unreadable("receipt", str(folder)) from fault
    if not 0 <= index <= last or head.log != header.id:
        return False
    if head.signature is not None and not header.signature_holds(
        head, header.told(receipt) if "signers" in receipt else header.signers
    ):
        return False
    for step in path:
        if last == 0:
            return False
        if place % 2 or place == last:
            found = digest(b"\x01" + step + found)
            while place and not place % 2:
                place, last = place >> 1, last >> 1
        else:
            found = digest(b"\x01" + found + step)
        place, last = place >> 1, last >> 1
    return last == 0 and found.hex() == head.root


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; gives back the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log", type=Path)
    parser.add_argument("--head", type=Path, action="append", default=[])
    parser.add_argument("--receipt", type=Path, action="append", default=[])
    parser.add_argument("--every-signature", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    try:
        heads = [json.loads(path.read_bytes()) for path in (*given.head, *given.receipt)]
        verdict = verify(given.log, heads, every_signature=given.every_signature)
        for path, receipt in zip(given.receipt, heads[len(given.head) :], strict=True):
            if not verify_receipt(given.log, receipt):
                verdict.faults.append(Fault("receipt_wrong", 0, 0, str(path)))
    except (Unreadable, OSError, ValueError, RecursionError) as fault:
        sys.stderr.write(f"cannot be read: {' '.join(map(str, fault.args))}\n")
        return 3
    if given.json:
        sys.stdout.write(json.dumps(asdict(verdict)) + "\n")
    else:
        sys.stdout.write(f"{verdict.size} entries, root {verdict.root}, {verdict.signed} of them signed\n")
        for found in verdict.faults:
            sys.stdout.write(f"{found.code}: entries {found.first} to {found.last} {found.detail}\n")
    return 4 if verdict.faults else 0


if __name__ == "__main__":
    sys.exit(main())
