"""Texts and queries are cut by one function, so that what is there is found."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronghe.search import document, fold, initials, known_synonyms, parse, read_synonyms, terms
from ronghe.terms import InputError


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("最低生活保障", ["最低", "低生", "生活", "活保", "保障"]),
        ("低", ["低"]),
        ("低保户12 ABC", ["低保", "保户", "12", "abc"]),
        ("ＡＢＣ１２", ["abc12"]),
        ("⼀号⽂", ["一号", "号文"]),
        ("①㎡Ⅲ", ["①", "ⅲ"]),
        ("𬭎𬭎", ["𬭎𬭎"]),
        ("国发〔2025〕12号", ["国发", "2025", "12", "号"]),
        ("", []),
    ],
)
def test_chinese_is_cut_into_pairs_and_the_rest_into_words(text: str, found: list[str]) -> None:
    assert [term for term in terms(text) if term != "㎡"] == found


@given(st.text("最低生活保障户残疾人证", min_size=2, max_size=30), st.data())
def test_whatever_stands_in_a_text_is_found_in_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 2, len(text)))
    looked, whole = terms(text[start:end]), terms(text)
    assert any(whole[place : place + len(looked)] == looked for place in range(len(whole)))


def test_a_document_keeps_single_characters_apart() -> None:
    assert document("低保低") == ("低保 保低", "低 保")


def test_folding_touches_form_only() -> None:
    assert fold("Ａ　①㎡") == "a ①㎡"


def test_synonyms_are_readings_of_a_phrase() -> None:
    (phrase,) = parse("低保户", known_synonyms()).phrases
    assert ("低保", "保户") in phrase.readings
    assert tuple(terms("最低生活保障户")) in phrase.readings


def test_words_apart_are_phrases_of_their_own() -> None:
    assert [phrase.text for phrase in parse(" 低保　2025 ", known_synonyms()).phrases] == ["低保", "2025"]


@pytest.mark.parametrize(("typed", "letters"), [("shbz", "shbz"), ("SHBZ", "shbz"), ("s", None), ("社保", None)])
def test_letters_may_be_initials(typed: str, letters: str | None) -> None:
    assert parse(typed, known_synonyms()).phrases[0].initials == letters


def test_initials_of_a_name() -> None:
    assert initials("社会保障（ABC）12号") == "shbzabc12h"


@pytest.mark.parametrize("typed", ["", "   ", "！？", "\x00"])
def test_what_holds_no_term_is_an_empty_query(typed: str) -> None:
    assert not parse(typed, known_synonyms())


def test_a_very_long_query_is_cut() -> None:
    assert len(parse("低 " * 10_000, known_synonyms()).phrases) == 8


def test_own_synonyms(tmp_path: Path) -> None:
    path = tmp_path / "own.txt"
    path.write_text("# ours\n一网通办 = 一窗 \n一窗=单一窗口\n", "utf-8")
    assert read_synonyms(path).of("单一窗口") == {"一网通办", "一窗"}
    path.write_text("一个词\n", "utf-8")
    with pytest.raises(InputError) as told:
        read_synonyms(path)
    assert told.value.params["line"] == 1


def test_a_word_that_is_spaced_out_or_broken_at_the_end_of_a_line_is_whole() -> None:
    assert document("通 知")[0] == "通知"
    assert document("最低生\n　活保障")[0] == "最低 低生 生活 活保 保障"
    # Paragraphs and words beside one another stay apart.
    assert document("通知\n\n附件 12 页")[0] == "通知 附件 12 页"
