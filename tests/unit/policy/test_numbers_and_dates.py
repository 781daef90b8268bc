import datetime as dt

import pytest

from ronghe.policy.library import dates_in, first_date, number_in, numbers_in


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("云政发〔2025〕12号", "云政发〔2025〕12号"),
        ("云政发［２０２５］１２号", "云政发〔2025〕12号"),
        ("云政发[2025]12号", "云政发〔2025〕12号"),
        ("云政发【2025】 第012 号", "云政发〔2025〕12号"),
        ("云政发(2025)12号", "云政发〔2025〕12号"),
        ("云政发（2025）12号", "云政发〔2025〕12号"),
        ("根据云政发〔2025〕12号", "云政发〔2025〕12号"),
        ("云岭市人民政府令第58号", "云岭市人民政府令第58号"),
        ("云岭市人民政府令（第58号）", "云岭市人民政府令第58号"),
        ("门牌12号", None),
        ("（2025）12号", None),
        ("云政发〔1825〕12号", None),
    ],
)
def test_a_number_is_one_in_every_form_of_brackets(text: str, number: str | None) -> None:
    assert number_in(text) == number


def test_several_numbers_keep_their_order_and_places() -> None:
    text = "《甲》（云民〔2012〕4号）、《乙》（云经〔2013〕8号）"
    found = list(numbers_in(text))
    assert [number for _, _, number in found] == ["云民〔2012〕4号", "云经〔2013〕8号"]
    assert [text[start:end] for start, end, _ in found] == ["云民〔2012〕4号", "云经〔2013〕8号"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025年3月1日", dt.date(2025, 3, 1)),
        ("２０２５年３月１日", None),
        ("二〇二五年十二月三十一日", dt.date(2025, 12, 31)),
        ("二○二五年十月二十日", dt.date(2025, 10, 20)),
        ("2025-03-01", dt.date(2025, 3, 1)),
        ("2025年2月30日", None),
        ("2025年", None),
    ],
)
def test_a_day_is_read_in_the_forms_of_policies(text: str, day: dt.date | None) -> None:
    assert first_date(text) == day


def test_all_days_in_order() -> None:
    assert list(dates_in("自2025年1月1日至2026年1月1日")) == [dt.date(2025, 1, 1), dt.date(2026, 1, 1)]
