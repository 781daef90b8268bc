"""Undocumented means failing: every command, option, setting, element, rule and error has its text and its page."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click
import pytest

import ronghe.terms
from ronghe.cli.help_page import about, option_text, placeholder
from ronghe.cli.reference import pages, walk
from ronghe.data.standardize import schema as schemas
from ronghe.data.standardize.rules import checks_of
from ronghe.data.standardize.sink import REJECT_COLUMNS
from ronghe.messages import LANGUAGES, codes, fields_of, known, render
from ronghe.messages.catalog import _text
from ronghe.standards import own_elements
from ronghe.standards.catalog import catalog
from ronghe.tables.package import FORMAT
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
    uneven = [code for code in codes() if fields_of(_text(code).zh) != fields_of(_text(code).en)]
    assert uneven == []


def test_no_text_is_longer_than_a_line_or_left_empty() -> None:
    for code in codes():
        for lang in LANGUAGES:
            text = _text(code)[lang]
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
        (place, code, fields_of(_text(code).en) - given)
        for place, code, given in found
        if given is not None and fields_of(_text(code).en) - given
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


def calls_in(paths: list[Path]) -> Iterator[tuple[str, ast.Call]]:
    """Every call with a plain or dotted name, and the last part of that name."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                yield node.func.id if isinstance(node.func, ast.Name) else node.func.attr, node


def texts_in(node: ast.expr) -> set[str]:
    return {part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)}


def rules_given() -> set[str]:
    """The name of every rule that can stand in a reason, from the places that give it."""
    engine = [path for path in SOURCES if "standards" in path.parts or "standardize" in path.parts]
    found: set[str] = set()
    for name, call in calls_in(engine):
        place = {"Check": 0, "Fault": 0, "Key": 1}.get(name)
        if place is not None and isinstance(call.args[place], ast.Constant):
            found |= texts_in(call.args[place])
        if name == "add" and len(call.args) == 4:  # a reason: condition, subject, rule, value
            found |= texts_in(call.args[2])
    # Why a record is malformed is always the second argument of what marks it.
    readers = [path for path in SOURCES if path.name in ("records.py", "json_lines.py")]
    for name, call in calls_in(readers):
        if name in ("reject", "fromkeys", "setdefault") and len(call.args) > 1:
            found |= {text for text in texts_in(call.args[1]) if text.isidentifier()}
    everything = schemas.Field(
        "f",
        "f",
        "text",
        pattern="a",
        enum=("a",),
        minimum="a",
        maximum="a",
        min_length=1,
        max_length=1,
        exclusive_minimum="a",
        exclusive_maximum="a",
    )
    return found | {check.rule for check in checks_of(everything, catalog().get("text"))}


def test_every_rule_that_a_reason_may_name_is_explained() -> None:
    given = rules_given()
    assert {"check_digit", "columns", "quotes", "too_long", "unique", "foreign_key", "enum", "required"} <= given
    page = pages()["rules.md"]
    assert [rule for rule in sorted(given) if f"| `{rule}` |" not in page] == []


SCHEMA_PAGE = (ROOT / "docs" / "reference" / "schema.md").read_text("utf-8")


def properties_read() -> set[str]:
    """Every property that the reader of schemas asks for, ours with their prefix."""
    source = ROOT / "src" / "ronghe" / "data" / "standardize" / "schema.py"
    found = {schemas.PREFIX + key for key in schemas._FIELD_KEYS | schemas._TABLE_KEYS}
    for name, call in calls_in([source]):
        if name == "get" and isinstance(call.func, ast.Attribute) and isinstance(call.args[0], ast.Constant):
            of = call.func.value.id if isinstance(call.func.value, ast.Name) else ""
            found.add((schemas.PREFIX if of == "ours" else "") + str(call.args[0].value))
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in ("limits", "item"):
            found |= texts_in(node.slice)
    return found


def test_every_property_of_a_schema_is_on_its_page() -> None:
    read = properties_read()
    assert {"name", "primaryKey", "maxLength", "whenNull", "reference", "ronghe:onError", "ronghe:rules"} <= read
    in_tables = "\n".join(line for line in SCHEMA_PAGE.splitlines() if line.startswith("|"))
    assert [name for name in sorted(read) if f"`{name}`" not in in_tables] == []


def test_every_key_of_an_own_element_is_on_its_page() -> None:
    page = (ROOT / "docs" / "how-to" / "own-elements.md").read_text("utf-8")
    in_tables = "\n".join(line for line in page.splitlines() if line.startswith("|"))
    words = (*own_elements.KEYS, *own_elements.TYPES, *own_elements.SENSITIVITIES)
    assert [word for word in words if f"`{word}`" not in in_tables] == []


def test_every_choice_of_a_schema_is_on_its_page() -> None:
    choices = {*get_args(schemas.OnError), *get_args(schemas.Impute), *schemas._ELEMENT_OF_TYPE}
    assert [choice for choice in sorted(choices) if f"`{choice}`" not in SCHEMA_PAGE] == []
    assert f"{schemas.LARGEST_SCHEMA:,} characters" in SCHEMA_PAGE


def test_every_error_of_a_schema_is_on_its_page() -> None:
    codes_there = {code for place, code, _ in raised() if "/data/standardize/" in place}
    assert len(codes_there) > 10
    assert [code for code in sorted(codes_there) if f"| `{code}` |" not in SCHEMA_PAGE] == []
    listed = set(re.findall(r"^\| `(data\.\w+)` \|", SCHEMA_PAGE, re.MULTILINE))
    assert listed == codes_there


def test_every_exit_code_that_has_a_text_is_on_the_page() -> None:
    worded = {code.removeprefix("cli.exit_") for code in codes() if re.fullmatch(r"cli\.exit_[0-9]+", code)}
    listed = set(re.findall(r"^\| ([0-9]+) \|", pages()["exit-codes.md"], re.MULTILINE))
    assert worded == listed == {"0", *(str(getattr(ronghe.terms, name).exit_code) for name in ERRORS)}


def test_every_column_of_the_quarantine_is_on_the_page() -> None:
    page = (ROOT / "docs" / "reference" / "data-package.md").read_text("utf-8")
    assert [name for name in REJECT_COLUMNS if f"| `{name}` |" not in page] == []
    assert f"`{FORMAT}`" in page


def test_every_error_class_has_its_exit_code_on_the_page() -> None:
    page = pages()["exit-codes.md"]
    for name in ERRORS - {"RongheError"}:
        kind = getattr(ronghe.terms, name)
        assert f"| {kind.exit_code} | `{name}` |" in page
        assert all(render(f"cli.exit_{kind.exit_code}", lang) for lang in LANGUAGES)
