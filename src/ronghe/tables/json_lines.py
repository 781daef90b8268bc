"""Read JSON lines (.jsonl, .ndjson) and JSON files that hold objects, any size, with no Python per record."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ronghe.tables.delimited import Progress, silent
from ronghe.tables.json_numbers import MARK, NESTED_NUMBER, marked
from ronghe.tables.limits import Limits
from ronghe.tables.parquet import renamed_columns
from ronghe.tables.sniff import sniff
from ronghe.tables.staged import Malformed, Staged
from ronghe.terms import InputError

__all__ = ["stage_json"]

BLOCK_BYTES = 8 << 20
SHOWN_CHARACTERS = 1_000
MOST_MALFORMED = 1_000_000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class _Block:
    """Whole lines: their bytes, and where each begins and ends (with its line feed)."""

    data: bytes
    offsets: np.ndarray[tuple[int], np.dtype[np.int64]]
    first_line: int

    def texts(self) -> pa.Array:
        """The lines as they are; raises ArrowInvalid where one is not UTF-8."""
        offsets = pa.py_buffer(self.offsets.astype(np.int32))
        array = pa.StringArray.from_buffers(len(self.offsets) - 1, offsets, pa.py_buffer(self.data))
        array.validate(full=True)
        return array


@dataclass
class _Survey:
    """What the first pass finds: the keys in order of first appearance, the records, the lines that are none."""

    keys: dict[str, None] = field(default_factory=dict)
    records: int = 0
    malformed: list[Malformed] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)
    shapes: set[tuple[str, ...]] = field(default_factory=set)


def _blocks(path: Path, limits: Limits, progress: Progress) -> Iterator[_Block]:
    """The file cut at line ends; a line longer than the limit comes cut to it, and is told by its length."""
    size, line, held = path.stat().st_size, 1, b""
    with path.open("rb") as file:
        if file.read(3) != _BYTE_ORDER_MARK:
            file.seek(0)
        while True:
            chunk = file.read(BLOCK_BYTES)
            data = held + chunk
            if not chunk and data and not data.endswith(b"\n"):
                data += b"\n"
            cut = data.rfind(b"\n") + 1
            data, held = data[:cut], data[cut:]
            if len(held) > limits.json_record:
                held = held[: limits.json_record] + b"~"  # still one line too long, whatever follows
            if data:
                ends = np.flatnonzero(np.frombuffer(data, np.uint8) == 10) + 1
                yield _Block(data, np.concatenate(([0], ends)), line)
                line += len(ends)
                progress("read", file.tell(), size)
            if not chunk:
                return


def _cleaned(block: _Block, limits: Limits) -> tuple[pa.Array, dict[int, str]]:
    """The lines as text, NULL for those that are too long or not UTF-8, and why."""
    too_long = np.flatnonzero(np.diff(block.offsets) > limits.json_record)
    why = dict.fromkeys(too_long.tolist(), "too_long")
    try:
        texts = block.texts()
    except pa.ArrowInvalid:
        lines = [block.data[a:b] for a, b in zip(block.offsets[:-1], block.offsets[1:], strict=True)]
        for place, line in enumerate(lines):
            try:
                line.decode()
            except UnicodeDecodeError:
                why.setdefault(place, "encoding")
        texts = pa.array([None if place in why else line.decode() for place, line in enumerate(lines)], pa.string())
    if why:
        mask = np.zeros(len(texts), np.bool_)
        mask[list(why)] = True
        texts = pc.if_else(pa.array(mask), pa.scalar(None, pa.string()), texts)
    return texts, why


_JUDGED = """
SELECT place, CASE WHEN NOT json_valid(raw) THEN NULL WHEN json_type(raw) = 'OBJECT' THEN json_keys(raw) END AS keys
FROM (SELECT place, raw FROM lines)
"""
_SHAPES = f"SELECT keys, min(place) AS place, count(*) AS records FROM ({_JUDGED}) WHERE keys IS NOT NULL GROUP BY keys ORDER BY place"  # noqa: S608 - constant
_BROKEN = f"SELECT place FROM ({_JUDGED}) WHERE keys IS NULL ORDER BY place"  # noqa: S608 - constant


def _lines(texts: pa.Array) -> pa.Table:
    places = pa.array(np.arange(len(texts), dtype=np.int64))
    filled = pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(texts), ""), False)  # noqa: FBT003 - a value
    return pa.table({"place": places, "raw": texts}).filter(filled)


def _survey_block(connection: duckdb.DuckDBPyConnection, block: _Block, survey: _Survey, limits: Limits) -> None:
    texts, why = _cleaned(block, limits)
    lines = _lines(texts)
    connection.register("lines", lines)
    judged = connection.sql(_JUDGED).to_arrow_table()
    connection.register("judged", judged)
    for keys, _, _ in connection.sql(_SHAPES.replace(f"({_JUDGED})", "judged")).fetchall():
        if tuple(keys) not in survey.shapes:
            survey.keys.update(dict.fromkeys(keys))
            if len(survey.shapes) < SHOWN_CHARACTERS:
                survey.shapes.add(tuple(keys))
    broken = [place for (place,) in connection.sql(_BROKEN.replace(f"({_JUDGED})", "judged")).fetchall()]
    why |= dict.fromkeys(broken, "json")
    recorded = np.sort(np.concatenate((lines["place"].to_numpy(), np.array(sorted(set(why) - set(broken)), np.int64))))
    for place in sorted(why):
        raw = block.data[int(block.offsets[place]) : int(block.offsets[place + 1])].rstrip(b"\r\n")
        row = survey.records + int(np.searchsorted(recorded, place)) + 1
        shown = raw[: 4 * SHOWN_CHARACTERS].decode("utf-8", "backslashreplace")
        shown = shown[:SHOWN_CHARACTERS] if why[place] == "too_long" else raw.decode("utf-8", "backslashreplace")
        survey.malformed.append(Malformed(row, block.first_line + place, shown, why[place]))
        survey.skipped.append(block.first_line + place)
    survey.records += len(recorded)
    if len(survey.malformed) > MOST_MALFORMED:
        raise InputError("tables.json_mostly_malformed", most=MOST_MALFORMED)


def _pointer(key: str) -> str:
    """The JSON pointer of a key of the outermost object (RFC 6901)."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _extraction(keys: Sequence[str]) -> str:
    """SQL for one column per key. The line is parsed once for all keys, into a list of texts."""
    pointers = ", ".join(_literal(_pointer(key)) for key in keys)
    number = f"CASE WHEN starts_with(cell, '{MARK}') THEN substr(cell, 2) ELSE cell END"
    nested = rf"regexp_replace(cell, '{NESTED_NUMBER}', '\1', 'g')"
    unmarked = f"CASE WHEN left(cell, 1) IN ('{{', '[') AND contains(cell, '\\u0001') THEN {nested} ELSE {number} END"
    columns = ", ".join(
        f"(SELECT NULLIF({unmarked}, '') FROM (SELECT cells[{place + 1}] AS cell)) AS c{place}" for place in range(len(keys))
    )
    return f"SELECT {columns} FROM (SELECT json_extract_string(raw, [{pointers}]) AS cells FROM lines)"  # noqa: S608 - keys are quoted


def _write_block(connection: duckdb.DuckDBPyConnection, block: _Block, extraction: str, skipped: set[int]) -> pa.Table:
    data = b"".join(
        b"\n" if block.first_line + place in skipped else block.data[block.offsets[place] : block.offsets[place + 1]]
        for place in range(len(block.offsets) - 1)
    ) if skipped else block.data
    data = marked(data)
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == 10) + 1
    connection.register("lines", _lines(_Block(data, np.concatenate(([0], ends)), 0).texts()))
    return connection.sql(extraction).to_arrow_table()
