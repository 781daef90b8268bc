"""Numbers with their units: counts, money, areas, rates. Every conversion is exact; rounding happens once, at the
end."""

from ronghe.messages import Bilingual
from ronghe.standards.element import RAW, TEXT, VALUE, Check, Element
from ronghe.standards.folding import folded
from ronghe.tables import expressions as ops
from ronghe.terms import InputError

__all__ = ["ELEMENTS", "area", "decimal_number", "money", "percentage"]

MONEY = ops.decimal(30, 2)
AREA = ops.decimal(32, 4)
RATE = ops.decimal(32, 4)

_PLAIN = "[+-]?[0-9]+(\\.[0-9]+)?"
_DIGITS = ("〇○零一壹二两贰貳三叁四肆五伍六陆七柒八捌九玖", "00011222233445566778899")
_UNITS = ("拾佰仟萬億", "十百千万亿")
_CHINESE = "[〇○零一壹二两贰貳三叁四肆五伍六陆七柒八捌九玖十拾百佰千仟万萬亿億]+"


def _tidy(raw: ops.Expression, dropped: str) -> ops.Expression:
    """Folded, without spaces, thousands separators and the marks in `dropped`."""
    return ops.Replace(folded(raw), f"[{ops.WHITESPACE},，{dropped}]", "")


def _clean(dropped: str = "") -> ops.Expression:
    return ops.Case(((ops.Matches(RAW, _PLAIN), RAW),), _tidy(RAW, dropped))


def _literal(value: int) -> ops.Expression:
    return ops.Literal(value, ops.INTEGER)


def _place(text: ops.Expression, unit: str) -> ops.Expression:
    """The digit before `unit` in a section of less than 10,000, as text; a bare 十 counts one."""
    digit = ops.Extract(text, f"([1-9]?){unit}", 1)
    return ops.Case(
        ((ops.IsNull(digit), ops.Literal("0")), (ops.Compare("=", digit, ops.Literal("")), ops.Literal("1"))), digit
    )


def _section(text: ops.Expression) -> ops.Expression:
    """Up to 9999 in Chinese numerals as four digits."""
    rest = ops.Replace(text, "^[0-9十百千]*[十百千0]", "")
    ones = ops.Case(((ops.Compare("=", rest, ops.Literal("")), ops.Literal("0")),), rest)
    return ops.Concat((_place(text, "千"), _place(text, "百"), _place(text, "十"), ones))


def _chinese_whole(text: ops.Expression) -> ops.Expression:
    """Chinese numerals below 10^12 as the text of their digits."""
    digits = ops.Translate(ops.Translate(text, *_DIGITS), *_UNITS)
    hundred_millions = ops.Coalesce((ops.Extract(digits, "^([^亿]*)亿", 1), ops.Literal("")))
    below = ops.Replace(digits, "^[^亿]*亿", "")
    ten_thousands = ops.Coalesce((ops.Extract(below, "^([^万]*)万", 1), ops.Literal("")))
    return ops.Concat(
        (_section(hundred_millions), _section(ten_thousands), _section(ops.Replace(below, "^[^万]*万", "")))
    )


def _chinese_value(text: ops.Expression, precision: int, scale: int) -> ops.Expression:
    return ops.DecimalOf(_chinese_whole(text), precision, scale)


def _scaled(text: ops.Expression, suffix: str, numerator: int, denominator: int, scale: int) -> ops.Expression:
    number = ops.DecimalOf(ops.Replace(text, suffix, ""), 26, 6)
    return ops.Rescale(number, 6, numerator, denominator, scale)


def _option(given: str, allowed: tuple[str, ...], element: str) -> str:
    if given not in allowed:
        raise InputError("standards.option_value", element=element, value=given, known=", ".join(allowed))
    return given


_MONEY_UNITS = {"元": 1, "千元": 1_000, "万元": 10_000, "百万元": 1_000_000, "亿元": 100_000_000}


