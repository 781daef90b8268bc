"""How grave an advisory is: what its record says, or the base score of its CVSS vector.

Source: FIRST, Common Vulnerability Scoring System version 3.1, section 7.1 and 5 (rating scale).
"""

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["SEVERITIES", "base_score", "severity_of"]

SEVERITIES = ("low", "medium", "high", "critical")
_VECTOR = re.compile(r"CVSS:3\.[01]/(.+)")
_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES = {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}


def _roundup(value: float) -> float:
    """The next tenth, as the standard defines it, so that no machine's rounding changes a score."""
    whole = round(value * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (whole // 10_000 + 1) / 10


def base_score(vector: str) -> float | None:
    """The base score, 0 to 10, of a CVSS 3 vector; None for what is none."""
    found = _VECTOR.fullmatch(vector.strip())
    if not found:
        return None
    pairs = (part.partition(":") for part in found[1].split("/"))
    given = {name: value for name, _, value in pairs}
    try:
        weight = {name: values[given[name]] for name, values in _WEIGHTS.items()}
        privileges = _PRIVILEGES[given["S"]][given["PR"]]
    except KeyError:
        return None
    lost = 1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    changed = given["S"] == "C"
    impact = 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15 if changed else 6.42 * lost
    if impact <= 0:
        return 0.0
    exploitability = 8.22 * weight["AV"] * weight["AC"] * privileges * weight["UI"]
    return _roundup(min((1.08 if changed else 1) * (impact + exploitability), 10))


def _rating(score: float) -> str:
    return (
        "critical" if score >= 9 else "high" if score >= 7 else "medium" if score >= 4 else "low" if score > 0 else ""
    )


def severity_of(record: Mapping[str, Any], affected: Mapping[str, Any]) -> str:
    """One of `SEVERITIES`, or "" where the record gives none that can be read."""
    listed = [*(affected.get("severity") or ()), *(record.get("severity") or ())]
    scores = [base_score(str(one.get("score") or "")) for one in listed if isinstance(one, dict)]
    known = [score for score in scores if score is not None]
    if known:
        return _rating(max(known))
    for place in (
        affected.get("ecosystem_specific"),
        affected.get("database_specific"),
        record.get("database_specific"),
    ):
        said = str((place or {}).get("severity") or "").casefold() if isinstance(place, dict) else ""
        said = "medium" if said == "moderate" else said
        if said in SEVERITIES:
            return said
    return ""
