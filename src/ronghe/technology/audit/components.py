"""The components of an SBOM: CycloneDX and SPDX in JSON.

Source: CycloneDX 1.2 to 1.6 (ECMA-424), SPDX 2.2 and 2.3 (ISO/IEC 5962), package URLs (ECMA-427).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from ronghe.terms import InputError, LimitReached

__all__ = ["Component", "Sbom", "parse_purl", "parse_sbom"]

DEEPEST = 50
MOST = 200_000
_ECOSYSTEMS = {
    "pypi": "PyPI",
    "npm": "npm",
    "maven": "Maven",
    "deb": "Debian",
    "golang": "Go",
    "cargo": "crates.io",
    "composer": "Packagist",
    "gem": "RubyGems",
    "nuget": "NuGet",
}
_PURL = re.compile(r"pkg:/{0,2}([A-Za-z][A-Za-z0-9.+-]*)/([^@?#]+)(?:@([^?#]*))?(?:\?[^#]*)?(?:#.*)?")


@dataclass(frozen=True, slots=True)
class Component:
    """One component: `ecosystem` as OSV names it and `package` as that ecosystem does, both "" where not known.

    `licenses` are as written: SPDX expressions, names or whatever stood there.
    """

    name: str
    version: str
    purl: str = ""
    ecosystem: str = ""
    package: str = ""
    licenses: tuple[str, ...] = ()
    hashed: bool = False


@dataclass(frozen=True, slots=True)
class Sbom:
    """What an SBOM says: its format, components, and whether it has a time, a maker and a graph of dependencies."""

    form: str
    components: tuple[Component, ...]
    timed: bool
    made_by: bool
    graph: bool
    odd: int = 0


def normal_name(ecosystem: str, name: str) -> str:
    """A package name as its ecosystem compares it (PEP 503 for PyPI)."""
    if ecosystem == "PyPI":
        return re.sub(r"[-_.]+", "-", name).lower()
    return name.lower() if ecosystem in ("npm", "Packagist", "NuGet", "Debian", "Ubuntu") else name


def parse_purl(purl: str) -> tuple[str, str, str] | None:
    """Ecosystem ("" where OSV has none), package and version ("" without one) of a package URL; None for none."""
    found = _PURL.fullmatch(purl.strip())
    if not found:
        return None
    kind, path, version = found[1].lower(), [unquote(part) for part in found[2].strip("/").split("/")], found[3] or ""
    ecosystem = _ECOSYSTEMS.get(kind, "")
    if kind == "deb":
        ecosystem = "Ubuntu" if path[0] == "ubuntu" else "Debian"
        path = path[-1:]
    joined = (":" if kind == "maven" else "/").join(path)
    return ecosystem, normal_name(ecosystem, joined), unquote(version)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _strange(value: object) -> int:
    """Entries of a list that are no objects, or 1 for a list that is none."""
    if isinstance(value, list):
        return sum(not isinstance(one, dict) for one in value)
    return int(value is not None)


def _items(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _made(name: str, version: str, purl: str, licenses: tuple[str, ...], *, hashed: bool) -> Component:
    read = parse_purl(purl) if purl else None
    ecosystem, package, said = read or ("", "", "")
    return Component(name, version or said, purl, ecosystem, package, licenses, hashed)


def _cyclonedx_licenses(value: object) -> Iterator[str]:
    for one in _items(value):
        inner = one.get("license")
        expression = _text(one.get("expression"))
        if expression:
            yield expression
        elif isinstance(inner, dict) and (said := _text(inner.get("id")) or _text(inner.get("name"))):
            yield said


def _cyclonedx(document: Mapping[str, Any], where: str) -> Sbom:
    found: list[Component] = []
    odd = _strange(document.get("components"))
    waiting = [(one, 0) for one in reversed(_items(document.get("components")))]
    while waiting:
        one, depth = waiting.pop()
        name, group = _text(one.get("name")), _text(one.get("group"))
        licenses = tuple(_cyclonedx_licenses(one.get("licenses")))
        purl, version = _text(one.get("purl")), _text(one.get("version"))
        if not name and not parse_purl(purl):
            odd += 1
        else:
            # What a package URL names can be checked, whether it has a name or not.
            titled = f"{group}/{name}" if group and name else name or purl
            found.append(_made(titled, version, purl, licenses, hashed=bool(_items(one.get("hashes")))))
        inner = _items(one.get("components"))
        if inner and depth == DEEPEST:
            raise LimitReached("technology.sbom_deep", path=where, most=DEEPEST)
        waiting += [(each, depth + 1) for each in reversed(inner)]
    metadata = document.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    made_by = bool(metadata.get("tools") or metadata.get("authors") or metadata.get("supplier"))
    graph = bool(_items(document.get("dependencies")))
    form = f"CycloneDX {_text(document.get('specVersion'))}".strip()
    return Sbom(form, tuple(found), bool(metadata.get("timestamp")), made_by, graph, odd)


def _spdx_purl(package: Mapping[str, Any]) -> str:
    references = _items(package.get("externalRefs"))
    return next((_text(r.get("referenceLocator")) for r in references if r.get("referenceType") == "purl"), "")


def _spdx_named(package: Mapping[str, Any]) -> bool:
    return bool(_text(package.get("name")) or parse_purl(_spdx_purl(package)))


def _spdx_licenses(package: Mapping[str, Any]) -> tuple[str, ...]:
    said = (_text(package.get(field)) for field in ("licenseConcluded", "licenseDeclared"))
    return tuple(one for one in said if one not in ("", "NOASSERTION"))[:1]


def _spdx(document: Mapping[str, Any]) -> Sbom:
    packages = _items(document.get("packages"))
    roots = document.get("documentDescribes")
    described = {one for one in roots if isinstance(one, str)} if isinstance(roots, list) else set()
    found = [
        _made(
            _text(one.get("name")) or _spdx_purl(one),
            _text(one.get("versionInfo")),
            _spdx_purl(one),
            _spdx_licenses(one),
            hashed=bool(_items(one.get("checksums"))),
        )
        for one in packages
        if _spdx_named(one) and _text(one.get("SPDXID")) not in described
    ]
    about = document.get("creationInfo")
    about = about if isinstance(about, dict) else {}
    graph = any(r.get("relationshipType") != "DESCRIBES" for r in _items(document.get("relationships")))
    odd = sum(not _spdx_named(one) for one in packages) + _strange(document.get("packages"))
    form = _text(document.get("spdxVersion")).replace("SPDX-", "SPDX ")
    return Sbom(form, tuple(found), bool(about.get("created")), bool(about.get("creators")), graph, odd)


def parse_sbom(document: object, *, where: str) -> Sbom:
    """The components of a parsed JSON document; InputError for one that is no SBOM or has too many components.

    LimitReached for components nested deeper than anybody nests: leaving them out would pass them unseen.
    """
    if isinstance(document, dict) and document.get("bomFormat") == "CycloneDX":
        sbom = _cyclonedx(document, where)
    elif isinstance(document, dict) and _text(document.get("spdxVersion")).startswith("SPDX-2"):
        sbom = _spdx(document)
    else:
        raise InputError("technology.not_sbom", path=where)
    if len(sbom.components) > MOST:
        raise InputError("technology.sbom_large", path=where, count=len(sbom.components), most=MOST)
    return sbom
