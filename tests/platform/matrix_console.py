"""Who may open which page and press which button of the console: a row for each address."""

from collections.abc import Mapping

from ronghe.platform.access.roles import Role
from tests.platform.matrix import (
    ASKS,
    BOTH,
    BUREAU,
    CALLERS,
    COORDINATES,
    DECIDES,
    GIVES,
    HELD,
    NOBODY,
    OFFERS,
    RUNS,
    TRAIL,
    WATCHES,
    Row,
    at,
    everywhere,
)

__all__ = ["PAGES", "PUBLIC"]

PUBLIC = frozenset({"sign-in", "sign-up", "sign-in/again", "sign-out", "shown", "readyz"})
"""Before anybody signed in, and for monitors; what allauth and the API have below them is tested with them."""
OFFERER, SECURITY = Role.OFFERER, Role.SECURITY_OFFICER
TEXT = {"text": "所附材料齐全"}
PAGES: Mapping[str, Row] = {
    "GET ": Row(CALLERS),
    "GET catalogue": Row(CALLERS),
    "POST catalogue/<str:code>/source/<str:what>": Row(OFFERS, {"reason": "停"}, {"what": "stop"}),
    "GET catalogue/<str:code>": Row(HELD),
    "POST catalogue/<str:code>/review": Row(COORDINATES, {"answer": "publish"}, {"code": "review"}),
    "GET offers": Row(CALLERS),
    "GET offers/new": Row(everywhere(OFFERER)),
    "GET offers/<str:code>": Row(OFFERS, path={"code": "draft"}),
    "POST offers/<str:code>/submit": Row(OFFERS, {}, {"code": "draft"}),
    "POST offers/<str:code>/withdraw": Row(COORDINATES, {"reason": "机构改革"}),
    "GET cart": Row(CALLERS),
    "POST cart/add/<uuid:key>": Row(HELD, {}, {"key": "version"}),
    "POST cart/remove/<uuid:key>": Row(CALLERS, {}, {"key": "version"}),
    "GET index": Row(HELD),
    "GET index/flows": Row(HELD),
    "POST index/now": Row(COORDINATES, {}),
    # There is neither a degree nor a run of it: its pages are tried in test_index_pages.
    "GET index/of/<uuid:key>": Row(NOBODY, path={"key": "version"}),
    "GET index/progress/<str:key>": Row(NOBODY, path={"key": "version"}),
    "GET inventory": Row(everywhere(OFFERER) | BUREAU),
    "POST inventory/<str:what>": Row(OFFERS | COORDINATES, {"item": "{thing}", "asset": "{code}"}, {"what": "link"}),
    "GET demands": Row(CALLERS),
    "POST demands/<str:key>/<str:what>": Row(OFFERS, {"answer": "没有"}, {"key": "demand", "what": "answer"}),
    "GET collections": Row(CALLERS),
    "GET grants": Row(CALLERS),
    "GET grants/<str:key>": Row(BOTH, path={"key": "grant"}),
    "POST grants/<str:key>/download": Row(ASKS, {"file": "data.csv"}, {"key": "grant"}),
    # The right of the fixture is of another method: nobody looks anybody up.
    "POST grants/<str:key>/ask/<str:what>": Row(
        NOBODY, {"subject": "x", "case": "1"}, {"key": "grant", "what": "look-up"}
    ),
    "GET grants/<str:key>/receipt/<int:number>": Row(BOTH, path={"key": "grant"}),
    "POST grants/<str:key>/corrections/<str:which>": Row(ASKS, {}, {"key": "grant", "which": "correction"}),
    "GET disputes": Row(CALLERS),
    "POST disputes/about/<str:about>/<str:key>": Row(ASKS, TEXT, {"about": "requests", "key": "refused"}),
    "GET disputes/<str:key>": Row(BOTH, path={"key": "dispute"}),
    "POST disputes/<str:key>/<str:what>": Row(ASKS, TEXT, {"key": "dispute", "what": "climb"}),
    "GET requests": Row(CALLERS),
    "GET requests/<str:key>": Row(BOTH, path={"key": "submitted"}),
    "POST requests/<str:key>/<str:name>": Row(
        DECIDES, {"reason": "不明", "clause": "第十四条"}, {"key": "submitted", "name": "refuse"}
    ),
    "GET objections": Row(CALLERS),
    "GET objections/new/<str:key>": Row(ASKS, path={"key": "grant"}),
    "GET objections/<str:key>": Row(BOTH, path={"key": "objection"}),
    "POST objections/<str:key>/answer": Row(OFFERS, {"upheld": "yes", "answer": "属实"}, {"key": "objection"}),
    "GET audit": Row(everywhere(SECURITY) | at("bureau", Role.AUDITOR, Role.AUDIT_ADMINISTRATOR)),
    "GET audit/<uuid:key>": Row(TRAIL, path={"key": "entry"}),
    "GET audit/<uuid:key>/receipt": Row(TRAIL, path={"key": "entry"}),
    "GET departments": Row(RUNS),
    "POST departments/<str:name>": Row(RUNS, {"code": "JTJ", "name": "交通局", "steps": "1"}, {"name": "add"}),
    "GET me": Row(CALLERS),
    "POST me/<str:name>": Row(
        CALLERS, {"name": "程序", "scopes": "data.read", "expires": "2026-12-01"}, {"name": "token"}
    ),
    "GET jobs": Row(WATCHES),
    "GET security": Row(WATCHES),
    "POST security/now": Row(WATCHES, {}),
    "GET notices": Row(CALLERS),
    "POST notices/read": Row(CALLERS, {}),
    "GET webhooks": Row(everywhere(SECURITY)),
    "POST webhooks/<str:name>": Row(at("owner", SECURITY), {"webhook": "{webhook}"}, {"name": "end"}),
    "GET metrics": Row(WATCHES),
    "GET people": Row(RUNS | GIVES),
    "POST people/<str:name>": Row(GIVES, {"username": "某人", "department": "MZJ", "role": "asker"}, {"name": "give"}),
}
