"""One definition, two readers: the reference evaluator and DuckDB give the same values and break the same rules."""

import datetime as dt

import duckdb
import pyarrow as pa
import pytest

from ronghe.standards import code_lists, identifiers, regions
from ronghe.standards.element import RAW, Element
from ronghe.tables.duckdb_sql import duckdb as renderer
from ronghe.tables.expressions import TEXT, Column, Holds
from ronghe.tables.hashed import hold
from ronghe.tables.plan import Layer, Plan, render

ELEMENTS = (
    *identifiers.ELEMENTS,
    *code_lists.ELEMENTS,
    *regions.ELEMENTS,
    identifiers.citizen_id(dt.date(2024, 3, 4)),
    regions.region(dt.date(1990, 1, 1), "110000"),
)
TRICKY = (
    *("", " ", "\u3000", "0", "1", "01", "2", "9", "A", "Y", "无", "未知", "男", "朝阳区", "通县", "330113", "110223"),
    *(
        "１１０１０８",
        "11",
        "1101",
        "110108000000",
        "110108000001",
        "北京市市辖区海淀区",
        "河南省/济源市",
        "999999",
        "1.0",
    ),
    *("11010519491231002X", "11010519491231002x", "110105194912310021", "110105194902300021", "330113199001010017"),
    *(
        "110105491231002",
        "110105491331002",
        "１１０１０５１９４９１２３１００２Ｘ",
        "'11010519491231002X",
        "11010520240305001X",
    ),
    *("91110000600037341L", "91110000600037341M", "A1110000600037341L", "91110000-60003734-1l", "9111000060003734IL"),
    *("60003734-1", "60003734-2", "D2143569-X", "4111111111111111", "4111111111111112", "6222021111111111112"),
    *(
        "30569309025904",
        "378282246310005",
        "4222222222222",
        "京A·12345",
        "粤BD12345",
        "沪A1234警",
        "224578使",
        "E12345678",
    ),
    *("01 汉族", "毛难族", "农林牧渔业", "C-13", "刚果（金）", "Ⅳ级", "√", "\x00", "a\nb", "𠮷", "0" * 40, "９" * 18),
)


def plan_of(element: Element) -> Plan:
    """Clean, then value, then one column for each check."""
    text, value = Column("text"), Column("value", element.type)
    checks = tuple((f"check_{place}", Holds(check.holds)) for place, check in enumerate(element.checks))
    faults = tuple((f"fault_{place}", Holds(fault.when)) for place, fault in enumerate(element.faults))
    layers = (
        Layer(((text.name, element.clean),), keep=(RAW.name,)),
        Layer(((value.name, element.value),), keep=(RAW.name, text.name)),
        Layer((*checks, *faults), keep=(text.name, value.name)),
    )
    return Plan(layers)


def read_by_duckdb(element: Element, raws: tuple[str, ...]) -> list[dict[str, object]]:
    connection = duckdb.connect()
    connection.register("cells", pa.table({RAW.name: pa.array(raws, pa.string())}))
    rendered = render(plan_of(element), "cells", renderer())
    for table, mapping in rendered.tables:
        hold(connection, table, mapping)
    assert rendered.joins == ()
    rows: list[dict[str, object]] = connection.sql(rendered.select.sql(dialect="duckdb")).to_arrow_table().to_pylist()
    connection.close()
    return rows


def as_reading(element: Element, row: dict[str, object]) -> tuple[object, bool, tuple[str, ...]]:
    if not row["text"]:
        return None, True, ()
    if row["value"] is None:
        faults = (fault.rule for place, fault in enumerate(element.faults) if row[f"fault_{place}"])
        return None, False, (next(faults, "form"),)
    return (
        row["value"],
        False,
        tuple(check.rule for place, check in enumerate(element.checks) if not row[f"check_{place}"]),
    )


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda element: element.code)
def test_duckdb_reads_what_the_reference_reads(element: Element) -> None:
    raws = tuple(dict.fromkeys((*element.examples, *TRICKY)))
    expected = []
    for raw in raws:
        reading = element.read(raw)
        rules = {*reading.broken, *reading.warnings}
        order = [
            rule
            for rule in ("form", *(fault.rule for fault in element.faults), *(check.rule for check in element.checks))
            if rule in rules
        ]
        expected.append((raw, (reading.value, reading.missing, tuple(order))))
    rows = read_by_duckdb(element, raws)
    assert [(raw, as_reading(element, row)) for raw, row in zip(raws, rows, strict=True)] == expected


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda element: element.code)
def test_examples_are_valid(element: Element) -> None:
    assert 2 <= len(element.examples) <= 5
    assert [(raw, element.read(raw).broken) for raw in element.examples if not element.read(raw).valid] == []


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda element: element.code)
def test_a_definition_says_what_people_need(element: Element) -> None:
    said = (element.name.zh, element.name.en, element.form.zh, element.form.en, element.source)
    assert all(said)
    assert len(element.synonyms) >= 8
    assert len(set(element.synonyms)) == len(element.synonyms)
    assert any(name.isascii() for name in element.synonyms)
    assert element.type == TEXT or element.code == "yes_no"
