"""Ronghe's own work: tokens for a column, a file sealed, entries acknowledged, a log verified."""

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.trust.inputs import KEY, body
from ronghe.trust.keys import Key, seal, signer_of, token_key, tokens
from ronghe.trust.log import Log, verify

PACKAGES = ("ronghe", "cryptography", "pyarrow")


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


_WORK = {"tokens": _tokens, "seal": _seal, "append": _append, "verify": _verify}


def run(task: dict[str, Any]) -> None:
    _WORK[task["work"]](task)
