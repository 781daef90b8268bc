"""What who decides should see of a line, worded for the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ronghe.messages import Language, known, render
from ronghe.platform.console.offering import obligation_words
from ronghe.platform.console.wishing import rows_text
from ronghe.platform.kinds.data.models import Look, Source
from ronghe.platform.kinds.data.plans import personal_fields
from ronghe.platform.requests.kind import kind_of
from ronghe.platform.requests.models import Line

__all__ = ["Looked", "duty_text", "looked", "trouble_text"]


@dataclass(frozen=True, slots=True)
class Looked:
    """A line with what it would let out, or why that is not known; `words` are its obligations as they are typed, and
    `typed` is what was sent of it and refused."""

    line: Line
    seen: Mapping[str, Any]
    waiting: bool
    trouble: str
    duties: tuple[tuple[str, str], ...]
    words: tuple[tuple[str, str], ...]
    narrower: tuple[str, ...]
    personal: tuple[str, ...]
    grade: str
    share_unique: str
    typed: Mapping[str, str]


def _measure(value: object, lang: Language) -> str:
    code = f"platform.measure_{value}"
    return render(code, lang) if known(code) else str(value)


def duty_text(said: object, lang: Language) -> str:
    """An obligation in a person's words, such as 遮蔽，留前1后0位."""
    if not isinstance(said, Mapping):
        return render(f"platform.duty_{said}", lang)
    word, value = next((name, value) for name, value in said.items() if known(f"platform.duty_{name}"))
    if word == "mask":
        ends = {"first": 0, "last": 0, **value}
        return render("platform.duty_mask_ends", lang, first=ends["first"], last=ends["last"])
    told = _measure(value, lang)
    return render(f"platform.duty_{word}", lang, value=told, unit=told, level=_measure(said.get("level", ""), lang))


def trouble_text(trouble: Mapping[str, Any] | None, lang: Language) -> str:
    """Why something did not get through, as an error would say it."""
    if not trouble:
        return ""
    try:
        return render(trouble["code"], lang, **trouble["params"]) if known(trouble["code"]) else trouble["code"]
    except KeyError:
        return str(trouble["code"])


def looked(line: Line, lang: Language, typed: Mapping[str, str]) -> Looked:
    """What the worker saw of the line; `typed` is a form that was refused, of this line or another."""
    typed = typed if typed.get("line") == str(line.pk) else {}
    look = Look.objects.filter(line=line).first()
    source = Source.objects.filter(asset=line.version.asset_id).first()
    seen = look.seen if look else {}
    terms = kind_of("data").terms_of(line, line.fields)
    _, narrower = rows_text({"where": line.tighter.get("where", [])}, line.version.method, lang)
    unique = seen.get("risk", {}).get("share_unique")
    return Looked(
        line=line,
        seen=seen,
        waiting=look is not None and look.made is None,
        trouble=trouble_text(look.trouble if look else None, lang),
        duties=tuple((name, duty_text(said, lang)) for name, said in terms.items()),
        words=tuple(
            (name, typed.get(f"duty-{place}", obligation_words(said)))
            for place, (name, said) in enumerate(terms.items())
        ),
        narrower=tuple(narrower),
        personal=tuple(personal_fields(line.version, line.fields)),
        grade=(source.examination.get("grade", "") if source else "") or line.version.grade,
        share_unique="" if unique is None else f"{unique:.1%}",
        typed=typed,
    )
