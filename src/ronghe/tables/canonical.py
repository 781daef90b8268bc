"""The canonical text of typed columns, as DuckDB SQL: the same forms as `cells` gives for Python values."""

import re
from collections.abc import Callable, Sequence

__all__ = ["quoted", "select_texts", "text_of"]

_NESTED = re.compile(r".*\]$|^(?:STRUCT|MAP|UNION|VARIANT)\b|^JSON$", re.DOTALL)


def quoted(name: str) -> str:
    """A name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def _floating(column: str) -> str:
    """Whole numbers without `.0`, others without an exponent where 38 digits can hold them; NaN is no value."""
    text = f"CAST({column} AS VARCHAR)"
    plain = f"TRY_CAST({column} AS DECIMAL(38, 18))"
    exact = f"{plain} IS NOT NULL AND CAST({plain} AS DOUBLE) = CAST({column} AS DOUBLE)"
    trimmed = f"RTRIM(RTRIM(CAST({plain} AS VARCHAR), '0'), '.')"
    return (
        f"CASE WHEN ISNAN({column}) THEN NULL"
        f" WHEN {column} = TRUNC({column}) AND ABS({column}) < 1e15 THEN CAST(CAST({column} AS BIGINT) AS VARCHAR)"
        f" WHEN {column} = TRUNC({column}) AND ABS({column}) < 1e37 THEN CAST(CAST({column} AS HUGEINT) AS VARCHAR)"
        f" WHEN CONTAINS({text}, 'e') AND {exact} THEN {trimmed} ELSE {text} END"
    )


_SPECIAL: dict[str, Callable[[str], str]] = {
    "VARCHAR": lambda column: f"NULLIF({column}, '')",
    "FLOAT": _floating,
    "DOUBLE": _floating,
    "BLOB": lambda column: f"NULLIF(COALESCE(TRY(DECODE({column})), LOWER(HEX({column}))), '')",
    # The session's zone must not matter: the instant in UTC, with its offset.
    "TIMESTAMP WITH TIME ZONE": lambda column: f"CAST(({column} AT TIME ZONE 'UTC') AS VARCHAR) || '+00:00'",
}


def text_of(name: str, kind: str) -> str:
    """The SQL that gives a column of the DuckDB type `kind` as text, NULL for empty text."""
    column = quoted(name)
    if kind in _SPECIAL:
        return _SPECIAL[kind](column)
    if kind.startswith("TIMESTAMP"):
        return f"CAST(CAST({column} AS TIMESTAMP) AS VARCHAR)"
    if _NESTED.match(kind):
        return f"CAST(TO_JSON({column}) AS VARCHAR)"
    return f"CAST({column} AS VARCHAR)"


def select_texts(names: Sequence[str], kinds: Sequence[str], source: str) -> str:
    """A SELECT of all columns as text under the names c0, c1, ..."""
    texts = map(text_of, names, kinds)
    columns = (f"{text} AS c{place}" for place, text in enumerate(texts))
    return f"SELECT {', '.join(columns)} FROM {source}"  # noqa: S608 - names are quoted
