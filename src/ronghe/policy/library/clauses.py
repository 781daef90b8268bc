"""The clauses of a text, each under the address by which people cite it: 第五条第(二)项, 三、(一), 附件1."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ronghe.policy.library.dates import DATE
from ronghe.policy.library.numbers import wide_as_plain
from ronghe.policy.library.organs import offices

__all__ = ["Passage", "passages"]

_NUMERAL = "[一二三四五六七八九十百零〇0-9]+"
_HEADING = re.compile(rf"(第{_NUMERAL}[编章节])\s*(.*)")
_ARTICLE = re.compile(rf"(第{_NUMERAL}条(?:之{_NUMERAL})?)[\s、:：.]*(.*)")
_SECTION = re.compile(r"([一二三四五六七八九十]{1,3})、\s*(.*)")
_ITEM = re.compile(r"\(([一二三四五六七八九十]{1,3})\)\s*(.*)")
_POINT = re.compile(r"([0-9]{1,2})[.、．]\s*(.+)")
_ANNEX = re.compile(r"(附\s*[件录表])\s*([0-9一二三四五六七八九十]*)[\s:：.]*(.{0,60})")

_LONGEST_ANNEX = 100
"""Characters of the line that names an annex."""
_LONGEST_SIGNED = 200
_MOST_SIGNING = 6


@dataclass(frozen=True, slots=True)
class Passage:
    """One clause: `address` as it is cited, `heading` of the chapter that it stands in, and its text."""

    address: str
    heading: str
    text: str


class _Reader:
    """Where in a text one is."""

    def __init__(self) -> None:
        self.heading = self.annex = self.article = self.item = ""
        self.paragraph = 0

    def address(self, part: str = "") -> str:
        """The address of the place, or of a part of it."""
        return f"{self.annex}{self.article}{self.item}{part}"

    def at(self, paragraph: str) -> tuple[str, str]:
        """The address and the text of a paragraph."""
        folded = wide_as_plain(paragraph)
        if len(folded) <= _LONGEST_ANNEX and (match := _ANNEX.fullmatch(folded)):
            self.annex, self.heading = re.sub(r"\s", "", match[1]) + match[2], match[3]
            self.article = self.item = ""
            self.paragraph = 0
            return self.address(), paragraph
        if match := _HEADING.match(folded):
            self.heading = f"{match[1]} {match[2]}".strip()
            self.article = self.item = ""
            return self.address(match[1]), paragraph
        if match := _ARTICLE.match(folded) or _SECTION.match(folded):
            self.article = match[1] if match[1].startswith("第") else f"{match[1]}、"
            self.item, self.paragraph = "", 1
            return self.address(), paragraph
        if match := _ITEM.match(folded):
            inside = self.article.startswith("第")
            self.item = f"第({match[1]})项" if inside else f"({match[1]})"
            return self.address(), paragraph
        if match := _POINT.match(folded):
            return self.address(f"{match[1]}."), paragraph
        return self._paragraph(), paragraph

    def _paragraph(self) -> str:
        if not self.article or self.item:
            return self.address()
        self.paragraph += 1
        return self.address(f"第{self.paragraph}款") if self.article.startswith("第") else self.address()


def _signed(paragraphs: Sequence[str]) -> set[int]:
    """Where offices sign and date a text: what stands there is no paragraph of the last clause."""
    found: set[int] = set()
    for day, paragraph in enumerate(paragraphs):
        if len(paragraph) < _LONGEST_SIGNED and re.fullmatch(rf"\(?{DATE}\)?", wide_as_plain(paragraph).strip()):
            found.add(day)
            for at in range(day - 1, max(day - _MOST_SIGNING, 0), -1):
                if len(paragraphs[at]) > _LONGEST_SIGNED or not offices(paragraphs[at]):
                    break
                found.add(at)
    return found


def passages(paragraphs: Sequence[str]) -> Iterator[Passage]:
    """The passages of a text in order; paragraphs of one address are one passage."""
    reader = _Reader()
    signed = _signed(paragraphs)
    held: tuple[str, str, list[str]] | None = None
    for at, paragraph in enumerate(paragraphs):
        address, text = (reader.annex, paragraph) if at in signed else reader.at(paragraph)
        if held is not None and held[0] == address:
            held[2].append(text)
            continue
        if held is not None:
            yield Passage(held[0], held[1], "\n".join(held[2]))
        held = (address, reader.heading, [text])
    if held is not None:
        yield Passage(held[0], held[1], "\n".join(held[2]))
