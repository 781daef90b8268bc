"""What the page on real tables says, and what came out of a run: `python -m tests.stories.real_tables` refreshes it.

The page has a section for each data set with two tables: of the files, and of the columns. All cells come from the
run but the last of each column, which is a person's judgement and kept as long as the column is read as it was.
"""

import io
import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from itertools import takewhile
from pathlib import Path
from typing import Any

from benchmarks.public_data import public_data
from ronghe.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "explanation" / "real-tables.md"
SETS = ("sf_food_safety", "cn_regions", "cn_codes", "cn_covid_daily")
FILES_HEAD = "| file | encoding | rows in | published | quarantined | why |"
COLUMNS_HEAD = "| column | in | read as | cells | did not fit | right? |"


def shared(folder: Path, out: Path) -> list[dict[str, Any]]:
    """The tables of a publication of a folder's files."""
    printed, errors = io.StringIO(), io.StringIO()
    with redirect_stdout(printed), redirect_stderr(errors):
        code = main(["data", "share", str(folder), "--out", str(out), "--json"])
    assert code == 0, errors.getvalue()
    tables: list[dict[str, Any]] = json.loads(printed.getvalue())["tables"]
    return tables


def _reasons(table: dict[str, Any]) -> str:
    return ", ".join(f"{reason['column']}: {reason['rule']} ×{reason['rows']:,}" for reason in table["reasons"]) or "–"


def file_rows(tables: Iterable[dict[str, Any]]) -> list[str]:
    """The lines of the table of files."""
    return [
        f"| {table['source']} | {table['encoding']} | {table['rows_in']:,} | {table['rows_published']:,} "
        f"| {table['rows_quarantined']:,} | {_reasons(table)} |"
        for table in tables
    ]


def column_rows(tables: Iterable[dict[str, Any]]) -> list[str]:
    """The lines of the table of columns without their last cell: each column once for each element it is read as."""
    tables = list(tables)
    found: dict[tuple[str, str], list[tuple[str, int, int]]] = defaultdict(list)
    for table in tables:
        for column in table["columns"]:
            found[column["name"], column["element"]].append((table["source"], column["present"], column["failures"]))
    lines = []
    for (name, element), places in found.items():
        where = "every file" if len(places) == len(tables) else ", ".join(place for place, _, _ in places)
        cells, failed = sum(cells for _, cells, _ in places), sum(failed for _, _, failed in places)
        lines.append(f"| {name} | {where} | {element} | {cells:,} | {failed:,} |")
    return lines


def _table_after(text: str, head: str, section: str) -> list[str]:
    """The lines of the first table with this head in a section."""
    part = text.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    body = part.partition(f"{head}\n")[2].splitlines()[1:]
    return list(takewhile(lambda line: line.startswith("|"), body))


def page_files(section: str) -> list[str]:
    """The lines that the page has in the table of files."""
    return _table_after(PAGE.read_text("utf-8"), FILES_HEAD, section)


def page_columns(section: str) -> list[tuple[str, str]]:
    """The lines that the page has in the table of columns, the judgement apart."""
    lines = _table_after(PAGE.read_text("utf-8"), COLUMNS_HEAD, section)
    return [_judged(line) for line in lines]


def _judged(line: str) -> tuple[str, str]:
    found = re.fullmatch(r"(\|.*\|) (.*) \|", line)
    assert found, line
    return found[1], found[2]


def _what(line: str) -> tuple[str, str]:
    """Column and element of a line: what a judgement is about."""
    cells = [cell.strip() for cell in line.split("|")]
    return cells[1], cells[3]


def _new_columns(section: str, lines: Iterable[str]) -> Iterator[str]:
    judgements = {_what(line): judgement for line, judgement in page_columns(section)}
    for line in lines:
        yield f"{line} {judgements.get(_what(line), '?')} |"


def _replaced(text: str, section: str, head: str, old: list[str], new: list[str]) -> str:
    before, title, after = text.partition(f"\n## {section}\n")
    start, found, rest = after.partition(f"{head}\n")
    rule, _, body = rest.partition("\n")
    tail = body.splitlines()[len(old) :]
    return "\n".join((before + title + start + found + rule, *new, *tail)) + "\n"


def refresh(tables: Path) -> None:
    """Write into the page what comes out of the shared tables now."""
    for section in SETS:
        with tempfile.TemporaryDirectory() as made:
            came_out = shared(tables / section, Path(made, "out"))
        columns = list(_new_columns(section, column_rows(came_out)))
        old = [f"{line} {judgement} |" for line, judgement in page_columns(section)]
        text = _replaced(PAGE.read_text("utf-8"), section, FILES_HEAD, page_files(section), file_rows(came_out))
        PAGE.write_text(_replaced(text, section, COLUMNS_HEAD, old, columns), "utf-8")


if __name__ == "__main__":
    refresh(public_data() / "tables")
