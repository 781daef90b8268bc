"""Which pairs are compared at all.

Every record has keys: each of its values, each two of them together, its tokens and sounds. Records that share a key
are candidates. Keys are counted before any pair is made: the smallest blocks first, until the budget of pairs is spent.
A value that too many records share (everyone born on 1900-01-01) makes the largest block and is left out; what it would
have found, narrower keys find.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlglot import exp

from ronghe.data.integrate.kinds import Kind
from ronghe.data.integrate.prepare import RECORDS, TOKENIZED, Compared, deciding_column
from ronghe.data.integrate.statements import drawn, drop, fetch, make, union
from ronghe.tables.engine import DuckDB
from ronghe.tables.sql import name

__all__ = ["CANDIDATES", "Blocking", "Sides", "block_records"]

CANDIDATES = "candidates"
LEAST_BUDGET = 1_000_000
PAIRS_PER_RECORD = 2
"""The budget: at most this many candidate pairs for each record, and never less than LEAST_BUDGET in all."""
MOST_IN_BLOCK = 1_000_000
"""Pairs of the largest block that is ever made."""
PAIRED = 6
"""Columns, the most telling ones, of which every two make a key together."""


@dataclass(frozen=True, slots=True)
class Blocking:
    """What was decided: keys' pairs that were asked for, the largest block admitted, the pairs that came of it."""

    asked: int
    largest_block: int
    left_out: int
    candidates: int


def _key(rule: int, *values: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="hash", expressions=[exp.convert(rule), *values])


def _select(key: exp.Expr, *present: exp.Expr) -> exp.Select:
    filled = [exp.Not(this=exp.Is(this=column.copy(), expression=exp.Null())) for column in present]
    return exp.select(name("n"), name("side"), exp.alias_(key, "key")).from_(RECORDS).where(*filled)


def _single(rule: int, column: str) -> exp.Select:
    return _select(_key(rule, name(column)), name(column))


def _of_tokens(rule: int, place: int) -> exp.Expr:
    return drawn(
        "SELECT n, side, hash(_rule, token) AS key FROM (SELECT n, side, unnest(_t) AS token FROM records)",
        rule=rule,
        t=name(f"t{place}"),
    )


def _keys(columns: Sequence[Compared], telling: Sequence[int]) -> list[exp.Expr]:
    """The SELECTs of every rule's keys."""
    found: list[exp.Expr] = []
    deciding = deciding_column(columns)
    for place, column in enumerate(columns):
        single = _single(place, f"c{place}")
        found.append(single.where(drawn("h IS NULL")) if place == deciding else single)
        if column.kind is Kind.NAME:
            found.append(_single(1000 + place, f"s{place}"))
        elif column.kind in TOKENIZED:
            found.append(_of_tokens(2000 + place, place))
    for left, right in combinations(sorted(place for place in telling if place != deciding), 2):
        one, other = name(f"c{left}"), name(f"c{right}")
        found.append(_select(_key(10_000 + left * 100 + right, one, other), one, other))
    return found


def _telling(engine: DuckDB, columns: int) -> list[int]:
    """The places of the columns with the most distinct values."""
    wanted = [exp.alias_(exp.ApproxDistinct(this=name(f"c{place}")), f"c{place}") for place in range(columns)]
    counts = fetch(engine, exp.select(*wanted).from_(RECORDS)).to_pylist()[0]
    ordered = sorted(range(columns), key=lambda place: (-counts[f"c{place}"], place))
    return ordered[:PAIRED]


_POSSIBLE = """
WITH proven AS (SELECT n, side, h FROM records WHERE h IS NOT NULL)
SELECT c.join_key_l, c.join_key_r FROM candidates AS c
LEFT JOIN proven AS l ON c.join_key_l = l.n LEFT JOIN proven AS r ON c.join_key_r = r.n
WHERE l.h IS NULL OR r.h IS NULL OR l.h = r.h
UNION SELECT l.n, r.n FROM proven AS l JOIN proven AS r ON l.h = r.h AND _sides
SEMI JOIN (SELECT h FROM blocks_of_h WHERE pairs <= _most) AS b ON l.h = b.h
"""
_PAIRS_OF_ONE = "count(*) * (count(*) - 1) // 2"
_PAIRS_OF_TWO = "(count(*) FILTER (side = 0)) * (count(*) FILTER (side = 1))"
_OTHERS = "(count(*) FILTER (side = 1))"


