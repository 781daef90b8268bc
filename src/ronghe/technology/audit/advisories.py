"""Known vulnerabilities, matched offline from OSV records.

A version is affected when the record lists it, or when it lies inside one of the record's ranges. Each introduced and
fixed pair is an interval of its own: read as one range, a record with a second pair would call every later version
affected. Where a version or an event cannot be read the answer is "cannot be told", never "clean".

Source: Open Source Vulnerability format 1.6, https://ossf.github.io/osv-schema/.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from ronghe.technology.audit.components import Component, normal_name
from ronghe.technology.audit.severity import severity_of
from ronghe.technology.audit.versions import Key, version_key

__all__ = ["Advisories", "Affected", "Hit", "Interval", "parse_record"]


@dataclass(frozen=True, slots=True)
class Interval:
    """Versions from `introduced` ("0" is the beginning) to before `fixed`, or up to `last`; both None: to the end."""

    introduced: str
    fixed: str | None = None
    last: str | None = None


@dataclass(frozen=True)
class Affected:
    """One package of one record: the versions that it lists, its intervals; `severity` is "" where it says nothing."""

    advisory: str
    aliases: tuple[str, ...]
    ecosystem: str
    package: str
    versions: frozenset[str]
    intervals: tuple[Interval, ...]
    severity: str
    unreadable: bool = False

    @cached_property
    def _keys(self) -> frozenset[Key]:
        found = (version_key(self.ecosystem, version) for version in self.versions)
        return frozenset(key for key in found if key is not None) if self.ecosystem == "PyPI" else frozenset()

    def affects(self, version: str) -> bool | None:
        """Whether a version is affected, None where that cannot be told."""
        if version in self.versions:
            return True
        key = version_key(self.ecosystem, version)
        if key is None:
            # A complete list decides even for a version that nobody can order.
            return None if self.intervals or self.unreadable else False
        if key in self._keys:
            return True
        answers = [_within(self.ecosystem, key, interval) for interval in self.intervals]
        if any(answers):
            return True
        return None if None in answers or self.unreadable else False

    def fixed_after(self, version: str) -> str | None:
        """The version in which what affects this one was mended, None where none is known."""
        key = version_key(self.ecosystem, version)
        if key is None:
            return None
        holding = (one for one in self.intervals if one.fixed and _within(self.ecosystem, key, one))
        return next((one.fixed for one in holding), None)


def _within(ecosystem: str, key: Key, interval: Interval) -> bool | None:
    if interval.introduced != "0":
        first = version_key(ecosystem, interval.introduced)
        if first is None:
            return None
        if key < first:
            return False
    end = interval.fixed if interval.fixed is not None else interval.last
    if end is None:
        return True
    last = version_key(ecosystem, end)
    if last is None:
        return None
    return bool(key < last if interval.fixed is not None else key <= last)


def _events(ecosystem: str, given: object) -> tuple[list[Interval], bool]:
    """The intervals of a range and whether some of it could not be read."""
    events = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    marks = [
        (kind, str(one[kind])) for one in events for kind in ("introduced", "fixed", "last_affected") if kind in one
    ]
    keyed = [(version == "0", version_key(ecosystem, version), kind, version) for kind, version in marks]
    unread = any(not first and key is None for first, key, _, _ in keyed)
    if not unread:
        # Sorted, for records list their events in any order; at the same version what was open closes first.
        start = [one for one in keyed if one[0]]
        keyed = start + sorted((one for one in keyed if not one[0]), key=lambda one: (one[1], one[2] == "introduced"))
    found: list[Interval] = []
    opened: str | None = None
    for _, _, kind, version in keyed:
        if kind == "introduced":
            opened = version if opened is None else opened
        elif opened is not None:
            found.append(Interval(opened, version) if kind == "fixed" else Interval(opened, None, version))
            opened = None
    if opened is not None:
        found.append(Interval(opened))
    return found, unread


def parse_record(record: Mapping[str, Any]) -> tuple[Affected, ...]:
    """The packages that an OSV record affects; none for a withdrawn one. Ranges of commits say nothing of versions."""
    if record.get("withdrawn"):
        return ()
    found = []
    for one in record.get("affected") or ():
        package = one.get("package") or {}
        ecosystem = str(package.get("ecosystem") or "").split(":")[0]
        intervals: list[Interval] = []
        unreadable = False
        for given in one.get("ranges") or ():
            if given.get("type") == "GIT":
                continue
            made, unread = _events(ecosystem, given.get("events"))
            intervals += made
            unreadable = unreadable or unread
        found.append(
            Affected(
                str(record.get("id") or ""),
                tuple(map(str, record.get("aliases") or ())),
                ecosystem,
                normal_name(ecosystem, str(package.get("name") or "")),
                frozenset(map(str, one.get("versions") or ())),
                tuple(intervals),
                severity_of(record, one),
                unreadable,
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Hit:
    """A component and an advisory that affects it; `sure` is False where that cannot be told."""

    component: Component
    affected: Affected
    sure: bool
    fixed: str | None


class Advisories:
    """Records by package (`by_package`); `newest` is when the last of them was changed."""

    def __init__(self, affected: Iterable[Affected], *, records: int, newest: datetime | None) -> None:
        self.records = records
        self.newest = newest
        self.by_package: dict[tuple[str, str], list[Affected]] = {}
        for one in affected:
            self.by_package.setdefault((one.ecosystem, one.package), []).append(one)
        self.ecosystems = frozenset(ecosystem for ecosystem, _ in self.by_package)

    def of(self, component: Component) -> list[Hit]:
        """The advisories that affect a component, and those of which that cannot be told."""
        found = []
        for one in self.by_package.get((component.ecosystem, component.package), ()):
            answer = one.affects(component.version)
            if answer is not False:
                found.append(Hit(component, one, bool(answer), one.fixed_after(component.version)))
        return found
