"""Audit an SBOM: what was found, what could not be checked and why, and what a gate says of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ronghe.technology.audit.advisories import Advisories, Hit
from ronghe.technology.audit.components import Component, Sbom
from ronghe.technology.audit.hygiene import Hygiene, hygiene
from ronghe.technology.audit.licenses import License, Use, Verdict, judge, read_license
from ronghe.technology.audit.lifetimes import Lifetime, Lifetimes
from ronghe.technology.audit.versions import version_key

__all__ = ["Audit", "Licensed", "audit"]


@dataclass(frozen=True, slots=True)
class Licensed:
    """A component's license and what it asks for the use at hand; of several licenses the most demanding."""

    component: Component
    license: License
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Audit:
    """Everything found in an SBOM.

    `checked` components were matched against advisories of their ecosystem; `unchecked` has why each other was not
    (no_purl, no_version, no_advisories, unreadable_version). `hits` are sure or cannot be told. `use` is what the
    licenses were judged for.
    """

    sbom: Sbom
    checked: int
    unchecked: Mapping[str, tuple[Component, ...]]
    hits: tuple[Hit, ...]
    licenses: tuple[Licensed, ...]
    lifetimes: tuple[Lifetime, ...]
    hygiene: Hygiene
    use: Use = "internal"
    by_verdict: Mapping[str, int] = field(default_factory=dict)

    @property
    def coverage(self) -> float:
        """The part of components that was checked for vulnerabilities."""
        return self.checked / len(self.sbom.components) if self.sbom.components else 0.0


def _why_unchecked(component: Component, advisories: Advisories) -> str | None:
    if not component.package:
        return "no_purl"
    if not component.version:
        return "no_version"
    if component.ecosystem not in advisories.ecosystems:
        return "no_advisories"
    return None


def _licensed(component: Component, use: Use) -> Licensed:
    read = [read_license(written) for written in component.licenses or ("",)]
    # Several licenses without an operator between them all hold.
    judged = [Licensed(component, one, judge(one, use)) for one in read]
    return max(judged, key=lambda one: ("allow", "review", "deny").index(one.verdict))


def audit(sbom: Sbom, advisories: Advisories, lifetimes: Lifetimes, *, use: Use, today: date) -> Audit:
    """Audit the components of an SBOM on a day, for a use; an SBOM without components is the caller's to refuse."""
    unchecked: dict[str, list[Component]] = {}
    hits: list[Hit] = []
    checked = 0
    for component in sbom.components:
        why = _why_unchecked(component, advisories)
        found = [] if why else advisories.of(component)
        if any(not hit.sure for hit in found) and version_key(component.ecosystem, component.version) is None:
            # One line for the component says more than one for each of its advisories.
            why, found = "unreadable_version", [hit for hit in found if hit.sure]
        hits += found
        if why:
            unchecked.setdefault(why, []).append(component)
        else:
            checked += 1
    licenses = tuple(_licensed(component, use) for component in sbom.components)
    known = (lifetimes.of(component, today) for component in sbom.components if component.package)
    return Audit(
        sbom,
        checked,
        {why: tuple(listed) for why, listed in sorted(unchecked.items())},
        tuple(hits),
        licenses,
        tuple(one for one in known if one is not None),
        hygiene(sbom),
        use,
        {verdict: sum(one.verdict == verdict for one in licenses) for verdict in ("allow", "review", "deny")},
    )
