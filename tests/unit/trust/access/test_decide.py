"""A decision permits what a grant says to the letter, and nothing on any doubt."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from ronghe.messages import known
from ronghe.terms import Kind, Period
from ronghe.trust.access import Condition, Deny, Grants, Permit, Prohibition, Relation, Request, decide
from ronghe.trust.access.obligations import Drop, Keep, Mask, SmallGroups
from tests.unit.trust.access.worlds import T0, grant

NOW = T0 + timedelta(days=1)
ASKED = Request("m", Kind.DATA, "a", 1, "p")


def index(*grants: Any, **given: Any) -> Grants:
    return Grants.of(grants or (grant(),), **{"seen": T0, **given})


def refused(request: Any, grants: Any = None, now: Any = NOW) -> str:
    answer = decide(request, index() if grants is None else grants, now)
    assert isinstance(answer, Deny)
    assert known(answer.reason)
    assert known(answer.remedy)
    return answer.reason.removeprefix("access.")


def permitted(request: Request, grants: Grants | None = None, now: datetime = NOW) -> Permit:
    answer = decide(request, grants or index(), now)
    assert isinstance(answer, Permit), answer
    return answer


def test_what_is_granted_is_permitted_with_its_obligations() -> None:
    plan = permitted(ASKED).plan
    assert plan.fields == ("x", "y")
    assert plan.shares[0].fields == (("x", Keep()), ("y", Mask(1)))
    assert plan.until == T0 + timedelta(days=10)
    assert permitted(replace(ASKED, fields=("y",))).plan.fields == ("y",)


@pytest.mark.parametrize(
    "change",
    [
        {"consumer": "n"},
        {"consumer": "ｍ"},
        {"consumer": "m "},
        {"asset": "а"},  # Cyrillic
        {"version": 2},
        {"version": -1},
        {"purpose": "P"},
        {"kind": Kind.POLICY},
        {"on_behalf_of": "m"},
    ],
)
def test_whatever_differs_in_one_character_is_not_granted(change: dict[str, Any]) -> None:
    assert refused(replace(ASKED, **change)) == "no_grant"


@pytest.mark.parametrize(
    "change",
    [
        {"version": True},
        {"version": 1.0},
        {"kind": "data"},
        {"consumer": None},
        {"consumer": b"m"},
        {"fields": ["x"]},
        {"fields": (1,)},
        {"amount": -1},
        {"amount": 0.0},
        {"on_behalf_of": 1},
    ],
)
def test_whatever_is_of_another_type_is_malformed(change: dict[str, Any]) -> None:
    assert refused(replace(ASKED, **change)) == "malformed"


class Agreeable(str):
    """Claims to equal everything."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash("m")


def test_a_text_that_claims_to_be_equal_is_malformed() -> None:
    assert refused(replace(ASKED, consumer=Agreeable("other"))) == "malformed"


def test_a_grant_holds_from_its_first_instant_up_to_but_without_its_last() -> None:
    start, end = T0 + timedelta(days=2), T0 + timedelta(days=3)
    grants = index(grant(valid=Period(start, end)))
    tick = timedelta(microseconds=1)
    assert refused(ASKED, grants, start - tick) == "not_yet_valid"
    permitted(ASKED, grants, start)
    permitted(ASKED, grants, end - tick)
    assert refused(ASKED, grants, end) == "expired"
    permitted(ASKED, grants, start.astimezone(timezone(timedelta(hours=8))))


def test_a_clock_that_went_back_and_a_stale_policy_are_refusals() -> None:
    grants = index(seen=T0 + timedelta(days=1), fresh_until=T0 + timedelta(days=2))
    assert refused(ASKED, grants, NOW - timedelta(microseconds=1)) == "clock_back"
    permitted(ASKED, grants, NOW)
    assert refused(ASKED, grants, T0 + timedelta(days=2)) == "policy_stale"


