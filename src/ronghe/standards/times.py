"""Moments, times of day, months and years."""

from ronghe.messages import Bilingual
from ronghe.standards.day_forms import BEFORE_TIME, DAY, day_text, folded_date, small_number
from ronghe.standards.element import TEXT, Element, Fault
from ronghe.standards.moments import ANY_ZONE, CLOCK, HERE, ZONED, in_legal_time, time_text, two_digits
from ronghe.standards.synonyms import synonyms
from ronghe.tables import expressions as ops

__all__ = ["ELEMENTS"]

SOURCE = "GB/T 7408.1-2023"

_USUAL = "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"


_TWELVE = "(?:0?[1-9]|1[0-2]):[0-5][0-9](?::[0-5][0-9])?"
_HALVES = f"{BEFORE_TIME}(?:(?:上午|下午) ?{_TWELVE}|{_TWELVE} ?[AaPp][Mm])"
_HOURS = tuple(
    (f"{half}{written}", f"{hour % 12 + later:02}")
    for half, later in (("A", 0), ("P", 12))
    for hour in range(1, 13)
    for written in dict.fromkeys((f"{hour}", f"{hour:02}"))
)


def _by_halves() -> ops.Expression:
    """2024/3/5 下午3:30 and 2024-03-05 3:30 PM; noon is 下午12:00 and 12:00 PM, midnight 上午12:00 and 12:00 AM."""
    half = ops.Case(((ops.Found(TEXT, "下午|[Pp][Mm]"), ops.Literal("P")),), ops.Literal("A"))
    hour = ops.Lookup(ops.Concat((half, ops.Extract(TEXT, "([0-9]{1,2}):"))), _HOURS)
    minute = ops.Extract(TEXT, ":([0-9]{2})")
    second = two_digits(ops.Extract(TEXT, ":[0-9]{2}(?::([0-9]{2}))?"))
    parts = (day_text(TEXT), ops.Literal(" "), hour, ops.Literal(":"), minute, ops.Literal(":"), second)
    return ops.TimestampOf(ops.Concat(parts))


def _moment() -> tuple[tuple[ops.Expression, ops.Expression], ...]:
    """The forms of a moment, and the moment that each gives."""
    spaced = ops.Concat((day_text(TEXT), ops.Literal(" "), time_text(TEXT, f"^{BEFORE_TIME}")))
    compact = [ops.Slice(TEXT, start, length) for start, length in ((1, 4), (5, 2), (7, 2), (9, 2), (11, 2), (13, 2))]
    marks = ("-", "-", " ", ":", ":")
    joined: list[ops.Expression] = [compact[0]]
    for mark, part in zip(marks, compact[1:], strict=True):
        joined += [ops.Literal(mark), part]
    eight = ops.Concat((*joined[:5], ops.Literal(" 00:00:00")))
    day_only = ops.Concat((day_text(TEXT), ops.Literal(" 00:00:00")))
    return (
        (ops.Matches(TEXT, f"{BEFORE_TIME}{CLOCK}{HERE}"), ops.TimestampOf(spaced)),
        (ops.Matches(TEXT, DAY), ops.TimestampOf(day_only)),
        (ops.Matches(TEXT, _HALVES), _by_halves()),
        (ops.Matches(TEXT, "[0-9]{14}"), ops.TimestampOf(ops.Concat(tuple(joined)))),
        (ops.Matches(TEXT, "[0-9]{8}"), ops.TimestampOf(eight)),
        (ops.Matches(TEXT, ZONED), in_legal_time()),
    )


def _date_time() -> Element:
    branches = _moment()
    return Element(
        code="datetime",
        name=Bilingual("日期时间", "Date and time"),
        synonyms=synonyms(
            "日期时间 更新时间 创建时间 采集时间 登记时间 申请时间 受理时间 办结时间 提交时间 审核时间 录入时间",
            "修改时间 发生时间 报警时间 created updated modified created_on updated_on last_updated last_modified",
            "挂号时间 交易时间 datetime date_time timestamp updated_at created_at modified_at update_time",
            "create_time gxsj",
            "cjsj djsj lrsj xgsj",
        ),
        type=ops.TIMESTAMP,
        clean=folded_date(_USUAL),
        value=ops.Coalesce((ops.TimestampOf(TEXT), ops.Case(branches, ops.Literal(None, ops.TIMESTAMP)))),
        source=SOURCE,
        form=Bilingual(
            "如 2024-03-05 08:30:00、2024/3/5 8:30、2024/3/5 下午3:30，北京时间；带 Z、+09:00 的换算成北京时间；"
            "秒的小数舍去",
            "Like 2024-03-05 08:30:00, 2024/3/5 8:30, 2024/3/5 3:30 PM, in the legal time of China, to which those "
            "with Z or +09:00 are converted; fractions of a second are cut off",
        ),
        faults=(
            Fault("no_such_day", ops.Or(tuple(form for form, _ in branches))),
            Fault("zone", ops.Matches(TEXT, f"{BEFORE_TIME}{CLOCK} ?{ANY_ZONE}")),
        ),
        examples=("2024-03-05 08:30:00", "2024/3/5 8:30", "2024-03-05T00:30:00.123Z", "2024年3月5日8时30分"),
    )


