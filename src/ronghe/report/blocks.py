"""Each block of a page as markup."""

from ronghe.messages import both
from ronghe.report.anchors import Anchors, local_link
from ronghe.report.charts import bar_chart, chart_data
from ronghe.report.heatmap import heatmap_markup
from ronghe.report.markup import Html, element, joined, words
from ronghe.report.numerals import counted, percent
from ronghe.report.page import (
    BarChart,
    Block,
    Chart,
    Columns,
    Disclosure,
    Figure,
    Figures,
    Heatmap,
    Note,
    Number,
    Rate,
    Table,
)
from ronghe.report.tables import table_markup

__all__ = ["block_markup"]


def block_markup(block: Block, anchors: Anchors) -> Html:
    """The markup of any block; blocks inside it included."""
    match block:
        case Figures(figures):
            found = element("ul", *(_figure(figure) for figure in figures), class_="figures")
        case Table():
            found = element("div", _table(block, anchors), class_="card")
        case BarChart():
            found = _chart(bar_chart(block), anchors)
        case Chart():
            found = _chart(block, anchors)
        case Heatmap():
            found = element("div", heatmap_markup(block, anchors), class_="card")
        case Note():
            found = _note(block)
        case Disclosure():
            found = element("div", _disclosure(block, anchors), class_="card fold")
        case Columns(blocks):
            found = element("div", *(block_markup(each, anchors) for each in blocks), class_="columns")
    return found


def _figure(figure: Figure) -> Html:
    label = words(figure.label)
    if figure.link is not None:
        label = element("a", label, href=local_link(figure.link))
    return element(
        "li",
        element("span", label, class_="label"),
        element("strong", _figure_value(figure), class_="value"),
        element("span", words(figure.note), class_="note-line") if figure.note is not None else None,
        class_=f"card figure {figure.tone}",
    )


def _figure_value(figure: Figure) -> Html:
    match figure.value:
        case Number(value, digits):
            return joined(counted(value, digits))
        case Rate(value):
            return joined(percent(value))
        case said:
            return words(said)


def _table(table: Table, anchors: Anchors) -> Html:
    opened = {
        number: _disclosure(row.details, anchors) for number, row in enumerate(table.rows) if row.details is not None
    }
    return table_markup(table, anchors, opened)


def _chart(chart: Chart, anchors: Anchors) -> Html:
    """The twin stands open until the script has drawn the chart, so that no reader is ever left without the values."""
    title = anchors.new("chart")
    drawing = element(
        "div", class_="drawing", role="img", aria_labelledby=title, data_height=str(chart.height), hidden=True
    )
    return element(
        "figure",
        element("figcaption", words(chart.title), id=title),
        drawing,
        element("script", chart_data(chart), type="application/json"),
        element(
            "details",
            element("summary", both("report.as_table")),
            _table(chart.twin, anchors),
            class_="twin",
            open=True,
        ),
        class_="card chart",
    )


def _note(note: Note) -> Html:
    said = element("p", element("strong", both(f"report.tone_{note.tone}"), class_="said"), words(note.text))
    lines = element("ul", *(element("li", words(line)) for line in note.lines)) if note.lines else None
    return element("div", said, lines, class_=f"note {note.tone}", role="note")


def _disclosure(disclosure: Disclosure, anchors: Anchors) -> Html:
    inside = (block_markup(block, anchors) for block in disclosure.blocks)
    summary = element("summary", words(disclosure.summary))
    return element("details", summary, element("div", *inside, class_="inside"), open=disclosure.open)
