"""Rule sets for tests, written as authors write them."""

from datetime import date
from textwrap import dedent, indent

from ronghe.rules import Bound, RuleSet, bind, read_rules

DAY = date(2026, 1, 1)
FACTS = """
    income: {type: number, min: 0}
    age: {type: integer, min: 0, max: 130}
    birth: {type: date, min: 1900-01-01, max: 2026-01-01}
    resident: boolean
    level: {type: text, values: [一级, 二级, 三级, 无]}
    work: text
"""


def rules_of(when: str, *, facts: str = FACTS, more: str = "", rule_more: str = "") -> RuleSet:
    """One rule `r` with this condition."""
    text = "format: rules@1\nsubject: id\ngroups: {household: household_id}\nfacts:\n" + indent(dedent(facts), "  ")
    text += dedent(more) + "\nrules:\n  r:\n    when:\n" + indent(dedent(when), "      ") + "\n"
    return read_rules(text + indent(dedent(rule_more), "    "), "given.yaml")


def bound_of(when: str, **given: str) -> Bound:
    """The same on DAY."""
    return bind(rules_of(when, **given), DAY)
