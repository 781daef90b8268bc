"""People, what they are in which department, whom they stand in for, and the tokens of their programs."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac

from ronghe.platform.access.roles import Role
from ronghe.platform.departments.models import Department
from ronghe.platform.ids import new_id

__all__ = ["Delegation", "Membership", "Person", "Token"]


class People(BaseUserManager["Person"]):
    """Finds a person by the name that they sign in with."""


class Person(AbstractBaseUser):
    """Somebody who signs in. What they may do stands in their memberships, nowhere else."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    lang = models.CharField(max_length=2, default="zh")
    is_active = models.BooleanField(default=True)
    sessions_ended = models.PositiveIntegerField(default=0)
    """How often all sessions of the person were ended; one that began before is worth nothing."""
    password_given = models.BooleanField(default=False)
    """Whether somebody else chose the password and so knows it: until it is changed it opens nothing else."""

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = People()

    class Meta:
        ordering = ("username",)

    def __str__(self) -> str:
        """The person's own name."""
        return self.name

    def get_session_auth_hash(self) -> str:
        """What a session must agree with: it changes with the password and when sessions are ended."""
        said = f"{self.password} {self.sessions_ended}"
        return salted_hmac("ronghe.session", said, algorithm="sha256").hexdigest()

    def take_password(self, password: str | None) -> None:
        """Have a password that somebody else chose, or none; kept by whoever saves."""
        self.set_password(password)
        self.password_given = password is not None

    def end_sessions(self) -> None:
        """Whoever is signed in as this person has to sign in again."""
        Person.objects.filter(pk=self.pk).update(sessions_ended=models.F("sessions_ended") + 1)
        self.refresh_from_db(fields=["sessions_ended"])


class Membership(models.Model):
    """A role of a person in a department, from `since` up to but without `until`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=32, choices=[(role.value, role.value) for role in Role])
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("person", "since"), name="access_person_since"),)

    def __str__(self) -> str:
        """The role and where."""
        return f"{self.role} {self.department_id}"


class Delegation(models.Model):
    """One person stands in for another, in one role of one department, for a time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="delegations")
    to = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="delegations_to")
    since = models.DateTimeField()
    until = models.DateTimeField()
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(until__gt=models.F("since")), name="delegation_has_time"),
        )

    def __str__(self) -> str:
        """Who stands in."""
        return f"{self.to_id} for {self.membership_id}"


class Token(models.Model):
    """The token of a program; only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list, blank=True)
    made = models.DateTimeField()
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)
    used = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """What the person calls it."""
        return self.name
