"""Days, moments, months and years: one reading for each form, none for what is ambiguous or does not exist."""

import datetime as dt

import pytest

from ronghe.standards import dates, times
from ronghe.standards.element import Element, Reading
from ronghe.tables.expressions import Scalar

ELEMENTS = {element.code: element for element in (*dates.ELEMENTS, *times.ELEMENTS)}
DAY, MOMENT = dt.date(2024, 3, 5), dt.datetime(2024, 3, 5, 8, 30)  # noqa: DTZ001 - TIMESTAMP has no zone

SAME_DAY = (
    *(
        "2024-03-05",
        "2024-3-5",
        "2024/3/5",
        "2024/03/05",
        "2024.3.5",
        "20240305",
        "2024年3月5日",
        "2024年3月5号",
        "2024 - 3 - 5",
        "2024 / 03/05",
        "2024. 3. 5",
        "2024年3月5日（星期二）",
        "二〇二四年三月五日 周二",
        "Tuesday, March 5, 2024",
        "Tue 5 Mar 2024",
        "2024年03月05",
    ),
    *(
        "二〇二四年三月五日",
        "二○二四年三月五日",
        "二零二四年三月五号",
        "二Ｏ二四年三月五日",
        "２０２４年３月５日",
        "２０２４－０３－０５",
    ),
    *(
        " 2024-03-05 ",
        "2024年 3月 5日",
        "2024-03-05 00:00:00",
        "2024-03-05T00:00:00",
        "2024/3/5 0:00",
        "2024-03-05 00:00:00.000",
    ),
    *(
        "20240305000000",
        "2024年3月5日0:00",
        "05-Mar-2024",
        "5 March 2024",
        "March 5, 2024",
        "MAR 5 2024",
        "5mar2024",
        "Mar. 5, 2024",
    ),
)
OTHER_DAYS = {
    "二〇二四年十二月三十一日": dt.date(2024, 12, 31),
    "二〇二四年十月十日": dt.date(2024, 10, 10),
    "二〇二四年十一月二十日": dt.date(2024, 11, 20),
    "二〇二四年二月廿九日": dt.date(2024, 2, 29),
    "一九九九年元月卅日": dt.date(1999, 1, 30),
    "一九九九年元月卅一日": dt.date(1999, 1, 31),
    "0001-01-01": dt.date(1, 1, 1),
    "9999-12-31": dt.date(9999, 12, 31),
    "2000-02-29": dt.date(2000, 2, 29),
}
NO_DAYS = (
    *(
        "24-03-05",
        "24年3月5日",
        "二四年三月五日",
        "2024-02-30",
        "2023年2月29日",
        "1900-02-29",
        "2024-13-01",
        "0000-01-01",
    ),
    *("20241301", "2024030", "202403055", "2024/3-5", "2024-3.5", "2024-03-05 08:00:00", "2024-3-100:00", "05/03/2024"),
    *(
        "3/5/2024",
        "45356",
        "二O二四年三月五日",
        "2024年",
        "2024年3月",
        "二〇二四年十三月一日",
        "二〇二四年三月三十二日",
        "今天",
    ),
    *(
        "Mar 52024",
        "Mrz 5, 2024",
        "2024-W10-2",
        "-2024-03-05",
        "٢٠٢٤-٠٣-٠٥",
        "2024-03-05\n2024-03-06",
        "三月五日",
        "2024-03-05Z",
    ),
)
MOMENTS = (
    *(
        "2024-03-05 08:30:00",
        "2024-03-05T08:30:00",
        "2024/3/5 8:30",
        "2024-03-05 08:30",
        "2024.03.05 08:30:00",
        "20240305083000",
    ),
    *(
        "2024-03-05T08:30:00.123",
        "2024-03-05T08:30:00.123+08:00",
        "2024-03-05 08:30:00+0800",
        "2024-03-05 08:30:00 +08:00",
    ),
    *(
        "2024年3月5日 8:30",
        "2024年3月5日8时30分",
        "2024年3月5日 8点30分0秒",
        "二〇二四年三月五日 08:30",
        "２０２４－０３－０５　０８：３０",
    ),
)
CASES: dict[str, dict[str, Scalar]] = {
    "date": {**dict.fromkeys(SAME_DAY, DAY), **OTHER_DAYS, **dict.fromkeys(NO_DAYS)},
    "birth_date": {"1990-01-01": dt.date(1990, 1, 1), "19900101": dt.date(1990, 1, 1), "900101": None},
    "datetime": {
        **dict.fromkeys(MOMENTS, MOMENT),
        **dict.fromkeys(("2024-03-05", "20240305", "2024年3月5日"), dt.datetime(2024, 3, 5)),  # noqa: DTZ001
        **dict.fromkeys(("2024-03-05T08:30:00 CST", "2024/3/5 8:30 +09:00", "2024-03-05 24:00:00", "2024-02-30 08:00")),
        **dict.fromkeys(
            ("2024-03-05 8:3", "2024-3-118:30", "2024-03-05 08:60", "08:30", "20240305253000", "2024-03-05 08:30:60")
        ),
    },
    "time": {
        **dict.fromkeys(("08:30:00", "8:30", "08:30", "８：３０", "8时30分", "8点30分0秒", "08:30:00.5"), "08:30:00"),
        "23:59:59": "23:59:59",
        "0:00": "00:00:00",
        "8时5分": "08:05:00",
        **dict.fromkeys(("24:00", "12:60", "9", "8:3", "-1:00", "8:30 PM")),
    },
    "year": {
        **dict.fromkeys(("2024", "2024年", "2024年度", "２０２４", "二〇二四", "二〇二四年", "2024.0"), 2024),
        **dict.fromkeys(("24", "02024", "2024.5", "民国三十年")),
    },
    "year_month": {
        **dict.fromkeys(
            ("2024-03", "2024-3", "202403", "2024/3", "2024.03", "2024年3月", "2024年03月", "2024年3月份"), "2024-03"
        ),
        "二〇二四年十二月": "2024-12",
        "二〇二四年十月": "2024-10",
        **dict.fromkeys(("2024-13", "202413", "2024-00", "2024年0月", "2024-03-01", "2024", "24-03", "2024年二十月")),
    },
}
CASES["datetime"] |= dict.fromkeys(
    ("2024-03-05T00:30:00Z", "2024-03-05 09:30:00 +09", "2024-03-04T21:00:00-03:30", "2024-03-05T14:30:00+14:00"),
    MOMENT,
)
CASES["date"] |= {"2024-03-04T16:00:00.000Z": DAY, "2024-03-05T00:00:00Z": DAY, "2024-03-05T00:00:00+09:00": None}
INPUTS = {code: tuple(cases) for code, cases in CASES.items()}


