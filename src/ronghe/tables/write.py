"""Write a table to CSV, Excel, Parquet or Arrow: streaming, and whole or not at all."""

import math
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.worksheet import Worksheet

from ronghe.tables.atomic import write_atomic
from ronghe.tables.canonical import select_texts
from ronghe.tables.cells import SIGNIFICANT_DIGITS
from ronghe.tables.engine import BATCH_ROWS
from ronghe.terms import InputError, LimitReached, UsageError

__all__ = [
    "FORMATS",
    "Rows",
    "append_parquet",
    "neutral_texts",
    "write_arrow",
    "write_csv",
    "write_excel",
    "write_parquet",
    "write_table",
]

EXCEL_ROWS = 1_048_576
EXCEL_COLUMNS = 16_384
EXCEL_CHARACTERS = 32_767
"""The largest sheet and cell. Source: Microsoft, Excel specifications and limits."""

_LEAP_YEAR_THAT_WAS_NONE = 1900
_BORN = datetime(2000, 1, 1, tzinfo=UTC)
"""A workbook states when it was made; a fixed instant keeps the same rows the same bytes."""

Rows: TypeAlias = pa.Table | pa.RecordBatchReader | duckdb.DuckDBPyRelation
"""What can be written: rows in memory, a stream of batches, or a query that has not run yet."""


def _reader(rows: Rows) -> pa.RecordBatchReader:
    if isinstance(rows, pa.Table):
        return rows.to_reader(BATCH_ROWS)
    if isinstance(rows, duckdb.DuckDBPyRelation):
        return rows.to_arrow_reader(BATCH_ROWS)
    return rows


def _as_texts(reader: pa.RecordBatchReader, connection: duckdb.DuckDBPyConnection) -> pa.RecordBatchReader:
    """The same rows with every column as canonical text, under the names c0, c1, ..."""
    places = [f"p{place}" for place in range(len(reader.schema))]
    schema = pa.schema([field.with_name(name) for field, name in zip(reader.schema, places, strict=True)])
    renamed = (pa.RecordBatch.from_arrays(batch.columns, schema=schema) for batch in reader)
    relation = connection.from_arrow(pa.RecordBatchReader.from_batches(schema, renamed))
    relation.create_view("source", replace=True)
    kinds = [str(kind) for kind in relation.types]
    return connection.sql(select_texts(places, kinds, "source")).to_arrow_reader(BATCH_ROWS)


_FORMULA = "^[\\s]*[=+@\\-\t\r\uff1d\uff0b\uff0d\uff20]"
_PLAIN_NUMBER = "^[+-]?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?$"


def neutral_texts(texts: pa.Array) -> pa.Array:
    """Texts that a spreadsheet would run as formulas, behind an apostrophe; numbers, which do nothing, as they are.

    Source: OWASP, CSV Injection. Full-width signs are formulas where the language is Chinese or Japanese.
    """
    formula = pc.and_not(pc.match_substring_regex(texts, _FORMULA), pc.match_substring_regex(texts, _PLAIN_NUMBER))
    return pc.if_else(formula, pc.binary_join_element_wise("'", texts, ""), texts)


def _csv_cells(texts: pa.Array, *, alone: bool) -> pa.Array:
    """Cells as RFC 4180 wants them. A NULL alone on its line is quoted, or the line would be blank and lost."""
    special = pc.match_substring_regex(texts, '[",\\r\\n]|^\\s|\\s$')
    doubled = pc.replace_substring(texts, '"', '""')
    quoted = pc.binary_join_element_wise('"', doubled, '"', "")
    return pc.fill_null(pc.if_else(special, quoted, texts), '""' if alone else "")


def _csv_lines(columns: Sequence[pa.Array], *, neutral: bool = False) -> bytes:
    columns = [neutral_texts(column) for column in columns] if neutral else columns
    cells = [_csv_cells(column, alone=len(columns) == 1) for column in columns]
    lines = pc.binary_join_element_wise(*cells, ",") if len(cells) > 1 else cells[0]
    ended = pc.binary_join_element_wise(lines, "\r\n", "")
    if isinstance(ended, pa.ChunkedArray):
        ended = ended.combine_chunks()
    return b"".join(ended.cast(pa.binary()).to_pylist())


