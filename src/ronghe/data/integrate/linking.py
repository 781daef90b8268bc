"""From two tables, or one, to the pairs that are the same thing: every step of linkage in its order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlglot import exp

from ronghe.data.integrate.assignment import UNLIKE, assign
from ronghe.data.integrate.blocking import Blocking, Sides, block_records
from ronghe.data.integrate.clusters import DECIDED, cluster_records
from ronghe.data.integrate.comparisons import Comparison, comparisons_of
from ronghe.data.integrate.copies import Copies, set_copies_aside
from ronghe.data.integrate.model import Model
from ronghe.data.integrate.nearness import nearness
from ronghe.data.integrate.prepare import (
    CHECKSUMMED,
    Compared,
    deciding_column,
    numbered_sides,
    prepare_records,
)
from ronghe.data.integrate.rarity import add_rarity
from ronghe.data.integrate.review import Reviewed, doubtful_rows
from ronghe.data.integrate.sampling import draw_random_pairs, sample_of
from ronghe.data.integrate.scoring import score_pairs, told_levels, weigh_pairs
from ronghe.data.integrate.statements import drawn, drop, fetch, make
from ronghe.data.integrate.training import NOT_EXCLUSIVE, Exclusive, Pairs, level_shares, train
from ronghe.standards.catalog import Catalog
from ronghe.tables.engine import DuckDB
from ronghe.tables.plain_arrays import as_arrow, as_numpy, booleans, texts
from ronghe.tables.sql import name

__all__ = ["LEAST_PROBABILITY", "Linked", "Note", "link_records"]

Reals = NDArray[np.float64]
Whole = NDArray[np.int64]

Note = tuple[str, Mapping[str, object]]
Scored = tuple[Whole, Whole, Reals]
"""Pairs: the numbers of their records, from 1, and their weights in bits."""
ROUNDING = 1e-6

LEAST_PROBABILITY = 0.5
"""A pair is a match when that is more likely than not: the same for every data set."""
DUPLICATES = 0.02
"""Share of repeated records up to which a side counts as free of duplicates."""
MOST_CLOSED = 50
CLEAR_BITS = 6.0
"""A model that is this sure, and a person who says the opposite: worth a line."""
KEPT_BITS = -12.0
"""Pairs below this match weight are forgotten: nothing will ever be decided by them."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided: for each pair that was scored its probability, and for each record the first of its cluster."""

    probability: Reals
    matched: NDArray[np.bool_]
    cluster: Whole


@dataclass(frozen=True, slots=True)
class Linked:
    """The outcome of linkage.

    pairs     left_id, right_id, probability (and n_l, n_r, numbers of this run), of records that are the same
    doubtful  the same columns, of the least certain pairs
    clusters  side, id, cluster of every record, and how many `groups` these are
    """

    pairs: pa.Table
    doubtful: pa.Table
    clusters: pa.Table
    groups: int
    model: Model
    blocking: Blocking
    rows: tuple[int, ...]
    exclusive: Exclusive
    notes: tuple[Note, ...] = ()


def _levels(engine: DuckDB, comparisons: Sequence[Comparison], pairs: str) -> tuple[pa.Table, NDArray[np.int8]]:
    """The levels of some pairs, in the order of their records."""
    score_pairs(engine, comparisons, pairs, "levelled", weights=told_levels(comparisons))
    found = fetch(engine, drawn("SELECT * FROM levelled ORDER BY n_l, n_r"))
    columns = [np.rint(as_numpy(found.column(f"mw_{made.name}"))).astype(np.int8) - 1 for made in comparisons]
    return found, np.stack(columns, axis=1).astype(np.int8)


def _trained(
    engine: DuckDB, columns: Sequence[Compared], blocking: Blocking, *, two_sides: bool, exclusive: Exclusive
) -> Model:
    comparisons = comparisons_of(columns)
    every = draw_random_pairs(engine, two_sides=two_sides)
    _, drawn_levels = _levels(engine, comparisons, "random_pairs")
    u = level_shares(drawn_levels, [len(made.codes) for made in comparisons])
    alone = len(columns) == 1 and exclusive.any
    if alone:
        u = (_by_chance(engine, u[0], exclusive),)
    share = sample_of(engine, "candidates", blocking.candidates)
    found, levels = _levels(engine, comparisons, "sample_of_candidates")
    pairs = Pairs(levels, as_numpy(found.column("n_l")), as_numpy(found.column("n_r")), exclusive)
    drop(engine, "random_pairs", "shuffled", "sample_of_candidates", "levelled")
    sides = fetch(engine, drawn("SELECT count(*) AS n FROM records GROUP BY side")).column("n").to_pylist()
    ladders = [made.ladder for made in comparisons]
    apart = [made.apart for made in comparisons]
    expected = share * min(sides) / 2
    trained = train(pairs, u, ladders, apart, all_pairs=every * share, expected=expected, matches_in_u=not alone)
    return Model(tuple(columns), trained, exclusive, min(sides))


