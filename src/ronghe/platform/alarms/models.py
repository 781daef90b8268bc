"""Notices to people, the webhooks of departments, and what goes out by mail and webhook until it has arrived."""

from django.db import models

from ronghe.platform.access.models import Person
from ronghe.platform.departments.models import Department
from ronghe.platform.ids import new_id

__all__ = ["Channel", "Message", "MessageState", "Notice", "Told", "Webhook"]


class Channel(models.TextChoices):
    """How something goes out."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class MessageState(models.TextChoices):
    """Waiting until it arrived, or until nothing more is tried."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


class Notice(models.Model):
    """Something that a person should know. `code` names the text `platform.notice_<code>`; it says nothing that the
    page behind `url` would not show the person."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notices")
    code = models.CharField(max_length=64)
    params = models.JSONField(default=dict, blank=True)
    url = models.CharField(max_length=300)
    due = models.DateField(null=True, blank=True)
    made = models.DateTimeField()
    read = models.DateTimeField(null=True, blank=True)
    key = models.CharField(max_length=200)

    class Meta:
        ordering = ("-made", "-id")
        indexes = (models.Index(fields=("person", "read", "made"), name="alarms_unread"),)
        constraints = (models.UniqueConstraint(fields=("person", "key"), name="noticed_once"),)

    def __str__(self) -> str:
        """What it is."""
        return self.code


class Webhook(models.Model):
    """An address of a department's own system. Its secret is derived from a key of the installation and its id."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="webhooks")
    url = models.CharField(max_length=500)
    made = models.DateTimeField()
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("department", "made")

    def __str__(self) -> str:
        """Where it goes."""
        return self.url


class Message(models.Model):
    """One thing that goes out: to a person's mail or to a webhook; tried again until it arrived or is given up."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    notice = models.ForeignKey(Notice, null=True, blank=True, on_delete=models.CASCADE, related_name="messages")
    webhook = models.ForeignKey(Webhook, null=True, blank=True, on_delete=models.CASCADE, related_name="messages")
    body = models.JSONField(default=dict, blank=True)
    key = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=MessageState.choices, default=MessageState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField()
    fault = models.CharField(max_length=64, blank=True)
    made = models.DateTimeField()
    sent = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("made", "id")
        indexes = (models.Index(fields=("state", "next_try"), name="alarms_to_send"),)
        constraints = (
            models.UniqueConstraint(fields=("webhook", "key"), name="called_once"),
            models.UniqueConstraint(fields=("notice", "channel"), name="mailed_once"),
            models.CheckConstraint(
                condition=models.Q(webhook__isnull=False) ^ models.Q(notice__isnull=False), name="to_one_place"
            ),
        )

    def __str__(self) -> str:
        """How and what."""
        return f"{self.channel} {self.key}"


class Told(models.Model):
    """How far the trail of audit entries has been read for telling people."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    next = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        """The place in the log."""
        return str(self.next)
