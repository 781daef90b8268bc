"""A year of offers, requests, answers, deliveries and quarrels, each made by the action that a page would call.

Every event is a function of its instant; an event may bring about later ones. The same seed gives the same year.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from random import Random

from ronghe.platform.access.roles import Role
from ronghe.platform.catalogue import actions as catalogue
from ronghe.platform.catalogue.models import Asset, SharingClass, Version
from ronghe.platform.demo.cast import Cast
from ronghe.platform.demo.entries import Offer
from ronghe.platform.demo.keeping import DILIGENCE, EVERY, Drop, list_things, mount
from ronghe.platform.demo.purposes import Purpose, purposes_of, refusals
from ronghe.platform.demo.tables import Town
from ronghe.platform.jobs.immediate import InProcess
from ronghe.platform.kinds.data.lookup import look_up
from ronghe.platform.kinds.data.models import DeliveryState, Read
from ronghe.platform.kinds.data.plans import over, wanted_by
from ronghe.platform.kinds.data.reads import end_read
from ronghe.platform.kinds.data.tickets import give_ticket
from ronghe.platform.requests import actions as requests
from ronghe.platform.requests import objections
from ronghe.platform.requests.models import Grant, Request
from ronghe.platform.requests.rulings import rule_on_refusal
from ronghe.standards.legal import LegalProfile
from ronghe.terms import Kind, RequestState, legal_day

__all__ = ["REQUESTS", "WAITING", "Year"]

Event = Callable[[datetime], None]
OFFERING_DAYS = 45
"""The catalogue fills in the first weeks; requests begin after them."""
REQUESTS = 110
"""In a year."""
WAITING = 6
"""Requests of the last days that nobody answered yet, each to another department."""
LIVELY = ("civil_affairs", "schools", "health", "social_security", "permits")
"""These ask twice as often as the others."""
LATE, REFUSED, SUPPLEMENTED, PARTIAL = 0.08, 0.09, 0.10, 0.12
SHORT, ENDED_EARLY, UNUSED = 0.25, 0.04, 0.06
"""Shares of requests: answered late, refused, sent back once, granted in part; short ones, those revoked, and the
chance that nobody comes again."""


@dataclass
class Year:
    """The city's people acting between `begin` and `now`."""

    cast: Cast
    law: LegalProfile
    begin: datetime
    now: datetime
    files: Path
    chance: Random
    town: Town
    versions: list[tuple[Offer, Version]] = field(default_factory=list)
    diligence: dict[str, float] = field(default_factory=dict)
    _queue: list[tuple[datetime, int, Event]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)

    def at(self, when: datetime, event: Event) -> None:
        """Have something happen at an instant; what lies after `now` does not happen."""
        if when <= self.now:
            heapq.heappush(self._queue, (when, next(self._order), event))

    def run(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Let everything happen in its order; gives the number of events. `progress(days done, days in all)`."""
        days, happened = (self.now - self.begin).days, 0
        while self._queue:
            when, _, event = heapq.heappop(self._queue)
            event(when)
            happened += 1
            if progress is not None:
                progress(min((when - self.begin).days, days), days)
        self.work(self.now)
        return happened

    def office_hour(self, day: date) -> datetime:
        """Some minute of an office day, never after the end of the story."""
        minute = self.chance.randrange(9 * 60, 17 * 60)
        start = datetime.combine(day, time(minute // 60, minute % 60), self.law.zone)
        return start.astimezone(UTC)

    def after(self, when: datetime, working_days: int) -> datetime:
        """An office hour so many working days later."""
        later = self.law.calendar.after(legal_day(when, self.law.zone), working_days).day
        return max(self.office_hour(later), when + timedelta(minutes=5))

    def work(self, when: datetime) -> None:
        """Let the worker do what waits for it."""
        InProcess(lambda: when).run_waiting()

    # What departments offer.

    def offer(self, offers: Sequence[Offer]) -> None:
        """Everybody describes what they have, the bureau reviews it, and it is published and mounted."""
        for place, offer in enumerate(offers):
            day = (self.begin + timedelta(days=1 + place * OFFERING_DAYS // len(offers))).date()
            self.at(self.office_hour(day), self._describe(offer, f"{place + 1:03}", sent_back=place % 14 == 5))
        listed = (self.begin + timedelta(days=OFFERING_DAYS + 7)).date()
        self.at(self.office_hour(listed), lambda when: list_things(self.cast, when, offers))

    def _describe(self, offer: Offer, number: str, *, sent_back: bool) -> Event:
        def event(when: datetime) -> None:
            department = self.cast.departments[offer.department]
            by = self.cast.actor(offer.department, Role.OFFERER, when)
            code = f"{department.code}-{number}"
            asset = catalogue.new_asset(by=by, at=when, department=department, code=code, kind=Kind.DATA)
            draft = catalogue.describe(by=by, at=when, asset=asset, fields=offer.fields, items=offer.items)
            catalogue.submit_for_review(by=by, at=when, version=draft)
            self.at(self.after(when, 1), self._send_back(offer, draft) if sent_back else self._publish(offer, draft))
            self._mount(when, asset, offer)

        return event

    def _mount(self, when: datetime, asset: Asset, offer: Offer) -> None:
        by = self.cast.actor(offer.department, Role.OFFERER, when)
        content = (self.files / offer.file).read_bytes() if offer.file else self.town.table(offer)
        drop = mount(by, when, asset, offer, content, self.files.parent / "drops")
        self.work(when)
        if drop is not None:
            self._renewals(when, drop, offer)

    def _renewals(self, when: datetime, drop: Drop, offer: Offer) -> None:
        """The department's export runs as often as its entry promises; now and then one fails."""
        every, diligence = (
            EVERY[offer.fields["update_period"]],
            self.diligence.setdefault(offer.department, self.chance.uniform(*DILIGENCE)),
        )
        day = when.date()
        while (day := day + timedelta(days=every)) < self.now.date():
            comes = self.law.calendar.is_working(day) or every > 1
            if comes and self.chance.random() < diligence:
                night = datetime.combine(day, time(6, self.chance.randrange(60)), self.law.zone).astimezone(UTC)
                self.at(night, drop.renew)

    def _send_back(self, offer: Offer, draft: Version) -> Event:
        def event(when: datetime) -> None:
            by = self.cast.coordinator(when)
            catalogue.send_back(by=by, at=when, version=draft, reason="请说明数据的覆盖范围")
            self.at(self.after(when, 2), self._mend(offer, draft))

        return event

    def _mend(self, offer: Offer, draft: Version) -> Event:
        def event(when: datetime) -> None:
            by = self.cast.actor(offer.department, Role.OFFERER, when)
            told = f"{offer.fields['abstract']}覆盖全市各区县。"
            catalogue.revise(by=by, at=when, version=draft, fields={"abstract": told})
            catalogue.submit_for_review(by=by, at=when, version=draft)
            self.at(self.after(when, 1), self._publish(offer, draft))

        return event

    def _publish(self, offer: Offer, draft: Version) -> Event:
        def event(when: datetime) -> None:
            published = catalogue.publish(by=self.cast.coordinator(when), at=when, version=draft)
            self.versions.append((offer, published))

        return event

    # What departments ask for.

    def ask(self, times: int) -> None:
        """Requests over the year, more of them as people learn of the catalogue."""
        days = (self.now - self.begin).days - OFFERING_DAYS - 10
        for _ in range(times):
            day = self.begin + timedelta(days=OFFERING_DAYS + 8 + int(days * self.chance.random() ** 0.8))
            working = self.law.calendar.after(day.date(), 1).day
            self.at(self.office_hour(working), self._request)

    def leave(self, requests: int) -> None:
        """Something to decide on the first morning: requests of the last working days to so many departments."""
        day, left = self.now.date(), requests
        owners = set[str]()
        while left:
            day -= timedelta(days=1)
            for _ in range(min(2, left) if self.law.calendar.is_working(day) else 0):
                self.at(self.office_hour(day), partial(self._hand_in_last, owners))
                left -= 1

    def _hand_in_last(self, owners: set[str], when: datetime) -> None:
        for wish in filter(None, (self._wish() for _ in range(200))):
            _, offer, version, _ = wish
            if version.sharing_class == SharingClass.CONDITIONAL and offer.department not in owners:
                owners.add(offer.department)
                self._hand_in(when, wish)
                return

    def _wish(self) -> tuple[str, Offer, Version, Purpose] | None:
        askers = [*self.cast.departments, *LIVELY]
        asker = self.chance.choice([code for code in askers if (code, Role.ASKER) in self.cast.people])
        possible = [
            (offer, version, purpose)
            for purpose in purposes_of(asker)
            for offer, version in self.versions
            if offer.name in purpose.entries and offer.department != asker
        ]
        if not possible:
            return None
        offer, version, purpose = self.chance.choice(possible)
        return asker, offer, version, purpose

    def _request(self, when: datetime) -> None:
        wish = self._wish()
        if wish is None or wish[2].sharing_class == SharingClass.NOT_SHARED:
            return
        asker, offer, version, _ = wish
        draft = self._hand_in(when, wish)
        self.at(self._answer_time(when, version), self._answer(asker, offer, draft))

    def _hand_in(self, when: datetime, wish: tuple[str, Offer, Version, Purpose]) -> Request:
        asker, offer, version, purpose = wish
        names = [item["name"] for item in offer.items]
        fields = [name for name in names if self.chance.random() < 0.8] or names[:1]
        length = 75 if self.chance.random() < SHORT else 365
        by = self.cast.actor(asker, Role.ASKER, when)
        (draft,) = requests.new_requests(
            by=by,
            at=when,
            requester=self.cast.departments[asker],
            wishes=[(version, fields, {})],
            purpose=purpose.purpose,
            scenario=purpose.scenario,
            legal_basis=purpose.legal_basis,
            wanted_from=when,
            wanted_until=when + timedelta(days=length),
        )
        # A scan may find personal data where the department said there are none.
        requests.attach_assessment(
            by=by, at=when, request=draft, assessment=f"影响评估 {self.cast.departments[asker].code}-{when:%Y%m%d}"
        )
        return requests.submit(by=by, at=when, request=draft, profile=self.law)

    def _answer_time(self, when: datetime, version: Version) -> datetime:
        clock = "answer_conditional" if version.sharing_class == SharingClass.CONDITIONAL else "answer_unconditional"
        allowed = self.law.working_days.get(clock, 10)
        late = self.chance.random() < LATE
        return self.after(when, allowed + self.chance.randint(1, 6) if late else self.chance.randint(0, allowed))

    def _answer(self, asker: str, offer: Offer, request: Request) -> Event:
        def event(when: datetime) -> None:
            drawn = self.chance.random()
            if drawn < SUPPLEMENTED:
                self._ask_supplement(when, asker, offer, request)
            elif drawn < SUPPLEMENTED + REFUSED:
                self._refuse(when, asker, offer, request)
            else:
                self._accept(when, offer, request, part=drawn > 1 - PARTIAL)

        return event

    def _ask_supplement(self, when: datetime, asker: str, offer: Offer, request: Request) -> None:
        by = self.cast.actor(offer.department, Role.APPROVER, when)
        requests.ask_supplement(
            by=by, at=when, request=request, missing=["请说明使用场景涉及的事项与办理环节"], profile=self.law
        )

        def answer(later: datetime) -> None:
            by = self.cast.actor(asker, Role.ASKER, later)
            told = f"{request.scenario}，用于受理环节的自动核验。"
            requests.supplement(by=by, at=later, request=request, changes={"scenario": told}, profile=self.law)
            self.at(self.after(later, 2), lambda at: self._accept(at, offer, request, part=False))

        self.at(self.after(when, self.chance.randint(1, 4)), answer)

    def _refuse(self, when: datetime, asker: str, offer: Offer, request: Request) -> None:
        by = self.cast.actor(offer.department, Role.APPROVER, when)
        reason, clause = self.chance.choice(refusals())
        conditions = offer.fields["conditions"]
        lawful = bool(conditions) and self.chance.random() < 0.5
        clause = conditions[0] if lawful else clause
        requests.refuse(by=by, at=when, request=request, reason=reason, clause=clause, profile=self.law)
        if not lawful and self.chance.random() < 0.6:
            self.at(self.after(when, 3), lambda at: self._dispute(at, asker, request))
        elif self.chance.random() < 0.7:
            self.at(self.after(when, 4), lambda at: self._rule(at, request, confirmed=lawful))

    def _rule(self, when: datetime, request: Request, *, confirmed: bool) -> None:
        """The bureau looks at the refusals of its departments."""
        told = "所引条款在目录公布的共享条件之内" if confirmed else "所引条款不在目录公布的共享条件之内"
        by = self.cast.coordinator(when)
        rule_on_refusal(by=by, at=when, request=request, confirmed=confirmed, text=told)

    def _accept(self, when: datetime, offer: Offer, request: Request, *, part: bool, step: int = 0) -> None:
        granted = None
        if part and step == 0:
            line = request.lines.get()
            granted = {line.pk: line.fields[: max(1, len(line.fields) * 2 // 3)]}
        by = self.cast.actor(offer.department, Role.APPROVER, when, step)
        requests.decide(by=by, at=when, request=request, profile=self.law, granted=granted)
        if step + 1 < self.cast.departments[offer.department].approval_steps:
            later = when + timedelta(minutes=20)
            self.at(later, lambda at: self._accept(at, offer, request, part=part, step=step + 1))
            return
        self.at(when + timedelta(hours=2), self.work)
        self.at(self.after(when, 1), lambda at: self._read(at, request))
        if self.chance.random() < ENDED_EARLY:
            self.at(self.after(when, 30), lambda at: self._revoke(at, offer, request))

    def _read(self, when: datetime, request: Request) -> None:
        """The asker takes a file or looks somebody up, and comes again while there is a right; some never do."""
        grant = Grant.objects.select_related("consumer", "line__request").get(line__request=request)
        if over(grant, when) or self.chance.random() < UNUSED:
            return
        if not grant.deliveries.filter(state=DeliveryState.READY).exists():
            self.at(self.after(when, 1), lambda at: self._read(at, request))
            return
        by = self.cast.asker(grant.consumer_id, when)
        if wanted_by(grant).method.by_subject:
            case = f"{when:%Y%m%d}-{self.chance.randrange(100, 1_000)}"
            look_up(by=by, grant=grant, subject=self.town.anybody(), case=case, clock=lambda: when)
        else:
            give_ticket(by=by, at=when, grant=grant, file=self.chance.choice(("data.csv", "data.xlsx", "data.parquet")))
            read = Read.objects.filter(grant=grant).latest("at")
            end_read(read, "done", rows=read.delivery.rows if read.delivery else None)
        self.at(self.after(when, self.chance.randint(5, 40)), lambda at: self._read(at, request))

    def _revoke(self, when: datetime, offer: Offer, request: Request) -> None:
        request.refresh_from_db()
        if request.state not in (RequestState.DELIVERED, RequestState.IN_USE, RequestState.EXTENDED):
            return
        by = self.cast.actor(offer.department, Role.APPROVER, when)
        requests.revoke(by=by, at=when, request=request, reason="使用目的已经实现")

    # Quarrels, and what time brings.

    def _dispute(self, when: datetime, asker: str, request: Request) -> None:
        by = self.cast.actor(asker, Role.ASKER, when)
        department = self.cast.departments[asker]
        request.refresh_from_db()
        made = objections.raise_dispute(
            by=by, at=when, department=department, about=request, text="申请用途符合目录公布的共享条件"
        )

        def climb(later: datetime) -> None:
            by = self.cast.actor(asker, Role.ASKER, later)
            objections.climb(by=by, at=later, dispute=made, text="协商未达成一致，请主管部门协调")
            self.at(self.after(later, 5), settle)

        def settle(later: datetime) -> None:
            by = self.cast.coordinator(later)
            objections.settle(
                by=by, at=later, dispute=made, upheld=self.chance.random() < 0.5, text="主管部门协调意见已告知双方"
            )

        self.at(self.after(when, 5), climb)

    def nightly(self) -> None:
        """Every night the clock ends rights whose time is over, and askers confirm what they disposed of."""
        day = self.begin + timedelta(days=OFFERING_DAYS)
        while day < self.now:
            self.at(day.replace(hour=17, minute=30), self._night)
            day += timedelta(days=1)

    def _night(self, when: datetime) -> None:
        requests.expire_grants(at=when)
        ended = Request.objects.filter(state__in=(RequestState.EXPIRED.value, RequestState.REVOKED.value))
        for request in ended.select_related("requester"):
            if self.chance.random() < 0.15:
                by = self.cast.asker(request.requester_id, when)
                requests.dispose(by=by, at=when, request=request, how="已删除文件并清理备份")