@dataclass(frozen=True, slots=True)
class Sides:
    """Which records make pairs: those of one table, of two with each other, of the second `within` itself too."""

    two: bool
    within: bool = False

    @property
    def pairs(self) -> exp.Expr:
        """How many pairs a block has."""
        if not self.two:
            return drawn(_PAIRS_OF_ONE)
        return drawn(f"{_PAIRS_OF_TWO} + {_OTHERS} * ({_OTHERS} - 1) // 2" if self.within else _PAIRS_OF_TWO)

    @property
    def joined(self) -> exp.Expr:
        """Whether two records, l and r, of one block are a pair; the first side's have the smaller numbers."""
        if not self.two:
            return drawn("l.n < r.n")
        return drawn("l.n < r.n AND r.side = 1" if self.within else "l.side = 0 AND r.side = 1")


def block_records(engine: DuckDB, columns: Sequence[Compared], *, sides: Sides, budget: int | None = None) -> Blocking:
    """Keep `candidates` (join_key_l, join_key_r, match_key) and say how they were chosen."""
    records = _count(engine, drawn("SELECT count(*) AS n FROM records"))
    most = budget or max(LEAST_BUDGET, PAIRS_PER_RECORD * records)
    keys = _keys(columns, _telling(engine, len(columns)))
    if records * (records - 1) // 2 <= most:
        # A table as small as this is compared wholly: no key can miss what shares none.
        keys = [drawn("SELECT n, side, 0 AS key FROM records")]
    make(engine, "keys", union(keys))
    blocks = "SELECT key, _pairs AS pairs FROM keys GROUP BY key HAVING _pairs > 0"
    make(engine, "blocks", drawn(blocks, pairs=sides.pairs))
    largest = _largest(engine, most)
    admitted = "SELECT k.* FROM keys AS k SEMI JOIN (SELECT key FROM blocks WHERE pairs <= _most) AS b ON k.key = b.key"
    make(engine, "admitted", drawn(admitted, most=largest))
    make(
        engine,
        CANDIDATES,
        drawn(
            "SELECT DISTINCT l.n AS join_key_l, r.n AS join_key_r, '0' AS match_key"
            " FROM admitted AS l JOIN admitted AS r ON l.key = r.key AND _sides",
            sides=sides.joined,
        ),
    )
    if deciding_column(columns) is not None:
        _by_identifier(engine, most, sides)
    drop(engine, "keys", "admitted")
    left_out = _count(engine, drawn("SELECT count(*) AS n FROM blocks WHERE pairs > _most", most=largest))
    return Blocking(most, largest, left_out, _count(engine, drawn("SELECT count(*) AS n FROM candidates")))


def _by_identifier(engine: DuckDB, budget: int, sides: Sides) -> None:
    """Take the contradicted pairs out of the candidates, and all pairs of one identifier in, by a budget of their own.

    Somebody whom ten departments know has 45 pairs: by the common budget such a block might be left out.
    """
    make(
        engine,
        "blocks_of_h",
        drawn("SELECT h, _pairs AS pairs FROM records WHERE h IS NOT NULL GROUP BY h", pairs=sides.pairs),
    )
    make(
        engine,
        "possible",
        drawn(
            _POSSIBLE,
            most=_largest(engine, budget, blocks="blocks_of_h"),
            sides=sides.joined,
        ),
    )
    make(engine, CANDIDATES, drawn("SELECT join_key_l, join_key_r, '0' AS match_key FROM possible"))
    drop(engine, "possible", "blocks_of_h")


def _count(engine: DuckDB, select: exp.Expr) -> int:
    return int(fetch(engine, select).column("n")[0].as_py())


def _largest(engine: DuckDB, budget: int, blocks: str = "blocks") -> int:
    """The size of block up to which all blocks together stay within the budget."""
    sizes = fetch(
        engine,
        drawn(
            """
            SELECT pairs, sum(pairs * times) OVER (ORDER BY pairs) AS together
            FROM (SELECT pairs, count(*) AS times FROM _blocks WHERE pairs <= _most GROUP BY pairs) ORDER BY pairs
            """,
            blocks=blocks,
            most=MOST_IN_BLOCK,
        ),
    ).to_pylist()
    fitting = [int(row["pairs"]) for row in sizes if row["together"] <= budget]
    return max(fitting, default=1)
