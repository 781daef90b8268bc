"""What the demo city promises: same seed, same bytes; valid numbers; and a truth that really is in the files."""

import csv
import hashlib
import json
import re
from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from python_calamine import load_workbook

from ronghe import messages
from ronghe.journeys.demo_city import CityFiles, make_demo_city
from ronghe.journeys.demo_city.departments import REGISTERS
from ronghe.journeys.demo_city.dirt import DIRT
from ronghe.terms import InputError, Refused, UsageError

TODAY = date(2026, 3, 1)
ROWS = 2_000
DIALECTS = {
    "03_enterprises_legal_persons.csv": (",", "gb18030"),
    "04_tax_returns.csv": (";", "utf-8-sig"),
    "09_health_visits.tsv": ("\t", "utf-8"),
}
HEADER_ROWS = {"07_disability_cards.xlsx": 3}
Table = tuple[list[str], list[list[str]]]
"""Header and records."""
Planted = dict[str, object]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityFiles:
    return make_demo_city(tmp_path_factory.mktemp("demo") / "城 市", rows=ROWS, today=TODAY)


def delimited(path: Path) -> Table:
    delimiter, encoding = DIALECTS.get(path.name, (",", "utf-8"))
    text = path.read_bytes().decode(encoding)
    header, *records = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    return header, records


