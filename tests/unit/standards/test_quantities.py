"""Numbers as departments write them: each text has one exact value or none."""

from decimal import Decimal

import pytest

from ronghe.standards import quantities
from ronghe.standards.element import Element, Reading
from ronghe.terms import InputError

ELEMENTS = {element.code: element for element in quantities.ELEMENTS}

MONEY = {
    "12000.00": "12000",
    "0": "0",
    "+5": "5",
    "-0.5": "-0.5",
    "007": "7",
    "12.50000": "12.5",
    "￥12,000.00": "12000",
    "¥ 12": "12",
    "12元": "12",
    "12 元整": "12",
    "RMB12": "12",
    "12cny": "12",
    "人民币100元": "100",
    "１２．５": "12.5",
    "１，２００": "1200",
    "'12": "12",
    "1.5万": "15000",
    "1.5万元": "15000",
    "12345万": "123450000",
    "1,200万元": "12000000",
    "0.12345678亿": "12345678",
    "1.5百万": "1500000",
    "2百万": "2000000",
    "1.2千万元": "12000000",
    "1万亿": "1000000000000",
    "3亿2000万": "320000000",
    "三点一四元": "3.14",
    "35万": "350000",
    "2亿3千万": "230000000",
    "1万2千": "12000",
    "3万500": "30500",
    "三万五千元": "35000",
    "三万五百": "30500",
    "三万零五": "30005",
    "一亿零五千": "100005000",
    "一亿五千万": "150000000",
    "十五万": "150000",
    "拾万元整": "100000",
    "壹万贰仟叁佰元整": "12300",
    "壹萬貳仟參佰圓正": "12300",
    "两千二百": "2200",
    "二〇二四": "2024",
    "一点五万": "15000",
    "一万二千三百四十五亿六千七百八十九万零一十二元": "1234567890012",
    "壹佰元伍角叁分": "100.53",
    "壹佰元零伍分": "100.05",
    "3元5角": "3.5",
    "3块5毛": "3.5",
    "12345元6角": "12345.6",
    "5角": "0.5",
    "3万元5角": "30000.5",
    "(1,200.00)": "-1200",
    "（￥1,200.5）": "-1200.5",
    "￥(1,200)": "-1200",
    "−5": "-5",
    "-￥5": "-5",
    "￥-5": "-5",
    "负三点五": "-3.5",
    "-三百元五角": "-300.5",
    "9999999999999999.99": "9999999999999999.99",
}
NOT_MONEY = (
    *(
        "元",
        "万",
        "百万",
        "￥",
        "-",
        "()",
        "Y5元",
        "5元元",
        "5RMB5",
        "1,5",
        "1,20,000",
        "1 2",
        "12 5元",
        "5-",
        "--5",
        "(-5)",
    ),
    *(
        "三万五",
        "二百五",
        "一亿五千",
        "三千百",
        "五六百",
        "三五万",
        "两三千元",
        "十二三",
        "三五",
        "二十三十",
        "十五五",
        "12.345",
        "1.23456789万",
        "3元5",
        "五千千",
    ),
    *(
        "1e5",
        "NaN",
        "inf",
        "0x10",
        "１２．３．４",
        "10000000000000000",
        "1000000000亿",
        "约5万",
        "5万左右",
        "5-6万",
        "$5",
        "5美元",
    ),
    *("①", "Ⅲ", "٣", "५", "5\x00", "1_000", ".5", "5."),
)
AREAS = {
    "89.5": "89.5",
    "89.5㎡": "89.5",
    "1,200.5 平方米": "1200.5",
    "89.5m2": "89.5",
    "89.5M²": "89.5",
    "3亩": "2000",
    "1亩": "666.6667",
    "2亩": "1333.3333",
    "0.00015亩": "0.1",
    "5分": "333.3333",
    "1顷": "66666.6667",
    "1.5万亩": "10000000",
    "三十亩": "20000",
    "1.2公顷": "12000",
    "1.2ha": "12000",
    "0.123456平方公里": "123456",
    "2km²": "2000000",
    "3平方千米": "3000000",
}
RATES = {
    "12.5%": "12.5",
    "１２．５％": "12.5",
    "12.5": "12.5",
    "125‰": "12.5",
    "-5%": "-5",
    "(5%)": "-5",
    "百分之十二点五": "12.5",
    "百分之百": "100",
    "百分之12.5": "12.5",
    "负百分之五": "-5",
    "千分之三": "0.3",
    "三成": "30",
}
INTEGERS = {
    "12": 12,
    "-3": -3,
    "1,200": 1200,
    "１２": 12,
    "12.0": 12,
    "十二": 12,
    "一百零五": 105,
    "1.5万": 15000,
    "9223372036854775807": 2**63 - 1,
}
NUMBERS = {"12.5": 12.5, "1e3": 1000.0, "-.5": -0.5, "1,200.5": 1200.5, "1.5万": 15000.0, "二点五": 2.5}

