"""Tokens of programs, and roles that are lent: one's own, and for the security administrator everybody's."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Q
from ninja import Router
from pydantic import Field

from ronghe.platform.access import actions
from ronghe.platform.access.models import Delegation, Membership, Token
from ronghe.platform.access.queries import lent_at, tokens_at
from ronghe.platform.access.roles import Role
from ronghe.platform.api.calls import SESSION, Asked, call
from ronghe.platform.api.people import check_there, known_person
from ronghe.platform.api.shapes import Code, Given, Limit, Page, Place, Schema, Short, Words, listed, named_person
from ronghe.platform.law import beginning_of
from ronghe.platform.queries import one

__all__ = ["router"]

router = Router(tags=["people"])


class TokenShown(Schema):
    """A token; its secret was shown once."""

    id: UUID
    name: str
    scopes: list[str]
    made: datetime
    expires: datetime
    revoked: datetime | None


class Tokens(Schema):
    """Somebody's tokens that open something, newest first."""

    tokens: list[TokenShown]


class TokenMade(TokenShown):
    """A new token with its secret, which is shown this once."""

    secret: str


class GivenToken(Given):
    """A token for a program: no more scopes than it needs, and the legal day on which it has ended."""

    name: Short
    scopes: Annotated[list[Words], Field(min_length=1, max_length=20)]
    expires: date


class DelegationShown(Schema):
    """One person stands in for another."""

    id: UUID
    role: str
    department: str
    person: str
    to: str
    since: datetime
    until: datetime


class Delegations(Schema):
    """What somebody lent and what was lent to them."""

    delegations: list[DelegationShown]


class GivenDelegation(Given):
    """Which of one's own roles, to whom, from one legal day until another."""

    membership: UUID
    to: Code
    since: date
    until: date


def _token(token: Token) -> dict[str, Any]:
    return {"id": token.pk, **{name: getattr(token, name) for name in ("name", "scopes", "made", "expires", "revoked")}}


@call(router, "GET", "/tokens", scope=SESSION, gives=Page[TokenShown])
def list_tokens(request: Asked, cursor: Place, limit: Limit) -> dict[str, Any]:
    """One's own tokens, newest first."""
    seen = Token.objects.filter(person=request.actor.person)
    return listed(seen, ("-made", "-pk"), _token, listing="tokens", cursor=cursor, limit=limit)


@call(router, "POST", "/tokens", scope=SESSION, gives=TokenMade, status=201, repeatable=False)
def make_token(request: Asked, given: GivenToken) -> dict[str, Any]:
    """A token for a program of one's own; its secret is shown this once. No token makes another one."""
    made, secret = actions.make_token(
        by=request.actor,
        at=request.now,
        name=given.name,
        scopes=given.scopes,
        expires=beginning_of(given.expires, "expires"),
    )
    return {**_token(made), "secret": secret}


@call(router, "POST", "/tokens/{uuid:key}/revoke", scope=SESSION, gives=TokenShown)
def revoke_token(request: Asked, key: UUID) -> dict[str, Any]:
    """End a token at once."""
    token = one(Token.objects.filter(person=request.actor.person), key)
    actions.revoke_token(by=request.actor, at=request.now, token=token)
    return _token(token)


def _delegation(lent: Delegation) -> dict[str, Any]:
    of = lent.membership
    return {
        "id": lent.pk,
        "role": of.role,
        "department": of.department.code,
        "person": of.person.username,
        "to": lent.to.username,
        "since": lent.since,
        "until": lent.until,
    }


def _lent(request: Asked, person: UUID) -> dict[str, Any]:
    lent = lent_at(request.now).filter(Q(membership__person=person) | Q(to=person))
    return {"delegations": [_delegation(one_of) for one_of in lent]}


@call(router, "GET", "/delegations", scope=SESSION, gives=Delegations)
def list_delegations(request: Asked) -> dict[str, Any]:
    """What one lent and what was lent to one, as long as it is not over."""
    return _lent(request, request.actor.person)


@call(router, "POST", "/delegations", scope=SESSION, gives=DelegationShown, status=201)
def lend_role(request: Asked, given: GivenDelegation) -> dict[str, Any]:
    """Let somebody stand in for oneself, in one role, for a time."""
    mine = Membership.objects.filter(person=request.actor.person).select_related("department", "person")
    to = named_person(given.to, "to")
    made = actions.stand_in(
        by=request.actor,
        at=request.now,
        membership=one(mine, given.membership),
        to=to,
        since=max(request.now, beginning_of(given.since, "since")),
        until=beginning_of(given.until, "until"),
    )
    return _delegation(made)


@call(router, "POST", "/delegations/{uuid:key}/end", scope=SESSION, gives=DelegationShown)
def end_delegation(request: Asked, key: UUID) -> dict[str, Any]:
    """Take back what one lent."""
    mine = Delegation.objects.filter(membership__person=request.actor.person, ended__isnull=True)
    lent = one(mine.select_related("membership__department", "membership__person", "to"), key)
    actions.end_delegation(by=request.actor, at=request.now, delegation=lent)
    return _delegation(lent)


@call(router, "GET", "/people/{username}/tokens", scope="people.read", gives=Tokens)
def list_tokens_of(request: Asked, username: str) -> dict[str, Any]:
    """Somebody's tokens that open something, newest first."""
    check_there(request, Role.SECURITY_ADMINISTRATOR)
    return {"tokens": [_token(token) for token in tokens_at(request.now).filter(person=known_person(username))]}


@call(router, "POST", "/people/{username}/tokens/{uuid:key}/revoke", scope="people.write", gives=TokenShown)
def revoke_token_of(request: Asked, username: str, key: UUID) -> dict[str, Any]:
    """End somebody's token at once, such as one that leaked."""
    check_there(request, Role.SECURITY_ADMINISTRATOR)
    token = one(tokens_at(request.now).filter(person=known_person(username)), key)
    actions.revoke_token(by=request.actor, at=request.now, token=token)
    return _token(token)


@call(router, "GET", "/people/{username}/delegations", scope="people.read", gives=Delegations)
def list_delegations_of(request: Asked, username: str) -> dict[str, Any]:
    """What somebody lent and what was lent to them, as long as it is not over."""
    check_there(request, Role.SECURITY_ADMINISTRATOR)
    return _lent(request, known_person(username).pk)


@call(router, "POST", "/people/{username}/delegations/{uuid:key}/end", scope="people.write", gives=DelegationShown)
def end_delegation_of(request: Asked, username: str, key: UUID) -> dict[str, Any]:
    """Take back what somebody lent, in their stead."""
    check_there(request, Role.SECURITY_ADMINISTRATOR)
    lent = one(lent_at(request.now).filter(membership__person=known_person(username)), key)
    actions.end_delegation(by=request.actor, at=request.now, delegation=lent)
    return _delegation(lent)