@pytest.mark.parametrize(
    ("raw", "hour"),
    [
        ("2024/3/5 下午3:30", 15),
        ("2024年3月5日上午9:30:00", 9),
        ("2024-03-05 03:30 PM", 15),
        ("2024-03-05 12:30am", 0),
        ("2024-03-05 12:30 PM", 12),
        ("2024-03-05 下午12:30", 12),
    ],
)
def test_halves_of_the_day_are_read(raw: str, hour: int) -> None:
    assert ELEMENTS["datetime"].read(raw).value == dt.datetime.combine(DAY, dt.time(hour, 30))


ELSEWHERE = (
    "2024-03-05T00:30:00Z",
    "2024-03-05T00:30:00.123456789Z",
    "2024-03-05 00:30 UTC",
    "2024-03-05T00:30:00+00:00",
    "2024-03-05T09:30:00+0900",
    "2024-03-05 09:30:00 +09",
    "2024-03-04T19:30:00-05:00",
    "2024-03-05T06:00:00+05:30",
    "2024-03-04T21:00:00-03:30",
    "2024-03-05T14:30:00+14:00",
    "２０２４－０３－０５ ００：３０：００Ｚ",
)


@pytest.mark.parametrize("raw", ELSEWHERE)
def test_a_moment_with_its_distance_from_utc_is_kept_in_the_legal_time(raw: str) -> None:
    assert ELEMENTS["datetime"].read(raw) == Reading(MOMENT)


@pytest.mark.parametrize(
    "raw",
    ["2024-03-05T08:30 CST", "2024-03-05 08:30:00+15:00", "2024-03-05 08:30 Asia/Shanghai", "2024/3/5 8:30Z"],
)
def test_a_zone_that_is_not_read_is_said_so(raw: str) -> None:
    assert ELEMENTS["datetime"].read(raw).broken == ("zone",)


