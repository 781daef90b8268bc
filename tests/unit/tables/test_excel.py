import datetime as dt
import re
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import xlsxwriter
import xlwt  # type: ignore[import-untyped]

from ronghe.messages import LANGUAGES, render, render_error
from ronghe.tables.excel import sheet_names, stage_excel
from ronghe.tables.limits import Limits
from ronghe.tables.percent_cells import is_percent_format
from ronghe.tables.staged import Staged
from ronghe.terms import InputError, LimitReached, RongheError

DAY = dt.datetime(2020, 2, 29)  # noqa: DTZ001 - cells have no zone
MOMENT = dt.datetime(2020, 2, 29, 3, 4, 5)  # noqa: DTZ001 - as above

Fill = Callable[[Any, Any], None]


def _book(path: Path, **sheets: Fill) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, fill in sheets.items():
            fill(book.add_worksheet(name), book)
    return path


def _rows(*rows: list[Any]) -> Fill:
    def fill(sheet: Any, _: Any) -> None:
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if cell is not None:
                    sheet.write(number, place, cell)

    return fill


def _read(staged: Staged) -> list[list[str | None]]:
    columns = [column.to_pylist() for column in pq.read_table(staged.path).columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _codes(staged: Staged) -> dict[str, dict[str, object]]:
    for note in staged.notes:
        for language in LANGUAGES:
            assert render(note.code, language, **note.params)
    return {note.code: dict(note.params) for note in staged.notes}


def _fails(kind: type[RongheError], path: Path, into: Path, **options: Any) -> str:
    with pytest.raises(kind) as caught:
        stage_excel(path, into, **options)
    for language in LANGUAGES:
        assert render_error(caught.value, language)
    assert not (into / "staged.parquet").exists()
    return caught.value.code


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def test_every_cell_becomes_canonical_text(tmp_path: Path, into: Path) -> None:
    def fill(sheet: Any, book: Any) -> None:
        day, moment = (book.add_format({"num_format": form}) for form in ('yyyy"年"m"月"d"日"', "yyyy-mm-dd hh:mm"))
        clock, hours = (book.add_format({"num_format": form}) for form in ("hh:mm", "[h]:mm"))
        sheet.write_row(0, 0, ["日期", "时刻", "钟点", "时长", "整数", "小数", "是否", "文字", "空"])
        sheet.write_datetime(1, 0, DAY, day)
        sheet.write_datetime(1, 1, MOMENT, moment)
        sheet.write_datetime(1, 2, dt.time(7, 30), clock)
        sheet.write(1, 3, 1.5, hours)
        sheet.write(1, 4, 42.0)
        sheet.write(1, 5, 0.1 + 0.2)
        sheet.write(1, 6, True)
        sheet.write_string(1, 7, "=1+1")

    staged = stage_excel(_book(tmp_path / "a.xlsx", 表=fill), into)
    assert staged.columns == ("日期", "时刻", "钟点", "时长", "整数", "小数", "是否", "文字", "空")
    row = ["2020-02-29", "2020-02-29 03:04:05", "07:30:00", "36:00:00", "42", "0.3", "true", "=1+1", None]
    assert _read(staged) == [row]
    assert staged.rows == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-7, "0.0000001"),
        (-0.5, "-0.5"),
        (1234567.891, "1234567.891"),
        (2 / 3, "0.666666666666667"),
        (123456789012345, "123456789012345"),
        (1e20, "100000000000000000000"),
        (5e-324, f"0.{'0' * 323}494065645841247"),
    ],
)
def test_numbers_are_plain_with_the_digits_that_a_sheet_keeps(
    tmp_path: Path, into: Path, value: float, text: str
) -> None:
    path = _book(tmp_path / "a.xlsx", s=_rows(["数", "字"], [value, "x"]))
    assert _read(stage_excel(path, into))[0][0] == text


