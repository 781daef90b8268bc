"""Requests with their lines, decisions and moves; grants; objections to rows; disputes."""

from typing import Any

from django.db import models

from ronghe.platform.catalogue.models import Version
from ronghe.platform.departments.models import Department
from ronghe.platform.ids import new_id
from ronghe.terms import RequestState

__all__ = ["Decision", "Dispute", "DisputeStep", "Grant", "Line", "Move", "Objection", "Request", "Ruling"]


class Request(models.Model):
    """One department asks one owner; what was asked of several owners at once shares a `cart`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    cart = models.UUIDField(default=new_id)
    requester = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="requests")
    owner = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="requests_to_answer")
    person = models.UUIDField()
    person_name = models.CharField(max_length=64)
    purpose = models.CharField(max_length=300)
    scenario = models.CharField(max_length=1_000, blank=True)
    legal_basis = models.CharField(max_length=300)
    wanted_from = models.DateTimeField()
    wanted_until = models.DateTimeField()
    state = models.CharField(max_length=20, default=RequestState.DRAFT.value)
    made = models.DateTimeField()
    submitted = models.DateTimeField(null=True, blank=True)
    due = models.DateField(null=True, blank=True)
    due_provisional = models.BooleanField(default=False)
    more_days = models.PositiveSmallIntegerField(default=0)
    supplements_asked = models.PositiveSmallIntegerField(default=0)
    supplement = models.JSONField(default=list, blank=True)
    days_used = models.PositiveIntegerField(default=0)
    clock_started = models.DateField(null=True, blank=True)
    assessment = models.CharField(max_length=500, blank=True)
    reason = models.CharField(max_length=1_000, blank=True)
    clause = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("-made",)
        indexes = (
            models.Index(fields=("owner", "state", "due"), name="requests_waiting"),
            models.Index(fields=("requester", "state"), name="requests_of_asker"),
        )

    def __str__(self) -> str:
        """What it is for."""
        return self.purpose


class Line(models.Model):
    """One asset of a request: the fields and rows that are wanted, and those that were granted.

    `tighter` is what approvers laid down beyond the owner's own obligations, in the words of the kind.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="lines")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="lines")
    fields = models.JSONField(default=list, blank=True)
    rows = models.JSONField(default=dict, blank=True)
    granted = models.JSONField(null=True, blank=True)
    tighter = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("request", "version"), name="asked_once"),)

    def __str__(self) -> str:
        """What is asked for."""
        return str(self.version_id)


class Decision(models.Model):
    """What one approver said at one step."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="decisions")
    step = models.PositiveSmallIntegerField()
    person = models.UUIDField()
    person_name = models.CharField(max_length=64)
    on_behalf_of = models.UUIDField(null=True, blank=True)
    outcome = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        ordering = ("at",)

    def __str__(self) -> str:
        """The outcome."""
        return self.outcome


class Ruling(models.Model):
    """What the bureau said of a refusal: that it keeps to the published conditions, or that it does not."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.OneToOneField(Request, on_delete=models.CASCADE, related_name="ruling")
    confirmed = models.BooleanField()
    text = models.CharField(max_length=1_000)
    person_name = models.CharField(max_length=64)
    at = models.DateTimeField()

    def __str__(self) -> str:
        """What was said."""
        return self.text[:50]


class Move(models.Model):
    """A request went from one state to another."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="moves")
    name = models.CharField(max_length=32)
    before = models.CharField(max_length=20)
    after = models.CharField(max_length=20)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        """The move."""
        return self.name


class Grant(models.Model):
    """The right that an accepted line gives, half-open in time; `epoch` grows when anything about it changes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    line = models.OneToOneField(Line, on_delete=models.PROTECT, related_name="grant")
    consumer = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="grants")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="grants")
    purpose = models.CharField(max_length=300)
    legal_basis = models.CharField(max_length=300)
    fields = models.JSONField(default=dict, blank=True)
    rows = models.JSONField(default=dict, blank=True)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    reads_a_day = models.PositiveIntegerField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)
    epoch = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(valid_until__gt=models.F("valid_from")), name="grant_has_time"),
        )

    def __str__(self) -> str:
        """What it is for."""
        return self.purpose

    @property
    def terms(self) -> dict[str, Any]:
        """The obligations by field, in the order in which the fields were granted: PostgreSQL's jsonb sorts names."""
        granted = [name for name in self.line.granted or () if name in self.fields]
        return {name: self.fields[name] for name in (*granted, *sorted(self.fields.keys() - granted))}


class Objection(models.Model):
    """数据校核: somebody who uses a row says that it is wrong, and the owner checks, corrects and answers.

    `row_key` is the key of the row as it stands in what was received under `grant`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="objections")
    grant = models.ForeignKey(Grant, null=True, blank=True, on_delete=models.PROTECT, related_name="objections")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="objections")
    person = models.UUIDField()
    row_key = models.CharField(max_length=200)
    field = models.CharField(max_length=100)
    claim = models.CharField(max_length=500)
    evidence = models.CharField(max_length=1_000)
    made = models.DateTimeField()
    due = models.DateField(null=True, blank=True)
    due_provisional = models.BooleanField(default=False)
    answered = models.DateTimeField(null=True, blank=True)
    upheld = models.BooleanField(null=True, blank=True)
    answer = models.CharField(max_length=1_000, blank=True)

    class Meta:
        ordering = ("-made",)

    def __str__(self) -> str:
        """The field that is said to be wrong."""
        return self.field


class Dispute(models.Model):
    """Asker and owner do not agree: the matter climbs a ladder, and each step leaves a record."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(Request, null=True, blank=True, on_delete=models.PROTECT, related_name="disputes")
    objection = models.ForeignKey(Objection, null=True, blank=True, on_delete=models.PROTECT, related_name="disputes")
    raised_by = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="disputes")
    rung = models.CharField(max_length=20)
    made = models.DateTimeField()
    settled = models.DateTimeField(null=True, blank=True)
    upheld = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(request__isnull=False) ^ models.Q(objection__isnull=False),
                name="about_one_thing",
            ),
        )

    def __str__(self) -> str:
        """Where it stands."""
        return self.rung


class DisputeStep(models.Model):
    """What was said on a rung of the ladder."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="steps")
    rung = models.CharField(max_length=20)
    text = models.CharField(max_length=1_000)
    person_name = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        """What was said."""
        return self.text[:50]