def test_a_moment_beyond_the_last_year_is_no_day() -> None:
    assert ELEMENTS["datetime"].read("9999-12-31T23:59:59Z").broken == ("no_such_day",)


@pytest.mark.parametrize(
    "raw",
    ["2024-03-04T16:00:00.000Z", "2024-03-05T00:00:00Z", "2024-03-05T00:00:00+08:00", "2024-03-05 00:00-12:00"],
)
def test_a_day_written_as_its_beginning_here_or_on_the_same_day_elsewhere(raw: str) -> None:
    assert ELEMENTS["date"].read(raw) == Reading(DAY)


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        ("2024-03-05T00:00:00+09:00", "zone"),
        ("2024-03-05T00:00:00 CST", "zone"),
        ("2024-03-05T08:30:00Z", "form"),
        ("2024-02-30T00:00:00Z", "no_such_day"),
        ("9999-12-31T16:00:00Z", "no_such_day"),
    ],
)
def test_a_moment_that_names_no_day_says_why(raw: str, rule: str) -> None:
    assert ELEMENTS["date"].read(raw).broken == (rule,)


@pytest.mark.parametrize("raw", ["2024-03-05 13:30 PM", "2024-03-05 0:30 AM", "2024-03-05 下午13:30"])
def test_a_half_of_the_day_has_twelve_hours(raw: str) -> None:
    assert ELEMENTS["datetime"].read(raw).value is None


NO_SUCH_DAY = (
    *(
        "2024-02-30",
        "2023-02-29",
        "2024-13-01",
        "20241301",
        "2024年2月30日",
        "2024/0/5",
        "31 February 2024",
        "1900-02-29",
    ),
)


@pytest.mark.parametrize("raw", NO_SUCH_DAY)
def test_a_day_that_never_was_is_said_so(raw: str) -> None:
    assert ELEMENTS["date"].read(raw).broken == ("no_such_day",)


def read(element: Element, raw: str) -> Reading:
    """The reading; all faults are a broken form here, which the tests beside this one tell apart."""
    reading = element.read(raw)
    return Reading(None, broken=("form",)) if reading.broken in (("no_such_day",), ("zone",)) else reading


def expected(value: Scalar) -> Reading:
    return Reading(None, broken=("form",)) if value is None else Reading(value)


@pytest.mark.parametrize(("code", "raw"), [(code, raw) for code, cases in CASES.items() for raw in cases])
def test_a_day_is_read_or_refused(code: str, raw: str) -> None:
    assert read(ELEMENTS[code], raw) == expected(CASES[code][raw])


@pytest.mark.parametrize(
    ("element", "raw", "value"),
    [
        (dates.date("dmy"), "05/03/2024", DAY),
        (dates.date("dmy"), "5.3.2024", DAY),
        (dates.date("dmy"), "05-03-2024 00:00", DAY),
        (dates.date("dmy"), "05/03.2024", None),
        (dates.date("dmy"), "2024-03-05", DAY),
        (dates.date("dmy"), "13/12/2024", dt.date(2024, 12, 13)),
        (dates.date("mdy"), "03/05/2024", DAY),
        (dates.date("mdy"), "13/12/2024", None),
        (dates.date("dmy"), "05/03/24", None),
    ],
)
def test_the_order_of_day_and_month_is_declared(element: Element, raw: str, value: Scalar) -> None:
    assert read(element, raw) == expected(value)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("45356", DAY),
        ("45356.0", DAY),
        ("20000", dt.date(1954, 10, 3)),
        ("80000", dt.date(2119, 1, 11)),
        ("36585", dt.date(2000, 2, 29)),
        ("19999", None),
        ("80001", None),
        ("45356.5", None),
        ("20240305", DAY),
    ],
)
def test_days_that_a_spreadsheet_counted_are_read_when_asked_for(raw: str, value: Scalar) -> None:
    assert read(dates.date(excel_serial="yes"), raw) == expected(value)


def test_nobody_was_born_before_1800() -> None:
    assert ELEMENTS["birth_date"].read("1799-12-31").broken == ("range",)
    assert ELEMENTS["birth_date"].read("1800-01-01").valid


@pytest.mark.parametrize("year", ["0000", "0999", "0001年"])
def test_a_year_that_would_lose_a_digit_is_no_year(year: str) -> None:
    assert ELEMENTS["year"].read(year).broken == ("form",)
