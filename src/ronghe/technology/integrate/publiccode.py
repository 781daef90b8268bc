"""publiccode.yml: every field checked, with the line of whatever is wrong.

Source: the publiccode.yml standard 0.5 (https://yml.publiccode.tools), which also reads 0.2 to 0.4. What only the
network can tell (whether an address answers, whether a code of the Italian register exists) is not checked.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ronghe.technology.audit.licenses import read_license
from ronghe.technology.integrate.publiccode_words import AUDIENCES, CATEGORIES, COUNTRIES, SOFTWARE_TYPES, STATUSES
from ronghe.technology.integrate.record import Finding, Severity

__all__ = ["check_publiccode"]

_URL = re.compile(r"https?://[^\s/?#]+\.?[^\s]*")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_PATH = re.compile(r"(?![/\\])(?![A-Za-z][A-Za-z0-9+.-]*:)[^\0]+")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_MIME = re.compile(r"(?:application|audio|font|image|message|model|multipart|text|video)/[A-Za-z0-9.+*-]+")
_BCP47 = re.compile(
    r"(?:[a-z]{2,3})(?:-[A-Za-z]{3}){0,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|\d{3}))?(?:-(?:[A-Za-z0-9]{5,8}|\d\w{3}))*",
    re.IGNORECASE,
)
_UNKNOWN_LANGUAGES = {"xx", "xxx", "zz", "zzz"}
_VERSION = re.compile(r"0(?:\.[2345](?:\.\d+)?)?")
_IPA = re.compile(r"urn:x-italian-pa:[A-Za-z0-9_]+")
_VIDEOS = re.compile(r"https?://(?:www\.)?(?:youtube\.com|youtu\.be|vimeo\.com|[^/]*peertube[^/]*|media\.ccc\.de)/.+")
_IMAGES = (".svg", ".svgz", ".png")
_JOINED = re.compile(r"[\u0300-\u036f\u200d\ufe0f\U0001f3fb-\U0001f3ff]")
CURRENT = "0.5"

Check = Callable[[str], str | None]
"""Gives the code of what is wrong with a text, None when nothing is."""

Look = Callable[[str], str | None]
"""Looks at a file beside the description: file_missing, file_no_image, or None when all is well."""


@dataclass(frozen=True, slots=True)
class Field:
    """What a key may hold: a text with a check, a list of fields, a mapping, or true and false."""

    kind: str
    check: Check | None = None
    item: "Field | None" = None
    keys: "Mapping[str, Field] | None" = None
    needed: bool = False
    deprecated: bool = False


def _matches(pattern: re.Pattern[str], code: str) -> Check:
    return lambda text: None if pattern.fullmatch(text.strip()) else code


def _among(words: frozenset[str], code: str) -> Check:
    return lambda text: None if text in words else code


def _characters(text: str) -> int:
    """Characters as people count them: a picture with its modifiers is one."""
    return len(_JOINED.sub("", text))


def _length(least: int, most: int) -> Check:
    return lambda text: None if least <= _characters(text.strip()) <= most else f"length:{least}:{most}"


def _day(text: str) -> str | None:
    try:
        date.fromisoformat(text)
    except ValueError:
        return "date"
    return None if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else "date"


def _language(text: str) -> str | None:
    fits = _BCP47.fullmatch(text) and text.split("-", 1)[0].lower() not in _UNKNOWN_LANGUAGES
    return None if fits else "language"


def _image(text: str) -> str | None:
    address = _URL.fullmatch(text)
    if not address and not _PATH.fullmatch(text):
        return "path"
    return None if text.lower().split("?")[0].endswith(_IMAGES) else "image"


def _country(text: str) -> str | None:
    if text in COUNTRIES:
        return None
    return "~country_case" if text.upper() in COUNTRIES and text.islower() else "country"


def _owner(text: str) -> str | None:
    if text.startswith("urn:x-italian-pa:"):
        return None if _IPA.fullmatch(text) else "uri"
    return None if _URI.fullmatch(text) else "uri"


def _license(text: str) -> str | None:
    return None if read_license(text).how in ("id", "expression") else "license"


def _version(text: str) -> str | None:
    if not _VERSION.fullmatch(text):
        return "version"
    return None if text == "0" or text.startswith(CURRENT) else "~version_old"


def _filled(text: str) -> str | None:
    return None if text.strip() else "blank"


def _text(check: Check | None = None, *, needed: bool = False, deprecated: bool = False) -> Field:
    return Field("text", check, needed=needed, deprecated=deprecated)


def _list(item: Field, *, needed: bool = False, deprecated: bool = False) -> Field:
    return Field("list", item=item, needed=needed, deprecated=deprecated)


def _map(keys: Mapping[str, Field], *, needed: bool = False) -> Field:
    return Field("map", keys=keys, needed=needed)


URL = _text(_matches(_URL, "url"))
TEXT, FLAG = _text(), Field("flag")
_DEPENDENCY = _map(
    {"name": _text(_filled, needed=True), "version": TEXT, "versionMin": TEXT, "versionMax": TEXT, "optional": FLAG}
)
_OWNER = {"name": TEXT, "uri": _text(_owner, needed=True)}
_PLATFORMS_IT = ("spid", "cie", "pagopa", "anpr", "io")
_CONFORME = ("lineeGuidaDesign", "modelloInteroperabilita", "misureMinimeSicurezza", "gdpr")
_ITALIAN = _map(
    {
        "countryExtensionVersion": _text(_matches(re.compile(r"0\.2|1\.0"), "extension")),
        "piattaforme": _map(dict.fromkeys(_PLATFORMS_IT, FLAG)),
        "conforme": Field("map", keys=dict.fromkeys(_CONFORME, FLAG), deprecated=True),
        "riuso": Field(
            "map", keys={"codiceIPA": _text(_matches(re.compile(r"[A-Za-z0-9_]+"), "ipa"))}, deprecated=True
        ),
    }
)
_DESCRIPTION = _map(
    {
        "localisedName": TEXT,
        "genericName": _text(_length(1, 35), deprecated=True),
        "shortDescription": _text(_length(1, 150), needed=True),
        "longDescription": _text(_length(150, 10_000), needed=True),
        "documentation": URL,
        "apiDocumentation": URL,
        "features": _list(TEXT, needed=True),
        "screenshots": _list(_text(_image)),
        "videos": _list(_text(_matches(_VIDEOS, "video"))),
        "awards": _list(TEXT),
    }
)
_MIMES = _list(_text(_matches(_MIME, "mime")), deprecated=True)
ROOT: Mapping[str, Field] = {
    "publiccodeYmlVersion": _text(_version, needed=True),
    "name": _text(_filled, needed=True),
    "applicationSuite": TEXT,
    "url": _text(_matches(_URL, "url"), needed=True),
    "landingURL": URL,
    "isBasedOn": Field("text or list", _matches(_URL, "url")),
    "softwareVersion": TEXT,
    "releaseDate": _text(_day),
    "logo": _text(_image),
    "monochromeLogo": _text(_image, deprecated=True),
    "platforms": _list(_text(_filled), needed=True),
    "categories": _list(_text(_among(CATEGORIES, "category"))),
    "usedBy": _list(TEXT),
    "fundedBy": _list(_map(_OWNER)),
    "organisation": _map(_OWNER),
    "roadmap": URL,
    "developmentStatus": _text(_among(STATUSES, "status"), needed=True),
    "softwareType": _text(_among(SOFTWARE_TYPES, "type"), needed=True),
    "intendedAudience": _map(
        {
            "countries": _list(_text(_country)),
            "unsupportedCountries": _list(_text(_country)),
            "scope": _list(_text(_among(AUDIENCES, "scope"))),
        }
    ),
    "supports": _list(
        _map(
            {
                "id": _text(
                    _matches(re.compile(r"alias:(?:gdpr|spid|cie|pagopa|anpr|io|eidas)|(?!alias:)\S+:\S+"), "supports"),
                    needed=True,
                )
            }
        )
    ),
    "description": Field("languages", item=_DESCRIPTION, needed=True),
    "legal": _map(
        {
            "license": _text(_license, needed=True),
            "mainCopyrightOwner": TEXT,
            "repoOwner": _text(deprecated=True),
            "authorsFile": _text(_matches(_PATH, "path"), deprecated=True),
        },
        needed=True,
    ),
    "maintenance": _map(
        {
            "type": _text(_among(frozenset({"internal", "contract", "community", "none"}), "maintenance"), needed=True),
            "contractors": _list(
                _map(
                    {
                        "name": _text(_filled, needed=True),
                        "until": _text(_day, needed=True),
                        "website": URL,
                        "email": _text(_matches(_MAIL, "mail")),
                    }
                )
            ),
            "contacts": _list(
                _map(
                    {
                        "name": _text(_filled, needed=True),
                        "email": _text(_matches(_MAIL, "mail")),
                        "phone": TEXT,
                        "affiliation": TEXT,
                    }
                )
            ),
        },
        needed=True,
    ),
    "localisation": _map(
        {"localisationReady": Field("flag", needed=True), "availableLanguages": _list(_text(_language), needed=True)},
        needed=True,
    ),
    "dependsOn": _map({name: _list(_DEPENDENCY) for name in ("open", "proprietary", "hardware")}),
    "inputTypes": _MIMES,
    "outputTypes": _MIMES,
    "IT": _ITALIAN,
}


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _blank(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _wrong(severity: Severity, place: str, node: Node, code: str, **params: object) -> Finding:
    return Finding(severity, place, _line(node), f"technology.publiccode_{code}", {"place": place, **params})


def _said(place: str, node: ScalarNode, found: str | None) -> Iterator[Finding]:
    if found is None:
        return
    value = str(node.value)[:60]
    if found.startswith("length:"):
        _, least, most = found.split(":")
        yield _wrong(
            "error", place, node, "length", least=least, most=most, length=_characters(str(node.value).strip())
        )
    else:
        yield _wrong("warning" if found[0] == "~" else "error", place, node, found.removeprefix("~"), value=value)


def _scalar(node: Node, field: Field, place: str) -> Iterator[Finding]:
    if not isinstance(node, ScalarNode):
        yield _wrong("error", place, node, "not_text")
    elif field.kind == "flag":
        # Quoted it is a text; yes, no, on and off are texts since YAML 1.2.
        if node.tag != "tag:yaml.org,2002:bool" or str(node.value).lower() not in ("true", "false"):
            yield _wrong("error", place, node, "not_flag", value=str(node.value)[:60])
    elif field.check is not None:
        yield from _said(place, node, field.check(str(node.value)))


def _items(node: Node, item: Field, place: str) -> Iterator[Finding]:
    if not isinstance(node, SequenceNode):
        yield _wrong("error", place, node, "not_list")
        return
    for number, one in enumerate(node.value):
        yield from _field(one, item, f"{place}[{number}]")


def _languages(node: Node, item: Field, place: str) -> Iterator[Finding]:
    if not isinstance(node, MappingNode):
        yield _wrong("error", place, node, "not_map")
        return
    for key, value in node.value:
        name = str(key.value)
        if _language(name):
            yield _wrong("error", f"{place}.{name}", key, "language", value=name)
        yield from _field(value, item, f"{place}.{name}")


def _keys(node: Node, keys: Mapping[str, Field], place: str) -> Iterator[Finding]:
    if not isinstance(node, MappingNode):
        yield _wrong("error", place, node, "not_map")
        return
    prefix = f"{place}." if place else ""
    found = {}
    for key, value in node.value:
        name = str(key.value)
        if not place and name == "it":
            yield _wrong("warning", name, key, "country_key", value=name)
            name = "IT"
        if name in found:
            yield _wrong("error", f"{prefix}{name}", key, "twice")
        found[name] = value
        if name not in keys:
            yield _wrong("error", f"{prefix}{name}", key, "unknown_key", value=name)
            continue
        if keys[name].deprecated:
            yield _wrong("warning", f"{prefix}{name}", key, "deprecated")
        yield from _field(value, keys[name], f"{prefix}{name}")
    for name, field in keys.items():
        if field.needed and (name not in found or _empty(found[name])):
            yield _wrong("error", f"{prefix}{name}", node, "missing")


def _empty(node: Node) -> bool:
    return _blank(node) or (isinstance(node, MappingNode | SequenceNode) and not node.value)


def _field(node: Node, field: Field, place: str) -> Iterator[Finding]:
    if _blank(node):
        return
    if field.kind in ("text", "flag"):
        yield from _scalar(node, field, place)
    elif field.kind == "list":
        assert field.item is not None
        yield from _items(node, field.item, place)
    elif field.kind == "text or list":
        listed = isinstance(node, SequenceNode)
        yield from _items(node, _text(field.check), place) if listed else _scalar(node, field, place)
    elif field.kind == "languages":
        assert field.item is not None
        yield from _languages(node, field.item, place)
    else:
        assert field.keys is not None
        yield from _keys(node, field.keys, place)


def _value(node: Node | None, *path: str) -> Node | None:
    for name in path:
        pairs = node.value if isinstance(node, MappingNode) else ()
        node = next((value for key, value in pairs if key.value == name), None)
    return node


def _maintenance(root: Node) -> Iterator[Finding]:
    """What the kind of maintenance asks for beside it."""
    kind, place = _value(root, "maintenance", "type"), "maintenance"
    if not isinstance(kind, ScalarNode):
        return
    contractors, contacts = (_value(root, place, name) for name in ("contractors", "contacts"))
    if kind.value == "contract" and (contractors is None or _empty(contractors)):
        yield _wrong("error", f"{place}.contractors", kind, "missing")
    if kind.value in ("internal", "community") and (contacts is None or _empty(contacts)):
        yield _wrong("error", f"{place}.contacts", kind, "missing")
    if kind.value != "contract" and contractors is not None and not _empty(contractors):
        yield _wrong("error", f"{place}.contractors", contractors, "contractors")


def _files(root: Node, look: Look) -> Iterator[Finding]:
    """The files beside the description that it names."""
    named = [(name, _value(root, name)) for name in ("logo", "monochromeLogo")]
    named.append(("legal.authorsFile", _value(root, "legal", "authorsFile")))
    described = _value(root, "description")
    for key, value in described.value if isinstance(described, MappingNode) else ():
        shots = _value(value, "screenshots")
        place = f"description.{key.value}.screenshots"
        named += [(place, one) for one in (shots.value if isinstance(shots, SequenceNode) else ())]
    for place, node in named:
        if isinstance(node, ScalarNode) and _PATH.fullmatch(str(node.value)) and (wrong := look(str(node.value))):
            yield _wrong("error", place, node, wrong, value=str(node.value)[:60])


def check_publiccode(root: Node, look: Look | None = None) -> tuple[Finding, ...]:
    """Everything that is wrong with a publiccode.yml; `look` looks at the files beside it that it names."""
    local = _files(root, look) if look is not None else ()
    return (*_keys(root, ROOT, ""), *_maintenance(root), *local)
