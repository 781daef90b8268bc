"""One call of the command: find the language, run, and turn whatever happens into one line and an exit code."""

import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click
import structlog

from ronghe.cli.commands import ronghe
from ronghe.cli.mistakes import reworded
from ronghe.cli.printing import json_line, one_line
from ronghe.cli.session import Session
from ronghe.journeys.logs import configure_logs
from ronghe.journeys.settings import load_settings, spoken_language
from ronghe.messages import LANGUAGES, Language, known, render_error
from ronghe.terms import InputError, InternalFault, LimitReached, RongheError, StoppedByUser

__all__ = ["main"]

_GARBAGE_AFTER = 20_000
"""Objects after which Python looks for cycles again: at 700, its usual number, it looks several times through all that
our libraries made while they were loaded, a tenth of a second of a short call."""


class _Stop:
    """Remembers that the user asked to stop: an engine may turn the interruption into an error of its own."""

    asked = False

    def __call__(self, _number: int, _frame: FrameType | None) -> NoReturn:
        """The signal handler."""
        self.asked = True
        raise KeyboardInterrupt


@contextmanager
def _stoppable() -> Iterator[_Stop]:
    """Ctrl-C and a polite kill stop the work alike; the handlers that were there come back."""
    stop = _Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _typed(arguments: Sequence[str]) -> Sequence[str]:
    """The arguments in which options may stand."""
    return arguments[: arguments.index("--")] if "--" in arguments else arguments


def _language(arguments: Sequence[str]) -> Language | None:
    """What `--lang` says, before anything is parsed; None without it or with a language that does not exist."""
    typed = _typed(arguments)
    said = [later for earlier, later in pairwise(typed) if earlier == "--lang"]
    said += [text.removeprefix("--lang=") for text in typed if text.startswith("--lang=")]
    return next((lang for lang in LANGUAGES if said and said[-1] == lang), None)


def _place(fault: BaseException) -> str:
    """Class of an unforeseen error and the last line of ours that it passed; never its text, which may hold values."""
    frames = [frame for frame in traceback.extract_tb(fault.__traceback__) if "ronghe" in Path(frame.filename).parts]
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(fault).__name__}{where}"


def _foreseen(fault: BaseException) -> RongheError | None:
    """Our error for one that another library raises, None for one that nobody foresaw."""
    match fault:
        case click.UsageError():
            return reworded(fault)
        case MemoryError():
            return LimitReached("cli.memory_exhausted")
        case OSError():
            # Most calls never meet it, and the engine takes its time to load.
            from ronghe.tables.engine import io_fault

            return io_fault(fault)
    return _of_database(fault)


def _of_database(fault: BaseException) -> RongheError | None:
    """The platform's database is away, or has no room; its text may name people. Named by its words: Django loads only
    where it is used."""
    if (type(fault).__module__, type(fault).__name__) != ("django.db.utils", "OperationalError"):
        return None
    full = any(words in str(fault) for words in ("disk is full", "No space left"))
    if full:
        return LimitReached("tables.disk_full", detail="database")
    return InputError("platform.database_unreadable", what="OperationalError")


def _named(fault: BaseException, stop: _Stop) -> RongheError:
    """Any error as one of ours."""
    if stop.asked or isinstance(fault, KeyboardInterrupt):
        return StoppedByUser("terms.stopped")
    error = fault if isinstance(fault, RongheError) else _foreseen(fault)
    if error is None:
        return InternalFault("terms.internal", what=_place(fault))
    return error if known(error.code) else InternalFault("terms.internal", what=error.code)


def _tell(error: RongheError, lang: Language, *, as_json: bool) -> None:
    """One line on stderr, or one JSON object."""
    message = one_line(render_error(error, lang))
    if as_json:
        said = {"error": {"code": error.code, "message": message, "params": error.params}}
        message = json_line(said, sys.stderr)
    print(message, file=sys.stderr, flush=True)


def _run(arguments: Sequence[str], session: Session) -> None:
    configure_logs(session.settings.log)
    with ronghe.make_context("ronghe", list(arguments), obj=session) as context:
        ronghe.invoke(context)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (None: those of the process); gives back the exit code."""
    gc.set_threshold(_GARBAGE_AFTER)
    typed = sys.argv[1:] if arguments is None else list(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A file name or a value may have no form in the terminal's encoding; the line must still come.
            stream.reconfigure(errors="backslashreplace")
    configure_logs("error")
    as_json = "--json" in _typed(typed)
    asked = _language(typed)
    lang = asked or spoken_language(os.environ)
    with _stoppable() as stop:
        try:
            settings = load_settings(os.environ)
            lang = asked or settings.lang
            _run(typed, Session(settings=replace(settings, lang=lang), as_json=as_json))
        except click.exceptions.Exit as end:
            return end.exit_code
        except (Exception, KeyboardInterrupt) as fault:  # noqa: BLE001 - here every error becomes a line and a code
            error = _named(fault, stop)
            structlog.get_logger().debug("stopped", code=error.code, exc_info=fault)
            _tell(error, lang, as_json=as_json)
            return error.exit_code
    return 0
