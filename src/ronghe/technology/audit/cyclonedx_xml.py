"""CycloneDX in XML as the JSON form says it, so that both are read by the same reader.

Source: CycloneDX 1.2 to 1.6 XML reference (ECMA-424).
"""

from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from ronghe.technology.audit.components import DEEPEST
from ronghe.terms import InputError

__all__ = ["cyclonedx_xml"]

_NAMESPACE = "http://cyclonedx.org/schema/bom/"
_TEXTS = ("group", "name", "version", "purl")


def _tag(node: Element) -> str:
    return node.tag.rpartition("}")[2]


def _child(node: Element, name: str) -> Element | None:
    return next((one for one in node if _tag(one) == name), None)


def _children(node: Element | None, name: str) -> list[Element]:
    return [] if node is None else [one for one in node if _tag(one) == name]


def _text(node: Element | None) -> str:
    return (node.text or "").strip() if node is not None else ""


def _license(node: Element) -> dict[str, Any]:
    return {"license": {name: _text(_child(node, name)) for name in ("id", "name")}}


def _component(node: Element, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {name: _text(_child(node, name)) for name in _TEXTS}
    listed = _child(node, "licenses")
    found["licenses"] = [_license(one) for one in _children(listed, "license")]
    found["licenses"] += [{"expression": _text(one)} for one in _children(listed, "expression")]
    found["hashes"] = [{"content": _text(one)} for one in _children(_child(node, "hashes"), "hash")]
    if depth <= DEEPEST:  # One level more than is taken, so that it is refused and not passed over.
        inner = _children(_child(node, "components"), "component")
        found["components"] = [_component(one, depth + 1) for one in inner]
    return found


def cyclonedx_xml(text: str, *, where: str) -> dict[str, Any]:
    """The document of an XML text. InputError for what is none, and for entities: a small file would become large."""
    try:
        root = fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, RecursionError) as fault:
        raise InputError("technology.not_xml", path=where, detail=type(fault).__name__) from fault
    if _tag(root) != "bom" or _NAMESPACE not in str(root.tag):
        raise InputError("technology.not_sbom", path=where)
    metadata = _child(root, "metadata")
    about = {} if metadata is None else {_tag(one): _text(one) or "yes" for one in metadata}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": str(root.tag).partition("}")[0].rpartition("/")[2],
        "metadata": about,
        "components": [_component(one, 0) for one in _children(_child(root, "components"), "component")],
        "dependencies": [{"ref": one.get("ref")} for one in _children(_child(root, "dependencies"), "dependency")],
    }
