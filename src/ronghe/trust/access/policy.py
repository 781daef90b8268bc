"""Policies written down: `policy@1`, a TOML document of assets, grants, prohibitions and hierarchies.

Whatever the document says that is not understood is an error, never passed over: a misspelled condition must not
become a wider grant. docs/how-to/protect-a-table.md has a full example.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ronghe.terms import InputError, Kind, Period
from ronghe.trust.access.grants import Grant, Grants, Prohibition
from ronghe.trust.access.obligations import Obligation, SmallGroups, Token
from ronghe.trust.access.policy_fields import conditions, obligation
from ronghe.trust.access.reading import Table

__all__ = ["FORMAT", "AssetRisk", "Hierarchy", "Policy", "parse_policy"]

FORMAT = "policy@1"
REGION = "region"
T = TypeVar("T")
_REGION_LEVELS = ("city", "province")


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """A hierarchy of values: the levels above the value itself, the finest first, and the file that has them."""

    name: str
    levels: tuple[str, ...]
    file: str = ""


@dataclass(frozen=True, slots=True)
class AssetRisk:
    """What the owner of an asset knows of it: columns by which people are recognized, and the one to hide."""

    name: str
    version: int
    kind: Kind = Kind.DATA
    quasi: tuple[str, ...] = ()
    sensitive: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy: its grants in an index, its assets and hierarchies by name, the check value of its token key."""

    grants: Grants
    assets: Mapping[str, AssetRisk]
    hierarchies: Mapping[str, Hierarchy]
    token_key: str = ""


def parse_policy(text: str, *, where: str) -> Policy:
    """The policy in a TOML text; `where` names it in errors. Raises InputError, which says the place in the text."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as fault:
        raise InputError("access.policy_toml", where=where, detail=str(fault)) from fault
    top = Table(document, where, "")
    if top.text("format") != FORMAT:
        raise top.wrong("format", FORMAT)
    assets = {name: _asset(name, table) for name, table in top.named_tables("assets").items()}
    hierarchies = {REGION: Hierarchy(REGION, _REGION_LEVELS)}
    for name, table in top.named_tables("hierarchies").items():
        hierarchies[name] = _hierarchy(name, table)
    grants = [_grant(table, assets, hierarchies) for table in top.tables("grants")]
    prohibitions = [_prohibition(table, assets) for table in top.tables("prohibitions")]
    issued, until = top.moment("issued"), top.moment_or_none("fresh_until")
    known, token_key = top.texts("attributes"), top.text_or("token_key", "")
    top.end()
    index = _made(top, lambda: Grants.of(grants, prohibitions, seen=issued, fresh_until=until, known=known))
    return Policy(index, assets, hierarchies, token_key)


def _made(table: Table, make: Callable[[], T]) -> T:
    try:
        return make()
    except ValueError as fault:
        raise InputError("access.policy_rule", where=table.where, place=table.place, detail=str(fault)) from fault


def _asset(name: str, table: Table) -> AssetRisk:
    kind = table.choice("kind", tuple(Kind), Kind.DATA)
    made = AssetRisk(name, table.whole("version", 1), Kind(kind), table.texts("quasi"), table.text_or("sensitive", ""))
    table.end()
    return made


def _hierarchy(name: str, table: Table) -> Hierarchy:
    made = Hierarchy(name, table.texts("levels"), table.text("file"))
    if name == REGION or not made.levels or len(set(made.levels)) < len(made.levels):
        raise table.wrong("levels", "names, the finest first; region is built in")
    table.end()
    return made


def _known_asset(table: Table, assets: Mapping[str, AssetRisk]) -> AssetRisk:
    name = table.text("asset")
    if name not in assets:
        raise table.wrong("asset", ", ".join(assets))
    return assets[name]


def _period(table: Table) -> Period:
    start, end = table.moment("from"), table.moment_or_none("until")
    return _made(table, lambda: Period(start, end))


def _grant(table: Table, assets: Mapping[str, AssetRisk], hierarchies: Mapping[str, Hierarchy]) -> Grant:
    asset = _known_asset(table, assets)
    request = table.text_or("request", "")
    levels = {name: hierarchy.levels for name, hierarchy in hierarchies.items()}
    fields = tuple((name, _obligation(table, name, levels, request)) for name in table.keys_of("fields"))
    if not fields:
        raise table.wrong("fields", "one field or more")
    given: dict[str, Any] = {
        "id": table.text("id"),
        "consumer": table.text("consumer"),
        "kind": asset.kind,
        "asset": asset.name,
        "version": table.whole("version", asset.version),
        "purpose": table.text("purpose"),
        "legal_basis": table.text("legal_basis"),
        "fields": fields,
        "valid": _period(table),
        "rows": conditions(table, "rows", "field"),
        "when": conditions(table, "when", "attribute"),
        "suppress": tuple(_small(part, dict(fields)) for part in table.tables("suppress")),
        "quota": table.whole_or_none("quota"),
        "delegates": table.texts("delegates"),
        "request": request,
    }
    table.end()
    return _made(table, lambda: Grant(**given))


def _obligation(table: Table, name: str, levels: Mapping[str, tuple[str, ...]], request: str) -> Obligation:
    made = _made(table, lambda: obligation(table.inside("fields"), name, levels, request))
    if isinstance(made, Token) and not request:
        raise table.wrong("request", "the id of the request, which keeps its tokens apart from all others")
    return made


def _small(table: Table, fields: Mapping[str, Obligation]) -> SmallGroups:
    least, names = table.whole("least", 5), table.texts("fields")
    rows = table.choice("remove", ("rows", "cells"), "cells") == "rows"
    table.end()
    if not set(names) <= set(fields):
        raise table.wrong("fields", ", ".join(fields))
    return _made(table, lambda: SmallGroups(least, names, rows))


def _prohibition(table: Table, assets: Mapping[str, AssetRisk]) -> Prohibition:
    asset = _known_asset(table, assets)
    made = Prohibition(
        id=table.text("id"),
        kind=asset.kind,
        asset=asset.name,
        clause=table.text("clause"),
        valid=_period(table),
        consumer=table.text_or("consumer", "") or None,
        version=table.whole_or_none("version"),
        purpose=table.text_or("purpose", "") or None,
        fields=table.texts("fields"),
        when=conditions(table, "when", "attribute"),
        public=table.flag("public"),
    )
    table.end()
    return made
