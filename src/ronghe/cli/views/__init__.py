"""How results look on a terminal: compact tables, then where the files lie and what to do next."""

from ronghe.cli.views.auditing import audited
from ronghe.cli.views.linkage import explained, linked
from ronghe.cli.views.looking import profile, proposal
from ronghe.cli.views.monitoring import forecasts, hours_shared, monitored, reclaimed, rules, rules_json
from ronghe.cli.views.packages import verification, verification_json
from ronghe.cli.views.policies import imported, resembling, searched, shown_policy
from ronghe.cli.views.policy import compared, matched, tried
from ronghe.cli.views.probing import change, faults, watched
from ronghe.cli.views.protection import protected, risk
from ronghe.cli.views.publications import city, city_json, converted, integrated, published, scores, shared
from ronghe.cli.views.registry import imported_technologies, reused
from ronghe.cli.views.resources import allocated, explained_demand, shared_resources, varied, verified_allocation
from ronghe.cli.views.scanning import scanned
from ronghe.cli.views.standards import element, element_json, elements, reading, reading_json
from ronghe.cli.views.technology import explained_need, recommended, shared_technologies

__all__ = [
    "allocated",
    "audited",
    "change",
    "city",
    "city_json",
    "compared",
    "converted",
    "element",
    "element_json",
    "elements",
    "explained",
    "explained_demand",
    "explained_need",
    "faults",
    "forecasts",
    "hours_shared",
    "imported",
    "imported_technologies",
    "integrated",
    "linked",
    "matched",
    "monitored",
    "profile",
    "proposal",
    "protected",
    "published",
    "reading",
    "reading_json",
    "reclaimed",
    "recommended",
    "resembling",
    "reused",
    "risk",
    "rules",
    "rules_json",
    "scanned",
    "scores",
    "searched",
    "shared",
    "shared_resources",
    "shared_technologies",
    "shown_policy",
    "tried",
    "varied",
    "verification",
    "verification_json",
    "verified_allocation",
    "watched",
]
