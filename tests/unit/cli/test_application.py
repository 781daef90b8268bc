"""Whatever happens inside, a call ends with one line, the right exit code and no traceback."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from django.db.utils import OperationalError

from ronghe import __version__, messages
from ronghe.journeys import demo_city
from ronghe.terms import InputError, InternalFault, LimitReached, Refused, RongheError, UsageError
from tests.unit.cli.conftest import Call

DEMO = ("data", "demo", "--out", "nowhere")


def failing(environ: pytest.MonkeyPatch, fault: BaseException) -> None:
    """Make the demo city fail with `fault`."""

    def fail(*_: object, **__: object) -> NoReturn:
        raise fault

    environ.setattr(demo_city, "make_demo_city", fail)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (UsageError("journeys.no_files"), 2),
        (InputError("tables.unreadable", detail="x"), 3),
        (Refused("demo_city.folder_taken", folder="x"), 4),
        (LimitReached("tables.disk_full", detail="x"), 5),
        (InternalFault("terms.internal", what="x"), 6),
    ],
)
def test_each_kind_of_error_has_its_exit_code(
    call: Call, environ: pytest.MonkeyPatch, fault: RongheError, code: int
) -> None:
    failing(environ, fault)
    said = call(*DEMO)
    assert (said.code, said.out, said.err) == (code, "", messages.render_error(fault, "en") + "\n")


def test_an_error_for_machines_is_one_json_object_on_stderr(call: Call, environ: pytest.MonkeyPatch) -> None:
    failing(environ, InputError("tables.unreadable", detail=messages.Bilingual(zh="甲", en="a")))
    said = call(*DEMO, "--json", "--lang", "zh")
    assert said.out == ""
    assert said.error["code"] == "tables.unreadable"
    assert said.error["params"] == {"detail": {"zh": "甲", "en": "a"}}
    assert "甲" in said.error["message"]


def test_an_unforeseen_error_shows_its_class_and_place_but_never_its_values(
    call: Call, environ: pytest.MonkeyPatch
) -> None:
    failing(environ, RuntimeError("110105194912310021"))
    said = call(*DEMO)
    assert said.code == 6
    assert "RuntimeError (data.py:" in said.err
    assert "110105" not in said.err
    assert said.err.count("\n") == 1


def test_the_traceback_goes_to_the_debug_log_only(call: Call, environ: pytest.MonkeyPatch) -> None:
    failing(environ, RuntimeError("seen"))
    environ.setenv("RONGHE_LOG", "debug")
    said = call(*DEMO)
    assert "Traceback (most recent call last)" in said.err
    assert "RuntimeError: seen" in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    ("fault", "code", "exit_code"),
    [
        (MemoryError(), "cli.memory_exhausted", 5),
        (OSError(28, "No space left on device"), "tables.disk_full", 5),
        (PermissionError(13, "Permission denied"), "tables.unreadable", 3),
        (OperationalError("database or disk is full"), "tables.disk_full", 5),
        (OperationalError("connection refused for user 张三"), "platform.database_unreadable", 3),
        (InputError("no.such_code"), "terms.internal", 6),
        (KeyboardInterrupt(), "terms.stopped", 130),
    ],
)
def test_errors_of_the_machine_are_told_as_what_they_are(
    call: Call, environ: pytest.MonkeyPatch, fault: BaseException, code: str, exit_code: int
) -> None:
    failing(environ, fault)
    said = call(*DEMO, "--json")
    assert (said.code, said.error["code"]) == (exit_code, code)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_even_when_the_engine_makes_its_own_error_of_it(
    call: Call, environ: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    def interrupted(*_: object, **__: object) -> NoReturn:
        try:
            os.kill(os.getpid(), number)
        except KeyboardInterrupt as fault:
            raise RuntimeError("query interrupted") from fault
        raise AssertionError("the signal was not heard")

    environ.setattr(demo_city, "make_demo_city", interrupted)
    before = signal.getsignal(number)
    said = call(*DEMO, "--lang", "zh")
    assert said.code == 130
    assert said.err == messages.render("terms.stopped", "zh") + "\n"
    assert signal.getsignal(number) is before


def test_control_characters_of_data_cannot_command_the_terminal(call: Call, environ: pytest.MonkeyPatch) -> None:
    failing(environ, InputError("tables.unreadable", detail="a\x1b]0;owned\x07\n\u202eb"))
    said = call(*DEMO)
    assert "a\\u001b]0;owned\\u0007 \\u202eb" in said.err
    assert said.err.count("\n") == 1


def test_a_broken_configuration_is_a_usage_error_of_every_command(call: Call, environ: pytest.MonkeyPatch) -> None:
    home = Path(os.environ["RONGHE_HOME"])
    home.mkdir()
    (home / "ronghe.toml").write_text("colour = 1\n", "utf-8")
    said = call("data", "--lang", "zh")
    assert said.code == 2
    assert "colour" in said.err
    assert str(home / "ronghe.toml") in said.err


def test_the_language_is_flag_over_environment_over_file(call: Call, environ: pytest.MonkeyPatch) -> None:
    home = Path(os.environ["RONGHE_HOME"])
    home.mkdir()
    assert "Ronghe: a city" in call().out
    (home / "ronghe.toml").write_text('lang = "zh"\n', "utf-8")
    assert "从这里开始" in call().out
    environ.setenv("RONGHE_LANG", "en")
    assert "To begin with" in call().out
    assert "从这里开始" in call("--lang=zh").out


def test_alone_it_shows_three_commands_to_begin_with(call: Call) -> None:
    said = call()
    assert said.code == 0
    assert said.out.count("\n    ronghe ") == 3


def test_the_version_is_that_of_the_package(call: Call) -> None:
    assert call("--version").out == f"ronghe {__version__}\n"


def test_quiet_prints_nothing_when_all_is_well(call: Call, environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = call("data", "demo", "--out", str(tmp_path / "city"), "--rows", "500", "--quiet")
    assert (said.code, said.out, said.err) == (0, "", "")
    assert (tmp_path / "city" / "city.json").is_file()


@pytest.fixture
def in_shell(environ: pytest.MonkeyPatch) -> Callable[..., "subprocess.Popen[bytes]"]:
    """Starts the command as a process of its own."""

    def start(*arguments: str, **more: object) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "ronghe", *arguments]
        return subprocess.Popen(command, stderr=subprocess.PIPE, **more)  # type: ignore[call-overload, no-any-return]

    return start


def test_a_reader_who_has_gone_away_is_no_error(in_shell: Callable[..., "subprocess.Popen[bytes]"]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = in_shell("data", "demo", "--out", "/nowhere/at/all", "--help", stdout=writing)
    os.close(writing)
    errors = process.communicate(timeout=60)[1]
    assert (process.returncode, errors) == (0, b"")


def test_text_that_the_terminal_has_no_letters_for_is_escaped(
    in_shell: Callable[..., "subprocess.Popen[bytes]"],
) -> None:
    process = in_shell("--lang", "zh", stdout=subprocess.PIPE, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, b"")
    assert b"\\u878d\\u5408" in out


def test_help_does_not_load_the_engines() -> None:
    script = "import sys; from ronghe.cli import main; main(['data', 'share', '--help']); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert not {"duckdb", "pyarrow", "numpy", "sqlglot"} & set(loaded.splitlines()[-1].split())
