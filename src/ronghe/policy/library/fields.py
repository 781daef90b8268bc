"""Who issued a policy under which number and title, and from when until when it says that it holds."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ronghe.policy.library.dates import DATE, first_date, whole
from ronghe.policy.library.extract import Extracted
from ronghe.policy.library.numbers import numbers_in, wide_as_plain
from ronghe.policy.library.organs import ORGAN, offices_of_red_head
from ronghe.policy.library.relations import Relation, relations_in
from ronghe.terms import content_id

__all__ = ["Policy", "policy_from"]

HEAD = 25
"""Paragraphs at the beginning in which title, number and issuer stand."""
LONGEST_LINE = 400
"""Characters of a line that may be a part of the head; the patterns for it take time that grows faster than lines."""
_TITLE_ENDS = (
    "通知|办法|规定|意见|细则|条例|方案|决定|公告|通告|标准|规范|措施|制度|规划|批复|函|指引|指南|规则|政策|通报|清单|计划"
    "|解读|说明|纲要|章程"
)
_TITLE = re.compile(rf"(?:{_TITLE_ENDS})(?:[(（][^()（）]{{1,20}}[)）])?$")
_MADE = "(?:发布|印发|公布|下发|签发|颁布)之?日"
_BEGINS = rf"(?:自|从)\s*({DATE}|{_MADE})\s*起?\s*(?:正式|开始)?(?:施行|实施|执行|生效|试行)"
_LABELS = "索引号|发文机关|发布机构|发文字号|成文日期|发布日期|主题分类|来源|签发人|公开方式|有效性|文号|时间|标题|名称"
_UNTIL = re.compile(rf"(?:有效期|施行期限|实施期限|执行期限|试行期)[^。；\n]{{0,16}}?(?:至|到|截至|截止)\s*({DATE})")
_UNTIL_2 = re.compile(rf"至\s*({DATE})\s*(?:止|失效|废止|终止)")
_YEARS = re.compile(r"(?:有效期|试行期|施行期限|实施期限|执行期限)[为限：:]?\s*([0-9一二三四五六七八九十两]{1,3})\s*年")


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as its text says it; days are None where it says none. `until` is the first day it no longer holds.

    `effective_said` is False where the day of effect is taken from the day of issue. `id` depends on the text alone.
    """

    id: str
    title: str
    number: str
    issuers: tuple[str, ...]
    issued: dt.date | None
    effective: dt.date | None
    effective_said: bool
    until: dt.date | None
    relations: tuple[Relation, ...]
    paragraphs: tuple[str, ...]
    source: str
    kind: str

    @property
    def text(self) -> str:
        """All paragraphs, one a line."""
        return "\n".join(self.paragraphs)

    def to_json(self) -> dict[str, Any]:
        """All but the text, as a JSON value."""
        days = {
            name: day.isoformat() if day else None
            for name, day in (("issued", self.issued), ("effective", self.effective), ("until", self.until))
        }
        relations = [{key: getattr(one, key) for key in Relation.__slots__} for one in self.relations]
        names = {"id": self.id, "title": self.title, "number": self.number, "issuers": list(self.issuers)}
        source = {"source": self.source, "kind": self.kind, "effective_said": self.effective_said}
        return {**names, **days, **source, "relations": relations}


def _main(paragraphs: Sequence[str]) -> Sequence[str]:
    """The body without annexes."""
    for at, paragraph in enumerate(paragraphs):
        if at > 3 and re.fullmatch(r"附\s*[件录]\s*[0-9一二三四五六七八九十]*[:：]?", paragraph):
            return paragraphs[:at]
    return paragraphs


def _is_heading(line: str) -> bool:
    """Lines of the head that are no part of the title."""
    folded = wide_as_plain(line)
    numbers = list(numbers_in(folded))
    bare = any(end - start >= len(folded.strip()) - 4 for start, end, _ in numbers)
    return bool(
        bare
        or offices_of_red_head(folded)
        or re.fullmatch(r"[\s\W_]*", line)
        or re.match(r"第[一二三四五六七八九十0-9]{1,4}条", folded)
        or re.match(rf"(?:{_LABELS})\s*[:： |]", folded)
        or re.fullmatch(rf"\(?\s*{DATE}.{{0,60}}", folded)
    )


def _head(paragraphs: Sequence[str]) -> list[str]:
    """The head without lines that are too long to be part of it."""
    return [line if len(line) <= LONGEST_LINE else line[:LONGEST_LINE] + "…" for line in paragraphs[:HEAD]]


