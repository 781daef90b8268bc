"""What the log says ended stays ended, also where a backup does not know of it yet."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

__all__ = ["Replay", "replay", "replays"]

Replay = Callable[[Mapping[str, Any], datetime], object]
"""Ends in the database what an entry says ended: gets the entry's body and its instant; done twice it is the same."""

_REPLAYS: dict[str, Replay] = {}


def replays(*actions: str) -> Callable[[Replay], Replay]:
    """Register the decorated function for entries of these actions."""

    def register(function: Replay) -> Replay:
        _REPLAYS.update(dict.fromkeys(actions, function))
        return function

    return register


def replay(body: Mapping[str, Any]) -> bool:
    """Do again what the entry did, if it ended something; whether it did."""
    function = _REPLAYS.get(str(body["action"]))
    if function is None:
        return False
    function(body, datetime.fromisoformat(str(body["at"])))
    return True
