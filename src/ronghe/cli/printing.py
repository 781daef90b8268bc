"""Printing to a terminal, a file or a pipe, whatever its encoding, and never what could command the terminal."""

import io
import json
import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from rich.console import Console

from ronghe.messages import Bilingual

__all__ = ["console", "json_line", "one_line", "printing", "say", "visible"]

_WIDTH_OF_FILES = 100
"""Columns of text that does not go to a terminal, so that a log reads the same everywhere."""

_UNSEEN = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co"}


def visible(text: str) -> str:
    """The text with control, direction and private characters written as escapes: data must not command a terminal."""
    return "".join(f"\\u{ord(c):04x}" if unicodedata.category(c) in _UNSEEN and c != "\n" else c for c in text)


def one_line(text: str) -> str:
    """The visible text on one line."""
    return visible(" ".join(text.split()))


class _Console(Console):
    """A console that leaves it to `printing` to say what a reader who has gone away means; rich would exit with 1."""

    def on_broken_pipe(self) -> None:
        """Called by rich while it handles the error."""
        raise BrokenPipeError


def console(file: TextIO) -> Console:
    """A console that takes text as text: no markup, no emoji codes, no guessing at colors of values."""
    width = None if file.isatty() or os.environ.get("COLUMNS") else _WIDTH_OF_FILES
    return _Console(file=file, width=width, markup=False, emoji=False, highlight=False)


def _plain(value: Any) -> Any:
    return {"zh": value.zh, "en": value.en} if isinstance(value, Bilingual) else str(value)


def json_line(value: Any, file: TextIO) -> str:
    """One JSON object on one line; escaped where the file's encoding is not Unicode."""
    unicode = (file.encoding or "utf-8").lower().startswith("utf")
    return json.dumps(value, ensure_ascii=not unicode, default=_plain)


@contextmanager
def printing() -> Iterator[TextIO]:
    """Standard output, for a result that is ready; a reader who has gone away (`| head`, `>&-`) is no error."""
    if sys.stdout is None:  # closed before Python started
        yield io.StringIO()
        return
    try:
        yield sys.stdout
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more when it ends; that must not complain either.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def say(text: str) -> None:
    """Print a text of ours, such as a page of help."""
    with printing() as out:
        out.write(text + "\n")
