"""The life of a request: who may do what when, with the clock that the law sets, and a record of everything."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ronghe.platform.access.actions import stand_in
from ronghe.platform.access.models import Membership
from ronghe.platform.access.queries import actor_of
from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.audit.models import Entry
from ronghe.platform.catalogue.actions import describe, new_asset, publish, submit_for_review
from ronghe.platform.catalogue.models import Version
from ronghe.platform.departments.models import Department
from ronghe.platform.requests import actions
from ronghe.platform.requests.holding import conditions_of
from ronghe.platform.requests.models import Dispute, Grant, Request
from ronghe.platform.requests.objections import answer_objection, climb, object_to_row, raise_dispute, settle
from ronghe.platform.requests.rules import MOVES, moves_from
from ronghe.platform.requests.rulings import rule_on_refusal
from ronghe.platform.requests.tightening import tighten
from ronghe.platform.requests.visibility import visible_grants, visible_requests
from ronghe.platform.work_list import waiting
from ronghe.standards.legal import legal_profile
from ronghe.terms import InputError, Kind, Refused, RequestState, UsageError
from tests.platform.conftest import ENTRY, ITEMS, START, City, RecordedKind

LAW = legal_profile("cn-809-2025")
LATER = START + timedelta(days=3)
UNTIL = datetime(2026, 12, 31, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def asker(city: City) -> Actor:
    return city.actor("申请人", city.tax, Role.ASKER)


@pytest.fixture
def approver(city: City) -> Actor:
    return city.actor("审批人", city.civil, Role.APPROVER)


@pytest.fixture
def version(city: City, kind: RecordedKind) -> Version:
    return city.published()


def draft(
    city: City, by: Actor, *versions: Version, fields: tuple[str, ...] = ("姓名", "登记日期")
) -> tuple[Request, ...]:
    return actions.new_requests(
        by=by,
        at=START,
        requester=city.tax,
        wishes=[(version, fields, {}) for version in versions],
        purpose="个人所得税专项附加扣除核验",
        legal_basis="个人所得税法第十五条",
        wanted_from=START,
        wanted_until=UNTIL,
    )


@pytest.fixture
def submitted(city: City, asker: Actor, version: Version) -> Request:
    return actions.submit(by=asker, at=START, request=draft(city, asker, version)[0], profile=LAW)


def test_from_wish_to_disposal(
    city: City, asker: Actor, approver: Actor, submitted: Request, kind: RecordedKind
) -> None:
    assert submitted.due == date(2026, 3, 16)
    accepted = actions.decide(by=approver, at=LATER, request=submitted, profile=LAW)
    assert accepted.state == RequestState.ACCEPTED
    grant = Grant.objects.get(line__request=accepted)
    assert (grant.consumer, set(grant.fields), grant.valid_until) == (city.tax, {"姓名", "登记日期"}, UNTIL)
    assert kind.prepared == [grant.pk]
    actions.delivered(at=LATER, request=accepted)
    assert actions.used(at=LATER, request=accepted).state == RequestState.IN_USE
    longer = UNTIL + timedelta(days=90)
    assert (
        actions.extend(by=approver, at=LATER, request=accepted, until=longer, profile=LAW).state
        == RequestState.EXTENDED
    )
    assert actions.expire_grants(at=UNTIL) == 0
    assert actions.expire_grants(at=longer) == 1
    assert kind.ended == [grant.pk]
    accepted.refresh_from_db()
    assert actions.dispose(by=asker, at=longer, request=accepted, how="已删除").state == RequestState.DISPOSED
    told = [move.name for move in accepted.moves.all()]
    assert told == ["submit", "accept", "deliver", "use", "extend", "expire", "dispose"]
    entries = Entry.objects.filter(subject_kind="request", subject=str(accepted.pk)).order_by("at", "id")
    assert [entry.action for entry in entries] == ["request.drafted", *(f"request.{name}" for name in told)]


def test_a_cart_is_split_to_its_owners(city: City, asker: Actor, version: Version, kind: RecordedKind) -> None:
    other = city.published(city.health)
    first, second = draft(city, asker, version, other)
    assert {first.owner, second.owner} == {city.civil, city.health}
    assert first.cart == second.cart


@pytest.mark.parametrize("name", [name for name, rule in MOVES.items() if rule.side != "clock"])
def test_a_move_from_the_wrong_state_names_what_may_be_done(
    name: str, asker: Actor, approver: Actor, submitted: Request
) -> None:
    actions.refuse(by=approver, at=LATER, request=submitted, reason="不符合条件", clause="第一条", profile=LAW)
    submitted.refresh_from_db()
    assert not moves_from(RequestState.REFUSED)
    calls = {
        "submit": lambda: actions.submit(by=asker, at=LATER, request=submitted, profile=LAW),
        "take_back": lambda: actions.take_back(by=asker, at=LATER, request=submitted, profile=LAW),
        "ask_supplement": lambda: actions.ask_supplement(
            by=approver, at=LATER, request=submitted, missing=["依据"], profile=LAW
        ),
        "supplement": lambda: actions.supplement(by=asker, at=LATER, request=submitted, changes={}, profile=LAW),
        "accept": lambda: actions.decide(by=approver, at=LATER, request=submitted, profile=LAW),
        "accept_in_part": lambda: actions.decide(by=approver, at=LATER, request=submitted, profile=LAW, granted={}),
        "refuse": lambda: actions.refuse(by=approver, at=LATER, request=submitted, reason="a", clause="b", profile=LAW),
        "extend": lambda: actions.extend(
            by=approver, at=LATER, request=submitted, until=UNTIL + timedelta(1), profile=LAW
        ),
        "revoke": lambda: actions.revoke(by=approver, at=LATER, request=submitted, reason="a"),
        "dispose": lambda: actions.dispose(by=asker, at=LATER, request=submitted, how="a"),
    }
    with pytest.raises(Refused) as told:
        calls[name]()
    assert told.value.code == "platform.move_refused"
    submitted.refresh_from_db()
    assert submitted.state == RequestState.REFUSED


def test_threat_16_nobody_decides_their_own_request(city: City, asker: Actor, submitted: Request) -> None:
    also = city.actor("申请人", city.civil, Role.APPROVER)
    with pytest.raises(Refused) as told:
        actions.decide(by=also, at=LATER, request=submitted, profile=LAW)
    assert told.value.code == "platform.own_request"


def test_threat_16_not_as_somebody_s_delegate_either(
    city: City, asker: Actor, approver: Actor, submitted: Request
) -> None:
    membership = Membership.objects.get(role=Role.APPROVER)
    person = city.person("申请人", city.tax)
    stand_in(by=approver, at=START, membership=membership, to=person, since=START, until=UNTIL)
    with pytest.raises(Refused) as told:
        actions.decide(by=actor_of(person, LATER), at=LATER, request=submitted, profile=LAW)
    assert told.value.code == "platform.own_request"


def test_threat_16_nor_lets_a_delegate_decide_it(city: City, submitted: Request) -> None:
    """The asker is an approver of the owner too, and lends that role to a friend."""
    asker = city.actor("申请人", city.civil, Role.APPROVER)
    membership = Membership.objects.get(role=Role.APPROVER)
    friend = city.person("朋友", city.health)
    stand_in(by=asker, at=START, membership=membership, to=friend, since=START, until=UNTIL)
    with pytest.raises(Refused) as told:
        actions.decide(by=actor_of(friend, LATER), at=LATER, request=submitted, profile=LAW)
    assert told.value.code == "platform.own_request"


def test_each_step_is_decided_by_another_person(
    city: City, approver: Actor, submitted: Request, kind: RecordedKind
) -> None:
    city.civil.approval_steps = 2
    city.civil.save()
    once = actions.decide(by=approver, at=LATER, request=submitted, profile=LAW)
    assert once.state == RequestState.SUBMITTED
    with pytest.raises(Refused) as told:
        actions.decide(by=approver, at=LATER, request=submitted, profile=LAW)
    assert told.value.code == "platform.decided_before"
    assert not kind.prepared
    second = city.actor("分管领导", city.civil, Role.APPROVER)
    assert actions.decide(by=second, at=LATER, request=submitted, profile=LAW).state == RequestState.ACCEPTED


def test_a_later_step_grants_no_more_than_the_one_before(city: City, approver: Actor, submitted: Request) -> None:
    city.civil.approval_steps = 2
    city.civil.save()
    line = submitted.lines.get()
    actions.decide(by=approver, at=LATER, request=submitted, profile=LAW, granted={line.pk: ["姓名"]})
    second = city.actor("分管领导", city.civil, Role.APPROVER)
    with pytest.raises(Refused) as told:
        actions.decide(by=second, at=LATER, request=submitted, profile=LAW, granted={line.pk: ["姓名", "登记日期"]})
    assert told.value.code == "platform.granted_more"
    accepted = actions.decide(by=second, at=LATER, request=submitted, profile=LAW)
    assert accepted.state == RequestState.ACCEPTED_IN_PART
    assert set(Grant.objects.get().fields) == {"姓名"}


def test_an_approver_lays_down_stricter_terms_and_grants_a_part(
    approver: Actor, submitted: Request, kind: RecordedKind
) -> None:
    line = submitted.lines.get()
    narrower = {"where": [{"field": "区划代码", "is": "330106"}]}
    tighten(by=approver, at=LATER, request=submitted, line=line.pk, tighter=narrower)
    stricter = {"obligations": {"姓名": "null"}}
    tighten(by=approver, at=LATER, request=submitted, line=line.pk, tighter=stricter)
    line.refresh_from_db()
    assert line.tighter == {**narrower, **stricter}
    # What would leave is shown anew each time.
    assert kind.handed == [line.pk] * 3
    assert Entry.objects.filter(action="request.tightened").count() == 2
    accepted = actions.decide(by=approver, at=LATER, request=submitted, profile=LAW)
    assert accepted.state == RequestState.ACCEPTED_IN_PART
    with pytest.raises(Refused):
        tighten(by=approver, at=LATER, request=submitted, line=line.pk, tighter={})


def test_stricter_terms_begin_afresh_only_until_somebody_said_yes(
    city: City, approver: Actor, submitted: Request
) -> None:
    city.civil.approval_steps = 2
    city.civil.save()
    line = submitted.lines.get()
    given: dict[str, Any] = {"at": LATER, "request": submitted, "line": line.pk}
    tighten(by=approver, **given, tighter={"obligations": {"姓名": "null"}})
    tighten(by=approver, **given, tighter={"obligations": {"登记日期": "null"}}, afresh=True)
    line.refresh_from_db()
    assert line.tighter == {"obligations": {"登记日期": "null"}}
    actions.decide(by=approver, at=LATER, request=submitted, profile=LAW)
    second = city.actor("分管领导", city.civil, Role.APPROVER)
    with pytest.raises(Refused) as told:
        tighten(by=second, **given, tighter={}, afresh=True)
    assert told.value.code == "platform.tighter_decided"
    tighten(by=second, **given, tighter={"obligations": {"姓名": "drop"}})
    line.refresh_from_db()
    assert line.tighter == {"obligations": {"登记日期": "null", "姓名": "drop"}}


@pytest.mark.parametrize("who", ["申请人", "路人"])
def test_threat_16_only_an_approver_of_the_owner_makes_terms_stricter(city: City, submitted: Request, who: str) -> None:
    by = city.actor(who, city.tax, Role.APPROVER)
    with pytest.raises(Refused):
        tighten(by=by, at=LATER, request=submitted, line=submitted.lines.get().pk, tighter={})


def test_taking_back_forgets_what_approvers_said(asker: Actor, approver: Actor, submitted: Request) -> None:
    line = submitted.lines.get()
    tighten(by=approver, at=LATER, request=submitted, line=line.pk, tighter={"obligations": {"姓名": "null"}})
    actions.take_back(by=asker, at=LATER, request=submitted, profile=LAW)
    line.refresh_from_db()
    assert (line.granted, line.tighter) == (None, {})


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("期限不超过一年 => days <= 366", True),
        ("期限不超过一月 => days <= 31", False),
        ("限税务部门 => requester == 'SWJ'", True),
        ("限定到行 => rows_limited", False),
        ("须有影响评估 => assessment or not personal", True),
        ("两项以内 => fields <= 2 and method == 'file'", True),
        ("仅限救助", None),
    ],
)
def test_a_condition_that_a_machine_can_check_is_checked(
    city: City, asker: Actor, approver: Actor, kind: RecordedKind, condition: str, holds: bool | None
) -> None:
    version = city.published(conditions=[condition])
    request = actions.submit(by=asker, at=START, request=draft(city, asker, version)[0], profile=LAW)
    (found,) = conditions_of(request, request.lines.get())
    assert found.holds is holds
    if holds is False:
        with pytest.raises(Refused) as told:
            actions.decide(by=approver, at=LATER, request=request, profile=LAW)
        assert told.value.code == "platform.condition_unmet"
    else:
        assert actions.decide(by=approver, at=LATER, request=request, profile=LAW).state == RequestState.ACCEPTED


@pytest.mark.parametrize("check", ["dayz < 3", "days <", "days < 1 and days > 2", "", "purpose < 3"])
def test_an_entry_with_a_check_that_nobody_understands_is_not_published(city: City, check: str) -> None:
    with pytest.raises((InputError, Refused)):
        city.published(conditions=[f"条件 => {check}"])


def test_nothing_granted_is_a_refusal_without_a_reason(approver: Actor, submitted: Request) -> None:
    with pytest.raises(Refused) as told:
        actions.decide(by=approver, at=LATER, request=submitted, profile=LAW, granted={submitted.lines.get().pk: []})
    assert told.value.code == "platform.nothing_granted"
    with pytest.raises(UsageError):
        actions.refuse(by=approver, at=LATER, request=submitted, reason="不行", clause=" ", profile=LAW)


def test_what_is_missing_is_told_once_and_the_clock_waits(asker: Actor, approver: Actor, submitted: Request) -> None:
    tuesday = START + timedelta(days=1)
    asked = actions.ask_supplement(by=approver, at=tuesday, request=submitted, missing=["使用场景", ""], profile=LAW)
    assert (asked.supplement, asked.due) == (["使用场景"], None)
    # Two weeks pass on the asker's side; one of ten working days was used.
    back = START + timedelta(days=15)
    given = actions.supplement(by=asker, at=back, request=submitted, changes={"scenario": "核验"}, profile=LAW)
    assert given.due == date(2026, 3, 30)
    with pytest.raises(Refused) as told:
        actions.ask_supplement(by=approver, at=back, request=submitted, missing=["别的"], profile=LAW)
    assert told.value.code == "platform.supplement_once"


def test_taking_back_and_handing_in_again_gives_the_owner_no_second_start(asker: Actor, submitted: Request) -> None:
    actions.take_back(by=asker, at=START + timedelta(days=4), request=submitted, profile=LAW)
    again = actions.submit(by=asker, at=START + timedelta(days=7), request=submitted, profile=LAW)
    assert again.due == date(2026, 3, 17)


def test_an_answer_is_put_off_with_consent_and_within_the_limit(city: City, submitted: Request) -> None:
    longer = actions.lengthen_clock(by=city.coordinator, at=LATER, request=submitted, days=4, profile=LAW)
    assert longer.due == date(2026, 3, 20)
    with pytest.raises(Refused) as told:
        actions.lengthen_clock(by=city.coordinator, at=LATER, request=submitted, days=7, profile=LAW)
    assert told.value.params["most"] == 6


def test_threat_16_whoever_answers_does_not_consent_to_answering_later(
    city: City, approver: Actor, submitted: Request
) -> None:
    own = city.actor("审批人", city.bureau, Role.COORDINATOR)
    for by in (own, lends(city, own, Role.COORDINATOR, "朋友", city.health)):
        with pytest.raises(Refused) as told:
            actions.lengthen_clock(by=by, at=LATER, request=submitted, days=4, profile=LAW)
        assert told.value.code == "platform.own_clock"


def test_personal_data_wait_for_the_impact_assessment(
    city: City, asker: Actor, approver: Actor, kind: RecordedKind
) -> None:
    version = city.published(personal=True)
    request = actions.submit(by=asker, at=START, request=draft(city, asker, version)[0], profile=LAW)
    with pytest.raises(Refused) as told:
        actions.decide(by=approver, at=LATER, request=request, profile=LAW)
    assert told.value.code == "platform.assessment_missing"
    actions.attach_assessment(by=asker, at=LATER, request=request, assessment="影响评估 2026-03")
    assert actions.decide(by=approver, at=LATER, request=request, profile=LAW).state == RequestState.ACCEPTED


def test_an_assessment_stays_as_it_was_when_the_request_was_decided(
    asker: Actor, approver: Actor, submitted: Request
) -> None:
    actions.attach_assessment(by=asker, at=LATER, request=submitted, assessment="影响评估 2026-03")
    accepted = actions.decide(by=approver, at=LATER, request=submitted, profile=LAW)
    with pytest.raises(Refused) as told:
        actions.attach_assessment(by=asker, at=LATER, request=accepted, assessment="")
    assert told.value.code == "platform.assessment_late"
    submitted.refresh_from_db()
    assert submitted.assessment == "影响评估 2026-03"


def test_a_supplement_leaves_no_request_without_a_basis(asker: Actor, approver: Actor, submitted: Request) -> None:
    actions.ask_supplement(by=approver, at=LATER, request=submitted, missing=["依据"], profile=LAW)
    for name in ("purpose", "legal_basis"):
        with pytest.raises(InputError) as told:
            actions.supplement(by=asker, at=LATER, request=submitted, changes={name: " "}, profile=LAW)
        assert told.value.code == "platform.purpose_missing"


def test_a_right_is_not_extended_beyond_a_condition_of_sharing(
    city: City, asker: Actor, approver: Actor, kind: RecordedKind
) -> None:
    version = city.published(conditions=["期限不超过一年 => days <= 366"])
    request = actions.submit(by=asker, at=START, request=draft(city, asker, version)[0], profile=LAW)
    actions.decide(by=approver, at=LATER, request=request, profile=LAW)
    actions.delivered(at=LATER, request=request)
    year = START + timedelta(days=366)
    with pytest.raises(Refused) as told:
        actions.extend(by=approver, at=LATER, request=request, until=year + timedelta(days=1), profile=LAW)
    assert told.value.code == "platform.condition_unmet"
    assert Grant.objects.get().valid_until == UNTIL
    assert (
        actions.extend(by=approver, at=LATER, request=request, until=year, profile=LAW).state == RequestState.EXTENDED
    )


def test_threat_16_whoever_typed_a_request_for_another_neither_tightens_nor_extends_it(
    city: City, approver: Actor, version: Version, asker: Actor
) -> None:
    friend = city.person("朋友", city.civil, Role.APPROVER)
    membership = Membership.objects.get(role=Role.ASKER)
    stand_in(by=asker, at=START, membership=membership, to=friend, since=START, until=UNTIL)
    by = actor_of(friend, LATER)
    request = actions.submit(by=by, at=LATER, request=draft(city, by, version)[0], profile=LAW)
    assert request.person == asker.person
    with pytest.raises(Refused) as told:
        tighten(by=by, at=LATER, request=request, line=request.lines.get().pk, tighter={})
    assert told.value.code == "platform.own_request"
    actions.decide(by=approver, at=LATER, request=request, profile=LAW)
    actions.delivered(at=LATER, request=request)
    with pytest.raises(Refused) as told:
        actions.extend(by=by, at=LATER, request=request, until=UNTIL + timedelta(days=1), profile=LAW)
    assert told.value.code == "platform.own_request"


def test_a_matter_is_disputed_once_and_its_owner_only_gives_in(
    city: City, asker: Actor, approver: Actor, submitted: Request
) -> None:
    refused = actions.refuse(by=approver, at=LATER, request=submitted, reason="不", clause="第十四条", profile=LAW)
    dispute = raise_dispute(by=asker, at=LATER, department=city.tax, about=refused, text="不服")
    with pytest.raises(Refused) as told:
        settle(by=approver, at=LATER, dispute=dispute, upheld=False, text="维持")
    assert told.value.code == "platform.dispute_owner"
    tasks = {by.person_name: {one.task for one in waiting(by, LATER.date())} for by in (approver, city.coordinator)}
    assert ("settle" in tasks["审批人"], "settle" in tasks["统筹"]) == (True, False)
    climb(by=asker, at=LATER, dispute=dispute, text="协商未果")
    assert "settle" in {one.task for one in waiting(city.coordinator, LATER.date())}
    settle(by=city.coordinator, at=LATER, dispute=dispute, upheld=False, text="维持")
    assert "settle" not in {one.task for one in waiting(city.coordinator, LATER.date())}
    with pytest.raises(Refused) as told:
        raise_dispute(by=asker, at=LATER, department=city.tax, about=refused, text="仍不服")
    assert told.value.code == "platform.dispute_twice"
    assert Dispute.objects.count() == 1


def test_threat_16_nobody_settles_a_dispute_of_their_own(
    city: City, asker: Actor, approver: Actor, submitted: Request
) -> None:
    refused = actions.refuse(by=approver, at=LATER, request=submitted, reason="不", clause="第十四条", profile=LAW)
    dispute = raise_dispute(by=asker, at=LATER, department=city.tax, about=refused, text="不服")
    both = city.actor("申请人", city.civil, Role.APPROVER)
    with pytest.raises(Refused) as told:
        settle(by=both, at=LATER, dispute=dispute, upheld=True, text="应当共享")
    assert told.value.code == "platform.own_dispute"
    with pytest.raises(UsageError):
        settle(by=approver, at=LATER, dispute=dispute, upheld=True, text=" ")
    colleague = city.actor("同事", city.tax, Role.ASKER)
    climb(by=colleague, at=LATER, dispute=dispute, text="协商未果")
    coordinating = city.actor("同事", city.bureau, Role.COORDINATOR)
    with pytest.raises(Refused) as told:
        settle(by=coordinating, at=LATER, dispute=dispute, upheld=True, text="应当共享")
    assert told.value.code == "platform.own_dispute"
    assert settle(by=city.coordinator, at=LATER, dispute=dispute, upheld=True, text="应当共享").upheld


def lends(city: City, lender: Actor, role: Role, to: str, home: Department) -> Actor:
    """Somebody else, with the lender's role beside their own."""
    membership = Membership.objects.get(person=lender.person, role=role)
    friend = city.person(to, home)
    stand_in(by=lender, at=START, membership=membership, to=friend, since=START, until=UNTIL)
    return actor_of(friend, LATER)


