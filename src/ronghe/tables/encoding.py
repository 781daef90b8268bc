"""Which encoding a text file has, and the way to UTF-8.

Python's gb18030 codec follows the 2000 edition of the standard: 24 characters that later editions (2005, 2022) moved
out of the private-use area come out as private-use characters. They are moved after decoding; what is left there is
reported.
Source: GB 18030-2022, annex on changed mappings; WHATWG Encoding Standard, index gb18030.
"""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ronghe.terms import InputError

__all__ = [
    "ENCODINGS",
    "as_read",
    "canonical_encoding",
    "detect_encoding",
    "moved_out_of_private_use",
    "transcoded",
    "wide_encoding",
]

SAMPLE_BYTES = 1 << 20
MOSTLY_ALONE = 0.8
CHUNK_BYTES = 4 << 20

ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "windows-1252")
_ALIASES = {
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "utf8": "utf-8",
    "utf-8-bom": "utf-8-sig",
    "cp950": "big5",
    "ascii": "utf-8",
    "cp1252": "windows-1252",
    "latin-1": "windows-1252",
    "latin1": "windows-1252",
    "iso-8859-1": "windows-1252",
}

_PRIVATE = [
    *range(0xE78D, 0xE797),
    0xE7C7,
    0xE816,
    0xE817,
    0xE818,
    0xE81E,
    0xE826,
    0xE82B,
    0xE82C,
    0xE831,
    0xE832,
    0xE83B,
]
_PRIVATE += [0xE843, 0xE854, 0xE855, 0xE864]
_PUBLIC = [
    0xFE10,
    0xFE12,
    0xFE11,
    0xFE13,
    0xFE14,
    0xFE15,
    0xFE16,
    0xFE17,
    0xFE18,
    0xFE19,
    0x1E3F,
    0x20087,
    0x20089,
    0x200CC,
]
_PUBLIC += [0x9FB4, 0x9FB5, 0x9FB6, 0x9FB7, 0x215D7, 0x9FB8, 0x2298F, 0x9FB9, 0x9FBA, 0x241FE, 0x9FBB]
_MOVED = dict(zip(_PRIVATE, _PUBLIC, strict=True))
_PRIVATE_USE = re.compile("[\ue000-\uf8ff]")


def moved_out_of_private_use(text: str) -> tuple[str, int]:
    """The text with the moved characters of GB 18030 in their present places, and how many private-use ones remain."""
    if not _PRIVATE_USE.search(text):
        return text, 0
    moved = text.translate(_MOVED)
    return moved, len(_PRIVATE_USE.findall(moved))


def _kept_bytes(fault: UnicodeError) -> tuple[str, int]:
    """Undecodable bytes survive as lone surrogates, which the record scanner finds and quarantines."""
    if not isinstance(fault, UnicodeDecodeError):
        raise fault
    broken = fault.object[fault.start : fault.end]
    return "".join(chr(0xDC00 + byte) if byte >= 0x80 else chr(byte) for byte in broken), fault.end


codecs.register_error("ronghe.kept", _kept_bytes)


_ESCAPED = re.compile(rb"\xed(?:\xb2[\x80-\xbf]|\xb3[\x80-\xbf])")


def as_read(raw: bytes) -> str:
    """A broken record for people: what is not UTF-8 as `\\xff`, with the bytes that the file itself has."""
    if b"\xed" not in raw:  # the usual record: there may be a million of them
        return raw.decode("utf-8", "backslashreplace")
    original = _ESCAPED.sub(
        lambda kept: kept[0].decode("utf-8", "surrogatepass").encode("utf-8", "surrogateescape"), raw
    )
    return original.decode("utf-8", "backslashreplace")


def canonical_encoding(name: str) -> str:
    """One of ENCODINGS for a name that a user gave; InputError for others."""
    folded = name.strip().lower().replace("_", "-")
    folded = _ALIASES.get(folded, folded)
    if folded not in ENCODINGS:
        raise InputError("tables.encoding_unknown", value=name, known=", ".join((*ENCODINGS, "gbk")))
    return folded


def _lines_beyond_ascii(sample: bytes) -> list[bytes]:
    lines = re.split(rb"[\r\n]+", sample)
    return [line for line in lines[: -1 or None] if not line.isascii()]


def _readable(lines: list[bytes], encoding: str) -> int:
    def fits(line: bytes) -> bool:
        try:
            line.decode(encoding)
        except UnicodeDecodeError:
            return False
        return True

    return sum(map(fits, lines))


