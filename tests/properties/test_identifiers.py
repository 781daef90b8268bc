from hypothesis import given, settings
from hypothesis import strategies as st

from ronghe.standards import code_lists, identifiers, regions
from ronghe.standards.element import Element
from ronghe.tables.expressions import Literal, TextOf
from ronghe.tables.in_memory import evaluate

ELEMENTS = (*identifiers.ELEMENTS, *code_lists.ELEMENTS, *regions.ELEMENTS)
CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODE_LIKE = st.text("0123456789XABxyz０９Ｘ京沪男女汉市区县 -·\u3000", max_size=24)
CITIZENS = st.from_regex(r"[1-6][1-5][0-9]{4}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])[0-3][0-9][0-9]{4}", fullmatch=True)


def canonical(element: Element, value: object) -> str:
    text: str = evaluate(TextOf(Literal(value), element.type), {})  # type: ignore[arg-type]
    return text


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ELEMENTS), st.text(max_size=40) | CODE_LIKE | CITIZENS)
def test_any_text_is_read_and_reading_again_changes_nothing(element: Element, raw: str) -> None:
    reading = element.read(raw)
    if reading.value is not None:
        again = element.read(canonical(element, reading.value))
        assert (again.value, again.broken) == (reading.value, reading.broken)


@settings(max_examples=60, deadline=None)
@given(CITIZENS)
def test_exactly_one_check_digit_fits_a_citizen_id(number: str) -> None:
    element = identifiers.citizen_id()
    fitting = [check for check in "0123456789X" if "check_digit" not in element.read(number[:17] + check).broken]
    assert len(fitting) == 1


@settings(max_examples=40, deadline=None)
@given(st.text(CREDIT_SIGNS, min_size=16, max_size=16))
def test_exactly_one_check_character_fits_a_credit_code(rest: str) -> None:
    element = identifiers.unified_credit_code()
    fitting = [check for check in CREDIT_SIGNS if "check_digit" not in element.read("9" + rest + check).broken]
    assert len(fitting) == 1


@settings(max_examples=60, deadline=None)
@given(CITIZENS, st.integers(0, 15))
def test_exchanging_two_neighbors_in_a_citizen_id_is_noticed(number: str, place: int) -> None:
    element = identifiers.citizen_id()
    number = next(n for c in "0123456789X" if "check_digit" not in element.read(n := number[:17] + c).broken)
    left, right = number[place], number[place + 1]
    exchanged = number[:place] + right + left + number[place + 2 :]
    assert left == right or "check_digit" in element.read(exchanged).broken