def test_rounding_many_numbers_at_once_agrees_with_rounding_each(tmp_path: Path, into: Path) -> None:
    values = [number / 7 * 10 ** (number % 25 - 10) for number in range(1, 2000)]
    staged = stage_excel(_book(tmp_path / "a.xlsx", s=_rows(["x", "y"], *[[value, "t"] for value in values])), into)
    # What the file holds: the writer keeps 16 digits.
    held = [float(f"{value:.16g}") for value in values]
    assert [float(str(row[0])) for row in _read(staged)] == [float(f"{value:.15g}") for value in held]


def test_an_identity_number_typed_as_a_number_is_told_to_have_lost_digits(tmp_path: Path, into: Path) -> None:
    path = _book(
        tmp_path / "a.xlsx", s=_rows(["姓名", "证件"], ["甲", 110101199001011234], ["乙", "110101199001011234"])
    )
    staged = stage_excel(path, into)
    assert _codes(staged)["tables.sheet_long_numbers"]["count"] == 1
    assert _read(staged) == [["甲", "110101199001011000"], ["乙", "110101199001011234"]]


def test_formulas_give_their_results_and_errors_are_null_and_counted(tmp_path: Path, into: Path) -> None:
    def fill(sheet: Any, _: Any) -> None:
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_formula(1, 0, "=1+1", None, 2)
        sheet.write_formula(1, 1, "=NA()", None, "#N/A")
        sheet.write_formula(2, 0, "=1/0", None, "#DIV/0!")
        sheet.write_string(2, 1, "#N/A")

    staged = stage_excel(_book(tmp_path / "a.xlsx", s=fill), into)
    assert _read(staged) == [["2", None], [None, "#N/A"]]
    assert _codes(staged)["tables.sheet_errors"]["count"] == 2


def test_the_first_sheet_with_cells_is_read_and_the_others_are_named(tmp_path: Path, into: Path) -> None:
    path = _book(tmp_path / "a.xlsx", 空=_rows(), 一=_rows(["a", "b"], [1, 2]), 二=_rows(["c", "d"], [3, 4]))
    staged = stage_excel(path, into)
    assert staged.columns == ("a", "b")
    assert _codes(staged)["tables.other_sheets"]["others"] == "空, 二"
    assert sheet_names(path) == ("空", "一", "二")
    assert stage_excel(path, into, sheet="二").columns == ("c", "d")


