"""Every error that a user can meet, one class for each kind of cause.

    RongheError
    ├── UsageError      2   the command was typed wrongly
    ├── InputError      3   a file, schema or value cannot be used as it is
    ├── Refused         4   a rule or a right forbids it
    ├── LimitReached    5   a size, memory, disk or time limit
    ├── InternalFault   6   a defect of Ronghe itself
    └── StoppedByUser 130   Ctrl-C

An error carries a code and parameters, never a sentence: `messages.render` words it in the reader's language.
"""

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "InputError",
    "InternalFault",
    "LimitReached",
    "Refused",
    "RongheError",
    "StoppedByUser",
    "UsageError",
]


class RongheError(Exception):
    """The root of all errors that Ronghe raises on purpose.

    `code` names a text in `messages/texts`, `params` fill its places; `exit_code` is what a command ends with.
    """

    exit_code: ClassVar[int] = 6
    _wording: "ClassVar[Callable[[RongheError], str | None]]" = staticmethod(lambda _: None)

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    @staticmethod
    def worded_by(wording: "Callable[[RongheError], str | None]") -> None:
        """Have every error's `str` worded by this; None of it for a code that it does not know.

        Texts are above the terms, so they come here by themselves when they are loaded.
        """
        RongheError._wording = staticmethod(wording)

    def __str__(self) -> str:
        """The sentence in English and the code, by which it can be looked up; code and parameters without texts."""
        said = RongheError._wording(self)
        if said is not None:
            return f"{said} [{self.code}]"
        listed = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code}({listed})"


class UsageError(RongheError):
    """The command line names an option, value or combination that does not exist."""

    exit_code = 2


class InputError(RongheError):
    """A file, schema, plan or value cannot be used as it is."""

    exit_code = 3


class Refused(RongheError):
    """A rule or a right forbids it."""

    exit_code = 4


class LimitReached(RongheError):
    """A limit on size, memory, disk or time stopped the work."""

    exit_code = 5


class InternalFault(RongheError):
    """A promise that Ronghe makes about itself did not hold."""

    exit_code = 6


class StoppedByUser(RongheError):
    """The user pressed Ctrl-C."""

    exit_code = 130
