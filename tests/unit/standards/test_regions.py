import csv
import datetime as dt
from pathlib import Path

import pytest

from ronghe.standards import regions
from ronghe.standards.region_names import COLLECTIVE, short_name
from ronghe.tables.in_memory import evaluate

NOW = regions.region()


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("110108", "110108"),
        ("１１０１０８", "110108"),
        (" 110108 ", "110108"),
        ("110108000000", "110108"),
        ("11", "110000"),
        ("3301", "330100"),
        ("北京市", "110000"),
        ("北京", "110000"),
        ("内蒙古", "150000"),
        ("广西壮族自治区", "450000"),
        ("北京市海淀区", "110108"),
        ("北京市市辖区海淀区", "110108"),
        ("北京市 海淀区", "110108"),
        ("广东省/广州市/天河区", "440106"),
        ("广州市天河区", "440106"),
        ("河南省省直辖县级行政区划济源市", "419001"),
        ("海淀区", "110108"),
        ("海淀", "110108"),
        ("延边", "222400"),
        ("大厂", "131028"),
        ("香港", "810000"),
        ("810000", "810000"),
        ("820000", "820000"),
        ("710000", "710000"),
        ("330113", "330113"),
        ("330114", "330114"),
        ("临平区", "330113"),
    ],
)
def test_a_division_is_read_by_code_name_and_path(raw: str, code: str) -> None:
    reading = NOW.read(raw)
    assert (reading.value, reading.valid, reading.warnings) == (code, True, ())


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        *((raw, "ambiguous") for raw in ("朝阳区", "鼓楼区")),
        *((raw, "not_listed") for raw in ("市辖区", "县", "110108001001", "云州市", "海淀区人民政府", "99")),
        *((raw, "form") for raw in ("1", "11010", "000000", "1101081", "110108.0")),
    ],
)
def test_what_is_no_division_or_more_than_one_is_not_guessed(raw: str, rule: str) -> None:
    assert NOW.read(raw).broken == (rule,)


def test_an_ambiguous_name_says_what_it_may_mean() -> None:
    assert NOW.read("朝阳区").more == "110105 北京市朝阳区, 220104 吉林省长春市朝阳区"
    assert NOW.read("鼓楼区").more.endswith(", ...")


@pytest.mark.parametrize("raw", ["999999", "450313", "632825", "９９９９９９"])
def test_six_digits_that_are_on_no_list_are_a_warning(raw: str) -> None:
    reading = NOW.read(raw)
    assert (reading.valid, reading.warnings) == (True, ("region_unknown",))


@pytest.mark.parametrize(
    ("outer", "raw", "code"),
    [
        ("110000", "朝阳区", "110105"),
        ("220100", "朝阳区", "220104"),
        ("320000", "鼓楼区", None),
        ("440000", "朝阳区", None),
    ],
)
def test_the_division_around_it_tells_which_one_a_name_means(outer: str, raw: str, code: str | None) -> None:
    assert NOW.inside is not None
    assert evaluate(NOW.inside, {"text": raw, "outer": outer}) == code


def test_within_a_city_a_name_means_its_district() -> None:
    assert regions.region(within="110000").read("朝阳区").value == "110105"
    assert regions.region(within="220100").read("朝阳区").value == "220104"
    assert regions.region(within="220000").read("吉林市").value == "220200"
    assert regions.region(within="500000").read("渝中区").value == "500103"


def test_a_name_outside_is_not_read_within_a_city_but_a_code_is() -> None:
    inside = regions.region(within="110000")
    assert inside.read("天河区").broken == ("not_listed",)
    assert inside.read("440106").value == "440106"


def test_within_an_unknown_code_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="990000"):
        regions.region(within="990000")


@pytest.mark.parametrize(
    ("raw", "code"),
    [("110223", "110223"), ("通县", "110223"), ("330103", "330103"), ("崇文区", "110103"), ("瑞安县", "330325")],
)
def test_an_abolished_division_is_kept_with_a_warning(raw: str, code: str) -> None:
    reading = NOW.read(raw)
    assert (reading.value, reading.valid, reading.warnings) == (code, True, ("region_abolished",))


def test_the_same_code_holds_without_a_warning_when_it_was_in_force() -> None:
    then = regions.region(as_of=dt.date(1990, 1, 1))
    assert then.read("110223").warnings == ()
    assert then.read("通县").value == "110223"
    assert then.read("涪陵市").value == "512301"


def test_a_division_is_not_yet_abolished_in_the_year_in_which_it_ends() -> None:
    assert regions.region(as_of=dt.date(2021, 1, 1)).read("330103").warnings == ()
    assert regions.region(as_of=dt.date(2022, 1, 1)).read("330103").warnings == ("region_abolished",)


