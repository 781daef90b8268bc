"""What one call of the command knows: the reader's language, the settings of the run, and how to print."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from ronghe.cli.printing import console, json_line, printing
from ronghe.cli.progress import Meter, metered
from ronghe.journeys.settings import Settings
from ronghe.messages import Language, render

if TYPE_CHECKING:
    from ronghe.standards.catalog import Catalog
    from ronghe.tables.engine import Resources

__all__ = ["Session"]


@dataclass(frozen=True, slots=True)
class Session:
    """One call: `settings` after flags; `as_json` for machines; `quiet` prints errors only."""

    settings: Settings
    as_json: bool = False
    quiet: bool = False

    @property
    def lang(self) -> Language:
        """The reader's language."""
        return self.settings.lang

    @property
    def resources(self) -> "Resources":
        """What the run may use."""
        # Help and usage errors come at once: the engines load with the first command that needs them.
        from ronghe.tables.engine import Resources

        return Resources(memory=self.settings.memory, threads=self.settings.threads)

    def catalog(self) -> "Catalog":
        """The standard data elements, and above them the department's own."""
        # As in `resources`.
        from ronghe.standards.catalog import catalog

        return catalog(self.settings.own_elements)

    def text(self, code: str, **params: object) -> str:
        """A text in the reader's language."""
        return render(code, self.lang, **params)

    def metered(self) -> AbstractContextManager[Meter]:
        """Something to tell progress to."""
        return metered(sys.stderr, self.lang, drawn=sys.stderr.isatty() and not self.quiet)

    def show(self, value: dict[str, Any], view: Callable[[Console, "Session"], None]) -> None:
        """Print a result: one JSON object for machines, `view` for people, nothing when quiet."""
        with printing() as out:
            if self.as_json:
                out.write(json_line(value, out) + "\n")
            elif not self.quiet:
                view(console(out), self)

    def with_flags(self, *, own: tuple[Path, ...] = (), quiet: bool = False, **flags: Any) -> "Session":
        """The session after a command's own flags; a flag that is None was not given."""
        given = {name: value for name, value in flags.items() if value is not None}
        settings = replace(self.settings, **given, own_elements=(*self.settings.own_elements, *own))
        return replace(self, settings=settings, quiet=quiet)
