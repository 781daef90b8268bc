"""The sharing index in the platform: from records only, hard to game, and the same when it is computed from the log."""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import transaction

from ronghe.platform.audit.actions import record
from ronghe.platform.audit.models import Entry
from ronghe.platform.audit.sealing import seal_all
from ronghe.platform.catalogue.actions import describe, publish, submit_for_review, withdraw
from ronghe.platform.catalogue.inventory import link_inventory, list_inventory
from ronghe.platform.catalogue.models import InventoryItem
from ronghe.platform.index.jobs import NAME, ask
from ronghe.platform.index.models import Degree, Share
from ronghe.platform.jobs.immediate import InProcess
from ronghe.platform.jobs.stored import jobs
from ronghe.platform.kinds.measure import measures
from ronghe.platform.requests import actions
from ronghe.platform.requests.actions import CLOCK
from ronghe.platform.requests.objections import climb, raise_dispute, settle
from ronghe.platform.requests.rulings import rule_on_refusal
from ronghe.standards.legal import legal_profile
from ronghe.terms import InputError, Refused
from tests.platform.conftest import ITEMS, START
from tests.platform.towns import DAY, LAW, NAMES, YEAR_END, Town, faults_of

pytestmark = pytest.mark.django_db


def rates(share: Share) -> Mapping[str, Fraction]:
    return {name: Fraction(text) for name, text in share.factors}


def test_what_is_shared_in_time_is_one_and_every_factor_shows(town: Town) -> None:
    version = town.shared()
    town.delivered(town.asked(version), START + DAY)
    share = town.share()
    assert (share.exact, share.amount, share.requests) == ("1", 3, 1)
    assert [name for name, _ in share.factors] == ["approved", "present", "fresh", "quality", "answered"]
    assert {row["about"] for row in share.rows} == {"entry", "request"}


def test_the_product_of_the_factors_is_the_share(town: Town) -> None:
    first = town.shared()
    town.mounted(town.city.published(update_period="month"), columns=NAMES[:2], rules={"checked": 9, "passed": 6})
    town.delivered(town.asked(first), START + 21 * DAY)
    share = town.share()
    product = Fraction(1)
    for rate in rates(share).values():
        product *= rate
    assert 0 < product < 1
    assert Fraction(share.exact) == product


def test_without_requests_there_is_no_degree_but_a_reason(town: Town) -> None:
    town.shared()
    with pytest.raises(InputError) as told:
        town.degree()
    assert told.value.code == "sharing_index.no_requests"
    assert not Degree.objects.exists()


# Every way in which somebody might game it.


def test_finding_what_is_in_no_catalogue_lowers_the_share(town: Town) -> None:
    version = town.shared()
    town.delivered(town.asked(version), START + DAY)
    by = town.city.actor("提供 MZJ", town.city.civil)
    things = [{"name": version.name, "items": 3}, *({"name": f"库{n}", "items": 1} for n in range(2))]
    list_inventory(by=by, at=START, department=town.city.civil, found=things, system="旧系统")
    assert Fraction(town.share().exact) == Fraction(3, 5)


def test_declaring_few_columns_of_a_wide_table_leaves_the_rest_unshared(town: Town) -> None:
    version = town.shared()
    town.delivered(town.asked(version), START + DAY)
    by = town.city.actor("提供 MZJ", town.city.civil)
    list_inventory(by=by, at=START, department=town.city.civil, found=[{"name": "婚姻登记库", "items": 30}])
    thing = InventoryItem.objects.get()
    link_inventory(by=by, at=START, item=thing, asset=version.asset)
    assert Fraction(town.share().exact) == Fraction(3, 30)


