"""What a call can come to, by the kind of cause: each says the server's own code, words and number of the call.

Denied      a rule or a right forbids it, or it is not there          401 403 404 409
Unfit       the call is not of the form that the server wants         400 405 411 413 422
TooOften    a limit is reached, or the server is not ready            429 503
Failed      a defect of the server                                    500 and others
Unreachable nobody answers
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ronghe.terms import InputError, InternalFault, LimitReached, Refused, RongheError

__all__ = ["Answered", "Denied", "Failed", "TooOften", "Unfit", "Unreachable", "error_of"]


class Answered(RongheError):
    """The server said no. `problem` is its code, `detail` its words, `errors` what is wrong field by field."""

    def __init__(self, status: int, told: Mapping[str, Any]) -> None:
        problem, detail = str(told.get("code", "")), str(told.get("detail", ""))
        super().__init__("client.problem", status=status, problem=problem or "-", detail=detail or "-")
        self.status, self.problem, self.detail = status, problem, detail
        self.request_id = str(told.get("request_id", ""))
        self.errors: Sequence[Mapping[str, str]] = tuple(told.get("errors", ()))


class Denied(Answered, Refused):
    """A rule or a right forbids it, or it is not there for the one who asks."""


class Unfit(Answered, InputError):
    """The call is not of the form that the server wants."""


class TooOften(Answered, LimitReached):
    """A limit is reached, or the server is not ready; it was tried again before this was said."""


class Failed(Answered, InternalFault):
    """A defect of the server."""


class Unreachable(LimitReached):
    """Nobody answers at the address."""


_KINDS: Mapping[int, type[Answered]] = {
    **dict.fromkeys((401, 403, 404, 409, 410), Denied),
    **dict.fromkeys((400, 405, 411, 413, 416, 422), Unfit),
    **dict.fromkeys((429, 503), TooOften),
}


def error_of(status: int, told: Mapping[str, Any]) -> Answered:
    """The error for an answer."""
    return _KINDS.get(status, Failed)(status, told)
