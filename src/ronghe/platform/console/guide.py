"""A first visit: the steps of a role's main task, each done when the records say so, never when somebody ticked it."""

from dataclasses import dataclass

from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.audit.models import Entry

__all__ = ["Step", "guide"]


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do, where, and whether the person did it once."""

    name: str
    url: str
    done: bool


_ANSWERS = ("request.accept", "request.accept_in_part", "request.step_accepted", "request.refuse")
_STEPS: tuple[tuple[Role, tuple[tuple[str, str, tuple[str, ...]], ...]], ...] = (
    (
        Role.ASKER,
        (
            ("choose", "/catalogue", ("request.drafted",)),
            ("hand_in", "/cart", ("request.submit",)),
            ("read", "/grants", ("data.read",)),
        ),
    ),
    (
        Role.OFFERER,
        (
            ("describe", "/offers/new", ("catalogue.described",)),
            ("mount", "/offers", ("source.mounted",)),
            ("to_review", "/offers?state=draft", ("catalogue.submitted",)),
            ("list_inventory", "/inventory", ("inventory.listed",)),
        ),
    ),
    (
        Role.APPROVER,
        (("answer", "/requests?state=submitted", _ANSWERS),),
    ),
    (
        Role.COORDINATOR,
        (
            ("review", "/offers?state=in_review", ("catalogue.published", "catalogue.sent_back")),
            ("find_owner", "/demands", ("demand.assigned",)),
            ("see_index", "/index", ("index.asked",)),
        ),
    ),
    (
        Role.SYSTEM_ADMINISTRATOR,
        (
            ("add_departments", "/departments", ("department.added",)),
            ("add_people", "/people", ("person.added",)),
        ),
    ),
    (Role.SECURITY_ADMINISTRATOR, (("give_roles", "/people", ("role.given",)),)),
)


def guide(actor: Actor) -> tuple[Step, ...]:
    """The steps of everything that the person is there for; none once all of them were done."""
    mine = [step for role, steps in _STEPS if actor.anywhere(role) for step in steps]
    wanted = {action for _, _, actions in mine for action in actions}
    known = Entry.objects.filter(person=actor.person_name, action__in=wanted)
    did = set(known.values_list("action", flat=True).distinct())
    steps = tuple(Step(name, url, bool(did & set(actions))) for name, url, actions in mine)
    return () if all(step.done for step in steps) else steps
