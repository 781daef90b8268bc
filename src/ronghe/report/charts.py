"""Charts: an ECharts option for those who see, and the same values as a table for everyone."""

import json
import math
from collections.abc import Mapping, Sequence

from ronghe.messages import Bilingual
from ronghe.report.markup import Html, visible
from ronghe.report.numerals import rate_in_range
from ronghe.report.page import BarChart, Cell, Chart, Column, Json, Number, Rate, Row, Series, Table
from ronghe.terms import InternalFault

__all__ = ["bar_chart", "chart_data"]

_BAR, _GAP, _AROUND, _LEGEND = 20, 14, 42, 34
"""Heights in CSS pixels: one bar, the gap between categories, axis and margins, the legend."""


def bar_chart(chart: BarChart) -> Chart:
    """Horizontal bars, since the names of departments are long; the first category stands on top."""
    for series in chart.series:
        if len(series.values) != len(chart.categories):
            raise InternalFault(
                "report.uneven", what="series", found=len(series.values), expected=len(chart.categories)
            )
    legend = len(chart.series) > 1
    bars = 1 if chart.stacked else max(1, len(chart.series))
    height = _AROUND + len(chart.categories) * (bars * _BAR + _GAP) + (_LEGEND if legend else 0)
    return Chart(title=chart.title, option=_bar_option(chart, legend=legend), twin=_bar_twin(chart), height=height)


def _bar_option(chart: BarChart, *, legend: bool) -> dict[str, Json]:
    axis: dict[str, Json] = {"type": "value", "min": 0, "splitNumber": 4}
    if chart.rates:
        axis |= {"max": 100, "interval": 25, "axisLabel": {"formatter": "{value}%"}}
    return {
        "unit": "%" if chart.rates else "",
        "grid": {"left": 4, "right": 64, "top": _LEGEND if legend else 8, "bottom": 4, "containLabel": True},
        "legend": {"show": legend, "top": 0, "left": 0},
        "xAxis": axis,
        "yAxis": {"type": "category", "inverse": True, "data": list(chart.categories)},
        "series": [_bar_series(series, chart) for series in chart.series],
    }


def _bar_series(series: Series, chart: BarChart) -> dict[str, Json]:
    found: dict[str, Json] = {
        "type": "bar",
        "name": series.name,
        "tone": series.tone,
        "barMaxWidth": _BAR,
        "data": [_plotted(value, rates=chart.rates) for value in series.values],
        "label": {"show": not chart.stacked, "position": "right"},
    }
    return found | {"stack": "all"} if chart.stacked else found


def _plotted(value: float | None, *, rates: bool) -> float | None:
    if value is None:
        return None
    # In percent for the axis; the page's script rounds it for reading, by the rule of `numerals.percent`.
    return round(rate_in_range(value) * 100, 6) if rates else value


def _bar_twin(chart: BarChart) -> Table:
    heads = (Column(chart.category), *(Column(series.name, "end") for series in chart.series))
    known = [value for series in chart.series for value in series.values if value is not None]
    largest = max(known, default=0)
    rows = tuple(
        Row((name, *(_twin_cell(series, number, chart, largest) for series in chart.series)))
        for number, name in enumerate(chart.categories)
    )
    return Table(caption=chart.title, columns=heads, rows=rows)


def _twin_cell(series: Series, number: int, chart: BarChart, largest: float) -> Cell:
    value = series.values[number]
    if value is None:
        return None
    if chart.rates:
        return Rate(value, series.tone)
    digits = 0 if all(each is None or float(each).is_integer() for each in series.values) else 2
    return Number(value, digits, of=largest or None)


def chart_data(chart: Chart) -> Html:
    """The option as JSON that no text in it can end or run: every `<`, `>` and `&` is written as an escape."""
    written = json.dumps(_plain(chart.option), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # `</script>` in a department's name would end the element and run what follows.
    for sign in "<>&":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return Html(written)


def _plain(value: Json) -> object:
    """JSON as Python has it; texts in two languages become `{"zh": ..., "en": ...}`, for the page's script."""
    if isinstance(value, Bilingual):
        return {"zh": visible(value.zh), "en": visible(value.en)}
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise InternalFault("report.not_finite", value=value)
    if isinstance(value, Sequence):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {visible(name): _plain(each) for name, each in value.items()}
    return value
