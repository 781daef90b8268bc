import base64
import hashlib
import json
import re
from dataclasses import replace
from itertools import pairwise

import pytest

from ronghe.messages import LANGUAGES, Bilingual, Language
from ronghe.report import (
    BarChart,
    Block,
    Chart,
    Column,
    Disclosure,
    Fact,
    Figure,
    Figures,
    Heatmap,
    Note,
    Number,
    Page,
    Row,
    Section,
    Series,
    Table,
    Tag,
    render,
)
from ronghe.terms import InternalFault
from tests.unit.report.pages_read import Element, read
from tests.unit.report.sample_page import page

LIBRARY = "var echarts = { init: function () { return 1 < 2 && 3 > 2; } };"
HOSTILE = (
    '<img src=x onerror="alert(1)">',
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "\"'><svg onload=alert(1)>",
    "javascript:alert(1)",
    "&lt;b&gt;",
    "\u202egnp.exe",
    "zero\x00width\u200b\ufeff\ud800",
)


def shown(lang: Language = "zh", *, echarts: str | None = None) -> Element:
    return read(render(page(), lang=lang, echarts=echarts))


def with_block(block: Block) -> Page:
    title = Bilingual(zh="题", en="title")
    return Page(title, title, (Section("s", (block,)),))


def full_of(text: str) -> Page:
    """A page where this text stands in every place that takes words."""
    twin = Table(text, (Column(text),), (Row((text,)), Row((Tag(text),))), empty=text)
    blocks: tuple[Block, ...] = (
        Figures((Figure(text, text, text),)),
        replace(twin, rows=(Row((text,), Disclosure(text, (Note(text),))),)),
        replace(twin, rows=()),
        BarChart(text, text, (text,), (Series(text, (1.0,)),)),
        Heatmap(text, text, (text,), (text,), ((1.0,),)),
        Chart(text, {text: text, "series": [{"name": Bilingual(zh=text, en=text + "!")}]}, twin),
        Note(text, lines=(text,)),
    )
    both = Bilingual(zh=text, en=text + "!")
    return Page(both, both, (Section(both, blocks, lead=text),), (Fact(text, text),), text)


