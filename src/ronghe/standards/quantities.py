"""Counts, numbers, rates and coordinates. Every reading is exact: what does not fit is broken, never rounded."""

from ronghe.messages import Bilingual
from ronghe.standards.areas import area
from ronghe.standards.element import TEXT, VALUE, Check, Element
from ronghe.standards.money import money
from ronghe.standards.synonyms import synonyms
from ronghe.standards.written_numbers import (
    AMOUNT,
    PLAIN,
    WORDED,
    any_number,
    cleaned,
    converted,
    size_faults,
    usually,
    written,
)
from ronghe.tables import expressions as ops
from ronghe.terms import InputError

__all__ = ["BARE_RATES", "ELEMENTS", "area", "decimal_number", "money", "percentage"]

RATE = ops.decimal(18, 4)
BARE_RATES = ("percent", "fraction", "none")
"""What 0.5 means in a column of rates: half a percent, one half, or nothing without a sign."""

_COUNTED = "(?:人次|户次|件次|人份|口人|[个個人口户名次件家位条项台辆套间所份只头张本宗起例])?"
_FORM_NUMBER = Bilingual("如 12.5、1,200.5、1.5万、十二点五", "Like 12.5, 1,200.5, 1.5万, 十二点五")


def _literal(value: int) -> ops.Expression:
    return ops.Literal(value, ops.INTEGER)


def _between(kind: ops.Type, least: int, most: int | None = None) -> Check:
    held: ops.Expression = ops.Compare(">=", VALUE(kind), _literal(least))
    if most is not None:
        held = ops.And((held, ops.Compare("<=", VALUE(kind), _literal(most))))
    return Check("range", held)


def _rate(bare: str) -> ops.Expression:
    def forms(*patterns: str) -> ops.Expression:
        return ops.Or(tuple(ops.Matches(TEXT, pattern) for pattern in patterns))

    signed = ops.DecimalOf(ops.Replace(TEXT, "%"), RATE.precision, RATE.scale)
    branches = [
        (ops.Matches(TEXT, f"{PLAIN}%"), signed),
        (forms(written(f"{AMOUNT}%"), f"[+-]?百分之{AMOUNT}"), converted(1, 1, RATE)),
        (forms(written(f"{AMOUNT}‰"), f"[+-]?千分之{AMOUNT}"), converted(1, 10, RATE)),
        (forms(f"{AMOUNT}成"), converted(10, 1, RATE)),
        (ops.Matches(TEXT, "百分之百"), ops.DecimalOf(ops.Literal("100"), RATE.precision, RATE.scale)),
        (forms(f"[+-]?百分之{WORDED}"), converted(1, 1, RATE, in_words=True)),
    ]
    if bare != "none":
        factor = 1 if bare == "percent" else 100
        branches.append((ops.Matches(TEXT, written(AMOUNT)), converted(factor, 1, RATE)))
    odd = ops.Case(tuple(branches), ops.Literal(None, RATE))
    return usually(RATE, odd) if bare == "percent" else odd


def percentage(bare: str = "percent") -> Element:
    """A rate in percent, DECIMAL(18, 4): 12.5% is 12.5; `bare`, one of BARE_RATES, says what 0.5 without a sign is."""
    if bare not in BARE_RATES:
        raise InputError("standards.option_value", element="percentage.bare", value=bare, known=", ".join(BARE_RATES))
    return Element(
        code="percentage",
        name=Bilingual("百分比", "Percentage"),
        synonyms=synonyms(
            "比例 百分比 占比 比率 利率 率 税率 增长率 完成率 合格率 覆盖率 就业率 失业率 出勤率 持股比例 出资比例",
            "报销比例 费率 同比 环比 percentage percent rate ratio share proportion tax_rate interest_rate bl bfb",
            "zb sl_rate",
        ),
        type=RATE,
        clean=cleaned(RATE),
        value=_rate(bare),
        source="GB 3100-1993",
        form=Bilingual("如 12.5%、12.5、125‰、百分之十二点五", "Like 12.5%, 12.5, 125‰, 百分之十二点五"),
        unit="%",
        examples=("12.5%", "１２．５％", "125‰", "百分之十二点五"),
        options=(("bare", bare),),
        published=(("bare", "percent"),),
        faults=size_faults(RATE, "%?"),
    )


