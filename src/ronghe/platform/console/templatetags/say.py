"""Texts by code in the reader's language, and the few shapes that pages repeat."""

from datetime import date, datetime
from typing import Any

from django import template

from ronghe.messages import Language, known, render
from ronghe.platform.catalogue.rules import Finding
from ronghe.platform.law import profile
from ronghe.terms import legal_day

register = template.Library()


def _lang(context: Any) -> Language:
    return context.get("lang", "zh")  # type: ignore[no-any-return]


@register.simple_tag(takes_context=True)
def say(context: Any, code: str, **params: Any) -> str:
    """The text of `platform.CODE`."""
    return render(f"platform.{code}", _lang(context), **params)


@register.simple_tag(takes_context=True)
def word(context: Any, group: str, value: Any) -> str:
    """The word for a value of a closed list, such as a state; the value itself where there is none."""
    code = f"platform.{group}_{value}"
    return render(code, _lang(context)) if known(code) else str(value)


@register.simple_tag(takes_context=True)
def finding_text(context: Any, finding: Finding) -> str:
    """What a rule found, and how to mend it."""
    return render(finding.code, _lang(context), **dict(finding.params))


@register.filter
def day(moment: datetime | date | None) -> str:
    """The legal day of an instant."""
    if moment is None:
        return "–"
    return (legal_day(moment, profile().zone) if isinstance(moment, datetime) else moment).isoformat()


@register.filter
def minute(moment: datetime | None) -> str:
    """The instant in the legal zone, to the minute."""
    return "–" if moment is None else moment.astimezone(profile().zone).strftime("%Y-%m-%d %H:%M")


@register.filter
def tone(state: str) -> str:
    """The color of a state; the word stands beside it always."""
    good = {"accepted", "accepted_in_part", "delivered", "in_use", "extended", "published"}
    bad = {"refused", "revoked"}
    if state in good:
        return "good"
    return "bad" if state in bad else "wait" if state in {"submitted", "supplement_asked", "in_review"} else "plain"
