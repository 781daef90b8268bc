"""A bar on the terminal for whatever takes longer than a second; elsewhere nothing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from ronghe.cli.printing import one_line
from ronghe.messages import Language, known, render

__all__ = ["Meter", "metered"]

PATIENCE = 1.0
"""Seconds that a step may take before a bar appears."""


class _Rate(TextColumn):
    """How many of a step's own units are done in a second."""

    def __init__(self, lang: Language) -> None:
        super().__init__("")
        self._lang = lang

    def render(self, task: Task) -> Text:
        """See rich."""
        if not task.speed:
            return Text("")
        return Text(render("cli.progress_rate", self._lang, rate=f"{task.speed:,.0f}"))


class Meter:
    """Takes `(step, done, total)` as every long function of Ronghe tells it, and draws one bar for each step."""

    def __init__(self, file: IO[str], lang: Language, *, drawn: bool) -> None:
        self._lang = lang
        self._drawn = drawn
        self._began = time.monotonic()
        self._steps: dict[str, TaskID] = {}
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(lang),
            TimeRemainingColumn(),
            console=Console(file=file, markup=False, emoji=False, highlight=False),
            transient=True,
        )

    def __call__(self, step: str, done: int, total: int) -> None:
        """Told how far a step is; a total of 0 is not known."""
        if not self._drawn:
            return
        if step not in self._steps:
            self._steps[step] = self._bars.add_task(self._worded(step), total=None)
        self._bars.update(self._steps[step], completed=done, total=total or None)
        if not self._bars.live.is_started and time.monotonic() - self._began >= PATIENCE:
            self._bars.start()

    def _worded(self, step: str) -> str:
        """A step's own text, or what it is called: a file."""
        code = f"cli.step_{step}"
        return render(code, self._lang) if known(code) else one_line(step)

    def stop(self) -> None:
        """Take the bars away, and say how long it took: results do not, for the same input gives the same result."""
        if self._bars.live.is_started:
            self._bars.stop()
            took = f"{time.monotonic() - self._began:,.1f}"
            self._bars.console.print(render("cli.progress_took", self._lang, seconds=took))


@contextmanager
def metered(file: IO[str], lang: Language, *, drawn: bool) -> Iterator[Meter]:
    """A meter whose bars go away whatever happens."""
    meter = Meter(file, lang, drawn=drawn)
    try:
        yield meter
    finally:
        meter.stop()
