"""A pattern of many texts matches these and no others, in Python as in the engine."""

import re

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronghe.tables.alternatives import alternatives

TEXTS = st.lists(st.text("ab1.|*[]\\^-?", max_size=4), min_size=1, max_size=12)


@given(TEXTS, st.text("ab1.|*[]\\^-?", max_size=4))
def test_a_pattern_matches_in_full_exactly_its_texts(texts: list[str], other: str) -> None:
    pattern = alternatives(texts)
    assert all(re.fullmatch(pattern, text) for text in texts)
    assert (re.fullmatch(pattern, other) is not None) == (other in texts)


@given(TEXTS)
def test_order_and_repetition_of_the_texts_have_no_effect(texts: list[str]) -> None:
    assert alternatives(texts) == alternatives([*reversed(texts), *texts])


@pytest.mark.parametrize("texts", [["110000", "110100", "120000"], ["a", "", "ab"], ["[", "]", "^", "-", "\\"]])
def test_the_engine_reads_it_alike(texts: list[str]) -> None:
    asked = [*texts, "11", "110101", "b", "^-"]
    rows = [(text, alternatives(texts)) for text in asked]
    with duckdb.connect() as connection:
        found = [connection.execute("SELECT regexp_full_match(?, ?)", row).fetchone() for row in rows]
    assert [row[0] for row in found if row] == [text in texts for text in asked]


def test_what_codes_have_in_common_is_written_once() -> None:
    codes = [f"11{number:04}" for number in range(2_000)]
    assert len(alternatives(codes)) < 100
