"""A large file of a delivery, streamed to one client, and the same file from a plain static server in turn.

The file stands in the snapshot of a real delivery, whose manifest names its size and hash; ticket, range and the grant
that is asked twice a second are the product's own. The bytes are made up: a delivery of this size takes long to make.
"""

import hashlib
import http.client
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT
from benchmarks.platform.city import written
from benchmarks.platform.looking import granted
from benchmarks.platform.plain import FOLDER
from benchmarks.platform.serving import resident, served

PACKAGES = ("ronghe", "granian", "starlette")
NAME = "data.csv"
PIECE = 1 << 20
ROUNDS = 3
SAMPLED = 0.05


def run(task: dict[str, Any]) -> None:
    """Stream `megabytes` from both, in turn; write down the best of each, and how much memory ours took on."""
    home, size = Path(task["out"]) / "home", task["megabytes"] * 10**6
    os.environ |= {"RONGHE_HOME": str(home), "RONGHE_LOG": "error", "RONGHE_HOSTS": "127.0.0.1"}
    ticket = _delivery(size)
    path = next(home.glob(f"deliveries/*/*/{NAME}"))
    ours, plain, growth = [], [], []
    with (
        served(home, Path(task["out"]) / "log", "--only", "web") as (port, server),
        _plain(path.parent) as static,
    ):
        _read(port, f"/files/{ticket}", size // 10, part=True)
        for _ in range(ROUNDS):
            plain.append(_read(static, f"/static/{NAME}", size))
            with _watched(server) as seen:
                ours.append(_read(port, f"/files/{ticket}", size))
            growth.append(max(seen) - seen[0])
    told = {"ours_mb_s": max(ours) / 1e6, "plain_mb_s": max(plain) / 1e6, "growth_mb": max(growth) / 1e6}
    written(task, told | {"ratio": max(ours) / max(plain)})
    shutil.rmtree(home)


def _delivery(size: int) -> str:
    """A ticket for a file of a delivery that came the whole way, blown up to this size."""
    from ronghe.platform.serve.running import prepare

    prepare(change=True)
    from ronghe.platform.clock import now
    from ronghe.platform.kinds.data import store
    from ronghe.platform.kinds.data.models import Delivery
    from ronghe.platform.kinds.data.tickets import give_ticket

    asker, grant = granted(None)
    delivery = Delivery.objects.get(grant=grant)
    path = store.snapshot_folder(grant.pk, delivery.number) / NAME
    block, made = os.urandom(PIECE), hashlib.sha256()
    with path.open("wb") as file:
        for start in range(0, size, PIECE):
            part = block[: min(PIECE, size - start)]
            file.write(part)
            made.update(part)
    for one in delivery.files:
        if one["name"] == NAME:
            one |= {"bytes": size, "hash": f"sha256:{made.hexdigest()}"}
    delivery.save(update_fields=["files"])
    return give_ticket(by=asker, at=now(), grant=grant, file=NAME)


@contextmanager
def _plain(folder: Path) -> Iterator[int]:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port = int(tried.getsockname()[1])
    command = [sys.executable, "-c", f"from benchmarks.platform.plain import serve; serve({port})"]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, FOLDER: str(folder)}) as server:
        for _ in range(300):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        try:
            yield port
        finally:
            server.terminate()


@contextmanager
def _watched(process: int) -> Iterator[list[int]]:
    seen, over = [resident(process)], threading.Event()

    def watch() -> None:
        while not over.wait(SAMPLED):
            seen.append(resident(process))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def _read(port: int, path: str, size: int, *, part: bool = False) -> float:
    """Bytes a second; RuntimeError where less came than was promised."""
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    began, got = time.perf_counter(), 0
    headers = {"Range": f"bytes=0-{size - 1}"} if part else {}
    caller.request("GET", path, headers=headers)
    answer = caller.getresponse()
    buffer = bytearray(PIECE)
    while count := answer.readinto(buffer):
        got += count
    took = time.perf_counter() - began
    caller.close()
    if answer.status not in (200, 206) or got != size:
        raise RuntimeError(f"{answer.status}: {got} of {size} bytes")
    return got / took
