"""What the other cases ask of a platform that is served: its process, its people, its memory and its CPU."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

__all__ = ["Visitor", "resident", "served", "server_times"]

_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
_LINE = re.compile(r"method=GET ms=([0-9.]+) .*?route=(\S+)\s+status=200")


@contextmanager
def served(home: Path, log: Path, *only: str) -> Iterator[tuple[int, int]]:
    """`ronghe serve` on a free port of the loopback, its log lines in a file; gives the port and the process."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port = int(tried.getsockname()[1])
    environ = {**os.environ, "RONGHE_HOME": str(home), "RONGHE_LOG": "info", "NO_COLOR": "1"}
    environ.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "ronghe", "serve", "--port", str(port), *only]
    with (
        log.open("wb") as out,
        subprocess.Popen(command, env=environ, stdout=out, stderr=out, start_new_session=True) as server,
    ):
        try:
            _await(port, server)
            yield port, server.pid
        finally:
            os.killpg(server.pid, signal.SIGTERM)


def _await(port: int, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(1_200):
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with {server.returncode}")
        try:
            caller = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            caller.request("GET", "/healthz")
            if caller.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")


class Visitor:
    """One signed-in browser: one connection, one session."""

    def __init__(self, port: int, session: str) -> None:
        self._session, self._csrf = session, ""
        self._caller = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str) -> bytes:
        """A page; RuntimeError for any answer but 200."""
        self._caller.request(
            "GET",
            path,
            headers={"Cookie": f"sessionid={self._session}; csrftoken={self._csrf}", "Accept-Language": "zh"},
        )
        answer = self._caller.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:300]!r}")
        for line in answer.headers.get_all("Set-Cookie") or ():
            if found := re.match(r"csrftoken=([^;]+)", line):
                self._csrf = found[1]
        return body

    def post(self, path: str, form: dict[str, str], *, to: str = "") -> int:
        """The status of the answer to a form that the page at `path` has and that goes there, or `to` another place."""
        token = _TOKEN.search(self.get(path))
        if token is None:
            raise RuntimeError(f"{path} has no form")
        cookie = f"sessionid={self._session}; csrftoken={self._csrf}"
        body = urlencode({**form, "csrfmiddlewaretoken": token[1].decode()})
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self._caller.request("POST", to or path, body, headers)
        answer = self._caller.getresponse()
        answer.read()
        return answer.status


def server_times(log: Path, start: int) -> dict[str, list[float]]:
    """Milliseconds that the server took for each page answered after the first `start` bytes of its log, by route."""
    found: dict[str, list[float]] = {}
    for line in log.read_bytes()[start:].decode("utf-8", "replace").splitlines():
        if told := _LINE.search(line):
            found.setdefault(told[2], []).append(float(told[1]))
    return found


def resident(root: int) -> int:
    """Bytes that a process and all that it started keep in memory."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text("utf-8").rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(folder.name)] = int(stat[1])
    family = [root]
    for one in family:
        family += [child for child, parent in parents.items() if parent == one]
    return sum(_resident(one) for one in family)


def _resident(process: int) -> int:
    try:
        told = Path(f"/proc/{process}/statm").read_text("utf-8").split()
    except OSError:
        return 0
    return int(told[1]) * os.sysconf("SC_PAGE_SIZE")