def test_linking_many_things_to_one_entry_hides_none_of_them(town: Town) -> None:
    version = town.shared()
    town.delivered(town.asked(version), START + DAY)
    by = town.city.actor("提供 MZJ", town.city.civil)
    for system, things in (("旧系统", 10), ("又一次盘点", 4)):
        found = [{"name": f"库{n}", "items": 3} for n in range(things)]
        list_inventory(by=by, at=START, department=town.city.civil, found=found, system=system)
    for thing in InventoryItem.objects.all():
        link_inventory(by=by, at=START, item=thing, asset=version.asset)
    # The second list may be of the same things.
    assert Fraction(town.share().exact) == Fraction(3, 30)


def test_a_refusal_counts_as_nothing_until_the_bureau_confirms_a_published_clause(town: Town) -> None:
    version = town.shared()
    other = town.shared()
    town.delivered(town.asked(other), START + DAY)
    refused = town.refused(town.asked(version), START + DAY)
    before = town.share(YEAR_END)
    assert before.requests == 2
    assert Fraction(before.exact) < 1
    by = town.city.coordinator
    rule_on_refusal(by=by, at=START + 2 * DAY, request=refused, confirmed=True, text="条件已公布")
    after = town.share(YEAR_END + DAY)
    assert (after.requests, after.exact) == (1, "1")


def test_the_bureau_cannot_confirm_a_clause_that_is_not_published(town: Town) -> None:
    refused = town.refused(town.asked(town.shared()), START + DAY, clause="本局内部规定")
    with pytest.raises(Refused) as told:
        rule_on_refusal(by=town.city.coordinator, at=START, request=refused, confirmed=True, text="同意")
    assert told.value.code == "platform.clause_unpublished"
    rule_on_refusal(by=town.city.coordinator, at=START, request=refused, confirmed=False, text="不予支持")
    with pytest.raises(Refused, match="ruled_before"):
        rule_on_refusal(by=town.city.coordinator, at=START, request=refused, confirmed=False, text="再次")


def test_nobody_but_the_bureau_rules_on_a_refusal(town: Town) -> None:
    refused = town.refused(town.asked(town.shared()), START + DAY)
    for by in (town.approver, town.asker):
        with pytest.raises(Refused, match="role_missing"):
            rule_on_refusal(by=by, at=START, request=refused, confirmed=True, text="同意")


def test_a_lost_dispute_is_nothing(town: Town) -> None:
    version, other = town.shared(), town.shared()
    town.delivered(town.asked(other), START + DAY)
    refused = town.refused(town.asked(version), START + DAY)
    rule_on_refusal(by=town.city.coordinator, at=START + 2 * DAY, request=refused, confirmed=True, text="条件已公布")
    dispute = raise_dispute(by=town.asker, at=START + 3 * DAY, department=town.city.tax, about=refused, text="符合")
    climb(by=town.asker, at=START + 3 * DAY, dispute=dispute, text="协调")
    settle(by=town.city.coordinator, at=START + 4 * DAY, dispute=dispute, upheld=True, text="支持")
    share = town.share()
    grades = [row["factors"]["answered"] for row in share.rows if row["about"] == "request"]
    assert sorted(grades) == ["0", "1"]


def test_favors_that_are_swapped_do_not_add_up(town: Town) -> None:
    version = town.shared()
    town.delivered(town.asked(version), START + 21 * DAY)
    slow = town.share().exact
    for n in range(1, 5):
        at = START + (30 + n) * DAY
        town.delivered(town.asked(version, at), at)
    again = town.share(YEAR_END + DAY)
    assert again.requests == 1
    assert again.exact == slow


def test_accepting_and_revoking_before_anything_is_delivered_is_a_refusal(town: Town) -> None:
    request = town.asked(town.shared())
    actions.decide(by=town.approver, at=START + DAY, request=request, profile=LAW)
    request.refresh_from_db()
    actions.revoke(by=town.approver, at=START + 2 * DAY, request=request, reason="改变主意")
    assert town.share().exact == "0"


