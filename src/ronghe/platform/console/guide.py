"""A first visit: the steps of a role's main task, each done when the records say so, never when somebody ticked it.

Who only looks leaves no record: such a step is never ticked, and stays until the others are done or it is closed.
"""

from dataclasses import dataclass

from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.audit.models import Entry

__all__ = ["Step", "guide"]


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do, where, and whether the person did it once; None for what leaves no record."""

    name: str
    url: str
    done: bool | None


_ANSWERS = ("request.accept", "request.accept_in_part", "request.step_accepted", "request.refuse")
_CHECK = ("check_platform", "/security", ("security.asked",))
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
        Role.SECURITY_OFFICER,
        (
            ("see_trail", "/audit", ()),
            ("connect", "/webhooks", ("webhook.added",)),
        ),
    ),
    (
        Role.RESOURCE_KEEPER,
        (
            ("look_around", "/catalogue", ()),
            ("read_index", "/index", ()),
        ),
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
        Role.AUDITOR,
        (
            ("see_trail", "/audit", ()),
            _CHECK,
        ),
    ),
    (
        Role.OPERATOR,
        (
            ("watch_jobs", "/jobs", ()),
            _CHECK,
        ),
    ),
    (
        Role.SYSTEM_ADMINISTRATOR,
        (
            ("add_departments", "/departments", ("department.added",)),
            ("add_people", "/people", ("person.added",)),
        ),
    ),
    (
        Role.SECURITY_ADMINISTRATOR,
        (
            ("give_roles", "/people", ("role.given",)),
            _CHECK,
        ),
    ),
    (
        Role.AUDIT_ADMINISTRATOR,
        (
            ("see_trail", "/audit", ()),
            _CHECK,
        ),
    ),
)


def guide(actor: Actor) -> tuple[Step, ...]:
    """The steps of everything that the person is there for, each once; none when all were done that leave a record."""
    mine = dict.fromkeys(step for role, steps in _STEPS if actor.anywhere(role) for step in steps)
    wanted = {action for _, _, actions in mine for action in actions}
    known = Entry.objects.filter(person=actor.person_name, action__in=wanted)
    did = set(known.values_list("action", flat=True).distinct())
    steps = tuple(Step(name, url, bool(did & set(actions)) if actions else None) for name, url, actions in mine)
    recorded = [step.done for step in steps if step.done is not None]
    return () if recorded and all(recorded) else steps
