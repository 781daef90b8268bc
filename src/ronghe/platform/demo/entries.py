"""What the departments of the demo city offer, read from `entries.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

__all__ = ["Offer", "offers"]


@dataclass(frozen=True, slots=True)
class Offer:
    """One entry: whose it is, its fields and items as the catalogue's actions take them, the file that it is of.

    `values` are, for each item, what a made-up table draws from; empty where the element says enough.
    """

    department: str
    fields: Mapping[str, Any]
    items: tuple[Mapping[str, Any], ...]
    values: tuple[tuple[str, ...], ...]
    file: str = ""

    @property
    def name(self) -> str:
        """The name in the catalogue."""
        return str(self.fields["name"])

    @property
    def personal(self) -> bool:
        """Whether any item is about a person."""
        return any(item["personal"] for item in self.items)


_OBLIGATIONS: Mapping[str, Any] = {
    "phone": {"mask": {"first": 3, "last": 4}},
    "mobile": {"mask": {"first": 3, "last": 4}},
}

_KEYS = ("citizen_id", "unified_credit_code")
"""What tells subjects apart; where a table has neither, its first column does."""


def _item(text: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    name, kind, element, unit, personal, values = (*text.split("|"), "", "", "")[:6]
    item = {
        "name": name,
        "type": kind,
        "element": element,
        "unit": unit,
        "personal": personal == "p",
        "obligation": _OBLIGATIONS.get(element, "keep"),
    }
    return item, tuple(values.split("/")) if values else ()


def _offer(entry: Mapping[str, Any]) -> Offer:
    items, values = zip(*map(_item, entry["items"]), strict=True)
    fields = {
        "name": entry["name"],
        "abstract": entry["abstract"],
        "category": entry["category"],
        "format": "interface" if entry.get("look_up") else "file",
        "method": "look_up" if entry.get("look_up") else "file",
        "update_period": entry["period"],
        "sharing_class": entry["class"],
        "conditions": entry.get("conditions", []),
        "legal_basis": entry.get("basis", ""),
        "is_lead_source": entry.get("lead", False),
        "personal": any(item["personal"] for item in items),
    }
    key = next((item for item in items if item["element"] in _KEYS), items[0])
    told = {"obligation": {"token": "citizen"}} if entry.get("token") else {}
    items = tuple({**item, "is_key": item is key, **(told if item is key else {})} for item in items)
    return Offer(entry["department"], fields, items, values, entry.get("file", ""))


def offers() -> tuple[Offer, ...]:
    """Every entry, in the order of the file."""
    document = tomllib.loads((files("ronghe.platform.demo") / "entries.toml").read_text("utf-8"))
    return tuple(map(_offer, document["entry"]))
