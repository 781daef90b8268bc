"""Folding of full-width characters: what an input method for Chinese makes of codes and numbers.

Only U+FF01-FF5E and U+3000 are folded. NFKC would also turn ① into 1, Ⅲ into III and ㎡ into m2: other meanings.
"""

from string import ascii_lowercase, ascii_uppercase

from ronghe.tables.expressions import WHITESPACE, Case, Expression, Found, Matches, Not, Replace, Translate

__all__ = ["FULL_WIDTH", "HALF_WIDTH", "code_text", "folded"]

FULL_WIDTH = "".join(map(chr, range(0xFF01, 0xFF5F))) + "\u3000"
HALF_WIDTH = "".join(map(chr, range(0x21, 0x7F))) + " "


def folded(text: Expression) -> Expression:
    """`text` with full-width characters and spaces made half-width."""
    return Translate(text, FULL_WIDTH, HALF_WIDTH)


def code_text(raw: Expression, clean: str, also_dropped: str = "") -> Expression:
    """`raw` as a code: folded, in capitals, without spaces, the apostrophe of spreadsheets, and `also_dropped`.

    `clean` is the pattern of the usual form, of which nothing changes; asking for it, and then for any character that
    would change, costs far less than the changes.
    """
    dropped = f"{WHITESPACE}'{also_dropped}"
    changed = Found(raw, f"[{dropped}a-z\uff01-\uff5e]")
    capitals = Translate(raw, FULL_WIDTH + ascii_lowercase, HALF_WIDTH.upper() + ascii_uppercase)
    return Case(((Matches(raw, clean), raw), (Not(changed), raw)), otherwise=Replace(capitals, f"[{dropped}]"))
