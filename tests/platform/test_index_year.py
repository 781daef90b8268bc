"""A random year of moves: every degree on the way is computed again from the log, and is the same."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.audit.sealing import seal_all
from ronghe.platform.catalogue.actions import withdraw
from ronghe.platform.catalogue.inventory import list_inventory
from ronghe.platform.catalogue.models import Version
from ronghe.platform.departments.models import Department
from ronghe.platform.index.computing import compute
from ronghe.platform.index.models import Degree
from ronghe.platform.requests import actions, objections
from ronghe.platform.requests.actions import CLOCK
from ronghe.platform.requests.models import Dispute, Objection, Request
from ronghe.platform.requests.rulings import rule_on_refusal
from ronghe.terms import RequestState, RongheError
from tests.platform.conftest import START
from tests.platform.towns import LAW, NAMES, Town, faults_of

pytestmark = pytest.mark.django_db
PERIODS = ("day", "week", "month", "quarter", "once")
CLASSES = ("conditional", "conditional", "unconditional", "not_shared")
Move = Callable[["Year", datetime], object]


class Year:
    """People of three departments doing whatever comes to their mind; what is refused changes nothing."""

    def __init__(self, town: Town, seed: int) -> None:
        self.town, self.chance = town, Random(seed)
        city = town.city
        self.departments = [city.civil, city.tax, city.health]
        self.people: dict[Department, tuple[Actor, Actor, Actor]] = {}
        for one in self.departments:
            offerer = city.actor(f"提供 {one.code}", one, Role.OFFERER)
            approver, asker = (city.actor(f"{role} {one.code}", one, role) for role in (Role.APPROVER, Role.ASKER))
            self.people[one] = (offerer, approver, asker)
        self.versions: list[Version] = []
        self.coordinator = city.actor("统筹", city.bureau, Role.COORDINATOR)
        for one in self.departments:
            self.versions.append(town.mounted(city.published(one, update_period="month")))

    def version(self) -> Version:
        return self.chance.choice(self.versions)

    def request(self, *states: RequestState) -> Request:
        found = list(Request.objects.filter(state__in=states).order_by("made", "pk"))
        return self.chance.choice(found)

    def publish(self, _at: datetime) -> None:
        how = self.chance.choice(CLASSES)
        fields: dict[str, Any] = {"sharing_class": how, "update_period": self.chance.choice(PERIODS)}
        fields |= {"legal_basis": "保守国家秘密法"} if how == "not_shared" else {}
        self.versions.append(self.town.city.published(self.chance.choice(self.departments), **fields))

    def mount(self, at: datetime) -> None:
        columns = self.chance.sample([*NAMES, "序号"], self.chance.randint(1, 4))
        checked = self.chance.randint(0, 50)
        rules = {"checked": checked, "passed": self.chance.randint(0, checked)}
        self.town.mounted(self.version(), at, columns=columns, rules=rules, hash=self.chance.choice("abc"))

    def happen(self, at: datetime) -> None:
        names = ("source.stopped", "source.restarted", "source.renewed", "source.renewed", "source.lost")
        self.town.told(self.chance.choice(names), self.version(), at)

    def inventory(self, at: datetime) -> None:
        one = self.chance.choice(self.departments)
        found = [{"name": self.version().name, "items": 3}, {"name": f"库{at.day}", "items": self.chance.randint(0, 4)}]
        list_inventory(by=self.people[one][0], at=at, department=one, found=found, system="库")

    def ask(self, at: datetime) -> None:
        version = self.version()
        asker = self.chance.choice([one for one in self.departments if one.pk != version.asset.department_id])
        by = self.people[asker][2]
        (draft,) = actions.new_requests(
            by=by,
            at=at,
            requester=asker,
            wishes=[(version, ["姓名"], {})],
            purpose="核验",
            legal_basis="法",
            wanted_from=at,
            wanted_until=at + timedelta(days=self.chance.randint(20, 200)),
        )
        actions.submit(by=by, at=at, request=draft, profile=LAW)

    def answer(self, at: datetime) -> None:
        request = self.request(RequestState.SUBMITTED)
        by = self.people[request.owner][1]
        given = {"by": by, "at": at, "request": request, "profile": LAW}
        what = self.chance.random()
        if what < 0.2:
            clause = self.chance.choice(("仅限办理行政给付", "内部规定"))
            actions.refuse(**given, reason="不符", clause=clause)  # type: ignore[arg-type]
        elif what < 0.35:
            actions.ask_supplement(**given, missing=["场景"])  # type: ignore[arg-type]
        else:
            actions.decide(**given)  # type: ignore[arg-type]

    def deliver(self, at: datetime) -> None:
        actions.delivered(at=at, request=self.request(RequestState.ACCEPTED))

    def supplement(self, at: datetime) -> None:
        request = self.request(RequestState.SUPPLEMENT_ASKED)
        by = self.people[request.requester][2]
        if self.chance.random() < 0.3:
            actions.take_back(by=by, at=at, request=request, profile=LAW)
        else:
            actions.supplement(by=by, at=at, request=request, changes={"scenario": "办理"}, profile=LAW)

    def revoke(self, at: datetime) -> None:
        request = self.request(RequestState.ACCEPTED, RequestState.DELIVERED)
        actions.revoke(by=self.people[request.owner][1], at=at, request=request, reason="结束")

    def lengthen(self, at: datetime) -> None:
        request = self.request(RequestState.SUBMITTED)
        actions.lengthen_clock(by=self.coordinator, at=at, request=request, days=3, profile=LAW)

    def rule(self, at: datetime) -> None:
        confirmed = self.chance.random() < 0.6
        refused = self.request(RequestState.REFUSED)
        rule_on_refusal(by=self.coordinator, at=at, request=refused, confirmed=confirmed, text="已审查")

    def quarrel(self, at: datetime) -> None:
        refused = self.request(RequestState.REFUSED)
        by = self.people[refused.requester][2]
        made = objections.raise_dispute(by=by, at=at, department=refused.requester, about=refused, text="不同意")
        objections.climb(by=by, at=at, dispute=made, text="协调")

    def settle(self, at: datetime) -> None:
        dispute = self.chance.choice(list(Dispute.objects.filter(settled__isnull=True).order_by("made", "pk")))
        upheld = self.chance.random() < 0.5
        objections.settle(by=self.coordinator, at=at, dispute=dispute, upheld=upheld, text="决定")

    def object(self, at: datetime) -> None:
        request = self.request(RequestState.DELIVERED, RequestState.IN_USE)
        by, version = self.people[request.requester][2], request.lines.get().version
        objections.object_to_row(
            by=by,
            at=at,
            department=request.requester,
            version=version,
            row_key="1",
            field="姓名",
            claim="张三",
            evidence="证件",
            profile=LAW,
        )

    def check_row(self, at: datetime) -> None:
        found = self.chance.choice(list(Objection.objects.filter(answered__isnull=True).order_by("made", "pk")))
        by = self.people[found.version.asset.department][0]
        upheld = self.chance.random() < 0.5
        objections.answer_objection(by=by, at=at, objection=found, upheld=upheld, answer="已核")

    def withdraw(self, at: datetime) -> None:
        withdraw(by=self.coordinator, at=at, version=self.version(), reason="停用")

    def expire(self, at: datetime) -> None:
        actions.expire_grants(at=at)

    def compute(self, at: datetime) -> None:
        seal_all(self.town.home)
        compute(by=CLOCK, at=at, law=LAW)


RARE = (Year.publish, Year.inventory, Year.withdraw, Year.revoke, Year.lengthen, Year.quarrel, Year.settle, Year.rule)
USUAL = (Year.mount, Year.happen, Year.expire, Year.supplement, Year.object, Year.check_row, Year.compute)
OFTEN = (Year.ask, Year.answer, Year.deliver)


@pytest.mark.parametrize("seed", [809, 2025, 41])
def test_after_a_random_year_the_log_gives_the_degrees_that_are_kept(seed: int, town: Town) -> None:
    year, at = Year(town, seed), START
    moves: list[Move] = [*RARE, *USUAL * 2, *OFTEN * 5]
    made = 0
    for _ in range(130):
        at += timedelta(hours=year.chance.randint(8, 110))
        # What cannot be done now is refused, and nothing to do it to is an empty choice.
        with suppress(RongheError, IndexError):
            year.chance.choice(moves)(year, at)
            made += 1
    year.compute(at)
    seal_all(town.home)
    kept = list(Degree.objects.order_by("at"))
    assert made > 60
    assert len(kept) > 2
    assert {one.inputs for one in kept} != {kept[0].inputs}
    assert all(before.size < after.size for before, after in pairwise(kept))
    for degree in kept:
        assert faults_of(town, degree) == ()
        for share in degree.shares.all():
            product = Fraction(1)
            for _, rate in share.factors:
                product *= Fraction(rate)
            assert 0 <= product <= 1
            assert share.exact in ("", str(product))