def write_csv(rows: Rows, path: Path, *, bom: bool = False, neutral: bool = False) -> int:
    """Write UTF-8 CSV by RFC 4180 and give the number of rows; `bom` marks it so that Excel reads it as UTF-8.

    NULL is an empty cell; dates are ISO, numbers plain, nested values JSON. With `neutral` an apostrophe stands before
    each text that a spreadsheet would run as a formula; such a file is safe to open, and not what was read.
    """
    reader = _reader(rows)
    count = 0
    with write_atomic(path) as part, part.open("wb") as file, duckdb.connect() as connection:
        file.write(b"\xef\xbb\xbf" if bom else b"")
        file.write(_csv_lines([pa.array([name], pa.string()) for name in reader.schema.names], neutral=neutral))
        for batch in _as_texts(reader, connection):
            if batch.num_rows:
                file.write(_csv_lines(batch.columns, neutral=neutral))
            count += batch.num_rows
    return count


def _fits_a_number(value: object) -> bool:
    """True for numbers that a cell holds without loss; it keeps 15 digits."""
    if isinstance(value, Decimal):
        return len(value.as_tuple().digits) <= SIGNIFICANT_DIGITS
    return isinstance(value, float) or abs(cast("int", value)) < 10**SIGNIFICANT_DIGITS


def _excel_values(column: pa.Array, name: str) -> list[object]:
    """The values of a column as cells take them: numbers that Excel would round become text."""
    kind = column.type
    values: list[object] = column.to_pylist()
    if pa.types.is_string(kind):
        longest = pc.max(pc.utf8_length(column)).as_py() or 0
        if longest > EXCEL_CHARACTERS:
            raise LimitReached("tables.excel_cell_long", column=name, most=EXCEL_CHARACTERS)
    elif pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        values = [value if value is None or _fits_a_number(value) else str(value) for value in values]
    return values


def _mixed(batch: pa.RecordBatch, texts: pa.RecordBatch) -> list[pa.Array]:
    """Columns that Excel has a type for as they are, the others as text."""
    plain = (pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_date)
    pairs = zip(batch.columns, texts.columns, strict=True)
    return [own if any(is_kind(own.type) for is_kind in plain) else text for own, text in pairs]


def _excel_batches(reader: pa.RecordBatchReader) -> Iterator[list[pa.Array]]:
    with duckdb.connect() as connection:
        for batch in reader:
            one = pa.RecordBatchReader.from_batches(batch.schema, [batch])
            texts = _as_texts(one, connection).read_all().combine_chunks()
            if batch.num_rows:
                yield _mixed(batch, texts.to_batches()[0])


def _fill(sheet: Worksheet, columns: list[list[object]], first: int, date_format: object) -> None:
    """Write a batch row by row, as constant memory demands; NULL and NaN leave a cell blank."""
    writers = {str: sheet.write_string, bool: sheet.write_boolean}
    for offset in range(len(columns[0])):
        row = first + offset
        for place, values in enumerate(columns):
            value = values[offset]
            if isinstance(value, date):
                _write_date(sheet, row, place, value, date_format)
            elif isinstance(value, float) and not math.isfinite(value):
                if math.isinf(value):
                    sheet.write_string(row, place, str(value))
            elif value is not None:
                writers.get(type(value), sheet.write_number)(row, place, value)


def _write_date(sheet: Worksheet, row: int, column: int, value: date, date_format: object) -> None:
    # Excel knows no day before 1900, and takes 1900 for a leap year: early days stay text.
    if value.year > _LEAP_YEAR_THAT_WAS_NONE:
        sheet.write_datetime(row, column, value, date_format)
    else:
        sheet.write_string(row, column, str(value))


def _check_excel(rows: int, names: Sequence[str], path: Path) -> None:
    if rows > EXCEL_ROWS:
        raise LimitReached("tables.excel_rows", path=str(path), most=EXCEL_ROWS - 1)
    if len(names) > EXCEL_COLUMNS:
        raise LimitReached("tables.excel_columns", path=str(path), columns=len(names), most=EXCEL_COLUMNS)


