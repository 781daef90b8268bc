"""What a grade and its reasons are called in both languages, for screens and reports alike."""

from collections.abc import Iterable, Mapping

from ronghe.messages import Bilingual, both, known
from ronghe.tables.staged import Note

__all__ = ["grade_words", "listed", "parts_words", "reason_words"]


def _of_code(code: str) -> Bilingual:
    """The text of a code, or the last part of the code where a profile of one's own has names of its own."""
    name = code.partition("_")[2]
    return both(code) if known(code) else Bilingual(zh=name, en=name)


def _kind(code: str) -> Bilingual:
    return _of_code(f"scan.kind_{code}")


def grade_words(grade: str) -> Bilingual:
    """What a grade is called."""
    return _of_code(f"scan.grade_{grade}")


def listed(names: Iterable[str]) -> str:
    """Names of columns with commas between; a name that has a comma or a quote itself stands in double quotes, as
    options take it."""
    return ", ".join(f'"{name.replace(chr(34), chr(34) * 2)}"' if set(name) & set(',，"') else name for name in names)


def _several(kinds: str) -> Bilingual:
    """Kinds as a rule has them, `name/phone + medical`, in words."""
    some = [[_kind(code) for code in choice.split("/")] for choice in kinds.split(" + ")]
    zh, en = (" + ".join("/".join(word[lang] for word in choice) for choice in some) for lang in ("zh", "en"))
    return Bilingual(zh=zh, en=en)


def reason_words(reason: Note) -> Bilingual:
    """Why a grade is as high as it is."""
    said: dict[str, object] = {}
    for name, value in reason.params.items():
        match name, value:
            case "kind", str():
                said[name] = _kind(value)
            case "kinds", str():
                said[name] = _several(value)
            case "grade", str():
                said[name] = grade_words(value)
            case "columns", list():
                said[name] = listed(value)
            case _, int():
                said[name] = f"{value:,}"
            case _:
                said[name] = value
    return both(reason.code, **said)


def parts_words(parts: Mapping[str, str]) -> Bilingual:
    """The tables that one was made of, each with its grade."""
    words = {name: grade_words(grade) for name, grade in parts.items()}
    zh, en = (", ".join(f"{name} {word[lang]}" for name, word in words.items()) for lang in ("zh", "en"))
    return Bilingual(zh=zh, en=en)
