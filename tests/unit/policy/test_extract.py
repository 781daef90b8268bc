import io
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from ronghe.policy.library import extract
from ronghe.terms import InputError, LimitReached
from tests.stories.policy_documents import docx, pdf

LINES = ["云政发〔2025〕12号", "关于某事的通知", "一、甲 | 乙"]


def zipped(document: str, name: str = "word/document.xml") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, document)
    return made.getvalue()


def code_of(name: str, data: bytes) -> str:
    with pytest.raises((InputError, LimitReached)) as caught:
        extract(name, data)
    assert name in str(caught.value)
    return caught.value.code


def test_a_word_file_gives_paragraphs_and_rows(tmp_path: Path) -> None:
    docx(LINES, tmp_path / "a.docx")
    assert extract("a.docx", (tmp_path / "a.docx").read_bytes()).paragraphs == tuple(LINES)


def test_a_pdf_gives_paragraphs_over_broken_lines(tmp_path: Path) -> None:
    long = "第一条　" + "为规范工作制定本办法" * 8 + "。"
    pdf(["关于某事的办法", long, "第二条　完。"], tmp_path / "a.pdf")
    found = extract("a.pdf", (tmp_path / "a.pdf").read_bytes()).paragraphs
    assert [one.replace(" ", "　") for one in found] == ["关于某事的办法", long, "第二条　完。"]


def test_html_gives_what_is_shown() -> None:
    page = (
        "<html><head><title>站</title><style>p{}</style></head><body><nav>首页</nav><h1>标题</h1><p>甲<b>乙</b></p>"
        "<table><tr><td>丙</td><td>丁</td></tr></table><script>戊</script>"
    )
    found = extract("a.html", page.encode())
    assert found.paragraphs == ("标题", "甲乙", "丙 | 丁")
    assert found.title == "标题"


def test_markdown_loses_its_marks() -> None:
    found = extract("a.md", "# 标题\n\n**甲** 乙\n\n| a | b |\n|---|---|\n| 1 | 2 |\n".encode())
    assert found.paragraphs[:2] == ("标题", "甲 乙")
    assert found.title == "标题"


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.exe", b"MZ", "policy.document_kind"),
        ("a.txt", b"  \n ", "policy.document_empty"),
        ("a.docx", b"PK\x03\x04junk", "policy.document_unreadable"),
        ("b.docx", zipped("<a/>", "other.xml"), "policy.document_kind"),
        ("c.docx", zipped("<a"), "policy.document_unreadable"),
        ("d.docx", zipped('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'), "policy.document_entities"),
        ("e.docx", zipped('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'), "policy.document_entities"),
        ("f.docx", zipped("<a>" + " " * 120_000_000 + "</a>"), "policy.document_large"),
        ("g.docx", zipped("<a>" * 5_000 + "</a>" * 5_000), "policy.document_deep"),
        ("a.pdf", b"%PDF-1.4 broken", "policy.document_unreadable"),
        ("b.txt", bytes(range(256)) * 20, "policy.document_binary"),
    ],
)
def test_a_document_that_cannot_be_read_is_told(name: str, data: bytes, code: str) -> None:
    assert code_of(name, data) == code


def test_an_encrypted_pdf_and_a_scan_are_told(tmp_path: Path) -> None:
    pdf(["文字" * 20], tmp_path / "a.pdf")
    writer = PdfWriter(clone_from=PdfReader(tmp_path / "a.pdf"))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "locked.pdf")
    assert code_of("locked.pdf", (tmp_path / "locked.pdf").read_bytes()) == "policy.document_encrypted"
    blank = PdfWriter()
    blank.add_blank_page(595, 842)
    blank.write(tmp_path / "scan.pdf")
    assert code_of("scan.pdf", (tmp_path / "scan.pdf").read_bytes()) == "policy.document_scanned"


