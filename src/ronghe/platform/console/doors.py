"""What allauth asks of us: nobody signs up by themselves, and what it says is said in the reader's language."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_removed
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.db.models.signals import post_save
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from ronghe.messages import render
from ronghe.platform.access.models import Person
from ronghe.platform.access.queries import actor_of
from ronghe.platform.audit.actions import record
from ronghe.platform.clock import now
from ronghe.platform.console.middleware import language_of
from ronghe.platform.kinds.data.sealing import seal, unseal

__all__ = ["AccountDoor", "SecondFactorDoor", "keep_changes"]

_SECRETS = UUID(int=0)
"""What secrets of second factors are sealed for; a source's id is never this."""


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

    def encrypt(self, text: str) -> str:
        """Whoever reads the database reads no secret from which codes are made."""
        return seal(text, _SECRETS, now())

    def decrypt(self, encrypted_text: str) -> str:
        """What was kept before it was sealed is read as it is."""
        sealed = encrypted_text.startswith("{")
        return unseal(encrypted_text, _SECRETS) if sealed else encrypted_text


def keep_changes() -> None:
    """Have it recorded, in the same transaction, when somebody turns their second factor on or off or makes codes."""
    post_save.connect(_made, sender=Authenticator)
    authenticator_removed.connect(_removed)


def _made(instance: Authenticator, created: bool, **_: Any) -> None:
    if not created:
        return
    is_device = instance.type == Authenticator.Type.TOTP
    _kept("person.factor_on" if is_device else "person.codes_made", instance.user)
    request = context.request
    if is_device and request is not None:
        # allauth takes note of codes that open a session only: the one that was typed here would open one more.
        instance.wrap().validate_code(request.POST.get("code", ""))
        instance.user.end_sessions()
        update_session_auth_hash(request, instance.user)


def _removed(user: Person, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        _kept("person.factor_off", user)


def _kept(action: str, person: Person) -> None:
    at = now()
    with transaction.atomic():
        record(by=actor_of(person, at), at=at, action=action, subject_kind="person", subject=person.pk)
