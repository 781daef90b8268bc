"""The console in Chromium: every page of every role, as axe sees it, wide and narrow, light and dark."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait

from tests.chromium import QUIET
from tests.platform.test_served import answering, free_port

pytestmark = pytest.mark.browser
AXE = Path("build/axe.min.js")
BUILT = """
from ronghe.platform.serve.running import prepare
prepare(change=True)
from django.conf import settings
from ronghe.platform.clock import now
from ronghe.platform.demo.building import build
from ronghe.platform.law import profile
build(settings.HOME, now=now(), law=profile(), requests=14)
"""
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
ROLES = {
    "mzj.xuqiu": ("/", "/catalogue", "/catalogue?text=低保", "/cart", "/requests", "/objections", "/me"),
    "mzj.tigong": ("/", "/offers", "/offers/new", "/objections"),
    "gaj.shenpi": ("/", "/requests", "/audit"),
    "tongchou": ("/", "/offers?state=in_review", "/requests"),
    "jiancha": ("/audit", "/catalogue"),
    "xitong": ("/people", "/departments"),
    "anquan": ("/people", "/me"),
}


@dataclass(frozen=True)
class Town:
    """A served demo: where, and the password of its people."""

    address: str
    password: str


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    home = tmp_path_factory.mktemp("town")
    environ = {**os.environ, "RONGHE_HOME": str(home)}
    environ.pop("DJANGO_SETTINGS_MODULE", None)
    subprocess.run([sys.executable, "-c", BUILT], env=environ, check=True, capture_output=True, timeout=600)
    port = free_port()
    command = [sys.executable, "-m", "ronghe", "serve", "--port", str(port), "--quiet"]
    server = subprocess.Popen(command, env=environ, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        yield Town(answering(address, server), json.loads((home / "demo.json").read_text("utf-8"))["password"])
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory, go_without: Callable[[str], None]) -> Iterator[WebDriver]:
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if browser is None or driver is None:
        go_without("no Chromium with its driver on this machine: install chromium and chromium-driver")
    options = webdriver.ChromeOptions()
    assert browser
    assert driver
    options.binary_location = browser
    for flag in (*QUIET, "--accept-lang=zh-CN", f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield opened
    opened.quit()


@dataclass
class Reader:
    """Somebody in front of the browser."""

    browser: WebDriver
    town: Town

    def open(self, path: str) -> None:
        self.browser.get(self.town.address + path)

    def sign_in(self, username: str) -> None:
        """As a visitor of the demo does: choose a person, then the button."""
        self.browser.delete_all_cookies()
        self.open("/sign-in")
        self.click(By.CSS_SELECTOR, f'a[href="?person={username}"]')
        self.press("登录")
        WebDriverWait(self.browser, 20).until(lambda seen: "/sign-in" not in seen.current_url)

    def press(self, words: str) -> None:
        self.click(By.XPATH, f'//main//button[normalize-space()="{words}"]')

    def click(self, by: str, what: str) -> None:
        """Bring it into sight, then click."""
        found = self.browser.find_element(by, what)
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", found)
        found.click()

    def violations(self) -> list[str]:
        """What axe finds, a line each."""
        self.browser.execute_script(AXE.read_text("utf-8"))
        asked = f"const done = arguments[0]; axe.run({{runOnly: {list(RULES)}}}).then(found => done(found.violations))"
        found = self.browser.execute_async_script(asked)
        return [f"{self.browser.current_url} {one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]

    def overflow(self) -> int:
        """Pixels that stick out to the right."""
        wanted = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.browser.execute_script(wanted))


@pytest.fixture
def reader(chromium: WebDriver, town: Town, go_without: Callable[[str], None]) -> Reader:
    if not AXE.exists():
        go_without("axe is not fetched: run make assets")
    chromium.set_window_size(1280, 900)
    return Reader(chromium, town)


@pytest.mark.parametrize("username", ROLES)
def test_axe_finds_nothing_on_any_page_of_a_role(username: str, reader: Reader) -> None:
    reader.sign_in(username)
    found: list[str] = []
    for theme in ("light", "dark"):
        reader.browser.add_cookie({"name": "theme", "value": theme})
        for path in ROLES[username]:
            reader.open(path)
            found += reader.violations()
    assert found == []


@pytest.mark.parametrize("username", ROLES)
def test_pages_fit_a_telephone(username: str, reader: Reader) -> None:
    reader.sign_in(username)
    reader.browser.set_window_size(360, 800)
    wide = {}
    for path in ROLES[username]:
        reader.open(path)
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
