"""Cedar by cedarpy, with policies and entities read once."""

from typing import Any

import cedarpy

from benchmarks.access.asking import ask, world

PACKAGES = ("cedarpy",)


def _policy(grant: list[Any]) -> str:
    _, consumer, asset, purpose, start, end = grant
    scope = f'principal == C::"{consumer}", action == Action::"{purpose}", resource == A::"{asset}"'
    return f"permit ({scope}) when {{ context.day >= {start} && context.day < {end} }};"


def run(task: dict[str, Any]) -> str:
    """Read the policies once and ask; an error counts as a refusal."""
    given = world(task["world"])
    policies = cedarpy.PolicySet.from_str("\n".join(map(_policy, given["grants"])))
    entities = cedarpy.Entities.from_json_str("[]")

    def permits(request: list[str]) -> bool:
        consumer, asset, purpose = request
        asked = {
            "principal": f'C::"{consumer}"',
            "action": f'Action::"{purpose}"',
            "resource": f'A::"{asset}"',
            "context": {"day": given["day"]},
        }
        answer = cedarpy.is_authorized(asked, policies, entities)
        return bool(answer.allowed and not answer.diagnostics.errors)

    return ask(permits, given["requests"][: task["requests"]])
