"""Every element of the catalog reads the same texts alike on every engine, and so do drawn-by-lot expressions."""

import random
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ronghe.standards.catalog import catalog
from ronghe.standards.element import RAW, TEXT, VALUE, Element
from ronghe.tables import expressions as ops
from ronghe.tables.engine import DuckDB, Engine, Resources, duckdb_engine
from tests.spec import tables_of_text, tables_of_values
from tests.spec.engines import columns_by, columns_in_memory, staged

ELEMENTS = tuple(catalog())
PIECES = (
    *"0123456789０９一二三十百千万亿元〇零壹拾年月日号时分秒男女是否汉族省市区县镇街路室座楼京沪粤警使领",
    *".,:;-+/%‰()（）[]·'\"\\ \t\n\u3000\ufeff\u200b\0$^&|~`{}<>#@!?*_=éßИıİﬁ𠮷😀\u0301\U0002ffff",
    *"ABCDXYZabcdxyzＡｘ",
    *("10 ", "2024-02-29", "2023-02-29", "20240305", "2024/3/5", "2024年3月5日", "00:00:00", " 08:30", "T", "+08:00"),
    *("11010519491231002X", "440308199901101512", "91110000600037341L", "13800138000", "010-88886666", "400-810-8888"),
    *(
        "110108",
        "北京市",
        "海淀区",
        "6222021234567890123",
        "E12345678",
        "a.b@c.cn",
        "平方米",
        "亩",
        "公顷",
        "1e5",
        "999",
    ),
)
SEED = 20240305


def texts(count: int) -> list[str | None]:
    """Examples of all elements, whole, cut, joined and sprinkled with odd characters: the same ones on every run."""
    lot = random.Random(SEED)
    examples = [example for element in ELEMENTS for example in element.examples]
    found: list[str | None] = [None, "", "长" * 5000, "9" * 60, *dict.fromkeys(examples)]
    while len(found) < count:
        text = lot.choice(examples) if lot.random() < 0.6 else "".join(lot.choices(PIECES, k=lot.randint(1, 8)))
        for _ in range(lot.choice((0, 1, 1, 2, 3))):
            place = lot.randint(0, len(text))
            text = text[:place] + lot.choice(PIECES) + text[place + lot.choice((0, 0, 1, 2)) :]
        found.append(text)
    return found


def layers(elements: tuple[Element, ...]) -> list[Mapping[str, ops.Expression]]:
    """All elements over the column c0: texts, then values, then what each check says."""
    cleaned, valued, checked = {}, {}, {}
    for number, element in enumerate(elements):
        text, value = ops.Column(f"t{number}"), ops.Column(f"v{number}", element.type)
        names = {RAW.name: ops.Column("c0"), TEXT.name: text, VALUE(element.type).name: value}
        cleaned[text.name] = ops.substitute(element.clean, names)
        valued[value.name] = ops.substitute(element.value, names)
        for place, check in enumerate(element.checks):
            there = ops.Not(ops.IsNull(value))
            held = ops.Holds(ops.substitute(check.holds, names))
            checked[f"h{number}_{place}"] = ops.Case(((there, held),), ops.Literal(None, ops.BOOLEAN))
    return [cleaned, valued, checked]


def assert_alike(
    engine: Engine, folder: Path, cells: list[str | None], asked: list[Mapping[str, ops.Expression]]
) -> None:
    columns = {"raw": cells}
    made = columns_by(engine, staged(folder, columns, [ops.TEXT]), asked)
    for name, values in columns_in_memory(columns, asked).items():
        unlike = [
            (name, cell, got, wanted)
            for cell, got, wanted in zip(cells, made[name], values, strict=True)
            if got != wanted
        ]
        assert unlike == []


def test_every_element_reads_alike(engine: Engine, tmp_path: Path) -> None:
    count = 1_000 if isinstance(engine, DuckDB) else 4_000
    assert_alike(engine, tmp_path, texts(count), layers(ELEMENTS))


@pytest.mark.slow
def test_every_element_reads_many_texts_alike(engine: Engine, tmp_path: Path) -> None:
    assert_alike(engine, tmp_path, texts(30_000), layers(ELEMENTS))


def test_the_lot_reaches_values_and_failures_of_every_element() -> None:
    cells = texts(1_000)
    found = columns_in_memory({"raw": cells}, layers(ELEMENTS))
    for number, element in enumerate(ELEMENTS):
        pairs = list(zip(found[f"t{number}"], found[f"v{number}"], strict=True))
        assert any(value is not None for _, value in pairs), element.code
        assert element.value == TEXT or any(value is None for text, value in pairs if text), element.code
        for place, check in enumerate(element.checks):
            assert True in found[f"h{number}_{place}"], (element.code, check.rule)


@pytest.fixture(scope="module")
def duckdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDB]:
    with duckdb_engine(tmp_path_factory.mktemp("duckdb"), Resources()) as engine:
        yield engine


OF_ONE_TEXT = {
    f"r{number}": ops.substitute(table.expression, {"a": ops.Column("c0")})
    for number, table in enumerate((*tables_of_text.TABLES, *tables_of_values.TABLES))
    # A sum over texts that were not checked is undefined.
    if set(table.columns) == {"a"} and not isinstance(table.expression, ops.WeightedSum)
}


@given(
    st.lists(
        st.lists(st.sampled_from(PIECES) | st.characters(exclude_categories=["Cs"]), max_size=6),
        min_size=50,
        max_size=200,
    )
)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_text_is_read_alike(
    duckdb: DuckDB, tmp_path_factory: pytest.TempPathFactory, lists: list[list[str]]
) -> None:
    assert_alike(duckdb, tmp_path_factory.mktemp("lot"), ["".join(pieces) for pieces in lists], [OF_ONE_TEXT])
