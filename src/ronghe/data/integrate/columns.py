"""Which columns are compared, and what for: chosen from names and values by one rule.

Compared are the columns that both sides have by name. Left out, each with a note: a column that is nearly empty on a
side, one that says the same everywhere, and an identifier that no two records share, such as a running number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from ronghe.data.integrate.kinds import SAMPLE, Kind, decide_kind
from ronghe.data.integrate.prepare import Compared
from ronghe.data.integrate.statements import drawn, fetch, union
from ronghe.standards.catalog import Catalog, normalized
from ronghe.tables.engine import DuckDB
from ronghe.tables.sql import name
from ronghe.terms import InputError

__all__ = ["Chosen", "choose_columns", "columns_in_common"]

LEAST_FILLED = 0.05
MOST_COLUMNS = 16
"""More columns than this say the same thing again."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The compared columns, the place of each among those that were offered, and why the others are left out."""

    columns: tuple[Compared, ...]
    places: tuple[int, ...]
    left_out: tuple[tuple[str, str], ...]


def columns_in_common(
    left: Sequence[str], right: Sequence[str], without: tuple[str, str], wanted: Sequence[str] | None
) -> list[tuple[str, str]]:
    """Pairs of column names to compare: those wanted (`name`, or `left=right`), else all of the same name.

    Raises InputError for a name that a side does not have.
    """
    if wanted:
        pairs = []
        for text in wanted:
            one, equals, other = text.partition("=")
            pairs.append((one.strip(), other.strip() if equals else one.strip()))
        for column, side in [(one, left) for one, _ in pairs] + [(other, right) for _, other in pairs]:
            if column not in side:
                raise InputError("integrate.column_absent", name=column, known=", ".join(side))
        return list(dict.fromkeys(pairs))
    by_name = {normalized(column): column for column in reversed(right)}
    return [
        (column, by_name[normalized(column)])
        for column in left
        if normalized(column) in by_name and column != without[0] and by_name[normalized(column)] != without[1]
    ]


def _facts(engine: DuckDB, sides: Sequence[str], place: int) -> Mapping[str, int | float | None]:
    """How full a column is on its emptiest side, how many values it has, and how many of them stand there twice."""
    column = name(f"v{place}")
    parts = [
        exp.select(exp.alias_(column, "v"), exp.alias_(exp.convert(n), "s")).from_(side) for n, side in enumerate(sides)
    ]
    values = union(list(parts))
    # The union is drawn once and asked three things.
    whole = drawn(
        """
        WITH every AS (SELECT * FROM _every),
        counted AS (SELECT v, count(*) AS times FROM every WHERE v IS NOT NULL GROUP BY v),
        filled AS (SELECT count(v) / greatest(count(*), 1) AS share FROM every GROUP BY s)
        SELECT (SELECT min(share) FROM filled) AS least, (SELECT count(*) FROM counted) AS values,
            (SELECT coalesce(sum(times), 0) FROM counted) AS filled,
            (SELECT count(*) FROM counted WHERE times > 1) AS repeated
        """,
        every=exp.Subquery(this=values),
    )
    return dict(fetch(engine, whole).to_pylist()[0])


def _sample(engine: DuckDB, sides: Sequence[str], place: int) -> list[str]:
    column = name(f"v{place}")
    parts = [exp.select(exp.alias_(column, "v")).from_(side) for side in sides]
    found = fetch(
        engine,
        drawn(
            "SELECT DISTINCT trim(v) AS v FROM _every WHERE trim(v) <> '' ORDER BY hash(trim(v)), trim(v) LIMIT _most",
            every=exp.Subquery(this=union(list(parts))),
            most=SAMPLE,
        ),
    )
    return [str(value) for value in found.column("v").to_pylist()]


def choose_columns(
    engine: DuckDB, sides: Sequence[str], offered: Sequence[tuple[str, str]], catalog: Catalog, *, asked: bool = False
) -> Chosen:
    """The columns to compare, of those that the sides hold as v0, v1, ...; `asked` ones are left out only when empty.

    Raises InputError when none is left.
    """
    columns: list[Compared] = []
    places: list[int] = []
    left_out: list[tuple[str, str]] = []
    for place, (left, right) in enumerate(offered):
        facts = _facts(engine, sides, place)
        values, filled = int(facts["values"] or 0), int(facts["filled"] or 0)
        kind, element = decide_kind(catalog, left, _sample(engine, sides, place), distinct=values, filled=filled)
        why = _left_out(kind, facts, asked=asked) or ("too_many" if len(columns) >= MOST_COLUMNS else "")
        if why:
            left_out.append((left, why))
            continue
        columns.append(Compared(left, right, kind, element))
        places.append(place)
    if not columns:
        raise InputError("integrate.no_usable_column", offered=", ".join(left for left, _ in offered) or "-")
    return Chosen(tuple(columns), tuple(places), tuple(left_out))


def _left_out(kind: Kind, facts: Mapping[str, int | float | None], *, asked: bool) -> str:
    """Why a column is not compared, "" when it is."""
    if not facts["values"] or not facts["least"]:
        return "empty"
    if asked:
        return ""
    if float(facts["least"] or 0) < LEAST_FILLED:
        return "nearly_empty"
    if facts["values"] == 1:
        return "one_value"
    if kind is Kind.IDENTIFIER and not facts["repeated"]:
        return "never_shared"
    return ""
