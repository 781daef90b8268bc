import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronghe.messages import LANGUAGES, render_error
from ronghe.tables import json_lines
from ronghe.tables.json_lines import stage_json
from ronghe.tables.json_numbers import marked
from ronghe.tables.limits import Limits
from ronghe.tables.set_aside import Malformed
from ronghe.tables.staged import Staged
from ronghe.terms import InputError, LimitReached, RongheError


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def _stage(into: Path, content: str | bytes, name: str = "a.jsonl", limits: Limits | None = None) -> Staged:
    source = into.parent / name
    source.write_bytes(content.encode() if isinstance(content, str) else content)
    return stage_json(source, into, limits=limits)


def _read(staged: Staged) -> list[list[str | None]]:
    columns = [column.to_pylist() for column in pq.read_table(staged.path).columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _fails(kind: type[RongheError], into: Path, content: str, **options: object) -> str:
    with pytest.raises(kind) as caught:
        _stage(into, content, **options)  # type: ignore[arg-type]
    for language in LANGUAGES:
        assert render_error(caught.value, language)
    return caught.value.code


def test_columns_are_the_keys_of_all_records_in_order_of_first_appearance(into: Path) -> None:
    staged = _stage(into, '{"b":"1"}\n{"c":"2","a":"3"}\n{"a":"4","b":"5"}\n')
    assert staged.columns == ("b", "c", "a")
    assert _read(staged) == [["1", None, None], [None, "2", "3"], ["5", None, "4"]]
    assert staged.rows == 3


@pytest.mark.parametrize(
    "number", ["1", "-0.0", "1.10", "1e5", "1E+05", "123456789012345678901234567890", "0.1000000000000000055511"]
)
def test_numbers_stay_as_they_are_written(into: Path, number: str) -> None:
    staged = _stage(into, f'{{"a": {number}, "b": {{"c": [{number}, {{"d":{number}}}]}}}}\n')
    assert _read(staged) == [[number, f'{{"c":[{number},{{"d":{number}}}]}}']]


def test_other_values_are_canonical(into: Path) -> None:
    record = r'{"t":true,"f":false,"n":null,"e":"","u":"中\n\"5\" \\","nested":{ "k" : [ 1 , "x 2" ] },"s":"1.10"}'
    assert _read(_stage(into, record)) == [
        ["true", "false", None, None, '中\n"5" \\', '{"k":[1,"x 2"]}', "1.10"],
    ]


def test_keys_may_hold_any_character(into: Path) -> None:
    record = {"a/b": "1", "a~b": "2", "a.b": "3", 'q"': "4", "it's": "5", "名 称": "6", "[0]": "7", "$": "8"}
    staged = _stage(into, json.dumps(record))
    assert staged.columns == tuple(record)
    assert _read(staged) == [list(record.values())]


def test_broken_lines_are_kept_aside_with_their_numbers(into: Path) -> None:
    lines = [b'{"a":1}', b"", b'{"a":', b"[1,2]", b'{"a":"\xff"}', b'{"a":2} x', b'{"a":3}', b'"text"']
    staged = _stage(into, b"\r\n".join(lines))
    assert _read(staged) == [["1"], ["3"]]
    assert tuple(staged.malformed) == (
        Malformed(2, 3, '{"a":', "json"),
        Malformed(3, 4, "[1,2]", "json"),
        Malformed(4, 5, '{"a":"\\xff"}', "encoding"),
        Malformed(5, 6, '{"a":2} x', "json"),
        Malformed(7, 8, '"text"', "json"),
    )
    assert staged.rows == 2


def test_a_line_with_an_open_string_does_not_harm_the_next(into: Path) -> None:
    staged = _stage(into, '{"a":"x}\n{"a":1.50,"b":"2"}\n')
    assert _read(staged) == [["1.50", "2"]]
    assert [broken.line for broken in staged.malformed] == [1]


def test_a_record_above_the_limit_is_kept_aside(into: Path) -> None:
    staged = _stage(into, '{"a":1}\n{"a":"' + "x" * 500 + '"}\n{"a":2}\n', limits=Limits(json_record=100))
    assert [(broken.row, broken.line, broken.why) for broken in staged.malformed] == [(2, 2, "too_long")]
    assert _read(staged) == [["1"], ["2"]]


@pytest.mark.parametrize("block", [7, 64, 1000])
def test_blocks_of_any_size_give_the_same(into: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    records = [{"n": number / 4, "t": f"名{number}", "k": {"x": number}} for number in range(100)]
    text = "\n".join(json.dumps(record, ensure_ascii=False) for record in records) + "\n{oops\n"
    whole = _stage(into, text)
    expected = _read(whole)
    monkeypatch.setattr(json_lines, "BLOCK_BYTES", block)
    again = _stage(into, text)
    assert _read(again) == expected
    assert tuple(again.malformed) == tuple(whole.malformed) == (Malformed(101, 101, "{oops", "json"),)


def test_a_byte_order_mark_is_no_part_of_the_first_record(into: Path) -> None:
    assert _stage(into, b'\xef\xbb\xbf{"a":1}\n').columns == ("a",)


@pytest.mark.parametrize(
    "content",
    [
        '[{"a": 1.50, "b": {"c": 2.0}}, {"a": "x"}]',
        '[\n  {\n    "a": 1.50,\n    "b": {"c": 2.0}\n  },\n  {"a": "x"}\n]\n',
    ],
)
def test_an_array_of_objects_is_read_like_lines(into: Path, content: str) -> None:
    staged = _stage(into, content, "a.json")
    assert staged.columns == ("a", "b")
    assert _read(staged) == [["1.50", '{"c":2.0}'], ["x", None]]


def test_an_array_may_hold_what_is_no_object(into: Path) -> None:
    staged = _stage(into, '[{"a": 1}, 5]', "a.json")
    assert _read(staged) == [["1"]]
    assert [(broken.row, broken.raw) for broken in staged.malformed] == [(2, "5")]


def test_objects_spread_over_lines_are_read(into: Path) -> None:
    assert _read(_stage(into, '{\n "a": 1\n}\n{\n "a": 2\n}\n', "a.json")) == [["1"], ["2"]]


def test_broken_arrays_and_files_without_objects_are_told(into: Path) -> None:
    assert _fails(InputError, into, '[{"a": 1}, {"a"', name="a.json") == "tables.json_corrupt"
    assert _fails(InputError, into, '{"a"\n{"b"\n', name="b.jsonl") == "tables.json_no_records"


def test_too_many_keys_are_a_limit(into: Path) -> None:
    assert _fails(LimitReached, into, '{"a":1,"b":2,"c":3}\n', limits=Limits(columns=2)) == "tables.table_wide"


def test_deep_nesting_is_a_value_like_any_other(into: Path) -> None:
    deep = "[" * 5000 + "]" * 5000
    assert _read(_stage(into, f'{{"a":{deep}}}\n{{"a":"x"}}\n')) == [[deep], ["x"]]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=5), _VALUES, max_size=4), min_size=1, max_size=4))