def test_every_element_is_closed_in_order_and_every_id_is_used_once() -> None:
    found = shown(echarts=LIBRARY)
    ids = [each.attributes["id"] for each in found.all() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    named = {name for each in found.all() for name in each.attributes.get("aria-labelledby", "").split()}
    targets = {each.attributes["href"][1:] for each in found.all("a") if each.attributes["href"].startswith("#")}
    labelled = {each.attributes["for"] for each in found.all("label")}
    assert named | targets | labelled <= set(ids)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_both_languages_stand_in_the_page_and_the_chosen_one_is_shown_first(lang: Language) -> None:
    found = shown(lang)
    assert "数据共享报告" in found.one("h1").text
    assert "Data sharing report" in found.one("h1").text
    assert found.attributes["lang"] == {"zh": "zh-CN", "en": "en"}[lang]
    assert found.one("title").text == page().title[lang]
    checked = [each.attributes["id"] for each in found.all("input") if "checked" in each.attributes]
    assert checked == [f"show-{lang}"]


def test_each_text_in_two_languages_says_which_is_which() -> None:
    chinese = [each.text for each in shown().one("nav").of_class("t") if each.attributes["lang"] == "zh-CN"]
    english = [each.text for each in shown().one("nav").of_class("t") if each.attributes["lang"] == "en"]
    assert chinese == ["本页内容", "概览", "部门", "质量"]
    assert english == ["On this page", "Overview", "Departments", "Quality"]


def test_the_switch_needs_no_script_and_comes_before_what_it_switches() -> None:
    body = shown().one("body")
    order = [each.tag for each in body.inside if isinstance(each, Element)]
    assert order[:4] == ["a", "input", "input", "div"]
    style = shown().one("style").text
    assert '#show-zh:checked ~ * .t[lang="en"]' in style
    assert '#show-en:checked ~ * .t[lang="zh-CN"]' in style
    assert {each.attributes["type"] for each in body.all("input")} == {"radio"}


def test_the_page_asks_nothing_of_the_network() -> None:
    found = shown(echarts=LIBRARY)
    for each in found.all():
        assert "src" not in each.attributes
        assert each.tag not in {"link", "img", "iframe", "object", "embed", "base", "form"}
        assert not re.match(r"(?i)\s*(\w+:|//)", each.attributes.get("href", ""))
    assert not re.search(r"url\(|@import|https?://", found.one("style").text)
    own = found.all("script")[-1].text
    assert not re.search(r"https?://|fetch\(|XMLHttpRequest|import\(", own)


def test_only_the_scripts_of_the_page_itself_may_run() -> None:
    found = shown(echarts=LIBRARY)
    (policy,) = (each.attributes["content"] for each in found.all("meta") if "http-equiv" in each.attributes)
    scripts = [each.text for each in found.all("script") if each.attributes.get("type") != "application/json"]
    digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    assert len(scripts) == 2
    assert f"script-src {allowed};" in policy
    assert policy.startswith("default-src 'none';")
    assert "script-src 'unsafe-inline'" not in policy
    assert not [name for each in found.all() for name in each.attributes if name.startswith("on")]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_every_place(text: str) -> None:
    source = render(full_of(text), lang="zh", echarts=LIBRARY)
    calm = read(render(full_of("calm"), lang="zh", echarts=LIBRARY))
    found = read(source)
    assert [each.tag for each in found.all()] == [each.tag for each in calm.all()]
    assert [sorted(each.attributes) for each in found.all()] == [sorted(each.attributes) for each in calm.all()]
    assert source.encode("utf-8")
    assert not re.search("[\x00\u202a-\u202e\u2066-\u2069\u200b\ufeff\ud800-\udfff]", source)
    for data in found.all("script"):
        assert "<" not in data.text or data.attributes.get("type") != "application/json"


def test_text_that_would_turn_around_is_written_out_and_isolated() -> None:
    found = read(render(full_of("\u202egnp.exe"), lang="en"))
    cells = [each for each in found.all("th") if each.attributes.get("scope") == "row"]
    assert {each.text for each in cells} == {"[U+202E]gnp.exe"}
    assert all(each.all("bdi") for each in cells)


def test_data_reaches_the_reader_as_it_is() -> None:
    data = "<b>&amp; \"quoted\" 'single' 𠮷 ﷺ"
    found = read(render(full_of(data), lang="en"))
    assert next(each.text for each in found.all("th") if each.attributes.get("scope") == "row") == data


def test_headings_start_at_one_and_skip_no_level() -> None:
    levels = [int(each.tag[1]) for each in shown().all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_table_has_a_caption_and_every_heading_cell_a_scope() -> None:
    for table in shown().all("table"):
        assert table.all("caption")[0].text
        assert all(each.attributes["scope"] in {"col", "row"} for each in table.all("th"))


def test_every_chart_has_its_values_as_a_table_that_stands_open_without_scripts() -> None:
    charts = [each for each in shown().all("figure") if "chart" in each.attributes["class"].split()]
    assert len(charts) == 3
    for chart in charts:
        twin = chart.one("details")
        assert "open" in twin.attributes
        assert twin.all("tbody")[0].all("tr")
        (drawing,) = chart.of_class("drawing")
        assert "hidden" in drawing.attributes
        assert drawing.attributes["role"] == "img"


def test_chart_data_carries_both_languages_and_all_values() -> None:
    data = [
        json.loads(each.text) for each in shown().all("script") if each.attributes.get("type") == "application/json"
    ]
    rates, stacked, _ = data
    assert rates["series"][0]["name"] == {"zh": "发布率", "en": "Rows published"}
    assert rates["series"][0]["data"] == [98.2, 94.1, 88.6, 99.99, 73.4, 62, 91.27]
    assert [series["stack"] for series in stacked["series"]] == ["all", "all"]


def test_a_row_opens_to_its_details_beneath_it() -> None:
    (table,) = (each for each in shown().all("table") if "就绪度" in each.all("caption")[0].text)
    rows = [each for each in table.all("tr") if "more" in each.attributes.get("class", "")]
    assert len(rows) == 7
    assert "校验位不符" in rows[0].text
    assert rows[0].all("td")[0].attributes["colspan"] == "5"


def test_the_same_page_gives_the_same_bytes() -> None:
    assert render(page(), lang="zh", echarts=LIBRARY) == render(page(), lang="zh", echarts=LIBRARY)


def test_line_ends_of_the_library_do_not_break_its_hash() -> None:
    assert render(page(), lang="zh", echarts="a;\r\nb;\r") == render(page(), lang="zh", echarts="a;\nb;\n")


def test_skipping_to_the_content_is_the_first_thing_a_keyboard_meets() -> None:
    first = shown().one("body").all("a", "input", "label")[0]
    assert first.attributes["href"] == "#content"
    assert "Skip to the content" in first.text


def test_an_empty_table_says_so() -> None:
    found = read(render(with_block(Table("t", (Column("c"),), (), empty="nothing here")), lang="en"))
    assert "nothing here" in found.one("tbody").text
    assert "No rows." in read(render(with_block(Table("t", (Column("c"),), ())), lang="en")).one("tbody").text


TWIN = Table("t", (Column("c"),), ())


@pytest.mark.parametrize(
    ("block", "code"),
    [
        (Table("t", (Column("a"), Column("b")), (Row(("1",)),)), "uneven"),
        (BarChart("t", "c", ("a", "b"), (Series("s", (1.0,)),)), "uneven"),
        (Heatmap("t", "c", ("a",), ("b",), ((1.0, 2.0),)), "uneven"),
        (Heatmap("t", "c", ("a",), ("b",), ()), "uneven"),
        (Heatmap("t", "c", ("a",), ("b",), ((1.5,),), rates=True), "rate_out_of_range"),
        (BarChart("t", "c", ("a",), (Series("s", (1.5,)),), rates=True), "rate_out_of_range"),
        (Figures((Figure("f", Number(float("nan"))),)), "not_finite"),
        (Chart("t", {"series": [float("inf")]}, TWIN), "not_finite"),
        (Figures((Figure("f", "1", link="javascript:alert(1)"),)), "link_not_local"),
        (Figures((Figure("f", "1", link="//elsewhere/x"),)), "link_not_local"),
        (Figures((Figure("f", "1", link="https://elsewhere/x"),)), "link_not_local"),
        (Figures((Figure("f", "1", link="a/../../etc"),)), "link_not_local"),
    ],
)
def test_a_page_that_is_not_whole_is_refused(block: Block, code: str) -> None:
    with pytest.raises(InternalFault) as caught:
        render(with_block(block), lang="zh")
    assert caught.value.code == f"report.{code}"


@pytest.mark.parametrize("anchor", ["content-title", "contents", "content", "show-zh", "Über", "a b", '"x'])
def test_an_anchor_that_is_taken_or_malformed_is_refused(anchor: str) -> None:
    section = Section("s", (), anchor)
    with pytest.raises(InternalFault) as caught:
        render(replace(page(), sections=(Section("s", (), "content-title"), section)), lang="zh")
    assert caught.value.code == "report.bad_anchor"


@pytest.mark.parametrize("library", ["x = '</SCRIPT>'", "x = '<!--'"])
def test_a_library_that_could_end_its_script_is_refused(library: str) -> None:
    with pytest.raises(InternalFault) as caught:
        render(page(), lang="zh", echarts=library)
    assert caught.value.code == "report.script_unsafe"
