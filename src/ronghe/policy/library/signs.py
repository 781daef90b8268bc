"""Signs that print and convert alike but are others: what a text is searched and read by must not hang on them."""

import re
from unicodedata import normalize

__all__ = ["plain_line", "unbroken"]

HAN = "㐀-䶿一-鿿々〇"
# Files made on some machines hold the radicals in the place of the characters that they look like. Unicode folds those
# of Kangxi and the compatibility ideographs; for the supplement see EquivalentUnifiedIdeograph.txt of its database.
_SUPPLEMENT = dict(
    zip(
        "⺁⺈⺒⺓⺟⺠⺧⺩⺪⺫⺬⺮⺶⺼⺽⻁⻃⻄⻅⻆⻉⻊⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻟⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳",
        "厂刀巳幺母民牛王疋目示竹羊肉臼虎覀西见角贝足车長长门雨青韦页风飞食飠首马骨鬼鱼鸟卤麦黄黾齐齿龙龟",
        strict=True,
    )
)
_ALIKE = {ord(sign): other for sign, other in _SUPPLEMENT.items()} | {
    sign: normalize("NFKC", chr(sign)) for sign in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFB00))
}
_UNSEEN = re.compile("[\x00\u00ad\u200b-\u200f\u2060\ufeff]")
_SPACES = re.compile(r"[ \t\r\f\v\u00a0\u2000-\u200a]+")
_BROKEN = re.compile(rf"(?<=[{HAN}，、；：])[ \t]*\r?\n[ \t]*(?=[{HAN}])")


def plain_line(text: str) -> str:
    """A line with one space where there were several, characters for radicals, and nothing that is not seen."""
    return _SPACES.sub(" ", _UNSEEN.sub("", text.translate(_ALIKE))).strip()


def unbroken(text: str) -> str:
    """Lines as one: between Chinese characters a break of lines is nothing, elsewhere it is a space."""
    return _BROKEN.sub("", text).replace("\n", " ")
