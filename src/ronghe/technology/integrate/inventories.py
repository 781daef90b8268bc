"""Technologies out of the descriptions that departments already keep, one reader for each form.

Source: publiccode.yml 0.5; code.json (Federal Source Code metadata schema 1.0.1 and 2.0.0); CycloneDX and SPDX; the
French SILL; OpenAPI 3; Backstage catalog-info.yaml.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ronghe.technology.audit.components import parse_sbom
from ronghe.technology.audit.licenses import read_license
from ronghe.technology.integrate.record import Finding, Technology

__all__ = ["FORMS", "Read", "form_of", "technologies_of"]

Read = tuple[list[Technology], list[Finding]]
Document = Mapping[str, Any]


def _text(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _map(value: object) -> Document:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _words(value: object) -> str:
    return ", ".join(filter(None, map(_text, _list(value))))


def _licensed(written: str) -> dict[str, str]:
    return {"license": read_license(written).spdx, "license_written": written}


def _nameless(form: str, entry: str) -> Finding:
    return Finding("error", entry, 0, "technology.entry_nameless", {"place": entry, "form": form})


def _described(document: Document) -> Document:
    """The description in a language that most can read: English, Chinese, or the first."""
    languages = _map(document.get("description"))
    first = next((key for key in ("en", "en-GB", "en-US", "zh") if key in languages), next(iter(languages), ""))
    return _map(languages.get(first))


def _publiccode(document: Document) -> Read:
    described, name = _described(document), _text(document.get("name"))
    if not name:
        return [], [_nameless("publiccode", "name")]
    legal, owner = _map(document.get("legal")), _map(document.get("organisation"))
    department = _text(owner.get("name")) or _text(legal.get("mainCopyrightOwner")) or _text(legal.get("repoOwner"))
    return [
        Technology(
            name,
            name,
            version=_text(document.get("softwareVersion")),
            kind="component" if document.get("softwareType") in ("library", "addon") else "software",
            department=department,
            **_licensed(_text(legal.get("license"))),
            url=_text(document.get("url")),
            landing=_text(document.get("landingURL")),
            interface=_text(described.get("apiDocumentation")),
            status=_text(document.get("developmentStatus")),
            categories=_words(document.get("categories")),
            description=_text(described.get("shortDescription")) or _text(described.get("longDescription")),
            **_rest_of(document),
        )
    ], []


def _rest_of(document: Document) -> dict[str, str]:
    """What else a publiccode.yml says, the common fields by themselves and everything as it stands."""
    maintained, needed = _map(document.get("maintenance")), _map(document.get("dependsOn"))
    audience = _map(document.get("intendedAudience"))
    contacts = [_map(one) for one in _list(maintained.get("contacts"))]
    people = (" ".join(filter(None, (_text(one.get("name")), _text(one.get("email"))))) for one in contacts)
    lists = [each for kind in ("open", "proprietary", "hardware") for each in _list(needed.get(kind))]
    return {
        "software_type": _text(document.get("softwareType")),
        "platforms": _words(document.get("platforms")),
        "released": _text(document.get("releaseDate")),
        "languages": _words(_map(document.get("localisation")).get("availableLanguages")),
        "audience": ", ".join(filter(None, (_words(audience.get(key)) for key in ("countries", "scope")))),
        "maintenance": _text(maintained.get("type")),
        "contact": ", ".join(filter(None, people)),
        "used_by": _words(document.get("usedBy")),
        "depends_on": ", ".join(filter(None, (_text(_map(one).get("name")) for one in lists))),
        "details": json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
    }


def _code_json(document: Document) -> Read:
    found, faults = [], []
    owner = _text(document.get("agency"))
    for number, one in enumerate(_list(document.get("releases")) or _list(document.get("projects")), 1):
        entry = f"releases[{number - 1}]"
        release = _map(one)
        name = _text(release.get("name"))
        if not name:
            faults.append(_nameless("code.json", entry))
            continue
        given = _list(_map(release.get("permissions")).get("licenses"))
        licenses = [_text(_map(each).get("name")) or _text(_map(each).get("URL")) for each in given]
        licenses = [each for each in licenses if each] or [_text(release.get("license"))]
        if not any(licenses):
            faults.append(Finding("warning", entry, 0, "technology.entry_unlicensed", {"place": entry, "name": name}))
        found.append(
            Technology(
                name,
                name,
                version=_text(release.get("version")),
                department=_text(release.get("organization")) or owner,
                **_licensed(" AND ".join(licenses) if all(licenses) else ""),
                url=_text(release.get("repositoryURL")) or _text(release.get("repository")),
                landing=_text(release.get("homepageURL")) or _text(release.get("homepage")),
                status=_text(release.get("status")),
                categories=_words(release.get("tags")),
                description=_text(release.get("description")),
                entry=entry,
            )
        )
    return found, faults


def _sbom(document: Document) -> Read:
    sbom = parse_sbom(document, where="sbom")
    found = [
        Technology(
            one.name,
            one.name,
            version=one.version,
            kind="component",
            **_licensed(" AND ".join(one.licenses)),
            purl=one.purl,
            entry=f"components[{number}]",
        )
        for number, one in enumerate(sbom.components)
    ]
    faults = [_nameless(sbom.form, "components")] if sbom.odd else []
    return found, faults


def _sill(entries: list[Any]) -> Read:
    found, faults = [], []
    for number, one in enumerate(entries):
        given, entry = _map(one), f"[{number}]"
        name = _text(given.get("i"))
        if not name:
            faults.append(_nameless("SILL", entry))
            continue
        found.append(
            Technology(
                name,
                name,
                version=_text(given.get("v-")),
                department=_text(given.get("g")),
                **_licensed(_text(given.get("l"))),
                url=_text(given.get("sources")),
                landing=_text(given.get("website")),
                status=_text(given.get("st")),
                categories=_text(given.get("se")),
                description=_text(given.get("en-desc")) or _text(given.get("fr-desc")) or _text(given.get("f")),
                entry=entry,
            )
        )
    return found, faults


def _openapi(document: Document) -> Read:
    info = _map(document.get("info"))
    name = _text(info.get("title"))
    if not name:
        return [], [_nameless("OpenAPI", "info.title")]
    servers = [_text(_map(one).get("url")) for one in _list(document.get("servers"))]
    written = _map(info.get("license"))
    return [
        Technology(
            name,
            name,
            version=_text(info.get("version")),
            kind="service",
            department=_text(_map(info.get("contact")).get("name")),
            **_licensed(_text(written.get("identifier")) or _text(written.get("name"))),
            url=next(filter(None, servers), ""),
            interface=f"OpenAPI {_text(document.get('openapi'))}",
            description=_text(info.get("description")) or _text(info.get("summary")),
        )
    ], []


_NO_TECHNOLOGIES = ("User", "Group", "Location", "Domain", "Template")
"""Kinds of Backstage entities that nobody can reuse."""


def _backstage(document: Document) -> Read:
    if document.get("kind") in _NO_TECHNOLOGIES:
        return [], []
    about, spec = _map(document.get("metadata")), _map(document.get("spec"))
    name = _text(about.get("name"))
    if not name:
        return [], [_nameless("Backstage", "metadata.name")]
    links = [_text(_map(one).get("url")) for one in _list(about.get("links"))]
    return [
        Technology(
            name,
            _text(about.get("title")) or name,
            kind="service" if spec.get("type") == "service" or document.get("kind") == "API" else "component",
            department=_text(spec.get("owner")),
            url=_text(_map(about.get("annotations")).get("backstage.io/source-location")),
            landing=next(filter(None, links), ""),
            status=_text(spec.get("lifecycle")),
            categories=_words(about.get("tags")),
            description=_text(about.get("description")),
        )
    ], []


FORMS: Mapping[str, Callable[[Any], Read]] = {
    "publiccode": _publiccode,
    "code.json": _code_json,
    "sbom": _sbom,
    "sill": _sill,
    "openapi": _openapi,
    "backstage": _backstage,
}
"""The reader of each form."""


def _is_sill(value: object) -> bool:
    listed = _list(value)
    return bool(listed) and all({"i", "l"} <= _map(one).keys() for one in listed[:20])


def form_of(value: object) -> str | None:
    """Which form a parsed document has, None for none that is known."""
    document = _map(value)
    signs: Iterator[tuple[str, bool]] = iter(
        (
            ("publiccode", "publiccodeYmlVersion" in document),
            ("sbom", document.get("bomFormat") == "CycloneDX" or "spdxVersion" in document),
            ("openapi", "openapi" in document and "info" in document),
            ("backstage", _text(document.get("apiVersion")).startswith("backstage.io/")),
            ("code.json", "agency" in document and ("releases" in document or "projects" in document)),
            ("sill", _is_sill(value)),
        )
    )
    return next((form for form, fits in signs if fits), None)


def technologies_of(form: str, value: object) -> Read:
    """The technologies of a document and what is wrong with its entries."""
    return FORMS[form](value)
