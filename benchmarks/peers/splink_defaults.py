"""Plain Splink on the same columns, written as its own documentation writes a first model.

A comparison from the library for what each column holds, exact blocking on each column and on each two, u by random
sampling, expectation maximization on two blocking rules, and every pair of probability 0.5 or more.
"""

import logging
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink import comparison_library as cl
from splink.internals.exceptions import EMTrainingException

from benchmarks.linking.score import Pair

__all__ = ["link_by_defaults"]

MOST_PAIRS = 5_000_000
TRAINED_ON = 2


def _comparison(column: str) -> Any:
    named = column.lower()
    if "dob" in named or "birth" in named:
        return cl.LevenshteinAtThresholds(column, [1, 2])
    if "name" in named and "site" not in named:
        return cl.NameComparison(column)
    if "email" in named:
        return cl.EmailComparison(column)
    if "description" in named or "address" in named or named in ("name", "site name"):
        return cl.JaroWinklerAtThresholds(column, [0.9, 0.7])
    return cl.LevenshteinAtThresholds(column, [1, 2])


def _blocking(tables: Sequence[pa.Table], columns: Sequence[str]) -> list[Any]:
    """Exact rules on each column, and on each two, as long as a rule does not make too many pairs."""
    found = []
    for names in [(column,) for column in columns] + list(combinations(columns, 2)):
        keys = [
            table.select(list(names)).drop_null().group_by(list(names)).aggregate([([], "count_all")])
            for table in tables
        ]
        largest = sum(int(count) ** 2 for count in keys[-1].column("count_all").to_pylist())
        if largest <= MOST_PAIRS:
            found.append(block_on(*names))
    return found


def _train(linker: Linker, rules: Sequence[Any]) -> None:
    """EM on the first two rules that make pairs: a column without repeated values makes none."""
    trained = 0
    for rule in rules:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        except EMTrainingException:
            continue
        trained += 1
        if trained == TRAINED_ON:
            return


def link_by_defaults(tables: Sequence[pa.Table], columns: Sequence[str]) -> set[Pair]:
    """The pairs of two tables, or within one, that plain Splink calls matches; the ids are in `id`."""
    logging.getLogger("splink").setLevel(logging.CRITICAL)
    api = DuckDBAPI()
    rules = _blocking(tables, columns)
    settings = SettingsCreator(
        link_type="dedupe_only" if len(tables) == 1 else "link_only",
        unique_id_column_name="id",
        comparisons=[_comparison(column) for column in columns],
        blocking_rules_to_generate_predictions=rules,
    )
    linker = Linker([api.register(table) for table in tables], settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(rules[:3], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    _train(linker, rules)
    found = linker.inference.predict(threshold_match_probability=0.5).as_duckdbpyrelation()
    return {(str(left), str(right)) for left, right in found.select("id_l, id_r").fetchall()}
