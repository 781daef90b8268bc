"""Which work is measured for keys and log, and what it should reach."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.measure import Case, Measured, measure
from benchmarks.results import Goal, at_least, at_most, report
from benchmarks.trust import inputs

__all__ = ["CASES", "NAME", "ROWS", "run"]

NAME = "trust"
ROWS = 1_000_000
WRITERS = 32
MEGABYTES = 128
CHANGED = 10
"""Entries of the log of which every byte is changed."""
OURS, FLOOR = "benchmarks.trust.ours", "benchmarks.trust.floor"
SECRET_BYTES = {"sm4-gcm": 16, "aes-256-gcm": 32}


def _token_cases(folder: Path, rows: int) -> Iterator[Case]:
    few, all_ = str(inputs.column(folder, rows, max(rows // 10, 1))), str(inputs.column(folder, rows, rows))
    for hash_ in ("sm3", "sha256"):
        for name, source, shape in (("few", few, "10% distinct"), ("all", all_, "all distinct")):
            task = {"work": "tokens", "source": source, "algorithm": f"hmac-{hash_}", "hash": hash_}
            yield Case(f"tokens_{hash_}_{name}", f"tokens, HMAC-{hash_.upper()}, {shape}", OURS, task, rows)
            yield Case(f"naive_{hash_}_{name}", f"HMAC-{hash_.upper()} row by row, {shape}", FLOOR, task, rows)


def _seal_cases(folder: Path, rows: int) -> Iterator[Case]:
    size = min(MEGABYTES, max(rows // 1000, 1)) * 10**6
    source = str(inputs.plain(folder, size))
    for name, length in SECRET_BYTES.items():
        short = name.partition("-")[0]
        task = {"source": source, "algorithm": name, "key_bytes": length}
        yield Case(f"cipher_{short}", f"{name.upper()} alone, KB", FLOOR, task | {"work": "cipher"}, size // 1000)
        yield Case(f"seal_{short}", f"a file sealed, {name.upper()}, KB", OURS, task | {"work": "seal"}, size // 1000)


def _log_cases(folder: Path, rows: int) -> Iterator[Case]:
    turns = max(min(rows // 2000, 300), 1)
    task = {"turns": turns, "writers": WRITERS}
    asked = turns * WRITERS
    yield Case("flush", f"the disk alone, {WRITERS} entries a flush", FLOOR, task | {"work": "flush"}, asked)
    yield Case("append", f"entries acknowledged, {WRITERS} writers", OURS, task | {"work": "append"}, asked)
    few = max(min(rows // 50_000, CHANGED), 2)
    yield Case("changed", "every byte of a log changed", OURS, {"work": "changed", "entries": few}, few)
    for hash_ in ("sm3", "sha256"):
        entries = max(rows // 2, 1)
        source = str(inputs.log(folder, entries, hash_))
        said = {"work": "verify", "source": source, "entries": entries}
        yield Case(f"verify_{hash_}", f"a log verified, {hash_.upper()}", OURS, said, entries)


_HASHES = ("sm3", "sha256")
CASES = (
    *(f"{who}_{hash_}_{name}" for hash_ in _HASHES for name in ("few", "all") for who in ("tokens", "naive")),
    *(f"{who}_{cipher}" for cipher in ("sm4", "aes") for who in ("cipher", "seal")),
    *("flush", "append", "changed", "verify_sm3", "verify_sha256"),
)


def _rate(found: Measured | None, of: Callable[[Measured], float]) -> float | None:
    return None if found is None else found.case.rows / of(found) / 10**6


def _ratio(one: Measured | None, other: Measured | None, of: Callable[[Measured], float]) -> float | None:
    return None if one is None or other is None else of(other) / of(one)


def goals(measured: Mapping[str, Measured]) -> Iterator[Goal]:
    """The figures to reach; rates are of CPU time, except of acknowledgments, which wait for the disk: of the clock."""

    def cpu(found: Measured) -> float:
        return found.cpu

    def wall(found: Measured) -> float:
        return found.wall

    got = measured.get
    for hash_ in ("sm3", "sha256"):
        name = hash_.upper()
        yield at_least(f"tokens {name}, 10% distinct", _rate(got(f"tokens_{hash_}_few"), cpu), 1, "M/s")
        yield at_least(f"tokens {name}, all distinct", _rate(got(f"tokens_{hash_}_all"), cpu), 0.5, "M/s")
    # AES is so fast that writing the file costs more than the cipher: it is measured, but SM4 has the goal.
    yield at_least("SM4 file against the cipher alone", _ratio(got("seal_sm4"), got("cipher_sm4"), cpu), 0.8)
    acknowledged = _rate(got("append"), wall)
    thousands = None if acknowledged is None else acknowledged * 1000
    yield at_least(f"acknowledged by {WRITERS} writers", thousands, 10, "k/s")
    told = json.loads(measured["changed"].samples[0].told or "{}") if "changed" in measured else {}
    yield at_least("single bytes changed", told.get("changed"), 1, "")
    yield at_most("of these changes not found", told.get("missed"), 0, "")
    for hash_ in ("sm3", "sha256"):
        yield at_least(f"verified {hash_.upper()}", _rate(got(f"verify_{hash_}"), cpu), 0.5, "M/s")


def run(
    folder: Path, *, rows: int, full: bool, only: Sequence[str], repeats: int, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Measure the cases named in `only`, or all, each `repeats` times; `full` adds nothing here."""
    del full
    tell("making the inputs")
    made = (*_token_cases(folder, rows), *_seal_cases(folder, rows), *_log_cases(folder, rows))
    cases = [case for case in made if not only or case.name in only]
    measured, skipped = measure(cases, repeats=repeats, check=lambda _case, _out: None, tell=tell)
    notes = [f"The verified logs have a head for every {inputs.BATCH} entries; all heads are computed again."]
    return report(
        NAME,
        measured=measured,
        skipped=skipped,
        goals=list(goals(measured)),
        notes=notes,
        inputs=[],
        machine=machine(),
    )
