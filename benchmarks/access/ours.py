"""Ronghe's decisions, with a plan of obligations for each permission."""

from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.access.asking import ask, world
from ronghe.terms import Kind, Period
from ronghe.trust.access import Grant, Grants, Permit, Request, decide
from ronghe.trust.access.obligations import Keep, Mask, Token

PACKAGES = ("ronghe",)
_BORN = datetime(2026, 1, 1, tzinfo=UTC)
_FIELDS = (("id", Token("citizen_id", "R")), ("name", Mask(1)), ("area", Keep()))


def _day(number: int) -> datetime:
    return _BORN + timedelta(days=number)


def run(task: dict[str, Any]) -> str:
    """Index the grants and decide the requests."""
    given = world(task["world"])
    grants = Grants.of(
        [
            Grant(name, consumer, Kind.DATA, asset, 1, purpose, "law", _FIELDS, Period(_day(start), _day(end)))
            for name, consumer, asset, purpose, start, end in given["grants"]
        ],
        seen=_BORN,
    )
    now = _day(given["day"])
    requests = [Request(consumer, Kind.DATA, asset, 1, purpose) for consumer, asset, purpose in given["requests"]]
    return ask(lambda request: isinstance(decide(request, grants, now), Permit), requests[: task["requests"]])
