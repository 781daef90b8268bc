"""How good an SBOM is: each check passes, fails or does not apply, and only what applies is scored.

A score over checks that had nothing to look at would be a pass by emptiness, so the part that applied stands beside it.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from ronghe.technology.audit.components import Component, Sbom

__all__ = ["Check", "Hygiene", "hygiene"]


@dataclass(frozen=True, slots=True)
class Check:
    """One check: `good` of `looked_at` things; `state` is pass, fail or not_applicable."""

    name: str
    good: int
    looked_at: int

    @property
    def state(self) -> str:
        """All good, not all good, or nothing to look at."""
        if not self.looked_at:
            return "not_applicable"
        return "pass" if self.good == self.looked_at else "fail"


@dataclass(frozen=True, slots=True)
class Hygiene:
    """The checks; `score` is the part passed of those that apply (None: none does), `applied` how many did."""

    checks: tuple[Check, ...]

    @property
    def applied(self) -> int:
        """Checks that had something to look at."""
        return sum(one.state != "not_applicable" for one in self.checks)

    @property
    def score(self) -> float | None:
        """From 0 to 1."""
        return sum(one.state == "pass" for one in self.checks) / self.applied if self.applied else None


def _counted(name: str, sbom: Sbom, good: Callable[[Component], bool]) -> Check:
    return Check(name, sum(map(good, sbom.components)), len(sbom.components))


def hygiene(sbom: Sbom) -> Hygiene:
    """Check an SBOM."""
    packaged = [one for one in sbom.components if one.purl]
    copies = Counter((one.purl or one.name, one.version) for one in sbom.components)
    several = len(sbom.components) > 1
    return Hygiene(
        (
            _counted("versions", sbom, lambda one: bool(one.version)),
            _counted("purls", sbom, lambda one: bool(one.purl)),
            Check("purls_readable", sum(bool(one.package) for one in packaged), len(packaged)),
            _counted("licenses", sbom, lambda one: bool(one.licenses)),
            _counted("hashes", sbom, lambda one: one.hashed),
            Check("unique", sum(count == 1 for count in copies.values()), len(copies)),
            Check("time", int(sbom.timed), 1),
            Check("maker", int(sbom.made_by), 1),
            Check("graph", int(sbom.graph), int(several)),
        )
    )
