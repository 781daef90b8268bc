"""Amounts of money, from 1200.00 and ￥1,200 to 1.5万元, 壹佰元伍角叁分 and, where declared, US$1,200.50."""

from ronghe.messages import Bilingual
from ronghe.standards.chinese_numbers import WHOLE, whole_number
from ronghe.standards.currencies import CURRENCIES, Currency, others
from ronghe.standards.element import RAW, TEXT, Element, Fault
from ronghe.standards.synonyms import synonyms
from ronghe.standards.written_numbers import (
    AMOUNT,
    any_number,
    cleaned,
    converted,
    size_faults,
    sized,
    usually,
    written,
)
from ronghe.tables import expressions as ops
from ronghe.terms import InputError

__all__ = ["MONEY", "UNITS", "money"]

MONEY = ops.decimal(18, 2)
UNITS = {"元": 1, "百元": 100, "千元": 1_000, "万元": 10_000, "百万元": 1_000_000, "亿元": 100_000_000}

_MARK = CURRENCIES["CNY"].mark
_YUAN = "(?:元整?|整)"
_JIAO, _FEN = "0?[0-9]角", "0?[0-9]分"
_CHANGE = f"(?:{WHOLE}元)?(?:{_JIAO}整?|(?:{_JIAO})?{_FEN}整?)"


def _with_change() -> ops.Expression:
    """3元5角, 壹佰元零伍分, 5角."""
    yuan = ops.Case(((ops.Found(TEXT, "元"), ops.TextOf(whole_number(TEXT), ops.INTEGER)),), ops.Literal("0"))
    coins = [ops.Coalesce((ops.Extract(TEXT, f"([0-9]){coin}"), ops.Literal("0"))) for coin in "角分"]
    sign = ops.Case(((ops.Found(TEXT, "^[^0-9十]*[-(]"), ops.Literal("-")),), ops.Literal(""))
    return sized(ops.Concat((sign, yuan, ops.Literal("."), *coins)), MONEY)


def _value(factor: int) -> ops.Expression:
    change = {written(_CHANGE, _MARK): _with_change()}
    if factor == 1:
        value = any_number(MONEY, f"{_YUAN}?", _MARK, change)
        return usually(MONEY, value)
    # 三千 among thousands of yuan may mean either; only a bare number counts the unit, and 元, 万 or 亿 say their own.
    sure = ops.Found(TEXT, "[万亿元角分]")
    own = ops.Case(((sure, any_number(MONEY, f"{_YUAN}?", _MARK, change)),), ops.Literal(None, MONEY))
    return ops.Case(((ops.Matches(TEXT, written(AMOUNT, _MARK)), converted(factor, 1, MONEY)),), own)


def _foreign(currency: Currency, factor: int) -> ops.Expression:
    """As `_value`, of a currency without 角 and 分; its words say that a number counts itself, its signs do not."""
    plain = any_number(MONEY, "", currency.mark)
    if factor == 1:
        return usually(MONEY, plain)
    words = "|".join(word.replace("圆", "元") for word in currency.words)
    own = ops.Case(((ops.Found(TEXT, f"[万亿]|{words}"), plain),), ops.Literal(None, MONEY))
    bare = ops.And((ops.Matches(TEXT, written(AMOUNT, currency.mark)), ops.Not(ops.Found(TEXT, words))))
    return ops.Case(((bare, converted(factor, 1, MONEY)),), own)


def _form(currency: Currency) -> Bilingual:
    if currency.code == "CNY":
        return Bilingual(
            "如 12000.00、￥12,000、1.5万元、三万五千元、3元5角，最多两位小数",
            "Like 12000.00, ￥12,000, 1.5万元, 三万五千元, 3元5角; at most two digits after the point",
        )
    like = f"1,200.50、{currency.code} 1,200、{currency.signs[:1] or currency.code}1,200、1.5万{currency.words[0]}"
    return Bilingual(f"如 {like}，最多两位小数", f"Like {like.replace('、', ', ')}; at most two digits after the point")


def money(unit: str = "元", currency: str = "CNY") -> Element:
    """An amount in one currency of CURRENCIES, DECIMAL(18, 2); `unit`, one of UNITS, is what a bare number counts.

    More than two digits after the point of the yuan are a broken form, not rounded; an amount that says another
    currency breaks `currency` and is never converted.
    """
    if unit not in UNITS:
        raise InputError("standards.option_value", element="money.unit", value=unit, known=", ".join(UNITS))
    if currency not in CURRENCIES:
        raise InputError(
            "standards.option_value", element="money.currency", value=currency, known=", ".join(CURRENCIES)
        )
    of, factor = CURRENCIES[currency], UNITS[unit]
    after, mark = (f"{_YUAN}?", _MARK) if currency == "CNY" else ("", of.mark)
    return Element(
        code="money",
        name=Bilingual("金额", "Amount of money"),
        synonyms=synonyms(
            "金额 收入 年收入 家庭月收入 月收入 家庭年收入 人均收入 工资 薪资 注册资本 注册资金 出资额 投资额 总投资",
            "应税销售额 销售额 税额 应纳税额 实缴税额 营业额 营业收入 罚款金额 罚款 补助金额 月补助金额 补贴金额",
            "低保金额 救助金额 发放金额 月租金 租金 缴费基数 缴费金额 费用 总费用 医疗费用 自付金额 报销金额 价格",
            "单价",
            "总价 合同金额 中标金额 预算 余额 贷款金额 押金 学费",
            "amount amt income salary wage price fee cost rent turnover revenue tax payment balance subsidy deposit",
            "registered_capital total_cost je sr nsr ysr zczb yye fy zfy jg gz",
        ),
        type=MONEY,
        clean=cleaned(MONEY),
        value=_value(factor) if currency == "CNY" else _foreign(of, factor),
        source=f"GB/T 12406-2022 ({currency})",
        form=_form(of),
        unit="元" if currency == "CNY" else of.words[0],
        sensitivity="personal",
        examples=("12000.00", "￥12,000.00", "1.5万", "壹万贰仟叁佰元整", "3亿2000万"),
        options=(("unit", unit), ("currency", currency)),
        published=(("unit", "元"), ("currency", currency)),
        faults=(Fault("currency", ops.Found(RAW, others(currency))), *size_faults(MONEY, after, mark)),
    )
