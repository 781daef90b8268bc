"""Undocumented means failing: every command, option, setting, element, rule and error has its text and its page."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import ronghe.terms
from ronghe.cli.help_page import about, option_text, placeholder
from ronghe.cli.reference import pages, walk
from ronghe.messages import LANGUAGES, codes, fields_of, known, render
from ronghe.messages.catalog import _texts
from ronghe.standards.catalog import catalog
from ronghe.terms import RongheError

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
COMMANDS = dict(walk())
ERRORS = {
    name
    for name in ronghe.terms.__all__
    if isinstance(kind := getattr(ronghe.terms, name), type) and issubclass(kind, RongheError)
}


@pytest.mark.parametrize("name", sorted(pages()))
def test_the_reference_is_what_the_code_says(name: str) -> None:
    written = ROOT / "docs" / "reference" / name
    assert written.read_text("utf-8") == pages()[name], "run: python -m ronghe.cli.reference docs/reference"


@pytest.mark.parametrize("path", COMMANDS)
def test_a_command_and_its_parameters_are_explained_in_both_languages(path: str) -> None:
    command = COMMANDS[path]
    for lang in LANGUAGES:
        texts = [about(path, lang), *(option_text(param, lang) for param in command.params)]
        assert all(texts)
        assert [bool(re.search("[一-鿿]", text)) for text in texts] == [lang == "zh"] * len(texts)


@pytest.mark.parametrize("path", COMMANDS)
def test_a_parameter_with_a_value_shows_what_to_put_there(path: str) -> None:
    for param in COMMANDS[path].params:
        if isinstance(param, click.Argument) or not param.is_flag:  # type: ignore[attr-defined]
            assert all(placeholder(param, lang) for lang in LANGUAGES), param.name


@pytest.mark.parametrize("path", [path for path, command in COMMANDS.items() if not isinstance(command, click.Group)])
def test_every_command_takes_json_quiet_language_and_help(path: str) -> None:
    flags = {flag for param in COMMANDS[path].params for flag in param.opts}
    assert {"--json", "--quiet", "--lang", "--help"} <= flags
    assert COMMANDS[path].examples, "an example is missing"  # type: ignore[attr-defined]


def test_both_languages_have_the_same_places() -> None:
    uneven = [code for code, text in _texts().items() if fields_of(text.zh) != fields_of(text.en)]
    assert uneven == []


def test_no_text_is_longer_than_a_line_or_left_empty() -> None:
    for code in codes():
        for lang in LANGUAGES:
            text = _texts()[code][lang]
            assert text.strip(), code
            assert "\n" not in text, code


def raised() -> Iterator[tuple[str, str, frozenset[str] | None]]:
    """Where an error of ours is made with a code written out: place, code, names of its parameters (None: not all)."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS):
                continue
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant):
                names = [keyword.arg for keyword in node.keywords]
                given = None if None in names else frozenset(name for name in names if name)
                yield f"{path.relative_to(ROOT)}:{node.lineno}", str(first.value), given


def test_every_error_is_worded_and_given_what_its_text_needs() -> None:
    found = list(raised())
    assert len(found) > 50
    unworded = [(place, code) for place, code, _ in found if not known(code)]
    assert unworded == []
    short = [
        (place, code, fields_of(_texts()[code].en) - given)
        for place, code, given in found
        if given is not None and fields_of(_texts()[code].en) - given
    ]
    assert short == []


def test_every_element_is_on_its_page() -> None:
    page = pages()["elements.md"]
    elements = list(catalog())
    assert len(elements) > 20
    assert [element.code for element in elements if f"\n## {element.code}\n" not in page] == []


def test_every_rule_of_an_element_is_explained() -> None:
    page = pages()["rules.md"]
    rules = {check.rule for element in catalog() for check in element.checks} | {"form", "required", "unique"}
    assert [rule for rule in sorted(rules) if f"| `{rule}` |" not in page] == []


def test_every_error_class_has_its_exit_code_on_the_page() -> None:
    page = pages()["exit-codes.md"]
    for name in ERRORS - {"RongheError"}:
        kind = getattr(ronghe.terms, name)
        assert f"| {kind.exit_code} | `{name}` |" in page
        assert all(render(f"cli.exit_{kind.exit_code}", lang) for lang in LANGUAGES)
