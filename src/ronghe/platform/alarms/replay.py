"""Endings of webhooks, done again from the log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ronghe.platform.alarms.models import Webhook
from ronghe.platform.audit.replaying import replays


@replays("webhook.ended")
def webhook_ended(body: Mapping[str, Any], at: datetime) -> None:
    """Nothing is sent there again."""
    Webhook.objects.filter(pk=body["subject"], ended__isnull=True).update(ended=at)