def test_marking_numbers_changes_no_other_value(records: list[dict[str, object]]) -> None:
    def unmark(value: object) -> object:
        if isinstance(value, str) and value.startswith("\x01"):
            return json.loads(value[1:])
        if isinstance(value, list):
            return [unmark(item) for item in value]
        return {key: unmark(item) for key, item in value.items()} if isinstance(value, dict) else value

    def without_mark(value: object) -> bool:
        return "\\u0001" not in json.dumps(value)

    lines = [json.dumps(record, ensure_ascii=False) for record in records if without_mark(record)]
    result = marked("".join(f"{line}\n" for line in lines).encode()).decode().split("\n")[:-1]
    assert [unmark(json.loads(line)) for line in result] == [json.loads(line) for line in lines]
    for line in result:
        assert not any(type(value) in (int, float) for value in json.loads(line).values())


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-16", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("form", ["lines", "array", "objects"])
def test_json_in_other_encodings_is_read(into: Path, encoding: str, form: str) -> None:
    records = [{"姓名": "王五", "地址": "海南市中山路"}, {"姓名": "陳三", "地址": "中正區"}]
    written = [json.dumps(record, ensure_ascii=False) for record in records]
    text = {"lines": "\n".join(written), "array": f"[{','.join(written)}]", "objects": f"{{\n{written[0][1:]}"}[form]
    if encoding in ("gb18030", "big5"):
        text = text.replace("區", "区") if encoding == "gb18030" else text.replace("区", "區")
    staged = _stage(into, text.encode(encoding), name="a.json")
    assert staged.columns == ("姓名", "地址")
    assert staged.encoding == encoding
    assert _read(staged)[0] == ["王五", "海南市中山路"]
    assert sorted(path.name for path in into.iterdir()) == ["staged.parquet"]


def test_the_named_encoding_is_believed(into: Path) -> None:
    source = into.parent / "a.jsonl"
    source.write_bytes('{"a":"é"}\n'.encode("latin-1"))
    assert _read(stage_json(source, into, encoding="latin-1")) == [["é"]]
