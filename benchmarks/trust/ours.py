"""Ronghe's own work: tokens for a column, a file sealed, entries acknowledged, a log verified."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.trust.inputs import KEY, body
from ronghe.trust.keys import Key, seal, signer_of, token_key, tokens
from ronghe.trust.log import Log, Unreadable, verify

PACKAGES = ("ronghe", "cryptography", "pyarrow")
START = datetime(2026, 1, 1, tzinfo=UTC)


def _tokens(task: dict[str, Any]) -> None:
    with pa.memory_map(task["source"]) as file:
        column = pa.ipc.open_file(file).read_all().column("number")
        key = token_key(Key("t.1", "token", task["algorithm"], KEY), consumer="transport", request="r1")
        assert len(tokens(column, key, "citizen_id")) == len(column)


def _seal(task: dict[str, Any]) -> None:
    key = Key("f.1", "wrap", task["algorithm"], KEY[: task["key_bytes"]])
    seal(Path(task["source"]), Path(task["out"]) / "sealed", key=key, context="population@3")


def _append(task: dict[str, Any]) -> None:
    signer = signer_of(Key("heads.1", "sign", "sm2", KEY))
    with Log.create(Path(task["out"]) / "log", now=lambda: datetime.now(UTC), signer=signer) as log:

        def write(writer: int) -> None:
            for turn in range(task["turns"]):
                log.append([body(turn * task["writers"] + writer)])

        threads = [threading.Thread(target=write, args=(writer,)) for writer in range(task["writers"])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert log.size == task["turns"] * task["writers"]


def _verify(task: dict[str, Any]) -> None:
    verdict = verify(Path(task["source"]))
    assert verdict.size == verdict.signed == task["entries"]
    assert not verdict.faults


def _found(folder: Path) -> bool:
    try:
        return bool(verify(folder).faults)
    except Unreadable:
        return True


def _changed(task: dict[str, Any]) -> str:
    """Change every byte of a log, one after the other, and count the changes that the verifier misses."""
    folder = Path(task["out"]) / "log"
    with Log.create(folder, now=lambda: START, signer=signer_of(Key("heads.1", "sign", "sm2", KEY))) as log:
        for number in range(task["entries"]):
            log.append([body(number)])
    missed = changed = 0
    for name in ("entries", "log.json"):
        path, whole = folder / name, (folder / name).read_bytes()
        for place in range(len(whole)):
            for flip in (0x01, 0x80):
                # A new file: one that is cut and written again is flushed to the disk, every time.
                path.unlink()
                path.write_bytes(whole[:place] + bytes([whole[place] ^ flip]) + whole[place + 1 :])
                changed, missed = changed + 1, missed + (not _found(folder))
        path.write_bytes(whole)
    return json.dumps({"changed": changed, "missed": missed})


_WORK = {"tokens": _tokens, "seal": _seal, "append": _append, "verify": _verify, "changed": _changed}


def run(task: dict[str, Any]) -> str | None:
    return _WORK[task["work"]](task)
