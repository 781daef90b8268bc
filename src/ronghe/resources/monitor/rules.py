"""What is watched: one table of rules, for the alarms here and for Prometheus."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ronghe.signals import Severity, Threshold

__all__ = ["BUILT_IN", "MEASURES", "Rule", "measured", "prometheus_rules"]

_F = NDArray[np.float64]
MINUTE = 60
HOUR = 3600
MEASURES = ("used", "quota", "floor", "demand", "waiting_hours", "double_bookings")
"""The columns of a usage series that rules reckon with."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A measure `value`, or its part `of` another, or `of` less it (idle), against thresholds.

    `kind` is threshold, anomaly, or forecast: of the value for the next `horizon` points against `of`. Durations are in
    seconds.
    """

    name: str
    value: str
    of: str = ""
    kind: str = "threshold"
    yellow: float | None = None
    red: float | None = None
    below: bool = False
    idle: bool = False
    hysteresis: float = 0.0
    hold: int = 0
    cooldown: int = 0
    horizon: int = 24

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns without which the rule says nothing."""
        return tuple(name for name in (self.value, self.of) if name)

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """One for each light."""
        lights = ((Severity.YELLOW, self.yellow), (Severity.RED, self.red))
        return tuple(
            Threshold(severity, limit, self.below, self.hysteresis, self.hold, self.cooldown)
            for severity, limit in lights
            if limit is not None
        )


BUILT_IN: tuple[Rule, ...] = (
    Rule("quota_near_end", "used", "quota", yellow=0.8, red=0.9, hysteresis=0.05, hold=15 * MINUTE, cooldown=HOUR),
    Rule("floor_not_honored", "used", "floor", red=1.0, below=True, hold=15 * MINUTE, cooldown=HOUR),
    Rule("starvation", "waiting_hours", yellow=24, red=72, hysteresis=1, cooldown=HOUR),
    Rule("idle_reserve", "used", "quota", yellow=0.7, idle=True, hysteresis=0.1, hold=24 * HOUR, cooldown=24 * HOUR),
    Rule("double_booking", "double_bookings", red=1),
    Rule("forecast_shortfall", "used", "quota", kind="forecast", yellow=1.0),
    Rule("unusual_use", "used", kind="anomaly"),
)
"""The rules without a file; a file's rules come on top, and one of the same name takes the place of one of these."""


def measured(rule: Rule, columns: Mapping[str, _F]) -> _F:
    """The series that a rule judges; NaN where it cannot be reckoned.

    A floor is honored where as much is used as is both guaranteed and asked for.
    """
    value = columns[rule.value]
    if not rule.of:
        return value
    whole = columns[rule.of]
    if rule.of == "floor" and "demand" in columns:
        whole = np.fmin(whole, columns["demand"])
    part = np.full(len(value), np.nan)
    np.divide(whole - value if rule.idle else value, whole, out=part, where=whole > 0)
    return part


def _expression(rule: Rule, limit: float) -> str:
    """The rule in PromQL."""

    def metric(name: str) -> str:
        return f"ronghe_resource_{name}"

    value = metric(rule.value)
    if rule.of:
        whole = metric(rule.of)
        value = f"({whole} - {value}) / {whole}" if rule.idle else f"{value} / {whole}"
    return f"{value} {'<' if rule.below else '>='} {limit:g}"


def prometheus_rules(rules: Sequence[Rule]) -> str:
    """Alerting rules for Prometheus, as the YAML that `promtool check rules` reads; of threshold rules only.

    Strings are JSON strings, which YAML takes as they are. A floor is compared without regard to what is asked for.
    """
    lines = ["groups:", "  - name: ronghe_resources", "    rules:"]
    for rule in rules:
        if rule.kind != "threshold":
            continue
        for threshold in rule.thresholds:
            name = "".join(part.capitalize() for part in rule.name.split("_")) + str(threshold.severity).capitalize()
            summary = f"{rule.name}: {{{{ $labels.department }}}} / {{{{ $labels.resource }}}} is at {{{{ $value }}}}"
            lines += [
                f"      - alert: {json.dumps(name)}",
                f"        expr: {json.dumps(_expression(rule, threshold.limit))}",
                f"        for: {threshold.hold}s",
                "        labels:",
                f"          severity: {json.dumps(str(threshold.severity))}",
                f"          rule: {json.dumps(rule.name)}",
                "        annotations:",
                f"          summary: {json.dumps(summary)}",
            ]
    return "\n".join(lines) + "\n"
