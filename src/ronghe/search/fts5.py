"""A query in the language of FTS5, SQLite's full-text index."""

from collections.abc import Sequence

from ronghe.search.query import Phrase, Query

__all__ = ["fts5"]


def fts5(query: Query, *, words: str, signs: str, letters: str | None = None) -> str:
    """The query for MATCH; empty if nothing is asked for. Every part is quoted, so that nothing typed is an operator.

    `words` names the columns that hold terms, `signs` that of single characters, `letters` that of initials with
    spaces between them, where the index has one.
    """
    return " AND ".join(f"({' OR '.join(_choices(one, words, signs, letters))})" for one in query.phrases)


def _choices(phrase: Phrase, words: str, signs: str, letters: str | None) -> list[str]:
    choices = [
        f"{{{words}{f' {signs}' if len(reading) == 1 and len(reading[0]) == 1 else ''}}} : {_quoted(reading)}"
        for reading in phrase.readings
    ]
    if letters and phrase.initials:
        choices.append(f"{{{letters}}} : {_quoted(list(phrase.initials))}")
    return choices


def _quoted(terms: Sequence[str]) -> str:
    return '"' + " ".join(term.replace('"', "") for term in terms) + '"'
