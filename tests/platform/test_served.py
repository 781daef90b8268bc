"""The platform as it is served: a process of its own, spoken to over HTTP."""

import http.cookiejar
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator

import pytest

PASSWORD = "云中白鹤-2026-很长"
STARTED = f"""
from datetime import UTC, datetime
from ronghe.platform.serve.running import prepare
prepare(change=True)
from ronghe.platform.access.roles import ADMINISTRATORS
from ronghe.platform.access.start import start
people = {{role: (role.value, {PASSWORD!r}) for role in ADMINISTRATORS}}
start(at=datetime.now(UTC), bureau="数据局", code="SJJ", people=people)
"""


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An installation with its three administrators, served."""
    environ = {**os.environ, "RONGHE_HOME": str(tmp_path_factory.mktemp("served"))}
    environ.pop("DJANGO_SETTINGS_MODULE", None)
    subprocess.run([sys.executable, "-c", STARTED], env=environ, check=True, timeout=120)
    port = free_port()
    command = [sys.executable, "-m", "ronghe", "serve", "--port", str(port), "--quiet"]
    server = subprocess.Popen(command, env=environ, start_new_session=True)
    yield answering(f"http://127.0.0.1:{port}", server)
    os.killpg(server.pid, signal.SIGTERM)
    server.wait(30)


def answering(address: str, server: subprocess.Popen[bytes]) -> str:
    for _ in range(1_200):
        assert server.poll() is None
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return address
    raise AssertionError("the server does not answer")


class Visitor:
    """A browser without scripts: keeps cookies, sends forms."""

    def __init__(self, address: str) -> None:
        self.address = address
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._open = urllib.request.build_opener(jar).open

    def read(self, path: str) -> str:
        return str(self._open(self.address + path, timeout=20).read().decode())

    def send(self, path: str, **typed: str) -> str:
        found = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', self.read(path))
        assert found
        form = urllib.parse.urlencode({"csrfmiddlewaretoken": found[1], **typed}).encode()
        return str(self._open(self.address + path, form, timeout=20).read().decode())


def test_a_person_signs_in_through_the_server(address: str) -> None:
    visitor = Visitor(address)
    assert "退出" not in visitor.read("/")
    assert "退出" in visitor.send("/sign-in", login="system_administrator", password=PASSWORD)
    assert "system_administrator" in visitor.read("/people")


def test_a_wrong_password_is_told_and_opens_nothing(address: str) -> None:
    visitor = Visitor(address)
    told = visitor.send("/sign-in", login="system_administrator", password="wrong")
    assert 'role="alert"' in told
    assert "退出" not in visitor.read("/")


def test_static_files_come_beside_the_pages(address: str) -> None:
    assert ".top" in Visitor(address).read("/static/console/console.css")