def write_excel(rows: Rows, path: Path, *, sheet: str = "Sheet1") -> int:
    """Write one sheet of an .xlsx file and give the number of rows.

    Text that begins with `=` stays text; numbers of more than 15 digits are written as text. Raises LimitReached when
    the rows, columns or characters do not fit: nothing is cut.
    """
    reader = _reader(rows)
    names, count = reader.schema.names, 0
    _check_excel(rows.num_rows + 1 if isinstance(rows, pa.Table) else 1, names, path)
    with write_atomic(path) as part:
        try:
            book = xlsxwriter.Workbook(str(part), {"constant_memory": True})
            book.set_properties({"created": _BORN})
            page = book.add_worksheet(sheet)
            date_format = book.add_format({"num_format": "yyyy-mm-dd"})
            for place, name in enumerate(names):
                page.write_string(0, place, name)
            for columns in _excel_batches(reader):
                count += len(columns[0])
                _check_excel(count + 1, names, path)
                values = [_excel_values(column, name) for column, name in zip(columns, names, strict=True)]
                _fill(page, values, count - len(columns[0]) + 1, date_format)
            book.close()
        except XlsxWriterException as fault:
            raise _excel_fault(fault, path) from fault
    return count


def _excel_fault(fault: Exception, path: Path) -> Exception:
    cause = fault.args[0] if fault.args and isinstance(fault.args[0], OSError) else None
    return cause or InputError("tables.unreadable_file", path=str(path), detail=str(fault))


def write_parquet(rows: Rows, path: Path) -> int:
    """Write Parquet (zstd) with the columns' own types and give the number of rows."""
    reader, count = _reader(rows), 0
    with write_atomic(path) as part, pq.ParquetWriter(part, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)
            count += batch.num_rows
    return count


_MARK, _TAIL = 4, 8
"""A Parquet file begins with PAR1 and ends with its metadata, their length in four bytes, and PAR1 again."""


def append_parquet(source: Path, rows: pa.Table, path: Path) -> int:
    """Write the rows of a Parquet file and behind them `rows`, of the same schema; gives how many these are in all.

    What is there is copied as bytes, neither read nor packed again. Raises InputError where it cannot be read,
    ValueError for another schema.
    """
    known = pq.read_metadata(source)
    if not known.schema.to_arrow_schema().equals(rows.schema):
        raise ValueError("rows of another schema")
    with write_atomic(path) as part, pa.OSFile(str(part), "wb") as file:
        with pq.ParquetWriter(file, rows.schema, compression="zstd") as writer:
            # The writer has set its mark, and asks the file where it is: behind all that was there.
            with source.open("rb") as old:
                end = old.seek(-_TAIL, os.SEEK_END)
                size = end - int.from_bytes(old.read(4), "little")
                old.seek(_MARK)
                _copy(old, file, size - _MARK)
            writer.write_table(rows)
        known.append_row_groups(writer.writer.metadata)
        made = pa.BufferOutputStream()
        known.write_metadata_file(made)
        # The last metadata are those of the file; the writer's own, before them, know the new rows only.
        file.write(made.getvalue().slice(_MARK))
    return int(known.num_rows)


def _copy(source: BinaryIO, target: pa.NativeFile, size: int) -> None:
    while size:
        piece = source.read(min(size, 1 << 20))
        target.write(piece)
        size -= len(piece)


def write_arrow(rows: Rows, path: Path) -> int:
    """Write an Arrow IPC file (zstd), which is Feather 2, and give the number of rows."""
    reader, count = _reader(rows), 0
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with write_atomic(path) as part, pa.ipc.new_file(part, reader.schema, options=options) as writer:
        for batch in reader:
            writer.write_batch(batch)
            count += batch.num_rows
    return count


FORMATS: dict[str, Callable[[Rows, Path], int]] = {
    ".csv": write_csv,
    ".xlsx": write_excel,
    ".parquet": write_parquet,
    ".arrow": write_arrow,
    ".feather": write_arrow,
}
"""The writer for each extension."""


def write_table(rows: Rows, path: Path, *, neutral: bool = False) -> int:
    """Write rows in the format that the extension of `path` names; UsageError for one that is not known.

    `neutral`: a CSV is safe to open, as `write_csv` has it; in the other formats texts are texts.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise UsageError("tables.format_unknown", path=str(path), known=", ".join(FORMATS))
    return write_csv(rows, path, neutral=neutral) if suffix == ".csv" else FORMATS[suffix](rows, path)