def _by_chance(engine: DuckDB, u: Reals, exclusive: Exclusive) -> Reals:
    """u of an only column, its highest level counted where there are no matches: within a side that repeats nothing.

    Pairs drawn across the sides hold the matches too. Other columns would tell those from chance; without any, every
    equal value would pass for chance.
    """
    free = [side for side, one in ((0, exclusive.right), (1, exclusive.left)) if one]
    counted = drawn(
        "SELECT sum(n * (n - 1)) AS equal, sum(n) * (sum(n) - 1) AS every FROM ("
        "SELECT count(*)::DOUBLE AS n, side FROM records WHERE c0 IS NOT NULL GROUP BY side, c0) GROUP BY side"
        " HAVING side IN (_one, _other)",
        one=free[0],
        other=free[-1],
    )
    rows = fetch(engine, counted).to_pylist()
    equal, every = (sum(float(row[part]) for row in rows) for part in ("equal", "every"))
    chance = u.copy()
    chance[-1] = min(u[-1], (equal + 1) / (every + 1))
    return np.asarray(chance / chance.sum())


def _people(model: Model) -> tuple[int, int] | None:
    """The places of the only name of a person and the only birth; None without them.

    With the family name in a column of its own, a household shares that, and no rule is needed.
    """
    places = [
        [n for n, column in enumerate(model.columns) if column.element == element]
        for element in ("person_name", "birth_date")
    ]
    return (places[0][0], places[1][0]) if all(len(found) == 1 for found in places) else None


def _somebody_else(model: Model) -> exp.Expr | None:
    """The pairs of `scored` that contradict themselves, None without people: the name is another, and so is the birth.

    A household shares its address and its telephone, which weigh as much as both; it is not one person. A valid id of
    one's own speaks louder than both: who has the same is the same, under a new name and with a birth on 1900-01-01.
    """
    people = _people(model)
    if people is None:
        return None
    called, born = people
    deciding = deciding_column(model.columns)
    asked = [drawn("s.match_weight > _least", least=KEPT_BITS), _apart(model, born)]
    if deciding is not None:
        asked.append(drawn("_weight <= 0", weight=name(f"mw_{model.comparisons[deciding].name}")))
    # The level itself: in a small table its weight is that of the level above, and may speak for the pair.
    comparison = model.comparisons[called]
    parts = [exp.alias_(name(f"{part}{called}", side), f"{part}{called}_{side}") for part in "acs" for side in "lr"]
    joined = drawn(
        "SELECT s.n_l, s.n_r FROM scored AS s JOIN records AS l ON l.n = s.n_l JOIN records AS r ON r.n = s.n_r"
    )
    assert isinstance(joined, exp.Select)
    nearer = exp.or_(comparison.absent, *(level.condition for level in comparison.levels[:-1]))
    return drawn(
        "SELECT n_l, n_r FROM _joined AS j WHERE NOT coalesce(_nearer, false)",
        joined=joined.select(*parts).where(*asked).subquery(),
        nearer=exp.Paren(this=nearer),
    )


def _apart(model: Model, place: int) -> exp.Expr:
    """The question whether a comparison came to one of its two lowest levels; an absent value did not."""
    made, m, u = model.comparisons[place], model.trained.m[place], model.trained.u[place]
    # How rarely a thing differs wholly is bounded while learning, so the lowest level is not always the lightest.
    most = max(float(np.log2(m[level] / u[level])) for level in made.ladder[:2])
    weight = name(f"mw_{made.name}")
    return drawn("_weight < 0 AND _weight <= _most", weight=weight, most=most + ROUNDING)


