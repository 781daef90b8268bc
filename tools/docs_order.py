"""The order of the documentation's four kinds and its decisions; pages within each are found by themselves."""

from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page

KINDS = {
    "tutorials": "Tutorials",
    "how-to": "How to",
    "reference": "Reference",
    "explanation": "Explanation",
    "decisions": "Decisions",
}


def _folder(item: object) -> str:
    """The first folder of a navigation entry, empty for the home page."""
    while isinstance(item, Section) and item.children:
        item = item.children[0]
    return item.file.src_uri.partition("/")[0] if isinstance(item, Page) and "/" in item.file.src_uri else ""


def on_nav(nav: Navigation, **_: object) -> Navigation:
    """Put home first, then tutorials, how-to, reference, explanation and decisions, under their names."""
    order = ["", *KINDS]
    nav.items.sort(key=lambda item: order.index(_folder(item)) if _folder(item) in order else len(order))
    for item in nav.items:
        if isinstance(item, Section) and _folder(item) in KINDS:
            item.title = KINDS[_folder(item)]
    return nav
