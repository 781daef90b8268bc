"""How results look on a terminal: compact tables, then where the files lie and what to do next."""

from ronghe.cli.views.linkage import explained, linked
from ronghe.cli.views.looking import profile, proposal
from ronghe.cli.views.packages import verification, verification_json
from ronghe.cli.views.policies import imported, resembling, searched, shown_policy
from ronghe.cli.views.policy import compared, matched, tried
from ronghe.cli.views.publications import city, city_json, converted, integrated, published, scores, shared
from ronghe.cli.views.scanning import scanned
from ronghe.cli.views.standards import element, element_json, elements, reading, reading_json

__all__ = [
    "city",
    "city_json",
    "compared",
    "converted",
    "element",
    "element_json",
    "elements",
    "explained",
    "imported",
    "integrated",
    "linked",
    "matched",
    "profile",
    "proposal",
    "published",
    "reading",
    "reading_json",
    "resembling",
    "scanned",
    "scores",
    "searched",
    "shared",
    "shown_policy",
    "tried",
    "verification",
    "verification_json",
]
