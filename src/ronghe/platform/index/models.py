"""Degrees as they were computed; never changed, for each can be computed again from the log."""

from fractions import Fraction
from typing import Any

from django.db import models

from ronghe.platform.departments.models import Department
from ronghe.platform.ids import new_id

__all__ = ["Degree", "Share"]


class Degree(models.Model):
    """The city's degree of a kind at an instant, from the first `size` entries of the log.

    `exact` is the value as a fraction; `inputs` is the hash of every record that went in, `result` that of what came
    out, departments and all; `law` the fingerprint of the legal profile.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=16)
    day = models.DateField()
    at = models.DateTimeField()
    size = models.BigIntegerField()
    exact = models.TextField()
    value = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    inputs = models.CharField(max_length=64)
    result = models.CharField(max_length=64)
    law = models.CharField(max_length=64)

    class Meta:
        ordering = ("kind", "-at")
        constraints = (models.UniqueConstraint(fields=("kind", "at"), name="one_degree_of_an_instant"),)

    def __str__(self) -> str:
        """Kind, day and value."""
        return f"{self.kind} {self.day} {self.value:.4f}"

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        named = ("kind", "exact", "value", "low", "high", "size", "inputs", "result", "law")
        return {"at": self.at.isoformat(), **{name: getattr(self, name) for name in named}}


class Share(models.Model):
    """A department's part of a degree: how much it holds, its share with interval and factors, and what made it.

    `share` is empty where none may be printed; `best` and `worst` are the places that the intervals leave open.
    `factors` are pairs of a name and an exact rate, `rows` what `ronghe.platform.kinds.measure.Row` tells.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    degree = models.ForeignKey(Degree, on_delete=models.CASCADE, related_name="shares")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="shares")
    amount = models.FloatField()
    exact = models.TextField(blank=True)
    share = models.FloatField(null=True, blank=True)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    factors = models.JSONField(default=list)
    requests = models.PositiveIntegerField(default=0)
    coverage = models.FloatField(null=True, blank=True)
    best = models.PositiveIntegerField(null=True, blank=True)
    worst = models.PositiveIntegerField(null=True, blank=True)
    rows = models.JSONField(default=list)

    class Meta:
        ordering = ("degree", "department__name")
        constraints = (models.UniqueConstraint(fields=("degree", "department"), name="one_share_of_a_department"),)

    def __str__(self) -> str:
        """Whose share it is."""
        return f"share of {self.department_id}"

    @property
    def rates(self) -> list[tuple[str, float]]:
        """The factors by name as numbers; none where no share may be printed, for their product is the share."""
        if self.share is None:
            return []
        return [(name, float(Fraction(text))) for name, text in self.factors]

    def to_json(self) -> dict[str, Any]:
        """As a JSON value, without the rows."""
        named = ("amount", "exact", "share", "low", "high", "requests", "coverage", "best", "worst")
        told = {name: getattr(self, name) for name in named}
        return {"department": self.department.name, **told, "factors": dict(self.rates)}