@pytest.mark.parametrize("now", [None, "2026-01-02", datetime(2026, 1, 2), 1.0])  # noqa: DTZ001 - what is tested
def test_without_an_instant_nothing_is_permitted(now: Any) -> None:
    assert refused(ASKED, now=now) == "malformed"


def test_a_prohibition_overrides_every_grant_and_tells_its_clause_only_if_public() -> None:
    always = Period(T0)
    public = Prohibition("P", Kind.DATA, "a", "§ 1", always, public=True)
    secret = replace(public, public=False)
    answer = decide(ASKED, index(prohibitions=[public]), NOW)
    assert isinstance(answer, Deny)
    assert (answer.reason, answer.clause) == ("access.prohibited", "§ 1")
    hidden = decide(ASKED, index(prohibitions=[secret]), NOW)
    assert hidden == decide(replace(ASKED, asset="nothing"), index(), NOW)
    permitted(replace(ASKED, fields=("y",)), index(prohibitions=[replace(public, fields=("x",))]))
    assert refused(ASKED, index(prohibitions=[replace(public, fields=("x",))])) == "prohibited"
    permitted(ASKED, index(prohibitions=[replace(public, consumer="n")]))


def test_a_prohibition_holds_from_its_first_instant_up_to_but_without_its_last() -> None:
    start, end, tick = T0 + timedelta(days=2), T0 + timedelta(days=3), timedelta(microseconds=1)
    grants = index(prohibitions=[Prohibition("P", Kind.DATA, "a", "§ 1", Period(start, end), public=True)])
    permitted(ASKED, grants, start - tick)
    assert refused(ASKED, grants, start) == refused(ASKED, grants, end - tick) == "prohibited"
    permitted(ASKED, grants, end)


def test_a_refusal_is_the_same_for_what_others_have_and_what_nobody_has() -> None:
    others = index(grant(consumer="n"))
    assert decide(ASKED, others, NOW) == decide(replace(ASKED, asset="unheard of"), others, NOW)


def test_conditions_ask_the_request_and_an_unknown_attribute_is_a_refusal() -> None:
    grants = index(grant(when=(Condition("level", Relation.AT_LEAST, (2,)),)), known=["level"])
    permitted(replace(ASKED, attributes=(("level", 2),)), grants)
    assert refused(replace(ASKED, attributes=(("level", 1),)), grants) == "conditions_unmet"
    assert refused(ASKED, grants) == "attribute_unknown"
    assert refused(replace(ASKED, attributes=(("level", "2"),)), grants) == "attribute_unknown"
    assert refused(replace(ASKED, attributes=(("level", True),)), grants) == "attribute_unknown"
    assert refused(replace(ASKED, attributes=(("level", 2), ("other", 1))), grants) == "attribute_unknown"
    assert refused(replace(ASKED, attributes=(("level", 1), ("level", 2))), grants) == "attribute_unknown"


def test_a_fault_in_one_prohibition_refuses_even_if_another_is_not_reached() -> None:
    faulty = Prohibition("P", Kind.DATA, "a", "c", Period(T0), when=(Condition("level", Relation.IS, (1,)),))
    assert refused(ASKED, index(prohibitions=[faulty])) == "attribute_unknown"
    # Nor does one that applies before it hide the fault.
    plain = replace(faulty, id="Q", when=(), public=True)
    assert refused(ASKED, index(prohibitions=[plain, faulty])) == "attribute_unknown"


def test_a_delegate_asks_in_the_name_of_the_consumer_and_in_no_other() -> None:
    grants = index(grant(delegates=("d",)))
    plan = permitted(Request("d", Kind.DATA, "a", 1, "p", on_behalf_of="m"), grants).plan
    assert plan.consumer == "d"
    assert refused(Request("e", Kind.DATA, "a", 1, "p", on_behalf_of="m"), grants) == "no_grant"
    assert refused(Request("d", Kind.DATA, "a", 1, "p"), grants) == "no_grant"


