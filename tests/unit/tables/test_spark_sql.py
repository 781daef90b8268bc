"""What Spark must be told otherwise than other engines, as far as it can be seen without Spark."""

import re

import pytest
from sqlglot import exp

from ronghe.tables import expressions as ops
from ronghe.tables.pattern_classes import java_pattern, python_pattern
from ronghe.tables.spark_sql import exact_median, spark, statement
from ronghe.tables.sql import name

A = ops.Column("a")


@pytest.mark.parametrize(
    ("pattern", "java"),
    [
        ("[0-9]{2}|张", "[0-9]{2}|张"),
        ("[a[b]", "[a\\[b]"),
        ("[a&&b]", "[a\\&\\&b]"),
        ("[]a]", "[\\]a]"),
        ("[^]a[]x]", "[^\\]a\\[]x]"),
        ("\\[[x]&&", "\\[[x]&&"),
        ("[\\]&]", "[\\]\\&]"),
        ("\\v[\\v]", "\\x0B[\\x0B]"),
        ("a\\", "a\\"),
    ],
)
def test_classes_are_written_for_java(pattern: str, java: str) -> None:
    assert java_pattern(pattern) == java


@pytest.mark.parametrize("pattern", ["[a[b&&]+", "[^]a[&]*", "[]]", "[\\]&[]", "[ \\t\\-\\[]{1,3}"])
def test_a_pattern_written_for_java_means_the_same(pattern: str) -> None:
    for text in ("", "a", "b", "[", "]", "&", "&&", "a[b", "[]&", "x", "^", "- [", "\\"):
        assert bool(re.fullmatch(java_pattern(pattern), text)) == bool(re.fullmatch(python_pattern(pattern), text))


def test_a_cast_that_may_fail_is_tried() -> None:
    for operation in (ops.IntegerOf(A), ops.DecimalOf(A, 5, 2), ops.NumberOf(A), ops.DateOf(A), ops.TimestampOf(A)):
        assert "TRY_CAST(" in statement(spark()(operation))


def test_a_moment_has_no_zone() -> None:
    assert "TIMESTAMP_NTZ" in statement(spark()(ops.TimestampOf(A)))


@pytest.mark.parametrize(
    ("value", "written"),
    [("a'b", "'a\\'b'"), ("\\", "'\\\\'"), ("\x001", "'\\0001'"), ("\v\n", "'\\013\\n'"), ("𠮷${x}", "'𠮷${x}'")],
)
def test_texts_are_escaped_as_spark_reads_them(value: str, written: str) -> None:
    assert statement(spark()(ops.Literal(value))) == written


def test_an_operand_is_computed_once() -> None:
    costly = ops.Replace(A, "[0-9]+", "")
    for operation in (ops.NumberOf(costly), ops.WeightedSum(costly, (1, 2, 3)), ops.Extract(costly, "(x)")):
        assert statement(spark()(operation)).count("REGEXP_REPLACE") == 1


def test_what_is_looked_up_first_is_joined_first() -> None:
    inner = ops.Lookup(A, tuple((f"k{n}", "v") for n in range(100)))
    outer = ops.Lookup(inner, tuple((f"v{n}", "w") for n in range(100)))
    renderer = spark()
    renderer(outer)
    assert list(renderer.joins.values()) == [inner, outer]


def test_only_a_median_is_counted_exactly() -> None:
    order = exp.Order(expressions=[exp.Ordered(this=name("v"))])
    median = exp.WithinGroup(this=exp.PercentileDisc(this=exp.Literal.number("0.5")), expression=order)
    sql = statement(exact_median(exp.select(exp.alias_(median, "median")).from_("plan").where(name("_ok"))))
    assert "PERCENTILE" not in sql
    assert "WHERE `_ok` AND NOT `v` IS NULL GROUP BY `v`" in sql
    other = exp.select("a").from_("plan")
    assert exact_median(other) is other
