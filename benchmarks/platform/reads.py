"""Reads through the API of a platform that runs in a process of its own, with a token, over one connection.

What counts is the CPU time of the serving processes: the caller's own is not theirs.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

PACKAGES = ("ronghe", "django", "django-ninja", "granian")
WARM = 30
PATHS = {
    "me": "/api/me",
    "entry": "/api/catalogue/B-7",
    "list": "/api/catalogue?limit=20",
    "search": "/api/catalogue?text=%E7%99%BB%E8%AE%B0&limit=20",
}
SECRET = "rh_benchmark"
TICKS = os.sysconf("SC_CLK_TCK")


def run(task: dict[str, Any]) -> None:
    """Make an installation, serve it, read, and write down what it cost."""
    out = Path(task["out"])
    os.environ |= {"RONGHE_HOME": str(out / "home"), "RONGHE_API_CALLS": "100000000"}
    _city(task["entries"])
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port = int(tried.getsockname()[1])
    command = [sys.executable, "-m", "ronghe", "serve", "--only", "web", "--port", str(port), "--quiet"]
    with subprocess.Popen(command) as server:
        try:
            caller = _answering(port, server)
            found = {name: _read(caller, path, task["reads"], server.pid) for name, path in PATHS.items()}
        finally:
            server.terminate()
    (out / "found.json").write_text(json.dumps(found), "utf-8")


def _city(entries: int) -> None:
    from ronghe.platform.serve.running import prepare

    prepare(change=True)
    from ronghe.platform.access.models import Membership, Person, Token
    from ronghe.platform.access.queries import digest_of
    from ronghe.platform.catalogue import search
    from ronghe.platform.catalogue.models import Asset, Item, Version
    from ronghe.platform.departments.models import Department

    now = datetime.now(UTC)
    owner = Department.objects.create(code="B", name="民政局")
    asks = Department.objects.create(code="A", name="税务局")
    person = Person.objects.create(username="程序", name="程序")
    Membership.objects.create(person=person, department=asks, role="asker", since=now)
    until = now + timedelta(days=1)
    scopes = ["catalogue.read", "requests.read"]
    Token.objects.create(person=person, name="t", digest=digest_of(SECRET), scopes=scopes, made=now, expires=until)
    for place in range(entries):
        asset = Asset.objects.create(code=f"B-{place}", kind="data", department=owner, made=now)
        version = Version.objects.create(
            asset=asset,
            number=1,
            state="published",
            name=f"登记{place}",
            sharing_class="conditional",
            effective=now,
        )
        Item.objects.bulk_create(Item(version=version, place=n, name=f"信息项{n}", type="C") for n in range(10))
        search.index(version)


def _answering(port: int, server: "subprocess.Popen[bytes]") -> http.client.HTTPConnection:
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with {server.returncode}")
        caller = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            caller.connect()
        except OSError:
            time.sleep(0.1)
        else:
            return caller
    raise RuntimeError("the server does not answer")


def _family(root: int) -> list[int]:
    """A process and everything that it started."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            parents[int(folder.name)] = int(_stat(int(folder.name))[1] or 0)
    found = [root]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def _stat(process: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name; zeros for one that is gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return ["0"] * 20


def _cpu(root: int) -> float:
    return sum(int(field) for one in _family(root) for field in _stat(one)[11:13]) / TICKS


def _read(caller: http.client.HTTPConnection, path: str, reads: int, server: int) -> dict[str, float]:
    for _ in range(WARM):
        _once(caller, path)
    before, times = _cpu(server), []
    for _ in range(reads):
        began = time.perf_counter()
        _once(caller, path)
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    return {"a_cpu_second": reads / (_cpu(server) - before), "p95_ms": times[int(reads * 0.95)]}


def _once(caller: http.client.HTTPConnection, path: str) -> None:
    caller.request("GET", path, headers={"Authorization": f"Bearer {SECRET}"})
    answer = caller.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status} {body[:300]!r}")
