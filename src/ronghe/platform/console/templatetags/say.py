"""Texts by code in the reader's language, and the few shapes that pages repeat."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from ronghe.messages import Language, known, render
from ronghe.platform.access.models import Membership, Person
from ronghe.platform.audit.models import Entry
from ronghe.platform.catalogue.conditions import parts
from ronghe.platform.catalogue.rules import Finding
from ronghe.platform.console.checks import check_text
from ronghe.platform.console.wording import facts_text
from ronghe.platform.departments.models import Department
from ronghe.platform.law import profile
from ronghe.standards.catalog import catalog
from ronghe.terms import legal_day

if TYPE_CHECKING:
    from uuid import UUID

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
def kept(context: Any, form: str, name: str, instead: str = "") -> str:
    """What was typed into a field of a form that was refused; a page has several, known by how their addresses end."""
    request = context["request"]
    was_sent = request.method == "POST" and request.path.endswith(f"/{form}")
    return str(request.POST.get(name, instead) if was_sent else instead)


@register.simple_tag(takes_context=True)
def kept_of(context: Any, form: str, key: str, value: object, name: str, instead: object = "") -> str:
    """As `kept`, where every row of a list has such a form: of the row alone whose `key` was sent."""
    was_sent = str(kept(context, form, key)) == str(value)
    return str(kept(context, form, name, str(instead or "")) if was_sent else instead or "")


@register.inclusion_tag("console/_sure.html", takes_context=True)
def sure(
    context: Any, what: str, name: str = "", value: object = "", whose: str = "", reason: str = "", small: bool = False
) -> dict[str, Any]:
    """The button of a form that ends something, behind a second step that says what will happen (`sure_<what>`).

    `whose` tells readers of the screen alone which of many it is; `reason` is the end of the form's address, for a form
    that asks for one.
    """
    lang, request = _lang(context), context["request"]
    typed = kept(context, reason, "reason") if reason else ""
    return {
        "lang": lang,
        "label": render(f"platform.{what}", lang),
        "told": render(f"platform.sure_{what}", lang),
        "name": name,
        "value": value,
        "whose": whose,
        "reason": reason,
        "typed": typed,
        "small": small,
        "open": bool(reason) and request.method == "POST" and request.path.endswith(f"/{reason}"),
    }


@register.simple_tag(takes_context=True)
def unit(context: Any, name: str, count: int) -> str:
    """The word for what a number counts."""
    return render(f"platform.unit_{name}{'_one' if count == 1 else ''}", _lang(context))


@register.simple_tag(takes_context=True)
def file_size(context: Any, count: int) -> str:
    """The size of a file."""
    if count < 1000:
        return render("platform.file_bytes", _lang(context), count=count)
    power = min(3, (len(str(count)) - 1) // 3)
    return f"{count / 1000**power:.1f} {('kB', 'MB', 'GB')[power - 1]}"


@register.simple_tag(takes_context=True)
def grade(context: Any, code: str) -> str:
    """The word for a grade; the code itself where a profile of the city has grades of its own."""
    text = f"scan.grade_{code}"
    return render(text, _lang(context)) if known(text) else code or "–"


@register.simple_tag(takes_context=True)
def found_kind(context: Any, code: str) -> str:
    """The word for a kind of data that a scan finds."""
    text = f"scan.kind_{code}"
    return render(text, _lang(context)) if known(text) else code


@register.simple_tag(takes_context=True)
def condition(context: Any, text: str, check: str | None = None) -> SafeString:
    """A condition of sharing as people read it, and small beside it what the machine checks, in words as well."""
    sentence, check = parts(text) if check is None else (text, check)
    if not check:
        return escape(sentence)
    told = render("platform.check_told", _lang(context), check=check_text(check, _lang(context)))
    return escape(told) if check == sentence else format_html("{} <small>({})</small>", sentence, told)


@register.simple_tag(takes_context=True)
def element(context: Any, code: str) -> str:
    """The name of a data element of the catalog; what an entry calls it otherwise."""
    names = {one.code: one.name[_lang(context)] for one in catalog()} if code else {}
    return names.get(code, code or "–")


_GROUPS = {"format": "format", "method": "method", "update_period": "period"}


@register.simple_tag(takes_context=True)
def finding_text(context: Any, finding: Finding) -> str:
    """What a rule found, and how to mend it."""
    group = "method" if finding.code == "platform.lint_method" else _GROUPS.get(finding.place, "")
    said = dict(finding.params)
    for name, of in (("format", "format"), ("known", group)):
        if of and name in said:
            said[name] = "、".join(word(context, of, one) for one in str(said[name]).split(", "))
    return render(finding.code, _lang(context), **said)


@register.simple_tag(takes_context=True)
def who(context: Any, username: str) -> str:
    """A person's own name beside the one that they sign in with; who is no person keeps their word."""
    request = context["request"]
    if not hasattr(request, "names"):
        request.names = dict(Person.objects.values_list("username", "name"))
    name = request.names.get(username)
    if name is None:
        return str(word(context, "nobody", username))
    return username if name == username else f"{name} ({username})"


