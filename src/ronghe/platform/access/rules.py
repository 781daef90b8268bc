"""Who may do what, as values: no database, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from ronghe.platform.access.roles import ADMINISTRATORS, BUREAU_ROLES, Role
from ronghe.terms import Refused

__all__ = ["Actor", "Held", "Shape", "check_role", "check_role_belongs", "check_roles_together", "of_shape", "shape_of"]


@dataclass(frozen=True, slots=True)
class Held:
    """A role that somebody may use now: their own, or that of `principal`, for whom they stand in."""

    role: Role
    department: UUID
    principal: UUID | None = None
    principal_name: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person with the roles that count at one instant, and, for a program, the scopes of its token."""

    person: UUID
    person_name: str
    held: tuple[Held, ...] = ()
    scopes: frozenset[str] | None = None
    principal_name: str = ""

    @property
    def departments(self) -> frozenset[UUID]:
        """Where the person has any role."""
        return frozenset(held.department for held in self.held)

    def has(self, role: Role, department: UUID | None = None) -> bool:
        """Whether the person has the role, in the department if one is named."""
        return any(held.role == role and department in (None, held.department) for held in self.held)

    def anywhere(self, *roles: Role) -> bool:
        """Whether the person has one of the roles somewhere."""
        return any(held.role in roles for held in self.held)

    def where(self, *roles: Role) -> frozenset[UUID]:
        """The departments in which the person has one of the roles."""
        return frozenset(held.department for held in self.held if held.role in roles)

    @property
    def hats(self) -> frozenset[UUID]:
        """The person, and everybody for whom they stand in now, in whatever role: separation of duty is by person."""
        return frozenset({self.person, *(held.principal for held in self.held if held.principal is not None)})

    def acting(self, role: Role, department: UUID) -> Held | None:
        """How the person has the role there: in their own right before another's; None where not at all."""
        ways = [held for held in self.held if held.role == role and held.department == department]
        return min(ways, key=lambda held: held.principal is not None, default=None)


Shape = tuple[tuple[Role, int], ...]
"""Which roles somebody has, in which of their departments by number: what a rule of visibility makes of a person."""


def shape_of(actor: Actor) -> tuple[Shape, list[UUID]]:
    """The shape of an actor, and the departments that its numbers mean."""
    places: dict[UUID, int] = {}
    roles = {(held.role, places.setdefault(held.department, len(places))) for held in actor.held}
    return tuple(sorted(roles)), list(places)


def of_shape(shape: Shape, departments: Sequence[UUID]) -> Actor:
    """Somebody of this shape in these departments, who is nobody else: for a query that is made for all like them."""
    return Actor(UUID(int=0), "", tuple(Held(role, departments[place]) for role, place in shape))


def check_role(actor: Actor, role: Role, department: UUID, *, scope: str = "") -> Held:
    """How the actor has the role in the department; Refused without it, or where a program's token lacks the scope."""
    held = actor.acting(role, department)
    if held is None:
        raise Refused("platform.role_missing", role=role.value)
    if actor.scopes is not None and scope not in actor.scopes:
        raise Refused("platform.scope_missing", scope=scope)
    return held


def check_roles_together(roles: Iterable[Role]) -> None:
    """Refused for roles that one person may not hold together."""
    held = frozenset(roles)
    if held & ADMINISTRATORS and len(held) > 1:
        raise Refused("platform.roles_apart", roles=", ".join(sorted(held)))


def check_role_belongs(role: Role, *, in_bureau: bool) -> None:
    """Refused for a role of the bureau in another department."""
    if role in BUREAU_ROLES and not in_bureau:
        raise Refused("platform.role_of_bureau", role=role.value)