def _time() -> Element:
    text = time_text(TEXT)
    padded = ops.Case(((ops.Matches(text, "[0-9]:[0-9:]+"), ops.Concat((ops.Literal("0"), text))),), text)
    return Element(
        code="time",
        name=Bilingual("时刻", "Time of day"),
        synonyms=synonyms("钟点 开门时间 关门时间 上班时间 下班时间 time time_of_day start_time end_time sk"),
        type=ops.TEXT,
        clean=folded_date("[0-9]{2}:[0-9]{2}:[0-9]{2}"),
        value=ops.Case(
            (
                (ops.Matches(TEXT, "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"), TEXT),
                (ops.Matches(TEXT, CLOCK), padded),
            )
        ),
        source=SOURCE,
        form=Bilingual("HH:MM:SS，如 8:30、08:30:00、8时30分", "HH:MM:SS, like 8:30, 08:30:00, 8时30分"),
        examples=("08:30:00", "8:30", "８：３０", "8时30分"),
    )


def _year() -> Element:
    # A year with a leading zero would be published as a number of fewer digits, which is no year when it is read again.
    year = "[1-9][0-9]{3}"
    return Element(
        code="year",
        name=Bilingual("年份", "Year"),
        synonyms=synonyms("年份 年度 统计年度 所属年度 会计年度 入学年份 毕业年份 年 year fiscal_year tax_year nf nd"),
        type=ops.INTEGER,
        clean=folded_date(year),
        value=ops.Case(
            (
                (ops.Matches(TEXT, year), ops.IntegerOf(TEXT)),
                (ops.Matches(TEXT, f"{year}(?: ?年度?|[.]0+)"), ops.IntegerOf(ops.Slice(TEXT, 1, 4))),
            ),
            ops.Literal(None, ops.INTEGER),
        ),
        source=SOURCE,
        form=Bilingual("四位年份，如 2024、2024年、二〇二四年", "Four digits, like 2024, 2024年"),
        examples=("2024", "2024年", "２０２４", "二〇二四年"),
    )


def _year_month() -> Element:
    shape = "[0-9]{4}(?:-[0-9]{1,2}|/[0-9]{1,2}|[.][0-9]{1,2}| ?年 ?(?:[0-9]{1,2}|[1-3]?十[1-9]?) ?月份?)"
    month = small_number(ops.Extract(TEXT, "^[0-9]{4}[^0-9十]+([0-9十]+)"))
    joined = ops.Concat((ops.Slice(TEXT, 1, 4), ops.Literal("-"), two_digits(month)))
    split = ops.Concat((ops.Slice(TEXT, 1, 4), ops.Literal("-"), ops.Slice(TEXT, 5, 2)))
    odd = ops.Case(((ops.Matches(TEXT, shape), joined), (ops.Matches(TEXT, "[0-9]{6}"), split)))
    usual = "[0-9]{4}-(?:0[1-9]|1[0-2])"
    return Element(
        code="year_month",
        name=Bilingual("年月", "Year and month"),
        synonyms=synonyms(
            "年月 月份 所属月份 统计月份 所属期 费款所属期 税款所属期 缴费年月 year_month yearmonth month period",
            "ny yf ssq",
        ),
        type=ops.TEXT,
        clean=folded_date("[0-9]{4}-[0-9]{2}"),
        value=ops.Case(((ops.Matches(TEXT, usual), TEXT), (ops.Matches(odd, usual), odd))),
        source=SOURCE,
        form=Bilingual("YYYY-MM，如 2024-03、202403、2024年3月", "YYYY-MM, like 2024-03, 202403, 2024年3月"),
        examples=("2024-03", "202403", "2024年3月", "二〇二四年十二月"),
    )


ELEMENTS: tuple[Element, ...] = (_date_time(), _time(), _year(), _year_month())
