"""Laws of reading: no text breaks a reader, what is read is of the declared size, and reading it again changes
nothing."""

from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ronghe.standards import contact, dates, internet, quantities, text, times
from ronghe.standards.element import Element
from ronghe.tables import expressions as ops
from ronghe.tables.in_memory import evaluate

ELEMENTS = tuple(
    element for module in (quantities, dates, times, contact, internet, text) for element in module.ELEMENTS
)
LIKELY = "0123456789０１５.,-+()（）￥¥元万亿千百十角分整零一二三五两壹贰点负%‰亩㎡年月日号时:/ T\u3000人转·@•⼀"
CELLS = st.text(st.sampled_from(LIKELY), max_size=14) | st.text(max_size=12)

_DIGITS = "零一二三四五六七八九"


def canonical(value: object, kind: ops.Type) -> str:
    found: str = evaluate(ops.TextOf(ops.Column("value", kind), kind), {"value": value})
    return found


def section_in_words(number: int) -> str:
    """1 to 9999 as Chinese writes it: a second way to the same text, against which reading is tested."""
    words, gap = "", False
    for place, unit in enumerate("千百十 "):
        digit = number // 10 ** (3 - place) % 10
        if digit == 0:
            gap = bool(words)
            continue
        words += ("零" if gap else "") + _DIGITS[digit] + unit.strip()
        gap = False
    return words


def in_words(number: int) -> str:
    """1 to 10^12 - 1 in Chinese numerals."""
    words, gap = "", False
    for size, unit in ((10**8, "亿"), (10**4, "万"), (1, "")):
        section = number // size % 10**4
        if section:
            words += ("零" if words and (gap or section < 1000) else "") + section_in_words(section) + unit
        gap = not section
    return words


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda element: element.code)
@settings(max_examples=60, deadline=None)
@given(raw=CELLS)
@example(raw="0000")
@example(raw="0999")
def test_any_text_is_read_or_refused_and_reading_again_changes_nothing(element: Element, raw: str) -> None:
    reading = element.read(raw)
    known = {"form", *(fault.rule for fault in element.faults)}
    assert (reading.value is not None) or reading.missing or (len(reading.broken) == 1 and set(reading.broken) <= known)
    if reading.value is not None:
        assert element.read(canonical(reading.value, element.type)) == reading


@settings(max_examples=300, deadline=None)
@given(number=st.integers(1, 10**12 - 1))
def test_every_number_in_words_is_that_number(number: int) -> None:
    integer, money = (next(e for e in ELEMENTS if e.code == code) for code in ("integer", "money"))
    assert integer.read(in_words(number)).value == number
    assert money.read(in_words(number) + "元整").value == Decimal(number)
    assert integer.read(f"负{in_words(number)}").value == -number


@settings(max_examples=200, deadline=None)
@given(cents=st.integers(-(10**17), 10**17))
def test_every_amount_is_read_as_it_is_printed(cents: int) -> None:
    amount = Decimal(cents).scaleb(-2)
    money = next(e for e in ELEMENTS if e.code == "money")
    for printed in (f"{amount:f}", f"{amount:,f}", f"￥{amount:,f}", f"{amount:f}元"):
        assert money.read(printed).value == (amount if abs(amount) < 10**16 else None)


@settings(max_examples=200, deadline=None)
@given(day=st.dates())
def test_every_day_is_read_in_every_form(day: object) -> None:
    date = next(e for e in ELEMENTS if e.code == "date")
    year, month, number = f"{day}".split("-")
    forms = (
        f"{day}",
        f"{year}{month}{number}",
        f"{year}/{int(month)}/{int(number)}",
        f"{year}年{int(month)}月{number}日",
    )
    assert {date.read(form).value for form in forms} == {day}