def _scored(engine: DuckDB, model: Model, *, few: bool) -> Scored:
    """All candidate pairs that may matter, in the order of their records; `few` are not worth Splink's start."""
    weigh = weigh_pairs if few else score_pairs
    weigh(engine, model.comparisons, "candidates", "scored", weights=model.weights, prior=model.trained.prior)
    wanted = drawn("SELECT n_l, n_r, match_weight FROM scored WHERE match_weight > _least", least=KEPT_BITS)
    others = _somebody_else(model)
    if others is not None:
        wanted = drawn(
            "SELECT * FROM _wanted AS w ANTI JOIN _others AS o ON w.n_l = o.n_l AND w.n_r = o.n_r",
            wanted=exp.Subquery(this=wanted),
            others=exp.Subquery(this=others),
        )
    found = fetch(engine, drawn("SELECT * FROM _wanted AS w ORDER BY n_l, n_r", wanted=exp.Subquery(this=wanted)))
    drop(engine, "scored", "candidates")
    left, right, weights = (as_numpy(found.column(part)) for part in ("n_l", "n_r", "match_weight"))
    return left, right, weights


def _repeats(engine: DuckDB, key: Sequence[exp.Expr]) -> list[float]:
    """The share of each side's records that repeat a key, among those where all of it is there."""
    filled = [exp.Not(this=exp.Is(this=part.copy(), expression=exp.Null())) for part in key]
    made = exp.Anonymous(this="hash", expressions=list(key))
    select = exp.select(name("side"), exp.alias_(made, "key")).from_("records").where(*filled)
    found = fetch(
        engine,
        drawn("SELECT side, 1 - count(DISTINCT key) / count(*) AS share FROM _k GROUP BY side", k=select.subquery("k")),
    ).to_pylist()
    shares = {row["side"]: float(row["share"]) for row in found}
    return [shares.get(side, 0.0) for side in (0, 1)]


def _exclusive(engine: DuckDB, columns: Sequence[Compared]) -> Exclusive:
    """Which side's records can have one partner at most, because the other side repeats hardly any record.

    A side repeats a record when all compared columns are equal, or a checksummed identifier is.
    """
    keys: list[list[exp.Expr]] = [[name(f"c{place}") for place in range(len(columns))]]
    keys += [[name(f"c{place}")] for place, column in enumerate(columns) if column.element in CHECKSUMMED]
    shares = [_repeats(engine, key) for key in keys]
    left, right = (max(share[side] for share in shares) <= DUPLICATES for side in (0, 1))
    return Exclusive(left=right, right=left)


def _named_by_smallest(cluster: Whole) -> Whole:
    smallest = np.arange(len(cluster))
    np.minimum.at(smallest, cluster, np.arange(len(cluster)))
    return np.asarray(smallest[cluster])


def _probability(weights: Reals) -> Reals:
    return np.asarray(1 / (1 + np.exp2(-np.clip(weights, -60, 60))))


def _proven(engine: DuckDB, size: int) -> Whole:
    """For each record the number of its valid identifier, 0 where it has none."""
    asked = "SELECT n, dense_rank() OVER (ORDER BY h) AS number FROM records WHERE h IS NOT NULL"
    found = fetch(engine, drawn(asked))
    numbers = np.zeros(size + 1, np.int64)
    numbers[as_numpy(found.column("n"))] = as_numpy(found.column("number"))
    return numbers


def _decided(
    scored: Scored,
    *,
    size: int,
    rows: Sequence[int],
    exclusive: Exclusive,
    proven: Whole | None,
    alike: Reals | None,
) -> Decided:
    """The decision about every pair; numbers of records begin with 1, place 0 stays empty."""
    left, right, weights = scored
    probability = _probability(weights)
    if exclusive.any:
        assigned = assign(left, right, weights, rows=rows, exclusive=exclusive, alike=alike)
        probability = np.zeros(len(weights))
        probability[assigned.rows] = assigned.probability
        matched = probability >= LEAST_PROBABILITY
        cluster = np.arange(size + 1)
        one, other = (left, right) if exclusive.right else (right, left)
        # The exclusive side's records point at their only partner; the smallest of a group is its name.
        cluster[other[matched]] = one[matched]
        return Decided(probability, matched, _named_by_smallest(cluster))
    least = float(np.log2(LEAST_PROBABILITY / (1 - LEAST_PROBABILITY)))
    cluster = cluster_records(left, right, weights, size=size + 1, least=least, proven=proven)
    return Decided(probability, (probability >= LEAST_PROBABILITY) & (cluster[left] == cluster[right]), cluster)


