"""The registry mirrors its sources: what vanished or could not be read is marked with the reason, never dropped."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar, cast

from ronghe.technology.integrate.record import Technology

__all__ = ["merged", "mirrored"]


def _named(entries: Sequence[Technology]) -> list[Technology]:
    """Every entry with a name of its own: with its version, its department or a number where several share one."""
    names = Counter(one.name for one in entries)
    seen: Counter[str] = Counter()
    found = []
    for one in entries:
        name = one.name
        if names[name] > 1:
            name = " ".join(filter(None, (name, one.version, f"({one.department})" if one.department else "")))
        seen[name] += 1
        found.append(replace(one, technology=name if seen[name] == 1 else f"{name} #{seen[name]}"))
    return found


class Mirrored(Protocol):
    """What the registry keeps of a source: an entry that can be told from others, and be marked."""

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same as one that was imported before."""
        ...

    @property
    def source(self) -> str:
        """The file that it came from."""
        ...


_Entry = TypeVar("_Entry", bound=Mirrored)


def mirrored(
    before: Sequence[_Entry], now: Sequence[_Entry], *, read: Collection[str], unreadable: Collection[str]
) -> list[_Entry]:
    """The entries after an import: `read` and `unreadable` are the sources that were looked at this time.

    Entries of a source that was read and no longer has them are gone; those of one that could not be read are stale;
    those of sources that nobody looked at stay as they were.
    """
    present = {one.key for one in now}
    kept: list[_Entry] = []
    for one in before:
        if one.key in present:
            continue
        if one.source in unreadable:
            kept.append(_marked(one, "stale", "source_unreadable"))
        elif one.source in read:
            kept.append(_marked(one, "gone", "source_dropped_it"))
        else:
            kept.append(one)
    return [*now, *kept]


def _marked(one: _Entry, state: str, reason: str) -> _Entry:
    changed: Any = replace(cast("Any", one), state=state, reason=reason)
    return cast("_Entry", changed)


def merged(
    before: Sequence[Technology], now: Sequence[Technology], *, read: Collection[str], unreadable: Collection[str]
) -> tuple[Technology, ...]:
    """The technologies after an import, each with a name of its own."""
    return tuple(_named(mirrored(before, now, read=read, unreadable=unreadable)))
