"""A heat map is a table whose cells are shaded: it prints, scrolls and can be read aloud as it is."""

from ronghe.report.anchors import Anchors
from ronghe.report.markup import Html, element, words
from ronghe.report.numerals import counted, percent, rate_in_range
from ronghe.report.page import Heatmap
from ronghe.report.tables import cell_words
from ronghe.terms import InternalFault

__all__ = ["heatmap_markup"]

_SHADES = 9


def heatmap_markup(heatmap: Heatmap, anchors: Anchors) -> Html:
    """The table, each cell with its value and one of ten shades."""
    _check_shape(heatmap)
    caption = anchors.new("map")
    heads = (element("th", words(name), scope="col") for name in heatmap.columns)
    known = [value for row in heatmap.values for value in row if value is not None]
    most = 1.0 if heatmap.rates else max(known, default=0.0)
    rows = (
        element("tr", element("th", words(name), scope="row"), *(_cell(value, most, heatmap.rates) for value in values))
        for name, values in zip(heatmap.rows, heatmap.values, strict=True)
    )
    inside = element(
        "table",
        element("caption", words(heatmap.title), id=caption),
        element("thead", element("tr", element("th", words(heatmap.corner), scope="col"), *heads)),
        element("tbody", *rows),
        class_="heat",
    )
    return element("div", inside, class_="scroll", role="region", aria_labelledby=caption, tabindex="0")


def _check_shape(heatmap: Heatmap) -> None:
    if len(heatmap.values) != len(heatmap.rows):
        raise InternalFault("report.uneven", what="heatmap", found=len(heatmap.values), expected=len(heatmap.rows))
    for values in heatmap.values:
        if len(values) != len(heatmap.columns):
            raise InternalFault("report.uneven", what="heatmap", found=len(values), expected=len(heatmap.columns))


def _cell(value: float | None, most: float, rates: bool) -> Html:
    if value is None:
        return element("td", cell_words(None), class_="h")
    part = rate_in_range(value / most) if most else 0.0
    shade = f"h h{round(part * _SHADES)}"
    return element("td", percent(value) if rates else counted(value), class_=shade)
