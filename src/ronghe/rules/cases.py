"""The cases of a rule set: examples that a lawyer can read, tried one by one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ronghe.rules.binding import bind
from ronghe.rules.deciding import Decision, decide
from ronghe.rules.expressions import TOLERANCE
from ronghe.rules.ruleset import Case, RuleSet
from ronghe.terms import InputError, RongheError

__all__ = ["CaseResult", "try_cases", "untried"]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What a case expects of a rule and what came out; `error` where the rules cannot be applied on its day."""

    case: str
    rule: str
    what: str
    expected: str
    found: str
    holds: bool
    error: RongheError | None = None


def try_cases(rules: RuleSet) -> tuple[CaseResult, ...]:
    """Every expectation of every case, in the order of the file."""
    return tuple(found for case in rules.cases for found in _tried(rules, case))


def _tried(rules: RuleSet, case: Case) -> Iterator[CaseResult]:
    try:
        decisions = decide(bind(rules, case.as_of), case.given, case.members)
    except InputError as fault:
        yield CaseResult(case.name, "", "", "", "", False, fault)
        return
    for rule, expected in case.expect.items():
        decision = decisions.get(rule)
        found = _found(decision)
        for what, value in expected.items():
            wanted = ", ".join(sorted(map(str, value))) if isinstance(value, list) else str(value)
            yield CaseResult(case.name, rule, what, wanted, found[what], _same(wanted, found[what], what))


def _found(decision: Decision | None) -> Mapping[str, str]:
    if decision is None:
        return dict.fromkeys(("result", "clause", "missing", "amount"), "not_in_force")
    amount = "" if decision.amount is None else f"{decision.amount:.15g}"
    missing = ", ".join(decision.missing)
    return {"result": decision.result, "clause": decision.clause, "missing": missing, "amount": amount}


def _same(wanted: str, found: str, what: str) -> bool:
    if what != "amount":
        return wanted == found
    try:
        return abs(float(wanted) - float(found)) <= TOLERANCE
    except ValueError:
        return wanted in ("", "None") and found == ""


def untried(rules: RuleSet) -> tuple[str, ...]:
    """Rules of which no case expects that they activate."""
    shown = {rule for case in rules.cases for rule, wanted in case.expect.items() if wanted.get("result") == "eligible"}
    return tuple(rule.name for rule in rules.rules if rule.name not in shown)
