"""The encoding of a file is found, and characters come out in their present places."""

import io
from pathlib import Path

import pytest

from ronghe.tables.encoding import (
    as_read,
    canonical_encoding,
    detect_encoding,
    moved_out_of_private_use,
    transcoded,
    wide_encoding,
)
from ronghe.terms import InputError

TEXT = "姓名,地址\n张三,北京市海淀区\n李四,上海市浦东新区\n" * 3


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gbk", "gb18030"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_chinese_text_in_each_encoding(tmp_path: Path, encoding: str, found: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(("a,b,c,d,e,f,g,h\n" * 40 + TEXT).encode(encoding))
    assert detect_encoding(path) == found


@pytest.mark.parametrize("words", ["姓名,性别\n张三,男\n", "名\n李\n", "编号\n丁\n", "单位\n区民政局\n"])
def test_a_few_words_of_gbk_are_not_taken_for_big5(tmp_path: Path, words: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(words.encode("gbk"))
    assert detect_encoding(path) == "gb18030"


@pytest.mark.parametrize("words", ["姓名,性別\n張三,男\n", "編號\n區民政局\n"])
def test_a_few_words_of_big5_are_found(tmp_path: Path, words: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(words.encode("big5"))
    assert detect_encoding(path) == "big5"


@pytest.mark.parametrize(
    "words",
    ["name\nCAFÉ\n", "name\nLA NOISETTE CAFÉ AND DELI\nEL NIÑO\n", "nom\nCrème brûlée\n", "a\n19° wide\n3½ in\n"],
)
def test_letters_with_accents_are_not_taken_for_ideographs(tmp_path: Path, words: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(words.encode("windows-1252"))
    assert detect_encoding(path) == "windows-1252"
    assert b"".join(part for part, _ in transcoded(io.BytesIO(path.read_bytes()), "windows-1252")).decode() == words


def test_traditional_text_in_big5(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(("姓名,地址\n陳大文,臺北市信義區市府路\n林小姐,高雄市鳳山區光復路二段\n" * 8).encode("big5"))
    assert detect_encoding(path) == "big5"


def test_a_few_broken_lines_do_not_make_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(TEXT.encode() * 3 + "王五,广州\n".encode("gbk"))
    assert detect_encoding(path) == "utf-8"


def test_characters_that_the_standard_moved_leave_the_private_use_area() -> None:
    decoded = bytes.fromhex("FE59 A6D9 A8BC").decode("gb18030")
    moved, left = moved_out_of_private_use(decoded)
    assert moved == "\u9fb4\ufe10\u1e3f"
    assert left == 0


def test_private_use_characters_that_stay_are_counted() -> None:
    assert moved_out_of_private_use("\ue000张\uf000") == ("\ue000张\uf000", 2)


def test_undecodable_bytes_survive_as_bytes_that_are_not_utf8() -> None:
    data = b"".join(
        chunk for chunk, _ in transcoded(io.BytesIO("张,".encode("gbk") + b"\xff\n" + "李\n".encode("gbk")), "gb18030")
    )
    first, second = data.split(b"\n")[:2]
    assert second.decode() == "李"
    with pytest.raises(UnicodeDecodeError):
        first.decode()


def test_an_unknown_encoding_names_the_known_ones() -> None:
    assert canonical_encoding("GBK") == "gb18030"
    with pytest.raises(InputError) as caught:
        canonical_encoding("ebcdic")
    assert "gb18030" in str(caught.value.params["known"])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32"])
@pytest.mark.parametrize(
    "text", [TEXT, "姓名\n上海\n", "a,b\n1,2\n", "公民身份号码\t住址\r\n上上上上上上上上上上上上\t上\r\n"]
)
def test_wide_text_without_a_mark_is_told_by_the_side_of_its_nuls(tmp_path: Path, encoding: str, text: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    assert detect_encoding(path) == encoding


@pytest.mark.parametrize("content", [b"a,b\n1\0,2\n", b"ab,cd\n1\0\0\0\0\0,2\n", "a\0,张\n".encode() * 9, b"\0\0\0\0"])
def test_nuls_in_narrow_text_do_not_make_it_wide(content: bytes) -> None:
    assert wide_encoding(content) is None


def test_a_broken_record_shows_the_bytes_of_the_file() -> None:
    data = b"".join(chunk for chunk, _ in transcoded(io.BytesIO("张,".encode("gbk") + b"\xff,\xb0\n"), "gb18030"))
    assert as_read(data) == "张,\\xff,\\xb0\n"
    assert as_read(b"1,\xd5\xc5") == "1,\\xd5\\xc5"
