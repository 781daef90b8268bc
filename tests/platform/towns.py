"""A city whose civil affairs offer and whose tax asks, for tests of the sharing index."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.audit.actions import record
from ronghe.platform.audit.sealing import seal_all
from ronghe.platform.catalogue.models import Version
from ronghe.platform.index.computing import check, compute
from ronghe.platform.index.models import Degree, Share
from ronghe.platform.requests import actions
from ronghe.platform.requests.actions import CLOCK
from ronghe.platform.requests.models import Request
from ronghe.standards.legal import LegalProfile, legal_profile
from tests.platform.conftest import ITEMS, START, City

LAW = legal_profile("cn-809-2025")
DAY = timedelta(days=1)
NAMES = [item["name"] for item in ITEMS]
YEAR_END = START + 200 * DAY


@dataclass
class Town:
    """A city whose civil affairs offer and whose tax asks, with the events that a worker would record."""

    city: City
    home: Path

    def mounted(self, version: Version, at: datetime = START, **changes: Any) -> Version:
        """What a mounted and examined source leaves in the log."""
        self.told("source.mounted", version, at, kind="upload", hash=changes.pop("hash", "a"))
        said = {"found": True, "columns": NAMES, "rules": {"checked": 100, "passed": 100}} | changes
        self.told("source.examined", version, at, **said)
        return version

    def told(self, action: str, version: Version, at: datetime, **facts: Any) -> None:
        with transaction.atomic():
            record(
                by=CLOCK,
                at=at,
                action=action,
                subject_kind="asset",
                subject=version.asset_id,
                departments=[str(version.asset.department_id)],
                facts={"asset": version.asset.code, **facts},
            )

    def shared(self, **changes: Any) -> Version:
        """An entry that is published, mounted and due only once."""
        return self.mounted(self.city.published(**{"update_period": "once"} | changes))

    @property
    def asker(self) -> Actor:
        return self.city.actor("申请人", self.city.tax, Role.ASKER)

    @property
    def approver(self) -> Actor:
        return self.city.actor("审批人", self.city.civil, Role.APPROVER)

    def asked(self, version: Version, at: datetime = START) -> Request:
        by = self.asker
        (draft,) = actions.new_requests(
            by=by,
            at=at,
            requester=self.city.tax,
            wishes=[(version, ["姓名"], {})],
            purpose="核验",
            legal_basis="个人所得税法第十五条",
            wanted_from=at,
            wanted_until=at + 300 * DAY,
        )
        return actions.submit(by=by, at=at, request=draft, profile=LAW)

    def delivered(self, request: Request, at: datetime) -> Request:
        actions.decide(by=self.approver, at=at, request=request, profile=LAW)
        return actions.delivered(at=at + timedelta(hours=1), request=request)

    def refused(self, request: Request, at: datetime, clause: str = "仅限办理行政给付") -> Request:
        return actions.refuse(by=self.approver, at=at, request=request, reason="不符", clause=clause, profile=LAW)

    def degree(self, at: datetime = YEAR_END) -> Degree:
        """Sealed and computed, as every night."""
        seal_all(self.home)
        (done,) = compute(by=CLOCK, at=at, law=LAW)
        if done.why is not None:
            raise done.why
        assert done.degree is not None
        return done.degree

    def share(self, at: datetime = YEAR_END) -> Share:
        return self.degree(at).shares.get(department=self.city.civil)


def faults_of(town: Town, degree: Degree, law: LegalProfile = LAW) -> tuple[str, ...]:
    """What differs when a degree is computed again from the log."""
    (checked,) = check(town.home, [degree], law=law)
    return checked.faults
