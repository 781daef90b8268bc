"""Delimiter, quote and header are judged from the first records; names become usable."""

import pytest

from ronghe.tables.dialect import column_names, sniff_dialect, text_lines
from ronghe.terms import InputError


@pytest.mark.parametrize(
    ("sample", "delimiter", "header", "columns"),
    [
        ("a,b,c\n1,2,3\n", ",", True, 3),
        ("姓名;年龄;备注\n张三;30;好, 很好\n李四;40;x\n", ";", True, 3),
        ("a\tb\n1\t2,5\n3\t4,5\n", "\t", True, 2),
        ("a|b|c\nx|y|z\n", "|", True, 3),
        ("1,2024-01-01,x\n2,2024-01-02,y\n3,2024-01-03,z\n", ",", False, 3),
        ("名称,2019,2020\n北京,1.2,1.3\n", ",", False, 3),
        ("only\none\ntwo\n", ",", True, 1),
        ("a,b\n1,2,\n3,4,\n", ",", True, 3),
    ],
)
def test_what_a_sample_says(sample: str, delimiter: str, header: bool, columns: int) -> None:
    found = sniff_dialect(sample)
    assert (found.delimiter, found.header, found.columns) == (delimiter, header, columns)


def test_a_header_of_years_is_believed_when_the_user_says_so() -> None:
    assert sniff_dialect("名称,2019,2020\n北京,1.2,1.3\n", header=True).header


def test_single_quotes_with_backslashes_are_recognized() -> None:
    sample = "id,name\n" + "".join(f"{n},'arnie\\'s, {n}'\n" for n in range(9))
    found = sniff_dialect(sample)
    assert (found.quote, found.escape) == ("'", "\\")


def test_only_feeds_and_returns_end_a_record() -> None:
    # As the engine reads: U+2028, U+0085 and the form feed are signs of a cell.
    sample = "a,b,c\r\n" + "x\u2028y,\x85,\x0c\r\n" * 9
    assert (sniff_dialect(sample).columns, list(text_lines("a\u2028b\r\nc\rd\n"))) == (
        3,
        ["a\u2028b\r\n", "c\r", "d\n"],
    )


def test_an_empty_sample_is_an_error() -> None:
    with pytest.raises(InputError):
        sniff_dialect("\n\n")


def test_blank_and_repeated_names_become_usable_and_are_told() -> None:
    names, changes = column_names(["id ", "", "id", "年\n份"], 5)
    assert names == ("id", "column_2", "id_2", "年 份", "column_5")
    assert ("", "column_2") in changes
    assert ("id", "id_2") in changes
