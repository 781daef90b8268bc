"""Expressions are values: they say what they read, and parts of them are exchanged without being changed."""

from dataclasses import FrozenInstanceError
from fractions import Fraction

import pytest

from ronghe.tables import expressions as ops

A, B = ops.Column("a"), ops.Column("b")
CASE = ops.Case(((ops.Matches(A, "x"), ops.Concat((A, ops.Literal("-"), B))),), ops.Lookup(B, (("k", "v"),)))


def test_columns_are_found_at_every_depth() -> None:
    assert ops.columns_of(CASE) == {"a", "b"}
    assert ops.columns_of(ops.Listed(((ops.IsNull(A), ops.Literal("x")),))) == {"a"}
    assert ops.columns_of(ops.Literal("a")) == frozenset()


def test_walk_gives_the_whole_before_its_parts() -> None:
    seen = list(ops.walk(ops.Not(ops.IsNull(ops.Trim(A)))))
    assert [type(node) for node in seen] == [ops.Not, ops.IsNull, ops.Trim, ops.Column]


def test_substitution_replaces_named_columns_and_leaves_the_original() -> None:
    before = repr(CASE)
    changed = ops.substitute(CASE, {"a": ops.Trim(B)})
    assert changed == ops.Case(
        ((ops.Matches(ops.Trim(B), "x"), ops.Concat((ops.Trim(B), ops.Literal("-"), B))),),
        ops.Lookup(B, (("k", "v"),)),
    )
    assert repr(CASE) == before


def test_substitution_does_not_look_into_what_it_put_there() -> None:
    assert ops.substitute(ops.Trim(A), {"a": ops.Concat((A, B)), "b": A}) == ops.Trim(ops.Concat((A, B)))


def test_substitution_that_changes_nothing_gives_the_same_object() -> None:
    assert ops.substitute(CASE, {"c": A}) is CASE


def test_exchange_replaces_equal_parts_from_the_top() -> None:
    doubled = ops.And((ops.IsNull(A), ops.Not(ops.IsNull(A))))
    assert ops.exchange(doubled, ops.IsNull(A), ops.ALWAYS) == ops.And((ops.ALWAYS, ops.Not(ops.ALWAYS)))
    assert ops.exchange(doubled, doubled, A) == A


def test_the_texts_of_a_mapping_are_no_expressions() -> None:
    assert list(ops.walk(ops.Lookup(A, (("k", "v"),)))) == [ops.Lookup(A, (("k", "v"),)), A]


def test_expressions_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        A.name = "b"  # type: ignore[misc]


@pytest.mark.parametrize(("precision", "scale"), [(0, 0), (39, 2), (5, 6), (5, -1)])
def test_a_decimal_has_1_to_38_digits(precision: int, scale: int) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        ops.decimal(precision, scale)


def test_a_translation_needs_as_many_targets_as_sources() -> None:
    with pytest.raises(ValueError, match="as many"):
        ops.Translate(A, "ab", "c")


def test_the_fraction_of_a_rescaling_shifts_both_points() -> None:
    assert ops.Rescale(A, 6, 2000, 3, 4).fraction == Fraction(20, 3)
