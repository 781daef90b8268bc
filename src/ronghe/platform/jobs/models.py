"""Jobs as they were asked for, in the platform's own database: so asking is part of the transaction that asks."""

from django.db import models

from ronghe.platform.ids import new_id
from ronghe.platform.jobs.port import JobState

__all__ = ["Beat", "Job"]


class Job(models.Model):
    """A piece of work. `handed` is when a worker's engine took this attempt; what steps gave lies in the engine."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    arguments = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=16, default=JobState.WAITING.value)
    attempt = models.PositiveIntegerField(default=1)
    made = models.DateTimeField()
    handed = models.DateTimeField(null=True, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    result = models.JSONField(null=True, blank=True)
    error = models.JSONField(default=dict, blank=True)
    cancel_asked = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("made", "id")
        indexes = (
            models.Index(fields=("handed", "made"), name="jobs_to_hand"),
            models.Index(fields=("state", "finished"), name="jobs_by_state"),
        )
        constraints = (models.UniqueConstraint(fields=("name", "key"), name="one_job_of_a_key"),)

    def __str__(self) -> str:
        """What is done about what."""
        return f"{self.name} {self.key}"


class Beat(models.Model):
    """The last sign of life of the worker in a slot."""

    slot = models.PositiveIntegerField(primary_key=True)
    at = models.DateTimeField()
    host = models.CharField(max_length=200)
    process = models.PositiveIntegerField()

    class Meta:
        ordering = ("slot",)

    def __str__(self) -> str:
        """Which worker."""
        return f"worker {self.slot}"
