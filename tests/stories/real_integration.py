"""Real tables integrated by plans, and the page that says what came out: `python -m tests.stories.real_integration`."""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.public_data import public_data
from ronghe import data

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "explanation" / "real-integration.md"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SHOWN = 6

Columns = Mapping[str, str]

REGIONS: Mapping[str, tuple[str, Columns]] = {
    "y2020": ("canghailan_area_code.csv", {"code": "code", "name": "name"}),
    "y2018": ("stats_201810.tsv", {"Code": "code", "Name": "name"}),
    "counties": ("modood_areas.csv", {"code": "code", "name": "name"}),
    "history": ("liulin_gb2260_with_former_names.csv", {"code": "code", "name": "name"}),
    "y2007": ("gb2260_200712.tsv", {"Code": "code", "Name": "name"}),
    "y1980": ("mca_198012.tsv", {"Code": "code", "Name": "name"}),
}
"""Six lists of the same thing, the newest first."""

FOOD = ("name", "address", "city", "state", "postal_code", "latitude", "longitude", "phone_number")


@dataclass(frozen=True)
class Integrated:
    """A folder that a plan made, and what its steps counted."""

    out: Path
    counts: Mapping[str, Mapping[str, int]]

    def rows(self, file: str) -> list[dict[str, Any]]:
        """The rows of one of its files."""
        found: list[dict[str, Any]] = duckdb.read_parquet(str(self.out / file)).to_arrow_table().to_pylist()
        return found


def _source(name: str, path: Path, columns: Columns | None = None, department: str = "") -> str:
    lines = ["[[source]]", f'name = "{name}"', f"path = '{path}'"]
    lines += [f'department = "{department}"'] if department else []
    if columns:
        lines += ["columns = {" + ", ".join(f'"{a}" = "{b}"' for a, b in columns.items()) + "}"]
    return "\n".join(lines) + "\n"


def _fuse(of: Sequence[str], key: str) -> str:
    return f'[[step]]\nname = "golden"\nkind = "fuse"\nof = {list(of)}\nkeys = ["{key}"]\n'


def _integrated(folder: Path, plan: str) -> Integrated:
    (folder / "plan.toml").write_text(plan, "utf-8")
    made = data.integrate(folder / "plan.toml", out=folder / "out", now=NOW)
    return Integrated(folder / "out", {name: dict(step.counts) for name, step in made.steps.items()})


def regions(tables: Path, folder: Path) -> Integrated:
    """Six lists of regions below each other, and one golden list by code."""
    sources = "".join(_source(n, tables / "cn_regions" / file, columns) for n, (file, columns) in REGIONS.items())
    union = f'[[step]]\nname = "all"\nkind = "union"\nof = {list(REGIONS)}\n'
    return _integrated(folder, sources + union + _fuse(list(REGIONS), "code"))


def businesses(tables: Path, folder: Path) -> Integrated:
    """Two exports of one register, joined and fused by its number."""
    columns = {name: name for name in ("business_id", *FOOD)}
    place = tables / "sf_food_safety"
    sources = _source("register", place / "businesses.csv", columns)
    sources += _source("other", place / "business_sf_other_export.csv", columns | {"totalIns": "inspections"})
    join = (
        '[[step]]\nname = "joined"\nkind = "join"\nof = ["register", "other"]\non = ["business_id"]\nhow = "full"\n'
        'cardinality = "one-to-one"\n'
    )
    return _integrated(folder, sources + join + _fuse(("register", "other"), "business_id"))


def sites(tables: Path, folder: Path) -> Integrated:
    """The site lists of a city's agencies, each a source of its own, fused by the true id."""
    whole = str(tables / "chicago_early_childhood" / "with_true_ids.csv")
    sources, names = "", []
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE sites AS FROM read_csv(?, all_varchar = true)", [whole])
        for (agency,) in connection.execute("SELECT DISTINCT Source FROM sites ORDER BY 1").fetchall():
            name = "s_" + re.sub(r"\W+", "_", agency.removesuffix(".csv"))
            path = folder / f"{name}.parquet"
            select = "SELECT * EXCLUDE (Id, Source) FROM sites WHERE Source = $agency ORDER BY Id"
            connection.sql(select, params={"agency": agency}).write_parquet(str(path))
            sources += _source(name, path)
            names.append(name)
    return _integrated(folder, sources + _fuse(names, "True Id"))


