"""Who may do what through the API: a row for each operation, with a call that succeeds for whoever may make it.

Callers are every role in every place where somebody can have it. What a row does not name is denied.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ronghe.platform.access.roles import BUREAU_ROLES, Role

__all__ = ["CALLERS", "ROWS", "Row"]

PLACES = ("owner", "asker", "third")
OFFERER, ASKER, APPROVER, SECURITY = Role.OFFERER, Role.ASKER, Role.APPROVER, Role.SECURITY_OFFICER
COORDINATOR, AUDITOR, OPERATOR = Role.COORDINATOR, Role.AUDITOR, Role.OPERATOR
SYSTEM, SAFETY, AUDIT = Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR


def at(place: str, *roles: Role) -> frozenset[str]:
    """Callers with one of the roles at a place."""
    return frozenset(f"{role.value}@{place}" for role in roles)


def everywhere(*roles: Role) -> frozenset[str]:
    """Callers with one of the roles at any place that has it."""
    places = {role: ("bureau",) if role in BUREAU_ROLES else PLACES for role in roles}
    return frozenset(f"{role.value}@{place}" for role in roles for place in places[role])


HELD = everywhere(*Role)
CALLERS = HELD | {"nobody"}
"""Somebody without any role has a token too."""
BUREAU = at("bureau", COORDINATOR, AUDITOR)
BOTH = at("asker", ASKER, SECURITY) | at("owner", OFFERER, APPROVER, SECURITY) | BUREAU
"""Who sees a request, what came of it, and what was said against it."""
OFFERS, ASKS, DECIDES = at("owner", OFFERER), at("asker", ASKER), at("owner", APPROVER)
COORDINATES = at("bureau", COORDINATOR)
RUNS = at("bureau", SYSTEM)
GIVES = at("bureau", SAFETY)
TRAIL = at("owner", SECURITY) | at("asker", SECURITY) | at("bureau", AUDITOR, AUDIT)
WATCHES = at("bureau", SYSTEM, SAFETY, AUDIT, AUDITOR, OPERATOR)
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Row:
    """Who may make a call; `things` of the fixture stand in braces. `ends` is how it ends for them where it cannot
    succeed in a test: the code of the error behind the door."""

    who: frozenset[str]
    body: Mapping[str, Any] | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    ends: str = ""
    query: str = ""


ENTRY: Mapping[str, Any] = {
    "name": "收养登记信息",
    "abstract": "全市收养登记。",
    "category": "人口",
    "format": "file",
    "method": "file",
    "update_period": "day",
    "sharing_class": "conditional",
    "conditions": ["仅限行政给付"],
    "items": [{"name": "姓名", "type": "C"}],
}
CART: Mapping[str, Any] = {
    "requester": "SWJ",
    "lines": [{"asset": "{code}", "fields": ["姓名"]}],
    "purpose": "核验",
    "legal_basis": "个人所得税法第十五条",
    "wanted_from": "2026-03-02",
    "wanted_until": "2027-03-02",
}
WHY = {"reason": "机构改革"}
TEXT = {"text": "所附材料齐全"}
ROWS: Mapping[str, Row] = {
    "GET /catalogue": Row(HELD),
    "GET /catalogue-facets": Row(CALLERS),
    "GET /catalogue/{code}": Row(HELD),
    "GET /catalogue/{code}/versions": Row(HELD),
    "GET /catalogue/{code}/sample": Row(HELD),
    "GET /catalogue/{code}/findings": Row(at("owner", OFFERER, APPROVER, SECURITY) | BUREAU, path={"code": "draft"}),
    "GET /offers": Row(OFFERS | COORDINATES),
    "POST /offers": Row(OFFERS, {**ENTRY, "code": "MZJ-NEW", "department": "MZJ"}),
    "PUT /offers/{code}": Row(OFFERS, ENTRY, {"code": "draft"}),
    "POST /offers/{code}/submit": Row(OFFERS, path={"code": "draft"}),
    "POST /offers/{code}/publish": Row(COORDINATES, path={"code": "review"}),
    "POST /offers/{code}/send-back": Row(COORDINATES, WHY, {"code": "review"}),
    "POST /offers/{code}/withdraw": Row(COORDINATES, WHY),
    "GET /offers/{code}/source": Row(OFFERS),
    "PUT /offers/{code}/source/upload": Row(OFFERS, ends="platform.upload_empty", query="?name=a.csv"),
    "PUT /offers/{code}/source/folder": Row(OFFERS, {"folder": "in"}, ends="platform.folder_outside"),
    "PUT /offers/{code}/source/database": Row(
        OFFERS, {"url": "sqlite:///x", "table": "t"}, ends="platform.folder_outside"
    ),
    "POST /offers/{code}/source/hours": Row(OFFERS, {"rows_a_minute": 5}),
    "POST /offers/{code}/source/stop": Row(OFFERS, WHY),
    "POST /offers/{code}/source/restart": Row(OFFERS, ends="platform.source_not_stopped"),
    "GET /inventory": Row(OFFERS | COORDINATES),
    "GET /inventory-coverage": Row(everywhere(OFFERER) | BUREAU),
    "POST /inventory": Row(OFFERS | COORDINATES, {"department": "MZJ", "things": [{"name": "婚姻登记表"}]}),
    "POST /inventory/{key}/link": Row(OFFERS | COORDINATES, {"asset": "{code}"}, {"key": "thing"}),
    "GET /demands": Row(ASKS | at("owner", OFFERER, APPROVER) | BUREAU),
    "POST /demands": Row(ASKS, {"department": "SWJ", "text": "企业用电量"}),
    "POST /demands/{key}/assign": Row(COORDINATES, {"owner": "MZJ"}, {"key": "demand"}),
    "POST /demands/{key}/answer": Row(OFFERS, {"answer": "没有"}, {"key": "demand"}),
    "GET /collections": Row(at("asker", OFFERER, ASKER, APPROVER, SECURITY, Role.RESOURCE_KEEPER) | BUREAU),
    "POST /collections-check": Row(HELD, {"name": "用电量", "items": ["户号"]}),
    "POST /collections": Row(
        at("asker", ASKER, OFFERER), {"department": "SWJ", "name": "用电量", "items": ["户号"], "reason": "没有"}
    ),
    "GET /work": Row(CALLERS),
    "GET /requests": Row(BOTH),
    "POST /requests": Row(ASKS, CART),
    "GET /requests/{key}": Row(BOTH, path={"key": "submitted"}),
    "GET /requests/{key}/look": Row(at("owner", APPROVER, SECURITY), path={"key": "submitted"}),
    "POST /requests/{key}/submit": Row(ASKS, path={"key": "drafted"}),
    "POST /requests/{key}/take-back": Row(ASKS, path={"key": "submitted"}),
    "POST /requests/{key}/ask-supplement": Row(DECIDES, {"missing": ["场景"]}, {"key": "submitted"}),
    "POST /requests/{key}/supplement": Row(ASKS, {"scenario": "年度汇算"}, {"key": "lacking"}),
    "POST /requests/{key}/assessment": Row(ASKS, {"assessment": "报告"}, {"key": "submitted"}),
    "POST /requests/{key}/accept": Row(DECIDES, {}, {"key": "submitted"}),
    "POST /requests/{key}/refuse": Row(DECIDES, {**WHY, "clause": "第十四条"}, {"key": "submitted"}),
    "POST /requests/{key}/tighten": Row(
        DECIDES, {"line": "{line}", "obligations": {"姓名": "drop"}}, {"key": "submitted"}
    ),
    "POST /requests/{key}/rule": Row(COORDINATES, {**TEXT, "confirmed": False}, {"key": "refused"}),
    "POST /requests/{key}/extend": Row(DECIDES, {"until": "2029-01-01"}, {"key": "delivered"}),
    "POST /requests/{key}/revoke": Row(at("owner", APPROVER, SECURITY), WHY, {"key": "delivered"}),
    "POST /requests/{key}/dispose": Row(ASKS, {"how": "已删除"}, {"key": "revoked"}),
    "POST /requests/{key}/lengthen": Row(COORDINATES, {"days": 1}, {"key": "submitted"}),
    "GET /grants": Row(BOTH),
    "GET /grants/{key}": Row(BOTH, path={"key": "grant"}),
    "GET /grants/{key}/reads": Row(BOTH, path={"key": "grant"}),
    "GET /grants/{key}/receipts/{number}": Row(BOTH, path={"key": "grant", "number": "number"}),
    "GET /grants/{key}/corrections": Row(BOTH, path={"key": "grant"}),
    "POST /grants/{key}/corrections/{which}/confirm": Row(ASKS, path={"key": "grant", "which": "correction"}),
    "GET /grants/{key}/deliveries": Row(BOTH, path={"key": "grant"}),
    "GET /grants/{key}/rows": Row(ASKS, path={"key": "grant"}, ends="platform.delivery_gone"),
    "POST /grants/{key}/ticket": Row(ASKS, {"file": "data.csv"}, {"key": "grant"}),
    "POST /grants/{key}/look-up": Row(
        ASKS, {"subject": "x", "case": "1"}, {"key": "grant"}, ends="platform.other_method"
    ),
    "POST /grants/{key}/verify": Row(
        ASKS, {"subject": "x", "case": "1", "claims": {}}, {"key": "grant"}, ends="platform.other_method"
    ),
    "GET /index": Row(HELD),
    "GET /index/trend": Row(HELD),
    "GET /index/flows": Row(BOTH),
    "GET /index/departments/{code}": Row(HELD, path={"code": "owner"}),
    "GET /index/departments/{code}/rows": Row(HELD, path={"code": "owner"}),
    "POST /index/compute": Row(COORDINATES),
    "GET /index/compute/{key}": Row(COORDINATES, path={"key": "computation"}),
    "GET /objections": Row(BOTH),
    "POST /objections": Row(
        ASKS, {"grant": "{grant}", "row_key": "1", "field": "姓名", "claim": "张三", "evidence": "身份证"}
    ),
    "GET /objections/{key}": Row(BOTH, path={"key": "objection"}),
    "GET /objections/{key}/row": Row(OFFERS, path={"key": "objection"}),
    "POST /objections/{key}/answer": Row(OFFERS, {**TEXT, "upheld": True}, {"key": "objection"}),
    "GET /disputes": Row(BOTH),
    "POST /disputes": Row(ASKS, {**TEXT, "request": "{refused}"}),
    "GET /disputes/{key}": Row(BOTH, path={"key": "dispute"}),
    "POST /disputes/{key}/climb": Row(ASKS, TEXT, {"key": "dispute"}),
    "POST /disputes/{key}/settle": Row(DECIDES, {**TEXT, "upheld": True}, {"key": "dispute"}),
    "GET /departments": Row(RUNS),
    "POST /departments": Row(RUNS, {"code": "JTJ", "name": "交通局"}),
    "PUT /departments/{code}": Row(RUNS, {"name": "卫生健康委"}, {"code": "third"}),
    "POST /departments/{code}/end": Row(RUNS, path={"code": "third"}),
    "GET /people": Row(RUNS | GIVES),
    "POST /people": Row(RUNS, {"username": "新人", "name": "新人"}),
    "POST /people/{username}": Row(RUNS, {"name": "改名"}, {"username": "somebody"}),
    "POST /people/{username}/off": Row(RUNS, path={"username": "somebody"}),
    "POST /people/{username}/password": Row(
        RUNS, {"password": "correct horse battery staple"}, {"username": "somebody"}
    ),
    # Somebody of the fixture has no second factor.
    "POST /people/{username}/factor-reset": Row(GIVES, path={"username": "somebody"}, ends="platform.factor_missing"),
    "GET /people/{username}/tokens": Row(GIVES, path={"username": "nobody"}),
    "POST /people/{username}/tokens/{key}/revoke": Row(GIVES, path={"username": "nobody", "key": "a_token"}),
    "GET /people/{username}/delegations": Row(GIVES, path={"username": "somebody"}),
    "POST /people/{username}/delegations/{key}/end": Row(GIVES, path={"username": "somebody", "key": "lent"}),
    "POST /people/{username}/on": Row(RUNS, path={"username": "somebody"}, ends="platform.person_on"),
    "POST /people/{username}/roles": Row(GIVES, {"department": "MZJ", "role": "asker"}, {"username": "somebody"}),
    "POST /memberships/{key}/end": Row(GIVES, path={"key": "membership"}),
    "GET /me": Row(CALLERS),
    "POST /me/password": Row(NOBODY, {"old": "x", "new": "correct horse battery"}),
    "GET /me/memberships": Row(NOBODY),
    "GET /tokens": Row(NOBODY),
    "POST /tokens": Row(NOBODY, {"name": "x", "scopes": ["data.read"], "expires": "2027-01-01"}),
    "POST /tokens/{key}/revoke": Row(NOBODY, path={"key": "a_token"}),
    "GET /delegations": Row(NOBODY),
    "POST /delegations": Row(
        NOBODY, {"membership": "{membership}", "to": "x", "since": "2026-03-02", "until": "2027-01-01"}
    ),
    "POST /delegations/{key}/end": Row(NOBODY, path={"key": "a_token"}),
    "GET /audit": Row(TRAIL),
    "GET /audit/{key}": Row(TRAIL, path={"key": "entry"}),
    "GET /audit/{key}/receipt": Row(TRAIL, path={"key": "entry"}),
    "GET /notices": Row(DECIDES),
    "POST /notices/read": Row(CALLERS, {}),
    "GET /webhooks": Row(everywhere(SECURITY)),
    "POST /webhooks": Row(at("owner", SECURITY), {"department": "MZJ", "url": "https://mzj.example"}),
    "POST /webhooks/{key}/end": Row(at("owner", SECURITY), path={"key": "webhook"}),
    "GET /jobs": Row(WATCHES),
    "GET /jobs/{key}": Row(WATCHES, path={"key": "job"}),
    "GET /security": Row(WATCHES),
    "POST /security/check": Row(WATCHES),
}
