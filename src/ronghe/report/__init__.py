"""Self-contained HTML pages of results: typed blocks in, one file out, Chinese and English in the same page.

A page needs no network, no server and no JavaScript; where scripts run, its charts come alive.
"""

from ronghe.report.assets import echarts_source
from ronghe.report.page import (
    BarChart,
    Block,
    Cell,
    Chart,
    Column,
    Columns,
    Disclosure,
    Fact,
    Figure,
    Figures,
    Heatmap,
    Json,
    Note,
    Number,
    Page,
    Rate,
    Row,
    Section,
    Series,
    Table,
    Tag,
    Text,
    Tone,
)
from ronghe.report.render import render

__all__ = [
    "BarChart",
    "Block",
    "Cell",
    "Chart",
    "Column",
    "Columns",
    "Disclosure",
    "Fact",
    "Figure",
    "Figures",
    "Heatmap",
    "Json",
    "Note",
    "Number",
    "Page",
    "Rate",
    "Row",
    "Section",
    "Series",
    "Table",
    "Tag",
    "Text",
    "Tone",
    "echarts_source",
    "render",
]
