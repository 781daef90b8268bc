"""How requests were answered, told from the log: for each line of a request what the sharing index counts of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType, MethodType

from ronghe.platform.audit.trail import Event
from ronghe.sharing_index import Answer, Outcome
from ronghe.standards.legal import LegalProfile
from ronghe.terms import legal_day

__all__ = ["ACTIONS", "Answering"]


@dataclass(slots=True)
class _Asked:
    """A request as it stands after the events so far; days are working days of the owner's clock."""

    requester: str
    assets: list[str]
    submitted: datetime | None = None
    conditional: bool = False
    outcome: Outcome = Outcome.TAKEN_BACK
    running: date | None = None
    used: int = 0
    more: int = 0
    accepted: date | None = None
    ended: date | None = None
    delivered: int | None = None
    granted: frozenset[str] | None = None
    upheld: bool = False


@dataclass
class Answering:
    """Takes events in their order. `class_of` gives the sharing class in which an asset is published at that time."""

    law: LegalProfile
    class_of: Callable[[str], str]
    _asked: dict[str, _Asked] = field(default_factory=dict)
    _between: Callable[[date, date], int] = field(init=False)

    def __post_init__(self) -> None:
        """The same stretches of days come again and again."""
        self._between = lru_cache(None)(self.law.calendar.between)

    def takers(self) -> dict[str, Callable[[Event], None]]:
        """What lets one event of an action happen; one of a request that was never drafted here is left alone."""
        found = {action: self._taker(MethodType(move, self)) for action, move in _MOVES.items()}
        return {**found, "request.drafted": self._drafted, "dispute.upheld": self._dispute_upheld}

    def _taker(self, move: Callable[[_Asked, Event], None]) -> Callable[[Event], None]:
        known = self._asked.get

        def take(event: Event) -> None:
            if (asked := known(event.subject)) is not None:
                move(asked, event)

        return take

    def _drafted(self, event: Event) -> None:
        self._asked[event.subject] = _Asked(event.departments[0], event.facts["assets"])

    def _dispute_upheld(self, event: Event) -> None:
        if (asked := self._asked.get(event.facts.get("about", ""))) is not None:
            self._overturn(asked, event)

    def _day(self, event: Event) -> date:
        return legal_day(event.at, self.law.zone)

    def _stop(self, asked: _Asked, event: Event) -> None:
        if asked.running is not None:
            asked.used += max(0, self._between(asked.running, self._day(event)))
        asked.running = None

    def _submit(self, asked: _Asked, event: Event) -> None:
        asked.submitted = asked.submitted or event.at
        asked.running, asked.outcome = self._day(event), Outcome.WAITING
        asked.conditional = any(self.class_of(asset) == "conditional" for asset in asked.assets)

    def _take_back(self, asked: _Asked, event: Event) -> None:
        self._stop(asked, event)
        asked.outcome = Outcome.TAKEN_BACK

    def _supplement(self, asked: _Asked, event: Event) -> None:
        asked.running = self._day(event)

    def _accept(self, asked: _Asked, event: Event) -> None:
        self._stop(asked, event)
        asked.accepted = self._day(event)
        asked.granted = frozenset(event.facts.get("granted", asked.assets))

    def _refuse(self, asked: _Asked, event: Event) -> None:
        self._stop(asked, event)
        asked.outcome = Outcome.REFUSED

    def _deliver(self, asked: _Asked, event: Event) -> None:
        if asked.accepted is not None:
            asked.delivered = self._between(asked.accepted, self._day(event))
        asked.outcome = Outcome.DELIVERED

    def _end(self, asked: _Asked, event: Event) -> None:
        """What was promised and taken back before anything was delivered is a refusal without a clause; what ran out
        first is as late as it was then."""
        if asked.delivered is None and event.action == "request.revoke":
            asked.outcome = Outcome.REFUSED
        asked.ended = asked.ended or self._day(event)

    def _lengthen(self, asked: _Asked, event: Event) -> None:
        asked.more += int(event.facts["days"])

    def _confirm(self, asked: _Asked, _event: Event) -> None:
        asked.outcome = Outcome.REFUSED_LAWFULLY

    def _overturn(self, asked: _Asked, _event: Event) -> None:
        asked.upheld = True

    def answers(self, owners: Mapping[str, str], *, since: datetime, at: datetime) -> list[Answer]:
        """One answer for each asset in `owners` that was asked for after `since`, as it stands at `at`."""
        today = legal_day(at, self.law.zone)
        return [
            self._answer(key, asked, asset, owners[asset], today)
            for key, asked in self._asked.items()
            if asked.submitted is not None and asked.submitted > since
            for asset in asked.assets
            if asset in owners
        ]

    def _answer(self, key: str, asked: _Asked, asset: str, owner: str, today: date) -> Answer:
        between, used, delivered = self._between, asked.used, asked.delivered
        if asked.running is not None:
            used += max(0, between(asked.running, today))
        if asked.accepted is not None and delivered is None:
            delivered = between(asked.accepted, min(asked.ended or today, today))
        limit = self.law.working_days.get("answer_conditional" if asked.conditional else "answer_unconditional")
        left_out = asked.granted is not None and asset not in asked.granted
        return Answer(
            id=f"{key}/{asset}",
            owner=owner,
            requester=asked.requester,
            asset=asset,
            outcome=Outcome.REFUSED if left_out else asked.outcome,
            answered=used,
            answer_limit=None if limit is None else limit + asked.more,
            delivered=delivered,
            delivery_limit=self.law.working_days.get("delivery"),
            upheld=asked.upheld,
        )


_MOVES: Mapping[str, Callable[[Answering, _Asked, Event], None]] = MappingProxyType(
    {
        "request.submit": Answering._submit,  # noqa: SLF001 - the table of its own moves
        "request.take_back": Answering._take_back,  # noqa: SLF001
        "request.ask_supplement": Answering._stop,  # noqa: SLF001
        "request.supplement": Answering._supplement,  # noqa: SLF001
        "request.accept": Answering._accept,  # noqa: SLF001
        "request.accept_in_part": Answering._accept,  # noqa: SLF001
        "request.refuse": Answering._refuse,  # noqa: SLF001
        "request.deliver": Answering._deliver,  # noqa: SLF001
        "request.revoke": Answering._end,  # noqa: SLF001
        "request.expire": Answering._end,  # noqa: SLF001
        "request.clock_lengthened": Answering._lengthen,  # noqa: SLF001
        "request.refusal_confirmed": Answering._confirm,  # noqa: SLF001
        "request.refusal_overturned": Answering._overturn,  # noqa: SLF001
    }
)
ACTIONS = frozenset({"request.drafted", "dispute.upheld", *_MOVES})
"""What `Answering` takes."""
