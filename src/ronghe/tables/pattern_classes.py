"""Character classes of patterns as each engine must be told: signs that are plain in RE2 mean something elsewhere."""

from functools import cache

__all__ = ["java_pattern", "python_pattern"]


def _escaped(pattern: str, signs: str) -> list[str]:
    """The pattern in pieces, with these signs escaped inside classes, and a closing bracket that is a class's first."""
    made: list[str] = []
    inside, place = False, 0
    while place < len(pattern):
        char = pattern[place]
        if char == "\\" and place + 1 < len(pattern):
            made.append(pattern[place : place + 2])
            place += 2
            continue
        if inside and char in signs:
            made.append(f"\\{char}")
        elif not inside and char == "[":
            # The first character of a class is itself, even when it is a closing bracket.
            opening = next(head for head in ("[^]", "[]", "[^", "[") if pattern.startswith(head, place))
            made.append(opening.replace("]", "\\]"))
            inside, place = True, place + len(opening) - 1
        else:
            inside = inside and char != "]"
            made.append(char)
        place += 1
    return made


def java_pattern(pattern: str) -> str:
    """The pattern as Java must be told: inside a class `[` would nest and `&&` intersect, `\\v` would be a class."""
    return "".join("\\x0B" if piece == "\\v" else piece for piece in _escaped(pattern, "[&"))


@cache
def python_pattern(pattern: str) -> str:
    """The pattern as Python must be told: `[`, `&&`, `||` and `~~` inside a class are to become operators there."""
    return "".join(_escaped(pattern, "[&|~"))
