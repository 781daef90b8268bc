"""Each obligation on odd values, and the order among them: the stricter one tells nothing that the other does not."""

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronghe.data.protect.obligations import obeyed
from ronghe.tables import expressions as ops
from ronghe.tables.in_memory import evaluate
from ronghe.trust.access.obligations import (
    Bucket,
    BucketDate,
    Drop,
    Generalize,
    Keep,
    KeepFirst,
    KeepLast,
    Mask,
    Null,
    Obligation,
    Round,
    Token,
    Unit,
    reveals_no_more,
    strictest_first,
)

D = Decimal
SCHOOLS = {
    ("school", "district"): (("一小", "东区"), ("二小", "西区")),
    ("school", "city"): (("一小", "云州"), ("二小", "云州")),
}


def left(duty: Obligation, text: str | None) -> object:
    return evaluate(obeyed(duty, ops.Column("a"), SCHOOLS), {"a": text})


@pytest.mark.parametrize(
    ("duty", "text", "expected"),
    [
        (Keep(), " a ", " a "),
        (Null(), "a", None),
        (KeepFirst(6), "11010519491231002X", "110105"),
        (KeepLast(4), "13800138000", "8000"),
        (KeepFirst(2), "　张三丰", "张三"),
        (Mask(1), "欧阳锋", "欧**"),
        (Mask(3, 4), "138001", "******"),
        (Mask(1, 2), "　张三　", "**"),
        (Generalize("region", "city", 1), "330102", "330100"),
        (Generalize("region", "province", 2), "330102003001", "330000"),
        (Generalize("region", "city", 1), "３３０１０２", "330100"),
        (Generalize("region", "city", 1), "33010", None),
        (Generalize("region", "city", 1), "杭州市上城区", None),
        (Generalize("school", "district", 1), " 一小", "东区"),
        (Generalize("school", "city", 2), "三小", None),
        (Bucket(D(10)), "39.99", "[30, 40)"),
        (Bucket(D(10)), "40", "[40, 50)"),
        (Bucket(D(10)), "-1", "[-10, 0)"),
        (Bucket(D(10), D(18)), "18", "[18, 28)"),
        (Bucket(D("0.5")), "0.74", "[0.5, 1.0)"),
        (Bucket(D(10)), "三十九", None),
        (Bucket(D(10)), "39岁", None),
        (Bucket(D(10)), "３９", "[30, 40)"),
        (Bucket(D(1000)), "1e5", None),
        (Bucket(D(1000)), "9" * 30, None),
        (Bucket(D(1000)), "9" * 19, None),
        (Round(D(100)), "150", "200"),
        (Round(D("0.1")), "0.26", "0.3"),
        (Round(D(100)), "x", None),
        (BucketDate(Unit.MONTH), "1987-3-12", "1987-03"),
        (BucketDate(Unit.QUARTER), "1987年12月1日", "1987-Q4"),
        (BucketDate(Unit.YEAR), "19870312", "1987"),
        (BucketDate(Unit.DECADE), "1987/03/12 08:30:00", "1980s"),
        (BucketDate(Unit.YEAR), "1987-02-30", None),
        (BucketDate(Unit.YEAR), "1987", None),
        (BucketDate(Unit.YEAR), "1987-03-12 and more", None),
        (BucketDate(Unit.YEAR), "１９８７－０３－１２", "1987"),
    ],
)
def test_what_is_left_of_a_value(duty: Obligation, text: str, expected: str | None) -> None:
    assert left(duty, text) == expected
    assert left(duty, None) is None


def test_an_unknown_obligation_is_no_operation() -> None:
    class Whim(Obligation):
        pass

    for duty in (Whim(), Token("d")):
        with pytest.raises(TypeError, match="not an obligation"):
            obeyed(duty, ops.Column("a"), {})


DUTIES: tuple[Obligation, ...] = (
    Keep(), Null(), Drop(), KeepFirst(1), KeepFirst(3), KeepLast(1), KeepLast(3), Mask(), Mask(1), Mask(3, 4),
    Mask(1, 1, "#"), Generalize("region", "city", 1), Generalize("region", "province", 2),
    Generalize("school", "district", 1), Generalize("school", "city", 2), Bucket(D(10)), Bucket(D(20)),
    Bucket(D(20), D(5)), Bucket(D(30)), BucketDate(Unit.MONTH), BucketDate(Unit.QUARTER), BucketDate(Unit.YEAR),
    BucketDate(Unit.DECADE), Round(D(10)), Round(D(100)),
)  # fmt: skip
VALUES = st.one_of(
    st.text("0123456789*#张一小二 X", max_size=8),
    st.integers(-200, 200).map(str),
    st.dates().map(str),
    st.sampled_from(["330102", "330106", "330201", "110101", "一小", "二小", "1987-03-12", "1987-04-12"]),
)


@settings(max_examples=15, deadline=None)
@given(st.lists(VALUES, min_size=12, max_size=20, unique=True))
def test_what_reveals_no_more_can_be_worked_out_from_the_other(values: list[str]) -> None:
    told = {duty: [left(duty, value) for value in values] for duty in DUTIES}
    for a in DUTIES:
        for b in DUTIES:
            if reveals_no_more(a, b):
                possible = defaultdict(set)
                for from_a, from_b in zip(told[a], told[b], strict=True):
                    possible[from_b].add(from_a)
                assert all(len(found) == 1 for found in possible.values()), (a, b)


def test_the_order_is_a_partial_order_and_the_strictest_come_first() -> None:
    for a in DUTIES:
        assert reveals_no_more(a, a)
        for b in DUTIES:
            for c in DUTIES:
                if reveals_no_more(a, b) and reveals_no_more(b, c):
                    assert reveals_no_more(a, c), (a, b, c)
    ordered = strictest_first(DUTIES)
    for place, one in enumerate(ordered):
        assert not any(
            reveals_no_more(later, one) and not reveals_no_more(one, later) for later in ordered[place + 1 :]
        ), one


@pytest.mark.parametrize(
    "make",
    [
        lambda: KeepFirst(0),
        lambda: Mask(-1),
        lambda: Mask(character="**"),
        lambda: Bucket(D(0)),
        lambda: Bucket(D("NaN")),
        lambda: Bucket(10),  # type: ignore[arg-type]
        lambda: Round(D(-1)),
        lambda: BucketDate("year"),  # type: ignore[arg-type]
        lambda: Token(""),
        lambda: Generalize("region", "city", 0),
    ],
)
def test_a_measure_that_cannot_be_is_no_obligation(make: object) -> None:
    with pytest.raises(ValueError, match=r"whole number|is a decimal from|unit|domain|character"):
        make()  # type: ignore[operator]
