"""Numbers are marked where they stand outside strings, and nowhere else."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronghe.tables.json_numbers import MARK, NESTED_NUMBER, marked

WRAPPED = re.compile(NESTED_NUMBER)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("line", "numbers"),
    [
        ('{"a": 1.10}', ["1.10"]),
        ('{"a": -0, "b": 1E+5}', ["-0", "1E+5"]),
        ('{"a": true, "b": false, "c": null}', []),
        ('{"a": "12"}', []),
        (r'{"a": "\" 12"}', []),
        (r'{"a": "\\", "b": 12}', ["12"]),
        ('{"a": [1, [2, "3"]]}', ["1", "2"]),
        ('{"12": 3}', ["3"]),
    ],
)
def test_a_number_outside_strings_is_kept_as_it_is_written(line: str, numbers: list[str]) -> None:
    assert WRAPPED.findall(marked(line.encode()).decode()) == numbers


@given(VALUES)
def test_taking_the_marks_away_gives_the_text_again(value: object) -> None:
    line = json.dumps(value, ensure_ascii=False)
    assert WRAPPED.sub(r"\1", marked(line.encode()).decode()) == line


def test_a_string_that_is_never_closed_does_not_reach_the_next_line() -> None:
    second = marked(b'{"a": "12\n{"a": 34}\n').decode().splitlines()[1]
    assert WRAPPED.findall(second) == ["34"]


@given(VALUES)
def test_a_marked_line_is_json_whose_numbers_are_texts(value: object) -> None:
    def plain(part: object) -> object:
        if isinstance(part, list):
            return [plain(each) for each in part]
        if isinstance(part, dict):
            return {key: plain(each) for key, each in part.items()}
        return json.loads(part[1:]) if isinstance(part, str) and part.startswith(MARK) else part

    line = json.dumps(value)
    if MARK not in line.encode().decode("unicode_escape", "ignore"):
        assert plain(json.loads(marked(line.encode()))) == json.loads(line)
