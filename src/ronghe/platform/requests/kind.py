"""What every kind of thing that is shared must be able to do; the flow of requests knows no more of it than this."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from ronghe.platform.catalogue.models import Version
from ronghe.platform.requests.models import Grant, Line, Objection

__all__ = ["Kind", "kind_of", "kinds", "register"]


class Kind(Protocol):
    """One of data, resource, technology, policy."""

    name: str

    def check_line(self, version: Version, fields: Sequence[str], rows: Mapping[str, Any]) -> None:
        """InputError for a wish that the asset cannot fulfill."""

    def is_personal(self, line: Line, fields: Sequence[str]) -> bool:
        """Whether personal data would leave, so that the impact assessment must be there first (PIPL art. 55)."""

    def terms_of(self, line: Line, fields: Sequence[str]) -> Mapping[str, Any]:
        """The obligations under which each granted field leaves its department, with what approvers made stricter."""

    def rows_of(self, line: Line) -> Mapping[str, Any]:
        """The rows that leave: those that were asked for, within what approvers left of them."""

    def facts_of(self, line: Line) -> Mapping[str, Any]:
        """What conditions of sharing may ask of a line of this kind, beside what every request says of itself."""

    def check_tighter(self, line: Line, tighter: Mapping[str, Any]) -> None:
        """Refused for terms that would let out more than the line's present ones; InputError for what is none."""

    def handed_in(self, line: Line, at: datetime) -> None:
        """Have what who decides should see prepared; called in the transaction that hands a request to its owner."""

    def prepare(self, grant: Grant, at: datetime) -> None:
        """Have the delivery made by the worker; called in the transaction that made the grant."""

    def end(self, grant: Grant, at: datetime) -> None:
        """Let nothing be handed over any more; called in the transaction that ended the grant."""

    def objected(self, objection: Objection, at: datetime) -> None:
        """Help the owner find the row; called in the transaction that made the objection."""

    def corrected(self, grants: Sequence[Grant], objection: Objection, at: datetime) -> None:
        """Hand what was corrected to every holder; called in the transaction that upheld the objection."""


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Hand a kind to the flow; each is handed once, when the platform starts."""
    _KINDS[kind.name] = kind


def kind_of(name: str) -> Kind:
    """The kind of this name; KeyError where it was not handed in."""
    return _KINDS[name]


def kinds() -> tuple[str, ...]:
    """The names of the kinds that can be asked for."""
    return tuple(_KINDS)
