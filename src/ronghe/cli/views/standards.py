"""How standard data elements look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ronghe.cli.printing import one_line
from ronghe.cli.views.grid import View, grid, next_steps, rule_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from ronghe.cli.session import Session
    from ronghe.standards.element import Element, Reading
    from ronghe.tables.expressions import Type

__all__ = ["element", "element_json", "elements", "reading", "reading_json", "type_text"]


_MOST_SYNONYMS = 16


def type_text(kind: Type) -> str:
    """`text`, `decimal(18,2)`."""
    return f"{kind.name.value}({kind.precision},{kind.scale})" if kind.precision else kind.name.value


def element_json(element: Element) -> dict[str, Any]:
    """An element as a JSON value, without the expressions that read it."""
    return {
        "code": element.code,
        "name": element.name,
        "synonyms": list(element.synonyms),
        "type": type_text(element.type),
        "form": element.form,
        "unit": element.unit,
        "code_list": element.code_list,
        "rules": [{"rule": check.rule, "level": check.level} for check in element.checks],
        "sensitivity": element.sensitivity,
        "source": element.source,
        "examples": list(element.examples),
        "options": dict(element.options),
    }


def elements(listed: Sequence[Element]) -> View:
    """All elements, one line each."""

    def view(console: Console, session: Session) -> None:
        rows = (
            (
                e.code,
                e.name[session.lang],
                type_text(e.type),
                session.text(f"cli.sensitivity_{e.sensitivity}"),
                e.source,
            )
            for e in listed
        )
        console.print(grid(session, ("code", "name", "type", "sensitivity", "source"), rows))
        next_steps(console, session, ("cli.next_show_element", f"ronghe standards show {listed[0].code}"))

    return view


def element(shown: Element) -> View:
    """One element in full."""

    def view(console: Console, session: Session) -> None:
        lang = session.lang
        faults = (fault.rule for fault in shown.faults)
        rules = "; ".join(
            ["form", *faults, *(f"{c.rule} ({session.text(f'cli.level_{c.level}')})" for c in shown.checks)]
        )
        facts = [
            ("name", shown.name[lang]),
            ("form", shown.form[lang]),
            ("type", type_text(shown.type)),
            ("unit", shown.unit),
            ("code_list", shown.code_list),
            ("rules", rules),
            ("sensitivity", session.text(f"cli.sensitivity_{shown.sensitivity}")),
            ("source", shown.source),
            ("synonyms", ", ".join(shown.synonyms[:_MOST_SYNONYMS])),
            ("examples", ", ".join(shown.examples)),
            ("options", ", ".join(f"{name}={value}" for name, value in shown.options)),
        ]
        console.print(shown.code)
        rows = [(session.text(f"cli.heading_{name}"), value) for name, value in facts if value]
        console.print(grid(session, ("property", "value"), rows))
        example = shown.examples[0] if shown.examples else "VALUE"
        next_steps(console, session, ("cli.next_check_value", f"ronghe standards check {shown.code} {example}"))

    return view


def reading_json(element: Element, raw: str, reading: Reading) -> dict[str, Any]:
    """What an element made of a value, as a JSON value."""
    return {
        "element": element.code,
        "raw": raw,
        "value": None if reading.value is None else str(reading.value),
        "type": type_text(element.type),
        "valid": reading.valid,
        "missing": reading.missing,
        "broken": list(reading.broken),
        "more": reading.more,
        "warnings": list(reading.warnings),
    }


def reading(element: Element, raw: str, reading: Reading) -> View:
    """What an element made of a value."""

    def view(console: Console, session: Session) -> None:
        verdict = "missing" if reading.missing else "valid" if reading.valid else "invalid"
        name = element.name[session.lang]
        console.print(one_line(session.text(f"cli.reading_{verdict}", raw=raw, element=name, value=reading.value)))
        for rule in reading.broken:
            console.print(session.text("cli.reading_broken", rule=rule_label(session, rule)))
        if reading.more:
            console.print(f"  {one_line(reading.more)}")
        for rule in reading.warnings:
            console.print(session.text("cli.reading_warning", rule=rule_label(session, rule)))
        if not reading.valid:
            console.print(session.text("cli.reading_form", form=element.form[session.lang]))

    return view
