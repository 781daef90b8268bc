"""An error carries a code and what fills its text; its class says how a command ends."""

import subprocess
import sys

import pytest

from ronghe.messages import LANGUAGES, render_error
from ronghe.terms import (
    InputError,
    InternalFault,
    LimitReached,
    Refused,
    RongheError,
    StoppedByUser,
    UsageError,
)

KINDS = {UsageError: 2, InputError: 3, Refused: 4, LimitReached: 5, InternalFault: 6, StoppedByUser: 130}


@pytest.mark.parametrize(("kind", "code"), KINDS.items())
def test_each_kind_of_error_ends_a_command_with_its_own_code(kind: type[RongheError], code: int) -> None:
    assert kind("terms.stopped").exit_code == code


def test_an_error_reads_as_its_sentence_and_tells_its_code() -> None:
    error = InputError("tables.missing_file", path="a.csv")
    assert str(error) == f"{render_error(error, 'en')} [tables.missing_file]"


@pytest.mark.parametrize("error", [InputError("no.such_code", path="a.csv"), InputError("tables.missing_file")])
def test_an_error_without_its_text_or_its_places_shows_code_and_values(error: InputError) -> None:
    assert str(error).startswith(f"{error.code}(")


def test_terms_alone_show_code_and_values() -> None:
    program = "from ronghe.terms import InputError; print(InputError('tables.missing_file', path='a.csv'))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "tables.missing_file(path='a.csv')\n"


def test_an_error_survives_being_sent_to_another_process() -> None:
    # Exceptions are made again from their args: those of ours are the code and one mapping.
    assert InputError("tables.missing_file", path="a.csv").args == ("tables.missing_file", {"path": "a.csv"})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_error_is_worded_in_the_readers_language(lang: str) -> None:
    said = render_error(InputError("tables.missing_file", path="a.csv"), lang)  # type: ignore[arg-type]
    assert "a.csv" in said
    assert ("找不到" in said) == (lang == "zh")
