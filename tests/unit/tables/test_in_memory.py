"""The reference evaluator; what it makes of each operation is drawn in tests/spec."""

import pytest

from ronghe.tables import expressions as ops
from ronghe.tables.in_memory import evaluate

A = ops.Column("a")


class Unknown(ops.Expression):
    """No operation of the closed set."""


def test_an_unknown_operation_is_refused() -> None:
    with pytest.raises(TypeError, match="Unknown is not an operation"):
        evaluate(Unknown(), {})


def test_a_column_that_the_row_lacks_is_an_error() -> None:
    with pytest.raises(KeyError):
        evaluate(ops.Trim(A), {"b": "x"})


def test_two_mappings_are_not_mistaken_for_each_other() -> None:
    for number in range(200):
        # Each mapping is new and dropped again, so that addresses of old ones return.
        assert evaluate(ops.Lookup(A, (("k", f"v{number}"),)), {"a": "k"}) == f"v{number}"


def test_a_branch_that_does_not_hold_is_not_evaluated() -> None:
    absent = ops.Column("absent")
    assert evaluate(ops.Case(((ops.IsNull(A), absent),), A), {"a": "x"}) == "x"
    assert evaluate(ops.Coalesce((A, absent)), {"a": "x"}) == "x"
    assert evaluate(ops.Listed(((ops.IsNull(A), absent),)), {"a": "x"}) == []
