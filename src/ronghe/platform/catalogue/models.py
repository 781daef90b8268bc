"""Assets and their versions, what lies in the inventory, what was asked for in vain, what somebody wants to collect."""

from django.db import models

from ronghe.platform.departments.models import Department
from ronghe.platform.ids import new_id
from ronghe.terms import Kind

__all__ = [
    "Announcement",
    "Asset",
    "Demand",
    "InventoryItem",
    "Item",
    "SharingClass",
    "Version",
    "VersionState",
]


class SharingClass(models.TextChoices):
    """政务数据共享条例 art. 14: without conditions, with conditions, not shared."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    NOT_SHARED = "not_shared"


class VersionState(models.TextChoices):
    """A version is written, reviewed, in force, and at last replaced or withdrawn; what was in force never changes."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


class Asset(models.Model):
    """Something that a department holds and may share, of any kind; its description is in its versions."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in Kind])
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="assets")
    made = models.DateTimeField()

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        """The code in the catalogue."""
        return self.code


class Version(models.Model):
    """What the catalogue says of an asset from `effective` on; once published it is never changed, only replaced."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=16, choices=VersionState.choices, default=VersionState.DRAFT)
    name = models.CharField(max_length=100)
    abstract = models.CharField(max_length=1_000, blank=True)
    category = models.CharField(max_length=40, blank=True)
    format = models.CharField(max_length=16, blank=True)
    method = models.CharField(max_length=16, blank=True)
    update_period = models.CharField(max_length=16, blank=True)
    sharing_class = models.CharField(max_length=16, choices=SharingClass.choices)
    conditions = models.JSONField(default=list, blank=True)
    legal_basis = models.CharField(max_length=300, blank=True)
    is_lead_source = models.BooleanField(default=False)
    grade = models.CharField(max_length=16, blank=True)
    personal = models.BooleanField(default=False)
    effective = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("asset", "-number")
        constraints = (
            models.UniqueConstraint(fields=("asset", "number"), name="one_version_of_a_number"),
            models.UniqueConstraint(
                fields=("asset",),
                condition=models.Q(state=VersionState.PUBLISHED),
                name="one_version_in_force",
            ),
        )
        indexes = (models.Index(fields=("state", "name", "id"), name="entries_by_name"),)

    def __str__(self) -> str:
        """Name and number."""
        return f"{self.name} v{self.number}"


def keep() -> str:
    """The obligation of a column of which nothing else is said."""
    return "keep"


class Item(models.Model):
    """An information item (信息项): one column of a version.

    `is_key` names the column that tells which subject a row is about; `obligation` is what the owner lets happen to the
    column before it leaves, in the words of `policy@1`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="items")
    place = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    type = models.CharField(max_length=1)
    element = models.CharField(max_length=64, blank=True)
    unit = models.CharField(max_length=32, blank=True)
    about = models.CharField(max_length=300, blank=True)
    grade = models.CharField(max_length=16, blank=True)
    personal = models.BooleanField(default=False)
    is_key = models.BooleanField(default=False)
    obligation = models.JSONField(default=keep, blank=True)

    class Meta:
        ordering = ("version", "place")
        constraints = (models.UniqueConstraint(fields=("version", "name"), name="one_item_of_a_name"),)

    def __str__(self) -> str:
        """The name of the column."""
        return self.name


class InventoryItem(models.Model):
    """Something that a department has, found by a scan or listed by itself, whether it is in the catalogue or not."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="inventory")
    name = models.CharField(max_length=200)
    items = models.PositiveIntegerField(default=0)
    rows = models.PositiveBigIntegerField(null=True, blank=True)
    system = models.CharField(max_length=200, blank=True)
    asset = models.ForeignKey(Asset, null=True, blank=True, on_delete=models.PROTECT, related_name="inventory")
    found = models.DateTimeField()

    class Meta:
        ordering = ("department", "name")
        constraints = (models.UniqueConstraint(fields=("department", "system", "name"), name="listed_once"),)

    def __str__(self) -> str:
        """What the department calls it."""
        return self.name


class Demand(models.Model):
    """Somebody needs what is not in the catalogue: the bureau finds an owner, who answers by a day."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="demands")
    person = models.UUIDField()
    text = models.CharField(max_length=1_000)
    made = models.DateTimeField()
    owner = models.ForeignKey(Department, null=True, blank=True, on_delete=models.PROTECT, related_name="asked_for")
    due = models.DateField(null=True, blank=True)
    due_provisional = models.BooleanField(default=False)
    answered = models.DateTimeField(null=True, blank=True)
    asset = models.ForeignKey(Asset, null=True, blank=True, on_delete=models.PROTECT, related_name="demands")
    answer = models.CharField(max_length=1_000, blank=True)

    class Meta:
        ordering = ("-made",)

    def __str__(self) -> str:
        """The beginning of what is asked for."""
        return self.text[:50]


class Announcement(models.Model):
    """A department wants to collect something anew; `found` are the entries that may have it already (art. 19)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="announcements")
    person = models.UUIDField()
    name = models.CharField(max_length=200)
    items = models.JSONField(default=list)
    found = models.JSONField(default=list)
    reason = models.CharField(max_length=1_000, blank=True)
    made = models.DateTimeField()

    class Meta:
        ordering = ("-made",)

    def __str__(self) -> str:
        """What is to be collected."""
        return self.name
