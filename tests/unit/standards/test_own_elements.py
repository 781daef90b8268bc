"""Elements of a department: good files work everywhere, bad ones are answered with file, key and what to write."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from ronghe.messages import render
from ronghe.standards.catalog import Catalog, catalog
from ronghe.standards.element import Reading
from ronghe.standards.own_elements import safe_pattern
from ronghe.terms import InputError
from tests.unit.standards.test_coded_in_duckdb import as_reading, read_by_duckdb

GOOD = """
[element.ward]
zh = "病区"
en = "Ward"
pattern = "^[A-Z]\\\\d{2}$"
synonyms = ["病区", "bq"]
min_length = 3
max_length = 3
sensitivity = "sensitive"
examples = ["A01"]

[element.subsidy]
extends = "money"
options = { unit = "万元" }
zh = "补贴"
en = "Subsidy"
min = 0
max = 100
unit = "元/年"

[element.triage]
zh = "分诊级别"
en = "Triage level"
codes = { 1 = "危重", 2 = ["急症", "急"], 3 = "普通" }

[element.office]
type = "code"
codes = "offices.csv"

[element.small_subsidy]
extends = "subsidy"
max = 1

[element.checked]
patterns = { no_test = "[^t].*", ends_in_digit = ".*[0-9]" }

[element.opened]
type = "date"
min = 2000-01-01
"""
OFFICES = "\ufeffcode,name,alias\n01,民政局,民政|市民政局\n02,卫健委\n"

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(content: str) -> Path:
        path = tmp_path / "own.toml"
        path.write_text(content, "utf-8")
        return path

    return written


@pytest.fixture
def good(write: Write, tmp_path: Path) -> Catalog:
    (tmp_path / "offices.csv").write_text(OFFICES, "utf-8")
    return Catalog([write(GOOD)])


CASES = [
    ("ward", "A01", Reading("A01")),
    ("ward", "a01", Reading("a01", broken=("pattern",))),
    ("ward", "A0123", Reading("A0123", broken=("length", "pattern"))),
    ("subsidy", "1.5", Reading(Decimal("15000.00"))),
    ("subsidy", "￥1,000,001元", Reading(Decimal("1000001.00"), broken=("range",))),
    ("subsidy", "-1", Reading(Decimal("-10000.00"), broken=("range",))),
    ("triage", "危重", Reading("1")),
    ("triage", "急", Reading("2")),
    ("triage", "3", Reading("3")),
    ("triage", "4", Reading(None, broken=("not_listed",))),
    ("office", "市民政局", Reading("01")),
    ("office", "０２", Reading("02")),
    ("small_subsidy", "1.1", Reading(Decimal("11000.00"), broken=("range",))),
    ("checked", "test", Reading("test", broken=("no_test", "ends_in_digit"))),
    ("checked", "x1", Reading("x1")),
    ("opened", "1999年12月31日", Reading(dt.date(1999, 12, 31), broken=("range",))),
]


@pytest.mark.parametrize(("code", "raw", "reading"), CASES)
def test_an_own_element_reads_as_its_file_says(good: Catalog, code: str, raw: str, reading: Reading) -> None:
    assert good.get(code).read(raw) == reading


def test_duckdb_reads_own_elements_as_the_reference_does(good: Catalog) -> None:
    raws = tuple(dict.fromkeys(raw for _, raw, _ in CASES))
    for code in {code for code, _, _ in CASES}:
        element = good.get(code)
        readings = [element.read(raw) for raw in raws]
        rows = [as_reading(element, row) for row in read_by_duckdb(element, raws)]
        assert rows == [(reading.value, reading.missing, reading.broken) for reading in readings]


def test_an_own_element_is_found_by_its_names_and_says_what_it_is(good: Catalog) -> None:
    ward = good.by_name("病区")[0][0]
    assert (ward.code, ward.name.zh, ward.name.en, ward.sensitivity) == ("ward", "病区", "Ward", "sensitive")
    assert good.get("subsidy").unit == "元/年"
    assert ("unit", "万元") in good.get("subsidy").options


def test_an_own_element_takes_limits_as_options(good: Catalog) -> None:
    assert good.get("subsidy", {"max": "0.5"}).read("1").broken == ("range",)


def test_an_own_element_takes_the_options_of_what_it_extends(write: Write) -> None:
    own = Catalog(
        [
            write(
                '[element.wan]\nextends = "money"\noptions = { unit = "万元" }\n[element.fee]\nextends = "wan"\nmin = 1'
            )
        ]
    )
    assert [own.get(code).read("1.5").value for code in ("wan", "fee")] == [15000, 15000]
    assert [own.get(code, {"unit": "元"}).read("1.5").value for code in ("wan", "fee")] == [Decimal("1.50")] * 2
    assert own.get("fee", {"unit": "元"}).read("0.5").broken == ("range",)
    with pytest.raises(InputError) as caught:
        own.get("fee", {"color": "red"})
    assert caught.value.code == "standards.unknown_option"


def test_an_own_element_may_stand_for_a_standard_one(write: Write) -> None:
    own = Catalog([write('[element.postcode]\nextends = "postcode"\noptions = { country = "us" }')])
    assert own.get("postcode").read("94103").valid
    assert own.get("postcode", {"country": "cn"}).read("100871").valid


BAD = [
    ("[element.Ward]\n", "standards.own_code", "Ward"),
    ('[element."a b"]\n', "standards.own_code", "a b"),
    ('[element.w]\ncolour = "red"', "standards.own_key", "colour"),
    ("[elements.w]\n", "standards.own_key", "elements"),
    ("element = 3", "standards.own_value", "element"),
    ('[element]\nw = "x"', "standards.own_value", "element"),
    ('[element.w]\ntype = "txt"', "standards.own_value", "element.w.type"),
    ('[element.w]\ntype = "text"\nextends = "money"', "standards.own_value", "extends | type"),
    ('[element.w]\nextends = "mony"', "standards.own_value", "money"),
    ('[element.w]\nextends = "w"', "standards.own_value", "element.w.extends"),
    ('[element.w]\nextends = "money"\noptions = { unit = "x" }', "standards.option_value", "own.toml: element.w"),
    ('[element.w]\nextends = "money"\noptions = { color = "x" }', "standards.unknown_option", "own.toml: element.w"),
    ('[element.w]\nextends = "money"\noptions = "x"', "standards.own_value", "element.w.options"),
    ("[element.w]\nmin = 3", "standards.unknown_option", "own.toml: element.w"),
    ('[element.w]\ntype = "integer"\nmin = "many"', "standards.option_value", "element.w"),
    ('[element.w]\ntype = "integer"\nmin = true', "standards.own_value", "element.w.min"),
    ('[element.w]\ntype = "integer"\nmin = 3\nmax = 2', "standards.option_order", "element.w"),
    ('[element.w]\ntype = "integer"\nmin_length = 3', "standards.own_value", "element.w.min_length"),
    ("[element.w]\nmin_length = -1", "standards.own_value", "element.w.min_length"),
    ("[element.w]\nmin_length = 3\nmax_length = 2", "standards.own_value", "min_length <= max_length"),
    ("[element.w]\nzh = 3", "standards.own_value", "element.w.zh"),
    ('[element.w]\nzh = ""', "standards.own_value", "element.w.zh"),
    ('[element.w]\nsynonyms = "x"', "standards.own_value", "element.w.synonyms"),
    ("[element.w]\nsynonyms = [1]", "standards.own_value", "element.w.synonyms"),
    ('[element.w]\nsensitivity = "high"', "standards.own_value", "personal"),
    ('[element.w]\npattern = "(?=a)b"', "standards.pattern", "element.w.pattern"),
    ('[element.w]\npatterns = "a"', "standards.own_value", "element.w.patterns"),
    ('[element.w]\npatterns = { "X y" = "a" }', "standards.own_value", "rule_name"),
    ("[element.w]\ncodes = {}", "standards.own_value", "element.w.codes"),
    ("[element.w]\ncodes = { 1 = 2 }", "standards.own_value", "element.w.codes"),
    ('[element.w]\ncodes = { 1 = "a", 2 = "a" }', "standards.own_twice", "element.w.codes"),
    ('[element.w]\ncodes = { 1 = "2", 2 = "1" }', "standards.own_twice", "element.w.codes"),
    ('[element.w]\ntype = "integer"\ncodes = { 1 = "a" }', "standards.own_value", "element.w.codes"),
    ('[element.w]\ncodes = "none.csv"', "standards.own_codes", "none.csv"),
    ('[element.w]\ncodes = "../none.csv"', "standards.own_value", "element.w.codes"),
    ('[element.w]\ncodes = "own.toml"', "standards.own_codes", "code,name"),
    ('[element.w]\nexamples = ["abc"]\npattern = "x"', "standards.own_example", "abc"),
    ("[element.w", "standards.own_unreadable", "own.toml"),
    ("x = " + "[" * 5000, "standards.own_unreadable", "own.toml"),
    ("\n".join(f"[element.e{number}]" for number in range(1001)), "standards.own_many", "1000"),
    ("#" * 1_000_001, "standards.own_large", "own.toml"),
]


@pytest.mark.parametrize(("content", "fault", "said"), BAD, ids=[content[:60] for content, _, _ in BAD])
def test_a_bad_file_is_answered_with_the_place(write: Write, content: str, fault: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        Catalog([write(content)])
    assert caught.value.code == fault
    for lang in ("zh", "en"):
        assert said in render(caught.value.code, lang, **caught.value.params)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "code,name\n",
        "name,code\na,1\n",
        "code,name\n1\n",
        "code,name\n1,a,b\n",
        'code,name\n1,"a',
        "code,name\n,a\n",
        "code,name\n1,\x00a\n2,\n",
    ],
)
def test_a_bad_code_list_is_answered_with_its_file(write: Write, tmp_path: Path, content: str) -> None:
    (tmp_path / "codes.csv").write_text(content, "utf-8")
    with pytest.raises(InputError) as caught:
        Catalog([write('[element.w]\ncodes = "codes.csv"')])
    assert (caught.value.code, "codes.csv" in str(caught.value.params)) == ("standards.own_codes", True)


def test_a_file_that_is_not_there_or_not_utf8_is_answered(tmp_path: Path) -> None:
    foreign = tmp_path / "gbk.toml"
    foreign.write_bytes("[element.w]\nzh = '病区'".encode("gbk"))
    for path in (tmp_path / "none.toml", foreign, tmp_path):
        with pytest.raises(InputError) as caught:
            Catalog([path])
        assert caught.value.code == "standards.own_unreadable"


def test_one_code_in_two_files_is_answered(write: Write, tmp_path: Path) -> None:
    second = tmp_path / "second.toml"
    second.write_text("[element.w]\n", "utf-8")
    with pytest.raises(InputError) as caught:
        Catalog([write("[element.w]\n"), second])
    assert caught.value.code == "standards.own_twice"


@pytest.mark.parametrize(
    ("pattern", "spelled"),
    [
        ("^[A-Z]\\d{2}$", "[A-Z][0-9]{2}"),
        ("\\w+", "[0-9A-Za-z_]+"),
        ("[\\d\\s]", "[0-9 \\t\\r\\n]"),
        ("a.b", "a[^\\n]b"),
        ("a\\.b", "a\\.b"),
        ("[.]", "[.]"),
        ("(?:a|b){1,3}", "(?:a|b){1,3}"),
        ("[^\\]]", "[^\\]]"),
        ("病区[一二三]", "病区[一二三]"),
        ("a\\/b", "a/b"),
        ("", ""),
    ],
)
def test_a_pattern_is_spelled_for_every_engine(pattern: str, spelled: str) -> None:
    assert safe_pattern(pattern, place="here") == spelled


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            "(?=a)b",
            "(?!a)b",
            "(?<=a)b",
            "(?i)a",
            "(?P<n>a)",
            "(a)\\1",
            "\\bx",
            "\\Ax",
            "\\p{Han}",
            "\\x41",
            "\\D",
            "a$b",
        ),
        *(
            "a^b",
            "a*+",
            "a++",
            "a*?",
            "[a[b]]",
            "[a&&b]",
            "[]a]",
            "a{",
            "a{,3}",
            "a{1001}",
            "(a{100}){100}",
            "(",
            "[",
            "*",
        ),
        *("(", "[", "*", "a\\", "x" * 501, "[z-a]", "a{3,2}"),
    ],
)
def test_a_pattern_that_engines_read_differently_is_refused(pattern: str) -> None:
    with pytest.raises(InputError) as caught:
        safe_pattern(pattern, place="here")
    assert (caught.value.code, caught.value.params["place"]) == ("standards.pattern", "here")


def test_the_catalog_follows_a_file_and_its_list_of_codes_as_they_change(tmp_path: Path) -> None:
    own, codes = tmp_path / "own.toml", tmp_path / "codes.csv"
    own.write_text('[element.ward]\nen = "Ward"\ncodes = "codes.csv"\n', "utf-8")
    codes.write_text("code,name\n1,east\n", "utf-8")
    first = catalog([own])
    assert catalog([own]) is first
    codes.write_text("code,name\n2,east\n", "utf-8")
    second = catalog([own])
    assert (first.get("ward").read("east").value, second.get("ward").read("east").value) == ("1", "2")
    own.write_text('[element.ward]\nen = "Wing"\ncodes = "codes.csv"\n', "utf-8")
    assert catalog([own]).get("ward").name.en == "Wing"
    assert len({first.fingerprint, second.fingerprint, catalog([own]).fingerprint}) == 3
