"""Read JSON lines (.jsonl, .ndjson) and JSON files that hold objects, any size, with no Python per record."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ronghe.tables.delimited import Progress, silent, to_utf8
from ronghe.tables.encoding import as_read, canonical_encoding, detect_encoding
from ronghe.tables.engine import io_fault
from ronghe.tables.json_numbers import MARK, NESTED_NUMBER, marked
from ronghe.tables.limits import Limits
from ronghe.tables.parquet import renamed_columns
from ronghe.tables.set_aside import Malformed, SetAside
from ronghe.tables.sniff import sniff
from ronghe.tables.staged import Note, Staged
from ronghe.terms import InputError, LimitReached

__all__ = ["stage_json"]

BLOCK_BYTES = 8 << 20
SHOWN_CHARACTERS = 1_000
MOST_MALFORMED = 1_000_000
ROWS_AT_ONCE = 20_000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LINE_FEED = 10
_UTF8, _WESTERN = ("utf-8", "utf-8-sig"), "windows-1252"

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Block:
    """Whole lines: their bytes, and where each begins and ends (with its line feed)."""

    data: bytes
    offsets: Places
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
    malformed: SetAside = field(default_factory=SetAside)
    skipped: set[int] = field(default_factory=set)


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
                ends = np.flatnonzero(np.frombuffer(data, np.uint8) == _LINE_FEED) + 1
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
SELECT place, CASE WHEN json_valid(raw) AND json_type(raw) = 'OBJECT' THEN json_keys(raw) END AS keys FROM lines
"""


def _lines(texts: pa.Array) -> pa.Table:
    """The lines that are not blank, with their places in the block."""
    places = pa.array(np.arange(len(texts), dtype=np.int64))
    filled = pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(texts), ""), False)
    return pa.table({"place": places, "raw": texts}).filter(filled)


def _shown(block: _Block, place: int, why: str) -> str:
    raw = block.data[int(block.offsets[place]) : int(block.offsets[place + 1])].rstrip(b"\r\n")
    if why == "too_long":
        raw = raw[:SHOWN_CHARACTERS]
    return as_read(raw)


def _reject(survey: _Survey, block: _Block, why: dict[int, str], records: Places) -> None:
    """Note the broken lines; `records` are the places of all lines that are not blank."""
    for place in sorted(why):
        row = survey.records + int(np.searchsorted(records, place)) + 1
        line = block.first_line + place
        survey.malformed.append(Malformed(row, line, _shown(block, place, why[place]), why[place]))
        survey.skipped.add(line)
    if len(survey.malformed) > MOST_MALFORMED:
        raise InputError("tables.json_mostly_malformed", most=MOST_MALFORMED)


def _survey_block(connection: duckdb.DuckDBPyConnection, block: _Block, survey: _Survey, limits: Limits) -> None:
    texts, why = _cleaned(block, limits)
    connection.register("lines", _lines(texts))
    judged = connection.sql(_JUDGED).to_arrow_table()
    connection.register("judged", judged)
    shapes = connection.sql("SELECT keys FROM judged WHERE keys IS NOT NULL GROUP BY keys ORDER BY min(place)")
    for (keys,) in shapes.fetchall():
        survey.keys.update(dict.fromkeys(keys))
        if len(survey.keys) > limits.columns:
            raise LimitReached("tables.table_wide", path="JSON", columns=len(survey.keys), most=limits.columns)
    places = judged["place"].to_numpy()
    records = np.sort(np.concatenate((places, np.array(list(why), np.int64))))
    broken = places[judged["keys"].is_null().to_numpy()]
    _reject(survey, block, why | dict.fromkeys(broken.tolist(), "json"), records)
    survey.records += len(records)


def _pointer(key: str) -> str:
    """The JSON pointer of a key of the outermost object (RFC 6901)."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _extraction(keys: Sequence[str]) -> str:
    """SQL for one column per key. A line is parsed once for all keys, into a list of texts."""
    pointers = ", ".join(_literal(_pointer(key)) for key in keys)
    number = f"CASE WHEN starts_with(cell, '{MARK}') THEN substr(cell, 2) ELSE cell END"
    nested = rf"regexp_replace(cell, '{NESTED_NUMBER}', '\1', 'g')"
    unmarked = f"CASE WHEN contains(cell, '\\u0001') THEN {nested} ELSE {number} END"
    columns = ", ".join(f"texts[{place + 1}] AS c{place}" for place in range(len(keys)))
    texts = f"list_transform(json_extract_string(raw, [{pointers}]), lambda cell: NULLIF({unmarked}, ''))"
    return f"SELECT {columns} FROM (SELECT {texts} AS texts FROM lines)"  # noqa: S608 - the keys are quoted


def _without(block: _Block, skipped: set[int]) -> bytes:
    """The block's bytes with the broken lines blanked."""
    lines = range(block.first_line, block.first_line + len(block.offsets) - 1)
    broken = skipped.intersection(lines) if skipped else ()
    if not broken:
        return block.data
    data = bytearray(block.data)
    for line in broken:
        place = line - block.first_line
        start, end = int(block.offsets[place]), int(block.offsets[place + 1]) - 1
        data[start:end] = b" " * (end - start)
    return bytes(data)