def _title(extracted: Extracted) -> str:
    head = _head(extracted.paragraphs)
    for start, line in enumerate(head):
        if len(line) > 90 or _is_heading(line) or re.search(r"[。；]", line):
            continue
        joined = ""
        for part in head[start : start + 4]:
            if re.search(r"[：:。；]$", part) or (joined and _is_heading(part)):
                break
            joined += part
            if _TITLE.search(joined.rstrip("》 ")):
                return re.sub(r"(?<=[一-龥])\s+(?=[一-龥])", " ", joined)
    return extracted.title or next((line[:90] for line in head if not _is_heading(line)), "")


def _number(paragraphs: Sequence[str]) -> str:
    """The policy's own number: in the head, outside of title marks, not named as a ground."""
    for line in paragraphs[:HEAD]:
        folded = wide_as_plain(line)
        if len(folded) > 80 or "。" in folded:
            break
        for start, _, number in numbers_in(folded):
            before = folded[:start]
            if before.count("《") <= before.count("》") and not re.search(r"(?:根据|按照|依据|依照|废止)", before):
                return number
    return ""


def _issuers(paragraphs: Sequence[str], title: str) -> tuple[str, ...]:
    body = _main(paragraphs)
    head = _head(paragraphs)
    for line in head:
        if found := offices_of_red_head(wide_as_plain(line)):
            return tuple(dict.fromkeys(found))
    for line in head:
        if match := re.match(r"(?:发文机关|发布机构|发布机关|制定机关)\s*[:： |]+\s*(.+)", line):
            return _organs(match[1])
    before = title.partition("关于")[0] if "关于" in title else ""
    if found := _organs(before):
        return found
    for at in range(len(body) - 1, max(len(body) - 8, 0), -1):
        if len(body[at]) <= LONGEST_LINE and re.fullmatch(rf"\s*{DATE}\s*", wide_as_plain(body[at])):
            lines = [line for line in body[max(at - 5, 0) : at] if len(line) <= 60 and not re.search(r"[。；，]", line)]
            if found := tuple(dict.fromkeys(organ for line in lines for organ in _organs(line))):
                return found
    order = re.match(r"([一-龥]+)令第", _number(paragraphs))
    if order:
        return (order[1],)
    match = re.match(ORGAN, title)
    return (match[0],) if match else ()


def _organs(text: str) -> tuple[str, ...]:
    parts = re.split(r"[\s、,，/|]+", text.strip())
    return tuple(dict.fromkeys(part for part in parts if re.fullmatch(ORGAN, part)))


def _issued(paragraphs: Sequence[str]) -> dt.date | None:
    body = [wide_as_plain(line[:LONGEST_LINE]) for line in _main(paragraphs)]
    for line in body[:HEAD]:
        if re.match(rf"(?:成文日期|发布日期|印发日期|发文日期|公布日期)\s*[:： |]+\s*{DATE}", line):
            return first_date(line)
        if re.fullmatch(rf"\(?\s*{DATE}[^。]{{0,40}}(?:发布|公布|通过|印发|令)[^。]{{0,40}}\)?", line):
            return first_date(line)
    for line in reversed(body):
        if re.fullmatch(rf"[^。，]{{0,30}}{DATE}\s*(?:印发)?", line) and len(line) < 45:
            return first_date(line)
    return None


def _effective(text: str, issued: dt.date | None) -> tuple[dt.date | None, bool]:
    match = re.search(_BEGINS, text)
    if match is None:
        return issued, False
    return first_date(match[1]) or issued, True


def _until(text: str, effective: dt.date | None) -> dt.date | None:
    for pattern in (_UNTIL, _UNTIL_2):
        if match := pattern.search(text):
            day = first_date(match[1])
            # 9999年12月31日 is how forms write that there is no end.
            return None if day is None or day == dt.date.max else day + dt.timedelta(1)
    match = _YEARS.search(text)
    years = whole(match[1].replace("两", "二")) if match else None
    if not years or effective is None:
        return None
    return _years_after(effective, years)


def _years_after(day: dt.date, years: int) -> dt.date | None:
    if day.year + years > dt.MAXYEAR:
        return None
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)


def policy_from(extracted: Extracted, source: str) -> Policy:
    """What a document says of itself; nothing is invented, and what is not found is empty."""
    paragraphs = extracted.paragraphs
    title, number, text = _title(extracted), _number(paragraphs), wide_as_plain(extracted.text)
    issued = _issued(paragraphs)
    effective, said = _effective(text, issued)
    until = _until(text, effective)
    return Policy(
        content_id(extracted.text)[:12],
        title,
        number,
        _issuers(paragraphs, title),
        issued,
        effective,
        said,
        until,
        relations_in(paragraphs),
        tuple(paragraphs),
        source,
        extracted.kind,
    )
