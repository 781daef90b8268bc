"""What was in force on a day, by the dates of policies and by what later ones did to them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ronghe.policy.library.circles import circles
from ronghe.policy.library.fields import Policy
from ronghe.policy.library.numbers import number_in
from ronghe.policy.library.relations import Relation, title_key

__all__ = ["FORCE", "Force", "Library", "Trouble"]

FORCE = ("in_force", "not_yet", "expired", "repealed", "undated")


@dataclass(frozen=True, slots=True)
class Force:
    """The state of a policy on a day (one of FORCE), what ended it, and what changed it by then."""

    state: str
    by: str = ""
    since: dt.date | None = None
    changes: tuple[tuple[str, Relation], ...] = ()


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that a person must look at: a code of `messages` with its parameters."""

    code: str
    params: Mapping[str, object]


@dataclass(frozen=True)
class Library:
    """Policies, and which names which: resolved once, asked for any day."""

    policies: tuple[Policy, ...]
    _by_id: Mapping[str, Policy] = field(init=False)
    _done_to: Mapping[str, Sequence[tuple[Policy, Relation]]] = field(init=False)
    _circular: Mapping[str, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        """Resolve what each policy does to the others."""
        object.__setattr__(self, "_by_id", {policy.id: policy for policy in self.policies})
        done: dict[str, list[tuple[Policy, Relation]]] = defaultdict(list)
        by_number, by_title = _named(self.policies)
        for policy in self.policies:
            for relation in policy.relations:
                for target in _targets(relation, by_number, by_title):
                    if target.id != policy.id and not _earlier(policy, target):
                        done[target.id].append((policy, relation))
        ends = [(policy.id, target) for target, acts in done.items() for policy, relation in acts if _whole(relation)]
        object.__setattr__(self, "_circular", {one: circle for circle in circles(ends) for one in circle})
        object.__setattr__(self, "_done_to", dict(done))

    def named(self, policy: str) -> list[Policy]:
        """The policies that are called so: by id, number in any brackets or title, else by the beginning of an id."""
        if policy in self._by_id:
            return [self._by_id[policy]]
        number = number_in(policy) or policy
        found = [one for one in self.policies if number == one.number or policy == one.title]
        return found or [one for one in self.policies if policy and one.id.startswith(policy)]

    def acts_on(self, policy: Policy) -> Iterator[tuple[Policy, Relation]]:
        """What others do to a policy: an earlier one does nothing to a later one, and a circle ends nobody."""
        for other, relation in self._done_to.get(policy.id, ()):
            if other.id in self._circular.get(policy.id, ()) and _whole(relation):
                continue
            yield other, relation

    def force(self, policy: Policy, day: dt.date) -> Force:
        """The state of a policy on a day."""
        acts = [(other, one) for other, one in self.acts_on(policy) if other.effective and other.effective <= day]
        changes = tuple((other.id, one) for other, one in acts if not _whole(one))
        ends = sorted(((other.effective or day, other) for other, one in acts if _whole(one)), key=lambda pair: pair[0])
        if ends:
            return Force("repealed", ends[0][1].id, ends[0][0], changes)
        if policy.until is not None and policy.until <= day:
            return Force("expired", "", policy.until, changes)
        if policy.effective is None:
            return Force("undated", changes=changes)
        return Force("in_force" if policy.effective <= day else "not_yet", "", policy.effective, changes)

    def timeline(self, policy: Policy) -> tuple[tuple[dt.date, Force], ...]:
        """The days on which the state of a policy changes, with the state from then on; before the first it is none."""
        days = {policy.effective, policy.until, *(other.effective for other, _ in self.acts_on(policy))}
        return tuple((day, self.force(policy, day)) for day in sorted(day for day in days if day is not None))

    def troubles(self) -> list[Trouble]:
        """Two policies with one number, circles, periods turned round, acts on what is not in the library."""
        found = [*self._same_numbers(), *self._circles()]
        by_number, by_title = _named(self.policies)
        for policy in self.policies:
            if policy.until and policy.effective and policy.until <= policy.effective:
                params = {"title": policy.title, "effective": policy.effective, "until": policy.until}
                found.append(Trouble("policy.trouble_reversed", params))
            if policy.effective is None:
                found.append(Trouble("policy.trouble_undated", {"title": policy.title, "source": policy.source}))
            for one in policy.relations:
                if not _targets(one, by_number, by_title):
                    params = {"title": policy.title, "other": one.number or one.title}
                    found.append(Trouble(f"policy.trouble_absent_{one.kind}", params))
        return found

    def _same_numbers(self) -> Iterator[Trouble]:
        held: dict[str, list[Policy]] = defaultdict(list)
        for policy in self.policies:
            if policy.number:
                held[policy.number].append(policy)
        for number, several in held.items():
            if len(several) > 1:
                titles = "；".join(f"{one.title} ({one.source})" for one in several)
                yield Trouble("policy.trouble_number", {"number": number, "titles": titles})

    def _circles(self) -> Iterator[Trouble]:
        for circle in sorted(map(sorted, set(self._circular.values()))):
            yield Trouble("policy.trouble_circle", {"titles": "；".join(self._by_id[one].title for one in circle)})


def _earlier(policy: Policy, other: Policy) -> bool:
    """True if issued before the other: who names by title alone means what there was, not what came later."""
    return policy.issued is not None and other.issued is not None and policy.issued < other.issued


def _whole(relation: Relation) -> bool:
    return relation.kind == "repeals" and not relation.clause


def _named(policies: Sequence[Policy]) -> tuple[dict[str, list[Policy]], dict[str, list[Policy]]]:
    by_number: dict[str, list[Policy]] = defaultdict(list)
    by_title: dict[str, list[Policy]] = defaultdict(list)
    for policy in policies:
        by_number[policy.number].append(policy)
        for title in _titles(policy):
            by_title[title].append(policy)
    return by_number, by_title


def _titles(policy: Policy) -> set[str]:
    """A policy is cited by its title, by what follows the issuer in it, and by what a notice puts out (印发《…》)."""
    title = policy.title
    found = {title_key(title)}
    if "关于" in title:
        found.add(title_key(title[title.index("关于") :]))
    if "印发" in title and "《" in title:
        found.add(title_key(title[title.index("《") + 1 : title.rindex("》")] if "》" in title else title))
    return found


def _targets(
    relation: Relation, by_number: Mapping[str, Sequence[Policy]], by_title: Mapping[str, Sequence[Policy]]
) -> list[Policy]:
    """The policies that are meant: by number where there is one, for titles are shared."""
    if relation.number and by_number.get(relation.number):
        return list(by_number[relation.number])
    named = by_title.get(title_key(relation.title), ()) if relation.title else ()
    return [one for one in named if not relation.number or not one.number]
