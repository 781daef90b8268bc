"""Small worlds of grants, prohibitions and requests, drawn at random so that many requests nearly fit."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ronghe.terms import Kind, Period
from ronghe.trust.access import Condition, Grant, Prohibition, Relation, Request
from ronghe.trust.access.obligations import Keep, Mask

__all__ = ["T0", "World", "draw", "grant"]

T0 = datetime(2026, 1, 1, tzinfo=UTC)
ASSETS, CONSUMERS, PURPOSES, FIELDS = ("a", "b"), ("m", "n"), ("p", "q"), ("x", "y")
ATTRIBUTES = ("level", "duty")


def grant(name: str = "G1", **changed: object) -> Grant:
    given: dict[str, object] = {
        "consumer": "m",
        "kind": Kind.DATA,
        "asset": "a",
        "version": 1,
        "purpose": "p",
        "legal_basis": "law",
        "fields": (("x", Keep()), ("y", Mask(1))),
        "valid": Period(T0, T0 + timedelta(days=10)),
    }
    return Grant(id=name, **{**given, **changed})  # type: ignore[arg-type]


@dataclass(frozen=True)
class World:
    grants: tuple[Grant, ...]
    prohibitions: tuple[Prohibition, ...]


def _period(dice: random.Random) -> Period:
    start = T0 + timedelta(days=dice.randrange(4))
    return Period(start, dice.choice([None, start + timedelta(days=dice.randrange(5))]))


def _condition(dice: random.Random) -> Condition:
    if dice.random() < 0.5:
        relation = dice.choice([Relation.IS, Relation.IS_NOT, Relation.BELOW, Relation.AT_LEAST])
        return Condition("level", relation, (dice.randrange(3),))
    return Condition("duty", dice.choice([Relation.IS, Relation.IS_NOT]), (dice.choice(["r", "s"]),))


def _when(dice: random.Random) -> tuple[Condition, ...]:
    return tuple(_condition(dice) for _ in range(dice.choice([0, 0, 1, 2])))


def world(dice: random.Random) -> World:
    grants = tuple(
        grant(
            f"G{number}",
            consumer=dice.choice(CONSUMERS),
            asset=dice.choice(ASSETS),
            version=dice.choice([1, 1, 2]),
            purpose=dice.choice(PURPOSES),
            fields=tuple((name, Keep()) for name in FIELDS if dice.random() < 0.7),
            valid=_period(dice),
            when=_when(dice),
        )
        for number in range(6)
    )
    prohibitions = tuple(
        Prohibition(
            f"P{number}",
            Kind.DATA,
            dice.choice(ASSETS),
            "clause",
            _period(dice),
            consumer=dice.choice([None, *CONSUMERS]),
            version=dice.choice([None, 1]),
            purpose=dice.choice([None, *PURPOSES]),
            when=_when(dice),
            public=dice.random() < 0.5,
        )
        for number in range(dice.choice([0, 1, 2]))
    )
    return World(grants, prohibitions)


def request(dice: random.Random) -> Request:
    told: list[tuple[str, object]] = []
    if dice.random() < 0.8:
        told.append(("level", dice.randrange(3)))
    if dice.random() < 0.8:
        told.append(("duty", dice.choice(["r", "s"])))
    return Request(
        dice.choice(CONSUMERS),
        Kind.DATA,
        dice.choice(ASSETS),
        dice.choice([1, 1, 2]),
        dice.choice(PURPOSES),
        attributes=tuple(told),  # type: ignore[arg-type]
    )


def draw(dice: random.Random, requests: int) -> tuple[World, list[tuple[Request, datetime]]]:
    """A world and what is asked of it; the instants lie on the edges of periods as often as within them."""
    edges = (timedelta(), -timedelta(microseconds=1), timedelta(microseconds=1))
    asked = [
        (request(dice), max(T0, T0 + timedelta(days=dice.randrange(8)) + dice.choice(edges))) for _ in range(requests)
    ]
    return world(dice), asked
