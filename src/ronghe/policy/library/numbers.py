"""Document numbers (文号) in all forms of brackets: 某政发〔2024〕12号, 某府办[2024]3号, 某市人民政府令第12号."""

import re
from collections.abc import Iterator

from ronghe.standards.folding import FULL_WIDTH, HALF_WIDTH

__all__ = ["number_in", "numbers_in", "wide_as_plain"]

_FOLDED = str.maketrans(FULL_WIDTH, HALF_WIDTH)
_BRACKETED = re.compile(
    r"([一-龥A-Za-z]{1,14})\s*[〔\[【(〖{﹝]\s*((?:19|20)[0-9]{2})\s*年?[〕\]】)〗}﹞]\s*第?\s*([0-9]{1,5})\s*号"
)
_ORDER = re.compile(r"([一-龥]{2,20}令)\s*[(（〔\[]?\s*第?\s*([0-9]{1,5})\s*号")
_LEADING = re.compile(
    r"^(?:根据|按照|依据|依照|关于|和|与|及|以及|原|对|将|的|印发|参照|文号|文件编号|发文字号|编号|字号)+"
)


def wide_as_plain(text: str) -> str:
    """Full-width letters, digits and brackets as plain ones; the length stays."""
    return text.translate(_FOLDED)


def numbers_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Each number of a text with its place, in the one form 某政发〔2024〕12号 or 某市人民政府令第12号."""
    folded = wide_as_plain(text)
    found = []
    for match in _BRACKETED.finditer(folded):
        agency = _LEADING.sub("", match[1])
        if agency:
            start = match.start() + len(match[1]) - len(agency)
            found.append((start, match.end(), f"{agency}〔{match[2]}〕{int(match[3])}号"))
    found += [
        (one.start(), one.end(), f"{_LEADING.sub('', one[1])}第{int(one[2])}号") for one in _ORDER.finditer(folded)
    ]
    yield from sorted(found)


def number_in(text: str) -> str | None:
    """The first number of a text."""
    return next((number for _, _, number in numbers_in(text)), None)
