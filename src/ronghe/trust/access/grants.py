"""Grants, prohibitions and requests as values; an index of grants by what a request must name exactly."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ronghe.terms import Kind, Period
from ronghe.trust.access.conditions import Condition, Value
from ronghe.trust.access.obligations import Obligation, SmallGroups

__all__ = ["Grant", "Grants", "Group", "Key", "Prohibition", "Request", "key_of"]

LAST = datetime.max.replace(tzinfo=UTC)
"""The end of what has no end."""

Key = tuple[str, str, str, int, str]
"""Consumer, kind, asset, version, purpose."""


@dataclass(frozen=True, slots=True)
class Grant:
    """The right of a consumer to fields of one version of an asset, for one purpose, for a time.

    `fields` has every field that may leave with its obligation, `rows` conditions that all must hold of a row, `when`
    conditions on the attributes that a request tells. `quota` is the amount that may be read in all, None without
    limit. `delegates` are bodies that may ask in the consumer's name. `request` is that under which it was granted:
    tokens of one request can be joined, others never.
    """

    id: str
    consumer: str
    kind: Kind
    asset: str
    version: int
    purpose: str
    legal_basis: str
    fields: tuple[tuple[str, Obligation], ...]
    valid: Period
    rows: tuple[Condition, ...] = ()
    when: tuple[Condition, ...] = ()
    suppress: tuple[SmallGroups, ...] = ()
    quota: int | None = None
    delegates: tuple[str, ...] = ()
    request: str = ""

    def __post_init__(self) -> None:
        names = (self.id, self.consumer, self.asset, self.purpose, self.legal_basis)
        if not all(type(name) is str and name for name in names):
            raise ValueError("a grant names its id, consumer, asset, purpose and legal basis")
        if type(self.kind) is not Kind or type(self.version) is not int:
            raise ValueError("a grant names the kind and the version of its asset")
        if len({name for name, _ in self.fields}) != len(self.fields):
            raise ValueError(f"grant {self.id} names a field twice")
        if not all(isinstance(obligation, Obligation) for _, obligation in self.fields):
            raise ValueError(f"grant {self.id} has an unknown obligation")
        if self.quota is not None and (type(self.quota) is not int or self.quota < 0):
            raise ValueError("a quota is a whole number from 0")


@dataclass(frozen=True, slots=True)
class Prohibition:
    """What forbids, whatever is granted: None means any consumer, version or purpose, no fields mean all.

    `clause` is the law or rule; only a `public` one is told to an asker.
    """

    id: str
    kind: Kind
    asset: str
    clause: str
    valid: Period
    consumer: str | None = None
    version: int | None = None
    purpose: str | None = None
    fields: tuple[str, ...] = ()
    when: tuple[Condition, ...] = ()
    public: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks for what and why; no fields mean all that are granted. `attributes` are told by the platform, never by
    the asker; one that no rule knows is a refusal."""

    consumer: str
    kind: Kind
    asset: str
    version: int
    purpose: str
    fields: tuple[str, ...] = ()
    amount: int = 0
    on_behalf_of: str | None = None
    attributes: tuple[tuple[str, Value], ...] = ()


def key_of(grant: Grant) -> Key:
    """What a request must name exactly to come under the grant."""
    return (grant.consumer, grant.kind, grant.asset, grant.version, grant.purpose)


def _bounds(period: Period) -> tuple[datetime, datetime]:
    return period.start.astimezone(UTC), LAST if period.end is None else period.end.astimezone(UTC)


Dated = tuple[datetime, datetime, Grant]


@dataclass(frozen=True, slots=True)
class Group:
    """The grants of one key: all of them are valid from `start` up to `end`, none before or after where these cross.

    `plain` ones ask nothing of a request but the time. `plans` is memory of what they gave together, of no meaning.
    """

    dated: tuple[Dated, ...]
    start: datetime
    end: datetime
    plain: bool
    plans: dict[object, object] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, grants: Iterable[Grant]) -> "Group":
        """The group of grants that share a key."""
        dated = tuple((*_bounds(grant.valid), grant) for grant in grants)
        plain = all(not grant.when and grant.quota is None for _, _, grant in dated)
        return cls(dated, max(start for start, _, _ in dated), min(end for _, end, _ in dated), plain)


@dataclass(frozen=True, slots=True)
class Grants:
    """All grants and prohibitions in an index, and what is known of time and use.

    `seen` is the latest instant known to have passed: an earlier `now` means that the clock went back. From
    `fresh_until` on the policy is stale. `known` are the attributes that a request may tell; `used` has the amount read
    under a grant so far.
    """

    by_key: Mapping[Key, Group]
    by_asset: Mapping[tuple[str, str], tuple[tuple[datetime, datetime, Prohibition], ...]]
    seen: datetime
    fresh_until: datetime
    known: frozenset[str]
    used: Mapping[str, int]

    @classmethod
    def of(
        cls,
        grants: Iterable[Grant],
        prohibitions: Iterable[Prohibition] = (),
        *,
        seen: datetime,
        fresh_until: datetime | None = None,
        known: Iterable[str] = (),
        used: Mapping[str, int] | None = None,
    ) -> "Grants":
        """The index; ValueError for two grants of one id or an instant without a zone."""
        by_key: dict[Key, list[Grant]] = defaultdict(list)
        by_asset: dict[tuple[str, str], tuple[tuple[datetime, datetime, Prohibition], ...]] = {}
        ids: set[str] = set()
        for grant in grants:
            if grant.id in ids:
                raise ValueError(f"two grants have the id {grant.id}")
            ids.add(grant.id)
            by_key[key_of(grant)].append(grant)
        for one in prohibitions:
            asset = (one.kind.value, one.asset)
            by_asset[asset] = (*by_asset.get(asset, ()), (*_bounds(one.valid), one))
        limits = Period(seen, fresh_until)
        return cls(
            {key: Group.of(listed) for key, listed in by_key.items()},
            by_asset,
            *_bounds(limits),
            frozenset(known),
            dict(used or {}),
        )
