"""End of life: is the release that a component belongs to still mended?

Source: the form of endoflife.date product files (https://endoflife.date, MIT): releases with a cycle and the day of its
end, package URLs that belong to the product.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from ronghe.technology.audit.components import Component, parse_purl

__all__ = ["Lifetimes", "Product", "Release", "State", "parse_product"]

State = Literal["supported", "ends_soon", "ended", "unknown"]
SOON = 180
"""Days before its end in which a release is said to end soon."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release cycle such as 2.2: `ends` is its last day, True for ended, False for not to end yet."""

    cycle: str
    ends: date | bool


@dataclass(frozen=True, slots=True)
class Product:
    """A product with its packages, as (ecosystem, package), and releases."""

    title: str
    packages: frozenset[tuple[str, str]]
    releases: tuple[Release, ...]

    def release_of(self, version: str) -> Release | None:
        """The cycle that a version belongs to: the longest that its numbers begin with."""
        numbers = version.lstrip("vV=").split(".")
        fits = [one for one in self.releases if numbers[: len(one.cycle.split("."))] == one.cycle.split(".")]
        return max(fits, key=lambda one: len(one.cycle), default=None)


def parse_product(given: Mapping[str, Any]) -> Product | None:
    """A product of a file's front matter; None where it names no packages or releases."""
    listed = (one for one in given.get("identifiers") or () if isinstance(one, dict) and one.get("purl"))
    read = (parse_purl(str(one["purl"])) for one in listed)
    packages = frozenset((one[0], one[1]) for one in read if one and one[0])
    releases = tuple(
        Release(str(one["releaseCycle"]), one["eol"])
        for one in given.get("releases") or ()
        if isinstance(one, dict) and "releaseCycle" in one and isinstance(one.get("eol"), date | bool)
    )
    return Product(str(given.get("title") or ""), packages, releases) if packages and releases else None


@dataclass(frozen=True, slots=True)
class Lifetime:
    """What is known of a component: its product ("" for none), cycle, end, state."""

    component: Component
    product: str
    cycle: str
    ends: date | bool | None
    state: State


class Lifetimes:
    """Products by package."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._by_package = {package: product for product in products for package in product.packages}

    def of(self, component: Component, today: date) -> Lifetime | None:
        """The lifetime of a component on a day, None where no product has its package."""
        product = self._by_package.get((component.ecosystem, component.package))
        if product is None:
            return None
        release = product.release_of(component.version)
        if release is None:
            return Lifetime(component, product.title, "", None, "unknown")
        return Lifetime(component, product.title, release.cycle, release.ends, _state(release.ends, today))


def _state(ends: date | bool, today: date) -> State:
    if isinstance(ends, bool):
        return "ended" if ends else "supported"
    left = (ends - today).days
    return "ended" if left < 0 else "ends_soon" if left <= SOON else "supported"
