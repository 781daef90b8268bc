"""Names, addresses and free text keep what they are; only signs that look alike become one."""

import unicodedata

import pytest

from ronghe.standards import text
from ronghe.standards.element import Reading

ELEMENTS = {element.code: element for element in text.ELEMENTS}

CASES: dict[str, list[tuple[str, str | None]]] = {
    "person_name": [
        ("张三", "张三"),
        ("李 四", "李四"),
        ("王\u3000五 ", "王五"),
        ("阿布都•热合曼", "阿布都·热合曼"),
        ("阿布都．热合曼", "阿布都·热合曼"),
        ("阿布都‧热合曼・买买提", "阿布都·热合曼·买买提"),
        ("Anna  Maria Smith", "Anna Maria Smith"),
        ("ＪＯＨＮ　ＳＭＩＴＨ", "JOHN SMITH"),
        ("J. Smith", "J. Smith"),
        ("⻢⼀⻰", "马一龙"),
        ("𠮷田", "𠮷田"),
        ("㐂〇", "㐂〇"),
        ("张三1", None),
        ("张" * 61, None),
    ],
    "organization_name": [
        ("云州市某某有限公司", "云州市某某有限公司"),
        ("云州(集团) 有限公司", "云州（集团）有限公司"),
        ("云州（集团）有限公司", "云州（集团）有限公司"),
        ("某某 有限公司1厂", "某某有限公司1厂"),
        ("ＡＢＣ Company (China)", "ABC Company (China)"),
        ("厂" * 201, None),
    ],
    "address": [
        ("北京市海淀区某路１号", "北京市海淀区某路1号"),
        ("某路 1 号  2 单元", "某路 1 号 2 单元"),
        ("Ａ座，１２０３（东）", "A座，1203（东）"),
        ("⻄门", "西门"),
    ],
    "text": [(" ①Ⅲ㎡ ", "①Ⅲ㎡"), ("ＡＢ", "ＡＢ"), ("a\nb", "a\nb")],
    "code": [("０１２", "012"), (" A-1 ", "A-1"), ("京教〔2024〕5号", "京教〔2024〕5号"), ("9" * 201, None)],
}
INPUTS = {code: tuple(raw for raw, _ in cases) for code, cases in CASES.items()}


@pytest.mark.parametrize(("code", "raw", "value"), [(code, *case) for code, cases in CASES.items() for case in cases])
def test_text_is_read(code: str, raw: str, value: str | None) -> None:
    expected = Reading(value) if value is not None else Reading(None, broken=("form",))
    assert ELEMENTS[code].read(raw) == expected


@pytest.mark.parametrize("code", ELEMENTS)
@pytest.mark.parametrize("raw", ["", " ", "\u3000", "\t\n"])
def test_nothing_but_space_is_missing(code: str, raw: str) -> None:
    assert ELEMENTS[code].read(raw).missing


def test_an_address_of_one_character_is_a_warning() -> None:
    reading = ELEMENTS["address"].read("某")
    assert (reading.valid, reading.warnings) == (True, ("length",))


@pytest.mark.parametrize("sign", ["①", "Ⅲ", "㎡", "ﬁ", "½", "℃"])
def test_names_are_never_folded_as_a_whole(sign: str) -> None:
    """NFKC turns each of them into something else: other packages do so to names."""
    assert unicodedata.normalize("NFKC", sign) != sign
    assert ELEMENTS["organization_name"].read(f"云州{sign}厂").value == f"云州{sign}厂"


def test_every_radical_has_an_ideograph() -> None:
    assert len(text.RADICALS) == len(text.IDEOGRAPHS) == 214 + 27
    assert not set(text.RADICALS) & set(text.IDEOGRAPHS)
    assert all(unicodedata.name(sign).startswith("CJK UNIFIED IDEOGRAPH") for sign in text.IDEOGRAPHS)