@register.simple_tag(takes_context=True)
def subject(context: Any, entry: Entry) -> str:
    """What an entry is about: of which kind, and its name, or the end of its id where the entry has none."""
    told = (getattr(entry, "title", ""), *(entry.facts.get(name) for name in ("name", "asset", "code")))
    named = next(filter(None, told), f"…{entry.subject[-8:]}")
    return f"{word(context, 'subject', entry.subject_kind)} {named}"


@register.simple_tag(takes_context=True)
def facts(context: Any, entry: Entry) -> list[tuple[str, list[str]]]:
    """The facts of an entry, each with its label and its lines."""
    return facts_text(entry.facts, _lang(context))


@register.simple_tag
def demo_people() -> list[tuple[Person, Department, list[str]]]:
    """Everybody of a demo with department and roles, the bureau first."""
    held: dict[UUID, list[Membership]] = {}
    for one in Membership.objects.select_related("person", "department").order_by("department__code", "since", "pk"):
        held.setdefault(one.person_id, []).append(one)
    listed = [(all_[0].person, all_[0].department, [one.role for one in all_]) for all_ in held.values()]
    return sorted(listed, key=lambda row: not row[1].is_bureau)


@register.simple_tag
def percent(share: float) -> str:
    """A share from 0 to 1 as a percentage."""
    return f"{share:.1%}"


@register.filter
def grouped(count: float) -> str:
    """A number with its thousands apart."""
    return f"{count:,.0f}"


@register.simple_tag
def signed(share: float) -> str:
    """A difference of shares in percentage points, with its sign."""
    points = f"{100 * share:+.1f}"
    return "±0.0" if points in ("+0.0", "-0.0") else points.replace("-", "−")


def _bar(low: float, high: float, here: float | None) -> SafeString:
    """A line from 0 to 1 with a stretch of it marked; the figures stand beside it as text."""
    mark = (
        "" if here is None else format_html('<rect class="here" x="{}" y="0" width="1.5" height="12"/>', _place(here))
    )
    return format_html(
        '<svg class="rate" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="all" x="0" y="4" width="100" height="4"/>'
        '<rect class="span" x="{}" y="2" width="{}" height="8"/>{}</svg>',
        f"{100 * low:.1f}",
        f"{max(0.6, 100 * (high - low)):.1f}",
        mark,
    )


def _place(here: float) -> str:
    return f"{min(98.5, 100 * here):.1f}"


@register.simple_tag
def rate_bar(rate: float) -> SafeString:
    """A rate as a bar from 0."""
    return _bar(0.0, rate, None)


@register.simple_tag
def interval_bar(low: float, value: float, high: float) -> SafeString:
    """An interval with the value in it."""
    return _bar(low, high, value)


@register.simple_tag(takes_context=True)
def fault_text(context: Any, error: dict[str, Any]) -> str:
    """An error that was kept by its code."""
    code = error.get("code", "")
    return render(code, _lang(context), **error.get("params", {})) if known(code) else ""


@register.simple_tag
def percent_of(part: int, rest: int) -> str:
    """A part beside its rest as a percentage; a dash where there is neither."""
    return f"{part / (part + rest):.1%}" if part + rest else "–"


@register.simple_tag
def distinct_of(column: dict[str, Any]) -> int:
    """How many values a column has: an estimate, which may pass the number of those that are there."""
    return min(int(column["distinct"]), int(column["filled"]))


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
def instant(text: str) -> datetime:
    """An instant that was kept as ISO 8601."""
    return datetime.fromisoformat(text)


_ROAD = ("draft", "submitted", "accepted", "delivered", "in_use", "disposed")
_PLACES = {"supplement_asked": 1, "refused": 2, "accepted_in_part": 2, "extended": 4, "revoked": 5, "expired": 5}


@register.simple_tag
def road(state: str) -> list[tuple[str, str]]:
    """The states of a request's life in order, each past, current, stopped or still to come (empty)."""
    place = _PLACES.get(state, _ROAD.index(state) if state in _ROAD else 0)
    here = "stopped" if state in ("refused", "revoked", "expired") else "current"
    return [
        (state if at == place else name, here if at == place else "past" if at < place else "")
        for at, name in enumerate(_ROAD)
        if state != "refused" or at <= place
    ]


@register.filter
def tone(state: str) -> str:
    """The color of a state; the word stands beside it always."""
    good = {"accepted", "accepted_in_part", "delivered", "in_use", "extended", "published", "unconditional"}
    good |= {"ready", "done"}
    bad = {"refused", "revoked", "not_shared", "failed"}
    wait = {"submitted", "supplement_asked", "in_review", "conditional", "wanted", "running"}
    return "good" if state in good else "bad" if state in bad else "wait" if state in wait else "plain"
