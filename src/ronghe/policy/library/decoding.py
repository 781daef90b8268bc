"""The text of a file that people put together from several: most lines in one encoding, some in another."""

import re

from ronghe.terms import InputError

__all__ = ["decoded"]

_FEWEST_SIGNS = 4
_MOSTLY = 0.9
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MOST_CONTROLS = 0.01
"""The part of a text that may be control characters; programs, pictures and archives have more."""


def decoded(name: str, data: bytes, encoding: str) -> tuple[str, int]:
    """The text, and how many of its lines were in another encoding than the rest: UTF-8 in GBK or the other way round.

    Bytes of neither become U+FFFD. Raises InputError for what is no text.
    """
    if encoding.startswith(("utf-16", "utf-32")):
        text, mixed = data.decode(encoding, "replace"), 0
    else:
        lines = [(line, _encoding_of(line, encoding)) for line in data.split(b"\n")]
        text = "\n".join(line.decode(own, "replace") for line, own in lines)
        mixed = sum(own != encoding for _, own in lines)
    if len(_CONTROLS.findall(text)) > _MOST_CONTROLS * len(text):
        raise InputError("policy.document_binary", path=name)
    return text, mixed


def _encoding_of(line: bytes, encoding: str) -> str:
    """The encoding of the text, or for a line that is surely not in it the other one."""
    if line.isascii():
        return encoding
    if encoding.startswith("utf-8"):
        return encoding if _fits(line, "utf-8") or not _fits(line, "gb18030") else "gb18030"
    return "utf-8" if _surely_utf8(line) else encoding


def _fits(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _surely_utf8(line: bytes) -> bool:
    """True for UTF-8 of several Chinese characters; two or three of GBK may be UTF-8 by chance, such as 联通."""
    if not _fits(line, "utf-8"):
        return False
    beyond = [sign for sign in line.decode("utf-8") if not sign.isascii()]
    chinese = sum("\u3000" <= sign <= "\u9fff" or "\uff00" <= sign <= "\uffef" for sign in beyond)
    return chinese >= max(_FEWEST_SIGNS, _MOSTLY * len(beyond))
