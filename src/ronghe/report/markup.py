"""HTML that is escaped and balanced by construction: text enters only through `text`, tags only through `element`."""

import re
from html import escape

from ronghe.messages import Bilingual

__all__ = ["Content", "Html", "attribute", "element", "joined", "text", "visible", "void", "words"]

_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""Controls that HTML forbids, that turn the direction of text around, or that nobody can see."""

_VOID = frozenset({"input", "meta", "col", "br"})


class Html:
    """A finished piece of markup. Only this module makes one out of strings."""

    __slots__ = ("source",)

    def __init__(self, source: str) -> None:
        self.source = source


Content = Html | Bilingual | str | None
"""What may stand inside an element; strings and bilingual texts are escaped on the way in."""


def visible(value: str) -> str:
    """The same text with every unseen control written out, as `[U+202E]`."""
    return _UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", value)


def text(value: str) -> Html:
    """Data or words, escaped."""
    return Html(escape(visible(value)))


def words(value: Bilingual | str) -> Html:
    """Both languages, of which the reader's is shown; what is the same in both stands once.

    Data is isolated, so that right-to-left letters in it cannot rearrange what stands around them.
    """
    if isinstance(value, str):
        return element("bdi", value)
    if value.zh == value.en:
        return text(value.zh)
    chinese = element("span", value.zh, {"class": "t", "lang": "zh-CN"})
    return joined(chinese, element("span", value.en, {"class": "t", "lang": "en"}))


def attribute(name: str, value: str | bool) -> str:
    """` name="value"`, ` name` for True, nothing for False."""
    if value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(visible(value))}"'


def _source(content: Content | str) -> str:
    if content is None:
        return ""
    if isinstance(content, Html):
        return content.source
    return (text(content) if isinstance(content, str) else words(content)).source


def joined(*contents: Content) -> Html:
    """The contents one after the other."""
    return Html("".join(_source(content) for content in contents))


def void(name: str, attributes: dict[str, str | bool]) -> Html:
    """An element that has no content and no end tag."""
    return Html(f"<{name}{''.join(attribute(*pair) for pair in attributes.items())}>")


def element(name: str, *contents: Content | dict[str, str | bool]) -> Html:
    """An element with its end tag; contents and attributes may come in any order."""
    found = [part for part in contents if isinstance(part, dict)]
    inside = "".join(_source(part) for part in contents if not isinstance(part, dict))
    attributes = "".join(attribute(*pair) for each in found for pair in each.items())
    return Html(f"<{name}{attributes}>{inside}</{name}>")
