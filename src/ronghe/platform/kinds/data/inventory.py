"""Find out what a department has: from a list that it hands in, or from a database, of which only names are read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from sqlglot import exp

from ronghe.platform.access.rules import Actor
from ronghe.platform.catalogue.inventory import list_inventory
from ronghe.platform.departments.models import Department
from ronghe.platform.ids import new_id
from ronghe.platform.kinds.data import store
from ronghe.platform.kinds.data.addresses import allowed_url
from ronghe.platform.kinds.data.reading import allowed
from ronghe.platform.kinds.data.uploads import keep
from ronghe.tables.database import tables_of
from ronghe.tables.engine import Resources, duckdb_engine
from ronghe.tables.open import stage
from ronghe.terms import InputError

__all__ = ["import_list", "scan_database"]

_HEADS: Mapping[str, tuple[str, ...]] = {
    "name": ("名称", "资源名称", "数据名称", "表名", "表名称", "name", "table"),
    "system": ("系统", "系统名称", "信息系统", "所属系统", "system"),
    "items": ("信息项数", "字段数", "数据项数", "items", "columns"),
    "rows": ("行数", "记录数", "数据量", "rows"),
    "column": ("信息项名称", "字段名", "字段名称", "数据项名称", "column"),
}
MOST_LINES = 200_000


def _places(columns: tuple[str, ...]) -> dict[str, int]:
    lower = [column.strip().lower() for column in columns]
    places = {what: lower.index(head) for what, heads in _HEADS.items() for head in heads if head in lower}
    if "name" not in places:
        raise InputError("platform.inventory_heads", known=", ".join(_HEADS["name"]))
    return places


def _whole(text: str | None) -> int | None:
    plain = (text or "").strip().replace(",", "")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 15 else None


def _things(lines: Iterable[Mapping[str, Any]], places: Mapping[str, int]) -> list[dict[str, Any]]:
    """One thing for each name and system; of a list with a line for each column the columns are counted."""
    counted: dict[tuple[str, str], dict[str, Any]] = {}
    columns: dict[tuple[str, str], int] = defaultdict(int)
    for line in lines:
        told = {what: line[f"c{place}"] for what, place in places.items()}
        name, system = (told["name"] or "").strip(), (told.get("system") or "").strip()
        if not name:
            continue
        key = (name, system)
        columns[key] += bool((told.get("column") or "").strip())
        known = {"items": _whole(told.get("items")), "rows": _whole(told.get("rows"))}
        kept = counted.setdefault(key, {"name": name, "system": system, "items": None, "rows": None})
        kept.update({what: number for what, number in known.items() if number is not None})
    return [{**one, "items": one["items"] or columns[key] or 0} for key, one in counted.items()]


def import_list(
    *, by: Actor, at: datetime, department: Department, chunks: Iterable[bytes], called: str
) -> tuple[int, int]:
    """Keep a list that the department handed in as a spreadsheet; gives the things in it and how many are new.

    Raises InputError without a column of names, LimitReached for a file that is too large. The file is not kept.
    """
    kept = keep(chunks, called=called, most=settings.LARGEST_UPLOAD)
    path = store.uploads() / kept.name
    try:
        with store.working(new_id()) as scratch:
            staged = stage(str(path), scratch)
            places = _places(staged.columns)
            with duckdb_engine(scratch / "spill", Resources()) as engine:
                engine.attach("list", staged)
                lines = engine.query(exp.select("*").from_("list").limit(MOST_LINES)).to_pylist()
    finally:
        store.remove(path)
    things = _things(lines, places)
    return len(things), list_inventory(by=by, at=at, department=department, found=things)


def scan_database(
    *, by: Actor, at: datetime, department: Department, url: str, password: str, system: str
) -> tuple[int, int]:
    """Keep the tables and views of a database with the number of their columns; no row is read, no password kept."""
    found = allowed_url(url, allowed())
    address = (found.set(password=password) if password else found).render_as_string(hide_password=False)
    things = [{"name": name, "items": len(columns)} for name, columns in tables_of(address).items()]
    return len(things), list_inventory(
        by=by, at=at, department=department, found=things, system=system or found.database or ""
    )
