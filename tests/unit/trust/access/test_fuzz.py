"""However odd a request is, what is permitted is what the rules say when read slowly, by somebody else."""

import random
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ronghe.terms import Kind
from ronghe.trust.access import Condition, Grants, Permit, Request, decide
from tests.unit.trust.access.worlds import T0, World, draw

JUNK: tuple[Any, ...] = (
    None, True, 1, 1.0, -1, "", "m", "a", "p", "ｍ", "а", b"m", [], ["m"], {}, ("x",), ("x", "z"), (None,), object(),
    Kind.DATA, "data", float("nan"), 10**400, "\ud800", (("level", 1),), (("level",),), (("level", 1), ("level", 1)),
)  # fmt: skip


def _any(value: Any) -> Any:
    return value


def _met(conditions: tuple[Condition, ...], told: dict[str, Any]) -> bool:
    """Read slowly; KeyError or TypeError for what cannot be read."""
    for one in conditions:
        value, wanted = told[one.subject], _any(one.values[0])
        if type(value) is not type(wanted):
            raise TypeError
        met = {
            "is": value == wanted,
            "is_not": value != wanted,
            "below": one.relation == "below" and value < wanted,
            "at_least": one.relation == "at_least" and value >= wanted,
        }[one.relation.value]
        if not met:
            return False
    return True


def may(world: World, asked: Any, now: Any) -> bool:
    """Whether some grant fits, none is forbidden, and nothing is in doubt."""
    try:
        told = dict(asked.attributes)
        names = (asked.consumer, asked.asset, asked.purpose)
        if (
            not all(type(name) is str for name in names)
            or type(asked.version) is not int
            or asked.kind is not Kind.DATA
        ):
            return False
        if set(told) - {"level", "duty"} or len(told) != len(asked.attributes) or now < T0:
            return False
        for p in world.prohibitions:
            concerned = (
                p.asset == asked.asset and p.consumer in (None, asked.consumer) and p.version in (None, asked.version)
            )
            if concerned and p.purpose in (None, asked.purpose) and now in p.valid and _met(p.when, told):
                return False
        granted: set[str] = set()
        for g in world.grants:
            key = (g.consumer, g.asset, g.version, g.purpose)
            fits = key == (asked.consumer, asked.asset, asked.version, asked.purpose)
            if fits and now in g.valid and _met(g.when, told):
                granted |= {name for name, _ in g.fields}
        return bool(granted) and set(asked.fields) <= granted
    except (TypeError, KeyError, ValueError, AttributeError):
        return False


def spoiled(dice: random.Random, asked: Request) -> Request:
    """The request with one attribute replaced by something odd."""
    name = dice.choice([field.name for field in fields(Request)])
    return replace(asked, **{name: dice.choice(JUNK)})


def fuzz(times: int) -> tuple[int, int]:
    """How often it was permitted, of how many; every permission is checked."""
    dice = random.Random(20260101)
    permitted = done = 0
    while done < times:
        world, asked = draw(dice, 100)
        grants = Grants.of(world.grants, world.prohibitions, seen=T0, known=["level", "duty"])
        for request, now in asked:
            odd: Any = spoiled(dice, request) if dice.random() < 0.5 else request
            at: Any = dice.choice([now, now, now, T0 - timedelta(microseconds=1), None, datetime(2026, 1, 2)])  # noqa: DTZ001
            answer = decide(odd, grants, at)
            if isinstance(answer, Permit):
                permitted += 1
                assert may(world, odd, at), (world, odd, at)
            done += 1
    return permitted, done


def test_no_odd_request_is_let_through() -> None:
    permitted, done = fuzz(20_000)
    assert done // 100 < permitted < done // 2


@pytest.mark.slow
def test_no_odd_request_in_a_million_is_let_through() -> None:
    permitted, _ = fuzz(1_000_000)
    assert permitted > 10_000


def test_what_fits_is_let_through() -> None:
    dice = random.Random(7)
    for _ in range(100):
        world, asked = draw(dice, 20)
        grants = Grants.of(world.grants, world.prohibitions, seen=T0, known=["level", "duty"])
        for request, now in asked:
            told = dict(request.attributes)
            if len(told) == 2:
                assert isinstance(decide(request, grants, now), Permit) == may(world, request, now)
