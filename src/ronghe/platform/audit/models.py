"""The audit trail. Entries outlive what they describe, so they hold ids and names, never foreign keys."""

from django.db import models

from ronghe.platform.clock import now
from ronghe.platform.ids import new_id

__all__ = ["Entry", "SealedHead"]


class Entry(models.Model):
    """One thing that somebody did; never changed.

    `at` is when it was done, `kept` when it was written here; `sealed` is its place in the append-only log, empty until
    then.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    kept = models.DateTimeField(default=now)
    person = models.CharField(max_length=64)
    on_behalf_of = models.CharField(max_length=64, blank=True)
    action = models.CharField(max_length=64)
    subject_kind = models.CharField(max_length=32)
    subject = models.CharField(max_length=64)
    departments = models.JSONField(default=list, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    sealed = models.BigIntegerField(null=True, unique=True)

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=("subject_kind", "subject"), name="audit_subject"),
            models.Index(fields=("sealed", "kept"), name="audit_unsealed"),
            models.Index(fields=("person", "action"), name="audit_person"),
        )

    def __str__(self) -> str:
        """What was done to what."""
        return f"{self.action} {self.subject_kind} {self.subject}"


class SealedHead(models.Model):
    """A head of the log as it was when entries were sealed: kept apart from the log, so that it bears witness."""

    size = models.BigIntegerField(primary_key=True)
    head = models.JSONField()
    made = models.DateTimeField()

    class Meta:
        ordering = ("-size",)

    def __str__(self) -> str:
        """How long the log was."""
        return str(self.size)