def test_threat_16_whoever_stands_in_for_the_asker_does_not_decide_in_their_own_right(
    city: City, asker: Actor, submitted: Request
) -> None:
    friend = city.person("朋友", city.civil, Role.APPROVER)
    by = lends(city, asker, Role.ASKER, friend.username, city.civil)
    with pytest.raises(Refused) as told:
        actions.decide(by=by, at=LATER, request=submitted, profile=LAW)
    assert told.value.code == "platform.own_request"
    # Once nothing is lent any more they are somebody like any other.
    assert actions.decide(by=actor_of(friend, UNTIL), at=LATER, request=submitted, profile=LAW).state == "accepted"


def test_threat_16_a_delegate_of_a_party_neither_settles_nor_rules(
    city: City, asker: Actor, approver: Actor, submitted: Request
) -> None:
    """The asker is a coordinator as well, and lends that role to a friend; who raised it in another's stead is a party
    too, and so is that other one."""
    refused = actions.refuse(by=approver, at=LATER, request=submitted, reason="不", clause="第十四条", profile=LAW)
    asker = city.actor("申请人", city.bureau, Role.COORDINATOR)
    friend = lends(city, asker, Role.COORDINATOR, "朋友", city.health)
    with pytest.raises(Refused) as told:
        rule_on_refusal(by=friend, at=LATER, request=refused, confirmed=False, text="应当共享")
    assert told.value.code == "platform.own_refusal"
    colleague = city.actor("同事", city.tax, Role.ASKER)
    typist = lends(city, colleague, Role.ASKER, "代办", city.health)
    dispute = raise_dispute(by=typist, at=LATER, department=city.tax, about=refused, text="不服")
    climb(by=typist, at=LATER, dispute=dispute, text="协商未果")
    for by in (friend, *(city.actor(name, city.bureau, Role.COORDINATOR) for name in ("同事", "代办"))):
        with pytest.raises(Refused) as told:
            settle(by=by, at=LATER, dispute=dispute, upheld=True, text="应当共享")
        assert told.value.code == "platform.own_dispute"


