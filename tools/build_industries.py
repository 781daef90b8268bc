"""Build `src/ronghe/standards/codes/industry.tsv`: sections, divisions, groups and classes of GB/T 4754-2017.

    python tools/build_industries.py TABLE

TABLE is `gbt4754_2017_industry.csv` of liulinwjzx/liuinwj-public-coding (MIT-style license; public facts). It has
lost the zeros that lead the codes of sections A and B: a code's depth in the tree tells how many there were.
"""

import csv
import sys
from collections.abc import Mapping
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "src/ronghe/standards/codes/industry.tsv"
HEADER = """\
# GB/T 4754-2017 as listed by liulinwjzx/liuinwj-public-coding: 20 sections, 97 divisions, 473 groups, 1,380 classes.
# Not verified against the standard, nor against its amendment of 2019. The alias is the section's letter with the code.
code\tzh\ten\taliases
"""

Row = dict[str, str]


def _ancestors(row: Row, by_id: Mapping[str, Row]) -> list[Row]:
    above = [row]
    while above[-1]["parent_id"]:
        above.append(by_id[above[-1]["parent_id"]])
    return above


def _line(row: Row, by_id: Mapping[str, Row]) -> str:
    above = _ancestors(row, by_id)
    section, name = above[-1]["code"], " ".join(row["name"].split())
    if len(above) == 1:
        return f"{section}\t{name}\t\t"
    code = row["code"].zfill(len(above))
    return f"{code}\t{name}\t\t{section}{code}"


def main(table: str) -> None:
    """Write the list, in the order of the table."""
    with Path(table).open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    by_id = {row["id"]: row for row in rows}
    TARGET.write_text(HEADER + "".join(f"{_line(row, by_id)}\n" for row in rows), encoding="utf-8")
    sys.stdout.write(f"{len(rows)} rows, {TARGET.stat().st_size} bytes\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
