"""One page as one HTML file that asks nothing of the network."""

import base64
import hashlib

from ronghe.messages import LANGUAGES, Bilingual, Language, both
from ronghe.report.anchors import Anchors
from ronghe.report.assets import page_script, stylesheet
from ronghe.report.blocks import block_markup
from ronghe.report.markup import Html, element, joined, text, words
from ronghe.report.page import Page, Section
from ronghe.terms import InternalFault

__all__ = ["render"]

_TAG = {"zh": "zh-CN", "en": "en"}
_OWN_NAME = {"zh": "中文", "en": "English"}


def render(page: Page, *, lang: Language, echarts: str | None = None) -> str:
    """The page as HTML text: both languages in it, `lang` shown first; the same page gives the same text.

    `echarts` is the source of the chart library (`echarts_source()`); without it every chart is a table with bars. The
    page's own Content-Security-Policy allows its scripts by their hash and forbids everything else from outside.
    Raises InternalFault when the page is not whole: rows and columns that do not match, rates outside 0 to 1, links
    that lead away.
    """
    anchors = Anchors("content", "contents", *(f"show-{language}" for language in LANGUAGES))
    scripts = tuple(_script_text(source) for source in (echarts, page_script()) if source)
    sections = tuple(_named(number, section, anchors) for number, section in enumerate(page.sections, 1))
    body = element(
        "body",
        element("a", both("report.skip"), class_="skip", href="#content"),
        *(_choice(language, chosen=language == lang) for language in LANGUAGES),
        element("div", _header(page), _contents(sections), _main(sections, anchors), _footer(page), class_="page"),
        *(element("script", Html(source)) for source in scripts),
    )
    titles = {"data_zh": page.title.zh, "data_en": page.title.en}
    document = element("html", _head(page.title[lang], scripts), body, lang=_TAG[lang], **titles)
    return f"<!DOCTYPE html>\n{document.source}\n"


def _script_text(source: str) -> str:
    """The source as a parser will hash it; what could end the script element early is refused."""
    if "</script" in source.lower() or "<!--" in source:
        raise InternalFault("report.script_unsafe")
    return source.replace("\r\n", "\n").replace("\r", "\n")


def _policy(scripts: tuple[str, ...]) -> str:
    hashes = (base64.b64encode(hashlib.sha256(source.encode()).digest()).decode() for source in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _head(title: str, scripts: tuple[str, ...]) -> Html:
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(scripts)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", text(title)),
        element("style", Html(stylesheet())),
    )


def _choice(language: Language, *, chosen: bool) -> Html:
    """The switch works by style alone: what is checked decides which language is shown."""
    return element(
        "input",
        type="radio",
        name="language",
        id=f"show-{language}",
        class_="unseen",
        value=language,
        autocomplete="off",
        checked=chosen,
    )


def _header(page: Page) -> Html:
    labels = (
        element("label", text(_OWN_NAME[language]), for_=f"show-{language}", lang=_TAG[language])
        for language in LANGUAGES
    )
    pairs = (element("div", element("dt", words(fact.label)), element("dd", words(fact.value))) for fact in page.facts)
    top = element("div", element("p", both("report.brand"), class_="brand"), element("div", *labels, class_="switch"))
    return element(
        "header",
        element("div", top, class_="top"),
        element("h1", words(page.title)),
        element("p", words(page.subtitle), class_="subtitle"),
        element("dl", *pairs) if page.facts else None,
    )


def _named(number: int, section: Section, anchors: Anchors) -> tuple[str, Section]:
    return anchors.claim(section.anchor or f"part-{number}"), section


def _contents(sections: tuple[tuple[str, Section], ...]) -> Html:
    links = (element("li", element("a", words(section.title), href=f"#{anchor}")) for anchor, section in sections)
    name = element("span", both("report.contents"), class_="unseen", id="contents")
    return element("nav", name, element("ul", *links), aria_labelledby="contents")


def _main(sections: tuple[tuple[str, Section], ...], anchors: Anchors) -> Html:
    return element("main", *(_section(*named, anchors) for named in sections), id="content", tabindex="-1")


def _section(anchor: str, section: Section, anchors: Anchors) -> Html:
    return element(
        "section",
        element("h2", words(section.title), id=anchors.claim(f"{anchor}-title")),
        element("p", words(section.lead), class_="lead") if section.lead is not None else None,
        *(block_markup(block, anchors) for block in section.blocks),
        id=anchor,
        aria_labelledby=f"{anchor}-title",
    )


def _footer(page: Page) -> Html:
    return joined(element("footer", element("p", words(page.footer or Bilingual(zh="融合", en="Ronghe")))))
