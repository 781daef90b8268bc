"""Every text stands in both languages, and is filled in the reader's."""

import re
import tomllib
from importlib.resources import files

import pytest

from ronghe.messages import LANGUAGES, Bilingual, Language, both, codes, fields_of, known, render
from ronghe.messages.catalog import _text

CHINESE = re.compile("[一-鿿]")


def test_codes_are_sorted_and_known() -> None:
    assert list(codes()) == sorted(codes())
    assert all(map(known, codes()))
    assert not known("nobody.says_so")


def test_the_codes_are_those_that_the_files_define() -> None:
    # They are found by their look alone, so that a file is parsed only where one of its texts is asked for.
    texts = files("ronghe.messages").joinpath("texts").iterdir()
    assert sorted(codes()) == sorted(code for file in texts for code in tomllib.loads(file.read_text("utf-8")))


@pytest.mark.parametrize(
    ("text", "places"),
    [("plain", set()), ("{a} of {b}", {"a", "b"}), ("{a:,} {{b}}", {"a"}), ("{a.x} {a[0]}", {"a.x", "a[0]"})],
)
def test_the_places_of_a_text_are_found(text: str, places: set[str]) -> None:
    assert fields_of(text) == places


def test_no_place_is_named_like_a_parameter_of_render() -> None:
    # `render(code, lang, **params)` could never fill it.
    assert [code for code in codes() if fields_of(_text(code).en) & {"code", "lang", "self"}] == []


def test_a_bilingual_value_is_worded_in_the_language_of_the_text() -> None:
    name = Bilingual(zh="身份证号", en="citizen ID")
    assert "身份证号" in render("data.constant", "zh", place="p", value="x", element=name)
    assert "citizen ID" in render("data.constant", "en", place="p", value="x", element=name)
    found = both("data.constant", place="p", value="x", element=name)
    assert ("身份证号" in found.zh, "citizen ID" in found.en) == (True, True)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_bilingual_text_is_looked_up_by_language(lang: Language) -> None:
    assert Bilingual(zh="zh", en="en")[lang] == lang


@pytest.mark.parametrize(("code", "params"), [("nobody.says_so", {}), ("tables.missing_file", {})])
def test_an_unknown_code_or_an_unfilled_place_is_a_key_error(code: str, params: dict[str, object]) -> None:
    with pytest.raises(KeyError):
        render(code, "en", **params)


def test_values_with_braces_are_shown_as_they_are() -> None:
    assert "{path}" in render("tables.missing_file", "en", path="{path}")


def test_english_texts_hold_no_chinese_sentence() -> None:
    mixed = [code for code in codes() if len(CHINESE.findall(_text(code).en)) > 4]
    assert mixed == []


def test_chinese_texts_end_their_sentences_in_chinese() -> None:
    ends = [code for code in codes() if CHINESE.search(text := _text(code).zh) and text.endswith((".", ";", ","))]
    assert ends == []
