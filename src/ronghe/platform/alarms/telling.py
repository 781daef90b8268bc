"""People learn of what others did to their account."""

from collections.abc import Iterator

from ronghe.platform.access.models import Person, Token
from ronghe.platform.alarms.actions import About
from ronghe.platform.alarms.trail import ToTell, told_of
from ronghe.platform.audit.models import Entry


@told_of("person.password_set", "person.factor_reset", "person.changed")
def to_the_person(entry: Entry) -> Iterator[ToTell]:
    """Whoever can sign in as somebody, or nearly, is not the only one who knows it."""
    yield ToTell(About(entry.action, "/me", {"by": entry.person}), list(Person.objects.filter(pk=entry.subject)))


@told_of("token.revoked")
def to_its_owner(entry: Entry) -> Iterator[ToTell]:
    """A program of theirs is let in no more."""
    owners = Person.objects.filter(pk__in=Token.objects.filter(pk=entry.subject).values("person"))
    yield ToTell(About(entry.action, "/me", {"by": entry.person}), list(owners))
