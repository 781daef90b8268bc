"""The reference pages of data elements and rules, made from the catalog."""

from collections.abc import Iterator

from ronghe.cli.markdown import in_both, row
from ronghe.cli.views.standards import type_text
from ronghe.messages import codes, render
from ronghe.standards.catalog import catalog
from ronghe.standards.element import Element

__all__ = ["elements_page", "rules_page"]

RULE = "journeys.rule_"
"""Texts of rules begin so; the rest of the code is the rule's name in `_reasons`."""


def elements_page() -> Iterator[str]:
    """Every element of the catalog under its code."""
    yield "# Data elements"
    yield ""
    yield "A schema names the element of a column by its code; `ronghe standards show CODE` prints the same as here,"
    yield "and `ronghe standards check CODE VALUE` reads one value. [Rules](rules.md) says what each rule asks. A"
    yield "department adds its own in a file: see [own elements](../how-to/own-elements.md)."
    yield ""
    for element in sorted(catalog(), key=lambda element: element.code):
        yield from _element(element)


def _rules(element: Element) -> str:
    asked = (f"`{check.rule}`" + (" (warning)" if check.level == "warning" else "") for check in element.checks)
    return ", ".join(["`form`", *(f"`{fault.rule}`" for fault in element.faults), *asked])


def _facts(element: Element) -> Iterator[tuple[str, str]]:
    yield "form", f"{element.form.en}<br>{element.form.zh}"
    yield "type", type_text(element.type)
    yield "unit", element.unit
    yield "code list", element.code_list
    yield "rules, in order", _rules(element)
    yield "sensitivity", render(f"cli.sensitivity_{element.sensitivity}", "en")
    yield "source", element.source
    yield "found by names such as", ", ".join(element.synonyms[:12])
    yield "examples", ", ".join(f"`{example}`" for example in element.examples)
    yield "options", ", ".join(f"`{name}={value}`" for name, value in element.options)


def _element(element: Element) -> Iterator[str]:
    yield f"## {element.code}"
    yield ""
    yield row(element.name.en, element.name.zh)
    yield "|---|---|"
    for name, value in _facts(element):
        if value:
            yield row(name, value)
    yield ""


def rules_page() -> Iterator[str]:
    """Every rule under its name."""
    yield "# Rules"
    yield ""
    yield "A row is quarantined with the names of the rules that it broke, as `column: rule: value`. A rule that only"
    yield "warns is counted and rejects nothing."
    yield ""
    yield row("rule", "what it asks", "说明")
    yield "|---|---|---|"
    for code in codes():
        if code.startswith(RULE):
            yield row(f"`{code.removeprefix(RULE)}`", *in_both(code))
