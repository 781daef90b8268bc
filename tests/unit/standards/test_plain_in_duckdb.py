"""Quantities, dates, ways to reach somebody, words: DuckDB reads every text of the tables as the reference does."""

import pytest

from ronghe.standards import contact, dates, internet, quantities, text, times
from ronghe.standards.catalog import catalog
from ronghe.standards.element import Element
from tests.unit.standards import test_contact, test_dates, test_quantities, test_text
from tests.unit.standards.test_coded_in_duckdb import TRICKY, as_reading, read_by_duckdb

MODULES = (quantities, dates, times, contact, internet, text)
INPUTS = {**test_quantities.INPUTS, **test_dates.INPUTS, **test_contact.INPUTS, **test_text.INPUTS}
EVERY_TEXT = tuple(dict.fromkeys(raw for raws in INPUTS.values() for raw in raws))
OPTIONED = (
    ("money", {"unit": "万元", "min": "0", "max": "1亿"}),
    ("area", {"unit": "亩", "target": "公顷"}),
    ("area", {"target": "亩"}),
    ("percentage", {"bare": "fraction"}),
    ("decimal", {"precision": "38", "scale": "10"}),
    ("date", {"order": "dmy", "excel_serial": "yes", "min": "2000-01-01"}),
    ("date", {"order": "mdy"}),
    ("postcode", {"country": "any"}),
    ("number", {"max": "12.5"}),
    ("year_month", {"min": "2024-04"}),
)
ELEMENTS = (
    *(element for module in MODULES for element in module.ELEMENTS),
    *(catalog().get(code, options) for code, options in OPTIONED),
)


def named(element: Element) -> str:
    return "-".join((element.code, *(f"{key}={value}" for key, value in element.options)))


@pytest.mark.parametrize("element", ELEMENTS, ids=named)
def test_duckdb_reads_what_the_reference_reads(element: Element) -> None:
    raws = tuple(dict.fromkeys((*element.examples, *TRICKY, *EVERY_TEXT)))
    expected = []
    for raw in raws:
        reading = element.read(raw)
        rules = {*reading.broken, *reading.warnings}
        faults = (fault.rule for fault in element.faults)
        order = [rule for rule in (*faults, "form", *(check.rule for check in element.checks)) if rule in rules]
        expected.append((raw, (reading.value, reading.missing, tuple(order))))
    rows = read_by_duckdb(element, raws)
    differing = [
        (raw, ours, theirs)
        for (raw, theirs), ours in zip(expected, (as_reading(element, row) for row in rows), strict=True)
        if ours != theirs
    ]
    assert differing == []


def test_the_inputs_are_many_and_of_all_elements() -> None:
    assert {element.code for module in MODULES for element in module.ELEMENTS} == set(INPUTS)
    assert len(EVERY_TEXT) > 450


@pytest.mark.parametrize("element", ELEMENTS[: -len(OPTIONED)], ids=named)
def test_a_definition_says_what_people_need(element: Element) -> None:
    said = (element.name.zh, element.name.en, element.form.zh, element.form.en, element.source)
    assert all(said)
    assert 2 <= len(element.examples) <= 5
    assert [raw for raw in element.examples if not element.read(raw).valid] == []
    assert len(element.synonyms) >= 8
    assert len(set(element.synonyms)) == len(element.synonyms)
    assert any(name.isascii() for name in element.synonyms)
    assert any(not name.isascii() for name in element.synonyms)
