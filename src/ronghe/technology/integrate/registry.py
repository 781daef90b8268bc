"""The registry mirrors its sources: what vanished or could not be read is marked with the reason, never dropped."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from ronghe.technology.integrate.record import Technology

__all__ = ["merged"]


def _key(one: Technology) -> tuple[str, str, str, str]:
    return one.source, one.name, one.version, one.department


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


def merged(
    before: Sequence[Technology],
    now: Sequence[Technology],
    *,
    read: Collection[str],
    unreadable: Collection[str],
) -> tuple[Technology, ...]:
    """The registry after an import: `read` and `unreadable` are the sources that were looked at this time.

    Entries of a source that was read and no longer has them are gone; those of one that could not be read are stale;
    those of sources that nobody looked at stay as they were.
    """
    present = {_key(one) for one in now}
    kept = []
    for one in before:
        if _key(one) in present:
            continue
        if one.source in unreadable:
            kept.append(replace(one, state="stale", reason="source_unreadable"))
        elif one.source in read:
            kept.append(replace(one, state="gone", reason="source_dropped_it"))
        else:
            kept.append(one)
    return tuple(_named([*now, *kept]))
