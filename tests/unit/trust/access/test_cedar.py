"""The same answers as Cedar, whose errors count as a refusal: alone, Cedar passes over a rule that fails."""

import random
from datetime import datetime

import pytest

from ronghe.trust.access import Request
from tests.unit.trust.access.cedar import cedar_request, our_answers, policies
from tests.unit.trust.access.worlds import World, draw

cedarpy = pytest.importorskip("cedarpy", reason="cedarpy is not installed")


def cedar_permits(world: World, asked: list[tuple[Request, datetime]]) -> list[bool]:
    answers = cedarpy.is_authorized_batch([cedar_request(*one) for one in asked], policies(world), [])
    return [answer.allowed and not answer.diagnostics.errors for answer in answers]


def agree(worlds: int, requests: int) -> int:
    """Compare that many decisions; gives how many were permitted."""
    dice = random.Random(42)
    permitted = 0
    for _ in range(worlds):
        world, asked = draw(dice, requests)
        ours = our_answers(world, asked)
        assert ours == cedar_permits(world, asked), world
        permitted += sum(ours)
    return permitted


def test_two_thousand_decisions_are_those_of_cedar() -> None:
    assert agree(20, 100) > 100


@pytest.mark.slow
def test_a_hundred_thousand_decisions_are_those_of_cedar() -> None:
    assert agree(1000, 100) > 5_000
