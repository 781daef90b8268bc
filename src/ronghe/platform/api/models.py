"""Calls that a program may repeat: what it asked, and what it was answered."""

from django.db import models

from ronghe.platform.access.models import Person
from ronghe.platform.ids import new_id

__all__ = ["Call"]


class Call(models.Model):
    """A call that changed something under the `Idempotency-Key` that its program chose.

    `asked` is a keyed hash of method, address and body, so that the same key with another call is noticed and nothing
    of the call can be found out from here. Calls whose answer is a secret or somebody's data are not kept.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="calls")
    key = models.CharField(max_length=100)
    asked = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.TextField(blank=True)
    made = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("made",), name="api_calls_made"),)
        constraints = (models.UniqueConstraint(fields=("person", "key"), name="called_once_under_a_key"),)

    def __str__(self) -> str:
        """The key."""
        return self.key
