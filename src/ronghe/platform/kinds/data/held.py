"""What departments hold, as the log tells it: entries with their sources and promises, and what lies outside the
catalogue."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from types import MappingProxyType, MethodType
from typing import Any

from ronghe.platform.audit.trail import Event
from ronghe.platform.kinds.data.freshness import WorkingDays, strictest, updates_met
from ronghe.sharing_index import Dataset
from ronghe.standards.legal import LegalProfile
from ronghe.terms import legal_day

__all__ = ["ACTIONS", "Holding"]

OUTSIDE, UNDECLARED = "inventory", "undeclared"
"""How the ids begin of what is in no catalogue: things that were found, and columns that an entry does not declare."""


@dataclass
class _Objected:
    """An objection to a row: until when it was to be answered, when it was, and whether a dispute overturned that."""

    asset: str
    due: date | None
    made: datetime
    answered: datetime | None = None
    overturned: bool = False


@dataclass
class _Entry:
    """An asset after the events so far."""

    code: str
    department: str
    name: str = ""
    sharing_class: str = ""
    in_force: bool = False
    items: frozenset[str] = frozenset()
    published: datetime | None = None
    periods: list[tuple[datetime, datetime | None, str]] = field(default_factory=list)
    columns: frozenset[str] = frozenset()
    read: bool = False
    stopped: bool = False
    live: bool = False
    hashes: set[str] = field(default_factory=set)
    checked: int = 0
    passed: int = 0
    updates: list[datetime] = field(default_factory=list)


@dataclass
class _Thing:
    """Something in an inventory; `asset` is the code of the entry that describes it."""

    items: int
    asset: str | None


@dataclass
class Holding:
    """Takes events in their order."""

    law: LegalProfile
    _entries: dict[str, _Entry] = field(default_factory=dict)
    _things: dict[tuple[str, str, str], _Thing] = field(default_factory=dict)
    _objected: dict[str, _Objected] = field(default_factory=dict)

    def takers(self) -> dict[str, Callable[[Event], None]]:
        """What lets one event of an action happen."""
        return {action: MethodType(happens, self) for action, happens in _HAPPENS.items()}

    def class_of(self, asset: str) -> str:
        """The sharing class in which an asset was published last."""
        found = self._entries.get(asset)
        return found.sharing_class if found else ""

    def owners(self) -> dict[str, str]:
        """The department of every asset that was ever published."""
        return {code: one.department for code, one in self._entries.items() if one.published is not None}

    def _made(self, event: Event) -> None:
        if event.facts["kind"] == "data":
            code = event.facts["code"]
            self._entries[code] = _Entry(code, event.departments[0])

    def _entry(self, event: Event) -> _Entry | None:
        return self._entries.get(str(event.facts.get("asset")))

    def _published(self, event: Event) -> None:
        if (entry := self._entry(event)) is None:
            return
        told = event.facts
        self._end_period(entry, event.at)
        entry.name, entry.sharing_class, entry.in_force = told["name"], told.get("sharing_class", ""), True
        entry.items = frozenset(told.get("items", ()))
        entry.published = entry.published or event.at
        entry.periods.append((event.at, None, told.get("update_period", "")))

    def _end_period(self, entry: _Entry, at: datetime) -> None:
        if entry.periods and entry.periods[-1][1] is None:
            start, _, period = entry.periods[-1]
            entry.periods[-1] = (start, at, period)

    def _withdrawn(self, event: Event) -> None:
        if (entry := self._entry(event)) is not None:
            entry.in_force = False
            self._end_period(entry, event.at)

    def _mounted(self, event: Event) -> None:
        """A file that was there before is no update, and neither is a database that is mounted once more."""
        if (entry := self._entry(event)) is None:
            return
        fresh = event.facts.get("hash", "")
        if not entry.updates or (fresh and fresh not in entry.hashes):
            entry.updates.append(event.at)
        entry.hashes.add(fresh)
        entry.live = event.facts.get("kind") == "database"
        entry.stopped, entry.read = False, False
        entry.columns, entry.checked, entry.passed = frozenset(), 0, 0

    def _examined(self, event: Event) -> None:
        if (entry := self._entry(event)) is None:
            return
        entry.read = bool(event.facts["found"])
        if entry.read:
            rules = event.facts.get("rules", {})
            entry.columns = frozenset(event.facts.get("columns", ()))
            entry.checked, entry.passed = rules.get("checked", 0), rules.get("passed", 0)

    def _stopped(self, event: Event) -> None:
        if (entry := self._entry(event)) is not None:
            entry.stopped = event.action == "source.stopped"

    def _renewed(self, event: Event) -> None:
        if (entry := self._entry(event)) is not None:
            entry.updates.append(event.at)

    def _delivered(self, event: Event) -> None:
        """A refresh that found other rows than the one before shows that the owner updated them."""
        changes = event.facts.get("changes") or {}
        if not changes.get("full", True) and any(changes.get(name) for name in ("inserted", "deleted", "updated")):
            self._renewed(event)

    def _lost(self, event: Event) -> None:
        if (entry := self._entry(event)) is not None:
            entry.read = False

    def _listed(self, event: Event) -> None:
        for name, system, items, asset in event.facts.get("things", ()):
            self._things[event.departments[0], system, name] = _Thing(items, asset)

    def _linked(self, event: Event) -> None:
        told = event.facts
        thing = _Thing(told.get("items", 0), told["asset"])
        self._things[event.departments[0], told.get("system", ""), told["name"]] = thing

    def _objects(self, event: Event) -> None:
        due = event.facts.get("due")
        asset = str(event.facts.get("asset"))
        self._objected[event.subject] = _Objected(asset, date.fromisoformat(due) if due else None, event.at)

    def _answered(self, event: Event) -> None:
        if (found := self._objected.get(event.subject)) is not None:
            found.answered = event.at

    def _overturned(self, event: Event) -> None:
        if (found := self._objected.get(str(event.facts.get("about")))) is not None:
            found.overturned = True

    # What the engine gets.

    def datasets(self, *, since: datetime, at: datetime) -> list[Dataset]:
        """Every entry that was ever published, what it leaves undeclared, and what lies in no catalogue at all."""
        days = WorkingDays.of(self.law, since, at)
        settled = self._settled(since, at)
        wide = self._widths()
        made: list[Dataset] = []
        for entry in self._entries.values():
            if entry.published is None:
                continue
            made.append(self._dataset(entry, since, at, days, settled.get(entry.code, (0, 0))))
            rest = max(wide.get(entry.code, 0), len(entry.columns)) - len(entry.items)
            if rest > 0 and not (entry.in_force and entry.sharing_class == "not_shared"):
                made.append(Dataset(f"{UNDECLARED}:{entry.code}", entry.department, entry.name, rest))
        return [*made, *self._outside()]

    def _dataset(
        self, entry: _Entry, since: datetime, at: datetime, days: WorkingDays, settled: tuple[int, int]
    ) -> Dataset:
        withheld = entry.in_force and entry.sharing_class == "not_shared"
        start = max(since, entry.published or at)
        period = strictest(entry.periods, since, at)
        # Rows that are read where the department works with them cannot be late.
        due, met = (0, 0) if entry.live else updates_met(period, entry.updates, start, at, self.law, days)
        return Dataset(
            id=entry.code,
            department=entry.department,
            name=entry.name,
            # Its basis for not being shared was reviewed and published by the bureau.
            items=0 if withheld else len(entry.items),
            approved=entry.in_force and not withheld,
            declared=len(entry.items),
            present=len(entry.items & entry.columns),
            reachable=entry.read and not entry.stopped,
            due=due,
            met=met,
            checked=entry.checked,
            passed=entry.passed,
            objections=settled[0],
            settled=settled[1],
        )

    def _settled(self, since: datetime, at: datetime) -> dict[str, tuple[int, int]]:
        """Objections of each asset whose time is over or that were answered, and those answered within it."""
        today, counts = legal_day(at, self.law.zone), defaultdict[str, list[int]](lambda: [0, 0])
        for one in self._objected.values():
            over = one.due is not None and one.due < today
            if one.made <= since or not (over or one.answered):
                continue
            counts[one.asset][0] += 1
            in_time = one.due is None or (one.answered and legal_day(one.answered, self.law.zone) <= one.due)
            counts[one.asset][1] += bool(one.answered and in_time and not one.overturned)
        return {asset: (count[0], count[1]) for asset, count in counts.items()}

    def _described(self, thing: _Thing) -> bool:
        return thing.asset is not None and thing.asset in self._entries and bool(self._entries[thing.asset].published)

    def _widths(self) -> dict[str, int]:
        """How many items the inventory says that an entry's things have: those of one system are different things,
        those of two may be the same."""
        by_system, wide = defaultdict[tuple[str, str], int](int), defaultdict[str, int](int)
        for (_, system, _), thing in self._things.items():
            if thing.asset is not None:
                by_system[thing.asset, system] += thing.items
        for (asset, _), items in by_system.items():
            wide[asset] = max(wide[asset], items)
        return wide

    def _outside(self) -> Iterator[Dataset]:
        """What is in no catalogue, one for each system: none of it is shared, whatever it is divided into."""
        items, count = defaultdict[tuple[str, str], int](int), defaultdict[tuple[str, str], int](int)
        for (department, system, _), thing in self._things.items():
            if not self._described(thing):
                items[department, system] += thing.items
                count[department, system] += 1
        for place, total in items.items():
            department, system = place
            # `declared` tells how many things it is; nothing of them is present, so that it has no effect.
            yield Dataset(f"{OUTSIDE}:{department}:{system}", department, system, total, declared=count[place])

    def coverage(self) -> dict[str, Fraction]:
        """Of the items in a department's inventory, those that an entry in force describes."""
        totals, listed = defaultdict[str, int](int), defaultdict[str, int](int)
        for (department, _, _), thing in self._things.items():
            totals[department] += thing.items
            if thing.asset is not None and thing.asset in self._entries and self._entries[thing.asset].in_force:
                listed[department] += thing.items
        return {name: Fraction(listed[name], total) for name, total in totals.items() if total}


