"""The names of offices, by how they end."""

import re

__all__ = ["ORGAN", "offices", "offices_of_red_head"]

_ORGANS = (
    "人民政府办公室|人民政府办公厅|人民政府|管理委员会|委员会|管理局|办公室|管理中心|联合会|法院"
    "|检察院|总队|支队|局|厅|委|部|院"
)
ORGAN = rf"[一-龥]{{1,24}}?(?:{_ORGANS})"
"""The name of an office, in no group that captures."""
_NAME = re.compile(ORGAN)
_LAST = re.compile(rf"{ORGAN}$")
_BETWEEN = re.compile(r"[\s、]+")
# One pattern for a whole list would try each way to read each name (管理局 is also 局): twenty offices take hours.


def offices(text: str) -> tuple[str, ...]:
    """The offices that a text lists; none if anything else stands there."""
    parts = tuple(_BETWEEN.split(text.strip()))
    return parts if all(map(_NAME.fullmatch, parts)) else ()


def offices_of_red_head(line: str) -> tuple[str, ...]:
    """The offices of a line such as 某市民政局 某市财政局文件; none for another line."""
    text = line.rstrip()
    if not text.endswith("文件"):
        return ()
    found: list[str] = []
    for part in reversed(_BETWEEN.split(text.removesuffix("文件").rstrip())):
        name = _LAST.search(part)
        if name is None:
            break
        found.append(name[0])
        if name[0] != part:
            break
    return tuple(reversed(found))
