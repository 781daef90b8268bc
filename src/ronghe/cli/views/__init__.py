"""How results look on a terminal: compact tables, then where the files lie and what to do next."""

from ronghe.cli.views.auditing import audited
from ronghe.cli.views.linkage import explained, linked
from ronghe.cli.views.looking import profile, proposal
from ronghe.cli.views.packages import verification, verification_json
from ronghe.cli.views.publications import city, city_json, converted, integrated, published, scores, shared
from ronghe.cli.views.registry import imported, reused
from ronghe.cli.views.scanning import scanned
from ronghe.cli.views.standards import element, element_json, elements, reading, reading_json
from ronghe.cli.views.technology import explained_need, recommended, shared_technologies

__all__ = [
    "audited",
    "city",
    "city_json",
    "converted",
    "element",
    "element_json",
    "elements",
    "explained",
    "explained_need",
    "imported",
    "integrated",
    "linked",
    "profile",
    "proposal",
    "published",
    "reading",
    "reading_json",
    "recommended",
    "reused",
    "scanned",
    "scores",
    "shared",
    "shared_technologies",
    "verification",
    "verification_json",
]