def money(unit: str = "元") -> Element:
    """An amount in yuan with two digits; `unit` is what a bare number in the column counts."""
    factor = _MONEY_UNITS[_option(unit, tuple(_MONEY_UNITS), "money")]
    bare = ops.DecimalOf(TEXT, 30, 2) if factor == 1 else ops.Rescale(ops.DecimalOf(TEXT, 26, 6), 6, factor, 1, 2)
    scaled = [
        (ops.Matches(TEXT, f"{_PLAIN}{mark}"), _scaled(TEXT, mark, size, 1, 2))
        for mark, size in (("万", 10**4), ("亿", 10**8), ("千", 10**3), ("百万", 10**6))
    ]
    return Element(
        code="money",
        name=Bilingual("金额", "Amount of money"),
        synonyms=(
            *("金额", "收入", "年收入", "家庭月收入", "月收入", "注册资本", "应税销售额", "税额", "营业额", "罚款金额"),
            *(
                "月补助金额",
                "月租金",
                "租金",
                "缴费基数",
                "费用",
                "总费用",
                "价格",
                "amount",
                "income",
                "salary",
                "price",
            ),
            *("fee", "cost", "rent", "turnover", "revenue", "je", "sr", "nsr"),
        ),
        type=MONEY,
        clean=_clean("￥¥元圆整正RMBCNY人民币"),
        value=ops.Case(
            ((ops.Matches(TEXT, _PLAIN), bare), *scaled, (ops.Matches(TEXT, _CHINESE), _chinese_value(TEXT, 30, 2))),
            ops.Literal(None, MONEY),
        ),
        source="GB/T 12406-2022 (CNY)",
        form=Bilingual("如 12000.00、￥12,000、1.5万、三万五千元", "Like 12000.00, ￥12,000, 1.5万"),
        unit="元",
        sensitivity="personal",
        examples=("12000.00", "￥12,000.00", "1.5万", "三万五千元", "0"),
        options=(("unit", unit),),
    )


_AREA_UNITS = {"平方米": (1, 1), "亩": (2000, 3), "公顷": (10_000, 1), "平方公里": (1_000_000, 1)}


def area(unit: str = "平方米") -> Element:
    """An area in square meters with four digits; 1 亩 is exactly 2000/3 of them."""
    _option(unit, tuple(_AREA_UNITS), "area")
    marks = {
        "平方米": "(平方米|㎡|m2|M2|m²|M²|平米|平)",
        "亩": "(市?亩)",
        "公顷": "(公顷|ha|HA)",
        "平方公里": "(平方公里|km2|KM2|平方千米)",
    }
    branches = []
    for name, mark in marks.items():
        numerator, denominator = _AREA_UNITS[name]
        branches.append((ops.Matches(TEXT, _PLAIN + mark), _scaled(TEXT, mark, numerator, denominator, 4)))
    numerator, denominator = _AREA_UNITS[unit]
    bare = ops.Rescale(ops.DecimalOf(TEXT, 26, 6), 6, numerator, denominator, 4)
    return Element(
        code="area",
        name=Bilingual("面积", "Area"),
        synonyms=(
            "面积",
            "建筑面积",
            "土地面积",
            "占地面积",
            "耕地面积",
            "使用面积",
            "area",
            "floor_area",
            "mj",
            "jzmj",
        ),
        type=AREA,
        clean=_clean(),
        value=ops.Case(((ops.Matches(TEXT, _PLAIN), bare), *branches), ops.Literal(None, AREA)),
        source="GB 3100-1993; State Council 1990: 1 亩 = 2000/3 m2",
        form=Bilingual("如 89.5、89.5平方米、3亩、1.2公顷", "Like 89.5, 89.5㎡, 3亩, 1.2公顷"),
        checks=(Check("range", ops.Compare(">=", VALUE(AREA), _literal(0))),),
        unit="m2",
        examples=("89.5", "89.5平方米", "3亩", "1.2公顷", "120㎡"),
        options=(("unit", unit),),
    )


