"""Where rows are read, what was looked at before a decision, what was delivered, and who read what of it."""

from django.db import models

from ronghe.platform.catalogue.models import Asset
from ronghe.platform.ids import new_id
from ronghe.platform.requests.models import Grant, Line, Objection

__all__ = ["Correction", "DayOfReads", "Delivery", "DeliveryState", "Look", "Read", "Source", "SourceKind", "Trace"]


class SourceKind(models.TextChoices):
    """A file that was uploaded, the last file of a folder, a table or query of a database."""

    UPLOAD = "upload"
    FOLDER = "folder"
    DATABASE = "database"


class Source(models.Model):
    """Where an asset's rows are read (挂接). The rows stay with their owner, who may stop the source at any time.

    `address` is the server's own name of an upload, a path, or a database URL without password; the password is
    `sealed` under a key of the installation. `part` is a sheet, a table, or the pattern of names in a folder; `mark` is
    what the last nightly look saw of a folder's file.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asset = models.OneToOneField(Asset, on_delete=models.PROTECT, related_name="source")
    kind = models.CharField(max_length=16, choices=SourceKind.choices)
    address = models.CharField(max_length=500)
    part = models.CharField(max_length=200, blank=True)
    query = models.TextField(blank=True)
    sealed = models.TextField(blank=True)
    called = models.CharField(max_length=255, blank=True)
    bytes = models.PositiveBigIntegerField(null=True, blank=True)
    hash = models.CharField(max_length=80, blank=True)
    window_from = models.TimeField(null=True, blank=True)
    window_to = models.TimeField(null=True, blank=True)
    rows_a_minute = models.PositiveIntegerField(null=True, blank=True)
    mounted = models.DateTimeField()
    stopped = models.DateTimeField(null=True, blank=True)
    stop_reason = models.CharField(max_length=300, blank=True)
    probed = models.DateTimeField(null=True, blank=True)
    probe = models.JSONField(default=dict, blank=True)
    examined = models.DateTimeField(null=True, blank=True)
    examination = models.JSONField(default=dict, blank=True)
    mark = models.CharField(max_length=400, blank=True)

    def __str__(self) -> str:
        """Whose source it is."""
        return f"source of {self.asset_id}"


class Look(models.Model):
    """What a line would let out if it were granted as it stands, made by the worker for who decides."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    line = models.OneToOneField(Line, on_delete=models.CASCADE, related_name="look")
    wanted = models.DateTimeField()
    made = models.DateTimeField(null=True, blank=True)
    seen = models.JSONField(default=dict, blank=True)
    trouble = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        """Whose line it is about."""
        return f"look at {self.line_id}"


class DeliveryState(models.TextChoices):
    """Wanted until it is ready; withdrawn when its grant ended or a newer one took its place."""

    WANTED = "wanted"
    READY = "ready"
    WITHDRAWN = "withdrawn"


class Delivery(models.Model):
    """One hand-over under a grant: its number within the grant makes it one, however often the worker begins it.

    `trouble` is why the last attempt did not get through; `files` are those of the snapshot with size and hash, empty
    where rows are served one subject at a time. `entry` is the audit entry of the hand-over, in which its receipt lies.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="deliveries")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=16, choices=DeliveryState.choices, default=DeliveryState.WANTED)
    why = models.CharField(max_length=16, default="grant")
    wanted = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    trouble = models.JSONField(default=dict, blank=True)
    made = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)
    rows = models.PositiveBigIntegerField(null=True, blank=True)
    columns = models.JSONField(default=list, blank=True)
    files = models.JSONField(default=list, blank=True)
    changes = models.JSONField(default=dict, blank=True)
    plan = models.CharField(max_length=64, blank=True)
    entry = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering = ("grant", "-number")
        constraints = (models.UniqueConstraint(fields=("grant", "number"), name="one_delivery_of_a_number"),)
        indexes = (models.Index(fields=("state", "wanted"), name="data_deliveries_wanted"),)

    def __str__(self) -> str:
        """Which of the grant's deliveries."""
        return f"delivery {self.number} of {self.grant_id}"


class Read(models.Model):
    """Somebody read something under a grant: kept before the first row leaves, so that none leaves unrecorded.

    `subject` and `near` are keyed hashes: of the subject that was looked up, and of its neighborhood.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="reads")
    delivery = models.ForeignKey(Delivery, null=True, blank=True, on_delete=models.PROTECT, related_name="reads")
    channel = models.CharField(max_length=16)
    person = models.UUIDField()
    person_name = models.CharField(max_length=64)
    at = models.DateTimeField()
    case = models.CharField(max_length=100, blank=True)
    subject = models.CharField(max_length=64, blank=True)
    near = models.CharField(max_length=64, blank=True)
    rows = models.PositiveBigIntegerField(null=True, blank=True)
    bytes = models.PositiveBigIntegerField(null=True, blank=True)
    outcome = models.CharField(max_length=16, default="open")

    class Meta:
        ordering = ("-at", "-id")
        indexes = (models.Index(fields=("grant", "channel", "at"), name="data_reads_of_grant"),)

    def __str__(self) -> str:
        """By which channel, and how it ended."""
        return f"{self.channel} {self.outcome}"


class DayOfReads(models.Model):
    """How often a grant was read on a legal day; `closed` when the rest of the day is refused."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="days")
    day = models.DateField()
    used = models.PositiveIntegerField(default=0)
    closed = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("grant", "day"), name="one_count_a_day"),)

    def __str__(self) -> str:
        """The day and its count."""
        return f"{self.day} {self.used}"


class Trace(models.Model):
    """The key of a row that its holder knows by a token only, found by the worker for the row's owner, and `sealed`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    objection = models.OneToOneField(Objection, on_delete=models.CASCADE, related_name="trace")
    wanted = models.DateTimeField()
    made = models.DateTimeField(null=True, blank=True)
    sealed = models.TextField(blank=True)
    trouble = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        """What it is for."""
        return f"trace of {self.objection_id}"


class Correction(models.Model):
    """A row was wrong: whoever holds it under `grant` is told, gets the corrected rows, and confirms."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="corrections")
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="corrections")
    told = models.DateTimeField()
    delivery = models.ForeignKey(Delivery, null=True, blank=True, on_delete=models.PROTECT, related_name="corrections")
    confirmed = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("objection", "grant"), name="told_once"),)

    def __str__(self) -> str:
        """Whose rows."""
        return f"correction under {self.grant_id}"