def test_a_supplement_gives_the_owner_no_new_time(town: Town) -> None:
    request = town.asked(town.shared())
    late = START + 21 * DAY
    by = town.approver
    actions.ask_supplement(by=by, at=late, request=request, missing=["场景"], profile=LAW)
    actions.supplement(by=town.asker, at=late + 30 * DAY, request=request, changes={"scenario": "办理"}, profile=LAW)
    town.delivered(request, late + 31 * DAY)
    share = town.share()
    assert 0 < rates(share)["answered"] < 1


def test_a_relaxed_update_period_does_not_help_what_was_promised_before(town: Town) -> None:
    version = town.mounted(town.city.published(update_period="month"))
    town.delivered(town.asked(version), START + DAY)
    fresh = rates(town.share())["fresh"]
    assert fresh == Fraction(1, 6)
    offerer = town.city.actor("提供 MZJ", town.city.civil)
    fields = {name: getattr(version, name) for name in ("name", "abstract", "category", "format", "method")}
    fields |= {"update_period": "once", "sharing_class": "conditional", "conditions": version.conditions}
    at = YEAR_END - DAY
    draft = describe(by=offerer, at=at, asset=version.asset, fields=fields, items=ITEMS)
    submit_for_review(by=offerer, at=at, version=draft)
    publish(by=town.city.coordinator, at=at, version=draft)
    assert rates(town.share(YEAR_END + DAY))["fresh"] == fresh


def test_mounting_the_same_file_again_is_no_update(town: Town) -> None:
    version = town.mounted(town.city.published(update_period="month"))
    town.delivered(town.asked(version), START + DAY)
    town.mounted(version, START + 70 * DAY, hash="a")
    assert rates(town.share())["fresh"] == Fraction(1, 6)
    town.mounted(version, START + 70 * DAY, hash="b")
    assert rates(town.share(YEAR_END + timedelta(hours=1)))["fresh"] == Fraction(2, 6)
    town.mounted(version, START + 100 * DAY, hash="a")
    assert rates(town.share(YEAR_END + timedelta(hours=2)))["fresh"] == Fraction(2, 6)


def test_a_source_that_is_stopped_or_gone_shares_nothing(town: Town) -> None:
    version = town.shared()
    town.delivered(town.asked(version), START + DAY)
    town.told("source.stopped", version, START + 9 * DAY)
    assert town.share().exact == "0"
    town.told("source.restarted", version, START + 10 * DAY)
    town.told("source.lost", version, START + 11 * DAY)
    assert town.share(YEAR_END + DAY).exact == "0"


def test_what_was_withdrawn_is_still_held(town: Town) -> None:
    version, other = town.shared(), town.shared()
    town.delivered(town.asked(other), START + DAY)
    withdraw(by=town.city.coordinator, at=START + 5 * DAY, version=version, reason="停用")
    share = town.share()
    assert (share.amount, rates(share)["approved"]) == (6, Fraction(1, 2))


def test_what_the_law_keeps_back_is_left_out_of_what_is_held(town: Town) -> None:
    town.delivered(town.asked(town.shared()), START + DAY)
    town.shared(sharing_class="not_shared", legal_basis="保守国家秘密法", conditions=[])
    share = town.share()
    assert (share.amount, share.exact) == (3, "1")


def test_below_the_least_coverage_no_share_is_printed(town: Town) -> None:
    version = town.shared()
    town.delivered(town.asked(version), START + DAY)
    health = town.mounted(town.city.published(town.city.health, update_period="once"))
    by = town.city.actor("提供 WJW", town.city.health)
    things = [{"name": health.name, "items": 3}, {"name": "病历库", "items": 9}]
    list_inventory(by=by, at=START, department=town.city.health, found=things)
    degree = town.degree()
    hidden = degree.shares.get(department=town.city.health)
    assert (hidden.share, hidden.coverage, degree.exact) == (None, 0.25, "1")