def test_a_delegate_and_its_consumer_have_plans_of_their_own_and_the_same_first_instant() -> None:
    grants = index(grant(delegates=("d", "e")))
    asked = Request("d", Kind.DATA, "a", 1, "p", on_behalf_of="m")
    plans = [permitted(one, grants, T0).plan.consumer for one in (ASKED, asked, replace(asked, consumer="e"), ASKED)]
    assert plans == ["m", "d", "e", "m"]
    assert refused(asked, index(grant(delegates=("d",)), seen=T0 - timedelta(days=1)), T0 - timedelta(microseconds=1))


@pytest.mark.parametrize("named", ["m", "d"])
def test_a_prohibition_on_either_binds_whoever_asks_for_another(named: str) -> None:
    never = Prohibition("P", Kind.DATA, "a", "§ 1", Period(T0), consumer=named, public=True)
    asked = Request("d", Kind.DATA, "a", 1, "p", on_behalf_of="m")
    assert refused(asked, index(grant(delegates=("d",)), prohibitions=[never])) == "prohibited"


def test_a_quota_holds_to_the_last_row() -> None:
    grants = index(grant(quota=10), used={"G1": 4})
    permitted(replace(ASKED, amount=6), grants)
    assert refused(replace(ASKED, amount=7), grants) == "quota_used"


def test_fields_that_are_not_granted_are_named_and_no_others() -> None:
    answer = decide(replace(ASKED, fields=("x", "secret")), index(), NOW)
    assert isinstance(answer, Deny)
    assert (answer.reason, dict(answer.params)) == ("access.fields_not_granted", {"names": "secret"})
    assert refused(ASKED, index(grant(fields=(("x", Drop()),)))) == "nothing_left"


def test_several_grants_are_shares_of_one_plan_that_ends_with_the_first_of_them() -> None:
    early = grant("G2", fields=(("z", Keep()),), valid=Period(T0, T0 + timedelta(days=5)))
    grants = index(grant(suppress=(SmallGroups(3, ("x",)),)), early)
    plan = permitted(ASKED, grants).plan
    assert plan.fields == ("x", "y", "z")
    assert [share.grant for share in plan.shares] == ["G1", "G2"]
    assert plan.until == T0 + timedelta(days=5)
    assert plan.suppress == (SmallGroups(3, ("x",)),)
    later = permitted(ASKED, grants, T0 + timedelta(days=6)).plan
    assert [share.grant for share in later.shares] == ["G1"]
    assert plan.hash != later.hash


def test_the_hash_of_a_plan_depends_on_its_content_alone() -> None:
    plan = permitted(ASKED).plan
    assert plan.hash == permitted(ASKED, index()).plan.hash
    assert plan.hash != permitted(ASKED, index(grant(fields=(("x", Keep()), ("y", Mask(2)))))).plan.hash


def test_a_broken_index_is_a_refusal() -> None:
    broken = replace(index(), by_key=None)  # type: ignore[arg-type]
    assert refused(ASKED, broken) == "fault"
    assert refused(ASKED, grants={"G1": grant()}) == "malformed"
    assert refused(None) == "malformed"


@pytest.mark.parametrize(
    "change",
    [
        {"consumer": ""},
        {"version": True},
        {"fields": (("x", Keep()), ("x", Keep()))},
        {"fields": (("x", "keep"),)},
        {"quota": -1},
        {"legal_basis": ""},
    ],
)
def test_a_grant_that_cannot_be_is_not_made(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"grant|quota"):
        grant(**change)


def test_two_grants_of_one_id_are_no_index() -> None:
    with pytest.raises(ValueError, match="G1"):
        index(grant(), grant())


def test_an_instant_in_utc_and_one_in_another_zone_decide_alike() -> None:
    zone = timezone(timedelta(hours=8))
    assert decide(ASKED, index(), NOW) == decide(ASKED, index(), NOW.astimezone(zone))
    assert NOW.tzinfo is UTC