def _with_decisions(
    engine: DuckDB, scored: Scored, decisions: Sequence[Reviewed], sides: tuple[int, int]
) -> tuple[Scored, list[Note]]:
    """The pairs with what people decided in place of what the model says, and a note where the two disagree."""
    left, right, weights = scored
    if not decisions:
        return scored, []
    said = pa.table(
        {
            "left_id": texts([pair.left for pair in decisions]),
            "right_id": texts([pair.right for pair in decisions]),
            "bits": as_arrow(np.array([DECIDED if pair.same else -DECIDED for pair in decisions])),
        }
    )
    engine.connection.register("said", said)
    wanted = drawn(
        """
        SELECT l.n AS a, r.n AS b, bits, s.left_id, s.right_id FROM said AS s
        JOIN numbered AS l ON l.id = s.left_id AND l.side = _left
        JOIN numbered AS r ON r.id = s.right_id AND r.side = _right ORDER BY l.n, r.n
        """,
        left=sides[0],
        right=sides[1],
    )
    rows = fetch(engine, wanted).to_pylist()
    engine.connection.unregister("said")
    place = {pair: row for row, pair in enumerate(zip(left.tolist(), right.tolist(), strict=True))}
    more: list[tuple[int, int, float]] = []
    notes: list[Note] = []
    weights = weights.copy()
    if len(rows) < len(decisions):
        notes.append(("integrate.reviewed_absent", {"pairs": len(decisions) - len(rows)}))
    for row in rows:
        one, other = sorted((row["a"], row["b"]))
        found = place.get((one, other))
        before = KEPT_BITS if found is None else float(weights[found])
        if abs(before) > CLEAR_BITS and (before > 0) != (row["bits"] > 0):
            said_as = "same" if row["bits"] > 0 else "different"
            known = {"left": row["left_id"], "right": row["right_id"], "said": said_as, "weight": round(before, 1)}
            notes.append(("integrate.reviewed_contradicted", known))
        if found is None:
            more.append((one, other, row["bits"]))
        else:
            weights[found] = row["bits"]
    if more:
        left, right, weights = (
            np.concatenate([known, np.array(new, dtype=known.dtype)])
            for known, new in zip((left, right, weights), zip(*more, strict=True), strict=True)
        )
    return (left, right, weights), notes


def _keep_decided(engine: DuckDB, scored: Scored, decided: Decided) -> None:
    """Keep `decided` (n_l, n_r, weight, probability, matched) and `cluster_of` (n, root)."""
    left, right, weights = scored
    scores = {"n_l": left, "n_r": right, "weight": weights, "probability": decided.probability}
    made = pa.table({part: as_arrow(values) for part, values in scores.items()})
    made = made.append_column("matched", booleans(decided.matched))
    numbers = np.arange(1, len(decided.cluster))
    roots = pa.table({"n": as_arrow(numbers), "root": as_arrow(decided.cluster[1:])})
    for table, rows in (("decided", made), ("cluster_of", roots)):
        engine.connection.register("made", rows)
        make(engine, table, drawn("SELECT * FROM made"))
        engine.connection.unregister("made")


def _with_copies(cluster: Whole, copies: Copies, *, two_sides: bool) -> Whole:
    """The clusters with the rows that were set aside: with the first of their kind, within one table
    only where the second is with it too."""
    whole = cluster.copy()
    together = (cluster[copies.first] == cluster[copies.second]) | two_sides
    whole[copies.record[together]] = cluster[copies.first[together]]
    return whole


_ID_PAIRS = """
SELECT l.id AS left_id, r.id AS right_id, p.probability, p.n_l, p.n_r
FROM _pairs AS p JOIN numbered AS l ON l.n = p.n_l JOIN numbered AS r ON r.n = p.n_r
ORDER BY p.n_l, p.n_r
"""
_MATCHED = """
WITH matched AS (SELECT n_l, n_r, probability FROM decided WHERE matched)
SELECT * FROM matched
UNION SELECT c.n, m.n_r, m.probability FROM matched AS m JOIN copies AS c ON c.first = m.n_l
UNION SELECT m.n_l, c.n, m.probability FROM matched AS m JOIN copies AS c ON c.first = m.n_r
"""
_TOGETHER = """
SELECT p.n_l, p.n_r, greatest(coalesce(d.probability, 0.5), 0.5) AS probability FROM (
    SELECT l.n AS n_l, r.n AS n_r
    FROM sized AS l JOIN sized AS r ON l.root = r.root AND l.n < r.n
    WHERE l.size <= _closed OR l.n = l.root
) AS p LEFT JOIN decided AS d ON p.n_l = d.n_l AND p.n_r = d.n_r
"""


