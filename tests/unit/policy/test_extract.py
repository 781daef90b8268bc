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
        ("b.docx", zipped("<a/>", "other.xml"), "policy.document_unreadable"),
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
