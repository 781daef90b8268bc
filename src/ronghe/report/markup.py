"""HTML that is escaped and balanced by construction: text enters only through `text`, tags only through `element`."""

import re
from html import escape
from typing import TypeAlias

from ronghe.messages import Bilingual

__all__ = ["Content", "Html", "element", "joined", "text", "visible", "words"]

_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""Controls that HTML forbids, that turn the direction of text around, or that nobody can see."""

_VOID = frozenset({"input", "meta"})


class Html:
    """A finished piece of markup. Only this module makes one out of strings."""

    __slots__ = ("source",)

    def __init__(self, source: str) -> None:
        self.source = source


Content: TypeAlias = Html | Bilingual | str | None
"""What may stand inside an element; strings and bilingual texts are escaped on the way in."""


def visible(value: str) -> str:
    """The same text with every unseen control written out, as `[U+202E]`."""
    return _UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", value)


def text(value: str) -> Html:
    """Words in one language, escaped."""
    return Html(escape(visible(value)))


def words(value: Bilingual | str) -> Html:
    """Both languages, of which the reader's is shown; what is the same in both stands once.

    Data is isolated, so that right-to-left letters in it cannot rearrange what stands around them.
    """
    if isinstance(value, str):
        return element("bdi", text(value))
    if value.zh == value.en:
        return element("bdi", text(value.zh))
    chinese = element("span", text(value.zh), class_="t", lang="zh-CN")
    return joined(chinese, element("span", text(value.en), class_="t", lang="en"))


def element(tag: str, *contents: Content, **attributes: str | bool | None) -> Html:
    """An element with its end tag, or without one where HTML has none.

    Attributes are written as Python allows: `class_`, `for_`, `aria_label`. True stands alone; None and False are
    left out.
    """
    start = f"<{tag}{''.join(_attribute(name, value) for name, value in attributes.items())}>"
    return Html(start if tag in _VOID else f"{start}{joined(*contents).source}</{tag}>")


def joined(*contents: Content) -> Html:
    """The contents one after the other."""
    return Html("".join(_source(content) for content in contents))


def _source(content: Content) -> str:
    if content is None:
        return ""
    return content.source if isinstance(content, Html) else words(content).source


def _attribute(name: str, value: str | bool | None) -> str:
    if value is None or value is False:
        return ""
    written = name.rstrip("_").replace("_", "-")
    return f" {written}" if value is True else f' {written}="{escape(visible(value))}"'
