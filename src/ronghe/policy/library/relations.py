"""What a policy does to others: repeals them, whole or a clause, or amends them."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ronghe.policy.library.numbers import numbers_in, wide_as_plain

__all__ = ["Relation", "relations_in", "title_key"]

_NUMERAL = "[一二三四五六七八九十百零〇0-9]+"
_ENDS = re.compile(r"废止|停止执行|不再执行|停止施行|予以失效|即行失效|同时失效|自行失效|宣布失效")
_NOT_ENDED = re.compile(r"不[予得]废止|尚未废止|继续有效|废止前|被废止|修改、废止|废止、修改|废止程序|废止情况")
_CHANGES = re.compile(
    r"作(?:出)?如下修改|作(?:出)?(?:以下|部分|相应)?修改|予以修改|进行(?:了)?修改|修改为|作如下修订|修订如下|调整为"
)
_NAMED = re.compile(r"《([^《》]{2,120}(?:《[^《》]{2,100}》[^《》]{0,40})?)》")
_GROUND = re.compile(r"(?:根据|按照|依据|依照|为贯彻)[^，,]{0,200}[，,]")
_MOST_BEHIND = 80
"""Characters behind a name in which its clause stands."""
_CLAUSE = re.compile(rf"[^《。；]{{0,4}}?(?:[(（][^)）]*[)）])?(?:中|的)?(第{_NUMERAL}条(?:第{_NUMERAL}[款项])?)")


@dataclass(frozen=True, slots=True)
class Relation:
    """`kind` is repeals or amends; the other by `number` or `title`, one of which may be empty.

    `clause` is set when only that clause of the other is meant; `said` is the sentence that says so.
    """

    kind: str
    title: str
    number: str
    clause: str
    said: str


def title_key(title: str) -> str:
    """A title as it is compared: without spaces, brackets and what is added to it in print."""
    return re.sub(r"[\s《》〈〉“”\"()（）\[\]〔〕·]|试行|暂行", "", wide_as_plain(title)).lower()


def relations_in(paragraphs: Sequence[str]) -> tuple[Relation, ...]:
    """All that a text does to others, in order; each thing once."""
    found: list[Relation] = []
    for paragraph in paragraphs:
        for sentence in re.split(r"[。；;]", paragraph):
            kind = _kind(sentence)
            if kind:
                found += _named(sentence, kind)
    unique = {(one.kind, title_key(one.title), one.number, one.clause): one for one in reversed(found)}
    return tuple(reversed(unique.values()))


def _kind(sentence: str) -> str:
    if _ENDS.search(sentence) and not _NOT_ENDED.search(sentence):
        return "repeals"
    return "amends" if _CHANGES.search(sentence) else ""


def _reach(sentence: str, kind: str) -> str:
    """The part of the sentence that names what is ended or changed: a source named as ground stands before it."""
    last = list((_ENDS if kind == "repeals" else _CHANGES).finditer(sentence))[-1]
    before = sentence[: last.start()]
    grounds = list(_GROUND.finditer(before))
    return before[grounds[-1].end() :] if grounds else before


def _named(sentence: str, kind: str) -> Iterator[Relation]:
    reach = _reach(sentence, kind)
    said = sentence.strip()[:300]
    numbers = list(numbers_in(reach))
    starts = [one[0] for one in numbers]
    used: set[int] = set()
    titles = list(_NAMED.finditer(reach))
    for at, match in enumerate(titles):
        until = titles[at + 1].start() if at + 1 < len(titles) else len(reach)
        within, behind, beyond = (bisect_left(starts, place) for place in (match.start(), match.end(), until))
        after = numbers[behind:beyond]
        number = after[0][2] if after and after[0][0] - match.end() <= 3 else ""
        used |= {one[0] for one in after[:1] if number} | set(starts[within:behind])
        clause = _CLAUSE.match(reach, match.end(), min(until, match.end() + _MOST_BEHIND))
        yield Relation(kind, match[1], number, clause[1] if clause else "", said)
    for start, end, number in numbers:
        if start not in used:
            clause = _CLAUSE.match(reach, end, end + _MOST_BEHIND)
            yield Relation(kind, "", number, clause[1] if clause else "", said)