def test_hidden_sheets_come_last(tmp_path: Path, into: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        hidden, shown = book.add_worksheet("码表"), book.add_worksheet("数据")
        hidden.write_row(0, 0, ["x", "y"])
        hidden.hide()
        shown.write_row(0, 0, ["a", "b"])
        shown.activate()
    assert stage_excel(path, into).columns == ("a", "b")


def test_an_absent_sheet_is_told_with_those_that_exist(tmp_path: Path, into: Path) -> None:
    path = _book(tmp_path / "a.xlsx", 一=_rows(["a"], [1]))
    with pytest.raises(InputError) as caught:
        stage_excel(path, into, sheet="三")
    assert caught.value.code == "tables.no_such_sheet"
    assert caught.value.params["known"] == "一"


def test_titles_and_merged_header_rows_become_one_header(tmp_path: Path, into: Path) -> None:
    def fill(sheet: Any, _: Any) -> None:
        sheet.merge_range("A1:D1", "2023年度收入统计表")
        sheet.write("A2", "填报单位：民政局")
        sheet.write("D2", "单位：万元")
        sheet.merge_range("A3:A4", "姓名")
        sheet.merge_range("B3:C3", "收入")
        sheet.write_row("B4", ["工资", "奖金"])
        sheet.merge_range("D3:D4", "备注")
        sheet.write_row("A5", ["甲", 1.5, 2, "无"])
        sheet.write_row("A6", ["乙", 3, 4])

    staged = stage_excel(_book(tmp_path / "a.xlsx", s=fill), into)
    assert staged.columns == ("姓名", "收入_工资", "收入_奖金", "备注")
    assert _read(staged) == [["甲", "1.5", "2", "无"], ["乙", "3", "4", None]]
    notes = _codes(staged)
    assert notes["tables.sheet_header_rows"]["count"] == 2
    assert "2023年度收入统计表" in str(notes["tables.sheet_titles"]["titles"])


def test_column_names_with_a_colon_are_no_titles(tmp_path: Path, into: Path) -> None:
    names = ["id", "left: name", "right: name", "level: name"]
    staged = stage_excel(_book(tmp_path / "a.xlsx", s=_rows(names, ["1", "ann", "anne", "near"])), into)
    assert staged.columns == tuple(names)


def test_a_line_of_labels_over_a_narrow_table_is_a_title(tmp_path: Path, into: Path) -> None:
    rows = _rows(["填报单位：民政局", "单位：万元"], ["name", "amount"], ["a", 1])
    assert stage_excel(_book(tmp_path / "a.xlsx", s=rows), into).columns == ("name", "amount")


def test_a_group_without_vertical_merges_is_joined_too(tmp_path: Path, into: Path) -> None:
    def fill(sheet: Any, _: Any) -> None:
        sheet.write("A1", "姓名")
        sheet.merge_range("B1:C1", "收入")
        sheet.write_row("B2", ["工资", "奖金"])
        sheet.write_row("A3", ["甲", 1, 2])

    staged = stage_excel(_book(tmp_path / "a.xlsx", s=fill), into)
    assert staged.columns == ("姓名", "收入_工资", "收入_奖金")
    assert _read(staged) == [["甲", "1", "2"]]


def test_a_header_cell_merged_across_does_not_swallow_the_first_record(tmp_path: Path, into: Path) -> None:
    def fill(sheet: Any, _: Any) -> None:
        sheet.write("A1", "姓名")
        sheet.merge_range("B1:C1", "电话")
        sheet.write_row("A2", ["甲", "1", "2"])

    staged = stage_excel(_book(tmp_path / "a.xlsx", s=fill), into)
    assert staged.columns == ("姓名", "电话", "电话_2")
    assert _read(staged) == [["甲", "1", "2"]]


def test_a_value_merged_over_rows_belongs_to_each_of_them(tmp_path: Path, into: Path) -> None:
    def fill(sheet: Any, _: Any) -> None:
        sheet.write_row("A1", ["部门", "姓名"])
        sheet.merge_range("A2:A4", "民政局")
        for row, name in enumerate("甲乙丙丁", 1):
            sheet.write(row, 1, name)

    staged = stage_excel(_book(tmp_path / "a.xlsx", s=fill), into)
    assert [row[0] for row in _read(staged)] == ["民政局", "民政局", "民政局", None]
    assert _codes(staged)["tables.sheet_merged"]["count"] == 1


def test_a_blank_row_within_a_merged_group_is_no_record(tmp_path: Path, into: Path) -> None:
    def fill(sheet: Any, _: Any) -> None:
        sheet.write_row("A1", ["部门", "姓名"])
        sheet.merge_range("A2:A4", "民政局")
        sheet.write("B2", "甲")
        sheet.write("B4", "乙")

    staged = stage_excel(_book(tmp_path / "a.xlsx", s=fill), into)
    assert _read(staged) == [["民政局", "甲"], ["民政局", "乙"]]
    assert _codes(staged)["tables.sheet_blank_rows"]["count"] == 1


def test_a_table_that_starts_below_and_right_of_the_corner_is_read_the_same(tmp_path: Path, into: Path) -> None:
    def fill(sheet: Any, _: Any) -> None:
        sheet.merge_range("C3:C4", "姓名")
        sheet.merge_range("D3:E3", "收入")
        sheet.write_row("D4", ["工资", "奖金"])
        sheet.write_row("C5", ["甲", 1, 2])

    staged = stage_excel(_book(tmp_path / "a.xlsx", s=fill), into)
    assert staged.columns == ("姓名", "收入_工资", "收入_奖金")
    assert _read(staged) == [["甲", "1", "2"]]


def test_blank_rows_and_nameless_blank_columns_are_left_out(tmp_path: Path, into: Path) -> None:
    def fill(sheet: Any, book: Any) -> None:
        _rows(["a", None, "b", "c"], [1, None, 2, None], [], [3, None, None, None])(sheet, book)
        sheet.write_blank(30, 9, None, book.add_format({"bold": True}))

    staged = stage_excel(_book(tmp_path / "a.xlsx", s=fill), into)
    assert staged.columns == ("a", "b", "c")
    assert _read(staged) == [["1", "2", None], ["3", None, None]]
    assert _codes(staged)["tables.sheet_blank_rows"]["count"] == 1


def test_names_that_are_blank_or_repeated_are_mended_and_told(tmp_path: Path, into: Path) -> None:
    staged = stage_excel(_book(tmp_path / "a.xlsx", s=_rows(["a ", None, "a"], [1, 2, 3])), into)
    assert staged.columns == ("a", "column_2", "a_2")
    assert "tables.renamed_column" in _codes(staged)


def test_a_sheet_without_a_header_keeps_its_first_row(tmp_path: Path, into: Path) -> None:
    staged = stage_excel(_book(tmp_path / "a.xlsx", s=_rows([1, 2], [3, 4])), into, header=False)
    assert staged.columns == ("column_1", "column_2")
    assert _read(staged) == [["1", "2"], ["3", "4"]]


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path, into: Path) -> None:
    staged = stage_excel(_book(tmp_path / "a.xlsx", s=_rows(["a", "b"])), into)
    assert (staged.columns, staged.rows, _read(staged)) == (("a", "b"), 0, [])


