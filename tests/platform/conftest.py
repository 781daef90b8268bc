"""A small city for the platform's tests: a bureau, three departments, and people for every role."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.conf import LazySettings

from ronghe.platform.access.models import Membership, Person
from ronghe.platform.access.queries import actor_of
from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.audit.store import make_log
from ronghe.platform.catalogue.actions import describe, new_asset, publish, submit_for_review
from ronghe.platform.catalogue.models import Version
from ronghe.platform.departments.models import Department
from ronghe.platform.requests import kind as kinds
from ronghe.platform.requests.actions import new_requests, submit
from ronghe.platform.requests.models import Grant, Line, Objection, Request
from ronghe.standards.legal import legal_profile
from ronghe.terms import InputError, Kind, Refused
from tests.platform.browsing import chromium, reader, served  # noqa: F401 - fixtures

if TYPE_CHECKING:
    from tests.platform.towns import Town

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
"""A Monday morning in Beijing."""
ENTRY: Mapping[str, Any] = {
    "name": "婚姻登记信息",
    "abstract": "全市婚姻登记的登记日期与当事人。",
    "category": "人口",
    "format": "file",
    "method": "file",
    "update_period": "day",
    "sharing_class": "conditional",
    "conditions": ["仅限办理行政给付"],
}
ITEMS: Sequence[Mapping[str, Any]] = (
    {"name": "公民身份号码", "type": "C", "element": "citizen_id"},
    {"name": "姓名", "type": "C", "element": "person_name"},
    {"name": "登记日期", "type": "D", "element": "date"},
)


@dataclass
class RecordedKind:
    """A kind that remembers what the flow of requests asked of it."""

    name: str = "data"
    handed: list[UUID] = field(default_factory=list)
    prepared: list[UUID] = field(default_factory=list)
    ended: list[UUID] = field(default_factory=list)
    told: list[UUID] = field(default_factory=list)

    def check_line(self, version: Version, fields: Sequence[str], rows: Mapping[str, Any]) -> None:
        known = set(version.items.values_list("name", flat=True))
        if not fields or not set(fields) <= known:
            raise InputError("platform.field_unknown", name=", ".join(fields), known=", ".join(known))

    def is_personal(self, line: Line, fields: Sequence[str]) -> bool:
        return line.version.personal or line.version.items.filter(personal=True, name__in=fields).exists()

    def terms_of(self, line: Line, fields: Sequence[str]) -> Mapping[str, Any]:
        return dict.fromkeys(fields, "keep")

    def rows_of(self, line: Line) -> Mapping[str, Any]:
        return {**line.rows, **line.tighter.get("rows", {})}

    def facts_of(self, line: Line) -> Mapping[str, Any]:
        return {"method": "file", "rows_limited": bool(line.rows)}

    def check_tighter(self, line: Line, tighter: Mapping[str, Any]) -> None:
        if "looser" in tighter:
            raise Refused("platform.obligation_looser", name="", said="", present="")

    def handed_in(self, line: Line, at: datetime) -> None:
        self.handed.append(line.pk)

    def prepare(self, grant: Grant, at: datetime) -> None:
        self.prepared.append(grant.pk)

    def end(self, grant: Grant, at: datetime) -> None:
        self.ended.append(grant.pk)

    def objected(self, objection: Objection, at: datetime) -> None:
        pass

    def corrected(self, grants: Sequence[Grant], objection: Objection, at: datetime) -> None:
        self.told += [grant.pk for grant in grants]


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> RecordedKind:
    recorded = RecordedKind()
    monkeypatch.setitem(kinds._KINDS, "data", recorded)
    return recorded


class City:
    """Finds or makes what a test talks about, by name."""

    def __init__(self) -> None:
        self.bureau = Department.objects.create(code="SJJ", name="数据局", is_bureau=True)
        self.civil = Department.objects.create(code="MZJ", name="民政局", parent=self.bureau)
        self.tax = Department.objects.create(code="SWJ", name="税务局", parent=self.bureau)
        self.health = Department.objects.create(code="WJW", name="卫健委", parent=self.bureau)

    @classmethod
    def again(cls) -> "City":
        """The city of an installation that has one."""
        city = cls.__new__(cls)
        for name, code in (("bureau", "SJJ"), ("civil", "MZJ"), ("tax", "SWJ"), ("health", "WJW")):
            setattr(city, name, Department.objects.get(code=code))
        return city

    def person(self, username: str, department: Department, *roles: Role) -> Person:
        person, _ = Person.objects.get_or_create(username=username, defaults={"name": username})
        for role in roles:
            Membership.objects.create(person=person, department=department, role=role, since=START)
        return person

    def known(self, username: str) -> bool:
        return Person.objects.filter(username=username).exists()

    def actor(self, username: str, department: Department, *roles: Role, at: datetime = START) -> Actor:
        return actor_of(self.person(username, department, *roles), at)

    @property
    def coordinator(self) -> Actor:
        return actor_of(Person.objects.get(username="统筹"), START)

    def published(
        self, department: Department | None = None, items: Sequence[Mapping[str, Any]] = ITEMS, **changes: Any
    ) -> Version:
        """An entry of civil affairs in force."""
        owner = department or self.civil
        offerer = self.actor(f"提供 {owner.code}", owner, Role.OFFERER)
        reviewer = self.actor("统筹", self.bureau, Role.COORDINATOR)
        number = owner.assets.count() + 1
        asset = new_asset(by=offerer, at=START, department=owner, code=f"{owner.code}-{number}", kind=Kind.DATA)
        fields = {**ENTRY, "name": f"{ENTRY['name']}{number}", **changes}
        draft = describe(by=offerer, at=START, asset=asset, fields=fields, items=items)
        submit_for_review(by=offerer, at=START, version=draft)
        return publish(by=reviewer, at=START, version=draft)

    def asked(self, *, days: int = 200) -> Request:
        """Tax asks civil affairs for the names in a new entry, for so many days; nobody has answered yet."""
        version = self.published()
        by = self.actor("申请人", self.tax, Role.ASKER)
        (request,) = new_requests(
            by=by,
            at=START,
            requester=self.tax,
            wishes=[(version, ["姓名"], {})],
            purpose="核验",
            legal_basis="个人所得税法第十五条",
            wanted_from=START,
            wanted_until=START + timedelta(days=days),
        )
        return submit(by=by, at=START, request=request, profile=legal_profile("cn-809-2025"))


@pytest.fixture
def city(db: None) -> City:
    return City()


@pytest.fixture
def town(city: City, tmp_path: Path, settings: LazySettings, kind: RecordedKind) -> "Town":
    """The city with a log of its own, and what a worker would record."""
    # It stands on the city of this file.
    from tests.platform.towns import Town

    settings.HOME = tmp_path
    make_log(tmp_path)
    return Town(city, tmp_path)