VALUES: dict[str, dict[str, object]] = {
    "money": {raw: Decimal(value) for raw, value in MONEY.items()},
    "area": {raw: Decimal(value) for raw, value in AREAS.items()},
    "percentage": {raw: Decimal(value) for raw, value in RATES.items()},
    "integer": dict(INTEGERS),
    "count": {"12人": 12, "1,200户": 1200, "三百人次": 300, "3.5万人": 35000, "12 个": 12, "0": 0},
    "decimal": {"12.5": Decimal("12.5"), "负三点五": Decimal("-3.5"), "1.123456": Decimal("1.123456")},
    "number": dict(NUMBERS),
    "latitude": {"39.9": 39.9, "-90": -90.0, "39.9°": 39.9, "３９．９": 39.9},
    "longitude": {"116.4": 116.4, "180": 180.0, "-180.0": -180.0},
}
BROKEN: dict[str, dict[str, str]] = {
    "money": dict.fromkeys(NOT_MONEY, "form")
    | {"12.345": "too_precise", "10000000000000000": "too_large", "$5": "currency", "5美元": "currency"},
    "area": {"-3": "range", "3斤": "form", "89.55555": "form", "1.23456公倾": "form"},
    "percentage": {"12.5%%": "form", "12.34567%": "too_precise", "一半": "form"},
    "integer": {"1.5": "too_precise", "9223372036854775808": "too_large", "1e3": "form", "12个": "form", "": ""},
    "count": {"-1": "range", "三五个": "form", "两三人": "form", "12斤": "form", "人": "form"},
    "decimal": {"1.1234567": "too_precise", "1234567890123": "too_large"},
    "number": {"nan": "form", "inf": "form", "1e999": "form", "1,2": "form"},
    "latitude": {"90.1": "range", "39°54′": "form"},
    "longitude": {"181": "range", "-180.001": "range"},
}
INPUTS = {code: (*VALUES[code], *BROKEN[code]) for code in VALUES}


@pytest.mark.parametrize(("code", "raw"), [(code, raw) for code, cases in VALUES.items() for raw in cases])
def test_a_quantity_has_its_exact_value(code: str, raw: str) -> None:
    assert ELEMENTS[code].read(raw) == Reading(VALUES[code][raw])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "raw", "rule"),
    [(code, raw, rule) for code, cases in BROKEN.items() for raw, rule in cases.items() if raw],
)
def test_what_is_no_such_quantity_breaks_a_rule(code: str, raw: str, rule: str) -> None:
    assert ELEMENTS[code].read(raw).broken == (rule,)


@pytest.mark.parametrize(
    ("unit", "raw", "value"),
    [
        ("万元", "1.5", "15000"),
        ("万元", "￥1,200", "12000000"),
        ("万元", "1.5万", "15000"),
        ("万元", "12000元", "12000"),
        ("万元", "三千元", "3000"),
        ("万元", "三千", None),
        ("万元", "1.23456789", None),
        ("亿元", "0.5", "50000000"),
        ("千元", "(1.5)", "-1500"),
        ("百元", "3", "300"),
        ("百万元", "0.000001", "1"),
    ],
)
def test_a_bare_amount_counts_the_unit_of_its_column(unit: str, raw: str, value: str | None) -> None:
    assert quantities.money(unit).read(raw).value == (Decimal(value) if value else None)


@pytest.mark.parametrize(
    ("unit", "target", "raw", "value"),
    [
        ("亩", "平方米", "3", "2000"),
        ("亩", "亩", "3.5", "3.5"),
        ("亩", "亩", "2000平方米", "3"),
        ("亩", "公顷", "15", "1"),
        ("公顷", "平方公里", "150", "1.5"),
        ("平方米", "平方公里", "1.5", "0.000002"),
        ("平方米", "平方公里", "1亩", "0.000667"),
    ],
)
def test_areas_are_converted_to_the_target(unit: str, target: str, raw: str, value: str) -> None:
    if value == "0.000002":
        assert quantities.area(unit, target).read(raw).value is None
    else:
        assert quantities.area(unit, target).read(raw).value == Decimal(value)


