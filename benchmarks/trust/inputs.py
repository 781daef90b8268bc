"""Made inputs: columns of identity numbers, bytes to seal, a log to verify; the same for everyone, kept in a folder."""

import random
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa

from ronghe.trust.keys import Key, signer_of
from ronghe.trust.log import Log

KEY = bytes(range(32))
BATCH = 500
"""Entries of a commit of the log that is verified."""


def column(folder: Path, rows: int, distinct: int) -> Path:
    path = folder / f"numbers-{rows}-{distinct}.arrow"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        generator = np.random.default_rng(20260101)
        values = pa.array([f"{number:018d}" for number in generator.choice(10**12, distinct, replace=False).tolist()])
        places = generator.permutation(np.arange(rows) % distinct)
        table = pa.table({"number": values.take(pa.array(places))})
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
    return path


def plain(folder: Path, size: int) -> Path:
    path = folder / f"plain-{size}"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(random.Random(20260101).randbytes(size))
    return path


def body(number: int) -> dict[str, object]:
    """An entry such as the platform writes."""
    return {
        "asset": "population@3",
        "consumer": f"department-{number % 40}",
        "decision": "permit",
        "number": number,
        "purpose": "subsidy for the elderly",
    }


def log(folder: Path, entries: int, hash_: Literal["sm3", "sha256"]) -> Path:
    path = folder / f"log-{entries}-{hash_}"
    if not (path / "state.json").is_file():
        ticks = count()
        signer = signer_of(Key("heads.1", "sign", "sm2" if hash_ == "sm3" else "ed25519", KEY))

        def now() -> datetime:
            return datetime.fromtimestamp(1_767_225_600 + next(ticks), UTC)

        with Log.create(path, now=now, signer=signer, hash_=hash_) as made:
            for first in range(0, entries, BATCH):
                made.append([body(number) for number in range(first, min(first + BATCH, entries))])
    return path
