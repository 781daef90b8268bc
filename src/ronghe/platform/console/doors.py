"""What allauth asks of us: nobody signs up by themselves, and what it says is said in the reader's language."""

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from ronghe.messages import render
from ronghe.platform.console.middleware import language_of

__all__ = ["AccountDoor", "SecondFactorDoor"]


class _Said(Mapping[str, str]):
    """allauth's error texts by their code, in the language of the request that is being answered."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self.known = known

    def __getitem__(self, code: str) -> str:
        said = {
            "username_password_mismatch": "door_mismatch",
            "too_many_login_attempts": "door_too_many",
            "rate_limited": "door_too_many",
            "incorrect_code": "door_code",
            "incorrect_password": "door_mismatch",
            "account_inactive": "door_mismatch",
        }
        if code not in said:
            return str(self.known[code])
        return render(f"platform.{said[code]}", language_of(context.request))

    def __iter__(self) -> Any:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


class AccountDoor(DefaultAccountAdapter):
    """The first factor."""

    error_messages = _Said(DefaultAccountAdapter.error_messages)

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """People are added by the system administrator."""
        return False

    def respond_user_inactive(self, request: HttpRequest, user: object) -> HttpResponse:  # noqa: ARG002
        """Who was switched off sees the same door as everybody."""
        return redirect("/sign-in")

    def add_message(self, *given: Any, **named: Any) -> None:
        """Pages say themselves what happened."""

    def send_mail(self, *given: Any, **named: Any) -> None:
        """Nothing is mailed by the door; notices go through alarms."""


class SecondFactorDoor(DefaultMFAAdapter):
    """The second factor."""

    error_messages = _Said(DefaultMFAAdapter.error_messages)
