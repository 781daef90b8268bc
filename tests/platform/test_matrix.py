"""Endpoint by role by department: who may do what through the API, and that nobody else may."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from ronghe.messages import known
from ronghe.platform.access.actions import SCOPES
from ronghe.platform.access.models import Delegation, Membership, Person, Token
from ronghe.platform.access.queries import actor_of, digest_of
from ronghe.platform.access.roles import Role
from ronghe.platform.alarms.models import Notice, Webhook
from ronghe.platform.api import calls, grants, watching
from ronghe.platform.api.calls import ANY, SESSION
from ronghe.platform.api.document import document
from ronghe.platform.api.limits import Limits
from ronghe.platform.audit.models import Entry
from ronghe.platform.catalogue.actions import describe, new_asset, submit_for_review
from ronghe.platform.catalogue.inventory import list_inventory
from ronghe.platform.catalogue.models import Version
from ronghe.platform.catalogue.needs import announce, ask_for, assign_demand
from ronghe.platform.index.models import Degree, Share
from ronghe.platform.jobs.models import Job
from ronghe.platform.kinds.data.models import Correction, Delivery, Read, Source
from ronghe.platform.requests import actions, objections
from ronghe.platform.requests.models import Grant, Request
from ronghe.standards.legal import legal_profile
from ronghe.terms import Kind
from tests.platform.conftest import ENTRY, ITEMS, START, City, RecordedKind
from tests.platform.matrix import CALLERS, ROWS, Row
from tests.platform.programs import Program

LAW = legal_profile("cn-809-2025")
UNTIL = datetime(2028, 1, 1, tzinfo=UTC)
DENIED = frozenset(
    {
        "api.401",
        "api.404",
        # A department that is not one's own does not exist.
        "platform.field_value",
        "platform.role_missing",
        "platform.scope_missing",
    }
)


def operations() -> dict[str, dict[str, Any]]:
    found = {}
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            found[f"{method.upper()} {path.removeprefix('/api')}"] = operation
    return found


def test_every_operation_has_its_row_and_every_row_its_operation() -> None:
    assert sorted(operations()) == sorted(ROWS)


def test_every_operation_names_a_scope_that_a_person_can_read_about() -> None:
    wanted = {operation["x-scope"] for operation in operations().values()}
    assert wanted == {*SCOPES, ANY, SESSION}
    assert all(known(f"platform.scope_{scope}") for scope in SCOPES)


class Things:
    """One of everything, between an owner (MZJ), an asker (SWJ) and a bureau; and every caller with a token."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.places = {"owner": city.civil, "asker": city.tax, "third": city.health, "bureau": city.bureau}
        self.named: dict[str, str] = {"third": "WJW", "owner": "MZJ"}
        self.programs = {caller: self._program(caller) for caller in sorted(CALLERS)}
        self._catalogue()
        self._requests()
        self._rights()
        self._rest()

    def _program(self, caller: str) -> Program:
        person = Person.objects.create(username=caller, name=caller)
        if caller != "nobody":
            role, place = caller.split("@")
            Membership.objects.create(person=person, department=self.places[place], role=role, since=START)
        return Program(self.token(person, SCOPES))

    def token(self, person: Person, scopes: object) -> str:
        secret = f"rh_{person.username}_{Token.objects.count()}"
        given = {"name": "程序", "scopes": scopes, "made": START, "expires": UNTIL}
        Token.objects.create(person=person, digest=digest_of(secret), **given)
        return secret

    def by(self, role: Role, place: str) -> Any:
        return actor_of(Person.objects.get(username=f"{role.value}@{place}"), START)

    def keep(self, name: str, kept: Any) -> Any:
        self.named[name] = str(kept.pk if hasattr(kept, "pk") else kept)
        return kept

    def _draft(self, code: str) -> Version:
        by = self.by(Role.OFFERER, "owner")
        asset = new_asset(by=by, at=START, department=self.city.civil, code=code, kind=Kind.DATA)
        return describe(by=by, at=START, asset=asset, fields={**ENTRY, "name": f"草稿{code}"}, items=ITEMS)

    def _catalogue(self) -> None:
        self.keep("code", self.city.published().asset.code)
        self.keep("draft", self._draft("MZJ-D").asset.code)
        review = self._draft("MZJ-R")
        submit_for_review(by=self.by(Role.OFFERER, "owner"), at=START, version=review)
        self.keep("review", review.asset.code)
        found = [{"name": "低保户"}]
        offerer, asker = self.by(Role.OFFERER, "owner"), self.by(Role.ASKER, "asker")
        list_inventory(by=offerer, at=START, department=self.city.civil, found=found)
        self.keep("thing", self.city.civil.inventory.get())
        demand = self.keep("demand", ask_for(by=asker, at=START, department=self.city.tax, text="低保"))
        bureau = self.by(Role.COORDINATOR, "bureau")
        assign_demand(by=bureau, at=START, demand=demand, owner=self.city.civil, profile=LAW)
        announce(by=asker, at=START, department=self.city.tax, name="用电", items=["户号"], reason="没有")

    def _asked(self, name: str, *, hand_in: bool = True) -> Request:
        asker = self.by(Role.ASKER, "asker")
        version = Version.objects.get(asset__code=self.named["code"])
        (request,) = actions.new_requests(
            by=asker,
            at=START,
            requester=self.city.tax,
            wishes=[(version, ["姓名"], {})],
            purpose="核验",
            legal_basis="个人所得税法第十五条",
            wanted_from=START,
            wanted_until=UNTIL,
        )
        if hand_in:
            request = actions.submit(by=asker, at=START, request=request, profile=LAW)
        return self.keep(name, request)  # type: ignore[no-any-return]

    def _requests(self) -> None:
        owner = self.by(Role.APPROVER, "owner")
        self._asked("drafted", hand_in=False)
        self.keep("line", self._asked("submitted").lines.get())
        actions.ask_supplement(by=owner, at=START, request=self._asked("lacking"), missing=["场景"], profile=LAW)
        for name in ("refused", "disputed"):
            refused = actions.refuse(
                by=owner, at=START, request=self._asked(name), reason="不", clause="第十四条", profile=LAW
            )
        for name in ("revoked", "delivered"):
            request = self._asked(name)
            actions.decide(by=owner, at=START, request=request, profile=LAW)
            actions.delivered(at=START, request=request)
        actions.revoke(by=owner, at=START, request=Request.objects.get(pk=self.named["revoked"]), reason="停")
        asker = self.by(Role.ASKER, "asker")
        given: dict[str, Any] = {"department": self.city.tax, "about": refused, "text": "不服"}
        self.keep("dispute", objections.raise_dispute(by=asker, at=START, **given))

    def _rights(self) -> None:
        grant = self.keep("grant", Grant.objects.get(line__request=UUID(self.named["delivered"])))
        files = [{"name": "data.csv", "bytes": 1, "hash": "sha256:x"}]
        delivery = Delivery.objects.create(
            grant=grant, number=1, state="ready", wanted=START, made=START, files=files, entry=UUID(int=1), rows=1
        )
        self.keep("number", 1)
        reader = {"person": UUID(int=1), "person_name": "x"}
        Read.objects.create(grant=grant, delivery=delivery, channel="file", at=START, **reader)
        objection = objections.object_to_row(
            by=self.by(Role.ASKER, "asker"),
            at=START,
            department=self.city.tax,
            version=grant.version,
            row_key="1",
            field="姓名",
            claim="张三",
            evidence="身份证",
            profile=LAW,
        )
        self.keep("objection", objection)
        self.keep("correction", Correction.objects.create(objection=objection, grant=grant, told=START))

    def _rest(self) -> None:
        self.keep("somebody", self.city.person("某人", self.city.civil, Role.RESOURCE_KEEPER).username)
        self.keep("membership", Membership.objects.get(person__username="某人"))
        # From tomorrow on, so that it adds no caller to a role.
        tomorrow = {"since": START + timedelta(days=1), "until": START + timedelta(days=2)}
        nobody = Person.objects.get(username=self.keep("nobody", "nobody"))
        lent = Membership.objects.get(person__username="某人")
        self.keep("lent", Delegation.objects.create(membership=lent, to=nobody, **tomorrow))
        self.keep("a_token", Token.objects.get(person__username="nobody"))
        self.keep("entry", Entry.objects.filter(action="request.submit").first())
        approver = Person.objects.get(username="approver@owner")
        about = {"department": "税务局", "purpose": "核验"}
        Notice.objects.create(person=approver, code="request.submit", params=about, url="/", made=START, key="x")
        hook = Webhook.objects.create(department=self.city.civil, url="https://mzj.example", made=START)
        self.keep("webhook", hook)
        self.keep("job", Job.objects.create(name="clocks", key="x", made=START))
        self.keep("computation", Job.objects.create(name="index.compute", key="x", made=START))
        self._degree()
        published = Version.objects.select_related("asset").get(asset__code=self.named["code"])
        self.keep("version", published)
        known = {"examined": START, "probe": {"columns": ["姓名"]}, "examination": {"sample": [["张*"]]}}
        Source.objects.create(asset=published.asset, kind="upload", address="x", mounted=START, **known)

    def _degree(self) -> None:
        """As if the index had been computed."""
        hashes = dict.fromkeys(("inputs", "result", "law"), "0")
        told: dict[str, Any] = {"exact": "1", "value": 1.0, "low": 1.0, "high": 1.0}
        degree = Degree.objects.create(kind="data", day=START.date(), at=START, size=0, **told, **hashes)
        row = {"about": "entry", "id": self.named["code"], "name": "x", "weight": 3, "factors": {}, "counts": {}}
        Share.objects.create(
            degree=degree, department=self.city.civil, amount=3, share=1, exact="1", low=1, high=1, rows=[row]
        )

    def filled(self, value: Any) -> Any:
        """A body with the things in place of their names."""
        if isinstance(value, Mapping):
            return {name: self.filled(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.filled(one) for one in value]
        found = re.fullmatch(r"\{(\w+)\}", value) if isinstance(value, str) else None
        return self.named[found[1]] if found else value

    def at(self, path: str, row: Row) -> str:
        """An address with the things in place of its parts, `{part}` or `<type:part>`."""

        def part(found: re.Match[str]) -> str:
            name = row.path.get(found[1], found[1])
            return self.named.get(name, name)

        return re.sub(r"[{<](?:\w+:)?(\w+)[}>]", part, path)

    def outcome(self, name: str, row: Row, program: Program) -> str:
        """`yes`, `no`, or the code of an error behind the door; whatever was changed is undone."""
        method, path = name.split(" ")
        path = self.at(path, row) + row.query
        body = self.filled(row.body) if row.body is not None else ({} if method == "POST" else None)
        with transaction.atomic():
            answer = program.call(method, path, body)
            transaction.set_rollback(True)
        told = json.loads(answer.content)
        if answer.status_code < 300:
            return "no" if told.get("rows") == [] else "yes"
        return "no" if told["code"] in DENIED else str(told["code"])


@pytest.fixture
def things(city: City, kind: RecordedKind, monkeypatch: pytest.MonkeyPatch) -> Things:
    monkeypatch.setattr(calls, "_limits", Limits(1_000_000))
    monkeypatch.setattr(calls, "_strangers", Limits(1_000_000))
    monkeypatch.setattr(calls, "now", lambda: START + timedelta(hours=1))
    for module in (grants, watching):
        monkeypatch.setattr(module, "receipt_for", lambda *_: {"entry": "x"})
    monkeypatch.setattr(watching, "has_log", lambda _: True)
    monkeypatch.setattr("ronghe.platform.alarms.actions.check_address", lambda *_: None)
    return Things(city)


@pytest.mark.slow
@pytest.mark.django_db
def test_each_caller_may_do_what_the_matrix_says_and_nothing_else(things: Things) -> None:
    wrong = []
    for name, row in ROWS.items():
        found = {caller: things.outcome(name, row, program) for caller, program in things.programs.items()}
        expected = {caller: (row.ends or "yes") if caller in row.who else "no" for caller in found}
        wrong += [(name, caller, found[caller]) for caller in found if found[caller] != expected[caller]]
    assert wrong == [], "\n".join(map(str, wrong))


@pytest.mark.django_db
def test_without_a_token_and_without_its_scope_every_operation_is_closed(things: Things) -> None:
    stranger = Program("rh_unknown")
    best = {name: min(row.who, default="nobody") for name, row in ROWS.items()}
    for name, operation in operations().items():
        row, scope = ROWS[name], operation["x-scope"]
        assert things.outcome(name, row, stranger) == "no", name
        if scope in SCOPES:
            person = Person.objects.get(username=best[name])
            others = [other for other in SCOPES if other != scope]
            program = Program(things.token(person, others))
            assert things.outcome(name, row, program) == "no", name