def test_threat_16_an_objection_is_not_answered_by_whoever_made_it_or_had_it_made(
    city: City, asker: Actor, approver: Actor, submitted: Request
) -> None:
    actions.decide(by=approver, at=LATER, request=submitted, profile=LAW)
    typist = lends(city, asker, Role.ASKER, "代办", city.health)
    said: dict[str, Any] = {"row_key": "1", "field": "姓名", "claim": "张三", "evidence": "户口簿"}
    version = submitted.lines.get().version
    made = object_to_row(by=typist, at=LATER, department=city.tax, version=version, profile=LAW, **said)
    for name in ("代办", "申请人"):
        by = city.actor(name, city.civil, Role.OFFERER)
        with pytest.raises(Refused) as told:
            answer_objection(by=by, at=LATER, objection=made, upheld=True, answer="是")
        assert told.value.code == "platform.own_request"
    other = city.actor("另一提供人", city.civil, Role.OFFERER)
    assert answer_objection(by=other, at=LATER, objection=made, upheld=True, answer="是")


def test_threat_16_whoever_wrote_an_entry_does_not_put_it_in_force(city: City) -> None:
    """Not once the offering role is gone, and not through a delegate."""
    writer = city.actor("编目", city.civil, Role.OFFERER)
    asset = new_asset(by=writer, at=START, department=city.civil, code="MZJ-x", kind=Kind.DATA)
    draft = describe(by=writer, at=START, asset=asset, fields=ENTRY, items=ITEMS)
    submit_for_review(by=writer, at=START, version=draft)
    Membership.objects.filter(role=Role.OFFERER).update(until=LATER)
    own = city.actor("编目", city.bureau, Role.COORDINATOR, at=LATER)
    for by in (own, lends(city, own, Role.COORDINATOR, "朋友", city.health)):
        with pytest.raises(Refused) as told:
            publish(by=by, at=LATER, version=draft)
        assert told.value.code == "platform.own_entry"


