"""Days, months and years as departments write them. Two-digit years are never guessed, days never moved."""

import datetime as dt
from functools import cache

from ronghe.messages import Bilingual
from ronghe.standards.births import born_by
from ronghe.standards.day_forms import BEFORE_TIME, DAY, day_text, folded_date, joined
from ronghe.standards.element import TEXT, VALUE, Check, Element, Fault
from ronghe.standards.moments import ANY_ZONE, BEGUN_HERE, SAME_DAY, day_begun_here
from ronghe.standards.synonyms import synonyms
from ronghe.tables import expressions as ops
from ronghe.terms import InputError

__all__ = ["ELEMENTS", "ORDERS", "date"]

ORDERS = ("ymd", "dmy", "mdy")
FIRST_BIRTH = dt.date(1800, 1, 1)
SERIALS = range(20_000, 80_001)
"""Days that spreadsheets count, from 1954 to 2119: outside of it a number of five digits is hardly a day."""

# Not from the year 0, so that the cast knows that the form is right.
_USUAL = "[1-9][0-9]{3}-[0-9]{1,2}-[0-9]{1,2}"
_SEPARATED = "[0-9]{4}(?:/[0-9]{1,2}/|[.][0-9]{1,2}[.])[0-9]{1,2}"
_SPOKEN = "[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日"
_MIDNIGHT = "0{1,2}:00(?::00(?:[.]0+)?)?"
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905 - one line for a year
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAY = "^(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[., ]+"
_DAY_MONTH_YEAR = f"[0-9]{{1,2}}[- ]?{_MONTH}[- ,.]*[0-9]{{4}}"
_MONTH_DAY_YEAR = f"{_MONTH}[. ]? ?[0-9]{{1,2}}(?:, ?| )[0-9]{{4}}"


def _compact() -> ops.Expression:
    return ops.DateOf(joined(ops.Slice(TEXT, 1, 4), ops.Slice(TEXT, 5, 2), ops.Slice(TEXT, 7, 2)))


def _english() -> tuple[ops.Expression, ops.Expression]:
    text = ops.Replace(ops.Lower(TEXT), _WEEKDAY)
    name = ops.Slice(ops.Extract(text, "([a-z]+)"), 1, 3)
    month = ops.Lookup(name, tuple((word, f"{place:02}") for place, word in enumerate(_MONTHS, 1)))
    day, year = ops.Extract(text, "([0-9]{1,2})[^0-9]"), ops.Extract(text, "([0-9]{4})")
    return ops.Matches(text, f"{_DAY_MONTH_YEAR}|{_MONTH_DAY_YEAR}"), ops.DateOf(joined(year, month, day))


def _turned(order: str) -> tuple[ops.Expression, ops.Expression]:
    """05/03/2024 by the declared order of day and month."""
    shape = "|".join(f"[0-9]{{1,2}}{mark}[0-9]{{1,2}}{mark}[0-9]{{4}}" for mark in ("-", "/", "[.]"))
    groups = "^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})"
    day, month = (1, 2) if order == "dmy" else (2, 1)
    year_first = joined(*(ops.Extract(TEXT, groups, group) for group in (3, month, day)))
    return ops.Matches(TEXT, f"(?:{shape})(?:[ T]{_MIDNIGHT})?"), ops.DateOf(year_first)


@cache
def _serial_days() -> tuple[tuple[str, str], ...]:
    start = dt.date(1899, 12, 30)
    return tuple((str(serial), f"{start + dt.timedelta(serial)}") for serial in SERIALS)


def _serial() -> tuple[ops.Expression, ops.Expression]:
    days = ops.Replace(TEXT, "[.]0+")
    return ops.Matches(TEXT, "[2-8][0-9]{4}(?:[.]0+)?"), ops.DateOf(ops.Lookup(days, _serial_days()))


