"""What only a browser can tell: the charts come alive, and hostile data does not."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ronghe.messages import Bilingual
from ronghe.report import Chart, Column, Disclosure, Json, Number, Page, Row, Section, Table, echarts_source, render
from tests import chromium
from tests.unit.report.pages_read import Element, read
from tests.unit.report.sample_page import page

pytestmark = pytest.mark.browser
QUIET = (*chromium.QUIET, "--virtual-time-budget=5000")


@pytest.fixture
def library() -> str:
    source = echarts_source()
    if source is None:
        pytest.skip("the chart library is not fetched: run make assets")
    return source


def opened(shown: Page, library: str, folder: Path) -> Element:
    """The page as it stands after its scripts have run; the library itself is left out before reading."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no Chromium on this machine: install the package chromium")
    file = folder / "page.html"
    file.write_text(render(shown, lang="zh", echarts=library), "utf-8")
    command = (
        browser,
        *QUIET,
        "--virtual-time-budget=5000",
        f"--user-data-dir={folder / 'profile'}",
        "--dump-dom",
        file.as_uri(),
    )
    dumped = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout.decode()
    return read(dumped.replace(library.strip(), ""))


def test_charts_are_drawn_and_their_tables_fold_away(library: str, tmp_path: Path) -> None:
    found = opened(page(), library, tmp_path)
    drawings = found.of_class("drawing")
    assert len(drawings) == 3
    assert all(drawing.all("svg") and "hidden" not in drawing.attributes for drawing in drawings)
    assert not [twin for twin in found.of_class("twin") if "open" in twin.attributes]
    assert ">99.9%" in drawings[0].text
    assert "公安局" in drawings[0].text


def test_hostile_names_in_a_chart_run_nothing(library: str, tmp_path: Path) -> None:
    hostile = "<img src=x onerror=\"document.title='owned'\">"
    twin = Table("t", (Column("a"), Column("b", "end")), (Row((hostile, Number(1))),))
    option: dict[str, Json] = {
        "xAxis": {"type": "value"},
        "yAxis": {"type": "category", "data": [hostile]},
        "series": [{"type": "bar", "name": hostile, "data": [1]}],
    }
    title = Bilingual(zh="平安", en="calm")
    found = opened(Page(title, title, (Section("s", (Chart(hostile, option, twin),)),)), library, tmp_path)
    assert found.one("title").text == "平安"
    assert not found.all("img")


def test_a_chart_that_cannot_be_drawn_leaves_its_table_open(library: str, tmp_path: Path) -> None:
    twin = Table("t", (Column("a"),), (Row(("1",)),))
    title = Bilingual(zh="平安", en="calm")
    found = opened(Page(title, title, (Section("s", (Chart("c", {"series": 3}, twin),)),)), library, tmp_path)
    (fold,) = found.of_class("twin")
    assert "open" in fold.attributes
    assert "hidden" in found.of_class("drawing")[0].attributes


MEASURE = """<script>addEventListener('load', () => {
  document.querySelectorAll('details').forEach(one => one.open = true);
  document.title = [...document.querySelectorAll('tr.more .scroll')].map(box => {
    const outer = box.parentElement.closest('.scroll');
    const outerFits = outer.scrollWidth <= outer.clientWidth;
    return outerFits && box.clientWidth <= outer.clientWidth && box.scrollWidth > box.clientWidth;
  }).join();
})</script>"""


def test_a_wide_table_within_a_row_scrolls_in_its_own_box(tmp_path: Path) -> None:
    wide = Table("inner", tuple(Column(f"column {n}") for n in range(60)), (Row(tuple("value" for _ in range(60))),))
    outer = Table("outer", (Column("a"), Column("b")), (Row(("x", "y"), Disclosure("more", (wide,))),))
    title = Bilingual(zh="宽", en="wide")
    made = render(Page(title, title, (Section("s", (outer,)),)), lang="zh", echarts=None)
    # The page's own policy forbids foreign scripts; this one only measures.
    unguarded = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", made)
    (tmp_path / "page.html").write_text(unguarded + MEASURE, "utf-8")
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no Chromium on this machine: install the package chromium")
    command = (
        browser,
        *QUIET,
        "--virtual-time-budget=5000",
        f"--user-data-dir={tmp_path / 'p'}",
        "--dump-dom",
        (tmp_path / "page.html").as_uri(),
    )
    dumped = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout.decode()
    assert read(dumped).one("title").text == "true"
