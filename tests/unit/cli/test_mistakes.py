"""A command typed wrongly is told in one line, in the reader's language, with exit code 2."""

import json
import re

import pytest

from tests.unit.cli.conftest import Call

MISTAKES = {
    "option": (("data", "profile", "x.csv", "--colour"), "cli.no_such_option"),
    "option, nearly": (("data", "profile", "x.csv", "--encodin", "gbk"), "cli.no_such_option_close"),
    "command": (("xyz",), "cli.no_such_command"),
    "command, nearly": (("data", "profil"), "cli.no_such_command_close"),
    "no file": (("data", "profile"), "cli.missing_argument"),
    "no files": (("data", "share", "--out", "x"), "cli.missing_argument"),
    "no schema": (("data", "standardize", "x.csv", "--out", "x"), "cli.missing_option"),
    "no value": (("data", "demo", "--rows"), "cli.missing_value"),
    "value too much": (("data", "demo", "--out", "x", "--quiet=3"), "cli.no_value_wanted"),
    "too much": (("data", "profile", "x.csv", "y.csv"), "cli.too_much"),
    "engine": (("data", "share", "x.csv", "--out", "x", "--engine", "oracle"), "cli.not_one_of"),
    "language": (("--lang", "fr"), "cli.not_one_of"),
    "threads": (("data", "share", "x.csv", "--out", "x", "--threads", "0"), "cli.not_whole"),
    "rows": (("data", "demo", "--out", "x", "--rows", "many"), "cli.not_whole"),
    "memory": (("data", "profile", "x.csv", "--memory", "lots"), "tables.memory_form"),
    "day": (("data", "demo", "--out", "x", "--today", "2026-02-30"), "cli.not_a_day"),
    "pair": (("standards", "check", "date", "1", "--set", "dmy"), "cli.not_a_pair"),
    "stdin": (("data", "profile", "-"), "cli.no_stdin"),
    "blank": (("data", "profile", ""), "cli.blank_file"),
}


CASES = pytest.mark.parametrize(("arguments", "code"), MISTAKES.values(), ids=MISTAKES.keys())
LATIN_WORDS = re.compile(r"[A-Za-z]{2,}")
# What may stand in a Chinese line as it is, beside what the user typed: names of commands, options and values.
NAMES = {"ronghe", "help", "profile", "encoding", "schema", "MB", "GiB", "duckdb", "spark", "order", "dmy", "data"}


@CASES
def test_a_mistake_is_one_line_and_exit_code_2(call: Call, arguments: tuple[str, ...], code: str) -> None:
    said = call(*arguments)
    assert (said.code, said.out) == (2, "")
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err


@CASES
def test_a_mistake_has_a_code_for_machines(call: Call, arguments: tuple[str, ...], code: str) -> None:
    # `--json` stands in front of nothing that takes it here: whoever types it gets JSON, whatever else is wrong.
    said = call("--json", *arguments) if code == "cli.missing_value" else call(*arguments, "--json")
    assert said.code == 2
    assert json.loads(said.err)["error"]["code"] in {code, "cli.no_such_option_close"}


@pytest.mark.parametrize(("arguments", "code"), [case for case in MISTAKES.values() if "--lang" not in case[0]])
def test_a_mistake_is_told_in_chinese_without_english(call: Call, arguments: tuple[str, ...], code: str) -> None:
    chinese = call(arguments[0], "--lang", "zh", *arguments[1:]).err
    english = call(arguments[0], "--lang", "en", *arguments[1:]).err
    leaked = set(LATIN_WORDS.findall(english)) & set(LATIN_WORDS.findall(chinese))
    assert re.search(r"[一-鿿]", chinese)
    assert leaked <= {*NAMES, *LATIN_WORDS.findall(" ".join(arguments))}, chinese
