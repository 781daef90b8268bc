"""A gate written as rules of `ronghe.rules`: the same form, and the same explanations, as the policies of a city.

Every rule in force must say eligible. One that cannot tell keeps the gate shut like one that says no, and names what
would decide. Numbers of vulnerabilities are unknown, not zero, where some component's version could not be compared.
"""

from collections.abc import Mapping
from datetime import date

from ronghe.rules import RESULTS, RuleSet, bind, decide, try_cases
from ronghe.technology.audit.audit import Audit
from ronghe.technology.audit.gate import Reason
from ronghe.technology.audit.licenses import USES, judge
from ronghe.technology.audit.severity import SEVERITIES
from ronghe.terms import InputError

__all__ = ["FACTS", "check_rules", "facts_of_audit", "judged_by_rules"]

FACTS = (
    "components",
    "checked",
    "coverage",
    "vulnerabilities",
    *SEVERITIES,
    "unrated",
    *(f"{verdict}_{use}" for use in USES for verdict in ("denied", "review")),
    "ended",
    "ends_soon",
    "hygiene",
    "advisory_age_days",
)
"""What rules may ask of an audit: counts, parts of one (coverage, hygiene), days. `denied_link` counts licenses."""


def facts_of_audit(made: Audit, *, newest: date, today: date) -> Mapping[str, object]:
    """The facts of an audit, None where they cannot be told."""
    sure = not made.unchecked.get("unreadable_version") and all(hit.sure for hit in made.hits)
    severities = [hit.affected.severity for hit in made.hits]
    counts = {name: severities.count(name) for name in SEVERITIES} | {"unrated": sum(not one for one in severities)}
    found: dict[str, object] = {name: count if sure else None for name, count in counts.items()}
    found["vulnerabilities"] = len(severities) if sure else None
    for use in USES:
        verdicts = [judge(one.license, use) for one in made.licenses]
        found |= {f"denied_{use}": verdicts.count("deny"), f"review_{use}": verdicts.count("review")}
    states = [life.state for life in made.lifetimes]
    return found | {
        "components": len(made.sbom.components),
        "checked": made.checked,
        "coverage": made.coverage,
        "ended": states.count("ended"),
        "ends_soon": states.count("ends_soon"),
        "hygiene": made.hygiene.score,
        "advisory_age_days": (today - newest).days,
    }


def check_rules(rules: RuleSet, *, where: str, today: date) -> None:
    """InputError for facts that no audit has, cases that do not hold, and rules none of which is in force."""
    strange = sorted(set(rules.facts) - set(FACTS))
    if strange:
        raise InputError("technology.gate_fact", path=where, facts=", ".join(strange), known=", ".join(FACTS))
    failed = next((one for one in try_cases(rules) if not one.holds), None)
    if failed is not None:
        raise InputError("technology.gate_case", path=where, case=failed.case, rule=failed.rule or "–")
    if not bind(rules, today).active:
        raise InputError("technology.gate_idle", path=where, day=str(today))


def judged_by_rules(made: Audit, rules: RuleSet, *, newest: date, today: date) -> tuple[Reason, ...]:
    """Every rule in force that does not say eligible, with the clause that decided or what would decide."""
    found = decide(bind(rules, today), facts_of_audit(made, newest=newest, today=today))
    titles = {rule.name: rule.title or rule.name for rule in rules.rules}
    return tuple(
        Reason(
            "technology.gate_rule_unknown" if one.result == RESULTS[None] else "technology.gate_rule",
            {"rule": titles[one.rule], "clause": one.clause or one.rule, "missing": ", ".join(one.missing) or "–"},
        )
        for one in found.values()
        if one.result != RESULTS[True]
    )
