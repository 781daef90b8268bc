"""The numbers that Word writes by itself are part of the text: people cite them."""

import io
import zipfile

import pytest

from ronghe.policy.library.clauses import passages
from ronghe.policy.library.extract import extract
from ronghe.policy.library.numbering import _chinese, _letters, _roman
from ronghe.terms import LimitReached

SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
LEVELS = (
    ("chineseCounting", "第%1条"),
    ("chineseCounting", "(%2)"),
    ("decimal", "%1.%3."),
    ("bullet", "•"),
)


def numbering(levels: tuple[tuple[str, str], ...] = LEVELS, more: str = "") -> str:
    said = "".join(
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for place, (form, text) in enumerate(levels)
    )
    listed = '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
    return f'<w:numbering {SPACE}><w:abstractNum w:abstractNumId="7">{said}</w:abstractNum>{listed}{more}</w:numbering>'


def paragraph(text: str, level: int | None = None, number: int = 1, style: str = "") -> str:
    given = "" if level is None else f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    told = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{told}{given}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def read(*paragraphs: str, listed: str = "", styles: str = "") -> tuple[str, ...]:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(
            "word/document.xml", f"<w:document {SPACE}><w:body>{''.join(paragraphs)}</w:body></w:document>"
        )
        archive.writestr("word/numbering.xml", listed or numbering())
        if styles:
            archive.writestr("word/styles.xml", f"<w:styles {SPACE}>{styles}</w:styles>")
    return extract("a.docx", file.getvalue()).paragraphs


def test_articles_and_items_are_numbered_as_word_shows_them() -> None:
    found = read(
        paragraph("总则", 0),
        paragraph("申请人", 1),
        paragraph("家庭", 1),
        paragraph("标准", 0),
        paragraph("低保", 1),
        paragraph("要点", 3),
        paragraph("没有编号"),
        paragraph("", 0),
        paragraph("附则", 0),
    )
    assert found == (
        "第一条 总则",
        "(一) 申请人",
        "(二) 家庭",
        "第二条 标准",
        "(一) 低保",
        "要点",
        "没有编号",
        "第四条 附则",
    )
    assert [passage.address for passage in passages(found)][:3] == ["第一条", "第一条第(一)项", "第一条第(二)项"]


def test_a_style_numbers_its_paragraphs_and_a_paragraph_may_opt_out() -> None:
    numbered = '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    styles = f'<w:style w:styleId="A">{numbered}</w:style><w:style w:styleId="B"><w:basedOn w:val="A"/></w:style>'
    found = read(
        paragraph("甲", style="A"),
        paragraph("乙", style="B"),
        paragraph("丙", 0, 0, "A"),
        paragraph("丁", style="A"),
        styles=styles,
    )
    assert found == ("第一条 甲", "第二条 乙", "丙", "第三条 丁")


def test_a_list_that_begins_anew_has_its_own_count() -> None:
    anew = (
        '<w:num w:numId="2"><w:abstractNumId w:val="7"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="11"/></w:lvlOverride></w:num>'
    )
    found = read(paragraph("甲", 0), paragraph("乙", 0, 2), paragraph("丙", 0), listed=numbering(more=anew))
    assert found == ("第一条 甲", "第十一条 乙", "第二条 丙")


@pytest.mark.parametrize(
    "broken",
    [
        "<w:numbering/>",
        f'<w:numbering {SPACE}><w:num w:numId="1"/></w:numbering>',
        numbering((("nonsense", "%9 %1"),)),
        numbering((("decimal", "第%1条" * 10_000),)),
    ],
)
def test_a_broken_list_loses_no_text(broken: str) -> None:
    if broken == "<w:numbering/>":
        broken = f"<w:numbering {SPACE}/>"
    (text,) = read(paragraph("总则", 0), listed=broken)
    assert text.endswith("总则")
    assert len(text) < 200


def test_styles_that_stand_on_each_other_end() -> None:
    styles = (
        '<w:style w:styleId="A"><w:basedOn w:val="B"/></w:style><w:style w:styleId="B"><w:basedOn w:val="A"/></w:style>'
    )
    assert read(paragraph("甲", style="A"), styles=styles) == ("甲",)


def test_parts_beside_the_text_are_bounded_too() -> None:
    with pytest.raises(LimitReached):
        read(paragraph("甲", 0), listed=f"<w:numbering {SPACE}>{' ' * 120_000_000}</w:numbering>")


@pytest.mark.parametrize(
    ("number", "chinese"),
    [
        (1, "一"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (101, "一百零一"),
        (110, "一百一十"),
        (1005, "一千零五"),
        (0, "0"),
    ],
)
def test_chinese_numerals(number: int, chinese: str) -> None:
    assert _chinese(number) == chinese


def test_letters_and_roman_numerals() -> None:
    assert [_letters(n) for n in (1, 26, 27)] == ["a", "z", "aa"]
    assert [_roman(n) for n in (4, 9, 1994)] == ["iv", "ix", "mcmxciv"]
