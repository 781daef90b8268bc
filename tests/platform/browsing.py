"""A served demo and somebody in front of a browser: what the tests in Chromium talk about."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests.chromium import QUIET
from tests.platform.test_served import answering, free_port

__all__ = ["Reader", "Served", "chromium", "reader", "served"]

AXE = Path("build/axe.min.js")
PICTURES = os.environ.get("RONGHE_PICTURES")
"""Where the stories leave pictures of their pages, in both languages; none without it."""
WIDE, HIGH = 1120, 960
BUILT = """
from ronghe.platform.serve.running import prepare
prepare(change=True)
from django.conf import settings
from ronghe.platform.clock import now
from ronghe.platform.demo.building import build
from ronghe.platform.law import profile
build(settings.HOME, now=now(), law=profile(), requests=14)
"""
WATCH = """
arguments[0].scrollIntoView({block: 'center', behavior: 'instant'});
window.leaves = false;
addEventListener('submit', event => { window.leaves = !event.defaultPrevented; });
"""
ARRIVED = "return window.leaves !== true && document.readyState === 'complete'"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@dataclass(frozen=True)
class Served:
    """A served demo: where, and the password of its people."""

    address: str
    password: str


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("served")
    environ = {**os.environ, "RONGHE_HOME": str(home)}
    environ.pop("DJANGO_SETTINGS_MODULE", None)
    subprocess.run([sys.executable, "-c", BUILT], env=environ, check=True, capture_output=True, timeout=600)
    port = free_port()
    command = [sys.executable, "-m", "ronghe", "serve", "--port", str(port), "--quiet"]
    server = subprocess.Popen(command, env=environ, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        yield Served(answering(address, server), json.loads((home / "demo.json").read_text("utf-8"))["password"])
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


@pytest.fixture(scope="session")
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
    served: Served

    def open(self, path: str) -> None:
        self.browser.get(self.served.address + path)

    def sign_in(self, username: str) -> None:
        """As a visitor of the demo does: choose a person, then the button."""
        self.browser.delete_all_cookies()
        self.open("/sign-in")
        self.click(By.CSS_SELECTOR, f'a[href="?person={username}"]')
        self.press("登录")
        WebDriverWait(self.browser, 20).until(lambda seen: "/sign-in" not in seen.current_url)

    def press(self, words: str) -> None:
        self.click(By.XPATH, f'//main//button[normalize-space()="{words}"]')

    def follow(self, words: str) -> None:
        """Click a link."""
        self.click(By.XPATH, f'//main//a[normalize-space()="{words}"]')

    def field(self, label: str) -> WebElement:
        """The control that a label names, in sight."""
        inner = f'//main//label[contains(., "{label}")]'
        named = f'//main//*[@aria-label="{label}"]'
        found = self.browser.find_element(By.XPATH, f"({inner}//input|{inner}//textarea|{inner}//select|{named})[1]")
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", found)
        return found

    def fill(self, **labels: str) -> None:
        """Type, choose or tick what each label says."""
        for label, value in labels.items():
            control = self.field(label)
            if control.tag_name == "select":
                Select(control).select_by_visible_text(value)
            elif control.get_attribute("type") in ("checkbox", "radio"):
                control.click()
            elif control.get_attribute("type") == "date":
                self.browser.execute_script("arguments[0].value = arguments[1]", control, value)
            else:
                if control.get_attribute("type") != "file":
                    control.clear()
                control.send_keys(value)

    def picture(self, name: str, *, of: str = "h1") -> None:
        """Take a picture of the page for the documentation, from the first thing on that the selector `of` finds."""
        if not PICTURES:
            return
        before = self.browser.get_window_size()
        self.browser.set_window_size(WIDE, HIGH)
        for lang, end in (("zh", ".zh.png"), ("en", ".png")):
            self.browser.add_cookie({"name": "lang", "value": lang})
            self.browser.refresh()
            found = self.browser.find_element(By.CSS_SELECTOR, f"main {of}")
            scroll = (
                "window.scrollTo({top: scrollY + arguments[0].getBoundingClientRect().top - 130, behavior: 'instant'})"
            )
            self.browser.execute_script(scroll, found)
            time.sleep(0.6)  # charts move into their places
            self.browser.save_screenshot(str(Path(PICTURES) / f"{name}{end}"))
        self.browser.delete_cookie("lang")
        self.browser.set_window_size(before["width"], before["height"])
        self.browser.refresh()

    def text(self) -> str:
        """What the page says; asked in one step, so that no page can be replaced between finding and reading."""
        return str(self.browser.execute_script("return document.querySelector('main')?.innerText ?? ''"))

    def await_text(self, words: str) -> str:
        """Reload until the page says it: a worker is at it."""

        def said(browser: WebDriver) -> bool:
            browser.refresh()
            return words in self.text()

        WebDriverWait(self.browser, 90, poll_frequency=1).until(said)
        return self.text()

    def click(self, by: str, what: str, *, stays: bool = False) -> None:
        """Wait for it as people do, bring it into sight, then click; the page of a download `stays`."""
        found = WebDriverWait(self.browser, 20).until(lambda seen: seen.find_element(by, what))
        self.browser.execute_script(WATCH, found)
        found.click()
        # A form that is on its way must arrive: whoever opens the next page at once takes it back.
        if not stays:
            WebDriverWait(self.browser, 60).until(lambda seen: seen.execute_script(ARRIVED))

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
def reader(chromium: WebDriver, served: Served, go_without: Callable[[str], None]) -> Reader:
    if not AXE.exists():
        go_without("axe is not fetched: run make assets")
    chromium.set_window_size(1280, 900)
    return Reader(chromium, served)
