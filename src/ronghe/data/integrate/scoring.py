"""Splink at work on records and candidate pairs that are ready: comparison vectors first, weights afterwards."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlglot import exp

from ronghe.data.integrate.comparisons import Comparison
from ronghe.data.integrate.prepare import RECORDS
from ronghe.tables.engine import DuckDB

__all__ = ["score_pairs", "told_levels"]

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
