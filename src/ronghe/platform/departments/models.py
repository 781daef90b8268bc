"""Departments as the platform keeps them."""

from django.db import models

from ronghe import terms
from ronghe.platform.ids import new_id

__all__ = ["Department"]


class Department(models.Model):
    """A department or a body that the law lets take part; a department that ended stays, so that records keep their
    owner."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=100, unique=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    is_bureau = models.BooleanField(default=False)
    approval_steps = models.PositiveSmallIntegerField(default=1)
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(condition=models.Q(approval_steps__range=(1, 3)), name="one_to_three_steps"),
            models.UniqueConstraint(fields=("is_bureau",), condition=models.Q(is_bureau=True), name="one_bureau"),
        )

    def __str__(self) -> str:
        """The name that people use."""
        return self.name

    def as_term(self) -> terms.Department:
        """The department as engines know it."""
        return terms.Department(self.code, self.name, self.parent.code if self.parent else None)
