"""Rules that say "unknown": three values, the clause that decided, and the facts that would.

    rules = read_rules(text, "aid.yaml")          # facts, dated parameters, clauses, amounts, cases
    bound = bind(rules, date(2026, 1, 1))         # parameters have their values of that day
    decide(bound, {"age": 70, "income": None})    # one subject, in Python
    batch.evaluated(bound, labels)                # a table of subjects, as SQL

A condition is unknown only if two possible values of a missing fact lead to different results; those facts are named,
and no others. Policy, gates of technologies and conditions of requests use the same engine.
"""

from ronghe.rules.binding import Bound, BoundRule, bind
from ronghe.rules.cases import CaseResult, try_cases
from ronghe.rules.deciding import RESULTS, Decision, conform, decide
from ronghe.rules.reading import FORMAT, read_rules
from ronghe.rules.ruleset import Case, Clause, FactSpec, ParameterSpec, Rule, RuleSet

__all__ = [
    "FORMAT",
    "RESULTS",
    "Bound",
    "BoundRule",
    "Case",
    "CaseResult",
    "Clause",
    "Decision",
    "FactSpec",
    "ParameterSpec",
    "Rule",
    "RuleSet",
    "bind",
    "conform",
    "decide",
    "read_rules",
    "try_cases",
]