_HAPPENS: Mapping[str, Callable[[Holding, Event], Any]] = MappingProxyType(
    {
        "catalogue.asset_made": Holding._made,  # noqa: SLF001 - the table of its own events
        "catalogue.published": Holding._published,  # noqa: SLF001
        "catalogue.withdrawn": Holding._withdrawn,  # noqa: SLF001
        "source.mounted": Holding._mounted,  # noqa: SLF001
        "source.examined": Holding._examined,  # noqa: SLF001
        "source.stopped": Holding._stopped,  # noqa: SLF001
        "source.restarted": Holding._stopped,  # noqa: SLF001
        "source.renewed": Holding._renewed,  # noqa: SLF001
        "source.lost": Holding._lost,  # noqa: SLF001
        "data.delivered": Holding._delivered,  # noqa: SLF001
        "inventory.listed": Holding._listed,  # noqa: SLF001
        "inventory.listed_more": Holding._listed,  # noqa: SLF001
        "inventory.linked": Holding._linked,  # noqa: SLF001
        "objection.made": Holding._objects,  # noqa: SLF001
        "objection.upheld": Holding._answered,  # noqa: SLF001
        "objection.rejected": Holding._answered,  # noqa: SLF001
        "dispute.upheld": Holding._overturned,  # noqa: SLF001
    }
)
ACTIONS = frozenset(_HAPPENS)
"""What `Holding` takes."""