def test_an_empty_workbook_and_an_empty_sheet_are_told(tmp_path: Path, into: Path) -> None:
    empty = _book(tmp_path / "a.xlsx", s=_rows())
    assert _fails(InputError, empty, into) == "tables.empty_file"
    assert _fails(InputError, empty, into, sheet="s") == "tables.empty_sheet"


def test_a_table_of_more_rows_than_one_batch_is_whole(tmp_path: Path, into: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for row in range(45_000):
            sheet.write_row(row, 0, ["编号", "名"] if row == 0 else [row, f"名{row}"])
    told: list[tuple[int, int]] = []
    staged = stage_excel(path, into, progress=lambda _, done, total: told.append((done, total)))
    rows = _read(staged)
    assert (len(rows), rows[0], rows[-1]) == (44_999, ["1", "名1"], ["44999", "名44999"])
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(told) > 1


_ODS_CELL = '<table:table-cell office:value-type="string"{0}><text:p>{1}</text:p></table:table-cell>'


def _ods(path: Path, *sheets: str, names: tuple[str, ...] = ("表",)) -> Path:
    spaces = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    spaces += ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    spaces += ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    tables = [
        f'<table:table table:name="{name}">{rows}</table:table>' for name, rows in zip(names, sheets, strict=True)
    ]
    body = f"<office:body><office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", f"<office:document-content {spaces}>{body}</office:document-content>")
        kind = 'manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"'
        space = 'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
        manifest = f"<manifest:manifest {space}><manifest:file-entry {kind}/></manifest:manifest>"
        archive.writestr("META-INF/manifest.xml", manifest)
    return path


def _ods_row(*cells: str, repeated: int = 1) -> str:
    times = f' table:number-rows-repeated="{repeated}"' if repeated > 1 else ""
    return f"<table:table-row{times}>{''.join(cells)}</table:table-row>"