def test_threat_17_a_right_begins_and_ends_at_its_instant(
    approver: Actor, submitted: Request, kind: RecordedKind
) -> None:
    actions.decide(by=approver, at=LATER, request=submitted, profile=LAW)
    grant = Grant.objects.get()
    assert grant.valid_from == LATER
    assert actions.expire_grants(at=UNTIL - timedelta(microseconds=1)) == 0
    assert actions.expire_grants(at=UNTIL) == 1
    grant.refresh_from_db()
    assert (grant.revoked, grant.epoch) == (UNTIL, 2)


def test_a_request_whose_time_is_over_is_not_accepted(approver: Actor, submitted: Request) -> None:
    with pytest.raises(Refused) as told:
        actions.decide(by=approver, at=UNTIL, request=submitted, profile=LAW)
    assert told.value.code == "platform.period_over"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"purpose": " "}, "platform.purpose_missing"),
        ({"legal_basis": ""}, "platform.purpose_missing"),
        ({"wanted_until": START}, "platform.period_empty"),
        ({"wishes": []}, "platform.cart_empty"),
    ],
)
def test_a_wish_must_be_whole(city: City, asker: Actor, version: Version, change: dict[str, object], code: str) -> None:
    whole: dict[str, object] = {
        "requester": city.tax,
        "wishes": [(version, ["姓名"], {})],
        "purpose": "核验",
        "legal_basis": "税收征收管理法",
        "wanted_from": START,
        "wanted_until": UNTIL,
    }
    with pytest.raises(InputError) as told:
        actions.new_requests(by=asker, at=START, **{**whole, **change})  # type: ignore[arg-type]
    assert told.value.code == code


