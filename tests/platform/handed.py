"""A register of civil affairs with a source, and grants on it: what tests of the data kind talk about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ronghe.platform.access.queries import actor_of
from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.catalogue.models import Version
from ronghe.platform.jobs.immediate import InProcess
from ronghe.platform.jobs.models import Job
from ronghe.platform.kinds.data.models import Delivery, Source
from ronghe.platform.kinds.data.sources import mount_upload
from ronghe.platform.requests import actions
from ronghe.platform.requests.models import Grant, Request
from ronghe.standards.legal import legal_profile
from tests.platform.conftest import START, City

LAW = legal_profile("cn-809-2025")
LATER = START + timedelta(days=3)
UNTIL = datetime(2026, 12, 31, tzinfo=UTC)
IDS = ("11010519491231002X", "440524188001010014", "110105199003074514", "11010519900307563X")
ITEMS: Sequence[Mapping[str, Any]] = (
    {"name": "公民身份号码", "type": "C", "is_key": True, "obligation": {"token": "citizen"}},
    {"name": "姓名", "type": "C", "obligation": {"mask": {"first": 1}}},
    {"name": "登记日期", "type": "D", "obligation": {"bucket_date": "month"}},
    {"name": "区划代码", "type": "C"},
    {"name": "备注", "type": "C"},
)
ROWS = (
    "公民身份号码,姓名,登记日期,区划代码,备注",
    f"{IDS[0]},张三丰,2026-01-05,330106,=1+1",
    f"{IDS[1]},李四,2026-01-06,330106,",
    f"{IDS[2]},王五,2026-02-07,330108,平常",
    f"{IDS[3]},赵六,2026-02-08,330106,平常",
)
FIELDS = ("公民身份号码", "姓名", "登记日期", "备注")
WHERE = {"where": [{"field": "区划代码", "is": "330106"}]}


def text(rows: Sequence[str] = ROWS) -> bytes:
    return ("\n".join(rows) + "\n").encode()


@dataclass
class Handing:
    """Walks the flow on one asset: everything is an action that a person or the worker could take."""

    city: City
    version: Version
    source: Source
    now: datetime = LATER
    worker: InProcess = field(init=False)

    def __post_init__(self) -> None:
        self.worker = InProcess(self.clock)

    def clock(self) -> datetime:
        return self.now

    def someone(self, username: str, *roles: Role, at: datetime = LATER) -> Actor:
        where = self.city.tax if Role.ASKER in roles else self.city.civil
        if not self.city.known(username):
            self.city.person(username, where, *roles)
        return actor_of(self.city.person(username, where), at)

    def everybody(self) -> None:
        """Let the people exist that a test meets on pages only."""
        for actor in (self.asker, self.approver, self.offerer):
            assert actor.held

    @property
    def asker(self) -> Actor:
        return self.someone("申请人", Role.ASKER)

    @property
    def approver(self) -> Actor:
        return self.someone("审批人", Role.APPROVER)

    @property
    def offerer(self) -> Actor:
        return self.someone("提供 MZJ", Role.OFFERER)

    def asked(self, fields: Sequence[str] = FIELDS, rows: Mapping[str, Any] = WHERE, **changes: Any) -> Request:
        given: dict[str, Any] = {"wanted_from": START, "wanted_until": UNTIL, **changes}
        made = actions.new_requests(
            by=self.asker,
            at=START,
            requester=self.city.tax,
            wishes=[(self.version, fields, rows)],
            purpose="个人所得税专项附加扣除核验",
            legal_basis="个人所得税法第十五条",
            **given,
        )
        report = "个人信息保护影响评估报告"
        assessed = actions.attach_assessment(by=self.asker, at=START, request=made[0], assessment=report)
        return actions.submit(by=self.asker, at=START, request=assessed, profile=LAW)

    def granted(self, fields: Sequence[str] = FIELDS, rows: Mapping[str, Any] = WHERE, **changes: Any) -> Grant:
        request = self.asked(fields, rows, **changes)
        actions.decide(by=self.approver, at=LATER, request=request, profile=LAW)
        return self.grant(request)

    def grant(self, request: Request) -> Grant:
        kept = Grant.objects.select_related("line__request", "version__asset", "consumer")
        return kept.get(line__request=request)

    def delivered(self, fields: Sequence[str] = FIELDS, rows: Mapping[str, Any] = WHERE, **changes: Any) -> Delivery:
        grant = self.granted(fields, rows, **changes)
        self.worker.run_waiting()
        return self.delivery(grant)

    def delivery(self, grant: Grant) -> Delivery:
        kept = Delivery.objects.select_related("grant__line__request", "grant__version__asset", "grant__consumer")
        return kept.filter(grant=grant).order_by("-number").first()  # type: ignore[return-value]

    def remount(self, rows: Sequence[str], at: datetime | None = None) -> Source:
        self.source = mount_upload(
            by=self.offerer, at=at or self.now, asset=self.version.asset, chunks=[text(rows)], called="婚姻登记.csv"
        )
        seen_before(self.source)
        return self.source


def seen_before(source: Source) -> None:
    """As the worker leaves a source that it looked into."""
    found = [{"column": "公民身份号码", "kind": "citizen_id", "subject": "personal", "grade": "3"}]
    source.examined, source.examination = START, {"found": found}
    source.save()
    Job.objects.filter(name="data.examine").delete()


def handing(city: City, method: str = "database", *, examined: bool = False) -> Handing:
    """An entry in force with its source mounted; not `examined`, which takes longer than all the rest."""
    version = city.published(items=ITEMS, format="database", method=method)
    offerer = actor_of(city.person("提供 MZJ", city.civil), START)
    source = mount_upload(by=offerer, at=START, asset=version.asset, chunks=[text()], called="婚姻登记.csv")
    if not examined:
        seen_before(source)
    return Handing(city, version, source)