_COMMON_LEADS = (("gb18030", range(0xB0, 0xD8)), ("big5", range(0xA4, 0xC7)))
"""First bytes of the level of frequent characters, which both standards put first."""


def _common(lines: list[bytes], encoding: str, leads: range) -> float:
    """The part of two-byte characters, punctuation left out, that are frequent ones of the encoding.

    Statistics of letters, as detectors keep them, take GBK of a few words for Big5.
    """
    found = rare = 0
    for character in b"\n".join(lines)[:60_000].decode(encoding, "ignore"):
        code = character.encode(encoding)
        if len(code) == 2 and code[0] > 0xA3:
            frequent = code[0] in leads and (encoding == "big5" or code[1] >= 0xA1)
            found, rare = found + frequent, rare + (not frequent)
    return found / (found + rare or 1)


_RUN = re.compile(rb"[\x80-\xff]+")
_LATIN_LETTERS = range(0xC0, 0xFF)


def _western(lines: list[bytes]) -> bool:
    """True when bytes beyond ASCII stand alone, as in CAF\\xc9 INC: of GB 18030's and Big5's words they come in rows.

    GB 18030 would read most of them, together with the letter behind, as rare characters.
    """
    runs = _RUN.findall(b"\n".join(lines)[:60_000])
    letters = sum(len(run) == 1 and run[0] in _LATIN_LETTERS for run in runs)
    return letters >= MOSTLY_ALONE * len(runs)


_WIDE_MARKS = (
    # The marks of UTF-32 first: the little one begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ONE_SIDED = 0.9
_FEWEST_NULS = 1 / 32


def wide_encoding(head: bytes) -> str | None:
    """The encoding of a text whose first bytes are UTF-16 or UTF-32, None for every other.

    Without a mark, the NULs of ASCII in UTF-16 stand on one side of the pairs: delimiters and line ends have them even
    where the words are Chinese. The side alone would mistake a narrow text that holds some NULs, so line ends must
    come out of it too, unless NULs are most of a side.
    """
    for mark, encoding in _WIDE_MARKS:
        if head.startswith(mark):
            return encoding
    head = head[:4096]
    first, nuls = head[0::2].count(0), head.count(0)
    if nuls < max(1, len(head) * _FEWEST_NULS) or _ONE_SIDED * nuls > max(first, nuls - first):
        return None
    encoding = "utf-16-be" if 2 * first > nuls else "utf-16-le"
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return None
    return encoding if 4 * nuls > len(head) or re.search("[\r\n]", text) else None


def _sample(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
        size = path.stat().st_size
        if size <= 2 * SAMPLE_BYTES:
            return head + file.read()
        file.seek(size // 2)
        return head + file.read(SAMPLE_BYTES).partition(b"\n")[2]


def detect_encoding(path: Path) -> str:
    """One of ENCODINGS, from marks and from samples at the start and the middle of the file.

    A file is UTF-8 when at least half of its lines beyond ASCII are: the others are broken records, not another
    encoding.
    """
    sample = _sample(path)
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if wide := wide_encoding(sample):
        return wide
    lines = _lines_beyond_ascii(sample) or ([] if sample.isascii() else [sample])
    if 2 * _readable(lines, "utf-8") >= len(lines):
        return "utf-8"
    if _western(lines):
        return "windows-1252"
    gb18030, big5 = (
        (_readable(lines, encoding), _common(lines[:2000], encoding, leads)) for encoding, leads in _COMMON_LEADS
    )
    if 2 * max(gb18030[0], big5[0]) < len(lines):
        # Signs such as ° and ½ stand alone too, but are no letters: what reads as no Chinese encoding is no Chinese.
        return "windows-1252"
    return "big5" if big5 > gb18030 else "gb18030"


def transcoded(source: BinaryIO, encoding: str) -> Iterator[tuple[bytes, int]]:
    """The file as chunks of UTF-8 with the number of private-use characters left in each.

    Undecodable bytes come out as encoded lone surrogates: not valid UTF-8, so that no reader takes them for text.
    """
    decoder = codecs.getincrementaldecoder(encoding)("ronghe.kept")
    while True:
        chunk = source.read(CHUNK_BYTES)
        text, private = moved_out_of_private_use(decoder.decode(chunk, final=not chunk))
        yield text.encode("utf-8", "surrogatepass"), private
        if not chunk:
            return
