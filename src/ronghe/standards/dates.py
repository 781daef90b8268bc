"""Dates and times as departments write them, and the days that they mean."""

from ronghe.messages import Bilingual
from ronghe.standards.element import RAW, TEXT, Element
from ronghe.standards.folding import folded
from ronghe.tables import expressions as ops

__all__ = ["ELEMENTS", "date", "date_time"]

_DASHED = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
_SEPARATED = "[0-9]{4}[-/.年 ][0-9]{1,2}[-/.月 ][0-9]{1,2}[日号]?"
_CHINESE = "[〇○零一二三四五六七八九]{4}年[元一二三四五六七八九十]{1,2}月[一二三四五六七八九十廿卅]{1,3}[日号]"
_MIDNIGHT = "[ T]0{1,2}:00(:00(\\.0+)?)?"
_DIGITS = ("〇○零一二三四五六七八九", "000123456789")


def _separated(text: ops.Expression) -> ops.Expression:
    """`2024年3月5日`, `2024/3/5`, `2024.3.5` with dashes between the numbers."""
    for mark in ("/", "\\.", "年", "月", " "):
        text = ops.Replace(text, mark, "-")
    return ops.Replace(ops.Replace(text, "日", ""), "号", "")


def _small(text: ops.Expression) -> ops.Expression:
    """One to three Chinese numerals up to 三十一 as digits."""
    plain = ops.Replace(ops.Replace(ops.Replace(text, "廿", "二十"), "卅", "三十"), "元", "一")
    digits = ops.Translate(plain, *_DIGITS)
    return ops.Case(
        (
            (ops.Matches(digits, "十"), ops.Literal("10")),
            (ops.Matches(digits, "十[0-9]"), ops.Replace(digits, "十", "1")),
            (ops.Matches(digits, "[0-9]十"), ops.Replace(digits, "十", "0")),
            (ops.Matches(digits, "[0-9]十[0-9]"), ops.Replace(digits, "十", "")),
        ),
        digits,
    )


def _chinese(text: ops.Expression) -> ops.Expression:
    year = ops.Translate(ops.Slice(text, 1, 4), *_DIGITS)
    month = _small(ops.Extract(text, "年([^月]*)月", 1))
    day = _small(ops.Extract(text, "月([^日号]*)[日号]", 1))
    return ops.Concat((year, ops.Literal("-"), month, ops.Literal("-"), day))


def _compact(text: ops.Expression) -> ops.Expression:
    return ops.Concat(
        (ops.Slice(text, 1, 4), ops.Literal("-"), ops.Slice(text, 5, 2), ops.Literal("-"), ops.Slice(text, 7, 2))
    )


def _turned(text: ops.Expression, order: str) -> ops.Expression:
    """`05/03/2024` with the year in front, by the declared order of day and month."""
    pattern = "^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})"
    day, month = (1, 2) if order == "dmy" else (2, 1)
    parts = (ops.Extract(text, pattern, 3), ops.Extract(text, pattern, month), ops.Extract(text, pattern, day))
    return ops.Concat((parts[0], ops.Literal("-"), parts[1], ops.Literal("-"), parts[2]))


def _day(order: str) -> ops.Expression:
    branches: list[tuple[ops.Expression, ops.Expression]] = [
        (ops.Matches(TEXT, _DASHED), ops.DateOf(TEXT)),
        (ops.Matches(TEXT, "[0-9]{8}"), ops.DateOf(_compact(TEXT))),
        (ops.Matches(TEXT, _SEPARATED), ops.DateOf(_separated(TEXT))),
        (ops.Matches(TEXT, f"{_SEPARATED}{_MIDNIGHT}"), ops.DateOf(_separated(ops.Replace(TEXT, _MIDNIGHT, "")))),
        (ops.Matches(TEXT, _CHINESE), ops.DateOf(_chinese(TEXT))),
    ]
    if order != "ymd":
        turned = ops.Matches(TEXT, "[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}")
        branches.append((turned, ops.DateOf(_turned(TEXT, order))))
    return ops.Case(tuple(branches), ops.Literal(None, ops.DATE))


_BIRTH = (
    "出生日期",
    "出生年月",
    "出生年月日",
    "生日",
    "birth_date",
    "birthday",
    "date_of_birth",
    "dob",
    "csrq",
    "csny",
)
_DATES = (
    *("日期", "时间", "登记日期", "申报日期", "发证日期", "有效期至", "成立日期", "检查日期", "受理日期", "就诊日期"),
    *("接种日期", "初次领证日期", "参保日期", "开始日期", "结束日期", "date", "day", "rq", "djrq"),
)


def date(order: str = "ymd", code: str = "date") -> Element:
    """A day of the calendar; `order` is ymd, dmy or mdy for dates that end with the year."""
    birth = code == "birth_date"
    return Element(
        code=code,
        name=Bilingual("出生日期", "Date of birth") if birth else Bilingual("日期", "Date"),
        synonyms=_BIRTH if birth else _DATES,
        type=ops.DATE,
        clean=ops.Case(((ops.Matches(RAW, _DASHED), RAW),), ops.Trim(folded(RAW))),
        value=_day(order),
        source="GB/T 7408.1-2023",
        form=Bilingual("如 2024-03-05、20240305、2024年3月5日", "Like 2024-03-05, 20240305, 2024/3/5"),
        sensitivity="personal" if birth else "none",
        examples=("2024-03-05", "2024/3/5", "20240305", "2024年3月5日", "二〇二四年三月五日"),
        options=(("order", order),),
    )


def date_time() -> Element:
    """A moment without zone; `+08:00`, the legal zone, is dropped, other zones are not of the form."""
    time = "[0-9]{1,2}:[0-9]{2}"
    zone = ops.Replace(TEXT, "\\+08:?00", "")
    spaced = ops.Replace(ops.Replace(zone, "T", " "), "\\.0+", "")
    shaped = f"{_SEPARATED}[ T]{time}(:[0-9]{{2}}(\\.0+)?)?(\\+08:?00)?"
    full = ops.Case(((ops.Matches(spaced, f"[^ ]+ {time}"), ops.Concat((spaced, ops.Literal(":00")))),), spaced)
    day, clock = ops.Extract(full, "^([^ ]+) ", 1), ops.Extract(full, " ([0-9:]+)", 1)
    moment = ops.TimestampOf(ops.Concat((_separated(day), ops.Literal(" "), clock)))
    only_day = ops.TimestampOf(ops.Concat((_separated(TEXT), ops.Literal(" 00:00:00"))))
    return Element(
        code="datetime",
        name=Bilingual("日期时间", "Date and time"),
        synonyms=(
            "日期时间",
            "更新时间",
            "创建时间",
            "采集时间",
            "datetime",
            "timestamp",
            "updated_at",
            "created_at",
            "gxsj",
        ),
        type=ops.TIMESTAMP,
        clean=ops.Case(((ops.Matches(RAW, shaped), RAW),), ops.Trim(folded(RAW))),
        value=ops.Case(
            ((ops.Matches(TEXT, shaped), moment), (ops.Matches(TEXT, _SEPARATED), only_day)),
            ops.Literal(None, ops.TIMESTAMP),
        ),
        source="GB/T 7408.1-2023",
        form=Bilingual("如 2024-03-05 08:30:00", "Like 2024-03-05 08:30:00"),
        examples=("2024-03-05 08:30:00", "2024/3/5 8:30", "2024-03-05T08:30:00+08:00"),
    )


ELEMENTS: tuple[Element, ...] = (date(), date(code="birth_date"), date_time())