def percentage() -> Element:
    """A rate in percent: 12.5% is 12.5; parts per thousand are divided by ten."""
    whole = ops.Rescale(ops.DecimalOf(ops.Replace(TEXT, "%", ""), 26, 6), 6, 1, 1, 4)
    return Element(
        code="percentage",
        name=Bilingual("百分比", "Percentage"),
        synonyms=("比例", "百分比", "占比", "比率", "利率", "率", "percentage", "percent", "rate", "ratio", "bl"),
        type=RATE,
        clean=_clean(),
        value=ops.Case(
            (
                (ops.Matches(TEXT, f"{_PLAIN}%?"), whole),
                (ops.Matches(TEXT, f"{_PLAIN}‰"), _scaled(TEXT, "‰", 1, 10, 4)),
            ),
            ops.Literal(None, RATE),
        ),
        source="GB 3100-1993",
        form=Bilingual("如 12.5%、12.5、125‰", "Like 12.5%, 12.5, 125‰"),
        unit="%",
        examples=("12.5%", "12.5", "125‰"),
    )


def _integer(code: str, zh: str, en: str, synonyms: tuple[str, ...], checks: tuple[Check, ...]) -> Element:
    whole = "[+-]?[0-9]+"
    return Element(
        code=code,
        name=Bilingual(zh, en),
        synonyms=synonyms,
        type=ops.INTEGER,
        clean=ops.Case(((ops.Matches(RAW, whole), RAW),), _tidy(RAW, "个人户名次件家条")),
        value=ops.Case(
            (
                (ops.Matches(TEXT, whole), ops.IntegerOf(TEXT)),
                (ops.Matches(TEXT, f"{whole}\\.0+"), ops.IntegerOf(ops.Replace(TEXT, "\\.0+", ""))),
                (ops.Matches(TEXT, _CHINESE), ops.IntegerOf(_chinese_whole(TEXT))),
            ),
            ops.Literal(None, ops.INTEGER),
        ),
        source="",
        form=Bilingual("整数", "A whole number"),
        checks=checks,
        examples=("12", "1,200", "１２", "十二", "12.0"),
    )


def decimal_number(precision: int = 18, scale: int = 6) -> Element:
    """A decimal number of declared size."""
    kind = ops.decimal(precision, scale)
    return Element(
        code="decimal",
        name=Bilingual("小数", "Decimal number"),
        synonyms=("数值", "数量", "value", "quantity"),
        type=kind,
        clean=_clean(),
        value=ops.DecimalOf(TEXT, precision, scale),
        source="",
        form=Bilingual("十进制小数", "A decimal number"),
        examples=("12.5", "1,200.5"),
        options=(("precision", str(precision)), ("scale", str(scale))),
    )


def _coordinate(code: str, zh: str, en: str, synonyms: tuple[str, ...], most: int) -> Element:
    value = VALUE(ops.NUMBER)
    inside = ops.And((ops.Compare(">=", value, _literal(-most)), ops.Compare("<=", value, _literal(most))))
    return Element(
        code=code,
        name=Bilingual(zh, en),
        synonyms=synonyms,
        type=ops.NUMBER,
        clean=_clean(),
        value=ops.NumberOf(TEXT),
        source="ISO 6709",
        form=Bilingual("十进制度", "Decimal degrees"),
        checks=(Check("range", inside),),
        unit="°",
        examples=("39.9", "-33.87"),
    )


_NOT_NEGATIVE = Check("range", ops.Compare(">=", VALUE(ops.INTEGER), _literal(0)))
_COUNTS = ("数量", "人数", "户数", "家庭人口数", "从业人数", "次数", "总数", "count", "number", "total", "rs", "sl")

ELEMENTS: tuple[Element, ...] = (
    _integer("integer", "整数", "Whole number", ("整数", "integer", "int"), ()),
    _integer("count", "计数", "Count", _COUNTS, (_NOT_NEGATIVE,)),
    decimal_number(),
    Element(
        code="number",
        name=Bilingual("数", "Number"),
        synonyms=("score", "得分", "分数"),
        type=ops.NUMBER,
        clean=_clean(),
        value=ops.NumberOf(TEXT),
        source="",
        form=Bilingual("数，可用科学记数法", "A number, in scientific notation too"),
        examples=("12.5", "1e3"),
    ),
    money(),
    area(),
    percentage(),
    _coordinate("latitude", "纬度", "Latitude", ("纬度", "latitude", "lat", "wd"), 90),
    _coordinate("longitude", "经度", "Longitude", ("经度", "longitude", "lon", "lng", "jd"), 180),
)
