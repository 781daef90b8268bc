"""People learn of what others did to their account."""

from collections.abc import Iterator

from ronghe.platform.access.models import Person
from ronghe.platform.alarms.actions import About
from ronghe.platform.alarms.trail import ToTell, told_of
from ronghe.platform.audit.models import Entry


@told_of("person.password_set", "person.factor_reset")
def to_the_person(entry: Entry) -> Iterator[ToTell]:
    """Whoever can sign in as somebody, or nearly, is not the only one who knows it."""
    yield ToTell(About(entry.action, "/me", {"by": entry.person}), list(Person.objects.filter(pk=entry.subject)))