def _texts(connection: duckdb.DuckDBPyConnection, block: _Block, extraction: str, skipped: set[int]) -> pa.Table:
    data = marked(_without(block, skipped))
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == _LINE_FEED) + 1
    connection.register("lines", _lines(_Block(data, np.concatenate(([0], ends)), 0).texts()))
    return connection.sql(extraction).to_arrow_table()


def _to_lines(source: Path, target: Path, detail: str, limits: Limits) -> None:
    """Write the objects of a JSON file, spread over lines or in one array, as one line each."""
    form = "array" if detail == "array" else "unstructured"
    try:
        with duckdb.connect() as connection, target.open("wb") as outgoing:
            # Line ends cannot stand inside strings of JSON, so taking them out changes no value.
            reader = connection.sql(
                "SELECT translate(CAST(json AS VARCHAR), chr(10) || chr(13), '  ') AS raw"  # noqa: S608 - quoted
                f" FROM read_json_objects({_literal(_unglobbed(source))}, format = '{form}',"
                f" maximum_object_size = {limits.json_record})"
            ).to_arrow_reader(ROWS_AT_ONCE)
            for batch in reader:
                outgoing.write("".join(f"{line}\n" for line in batch.column(0).to_pylist()).encode())
    except (duckdb.Error, pa.ArrowInvalid, OSError) as fault:
        if getattr(fault, "errno", None) or "No space left" in str(fault):
            raise io_fault(fault) from fault
        raise InputError("tables.json_corrupt", path=str(source), detail=str(fault).splitlines()[0]) from fault


def _unglobbed(path: Path) -> str:
    """The path as a pattern of file names that means just itself."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _write(source: Path, target: Path, survey: _Survey, limits: Limits, progress: Progress) -> int:
    extraction, rows = _extraction(tuple(survey.keys)), 0
    schema = pa.schema([(f"c{place}", pa.string()) for place in range(len(survey.keys))])
    with duckdb.connect() as connection, pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for block in _blocks(source, limits, progress):
            table = _texts(connection, block, extraction, survey.skipped)
            writer.write_table(table.cast(schema))
            rows += table.num_rows
    return rows


def _decoded(source: Path, into: Path, encoding: str | None, progress: Progress) -> tuple[Path, str, tuple[Note, ...]]:
    """The source or its copy in UTF-8, and its encoding: RFC 8259 asks for UTF-8, but not every exporter obeys."""
    found = canonical_encoding(encoding) if encoding else detect_encoding(source)
    if found in _UTF8 or (not encoding and found == _WESTERN):
        # A stray byte among ASCII is a broken line of the UTF-8 that is due.
        return source, "utf-8", ()
    target = into / "decoded.json"
    return target, found, to_utf8(source, target, found, progress)


def stage_json(
    source: Path,
    into: Path,
    *,
    encoding: str | None = None,
    limits: Limits | None = None,
    progress: Progress = silent,
) -> Staged:
    """JSON lines, or a JSON file of objects, as a Parquet file of text columns in the folder `into`.

    The columns are the keys of all records in order of first appearance. Numbers stay as written, true and false too;
    nested values are compact JSON; null and "" are NULL. Lines that are no object are `malformed` (json, encoding,
    too_long). Reads the file twice, a block at a time. `encoding` is found out by default. Raises InputError when there
    is no record, or when a JSON array is broken.
    """
    limits = limits or Limits()
    detail = sniff(source).detail
    path, found, private = _decoded(source, into, encoding, progress)
    if detail in ("array", "objects"):
        whole, path = path, into / "lines.jsonl"
        _to_lines(whole, path, detail, limits)
    survey = _Survey()
    with duckdb.connect() as connection:
        for block in _blocks(path, limits, progress):
            _survey_block(connection, block, survey, limits)
    if not survey.keys:
        raise InputError("tables.json_no_records", path=str(source))
    names, notes = renamed_columns(tuple(survey.keys), limits, str(source))
    target = into / "staged.parquet"
    rows = _write(path, target, survey, limits, progress)
    for temporary in ("decoded.json", "lines.jsonl"):
        (into / temporary).unlink(missing_ok=True)
    return Staged(
        columns=names,
        path=target,
        kind="parquet",
        rows=rows,
        malformed=survey.malformed,
        notes=(*private, *notes),
        encoding=found,
    )
