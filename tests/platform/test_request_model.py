"""The life of a request beside a model of it: whatever people try in whatever order, both agree."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.audit.models import Entry
from ronghe.platform.requests import actions
from ronghe.platform.requests import kind as kinds
from ronghe.platform.requests.models import Grant, Request
from ronghe.terms import Refused
from tests.platform.conftest import START, City, RecordedKind
from tests.platform.handed import LAW, UNTIL

LIVE = {"accepted", "delivered", "in_use", "extended"}
AFTER: dict[str, dict[str, str]] = {
    "submit": {"draft": "submitted"},
    "take_back": {"submitted": "draft", "supplement_asked": "draft"},
    "ask_supplement": {"submitted": "supplement_asked"},
    "supplement": {"supplement_asked": "submitted"},
    "accept": {"submitted": "accepted"},
    "refuse": {"submitted": "refused"},
    "deliver": {"accepted": "delivered"},
    "extend": {"delivered": "extended", "in_use": "extended", "extended": "extended"},
    "revoke": dict.fromkeys(LIVE, "revoked"),
    "expire": dict.fromkeys(LIVE, "expired"),
    "dispose": {"revoked": "disposed", "expired": "disposed"},
}
OF_THE_ASKER = {"submit", "take_back", "supplement", "dispose"}
OF_THE_CLOCK = {"deliver", "expire"}
PEOPLE = ("typist", "colleague", "first", "second", "stranger")
"""Who typed the request and is an approver of the owner too; somebody else of the asker; two approvers; nobody here."""


class Life(RuleBasedStateMachine):
    """People and the clock try moves at random."""

    def __init__(self) -> None:
        super().__init__()
        self.open = transaction.atomic()
        self.open.__enter__()
        self.kind = RecordedKind()
        kinds._KINDS["data"] = self.kind
        city = City()
        city.civil.approval_steps = 2
        city.civil.save()
        roles = {
            "typist": [(city.tax, Role.ASKER), (city.civil, Role.APPROVER)],
            "colleague": [(city.tax, Role.ASKER)],
            "first": [(city.civil, Role.APPROVER)],
            "second": [(city.civil, Role.APPROVER)],
            "stranger": [(city.health, Role.ASKER), (city.health, Role.APPROVER)],
        }
        self.people: dict[str, Actor] = {}
        for name, held in roles.items():
            for department, role in held:
                self.people[name] = city.actor(name, department, role)
        version = city.published()
        (self.request,) = actions.new_requests(
            by=self.people["typist"],
            at=START,
            requester=city.tax,
            wishes=[(version, ("姓名",), {})],
            purpose="核验",
            legal_basis="某法",
            wanted_from=START,
            wanted_until=UNTIL,
        )
        self.now, self.until, self.state = START, UNTIL, "draft"
        self.said: set[str] = set()
        self.supplements = self.moves = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.open.__exit__(None, None, None)

    def may(self, move: str, who: str) -> bool:
        """What the rules say, told in other words than the platform's."""
        if self.state not in AFTER[move]:
            return False
        owner = who in ("typist", "first", "second")
        decides = who in ("first", "second")
        if move in OF_THE_ASKER:
            return who in ("typist", "colleague")
        return {
            "ask_supplement": owner and self.supplements == 0,
            "accept": decides and who not in self.said,
            "refuse": decides and who not in self.said,
            "extend": decides,
            "revoke": owner,
        }.get(move, move in OF_THE_CLOCK)

    def call(self, move: str, who: str) -> Callable[[], object]:
        given: dict[str, Any] = {"at": self.now, "request": self.request}
        by = {**given, "by": self.people[who]}
        later = self.until + timedelta(days=30)
        return {
            "submit": lambda: actions.submit(**by, profile=LAW),
            "take_back": lambda: actions.take_back(**by, profile=LAW),
            "ask_supplement": lambda: actions.ask_supplement(**by, missing=["依据"], profile=LAW),
            "supplement": lambda: actions.supplement(**by, changes={"scenario": "办理"}, profile=LAW),
            "accept": lambda: actions.decide(**by, profile=LAW),
            "refuse": lambda: actions.refuse(**by, reason="不符", clause="第十四条", profile=LAW),
            "deliver": lambda: actions.delivered(**given),
            "extend": lambda: actions.extend(**by, until=later, profile=LAW),
            "revoke": lambda: actions.revoke(**by, reason="停"),
            "dispose": lambda: actions.dispose(**by, how="已删除"),
        }[move]

    @rule(move=st.sampled_from([name for name in AFTER if name != "expire"]), who=st.sampled_from(PEOPLE))
    def tries(self, move: str, who: str) -> None:
        allowed = self.may(move, who)
        try:
            self.call(move, who)()
        except Refused:
            assert not allowed, (self.state, move, who)
            return
        assert allowed, (self.state, move, who)
        self.went(move, who)

    def went(self, move: str, who: str) -> None:
        if move == "accept" and not self.said:
            self.said.add(who)
            return
        self.state = AFTER[move][self.state]
        self.moves += 1
        self.supplements += move == "ask_supplement"
        if move == "take_back":
            self.said.clear()
        if move == "extend":
            self.until += timedelta(days=30)

    @rule(days=st.integers(0, 20))
    def time_passes(self, days: int) -> None:
        self.now = min(self.now + timedelta(days=days), UNTIL - timedelta(days=1))

    @rule()
    def the_time_is_over(self) -> None:
        self.ends(self.until)

    def ends(self, at: datetime) -> None:
        ended = actions.expire_grants(at=at)
        assert ended == (self.state in LIVE)
        if ended:
            self.now = at
            self.state = "expired"
            self.moves += 1

    @invariant()
    def both_agree(self) -> None:
        kept = Request.objects.get(pk=self.request.pk)
        assert kept.state == self.state
        assert kept.moves.count() == self.moves
        told = Entry.objects.filter(subject_kind="request", subject=str(kept.pk)).exclude(action="request.drafted")
        assert told.exclude(action="request.step_accepted").count() == self.moves

    @invariant()
    def a_right_is_there_exactly_after_a_yes(self) -> None:
        grants = list(Grant.objects.all())
        granted = self.state in LIVE | {"revoked", "expired", "disposed"}
        assert len(grants) == granted
        assert len(self.kind.prepared) == granted
        for grant in grants:
            assert (grant.revoked is None) == (self.state in LIVE)
            assert grant.valid_until == self.until


@pytest.mark.django_db
def test_threat_16_and_the_flow_agree_with_their_model(kind: RecordedKind) -> None:
    quick = settings(max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Life, settings=quick)