def _branches(order: str, excel_serial: str) -> tuple[tuple[ops.Expression, ops.Expression], ...]:
    """The forms of a day, and the day that each gives."""
    # One sign after the other: replacing a text costs a tenth of replacing what a pattern finds.
    hyphens = ops.Replace(ops.Replace(TEXT, "/", "-"), "\\.", "-")
    spoken = ops.Replace(ops.Replace(ops.Replace(TEXT, "年", "-"), "月", "-"), "日")
    branches = [
        (ops.Matches(TEXT, _USUAL), ops.DateOf(TEXT)),
        (ops.Matches(TEXT, _SEPARATED), ops.DateOf(hyphens)),
        (ops.Matches(TEXT, _SPOKEN), ops.DateOf(spoken)),
        (ops.Matches(TEXT, f"[0-9]{{8}}(?:[ T]{_MIDNIGHT}|000000)?"), _compact()),
        (ops.Matches(TEXT, f"{DAY}|{BEFORE_TIME}{_MIDNIGHT}"), ops.DateOf(day_text(TEXT))),
        (ops.Matches(TEXT, SAME_DAY), ops.DateOf(ops.Slice(TEXT, 1, 10))),
        (ops.Matches(TEXT, BEGUN_HERE), day_begun_here()),
        _english(),
    ]
    if order != "ymd":
        branches.append(_turned(order))
    if excel_serial == "yes":
        branches.append(_serial())
    return tuple(branches)


_BIRTH = synonyms(
    "出生日期 出生年月 出生年月日 出生时间 生日 出生日 患者出生日期 学生出生日期 婴儿出生日期",
    "birth_date birthday birthdate date_of_birth born_on dob birth_dt csrq csny csnyr",
)
_DATES = synonyms(
    "日期 时间 登记日期 申报日期 申请日期 发证日期 有效期至 有效期起 有效期止 成立日期 注册日期 核准日期 检查日期",
    "受理日期",
    "办结日期 就诊日期 入院日期 出院日期 接种日期 初次领证日期 参保日期 缴费日期 开始日期 结束日期 起始日期",
    "截止日期 签订日期",
    "入学日期 毕业日期 死亡日期 结婚日期 迁入日期 竣工日期 到期日期 填报日期 更新日期",
    "date day start_date end_date issue_date expiry_date valid_until registered_on rq djrq sbrq fzrq clrq yxqz",
    "ksrq jsrq",
)


def _names(code: str) -> tuple[Bilingual, tuple[str, ...]]:
    if code == "birth_date":
        return Bilingual("出生日期", "Date of birth"), _BIRTH
    return Bilingual("日期", "Date"), _DATES


def date(order: str = "ymd", excel_serial: str = "no", code: str = "date", as_of: dt.date | None = None) -> Element:
    """A day of the calendar; `code` is date or birth_date.

    `order`, one of ORDERS, reads dates that end with the year, which are a broken form by default. With `excel_serial`
    "yes" the numbers in SERIALS are days that a spreadsheet counted from 1899-12-30. A time other than midnight is a
    broken form; with a zone, midnight there or in the legal time of China gives the day. A birth after `as_of` breaks
    `future_birth`.
    """
    if order not in ORDERS:
        raise InputError("standards.option_value", element=f"{code}.order", value=order, known=", ".join(ORDERS))
    if excel_serial not in ("yes", "no"):
        raise InputError("standards.option_value", element=f"{code}.excel_serial", value=excel_serial, known="yes, no")
    birth = code == "birth_date"
    branches = _branches(order, excel_serial)
    since = Check("range", ops.Compare(">=", VALUE(ops.DATE), ops.Literal(FIRST_BIRTH, ops.DATE)))
    name, names = _names(code)
    told = (("as_of", as_of.isoformat() if as_of else ""),) if birth else ()
    element = Element(
        code=code,
        name=name,
        synonyms=names,
        type=ops.DATE,
        clean=folded_date(_USUAL, f"[0-9]{{8}}|{_SEPARATED}|{_SPOKEN}"),
        value=ops.Case(branches, ops.Literal(None, ops.DATE)),
        source="GB/T 7408.1-2023",
        form=Bilingual(
            "如 2024-03-05、20240305、2024/3/5、2024年3月5日、二〇二四年三月五日",
            "Like 2024-03-05, 20240305, 2024/3/5, 2024年3月5日, 5 March 2024",
        ),
        checks=(since,) if birth else (),
        sensitivity="personal" if birth else "none",
        examples=("2024-03-05", "2024/3/5", "20240305", "２０２４年３月５日", "二〇二四年三月五日"),
        options=(("order", order), ("excel_serial", excel_serial), *told),
        birth=VALUE(ops.DATE) if birth else None,
        faults=(
            Fault("no_such_day", ops.Or(tuple(form for form, _ in branches))),
            Fault("zone", ops.Matches(TEXT, f"{BEFORE_TIME}{_MIDNIGHT} ?{ANY_ZONE}")),
        ),
    )
    return born_by(element, as_of)


ELEMENTS: tuple[Element, ...] = (date(), date(code="birth_date"))
