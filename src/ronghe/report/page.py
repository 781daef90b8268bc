"""What a page is made of: values without any markup, so that whoever fills a page cannot write HTML by accident."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ronghe.messages import Bilingual

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
]

Text: TypeAlias = Bilingual | str
"""Words in both languages, or data as it came, which is the same in both."""

Tone = Literal["plain", "info", "good", "warn", "bad"]
Json: TypeAlias = "bool | int | float | str | Bilingual | Sequence[Json] | Mapping[str, Json] | None"
"""What a chart option is made of; a Bilingual in it is worded by the reader's language."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number as people read it: 1,234,567 or 0.734, with `digits` after the point.

    With `of`, the largest of its column, a bar as long as value / of is drawn beside it.
    """

    value: float
    digits: int = 0
    of: float | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate from 0 to 1, read as a percentage; with `bar`, its length is drawn beside it."""

    value: float
    tone: Tone = "plain"
    bar: bool = True


@dataclass(frozen=True, slots=True)
class Tag:
    """A word of few kinds, such as a state, set off by color and never by color alone."""

    text: Text
    tone: Tone = "plain"


Cell: TypeAlias = Text | Number | Rate | Tag | None
"""One cell of a table; None is shown as a dash that is read as "no value"."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; numbers and rates align to the end whatever `align` says of the heading."""

    title: Text
    align: Literal["start", "end"] = "start"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of cells, one for each column; `details` opens beneath it."""

    cells: tuple[Cell, ...]
    details: "Disclosure | None" = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; the first cell of each row names it. `empty` is said where there are no rows."""

    caption: Text
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: Text | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One large number with what it means; `link` leads to its rows: `#anchor` or a path beside the page."""

    label: Text
    value: Number | Rate | Text
    note: Text | None = None
    link: str | None = None
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Figures:
    """Large numbers side by side."""

    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One value for each category of a chart, None where there is none."""

    name: Text
    values: tuple[float | None, ...]
    tone: Tone = "info"


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars for categories, one series or several, side by side or stacked; `rates` are from 0 to 1.

    The same values stand as a table beneath the chart.
    """

    title: Text
    category: Text
    categories: tuple[Text, ...]
    series: tuple[Series, ...]
    stacked: bool = False
    rates: bool = False


@dataclass(frozen=True, slots=True)
class Heatmap:
    """Values of rows by columns, shaded from light (0) to dark (the largest, or 1 for `rates`); None is a dash."""

    title: Text
    corner: Text
    columns: tuple[Text, ...]
    rows: tuple[Text, ...]
    values: tuple[tuple[float | None, ...], ...]
    rates: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Any other ECharts chart: its option, and `twin`, the same values as a table. `height` is in CSS pixels."""

    title: Text
    option: Mapping[str, Json]
    twin: Table
    height: int = 320


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence or a few that the reader must not miss; `lines` follow as a list."""

    text: Text
    tone: Tone = "info"
    lines: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Blocks that open on demand under a summary."""

    summary: Text
    blocks: "tuple[Block, ...]"
    open: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """Blocks side by side where the page is wide enough."""

    blocks: "tuple[Block, ...]"


Block: TypeAlias = Figures | Table | BarChart | Heatmap | Chart | Note | Disclosure | Columns


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page under its own heading; `anchor` (letters, digits, hyphens) is what links point to."""

    title: Text
    blocks: tuple[Block, ...]
    anchor: str = ""
    lead: Text | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One line under the title of a page: what it is about, from which input, by which version."""

    label: Text
    value: Text


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page."""

    title: Bilingual
    subtitle: Bilingual
    sections: tuple[Section, ...]
    facts: tuple[Fact, ...] = ()
    footer: Text | None = None