def _matched_pairs(engine: DuckDB, *, two_sides: bool) -> pa.Table:
    """The pairs that are the same, by their ids.

    In one table these are all pairs of a cluster, for what is the same as the same is the same; of a cluster with more
    than MOST_CLOSED records each is paired with the first only.
    """
    if two_sides:
        return fetch(engine, drawn(_ID_PAIRS, pairs=exp.Subquery(this=drawn(_MATCHED))))
    sized = "SELECT n, root, count(*) OVER (PARTITION BY root) AS size FROM cluster_of QUALIFY size > 1"
    make(engine, "sized", drawn(sized))
    return fetch(engine, drawn(_ID_PAIRS, pairs=exp.Subquery(this=drawn(_TOGETHER, closed=MOST_CLOSED))))


def _clusters(engine: DuckDB) -> pa.Table:
    """side, id and cluster of every record; a cluster's id comes from its members, sorted."""
    return fetch(
        engine,
        drawn(
            """
            WITH members AS (SELECT n.n, n.side, n.id, c.root FROM cluster_of AS c JOIN numbered AS n ON n.n = c.n)
            SELECT m.side, m.id, named.cluster FROM members AS m JOIN (
                SELECT root, left(sha256(string_agg(side || ':' || length(id) || ':' || id, ',' ORDER BY side, id)), 32)
                    AS cluster
                FROM members GROUP BY root
            ) AS named ON m.root = named.root ORDER BY m.n
            """
        ),
    )


def link_records(
    engine: DuckDB,
    sides: Sequence[str],
    columns: Sequence[Compared],
    *,
    catalog: Catalog,
    one_to_one: bool | None = None,
    model: Model | None = None,
    decisions: Sequence[Reviewed] = (),
    budget: int | None = None,
    within: bool = False,
    own: Sequence[Reviewed] = (),
) -> Linked:
    """Find what is the same in two tables, or within one.

    `sides` are tables of the engine with `id` and the compared columns as v0, v1, ... of text. `one_to_one` None is
    found from the data. With a `model` nothing is learnt: the pairs are weighed by it. `budget` is how many
    pairs may be compared, None for the fixed rule. `within` says that records of the second side may be the same among
    themselves too, and `own` has what people decided about two of those. No order of rows matters.
    """
    asked = Sides(two=len(sides) == 2, within=within)
    two_sides = asked.two
    numbered_sides(engine, sides, len(columns))
    prepare_records(engine, columns, catalog)
    counts = fetch(engine, drawn("SELECT side, count(*) AS n FROM records GROUP BY side ORDER BY side"))
    rows = counts.column("n").to_pylist()
    exclusive = NOT_EXCLUSIVE
    if two_sides and one_to_one:
        exclusive = Exclusive(left=True, right=True)
    elif two_sides:
        exclusive = model.exclusive if model else _exclusive(engine, columns)
    copies = set_copies_aside(engine, columns)
    blocking = block_records(engine, columns, sides=asked, budget=budget)
    model = model or _trained(engine, columns, blocking, two_sides=two_sides, exclusive=exclusive)
    add_rarity(engine, model, rows)
    scored, notes = _with_decisions(engine, _scored(engine, model, few=within), decisions, (0, 1 if two_sides else 0))
    scored, more = _with_decisions(engine, scored, own, (1, 1))
    proven = None if deciding_column(columns) is None else _proven(engine, sum(rows))
    alike = nearness(engine, columns, *scored, least=UNLIKE) if exclusive.any else None
    decided = _decided(scored, size=sum(rows), rows=rows, exclusive=exclusive, proven=proven, alike=alike)
    decided = replace(decided, cluster=_with_copies(decided.cluster, copies, two_sides=two_sides and not within))
    _keep_decided(engine, scored, decided)
    return Linked(
        pairs=_matched_pairs(engine, two_sides=two_sides),
        doubtful=_doubtful(engine, scored, decided),
        clusters=_clusters(engine),
        groups=len(np.unique(decided.cluster[1:])),
        model=model,
        blocking=blocking,
        rows=tuple(rows),
        exclusive=exclusive,
        notes=(*notes, *more),
    )


def _doubtful(engine: DuckDB, scored: Scored, decided: Decided) -> pa.Table:
    left, right, weights = scored
    open_rows = np.abs(weights) < DECIDED
    rows = doubtful_rows(np.where(open_rows, decided.probability, 1.0))
    shown = {"n_l": left, "n_r": right, "probability": decided.probability}
    made = pa.table({part: as_arrow(values[rows]) for part, values in shown.items()})
    engine.connection.register("made", made)
    found = fetch(engine, drawn(_ID_PAIRS, pairs="made"))
    engine.connection.unregister("made")
    return found
