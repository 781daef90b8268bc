"""The console in Chromium: every page of every role, as axe sees it, wide and narrow, light and dark."""

import re

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.platform.browsing import Reader

pytestmark = pytest.mark.browser
ROLES = {
    "mzj.xuqiu": ("/", "/catalogue", "/catalogue?text=低保", "/cart", "/requests", "/objections", "/index", "/me"),
    "rsj.xuqiu": ("/grants", "/grants/", "/disputes", "/demands", "/collections", "/notices"),
    "mzj.tigong": ("/", "/offers", "/offers/new", "/objections", "/inventory", "/notices"),
    "gaj.shenpi": ("/", "/requests", "/audit", "/audit/", "/webhooks", "/notices"),
    "tongchou": (
        "/",
        "/offers?state=in_review",
        "/requests",
        "/inventory",
        "/demands",
        "/collections",
        "/disputes",
        "/grants/",
        "/objections/",
        "/index",
        "/index/flows",
        "/catalogue/",
    ),
    "jiancha": ("/audit", "/audit/", "/catalogue", "/inventory", "/security", "/index/flows"),
    "yunwei": ("/", "/jobs"),
    "xitong": ("/people", "/departments", "/security"),
    "anquan": ("/people", "/me", "/security"),
    "shenji": ("/",),
    "yjj.ziyuan": ("/",),
}
"""The pages of each; an address that ends in a slash is the first page that its list leads to."""


UNFOLD = "document.querySelectorAll('main details').forEach(one => { one.open = true; })"
"""What is folded away is seen by axe once it is open."""


def opened(reader: Reader, path: str) -> None:
    """Open a page; for an address that ends in a slash its list, and what its first line leads to where it has one:
    what happened in a made-up year differs from day to day."""
    reader.open(path.rstrip("/") or "/")
    link = f'main tbody a[href^="{path}"]'
    if path.rstrip("/") and path.endswith("/") and reader.browser.find_elements(By.CSS_SELECTOR, link):
        reader.click(By.CSS_SELECTOR, link)


@pytest.mark.parametrize("username", ROLES)
def test_axe_finds_nothing_on_any_page_of_a_role(username: str, reader: Reader) -> None:
    reader.sign_in(username)
    found: list[str] = []
    for theme in ("light", "dark"):
        reader.browser.add_cookie({"name": "theme", "value": theme})
        for path in ROLES[username]:
            opened(reader, path)
            reader.browser.execute_script(UNFOLD)
            found += reader.violations()
    assert found == []


def test_what_ends_something_is_reached_by_the_keyboard_alone(reader: Reader) -> None:
    """Tab to the first step, open it, tab to the second: which says what will happen, and is the next stop."""
    reader.sign_in("xitong")
    reader.open("/departments")
    first = reader.browser.find_element(By.CSS_SELECTOR, "details.sure > summary")
    second = reader.browser.find_element(By.CSS_SELECTOR, "details.sure > button")
    assert not second.is_displayed()
    reader.browser.execute_script("arguments[0].focus()", first)
    reader.browser.switch_to.active_element.send_keys(Keys.ENTER)
    WebDriverWait(reader.browser, 5).until(lambda _: second.is_displayed())
    assert "不能恢复" in reader.text()
    reader.browser.switch_to.active_element.send_keys(Keys.TAB)
    assert reader.browser.switch_to.active_element == second


@pytest.mark.parametrize("username", ROLES)
def test_pages_fit_a_telephone(username: str, reader: Reader) -> None:
    reader.sign_in(username)
    reader.browser.set_window_size(360, 800)
    wide = {}
    for path in ROLES[username]:
        opened(reader, path)
        if reader.overflow() > 0:
            wide[path] = reader.overflow()
    assert wide == {}


def test_detail_pages_are_accessible_and_say_no_code(reader: Reader) -> None:
    """The first entry and the first request: no text without its translation, nothing for axe."""
    reader.sign_in("mzj.xuqiu")
    found, seen = [], []
    for lang in ("zh-Hans", "en"):
        reader.browser.add_cookie({"name": "lang", "value": lang[:2]})
        for path in ("/catalogue", "/requests"):
            reader.open(path)
            reader.click(By.CSS_SELECTOR, "tbody a")
            assert reader.browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == lang
            found += reader.violations()
            seen.append(reader.browser.find_element(By.TAG_NAME, "main").text)
    assert found == []
    assert not [text for text in seen if re.search(r"platform\.\w+", text)]


def test_the_index_is_drawn_opened_down_to_its_rows_and_computed_anew(reader: Reader) -> None:
    """Charts under the console's own policy, a department's page in both themes, and the button with its progress."""
    reader.sign_in("tongchou")
    found, wide = [], {}
    reader.open("/index")
    link = reader.browser.find_element(By.CSS_SELECTOR, "table.index tbody a").get_attribute("href") or ""
    department = link.removeprefix(reader.served.address)
    for theme, path in (("light", department), ("dark", department), ("light", "/index"), ("light", "/index/flows")):
        reader.browser.add_cookie({"name": "theme", "value": theme})
        reader.open(path)
        charts = reader.browser.find_elements(By.CSS_SELECTOR, "[data-chart]")
        assert all(chart.find_elements(By.TAG_NAME, "svg") for chart in charts), path
        assert charts or path == department, path
        found += reader.violations()
        reader.browser.set_window_size(360, 800)
        if reader.overflow() > 0:
            wide[path] = reader.overflow()
        reader.browser.set_window_size(1280, 900)
    assert (found, wide) == ([], {})
    reader.open("/index")
    reader.picture("index")
    reader.press("立即计算")
    done = "#progress.good"
    WebDriverWait(reader.browser, 60).until(lambda seen: seen.find_elements(By.CSS_SELECTOR, done))


def test_search_answers_while_one_types(reader: Reader) -> None:
    reader.sign_in("mzj.xuqiu")
    reader.open("/catalogue")
    reader.browser.find_element(By.ID, "text").send_keys("婚姻")
    entries = "#rows tbody td:first-child a"
    WebDriverWait(reader.browser, 10).until(lambda seen: len(seen.find_elements(By.CSS_SELECTOR, entries)) < 10)
    assert reader.browser.find_element(By.CSS_SELECTOR, entries).text == "婚姻登记信息"
    assert "text=" in reader.browser.current_url


def test_the_keyboard_reaches_the_content_first(reader: Reader) -> None:
    reader.sign_in("mzj.xuqiu")
    reader.open("/catalogue")
    reader.browser.switch_to.active_element.send_keys("\t")
    focused = reader.browser.switch_to.active_element
    assert (focused.get_attribute("href") or "").endswith("#main")
