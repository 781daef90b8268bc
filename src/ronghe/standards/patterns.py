"""Patterns that people write, made into ones that every engine reads alike."""

import re

from ronghe.tables.pattern_classes import python_pattern
from ronghe.terms import InputError

__all__ = ["LONGEST_PATTERN", "safe_pattern"]

LONGEST_PATTERN = 500
LARGEST_REPEAT = 1000
"""What RE2 allows; nested repeats multiply."""

_SHORT = {"d": "0-9", "w": "0-9A-Za-z_", "s": " \\t\\r\\n"}
_LITERAL = frozenset("\\.^$|?*+()[]{}-/\"'#&~ ")
_CONTROL = frozenset("trn")


def _escape(sign: str, *, inside: bool) -> str | None:
    """What stands for a backslash and `sign`; None when engines disagree about it."""
    if sign in _SHORT:
        return _SHORT[sign] if inside else f"[{_SHORT[sign]}]"
    if sign in _LITERAL:
        return sign if sign in "/\"'#&~ " else f"\\{sign}"
    return f"\\{sign}" if sign in _CONTROL else None


def _spelled(core: str) -> str | None:
    """The pattern with its short classes spelled out; None where it holds something that engines read differently."""
    found: list[str] = []
    inside, place = False, 0
    while place < len(core):
        sign = core[place]
        piece: str | None = sign
        if sign == "\\":
            place += 1
            piece = _escape(core[place : place + 1], inside=inside)
        elif inside:
            # Java reads [a[b]] and [a&&b] as sets of sets.
            piece = None if sign == "[" or core.startswith("&&", place) else sign
            inside = sign != "]"
        elif sign == "[":
            inside = True
            opened = re.match(r"\[\^?", core[place:])
            piece = opened[0] if opened else sign
            place += len(piece) - 1
            if core[place + 1 : place + 2] == "]":
                return None
        elif sign == "{":
            counted = re.match(r"\{[0-9]{1,4}(?:,[0-9]{0,4})?\}", core[place:])
            piece = counted[0] if counted else None
            place += len(piece or sign) - 1
        elif sign == ".":
            piece = "[^\\n]"
        elif sign in "^$" or (sign == "(" and re.match(r"\(\?(?!:)", core[place:])):
            piece = None
        if piece is None:
            return None
        found.append(piece)
        place += 1
    return "".join(found)


def _repeats(core: str) -> int:
    """The product of all counted repeats: more than RE2 would unroll when it is above LARGEST_REPEAT."""
    total = 1
    for least, most in re.findall(r"(?<!\\)\{([0-9]+)(?:,([0-9]*))?\}", core):
        total *= max(int((most or least)[:6]), 1)
    return total


def safe_pattern(pattern: str, *, place: str) -> str:
    """A pattern that every engine reads alike: `\\d \\w \\s .` are spelled out, `^...$` around the whole is dropped.

    Raises InputError for look-around, back-references, lazy and possessive repeats, other escapes, long counts and
    whatever does not compile; `place` says where the pattern stands.
    """
    core = pattern.removeprefix("^")
    core = core[:-1] if core.endswith("$") and not core.endswith("\\$") else core
    spelled = _spelled(core) if len(core) <= LONGEST_PATTERN else None
    if spelled is None or re.search(r"[*+?}][+?*]", spelled.replace("\\+", "").replace("\\?", "").replace("\\*", "")):
        raise InputError("standards.pattern", place=place, pattern=pattern[:80])
    try:
        if _repeats(spelled) > LARGEST_REPEAT:
            raise InputError("standards.pattern", place=place, pattern=pattern[:80])
        re.compile(python_pattern(spelled))
    except (re.error, OverflowError, RecursionError) as fault:
        raise InputError("standards.pattern", place=place, pattern=pattern[:80]) from fault
    return spelled