@pytest.mark.parametrize(
    ("bare", "raw", "value"),
    [("fraction", "0.125", "12.5"), ("fraction", "12.5%", "12.5"), ("none", "12.5", None), ("none", "12.5%", "12.5")],
)
def test_a_bare_rate_is_what_its_column_says(bare: str, raw: str, value: str | None) -> None:
    assert quantities.percentage(bare).read(raw).value == (Decimal(value) if value else None)


@pytest.mark.parametrize(("precision", "scale"), [(0, 0), (39, 0), (5, 6)])
def test_a_decimal_that_does_not_exist_is_refused(precision: int, scale: int) -> None:
    with pytest.raises(InputError) as caught:
        quantities.decimal_number(precision, scale)
    assert caught.value.code == "standards.option_value"


@pytest.mark.parametrize("precision_scale", [(38, 10), (5, 2), (10, 0), (1, 1)])
def test_a_decimal_keeps_its_declared_size(precision_scale: tuple[int, int]) -> None:
    precision, scale = precision_scale
    element: Element = quantities.decimal_number(precision, scale)
    largest = "9" * (precision - scale) + ("." if scale else "") + "9" * scale
    largest = f"0{largest}" if largest.startswith(".") else largest
    assert element.read(largest).value == Decimal(largest)
    assert element.read(f"1{'0' * (precision - scale)}").broken == ("too_large",)


def test_other_packages_failures_are_read() -> None:
    """cn2an 0.5 leaves 1.5万 as it is in `transform`; float makes 0.1亿 + 0.2亿 inexact; round() is half to even."""
    money, area = ELEMENTS["money"], ELEMENTS["area"]
    assert money.read("1.5万").value == Decimal(15000)
    assert money.read("1.005").broken == ("too_precise",)
    assert money.read("4503599627370497.5").value == Decimal("4503599627370497.50")
    assert area.read("0.000075亩").value == Decimal("0.0500")
    assert area.read("0.0003亩").value == Decimal("0.2000")


@pytest.mark.parametrize(
    ("currency", "raw", "value"),
    [
        *(("USD", raw, "1200.5") for raw in ("$1,200.50", "＄1,200.5", "US$1200.50", "1200.5 usd", "USD 1,200.50")),
        *(("USD", raw, "1200.5") for raw in ("1,200.50美元", "1200.5美金", "美元1200.5", "1200.50", "1200.50美圆")),
        *(("USD", raw, "-5") for raw in ("-$5", "$-5", "($5.00)")),
        *(("USD", raw, "15000") for raw in ("1.5万美元", "$1.5万", "一万五千美元")),
        *(("JPY", raw, "1200") for raw in ("¥1,200", "￥1200", "1200日元", "1200円", "1200日圆")),
        *(("HKD", raw, "1200") for raw in ("HK$1,200", "$1200", "港币1200元".removesuffix("元"))),
        ("CHF", "CHF 1,200", "1200"),
        ("EUR", "€1,200", "1200"),
    ],
)
def test_an_amount_says_its_currency_by_sign_letters_or_words(currency: str, raw: str, value: str) -> None:
    assert quantities.money(currency=currency).read(raw).value == Decimal(value)


@pytest.mark.parametrize(
    ("currency", "raw", "rule"),
    [
        *(("CNY", raw, "currency") for raw in ("$1,200.50", "US$5", "5 EUR", "5港元", "₩5")),
        *(("USD", raw, "currency") for raw in ("￥5", "5元", "5万元", "5 RMB", "HK$5", "5港元", "€5", "NT$5")),
        *(("JPY", raw, "currency") for raw in ("5元", "$5", "5 CNY")),
        ("CHF", "$5", "currency"),
        ("USD", "$5角", "form"),
        ("USD", "$1.234", "too_precise"),
    ],
)
def test_another_currency_is_never_taken_for_the_declared_one(currency: str, raw: str, rule: str) -> None:
    assert quantities.money(currency=currency).read(raw).broken == (rule,)


@pytest.mark.parametrize(
    ("raw", "value"), [("1.5", "15000"), ("$1.5", "15000"), ("1.5万美元", "15000"), ("5美元", "5")]
)
def test_units_count_for_foreign_amounts_that_say_none(raw: str, value: str) -> None:
    assert quantities.money("万元", "USD").read(raw).value == Decimal(value)


def test_an_unknown_currency_names_the_known_ones() -> None:
    with pytest.raises(InputError) as caught:
        quantities.money(currency="XYZ")
    assert "USD" in str(caught.value.params["known"])