def test_an_opendocument_sheet_is_read_with_its_merged_header(tmp_path: Path, into: Path) -> None:
    covered = "<table:covered-table-cell/>"
    rows = _ods_row(
        _ODS_CELL.format(' table:number-rows-spanned="2"', "姓名"),
        _ODS_CELL.format(' table:number-columns-spanned="2"', "收入"),
        covered,
    )
    rows += _ods_row(covered, _ODS_CELL.format("", "工资"), _ODS_CELL.format("", "奖金"))
    rows += _ods_row(*(_ODS_CELL.format("", word) for word in "甲乙丙"))
    rows += _ods_row('<table:table-cell table:number-columns-repeated="16384"/>', repeated=1_048_573)
    staged = stage_excel(_ods(tmp_path / "a.ods", rows), into)
    assert staged.columns == ("姓名", "收入_工资", "收入_奖金")
    assert _read(staged) == [["甲", "乙", "丙"]]


def test_opendocument_durations_have_the_canonical_form(tmp_path: Path, into: Path) -> None:
    time = '<table:table-cell office:value-type="time" office:time-value="{}"><text:p>-</text:p></table:table-cell>'
    rows = _ods_row(_ODS_CELL.format("", "姓名"), _ODS_CELL.format("", "工时"))
    for number, value in enumerate(("PT36H15M00S", "-PT1H", "PT00H00M00.500S", "PT07H30M00S")):
        rows += _ods_row(_ODS_CELL.format("", f"甲{number}"), time.format(value))
    rows += _ods_row(_ODS_CELL.format("", "PT1 的说明"))
    staged = stage_excel(_ods(tmp_path / "a.ods", rows), into)
    assert [row[1] for row in _read(staged)] == ["36:15:00", "-01:00:00", "00:00:00.500000", "07:30:00", None]
    assert _read(staged)[4][0] == "PT1 的说明"


def test_tabs_lines_and_spaces_of_an_opendocument_text_are_those_of_a_workbook(tmp_path: Path, into: Path) -> None:
    texts = {
        "<text:p>甲<text:tab/>乙</text:p>": "甲\t乙",
        "<text:p>甲<text:tab text:tab-ref='1'></text:tab>乙</text:p>": "甲\t乙",
        "<text:p>甲<text:line-break/><text:span>乙</text:span></text:p>": "甲\n乙",
        "<text:p>甲<text:line-break ></text:line-break >乙</text:p>": "甲\n乙",
        "<text:p>甲<text:s text:c='3'/>乙</text:p>": "甲   乙",
        "<text:p>甲</text:p><text:p/><text:p>乙</text:p>": "甲\n\n乙",
    }
    cell = '<table:table-cell office:value-type="string">{}</table:table-cell>'
    rows = "".join(_ods_row(cell.format(text), _ODS_CELL.format("", "1")) for text in ("<text:p>名</text:p>", *texts))
    opened = stage_excel(_ods(tmp_path / "a.ods", rows), into)
    book = _book(tmp_path / "a.xlsx", s=_rows(["名", "1"], *([text, "1"] for text in texts.values())))
    assert [row[0] for row in _read(opened)] == list(texts.values())
    assert _read(opened) == _read(stage_excel(book, into))


