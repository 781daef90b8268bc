"""The life of a request as a table of moves, and who may make them: pure, so that it can be read and tried whole."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor, Held
from ronghe.terms import Refused, RequestState

__all__ = ["MOVES", "RUNGS", "MoveRule", "Side", "check_decider", "check_move", "moves_from", "next_rung"]

_S = RequestState
LIVE = frozenset({_S.ACCEPTED, _S.ACCEPTED_IN_PART, _S.DELIVERED, _S.IN_USE, _S.EXTENDED})
"""While one of these holds, there is a right."""
UNDECIDED = frozenset({_S.DRAFT, _S.SUBMITTED, _S.SUPPLEMENT_ASKED})
"""While one of these holds, the asker may still say what the request stands on."""


class Side:
    """Whose move it is."""

    ASKER = "asker"
    OWNER = "owner"
    EITHER = "either"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class MoveRule:
    """A move: from which states, to which one, and who makes it: a role of one side, or the clock."""

    name: str
    before: frozenset[RequestState]
    after: RequestState
    side: str
    roles: tuple[Role, ...] = ()


def _rule(
    name: str, before: Iterable[RequestState], after: RequestState, side: str, *roles: Role
) -> tuple[str, MoveRule]:
    return name, MoveRule(name, frozenset(before), after, side, roles)


MOVES: Mapping[str, MoveRule] = MappingProxyType(
    dict(
        (
            _rule("submit", (_S.DRAFT,), _S.SUBMITTED, Side.ASKER, Role.ASKER),
            _rule("take_back", (_S.SUBMITTED, _S.SUPPLEMENT_ASKED), _S.DRAFT, Side.ASKER, Role.ASKER),
            _rule("ask_supplement", (_S.SUBMITTED,), _S.SUPPLEMENT_ASKED, Side.OWNER, Role.APPROVER),
            _rule("supplement", (_S.SUPPLEMENT_ASKED,), _S.SUBMITTED, Side.ASKER, Role.ASKER),
            _rule("accept", (_S.SUBMITTED,), _S.ACCEPTED, Side.OWNER, Role.APPROVER),
            _rule("accept_in_part", (_S.SUBMITTED,), _S.ACCEPTED_IN_PART, Side.OWNER, Role.APPROVER),
            _rule("refuse", (_S.SUBMITTED,), _S.REFUSED, Side.OWNER, Role.APPROVER),
            _rule("deliver", (_S.ACCEPTED, _S.ACCEPTED_IN_PART), _S.DELIVERED, Side.CLOCK),
            _rule("use", (_S.DELIVERED, _S.EXTENDED), _S.IN_USE, Side.CLOCK),
            _rule("extend", (_S.DELIVERED, _S.IN_USE, _S.EXTENDED), _S.EXTENDED, Side.OWNER, Role.APPROVER),
            _rule("revoke", LIVE, _S.REVOKED, Side.OWNER, Role.APPROVER, Role.SECURITY_OFFICER),
            _rule("expire", LIVE, _S.EXPIRED, Side.CLOCK),
            _rule("dispose", (_S.REVOKED, _S.EXPIRED), _S.DISPOSED, Side.ASKER, Role.ASKER),
        )
    )
)
RUNGS = ("negotiation", "authority", "superior", "government")
"""政务数据共享条例 art. 28: among themselves, the authority of the level, the common superior one, the government."""


def moves_from(state: RequestState) -> tuple[MoveRule, ...]:
    """The moves that may follow, in the order of the table."""
    return tuple(rule for rule in MOVES.values() if state in rule.before)


def check_move(name: str, state: RequestState) -> MoveRule:
    """The rule of a move from this state; Refused, naming what may be done instead, where it may not be made."""
    rule = MOVES.get(name)
    if rule is None or state not in rule.before:
        allowed = ", ".join(rule.name for rule in moves_from(state)) or "-"
        raise Refused("platform.move_refused", move=name, state=state.value, allowed=allowed)
    return rule


def check_side(actor: Actor, rule: MoveRule, *, requester: UUID, owner: UUID) -> Held | None:
    """How the actor may make the move; Refused where they may not. None for the clock's moves, which have no person."""
    if rule.side == Side.CLOCK:
        return None
    department = requester if rule.side == Side.ASKER else owner
    ways = [held for role in rule.roles if (held := actor.acting(role, department)) is not None]
    if not ways:
        raise Refused("platform.role_missing", role=" / ".join(role.value for role in rule.roles))
    if actor.scopes is not None and "requests.write" not in actor.scopes:
        raise Refused("platform.scope_missing", scope="requests.write")
    return min(ways, key=lambda held: held.principal is not None)


def check_decider(actor: Actor, held: Held, *, asked_by: UUID, decided_by: Iterable[UUID]) -> None:
    """Separation of duty by person: nobody decides what they asked for, nor what anybody they stand in for asked for,
    in whatever role that is, nor two steps of one request, under whatever hat."""
    if asked_by in actor.hats:
        raise Refused("platform.own_request")
    hats = {actor.person, *([held.principal] if held.principal else [])}
    if hats & set(decided_by):
        raise Refused("platform.decided_before")


def next_rung(rung: str) -> str:
    """Where a dispute goes when this rung did not settle it; Refused on the last one."""
    place = RUNGS.index(rung)
    if place + 1 == len(RUNGS):
        raise Refused("platform.last_rung")
    return RUNGS[place + 1]
