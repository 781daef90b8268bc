"""The audit trail. Entries outlive what they describe, so they hold ids and names, never foreign keys."""

from django.db import models

from ronghe.platform.ids import new_id

__all__ = ["Entry"]


class Entry(models.Model):
    """One thing that somebody did; never changed. `sealed` is its place in the append-only log, empty until then."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
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
            models.Index(fields=("sealed", "id"), name="audit_unsealed"),
        )

    def __str__(self) -> str:
        """What was done to what."""
        return f"{self.action} {self.subject_kind} {self.subject}"
