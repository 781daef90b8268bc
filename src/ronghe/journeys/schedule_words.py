"""What the engine says in codes, in words: reasons, the smallest change, times in the zone of the calendar."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from ronghe.messages import Bilingual, Language, both, render
from ronghe.resources.schedule.hours import moment_of
from ronghe.resources.schedule.request import Rejection

__all__ = ["CHANGES", "REASONS", "change_in", "reason_in", "reason_of", "time_text"]

REASONS = (
    "booked",
    "closed",
    "cycle",
    "endless",
    "ends_first",
    "far_year",
    "id_repeats",
    "immovable",
    "no_capable_resource",
    "no_id",
    "no_occurrence",
    "no_zone",
    "not_a_flag",
    "not_a_need",
    "not_a_number",
    "not_a_rule",
    "not_a_series_rule",
    "not_a_time",
    "not_a_value",
    "past",
    "predecessor",
    "predecessor_unknown",
    "reserved",
    "series",
    "taken",
    "too_many",
    "unknown_capability",
    "unknown_tier",
    "window",
    "window_long",
)
CHANGES = ("cell", "drop", "later", "need", "none", "series", "slot", "window")


def time_text(minute: int, zone: ZoneInfo) -> str:
    """A minute as ISO time with its offset, to the minute."""
    return moment_of(minute, zone).isoformat(timespec="minutes")


def _params(one: Rejection, zone: ZoneInfo) -> Mapping[str, Any]:
    start = one.params.get("start")
    named = {"blocked_by": ", ".join(one.blocked_by), "column": "", "value": ""}
    return {**named, **one.params, **({"start": time_text(start, zone)} if isinstance(start, int) else {})}


def reason_in(one: Rejection, lang: Language, zone: ZoneInfo) -> str:
    """Why, in words."""
    return render(f"schedule.reason_{one.reason}", lang, **_params(one, zone))


def reason_of(one: Rejection) -> Bilingual:
    """The kind of reason, as a heading."""
    return both(f"schedule.kind_{one.reason}")


def change_in(one: Rejection, lang: Language, zone: ZoneInfo) -> str:
    """The smallest change that would have fitted, in words; blank where there is none to name."""
    kind = one.params.get("change")
    return render(f"schedule.change_{kind}", lang, **_params(one, zone)) if kind else ""
