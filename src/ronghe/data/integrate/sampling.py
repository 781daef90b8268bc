"""Pairs drawn at random, and a sample of the candidates: by hashes of the records, whatever the order of rows."""

from ronghe.data.integrate.statements import drawn, fetch, make
from ronghe.tables.engine import DuckDB

__all__ = ["RANDOM_PAIRS", "SAMPLE", "draw_random_pairs", "sample_of"]

RANDOM_PAIRS = "random_pairs"
SAMPLE = "sample_of_candidates"
DRAWN = 200_000
"""Pairs drawn at random: a level that one pair in ten thousand reaches is seen about fifty times."""
TRAINED_ON = 300_000
"""Candidate pairs of which EM learns; of more, a sample."""
SEED = 809


def draw_random_pairs(engine: DuckDB, *, two_sides: bool) -> float:
    """Keep `random_pairs` and give the number of pairs that exist.

    The records of each side are put in the order of their hashes; each is paired with those that follow it.
    """
    counts = fetch(
        engine, drawn("SELECT count(*) FILTER (side = 0) AS l, count(*) FILTER (side = 1) AS r FROM records")
    )
    left, right = counts.column("l")[0].as_py(), counts.column("r")[0].as_py()
    other = right if two_sides else left
    partners = max(1, min(other - (0 if two_sides else 1), DRAWN // max(left, 1)))
    make(
        engine,
        "shuffled",
        drawn(
            "SELECT n, side, row_number() OVER (PARTITION BY side ORDER BY hash(n, _seed), n) - 1 AS place"
            " FROM records",
            seed=SEED,
        ),
    )
    make(
        engine,
        RANDOM_PAIRS,
        drawn(
            """
            SELECT l.n AS join_key_l, r.n AS join_key_r, '0' AS match_key
            FROM (SELECT n, place, unnest(range(0, _partners)) AS step FROM shuffled WHERE side = 0 AND place < _drawn)
                AS l
            JOIN shuffled AS r ON r.side = _side AND r.place = (l.place + 1 + l.step) % _other AND l.n <> r.n
            """,
            partners=partners,
            drawn=DRAWN,
            side=1 if two_sides else 0,
            other=max(other, 1),
        ),
    )
    return float(left * right if two_sides else left * (left - 1) / 2)


def sample_of(engine: DuckDB, pairs: str, count: int) -> float:
    """Keep a sample of candidate pairs and give the share of them that it is.

    Whole records are drawn, each with all of its pairs, for the pairs of a record exclude each other.
    """
    share = min(1.0, TRAINED_ON / max(count, 1))
    make(
        engine,
        SAMPLE,
        drawn(
            "SELECT * FROM _pairs WHERE hash(join_key_l, _seed) % 1000000 < _most",
            pairs=pairs,
            seed=SEED,
            most=round(share * 1_000_000),
        ),
    )
    return share