def test_objections_that_were_let_lie_lower_the_quality(town: Town) -> None:
    version = town.shared()
    town.delivered(town.asked(version), START + DAY)
    due = (START + 14 * DAY).date().isoformat()
    for n, answered in enumerate((5, 40, None)):
        subject, facts = f"objection-{n}", {"asset": version.asset.code, "field": "姓名"}
        with transaction.atomic():
            given: dict[str, Any] = {"by": CLOCK, "subject_kind": "objection", "subject": subject}
            record(**given, at=START, action="objection.made", facts={**facts, "due": due})
            if answered:
                record(**given, at=START + answered * DAY, action="objection.upheld", facts=facts)
    assert rates(town.share())["quality"] == Fraction(1, 3)


# Kept, asked for, and computed again.


def test_the_degree_is_the_same_when_it_is_computed_from_the_log(town: Town) -> None:
    town.delivered(town.asked(town.shared()), START + 21 * DAY)
    degree = town.degree()
    seal_all(town.home)
    assert faults_of(town, degree) == ()


def test_what_happens_later_does_not_change_a_degree(town: Town) -> None:
    version = town.shared()
    town.delivered(town.asked(version), START + 21 * DAY)
    degree = town.degree()
    # Written later, and yet about an instant before: the degree stands on the entries that were in the log.
    town.told("source.stopped", version, START + 9 * DAY)
    seal_all(town.home)
    assert faults_of(town, degree) == ()


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        (lambda _degree: Degree.objects.update(exact="1"), ("sealed", "result")),
        (lambda _degree: Degree.objects.update(inputs="0"), ("sealed", "inputs")),
        *(
            (lambda _degree, said=said: Degree.objects.update(**said), ("result",))
            for said in ({"value": 0.99}, {"low": 0.9}, {"high": 0.1}, {"day": date(2026, 1, 1)})
        ),
        (lambda degree: degree.shares.update(share=0.99), ("shares",)),
        (lambda degree: degree.shares.update(rows=[]), ("shares",)),
    ],
)
def test_whoever_changes_what_is_kept_is_found_out(town: Town, change: Any, faults: tuple[str, ...]) -> None:
    town.delivered(town.asked(town.shared()), START + 21 * DAY)
    degree = town.degree()
    seal_all(town.home)
    change(degree)
    degree.refresh_from_db()
    assert faults_of(town, degree) == faults


def test_a_row_of_the_trail_that_was_changed_shows_in_the_degree(town: Town) -> None:
    version = town.shared()
    town.delivered(town.asked(version), START + DAY)
    seal_all(town.home)
    told = Entry.objects.get(action="source.examined")
    told.facts = {**told.facts, "columns": []}
    told.save()
    degree = town.degree()
    seal_all(town.home)
    assert {"inputs", "result", "shares"} <= set(faults_of(town, degree))


def test_another_legal_profile_says_so_and_is_not_compared(town: Town) -> None:
    town.delivered(town.asked(town.shared()), START + DAY)
    degree = town.degree()
    assert faults_of(town, degree, legal_profile("neutral")) == ("law",)


def test_an_instant_has_one_degree(town: Town) -> None:
    town.delivered(town.asked(town.shared()), START + DAY)
    assert town.degree() == town.degree()
    assert Degree.objects.count() == Entry.objects.filter(action="index.computed").count() == 1


def test_the_night_and_the_coordinator_have_it_computed(town: Town) -> None:
    town.delivered(town.asked(town.shared()), START + DAY)
    worker = InProcess(lambda: YEAR_END)
    assert worker.tick(NAME) == {"data": "1"}
    with pytest.raises(Refused, match="role_missing"):
        ask(by=town.asker, at=YEAR_END)
    later = InProcess(lambda: YEAR_END + DAY)
    job = ask(by=town.city.coordinator, at=YEAR_END + DAY)
    later.run_waiting()
    assert jobs.result(job) == {"data": "1"}
    assert Entry.objects.filter(action="index.computed").values_list("person", flat=True).order_by("at")[1] == "统筹"
    assert Degree.objects.count() == 2


def test_a_kind_only_adds_its_measure() -> None:
    """What the index loops over; resources and technologies hand in theirs."""
    for name, hook in measures().items():
        assert hook.name == name
        assert hook.actions