def test_spaces_and_cdata_of_an_opendocument_text_are_read_as_the_standard_says(
    tmp_path: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {
        "<text:p>\n      甲\n  乙  </text:p>": "甲 乙",
        "<text:p>甲<text:s text:c='2'/>乙<text:tab/>丙</text:p>": "甲  乙\t丙",
        "<text:p><![CDATA[甲 & <乙>]]></text:p>": "甲 & <乙>",
        "<text:p>甲<![CDATA[]]]]><![CDATA[>]]>乙</text:p>": "甲]]>乙",
        "<text:p>a &lt; b</text:p>": "a < b",
    }
    cell = '<table:table-cell office:value-type="string">{}</table:table-cell>'
    rows = "".join(_ods_row(cell.format(text), _ODS_CELL.format("", "1")) for text in ("<text:p>名</text:p>", *texts))
    path = _ods(tmp_path / "a.ods", rows)
    for size in (1 << 20, 700, 300):
        monkeypatch.setattr("ronghe.tables.excel_safety.CHUNK_BYTES", size)
        assert [row[0] for row in _read(stage_excel(path, into))] == list(texts.values())
        (into / "staged.parquet").unlink()


def test_two_sheets_of_one_name_are_refused_and_either_is_measured(tmp_path: Path, into: Path) -> None:
    def sheet(word: str) -> str:
        return _ods_row(_ODS_CELL.format("", "a"), _ODS_CELL.format("", "b")) + _ods_row(_ODS_CELL.format("", word) * 2)

    twice = _ods(tmp_path / "a.ods", sheet("1"), sheet("2"), sheet("3"), names=("表", "表", "表2"))
    assert _fails(InputError, twice, into) == "tables.sheet_twice"
    assert _fails(InputError, twice, into, sheet="表") == "tables.sheet_twice"
    assert _read(stage_excel(twice, into, sheet="表2")) == [["3", "3"]]
    (into / "staged.parquet").unlink()
    cell = _ODS_CELL.format(' table:number-columns-repeated="16384"', "x")
    bomb = _ods(tmp_path / "b.ods", _ods_row(cell, repeated=1_048_576), sheet("1"), names=("表", "表"))
    assert _fails(LimitReached, bomb, into) == "tables.sheet_large"


_RATES = (0.5, 0.07, 1 / 3, 1.0, 0.0, -0.125)
_RATES_READ = ["50%", "7%", "33.3333%", "100%", "0%", "-12.5%", "25%", "25%"]


def _rates_xlsx(path: Path) -> Path:
    def fill(sheet: Any, book: Any) -> None:
        formats = [book.add_format({"num_format": code}) for code in ("0%", "0.00\\ %;[Red]-0.0%", '0.0"%"')]
        sheet.write_row(1, 1, ["名", "率", "成", "原"])
        for number, rate in enumerate(_RATES, 2):
            sheet.write(number, 1, "甲")
            for place, shown in enumerate(formats, 2):
                sheet.write(number, place, rate, shown)
        sheet.write_column(8, 1, ["甲", "甲"])
        sheet.merge_range(8, 2, 9, 2, 0.25, formats[0])
        sheet.write(9, 3, "50 %", formats[1])

    return _book(path, 空=_rows(), 率=fill)


def _rates_xls(path: Path) -> Path:
    book = xlwt.Workbook()
    book.add_sheet("空")
    sheet = book.add_sheet("率")
    formats = [xlwt.easyxf(num_format_str=code) for code in ("0%", "0.00\\ %;[Red]-0.0%", '0.0"%"')]
    for place, name in enumerate(["名", "率", "成", "原"], 1):
        sheet.write(1, place, name)
    for number, rate in enumerate(_RATES, 2):
        sheet.write(number, 1, "甲")
        for place, shown in enumerate(formats, 2):
            sheet.write(number, place, rate, shown)
    sheet.write(8, 1, "甲")
    sheet.write(9, 1, "甲")
    sheet.write_merge(8, 9, 2, 2, 0.25, formats[0])
    sheet.write(9, 3, "50 %", formats[1])
    book.save(str(path))
    return path


def _rates_ods(path: Path) -> Path:
    cell = '<table:table-cell office:value-type="{}" office:value="{}"{}><text:p>-</text:p></table:table-cell>'
    blank, word = "<table:table-cell/>", _ODS_CELL.format("", "甲")
    rows = _ods_row(blank) + _ods_row(blank, *(_ODS_CELL.format("", name) for name in ("名", "率", "成", "原")))
    for rate in _RATES:
        twice = cell.format("percentage", rate, ' table:number-columns-repeated="2"')
        rows += _ods_row(blank, word, twice, cell.format("float", rate, ""))
    rows += _ods_row(blank, word, cell.format("percentage", 0.25, ' table:number-rows-spanned="2"'))
    rows += _ods_row(blank, word, "<table:covered-table-cell/>", _ODS_CELL.format("", "50 %"))
    return _ods(path, "", rows, names=("空", "率"))


@pytest.mark.parametrize("made", [_rates_xlsx, _rates_xls, _rates_ods])
def test_a_cell_shown_as_a_percentage_says_so_in_every_kind_of_spreadsheet(
    tmp_path: Path, into: Path, made: Callable[[Path], Path]
) -> None:
    staged = stage_excel(made(tmp_path / "rates"), into, sheet="率")
    rows = _read(staged)
    assert [row[1] for row in rows] == _RATES_READ
    assert [row[2] for row in rows] == [*_RATES_READ[:-2], None, "50 %"]
    # A percent sign that is literal text does not multiply: the cell is what it holds.
    assert [row[3] for row in rows] == ["0.5", "0.07", "0.333333333333333", "1", "0", "-0.125", None, None]
    assert _codes(staged)["tables.sheet_percents_rounded"]["count"] == 2


def test_percentages_in_cells_without_references_are_found(tmp_path: Path, into: Path) -> None:
    def nameless(name: str, part: bytes) -> bytes:
        return re.sub(rb' r="[A-Z]*[0-9]+"', b"", part) if name.startswith("xl/worksheets/") else part

    def fill(sheet: Any, book: Any) -> None:
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_row(1, 0, [0.5, 0.5])
        sheet.write_row(2, 0, [0.5, 0.5], book.add_format({"num_format": 10}))

    staged = stage_excel(_rewritten(_book(tmp_path / "a.xlsx", s=fill), nameless), into)
    assert _read(staged) == [["0.5", "0.5"], ["50%", "50%"]]


@pytest.mark.parametrize(
    ("code", "percent"),
    [("0%", True), ("0.00 %", True), ('0.0"%"', False), (r"0\%", False), ("[$%-804]0", False), ("General", False)],
)
def test_only_a_percent_sign_that_is_no_text_makes_a_percentage(code: str, percent: bool) -> None:
    assert is_percent_format(code) is percent


def test_an_opendocument_cell_repeated_without_end_is_a_bomb(tmp_path: Path, into: Path) -> None:
    cell = _ODS_CELL.format(' table:number-columns-repeated="16384"', "x")
    path = _ods(tmp_path / "a.ods", _ods_row(cell, repeated=1_048_576))
    assert _fails(LimitReached, path, into) == "tables.sheet_large"


def _rewritten(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    target = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return target


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return _book(tmp_path / "plain.xlsx", s=_rows(["a", "b"], [1, 2], [3, 4]))


def test_two_cells_in_opposite_corners_are_refused_before_they_fill_the_memory(plain: Path, into: Path) -> None:
    def far(_: str, part: bytes) -> bytes:
        return part.replace(b'r="B3"', b'r="XFD1048576"').replace(b'<row r="3"', b'<row r="1048576"')

    assert _fails(LimitReached, _rewritten(plain, far), into) == "tables.sheet_large"


def test_a_far_cell_in_unusual_quotes_is_seen_too(plain: Path, into: Path) -> None:
    def far(_: str, part: bytes) -> bytes:
        return part.replace(b'r="B3"', b"r = 'xfd1048576'").replace(b'<row r="3"', b"<row r='1048576'")

    assert _fails(LimitReached, _rewritten(plain, far), into) == "tables.sheet_large"


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels"])
def test_a_doctype_in_any_part_is_refused(plain: Path, into: Path, part: str) -> None:
    entity = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'

    def declare(name: str, content: bytes) -> bytes:
        head, mark, rest = content.partition(b"?>")
        return head + mark + entity + rest if name == part else content

    assert _fails(InputError, _rewritten(plain, declare), into) == "tables.workbook_entities"


def test_a_bomb_that_states_its_size_is_stopped(plain: Path, into: Path) -> None:
    limits = Limits(workbook_unpacked=5_000_000)
    bomb = _rewritten(plain, lambda name, part: part + b" " * 6_000_000 * (name == "xl/styles.xml"))
    assert _fails(LimitReached, bomb, into, limits=limits) == "tables.workbook_bomb"


def test_a_suspicious_ratio_is_stopped(plain: Path, into: Path) -> None:
    limits = Limits(ratio_matters_from=1_000_000)
    bomb = _rewritten(plain, lambda name, part: part + b" " * 6_000_000 * (name == "xl/styles.xml"))
    assert _fails(LimitReached, bomb, into, limits=limits) == "tables.workbook_bomb"


def test_a_bomb_that_lies_about_its_size_is_stopped(plain: Path, into: Path) -> None:
    bomb = _rewritten(plain, lambda name, part: part + b" " * 6_000_000 * (name == "xl/styles.xml"))
    with zipfile.ZipFile(bomb) as archive:
        size = archive.getinfo("xl/styles.xml").file_size
    bomb.write_bytes(bomb.read_bytes().replace(struct.pack("<I", size), struct.pack("<I", 1000)))
    assert _fails(InputError, bomb, into) == "tables.workbook_corrupt"
    assert _fails(LimitReached, bomb, into, limits=Limits(workbook_unpacked=5_000_000)) == "tables.workbook_bomb"


def test_a_file_above_the_limit_is_told_to_become_csv(plain: Path, into: Path) -> None:
    assert _fails(LimitReached, plain, into, limits=Limits(workbook=100)) == "tables.workbook_large"
    assert _fails(LimitReached, plain, into, limits=Limits(sheet_cells=5)) == "tables.sheet_large"
    assert _fails(LimitReached, plain, into, limits=Limits(columns=1)) == "tables.sheet_wide"


def test_encrypted_cut_and_mislabeled_workbooks_are_told_apart(tmp_path: Path, plain: Path, into: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    secret, cut, text, junk = (tmp_path / name for name in ("secret.xlsx", "cut.xlsx", "text.xlsx", "junk.xls"))
    secret.write_bytes(ole + bytes(1000) + "EncryptedPackage".encode("utf-16-le") + bytes(1000))
    cut.write_bytes(plain.read_bytes()[:-200])
    text.write_text("a,b\n1,2\n")
    junk.write_bytes(ole + bytes(3000))
    assert _fails(InputError, secret, into) == "tables.workbook_encrypted"
    assert _fails(InputError, cut, into) == "tables.workbook_corrupt"
    assert _fails(InputError, text, into) == "tables.not_a_workbook"
    assert _fails(InputError, junk, into) == "tables.workbook_corrupt"


def test_a_part_with_a_broken_body_is_corrupt(plain: Path, into: Path) -> None:
    content = bytearray(plain.read_bytes())
    with zipfile.ZipFile(plain) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    start = info.header_offset + 60
    content[start : start + 40] = b"\xff" * 40
    plain.write_bytes(bytes(content))
    assert _fails(InputError, plain, into) == "tables.workbook_corrupt"


def test_the_extension_does_not_matter(plain: Path, tmp_path: Path, into: Path) -> None:
    shutil.copy(plain, tmp_path / "table.csv")
    assert stage_excel(tmp_path / "table.csv", into).columns == ("a", "b")


def test_the_old_binary_form_is_read_the_same(tmp_path: Path, into: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("人口")
    sheet.write_merge(0, 0, 0, 2, "统计表")
    sheet.write_merge(1, 2, 0, 0, "姓名")
    sheet.write_merge(1, 1, 1, 2, "收入")
    sheet.write(2, 1, "工资")
    sheet.write(2, 2, "日期")
    sheet.write(3, 0, "甲")
    sheet.write(3, 1, 12.0)
    sheet.write(3, 2, dt.date(2020, 2, 29), xlwt.easyxf(num_format_str="YYYY-MM-DD"))
    book.save(str(tmp_path / "a.xls"))
    staged = stage_excel(tmp_path / "a.xls", into, sheet="人口")
    assert staged.columns == ("姓名", "收入_工资", "收入_日期")
    assert _read(staged) == [["甲", "12", "2020-02-29"]]