def test_nobody_is_asked_for_a_period_that_is_over(city: City, asker: Actor, version: Version) -> None:
    (drafted,) = draft(city, asker, version)
    with pytest.raises(Refused) as told:
        actions.submit(by=asker, at=UNTIL, request=drafted, profile=LAW)
    assert told.value.code == "platform.period_over"
    assert Request.objects.get().state == "draft"


def test_a_right_lasts_no_longer_than_the_profile_lets_it(
    city: City, asker: Actor, approver: Actor, version: Version
) -> None:
    """Three years from the day of asking, and again from that of extending."""
    latest = datetime(2029, 3, 1, 16, tzinfo=UTC)  # the beginning of 2 March in Shanghai
    whole: dict[str, Any] = {"requester": city.tax, "wishes": [(version, ["姓名"], {})], "purpose": "核验"}
    whole |= {"legal_basis": "税收征收管理法", "wanted_from": START}
    for until in (latest + timedelta(days=1), datetime(9999, 12, 31, tzinfo=UTC)):
        (drafted,) = actions.new_requests(by=asker, at=START, **whole, wanted_until=until)
        with pytest.raises(InputError) as told:
            actions.submit(by=asker, at=START, request=drafted, profile=LAW)
        assert (told.value.code, told.value.params) == ("platform.period_long", {"years": 3, "latest": "2029-03-02"})
    (drafted,) = actions.new_requests(by=asker, at=START, **whole, wanted_until=latest)
    request = actions.submit(by=asker, at=START, request=drafted, profile=LAW)
    actions.decide(by=approver, at=START, request=request, profile=LAW)
    actions.delivered(at=START, request=request)
    longer = {"by": approver, "request": request, "until": latest + timedelta(days=1), "profile": LAW}
    with pytest.raises(InputError) as told:
        actions.extend(at=START, **longer)  # type: ignore[arg-type]
    assert told.value.code == "platform.period_long"
    assert actions.extend(at=START + timedelta(days=1), **longer).state == RequestState.EXTENDED  # type: ignore[arg-type]


