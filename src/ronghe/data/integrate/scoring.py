"""Splink at work on records and candidate pairs that are ready: comparison vectors first, weights afterwards."""

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce

from sqlglot import exp

from ronghe.data.integrate.comparisons import Comparison
from ronghe.data.integrate.prepare import RECORDS
from ronghe.data.integrate.statements import drawn, make
from ronghe.tables.engine import DuckDB
from ronghe.tables.sql import name

__all__ = ["score_pairs", "told_levels", "weigh_pairs"]

Weights = Mapping[str, Sequence[tuple[float, float]]]
"""m and u of every level, by the comparison's name."""


def told_levels(comparisons: Sequence[Comparison]) -> dict[str, list[tuple[float, float]]]:
    """Weights that tell the level: level g weighs g + 1 bits and an absent value none.

    Splink hands out the levels only together with all values that were compared, which here are long lists.
    """
    return {made.name: [(2.0 ** (g - 30), 2.0**-31) for g in range(len(made.codes))] for made in comparisons}


@contextmanager
def _silent() -> Iterator[None]:
    """Splink talks through a logger of its own: nothing of it may reach the user."""
    logger = logging.getLogger("splink")
    level, propagates = logger.level, logger.propagate
    logger.setLevel(logging.CRITICAL)
    logger.propagate = False
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.propagate = propagates


def score_pairs(
    engine: DuckDB,
    comparisons: Sequence[Comparison],
    pairs: str,
    into: str,
    *,
    weights: Weights | None = None,
    prior: float = 0.0001,
) -> None:
    """Keep `into`: for each pair of the table `pairs` its numbers, the level of each comparison, and the weights.

    Without `weights` only the levels mean anything.
    """
    # Splink takes a second to import; help pages and other commands must not wait for it.
    from splink.backends.duckdb import DuckDBAPI
    from splink.internals.linker import Linker
    from splink.internals.settings_creator import SettingsCreator

    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="n",
        comparisons=[made.settings(None if weights is None else weights[made.name]) for made in comparisons],
        blocking_rules_to_generate_predictions=[],
        probability_two_random_records_match=prior,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )
    with _silent():
        api = DuckDBAPI(engine.connection)
        linker = Linker(api.register(RECORDS), settings, log_level=None, validate_settings=False)
        linker.table_management.register_blocked_pairs_for_predict(api.register(pairs))
        found = linker.inference.predict(warning_mode="never")
        kept = exp.select("*").from_(found.physical_name)
        engine.keep(into, kept)
        found.drop_table_from_database_and_remove_from_cache()
        linker.table_management.delete_tables_created_by_splink_from_db()  # type: ignore[no-untyped-call]


def weigh_pairs(
    engine: DuckDB, comparisons: Sequence[Comparison], pairs: str, into: str, *, weights: Weights, prior: float
) -> None:
    """Keep what `score_pairs` does, by a statement of our own: with a model at hand a weight is a sum.

    Splink reads every condition several times before it begins, which takes a third of a small delivery.
    """
    known = [column for column in engine.types(RECORDS) if column not in ("n", "side", "id")]
    both = [exp.alias_(name(column, side), f"{column}_{side}") for column in known for side in "lr"]
    joined = drawn(
        "SELECT p.join_key_l AS n_l, p.join_key_r AS n_r FROM _pairs AS p"
        " JOIN records AS l ON l.n = p.join_key_l JOIN records AS r ON r.n = p.join_key_r",
        pairs=pairs,
    )
    assert isinstance(joined, exp.Select)
    # Conditions are long: sqlglot would copy them at every step that puts them into a statement.
    placed = [exp.alias_(_level(made), f"g_{made.name}", copy=False) for made in comparisons]
    terms = [name(f"tf_{made.term}_{side}") for made in comparisons for side in "lr"]
    paired = joined.select(*both, copy=False).subquery("b", copy=False)
    levelled = exp.select("n_l", "n_r", *terms, *placed, copy=False).from_(paired, copy=False)
    weighed = exp.select("n_l", "n_r").from_(levelled.subquery("g", copy=False), copy=False)
    for made in comparisons:
        weight, more = _bits(made, weights[made.name])
        shown = exp.alias_(weight, f"mw_{made.name}"), exp.alias_(more, f"mw_tf_adj_{made.name}")
        weighed.select(*shown, copy=False)
    parts = [name(f"{part}_{made.name}") for made in comparisons for part in ("mw", "mw_tf_adj")]
    start = _number(math.log2(prior / (1 - prior)))
    total = reduce(lambda one, other: exp.Add(this=one, expression=other), parts, start)
    make(
        engine,
        into,
        exp.select("*", exp.alias_(total, "match_weight")).from_(weighed.subquery("w", copy=False), copy=False),
    )


def _number(value: float) -> exp.Expr:
    return exp.cast(exp.Literal.string(repr(value)), "DOUBLE")


def _level(made: Comparison) -> exp.Expr:
    """The number of a comparison's level, as in `codes`; -1 where a value is absent."""
    numbers = [-1, *range(len(made.levels), 0, -1)]
    conditions = [made.absent, *(level.condition for level in made.levels)]
    branches = [
        exp.If(this=condition.copy(), true=exp.convert(number))
        for condition, number in zip(conditions, numbers, strict=True)
    ]
    return exp.Case(ifs=branches, default=exp.convert(0))


def _bits(made: Comparison, weights: Sequence[tuple[float, float]]) -> tuple[exp.Expr, exp.Expr]:
    """What the level weighs, and what the rarity of the value adds to it."""
    level = name(f"g_{made.name}")
    branches = [
        exp.If(this=exp.convert(number), true=_number(math.log2(m / u))) for number, (m, u) in enumerate(weights)
    ]
    weight = exp.Case(this=level, ifs=branches, default=_number(0.0))
    rare = [len(made.levels) - place for place, one in enumerate(made.levels) if one.by_term]
    if not rare:
        return weight, _number(0.0)
    one, other = (name(f"tf_{made.term}_{side}") for side in "lr")
    more = drawn(
        "CASE WHEN _level = _rare THEN coalesce(_u - log2(greatest(_one, _other)), 0) ELSE 0 END",
        level=level,
        rare=rare[0],
        u=_number(math.log2(weights[rare[0]][1])),
        one=one,
        other=other,
    )
    return weight, more