def excel(path: Path) -> Table:
    rows = load_workbook(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    height = HEADER_ROWS.get(path.name, 1)
    header = [str(cell) for cell in rows[0]]
    if height == 3:
        groups, names = rows[1], rows[2]
        header = []
        for group, name in zip(groups, names, strict=True):
            carried = str(group) or ("残疾" if name in {"类别", "等级"} else "监护人")
            header.append(f"{carried}_{name}" if name else carried)
    return header, [[shown(cell) for cell in row] for row in rows[height:]]


def shown(cell: object) -> str:
    if isinstance(cell, float):
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def json_lines(path: Path) -> Table:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return list(rows[0]), [["" if cell is None else str(cell) for cell in row.values()] for row in rows]


READERS: dict[str, Callable[[Path], Table]] = {
    ".csv": delimited,
    ".tsv": delimited,
    ".xlsx": excel,
    ".jsonl": json_lines,
}


@pytest.fixture(scope="module")
def read(city: CityFiles) -> dict[str, Table]:
    return {path.name: READERS[path.suffix](path) for path in city.paths}


@pytest.fixture(scope="module")
def planted(city: CityFiles) -> list[Planted]:
    found: list[Planted] = pq.read_table(city.truth / "planted.parquet").to_pylist()
    return found


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def citizen_id_is_right(text: str) -> bool:
    """GB 11643, slowly and from the other end: weights are powers of two modulo 11."""
    values = [10 if sign == "X" else int(sign) for sign in reversed(text)]
    born = f"{text[6:10]}-{text[10:12]}-{text[12:14]}"
    return date.fromisoformat(born) <= TODAY and sum(v * 2**place for place, v in enumerate(values)) % 11 == 1


def credit_code_is_right(text: str) -> bool:
    """GB 32100 with GB 11714 inside."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    outer = sum(alphabet.index(sign) * 3**place for place, sign in enumerate(text[:17]))
    inner = 11 - sum(int(sign, 36) * w for sign, w in zip(text[8:16], (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    return (outer + alphabet.index(text[17])) % 31 == 0 and text[16] == {10: "X", 11: "0"}.get(inner, str(inner))


def test_the_same_seed_gives_the_same_bytes(city: CityFiles, tmp_path: Path) -> None:
    again = make_demo_city(tmp_path / "again", rows=ROWS, today=TODAY)
    assert hashes(again.folder) == hashes(city.folder)
    assert again.files == city.files


def test_another_seed_gives_another_city(city: CityFiles, tmp_path: Path) -> None:
    other = hashes(make_demo_city(tmp_path / "other", rows=ROWS, seed=1, today=TODAY).folder)
    same = {name for name, found in hashes(city.folder).items() if other[name] == found}
    assert same == {"departments.csv", "plan.toml"}


def test_every_file_holds_as_many_records_as_it_says(city: CityFiles, read: dict[str, Table]) -> None:
    assert sum(city.rows.values()) == ROWS
    assert {name: len(records) for name, (_, records) in read.items()} == dict(city.rows)


def test_only_the_planted_records_are_ragged(read: dict[str, Table], planted: list[Planted]) -> None:
    ragged = {
        (name, place)
        for name, (header, records) in read.items()
        for place, record in enumerate(records, 1)
        if len(record) != len(header)
    }
    assert ragged == {(p["file"], p["row"]) for p in planted if str(p["kind"]).startswith("ragged")}
    assert ragged


def test_every_planted_value_stands_where_the_truth_says(read: dict[str, Table], planted: list[Planted]) -> None:
    cells = [p for p in planted if p["column"] is not None]
    assert {p["file"] for p in cells} == set(read)
    for p in cells:
        header, records = read[str(p["file"])]
        place = [name.strip() for name in header].index(str(p["column"]))
        line = header if p["row"] == 0 else records[int(str(p["row"])) - 1]
        assert line[place] == p["written"], p


def test_the_broken_quote_lies_in_the_record_that_the_truth_names(
    city: CityFiles, read: dict[str, Table], planted: list[Planted]
) -> None:
    [broken] = [p for p in planted if p["kind"] == "broken_quote"]
    text = (city.folder / "files" / str(broken["file"])).read_text("utf-8")
    [record] = re.findall(r'^[^,\n]+,.*,"[^",]+"[^,"\n]+,.*$', text, re.MULTILINE)
    assert record.split(",")[0] == read[str(broken["file"])][1][int(str(broken["row"])) - 1][0]


@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("01_population_residents.csv", "公民身份号码"),
        ("02_civil_affairs_marriages.csv", "女方证件号码"),
        ("10_transport_licences.csv", "jszh"),
        ("09_health_vaccinations.jsonl", "证件号"),
    ],
)
def test_citizen_ids_are_right_unless_planted_wrong(
    read: dict[str, Table], planted: list[Planted], file: str, column: str
) -> None:
    dirty = {p["row"]: p for p in planted if p["file"] == file and p["column"] == column}
    header, records = read[file]
    place = header.index(column)
    clean = [record[place] for row, record in enumerate(records, 1) if row not in dirty and len(record) == len(header)]
    checked = [text for text in clean if text]
    assert len(checked) >= 20
    assert all(citizen_id_is_right(text) for text in checked)
    wrong = [str(p["written"]) for p in dirty.values() if p["kind"] == "bad_check_digit"]
    assert not any(citizen_id_is_right(text) for text in wrong)
    assert all(citizen_id_is_right(str(p["meant"])) for p in dirty.values() if p["mendable"])


def test_credit_codes_are_right_unless_planted_wrong(read: dict[str, Table], planted: list[Planted]) -> None:
    file, column = "04_tax_returns.csv", "纳税人识别号"
    dirty = {p["row"]: p for p in planted if p["file"] == file and p["column"] == column}
    header, records = read[file]
    codes = [record[header.index(column)] for row, record in enumerate(records, 1) if row not in dirty]
    assert len(codes) > 150
    assert all(credit_code_is_right(code) for code in codes)
    wrong = [p for p in dirty.values() if p["kind"] in {"bad_credit_check", "bad_inner_check"}]
    assert wrong
    assert not any(credit_code_is_right(str(p["written"])) for p in wrong)


def test_people_are_told_apart_by_their_ids(city: CityFiles, read: dict[str, Table]) -> None:
    truth = pq.read_table(city.truth / "people.parquet").to_pylist()
    _, records = read["01_population_residents.csv"]
    ids: dict[str, set[str]] = {}
    for link in truth:
        if link["file"] == "01_population_residents.csv":
            text = records[link["row"] - 1][0]
            if re.fullmatch(r"[0-9]{17}[0-9X]", text) and citizen_id_is_right(text):
                ids.setdefault(text, set()).add(link["entity"])
    assert len(ids) > 400
    assert all(len(entities) == 1 for entities in ids.values())


def test_the_truth_names_the_same_person_in_several_departments(city: CityFiles, read: dict[str, Table]) -> None:
    truth = pq.read_table(city.truth / "people.parquet").to_pylist()
    column = {"01_population_residents.csv": (1, "resident"), "06_social_security_insured.csv": (2, "insured")}
    names: dict[str, dict[str, str]] = {}
    for link in truth:
        place, role = column.get(link["file"], (0, ""))
        record = read[link["file"]][1][link["row"] - 1]
        if link["role"] == role:
            names.setdefault(link["entity"], {})[link["file"]] = re.sub(r"\s", "", record[place])
    both = [tuple(found.values()) for found in names.values() if len(found) == 2]
    assert len(both) > 100
    assert all(one == other for one, other in both)


def test_every_row_has_a_subject(city: CityFiles) -> None:
    people = pq.read_table(city.truth / "people.parquet").to_pylist()
    companies = pq.read_table(city.truth / "companies.parquet").to_pylist()
    told = {(link["file"], link["row"]) for link in people + companies}
    assert told == {(name, row) for name, rows in city.rows.items() for row in range(1, rows + 1)}


def test_repeated_keys_are_repeated(read: dict[str, Table], planted: list[Planted]) -> None:
    repeats = [p for p in planted if p["kind"] == "duplicate_key"]
    assert {p["file"] for p in repeats} == set(read)
    for p in repeats:
        header, records = read[str(p["file"])]
        place = header.index(str(p["column"]))
        assert [record[place] for record in records].count(str(p["written"])) >= 2


def test_a_strict_schema_would_publish_ninety_to_ninety_five_rows_in_a_hundred(city: CityFiles) -> None:
    bad = sum(file.bad_rows for file in city.files)
    assert 0.90 <= 1 - bad / ROWS <= 0.96


def test_counts_of_planted_values_agree_with_the_truth(city: CityFiles, planted: list[Planted]) -> None:
    for file in city.files:
        here = [p for p in planted if p["file"] == file.name]
        bad = [p for p in here if not p["mendable"]]
        assert (file.planted, file.unmendable, file.bad_rows) == (len(here), len(bad), len({p["row"] for p in bad}))


def test_rare_characters_need_gb18030(tmp_path: Path) -> None:
    larger = make_demo_city(tmp_path / "city", rows=20_000, today=TODAY)
    raw = (larger.folder / "files" / "03_enterprises_legal_persons.csv").read_bytes()
    assert b"\xfeY" in raw
    with pytest.raises(UnicodeDecodeError):
        raw.decode("gbk")
    kinds = set(pq.read_table(larger.truth / "planted.parquet")["kind"].to_pylist())
    assert kinds == set(DIRT)


def test_departments_are_twelve_and_every_file_has_one(city: CityFiles) -> None:
    rows = list(csv.DictReader(StringIO(city.departments.read_text("utf-8"))))
    assert [row["file"] for row in rows] == [path.name for path in city.paths]
    assert len({row["department"] for row in rows}) == len({row["name"] for row in rows}) == 12


def test_a_city_that_is_there_is_left_alone(tmp_path: Path) -> None:
    first = make_demo_city(tmp_path / "city", rows=500, today=TODAY)
    seen = {path: path.stat().st_mtime_ns for path in first.paths}
    calls: list[str] = []
    second = make_demo_city(tmp_path / "city", rows=500, today=TODAY, progress=lambda file, *_: calls.append(file))
    assert second == first
    assert calls == []
    assert {path: path.stat().st_mtime_ns for path in second.paths} == seen


def test_a_damaged_city_is_made_again(tmp_path: Path) -> None:
    first = make_demo_city(tmp_path / "city", rows=500, today=TODAY)
    before = hashes(first.folder)
    first.paths[3].write_text("half")
    make_demo_city(tmp_path / "city", rows=500, today=TODAY)
    assert hashes(first.folder) == before


def test_a_stopped_making_leaves_the_old_city(tmp_path: Path) -> None:
    folder = tmp_path / "city"
    make_demo_city(folder, rows=500, today=TODAY)
    before = hashes(folder)

    def stop(_: str, done: int, rows: int) -> None:
        assert 0 < done <= rows
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_demo_city(folder, rows=600, today=TODAY, progress=stop)
    assert hashes(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["city"]


def test_left_overs_of_a_killed_making_are_cleared(tmp_path: Path) -> None:
    (tmp_path / ".city.making" / "files").mkdir(parents=True)
    (tmp_path / ".city.making" / "files" / "half.csv").write_text("half")
    make_demo_city(tmp_path / "city", rows=500, today=TODAY)
    assert [path.name for path in tmp_path.iterdir()] == ["city"]


def test_a_folder_with_other_contents_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(Refused) as refusal:
        make_demo_city(tmp_path, rows=500, today=TODAY)
    assert (tmp_path / "mine.txt").read_text() == "keep me"
    assert str(tmp_path) in messages.render_error(refusal.value, "zh")


def test_a_folder_below_a_file_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError) as problem:
        make_demo_city(tmp_path / "file" / "city", rows=500, today=TODAY)
    assert "city" in messages.render_error(problem.value, "en")


@pytest.mark.parametrize("rows", [-1, 0, 499, 10_000_001])
def test_a_number_of_rows_out_of_range_is_a_usage_error(tmp_path: Path, rows: int) -> None:
    with pytest.raises(UsageError) as problem:
        make_demo_city(tmp_path / "city", rows=rows, today=TODAY)
    assert str(rows) in messages.render_error(problem.value, "en")
    assert not (tmp_path / "city").exists()


@pytest.mark.parametrize(("seed", "today"), [(-1, TODAY), (1, date(2021, 12, 31)), (1, date(2096, 1, 1))])
def test_a_seed_or_day_out_of_range_is_a_usage_error(tmp_path: Path, seed: int, today: date) -> None:
    with pytest.raises(UsageError) as problem:
        make_demo_city(tmp_path / "city", rows=500, seed=seed, today=today)
    assert str(seed if seed < 0 else today) in messages.render_error(problem.value, "zh")


@pytest.mark.parametrize("today", [date(2022, 1, 1), date(2024, 2, 29), date(2095, 12, 31)])
def test_no_clean_date_lies_after_the_day_of_the_city(tmp_path: Path, today: date) -> None:
    made = make_demo_city(tmp_path / "city", rows=500, today=today)
    _, records = delimited(made.folder / "files" / "06_social_security_insured.csv")
    days = [record[8] for record in records if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", record[8])]
    real = [day for day in days if day[5:] not in {"02-30", "04-31", "13-01", "00-10", "06-31", "11-00"}]
    assert len(real) > 20
    assert max(real) < today.isoformat()


@pytest.mark.parametrize("seed", range(5))
def test_the_smallest_city_can_be_made_by_any_seed(tmp_path: Path, seed: int) -> None:
    made = make_demo_city(tmp_path / "city", rows=500, seed=seed, today=TODAY)
    assert sum(made.rows.values()) == 500


def test_the_page_names_every_file_and_every_kind_of_dirt() -> None:
    page = (Path(__file__).parents[3] / "docs" / "explanation" / "demo-city.md").read_text("utf-8")
    wanted = {register.file for register in REGISTERS} | set(DIRT)
    assert wanted <= set(re.findall(r"`([\w.]+)`", page))
