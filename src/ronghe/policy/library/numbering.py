"""The numbers that Word writes before paragraphs by itself: 第三条, (二), 1.2: they stand in no paragraph's text.

Source: ECMA-376 part 1, 17.9: the levels of a list share its counts, and a level begins anew below a higher one.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

__all__ = ["Numbering"]

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VALUE = f"{_WORD}val"
_DIGITS = "零一二三四五六七八九"
_MOST_STYLES = 20
"""Styles that stand on one another."""
_LEVELS = 9


def _chinese(number: int) -> str:
    """Up to 9999, as articles are counted: 十二, 一百零三."""
    if not 0 < number < 10_000:
        return str(number)
    text, gap = "", False
    for unit, sign in ((1_000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + sign
            gap = False
        else:
            gap = bool(text)
    return text.removeprefix("一") if text.startswith("一十") else text


def _letters(number: int) -> str:
    return chr(96 + (number - 1) % 26 + 1) * ((number - 1) // 26 + 1) if 0 < number < 261 else str(number)


def _roman(number: int) -> str:
    if not 0 < number < 4_000:
        return str(number)
    text = ""
    for value, sign in (
        *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
        *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
    ):
        text += sign * (number // value)
        number %= value
    return text


def _circled(number: int) -> str:
    return chr(0x245F + number) if 0 < number <= 20 else str(number)


_CHINESE = (
    *("chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "taiwaneseCountingThousand"),
    *("japaneseCounting", "ideographDigital", "chineseLegalSimplified"),
)
_FORMS: Mapping[str, Callable[[int], str]] = {
    **dict.fromkeys(_CHINESE, _chinese),
    "decimalZero": lambda number: f"{number:02}",
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
}


def _value(node: Element | None, *path: str) -> str:
    """The value of the element below a node; nothing where it is not there."""
    for name in path:
        node = None if node is None else node.find(f"{_WORD}{name}")
    return "" if node is None else node.get(_VALUE, "")


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else otherwise


@dataclass(frozen=True, slots=True)
class _Level:
    """How a level of a list counts: from where, in which signs, in which words."""

    start: int = 1
    form: str = "decimal"
    text: str = ""

    def said(self, number: int) -> str:
        return _FORMS.get(self.form, str)(number)


def _level(node: Element) -> _Level:
    return _Level(_whole(_value(node, "start"), 1), _value(node, "numFmt") or "decimal", _value(node, "lvlText"))


def _place(node: Element) -> int:
    return min(_whole(node.get(f"{_WORD}ilvl", ""), 0), _LEVELS - 1)


@dataclass
class Numbering:
    """The lists of a document; `label` is asked for every paragraph in the order of the text."""

    _lists: dict[str, str] = field(default_factory=dict)
    _levels: dict[tuple[str, int], _Level] = field(default_factory=dict)
    _styles: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    _counts: dict[str, list[int | None]] = field(default_factory=dict)

    @classmethod
    def of(cls, numbering: Element | None, styles: Element | None) -> "Numbering":
        """From `numbering.xml` and `styles.xml`, either of which a document may lack."""
        made = cls()
        for one in () if numbering is None else numbering.iter(f"{_WORD}abstractNum"):
            name = f"abstract {one.get(f'{_WORD}abstractNumId', '')}"
            made._levels |= {(name, _place(level)): _level(level) for level in one.iter(f"{_WORD}lvl")}
        for one in () if numbering is None else numbering.iter(f"{_WORD}num"):
            number = one.get(f"{_WORD}numId", "")
            changed = list(one.iter(f"{_WORD}lvlOverride"))
            made._lists[number] = f"abstract {_value(one, 'abstractNumId')}"
            if changed:
                made._change(number, changed)
        for style in () if styles is None else styles.iter(f"{_WORD}style"):
            given = style.find(f"{_WORD}pPr/{_WORD}numPr")
            told = (_value(given, "numId"), _value(given, "ilvl"), _value(style, "basedOn"))
            made._styles[style.get(f"{_WORD}styleId", "")] = told
        return made

    def _change(self, number: str, changed: list[Element]) -> None:
        """A list of its own, which counts like the one that it changes but for some levels."""
        base, own = self._lists[number], f"own {number}"
        self._levels |= {(own, place): level for (name, place), level in self._levels.items() if name == base}
        for one in changed:
            place, level = _place(one), one.find(f"{_WORD}lvl")
            told = self._levels.get((own, place), _Level()) if level is None else _level(level)
            start = _whole(_value(one, "startOverride"), told.start)
            self._levels[own, place] = _Level(start, told.form, told.text)
        self._lists[number] = own

    def label(self, paragraph: Element) -> str:
        """What Word shows before the paragraph; nothing where it is in no list or is only marked by a bullet."""
        number, place = self._asked(paragraph)
        name = self._lists.get(number, "")
        level = self._levels.get((name, place))
        if level is None:
            return ""
        counts = self._counts.setdefault(name, [None] * _LEVELS)
        before = counts[place]
        counts[place] = level.start if before is None else before + 1
        counts[place + 1 :] = [None] * (_LEVELS - place - 1)
        if level.form in ("bullet", "none"):
            return ""
        return re.sub("%([1-9])", lambda found: self._said(name, int(found[1]) - 1, counts), level.text[:50])

    def _said(self, name: str, place: int, counts: list[int | None]) -> str:
        level = self._levels.get((name, place), _Level())
        number = counts[place]
        return level.said(level.start if number is None else number)

    def _asked(self, paragraph: Element) -> tuple[str, int]:
        """The list and the level of a paragraph: its own, else those of its style or of what that stands on."""
        given = paragraph.find(f"{_WORD}pPr/{_WORD}numPr")
        number, level = _value(given, "numId"), _value(given, "ilvl")
        style = _value(paragraph, "pPr", "pStyle")
        for _ in range(_MOST_STYLES):
            if number or style not in self._styles:
                break
            number, kept, style = self._styles[style]
            level = level or kept
        return number, min(_whole(level, 0), _LEVELS - 1)