def test_what_is_not_shared_or_one_s_own_cannot_be_asked_for(city: City, asker: Actor, kind: RecordedKind) -> None:
    never = city.published(sharing_class="not_shared", conditions=[], legal_basis="保守国家秘密法")
    with pytest.raises(InputError) as told:
        draft(city, asker, never)
    assert told.value.params["basis"] == "保守国家秘密法"
    with pytest.raises(InputError) as told:
        draft(city, asker, city.published(city.tax))
    assert told.value.code == "platform.own_asset"
    with pytest.raises(InputError):
        draft(city, asker, city.published(), fields=("工资",))


def test_threat_1_each_side_sees_its_own_requests(
    city: City, asker: Actor, approver: Actor, submitted: Request
) -> None:
    stranger = city.actor("路人", city.health, Role.ASKER, Role.APPROVER)
    nobody = Actor(stranger.person, "无角色")
    seen = {
        who.person_name: Request.objects.filter(visible_requests(who)).count()
        for who in (asker, approver, stranger, nobody)
    }
    assert seen == {"申请人": 1, "审批人": 1, "路人": 0, "无角色": 0}
    assert not Grant.objects.filter(visible_grants(stranger)).exists()


def test_a_draft_is_seen_by_its_own_department_only(
    city: City, asker: Actor, approver: Actor, version: Version
) -> None:
    draft(city, asker, version)
    assert Request.objects.filter(visible_requests(asker)).count() == 1
    assert not Request.objects.filter(visible_requests(approver)).exists()
    assert not Request.objects.filter(visible_requests(city.coordinator)).exists()


def test_every_state_is_reached_by_a_move_and_most_are_left_by_one() -> None:
    assert {RequestState.DRAFT} | {rule.after for rule in MOVES.values()} == set(RequestState)
    ends = {state for state in RequestState if not moves_from(state)}
    assert ends == {RequestState.REFUSED, RequestState.DISPOSED}
