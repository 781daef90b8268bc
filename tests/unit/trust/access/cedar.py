"""Worlds and requests in Cedar's words. Cedar is not imported: the benchmark asks it in another environment."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ronghe.terms import Period
from ronghe.trust.access import Condition, Grants, Permit, Relation, Request, decide
from tests.unit.trust.access.worlds import T0, World

__all__ = ["cedar_request", "our_answers", "policies"]

_OPERATORS = {Relation.IS: "==", Relation.IS_NOT: "!=", Relation.BELOW: "<", Relation.AT_LEAST: ">="}


def _micros(moment: datetime) -> int:
    return round((moment - T0).total_seconds() * 1_000_000)


def _asked(conditions: tuple[Condition, ...]) -> Iterator[str]:
    for one in conditions:
        wanted = json.dumps(one.values[0])
        yield f"context.{one.subject} {_OPERATORS[one.relation]} {wanted}"


def _in_time(valid: Period) -> Iterator[str]:
    yield f"context.now >= {_micros(valid.start)}"
    if valid.end is not None:
        yield f"context.now < {_micros(valid.end)}"


def _scope(consumer: str | None, purpose: str | None, resource: str) -> str:
    principal = "principal" if consumer is None else f'principal == C::"{consumer}"'
    action = "action" if purpose is None else f'action == Action::"{purpose}"'
    return f"({principal}, {action}, {resource})"


def policies(world: World) -> str:
    lines = []
    for grant in world.grants:
        if not grant.fields:
            continue  # a grant of no field permits nothing: decide says that nothing is left
        scope = _scope(grant.consumer, grant.purpose, f'resource == A::"{grant.asset}@{grant.version}"')
        body = " && ".join([*_in_time(grant.valid), *_asked(grant.when)])
        lines.append(f"permit {scope} when {{ {body} }};")
    for one in world.prohibitions:
        versions = [one.version] if one.version is not None else [1, 2]
        for version in versions:
            scope = _scope(one.consumer, one.purpose, f'resource == A::"{one.asset}@{version}"')
            body = " && ".join([*_in_time(one.valid), *_asked(one.when)])
            lines.append(f"forbid {scope} when {{ {body} }};")
    return "\n".join(lines)


def cedar_request(request: Request, now: datetime) -> dict[str, Any]:
    return {
        "principal": f'C::"{request.consumer}"',
        "action": f'Action::"{request.purpose}"',
        "resource": f'A::"{request.asset}@{request.version}"',
        "context": {"now": _micros(now), **dict(request.attributes)},
    }


def our_answers(world: World, asked: list[tuple[Request, datetime]]) -> list[bool]:
    """Whether each request is permitted; grants of no field permit nothing and are left out, as in `policies`."""
    named = [grant for grant in world.grants if grant.fields]
    grants = Grants.of(named, world.prohibitions, seen=T0, known=["level", "duty"])
    return [isinstance(decide(request, grants, now), Permit) for request, now in asked]
