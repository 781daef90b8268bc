"""Initials of pinyin: 社会保障 is found by shbz."""

from functools import lru_cache

from ronghe.search.terms import fold

__all__ = ["initials"]

MOST = 200


@lru_cache(maxsize=65_536)
def initials(text: str) -> str:
    """The first letters of the syllables of a name, digits and Latin letters as they are; 200 characters at most."""
    # Its dictionaries take a quarter of a second, which a search without Chinese never needs.
    from pypinyin import Style, lazy_pinyin

    parts = lazy_pinyin(fold(text[:MOST]), style=Style.FIRST_LETTER)
    return "".join(sign for part in parts for sign in part if sign.isalnum())