@pytest.mark.parametrize(("most", "few"), [("utf-8", "gb18030"), ("gb18030", "utf-8")])
def test_lines_in_another_encoding_are_read_and_counted(most: str, few: str) -> None:
    lines = ["云岭市民政局关于救助的通知", "一、标准为每人每月一千元。", "云岭市民政局"]
    data = b"\n".join(line.encode(few if at == 1 else most) for at, line in enumerate(lines))
    found = extract("a.txt", data, most)
    assert found.paragraphs == tuple(lines)
    assert found.mixed == 1
    assert extract("a.txt", "\n".join(lines).encode(most), most).mixed == 0


def test_two_characters_of_gbk_that_could_be_utf8_stay_what_they_are() -> None:
    assert extract("a.txt", "公司名称\n联通".encode("gbk"), "gb18030").paragraphs == ("公司名称", "联通")


@pytest.mark.parametrize("begun", ["<!--", "<!x", "<![", "<a ", "<a x='"])
def test_a_page_of_things_begun_is_read_in_one_go(begun: str) -> None:
    """Python's parser alone looks for the end of each of them through the whole rest, which takes hours."""
    found = extract("a.html", f"<html><body><p>低保</p>{begun * 100_000}".encode())
    assert found.paragraphs[0] == "低保"


def test_comments_are_left_out_and_one_that_never_ends_hides_nothing() -> None:
    page = "<!DOCTYPE html><html><body><!-- 甲 --><p>乙</p><!-- 丙 <p>丁</p></body></html>"
    assert extract("a.html", page.encode()).paragraphs == ("乙", "丙", "丁")


def test_words_are_whole_where_the_page_breaks_its_lines_or_hides_signs_in_them() -> None:
    page = (
        "<html><body><p>申请低\n  保的，\n应当 apply\nhere。</p><p>低\u200b保</p><p>\u2ea0政局与⻋⻓</p></body></html>"
    )
    found = extract("a.html", page.encode()).paragraphs
    assert found == ("申请低保的，应当 apply here。", "低保", "民政局与车长")


def test_a_word_file_gives_a_text_once_though_it_holds_it_twice() -> None:
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    other = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    run = "<w:r><w:t>某市民政局文件</w:t></w:r>"
    box = f"<mc:AlternateContent><mc:Choice>{run}</mc:Choice><mc:Fallback>{run}</mc:Fallback></mc:AlternateContent>"
    moved = "<w:moveFrom><w:r><w:t>甲</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>甲</w:t></w:r></w:moveTo>"
    body = f"<w:body><w:p>{box}</w:p><w:p>{moved}</w:p></w:body>"
    document = f'<w:document xmlns:w="{word}" xmlns:mc="{other}">{body}</w:document>'
    assert extract("a.docx", zipped(document)).paragraphs == ("某市民政局文件", "甲")


def test_files_of_other_kinds_are_told_as_what_they_are() -> None:
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert code_of("a.docx", compound + "EncryptedPackage".encode("utf-16-le")) == "policy.document_encrypted"
    assert code_of("a.doc", compound) == "policy.document_kind"
    assert code_of("a.txt", b"{\\rtf1 text}") == "policy.document_kind"
    assert code_of("a.docx", zipped("<a/>", "xl/workbook.xml")) == "policy.document_kind"
    assert code_of("b.docx", zipped("<a/>" * 3_000_001)) == "policy.document_large"


def test_pages_without_text_among_others_are_counted(tmp_path: Path) -> None:
    pdf(["关于某事的办法", "第一条　" + "为规范工作制定本办法" * 8 + "。"], tmp_path / "a.pdf")
    writer = PdfWriter(clone_from=PdfReader(tmp_path / "a.pdf"))
    pages = len(writer.pages)
    for _ in range(2):
        writer.add_blank_page(595, 842)
    made = io.BytesIO()
    writer.write(made)
    found = extract("a.pdf", made.getvalue())
    assert (found.blank, bool(found.paragraphs), pages) == (2, True, 1)