def _together(made: Integrated) -> str:
    """How many sources know an entity, as a table."""
    with duckdb.connect() as connection:
        found = connection.execute(
            "SELECT sources, count(*) FROM (SELECT count(DISTINCT source) AS sources FROM read_parquet(?)"
            " GROUP BY entity) GROUP BY 1 ORDER BY 1",
            [str(made.out / "golden.members.parquet")],
        ).fetchall()
    lines = ["| sources that know an entity | golden rows |", "|---:|---:|"]
    return "\n".join([*lines, *(f"| {sources} | {rows:,} |" for sources, rows in found)])


def _fields(made: Integrated) -> str:
    """Conflicts by field, as a table."""
    found: dict[str, int] = {}
    for row in made.rows("golden.conflicts.parquet"):
        found[row["field"]] = found.get(row["field"], 0) + 1
    lines = ["| field | conflicts |", "|---|---:|"]
    order = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return "\n".join([*lines, *(f"| {field} | {number:,} |" for field, number in order)])


def _examples(made: Integrated, key: str, field: str) -> str:
    """Some conflicts of a field in the order of the key, as a table."""
    keys = {row["_entity"]: row[key] for row in made.rows("golden.parquet")}
    told = [row for row in made.rows("golden.conflicts.parquet") if row["field"] == field]
    told.sort(key=lambda row: str(keys[row["entity"]]))
    chosen = told[:: max(len(told) // SHOWN, 1)][:SHOWN]
    lines = [f"| {key} | what each says | won | why |", "|---|---|---|---|"]
    for row in chosen:
        said = "; ".join(f"{value['department']}: {value['value'].strip()}" for value in row["values"])
        lines.append(f"| {keys[row['entity']]} | {said} | {row['won'].strip()} | {row['why']} |")
    return "\n".join(lines)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {number:,}" for name, number in counts.items())


def _regions_part(made: Integrated) -> Iterator[str]:
    yield "## cn_regions: one list of regions out of six"
    yield (
        "Six lists of administrative regions, of 1980, 2007, 2018, 2020, one of counties only and one that keeps what\n"
        "was revoked, in three shapes. They are put below each other (`union`) and fused by code, the newest first;\n"
        "the rule is `majority`, and where as many lists say one as the other the order decides."
    )
    yield f"- union: {_counted(made.counts['all'])}\n- golden: {_counted(made.counts['golden'])}"
    yield _together(made)
    yield (
        "A code whose name differs between lists is a conflict: counties that became districts or cities, spellings,\n"
        "and codes that were given again. Fusion by code cannot tell a new name from a new region; the dates can, and\n"
        "the element `region` knows them ([regions](regions.md))."
    )
    yield _examples(made, "code", "name")


def _businesses_part(made: Integrated) -> Iterator[str]:
    yield "## sf_food_safety: two exports of one register"
    yield "The register of food businesses and a second, cleaned export of a part of it, by `business_id`."
    yield f"- join: {_counted(made.counts['joined'])}\n- golden: {_counted(made.counts['golden'])}"
    yield _together(made)
    yield _fields(made) if made.counts["golden"]["conflicts"] else "The exports never contradict each other."
    if made.counts["golden"]["conflicts"]:
        field = _fields(made).splitlines()[2].split("|")[1].strip()
        yield _examples(made, "business_id", field)


def _sites_part(made: Integrated) -> Iterator[str]:
    yield "## chicago_early_childhood: the site lists of a city's agencies"
    yield (
        "One pile of rows with typing errors, here split into the lists of its agencies and fused by the true id that\n"
        "people found. The same by linkage, without the true id, is in [linkage](linkage.md)."
    )
    yield f"- golden: {_counted(made.counts['golden'])}"
    yield _together(made)
    yield _fields(made)
    yield _examples(made, "True Id", "Address")


ABOUT = """\
# Real tables, integrated

Tables that nobody here wrote, integrated by plans. Every figure comes from the run that wrote this page
(`python -m tests.stories.real_integration`), and a test compares it with a new one. Texts are taken as they are, not
standardized: much of what differs here would agree after `ronghe data standardize`."""

PARTS = ((regions, _regions_part), (businesses, _businesses_part), (sites, _sites_part))


def page(tables: Path, *, now: Sequence[Integrated] = ()) -> str:
    """The page; `now` are the folders already made, in the order of PARTS."""
    blocks = [ABOUT]
    for number, (make, told) in enumerate(PARTS):
        if number < len(now):
            blocks += told(now[number])
            continue
        with tempfile.TemporaryDirectory() as made:
            blocks += told(make(tables, Path(made)))
    return "\n\n".join(blocks) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(public_data() / "tables"), "utf-8")