def _integer(code: str, name: Bilingual, names: tuple[str, ...], checks: tuple[Check, ...], after: str) -> Element:
    whole_point = ops.IntegerOf(ops.Replace(TEXT, "[.]0+"))
    odd = any_number(ops.INTEGER, after, more={"[+-]?[0-9]+[.]0+": whole_point})
    return Element(
        code=code,
        name=name,
        synonyms=names,
        type=ops.INTEGER,
        clean=cleaned(ops.INTEGER),
        value=usually(ops.INTEGER, odd),
        source="GB/T 15835-2011",
        form=Bilingual("整数，如 12、1,200、十二、1.5万、12.0", "A whole number, like 12, 1,200, 十二, 1.5万, 12.0"),
        checks=checks,
        examples=("12", "1,200", "１２", "一百二十" if not after else "一百二十人", "1.5万"),
        faults=size_faults(ops.INTEGER, after),
    )


def decimal_number(precision: int = 18, scale: int = 6) -> Element:
    """A decimal number of declared size; one with more digits on either side is a broken form."""
    if not (1 <= precision <= 38 and 0 <= scale <= precision):
        given, known = f"precision={precision}, scale={scale}", "1 <= precision <= 38, 0 <= scale <= precision"
        raise InputError("standards.option_value", element="decimal", value=given, known=known)
    kind = ops.decimal(precision, scale)
    return Element(
        code="decimal",
        name=Bilingual("小数", "Decimal number"),
        synonyms=synonyms(
            "数值 小数 系数 重量 长度 高度 宽度 体积 温度 浓度 用量 产量 身高 体重",
            "value quantity decimal amount_of weight height length volume sz",
        ),
        type=kind,
        clean=cleaned(kind),
        value=usually(kind, any_number(kind)),
        source="GB/T 15835-2011",
        form=_FORM_NUMBER,
        examples=("12.5", "1,200.5", "1.5万", "负三点五"),
        options=(("precision", str(precision)), ("scale", str(scale))),
        published=(("precision", str(precision)), ("scale", str(scale))),
        faults=size_faults(kind),
    )


def _number() -> Element:
    return Element(
        code="number",
        name=Bilingual("数", "Number"),
        synonyms=synonyms("得分 分数 成绩 评分 指数 数 score number_value grade_point index_value float double df cj"),
        type=ops.NUMBER,
        clean=cleaned(ops.NUMBER),
        value=usually(ops.NUMBER, any_number(ops.NUMBER)),
        source="IEEE 754",
        form=Bilingual("如 12.5、1,200、1e3、1.5万", "Like 12.5, 1,200, 1e3, 1.5万"),
        examples=("12.5", "1e3", "-0.5", "1.5万"),
    )


def _coordinate(code: str, name: Bilingual, names: tuple[str, ...], most: int, examples: tuple[str, ...]) -> Element:
    return Element(
        code=code,
        name=name,
        synonyms=names,
        type=ops.NUMBER,
        clean=cleaned(ops.NUMBER),
        value=usually(ops.NUMBER, ops.NumberOf(ops.Replace(TEXT, "°"))),
        source="ISO 6709",
        form=Bilingual("十进制度，如 39.9、-33.87、116.4°", "Decimal degrees, like 39.9, -33.87, 116.4°"),
        checks=(_between(ops.NUMBER, -most, most),),
        unit="°",
        examples=examples,
    )


_WHOLE = synonyms("整数 年龄 天数 年限 层数 楼层 工龄 学分 integer int whole age days years level nl ts")
_COUNTS = synonyms(
    "数量 人数 户数 家庭人口数 家庭人口 人口数 从业人数 职工人数 参保人数 学生人数 床位数 次数 件数 总数 总人数",
    "个数 套数 户籍人口",
    "count total number_of headcount population quantity_of num cnt qty rs sl hs cs zs",
)

ELEMENTS: tuple[Element, ...] = (
    _integer("integer", Bilingual("整数", "Whole number"), _WHOLE, (), ""),
    _integer("count", Bilingual("计数", "Count"), _COUNTS, (_between(ops.INTEGER, 0),), _COUNTED),
    decimal_number(),
    _number(),
    money(),
    area(),
    percentage(),
    _coordinate(
        "latitude",
        Bilingual("纬度", "Latitude"),
        synonyms("纬度 北纬 纬度坐标 坐标纬度 地理纬度 latitude lat y_coordinate gps_lat wd wdzb"),
        90,
        ("39.9", "-33.87", "３９．９", "39.9°"),
    ),
    _coordinate(
        "longitude",
        Bilingual("经度", "Longitude"),
        synonyms("经度 东经 经度坐标 坐标经度 地理经度 longitude lon lng x_coordinate gps_lon jd jdzb"),
        180,
        ("116.4", "-0.13", "１１６．４", "116.4°"),
    ),
)
