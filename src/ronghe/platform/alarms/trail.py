"""Who is told of what happened: read from the audit trail, in its order, once.

Whatever is done leaves an entry, so nothing has to remember to tell; an app says for its actions who should know.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction

from ronghe.platform.access.models import Person
from ronghe.platform.alarms.actions import About, call, tell
from ronghe.platform.alarms.models import Told
from ronghe.platform.audit.models import Entry
from ronghe.platform.departments.models import Department

__all__ = ["ToTell", "follow", "told_of"]

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ToTell:
    """Some people, and departments whose systems listen, should know this."""

    about: About
    people: Sequence[Person] = ()
    departments: Sequence[Department] = ()


Tells = Callable[[Entry], Iterator[ToTell]]
_TELLS: dict[str, Tells] = {}


def told_of(*actions: str) -> Callable[[Tells], Tells]:
    """Register the decorated function for entries of these actions."""

    def register(function: Tells) -> Tells:
        _TELLS.update(dict.fromkeys(actions, function))
        return function

    return register


def follow(most: int = AT_ONCE) -> int:
    """Tell of the next sealed entries; gives how many entries were read. Killed in between, nobody is told twice.

    Sealed ones only: they have an order, and whatever is in it has happened for good.
    """
    with transaction.atomic():
        Told.objects.get_or_create(pk=1)
        place = Told.objects.select_for_update().get(pk=1)
        entries = list(Entry.objects.filter(sealed__gte=place.next).order_by("sealed")[:most])
        for entry in entries:
            _tell(entry)
        if entries:
            place.next = (entries[-1].sealed or 0) + 1
            place.save(update_fields=["next"])
    return len(entries)


def _tell(entry: Entry) -> None:
    function = _TELLS.get(entry.action)
    if function is None:
        return
    for number, one in enumerate(function(entry)):
        key = f"{entry.pk}:{number}"
        # Nobody is told what they did themselves.
        people = [person for person in one.people if person.username != entry.person]
        tell(at=entry.at, key=key, about=one.about, people=people)
        call(at=entry.at, key=key, about=one.about, departments=one.departments)