def test_a_list_is_that_of_its_year() -> None:
    assert "330113" in regions.on()
    assert "330113" not in regions.on(dt.date(2020, 6, 1))
    assert regions.on(dt.date(1990, 1, 1))["110223"].name == "通县"
    assert "500000" not in regions.on(dt.date(1996, 1, 1))
    assert regions.on(dt.date(1998, 1, 1))["500000"].name == "重庆市"


@pytest.mark.parametrize(
    ("code", "codes"),
    [
        ("110223", ("110112",)),
        ("330103", ("330105",)),
        ("330104", ("330102", "330114")),
        ("110108", ("110108",)),
        ("410322", ("410308",)),
        ("999999", ()),
    ],
)
def test_what_became_of_a_code(code: str, codes: tuple[str, ...]) -> None:
    assert regions.became(code) == codes


def test_what_became_is_followed_only_up_to_the_day() -> None:
    assert regions.became("330125", dt.date(1995, 1, 1)) == regions.became("330125", dt.date(1999, 1, 1))
    assert regions.became("330125", dt.date(1990, 1, 1)) == ("330125",)
    assert regions.became("330125") == ("330110",)


def test_a_code_may_stand_for_several_divisions_over_time() -> None:
    names = [entry.name for entry in regions.known("330110")]
    assert names == ["余杭区"]
    assert [entry.name for entry in regions.known("341200")] == ["阜阳市"]
    assert len(regions.known("152725")) > 1
    assert regions.known("999999") == ()


@pytest.mark.parametrize(
    ("code", "path"),
    [("110108", "北京市海淀区"), ("330106", "浙江省杭州市西湖区"), ("440000", "广东省"), ("999999", "")],
)
def test_path(code: str, path: str) -> None:
    assert regions.path(code) == path


def test_every_full_name_in_force_is_read_as_its_code() -> None:
    counties = [code for code, entry in regions.on().items() if entry.name not in COLLECTIVE][::61]
    assert {NOW.read(regions.path(code)).value for code in counties} == set(counties)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("海淀区", "海淀"),
        ("通县", "通县"),
        ("延边朝鲜族自治州", "延边"),
        ("双江拉祜族佤族布朗族傣族自治县", "双江"),
        ("巴音郭楞蒙古自治州", "巴音郭楞"),
        ("宁夏回族自治区", "宁夏"),
        ("内蒙古自治区", "内蒙古"),
        ("香港特别行政区", "香港"),
        ("大兴安岭地区", "大兴安岭"),
        ("神农架林区", "神农架"),
        ("锡林郭勒盟", "锡林郭勒"),
    ],
)
def test_short_names(name: str, short: str) -> None:
    assert short_name(name) == short


def test_no_two_divisions_hold_one_code_in_one_year() -> None:
    for year in (1980, 1984, 1990, 1997, 2003, 2014, 2020, 2021, 2026):
        entries = [
            entry for code in dict(regions.every_code()) for entry in regions.known(code) if entry.in_force(year)
        ]
        assert len(entries) == len({entry.code for entry in entries}) > 2500


def test_what_a_division_became_was_in_force_in_that_year() -> None:
    lost = [
        entry
        for code in dict(regions.every_code())
        for entry in regions.known(code)
        if entry.until and any(heir not in dict(regions.every_code()) for heir in entry.became)
    ]
    assert lost == []


SHAPES = {
    # file: delimiter, column of codes, how many are none of GB/T 2260: development zones younger than the list of 2018,
    # and two mistakes (450313, 632825)
    "mca_198012.tsv": ("\t", "Code", 0),
    "gb2260_200712.tsv": ("\t", "Code", 0),
    "stats_201810.tsv": ("\t", "Code", 0),
    "liulin_gb2260_with_former_names.csv": (",", "code", 2),
    "canghailan_area_code.csv": (",", "code", 0),
    "modood_areas.csv": (",", "code", 7),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_codes_of_every_shared_shape_are_known(shape: str, shared_tables: Path) -> None:
    delimiter, column, unknown = SHAPES[shape]
    with (shared_tables / "cn_regions" / shape).open(encoding="utf-8-sig", newline="") as lines:
        codes = [row[column] for row in csv.DictReader(lines, delimiter=delimiter)]
    assert len(codes) > 2900
    assert sum(not regions.known(code) for code in codes) == unknown


@pytest.mark.parametrize(
    ("shape", "year", "elsewhere"),
    [("mca_198012.tsv", 1980, 0), ("gb2260_200712.tsv", 2007, 10), ("stats_201810.tsv", 2018, 12)],
)
def test_the_list_of_a_year_agrees_with_the_one_published_then(
    shape: str, year: int, elsewhere: int, shared_tables: Path
) -> None:
    with (shared_tables / "cn_regions" / shape).open(encoding="utf-8", newline="") as lines:
        published = {row["Code"]: row["Name"] for row in csv.DictReader(lines, delimiter="\t")}
    ours = {code: entry.name for code, entry in regions.on(dt.date(year, 12, 31)).items()}
    assert len([code for code, name in published.items() if ours.get(code) != name]) <= elsewhere
