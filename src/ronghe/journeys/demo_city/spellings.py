"""The ways in which departments write one and the same value."""

from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ronghe.journeys.demo_city.columns_of_text import joined, looked_up, numbers, part, shifted, taken, whole
from ronghe.journeys.demo_city.places import REGIONS

__all__ = [
    "compact_date",
    "date_in_chinese",
    "date_in_chinese_digits",
    "dotted_date",
    "full_width",
    "grouped_money",
    "money_in_chinese",
    "money_in_wan",
    "region_name",
    "slashed_date",
]

DIGITS = "〇一二三四五六七八九"
_YEARS = tuple("".join(DIGITS[int(digit)] for digit in str(year)) for year in range(1900, 2101))
_TENS = ("", "十", "二十", "三十")
_UP_TO_31 = tuple(_TENS[n // 10] + (DIGITS[n % 10] if n % 10 else "") for n in range(32))


def _unpadded(values: pa.Array) -> pa.Array:
    return pc.utf8_ltrim(values, "0")


def slashed_date(iso: pa.Array) -> pa.Array:
    """2024/3/5."""
    return joined(part(iso, 0, 4), "/", _unpadded(part(iso, 5, 7)), "/", _unpadded(part(iso, 8)))


def compact_date(iso: pa.Array) -> pa.Array:
    """20240305."""
    return pc.replace_substring(iso, "-", "")


def dotted_date(iso: pa.Array) -> pa.Array:
    """2024.03.05."""
    return pc.replace_substring(iso, "-", ".")


def date_in_chinese(iso: pa.Array) -> pa.Array:
    """2024年3月5日."""
    return joined(part(iso, 0, 4), "年", _unpadded(part(iso, 5, 7)), "月", _unpadded(part(iso, 8)), "日")


def date_in_chinese_digits(iso: pa.Array) -> pa.Array:
    """二〇二四年三月五日."""
    year, month, day = (whole(part(iso, *ends)) for ends in ((0, 4), (5, 7), (8, 10)))
    return joined(taken(_YEARS, year - 1900), "年", taken(_UP_TO_31, month), "月", taken(_UP_TO_31, day), "日")


def full_width(values: pa.Array) -> pa.Array:
    """Every ASCII sign as its wide form U+FF01 to U+FF5E."""
    return shifted(values, 0x21, 0x7E, 0xFEE0)


def region_name(codes: pa.Array) -> pa.Array:
    """The district's name for its code."""
    return looked_up(codes, [code for code, _, _ in REGIONS], [name for _, name, _ in REGIONS])


def grouped_money(yuan: pa.Array) -> pa.Array:
    """￥12,000.00 for whole yuan below a trillion."""
    amount = whole(yuan)
    texts = numbers(amount % 1000, 3)
    for power in (10**3, 10**6, 10**9):
        more = pa.array(amount >= power)
        texts = pc.if_else(more, joined(numbers(amount // power % 1000, 3), ",", texts), texts)
    texts = pc.if_else(pa.array(amount > 0), pc.utf8_ltrim(texts, "0"), "0")
    return joined("￥", texts, ".00")


def money_in_wan(yuan: pa.Array) -> pa.Array:
    """1.5万 for 15000: exact, without zeros behind."""
    amount = whole(yuan)
    decimals = pc.utf8_rtrim(joined(".", numbers(amount % 10_000, 4)), "0")
    return joined(numbers(amount // 10_000), pc.if_else(pc.equal(decimals, "."), "", decimals), "万")


@cache
def _below_ten_thousand() -> pa.Array:
    """Chinese numerals of 0 to 9999; 0 is empty."""
    spoken = [""]
    for number in range(1, 10_000):
        text, gap = "", False
        for digit, unit in zip(f"{number:04d}", "千百十 ", strict=True):
            if digit == "0":
                gap = bool(text)
                continue
            text += ("零" if gap else "") + DIGITS[int(digit)] + unit.strip()
            gap = False
        spoken.append(text.removeprefix("一") if text.startswith("一十") else text)
    return pa.array(spoken)


def money_in_chinese(yuan: pa.Array) -> pa.Array:
    """三万五千元 for whole yuan up to 99,999,999; a larger amount stays in digits."""
    amount = whole(yuan)
    spoken = _below_ten_thousand()
    above, below = np.minimum(amount // 10_000, 9_999), amount % 10_000
    # Inside a larger number ten is 一十, and a place that is skipped is said: 三万零五十.
    tail = spoken.take(pa.array(below))
    tail = pc.if_else(pa.array((above > 0) & (below >= 10) & (below < 20)), joined("一", tail), tail)
    tail = pc.if_else(pa.array((above > 0) & (below > 0) & (below < 1000)), joined("零", tail), tail)
    head = pc.if_else(pa.array(above > 0), joined(spoken.take(pa.array(above)), "万"), "")
    text = pc.if_else(pa.array(amount > 0), joined(head, tail), "零")
    return pc.if_else(pa.array(amount < 10**8), joined(text, "元"), yuan)
