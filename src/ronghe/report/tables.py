"""Tables and their cells, as markup."""

from itertools import chain

from ronghe.messages import Bilingual, both
from ronghe.report.anchors import Anchors
from ronghe.report.markup import Html, element, joined, words
from ronghe.report.numerals import counted, percent, rate_in_range
from ronghe.report.page import Cell, Column, Number, Rate, Row, Table, Tag
from ronghe.terms import InternalFault

__all__ = ["bar", "cell_words", "table_markup"]


def table_markup(table: Table, anchors: Anchors, opened: dict[int, Html]) -> Html:
    """A table in a box that scrolls by itself; `opened` holds the drill-down of the row with that number."""
    caption = anchors.new("table")
    wide = len(table.columns)
    heads = (element("th", words(column.title), scope="col", class_=_side(column.align)) for column in table.columns)
    rows = chain.from_iterable(_row(row, table, opened.get(number)) for number, row in enumerate(table.rows))
    body = joined(*rows) if table.rows else _empty_row(table, wide)
    inside = element(
        "table",
        element("caption", words(table.caption), id=caption),
        element("thead", element("tr", *heads)),
        element("tbody", body),
    )
    return element("div", inside, class_="scroll", role="region", aria_labelledby=caption, tabindex="0")


def _row(row: Row, table: Table, opened: Html | None) -> tuple[Html, ...]:
    if len(row.cells) != len(table.columns):
        raise InternalFault("report.uneven", what="row", found=len(row.cells), expected=len(table.columns))
    pairs = zip(row.cells, table.columns, strict=True)
    cells = (_cell(cell, column, head=number == 0) for number, (cell, column) in enumerate(pairs))
    if opened is None:
        return (element("tr", *cells),)
    return (
        element("tr", *cells, class_="opens"),
        element("tr", element("td", opened, colspan=str(len(table.columns))), class_="more"),
    )


def _empty_row(table: Table, wide: int) -> Html:
    said = table.empty or both("report.no_rows")
    return element("tr", element("td", words(said), colspan=str(wide), class_="empty"))


def _cell(cell: Cell, column: Column, *, head: bool) -> Html:
    side = "num" if isinstance(cell, Number | Rate) else _side(column.align)
    if head:
        return element("th", cell_words(cell), scope="row", class_=side)
    return element("td", cell_words(cell), class_=side)


def _side(align: str) -> str | None:
    return "num" if align == "end" else None


def cell_words(cell: Cell) -> Html:
    """What stands inside a cell."""
    match cell:
        case None:
            dash = element("span", "\u2014", aria_hidden="true")
            return element("span", dash, element("span", both("report.no_value"), class_="unseen"), class_="none")
        case Number(value, digits, of):
            number = element("span", counted(value, digits), class_="n")
            return number if not of else joined(bar(value / of), number)
        case Rate(value, tone, drawn):
            number = element("span", percent(value), class_="n")
            return joined(bar(value, tone), number) if drawn else number
        case Tag(text, tone):
            return element("span", words(text), class_=f"tag {tone}")
        case Bilingual() | str():
            return words(cell)


def bar(part: float, tone: str = "info") -> Html:
    """A bar filled to `part` of its length; the number beside it says the same to those who do not see it."""
    width = f"{rate_in_range(part) * 100:.1f}"
    track = element("rect", class_="track", width="100", height="8")
    filled = element("rect", class_="fill", width=width, height="8")
    drawing = {"viewBox": "0 0 100 8", "preserveAspectRatio": "none", "aria_hidden": "true"}
    return element("svg", track, filled, class_=f"bar {tone}", **drawing)
