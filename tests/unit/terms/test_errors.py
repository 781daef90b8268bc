"""An error carries a code and what fills its text; its class says how a command ends."""

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


def test_an_error_shows_code_and_values_in_logs() -> None:
    assert str(InputError("tables.missing_file", path="a.csv")) == "tables.missing_file(path='a.csv')"


def test_an_error_survives_being_sent_to_another_process() -> None:
    # Exceptions are made again from their args: those of ours are the code and one mapping.
    assert InputError("tables.missing_file", path="a.csv").args == ("tables.missing_file", {"path": "a.csv"})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_error_is_worded_in_the_readers_language(lang: str) -> None:
    said = render_error(InputError("tables.missing_file", path="a.csv"), lang)  # type: ignore[arg-type]
    assert "a.csv" in said
    assert ("找不到" in said) == (lang == "zh")
