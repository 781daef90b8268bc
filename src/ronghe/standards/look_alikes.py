"""Characters that look like others: folded before anything is recognized or compared, so that no disguise helps.

Length is kept, so that places in the folded text are places in the text as written.
"""

import unicodedata

from ronghe.standards.folding import FULL_WIDTH, HALF_WIDTH
from ronghe.tables.expressions import Case, Expression, Found, Replace, Translate

__all__ = ["INVISIBLE", "LOOK_ALIKES", "MEANT", "folded_text", "unmasked"]

_DIGITS = [chr(code) for code in range(0x660, 0x1FBFA) if unicodedata.category(chr(code)) == "Nd"]
_DIGITS = [digit for digit in _DIGITS if not 0xFF10 <= ord(digit) <= 0xFF19]
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⓪⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉"
_LETTERS = {
    "АВЕЅІЈКМНОРСТХУ": "ABESIJKMHOPCTXY",
    "аеіјорсухѕ": "aeijopcyxs",
    "ΑΒΕΖΗΙΚΜΝΟΡΤΧΥ": "ABEZHIKMNOPTXY",
    "ον": "ov",
    "Ⅹⅹ×✕": "XxXX",
    "‐‑‒–—−﹣": "-------",
    "﹫": "@",
    "﹒․": "..",
}
_PLAIN_DIGITS = "".join(str(unicodedata.digit(digit)) for digit in (*_DIGITS, *_CIRCLED))
LOOK_ALIKES = FULL_WIDTH + "".join(_DIGITS) + _CIRCLED + "".join(_LETTERS)
"""Full-width characters, the digits of every script, letters of other alphabets, and marks, that pass for ASCII."""
MEANT = HALF_WIDTH + _PLAIN_DIGITS + "".join(_LETTERS.values())
"""What each of LOOK_ALIKES passes for."""
_WITHOUT_WIDTH = ((0xAD, 0xAD), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x2064), (0xFEFF, 0xFEFF))
INVISIBLE = "".join(chr(code) for first, last in _WITHOUT_WIDTH for code in range(first, last + 1))
"""Characters without width, put between digits so that no pattern finds them."""

_TABLE = str.maketrans(LOOK_ALIKES, MEANT)


def unmasked(text: Expression) -> Expression:
    """`text` with look-alikes as the ASCII they pass for, and without what cannot be seen."""
    odd = Found(text, f"[{LOOK_ALIKES}{INVISIBLE}]")
    return Case(((odd, Replace(Translate(text, LOOK_ALIKES, MEANT), f"[{INVISIBLE}]+")),), text)


def folded_text(text: str) -> str:
    """The same for one text, of the same length: what cannot be seen stays."""
    return text if text.isascii() else text.translate(_TABLE)
