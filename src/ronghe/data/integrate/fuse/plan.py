"""The plan of an integration: which tables, and what is made of them, in an order without cycles."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ronghe.terms import InputError

__all__ = [
    "CARDINALITIES",
    "HOWS",
    "LEAST_THRESHOLD",
    "RULES",
    "FuseStep",
    "JoinStep",
    "LinkStep",
    "Plan",
    "Source",
    "Step",
    "UnionStep",
    "parse_plan",
]

CARDINALITIES = ("one-to-one", "many-to-one", "one-to-many")
HOWS = ("inner", "left", "full")
RULES = ("newest", "most-complete", "majority")
LEAST_THRESHOLD = 0.5
"""Linkage gives no pair that is less likely the same than not."""
_NAME = re.compile(r"\w[\w-]*")


@dataclass(frozen=True, slots=True)
class Source:
    """A table as a department gives it; `lead` names the fields of which it is the lead source, `id` its own key,
    `changed` the column with the day of the last change. With `columns` only these are read, under our names: theirs
    to ours."""

    name: str
    path: str
    department: str
    changed: str | None = None
    id: str | None = None
    lead: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnionStep:
    """The same thing in different shapes; `columns` maps, for each table, its names to ours."""

    name: str
    of: tuple[str, ...]
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JoinStep:
    """Tables side by side by equal keys, never by position.

    Cardinality is that of the first table to the others: with many-to-one its keys may repeat, with one-to-many those
    of the second of two tables.
    """

    name: str
    of: tuple[str, ...]
    on: tuple[str, ...]
    how: str
    cardinality: str

    @property
    def repeating(self) -> int | None:
        """The place of the table whose keys may repeat."""
        return {"one-to-one": None, "many-to-one": 0, "one-to-many": 1}[self.cardinality]


@dataclass(frozen=True, slots=True)
class FuseStep:
    """One golden row per entity, found by `keys` (the first is the strongest) or by the table `clusters`."""

    name: str
    tables: tuple[str, ...]
    keys: tuple[str, ...] = ()
    clusters: str | None = None
    rules: Mapping[str, str] = field(default_factory=dict)
    rule: str = "majority"

    @property
    def of(self) -> tuple[str, ...]:
        """The tables that it needs."""
        return (*self.tables, self.clusters) if self.clusters else self.tables


@dataclass(frozen=True, slots=True)
class LinkStep:
    """Which rows of the tables are the same thing, by linkage: a clusters table for a fusion.

    One table is linked with itself, two with each other, more as one pile. `columns` are names of ours, or `left=right`
    where two tables differ. Pairs below `threshold` do not count. `review` is a file with decisions, which hold.
    `model` is a file with what an earlier linkage learnt, its columns among it: nothing is learnt then.
    """

    name: str
    of: tuple[str, ...]
    columns: tuple[str, ...] = ()
    one_to_one: bool | None = None
    threshold: float = LEAST_THRESHOLD
    review: str | None = None
    model: str | None = None


Step = UnionStep | JoinStep | FuseStep | LinkStep


@dataclass(frozen=True, slots=True)
class Plan:
    """Sources by name, and steps in an order in which each finds its tables made."""

    sources: Mapping[str, Source]
    steps: tuple[Step, ...]


def _bad(where: str, what: str) -> InputError:
    return InputError("data.integrate_plan", where=where, what=what)


def _text(table: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or not value:
        raise _bad(where, key)
    return value


def _texts(table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise _bad(where, key)
    if len(set(value)) != len(value):
        raise _bad(where, key)
    return tuple(value)


def _one_of(table: Mapping[str, Any], key: str, where: str, known: Sequence[str], default: str | None = None) -> str:
    value = _text(table, key, where, default)
    if value not in known:
        raise InputError("data.integrate_choice", where=where, key=key, value=value, known=", ".join(known))
    return value


def _known_keys(table: Mapping[str, Any], where: str, known: str) -> None:
    for key in table:
        if key not in known.split():
            raise InputError("data.integrate_choice", where=where, key="key", value=key, known=known)


def _name(table: Mapping[str, Any], where: str) -> str:
    name = _text(table, "name", where)
    if not _NAME.fullmatch(name):  # names become files of the publication
        raise _bad(where, "name")
    return name


def _source(table: Mapping[str, Any], where: str) -> Source:
    _known_keys(table, where, "name path department changed id lead columns")
    name = _name(table, where)
    changed = _text(table, "changed", where) if "changed" in table else None
    own = _text(table, "id", where) if "id" in table else None
    department = _text(table, "department", where, name)
    lead, path = _texts(table, "lead", where), _text(table, "path", where)
    return Source(name, path, department, changed, own, lead, _renamed(table.get("columns", {}), where))


def _renamed(columns: Any, where: str) -> dict[str, str]:
    """Their names to ours; InputError for anything but texts, and for two columns that take one name."""
    if not isinstance(columns, dict) or not all(isinstance(name, str) and name for name in columns.values()):
        raise _bad(where, "columns")
    if len(set(columns.values())) != len(columns):
        raise _bad(where, "columns")
    return columns


def _columns(table: Mapping[str, Any], where: str) -> dict[str, dict[str, str]]:
    found = table.get("columns", {})
    if not isinstance(found, dict) or not all(isinstance(part, dict) for part in found.values()):
        raise _bad(where, "columns")
    if not all(isinstance(name, str) for part in found.values() for name in part.values()):
        raise _bad(where, "columns")
    return found


def _fuse(table: Mapping[str, Any], name: str, where: str) -> FuseStep:
    _known_keys(table, where, "name kind of keys clusters rules rule")
    clusters = _text(table, "clusters", where) if "clusters" in table else None
    keys = _texts(table, "keys", where)
    if bool(keys) == bool(clusters):
        raise _bad(where, "keys / clusters")
    rules = table.get("rules", {})
    if not isinstance(rules, dict):
        raise _bad(where, "rules")
    chosen = {key: _one_of(rules, key, where, RULES) for key in rules}
    return FuseStep(
        name, _texts(table, "of", where), keys, clusters, chosen, _one_of(table, "rule", where, RULES, "majority")
    )


def _join(table: Mapping[str, Any], name: str, where: str) -> JoinStep:
    """Two tables as `left` and `right`, or any number as `of`."""
    _known_keys(table, where, "name kind of left right on how cardinality")
    of = _texts(table, "of", where) if "of" in table else (_text(table, "left", where), _text(table, "right", where))
    on = _texts(table, "on", where)
    how = _one_of(table, "how", where, HOWS, "inner")
    cardinality = _one_of(table, "cardinality", where, CARDINALITIES)
    if not on:
        raise _bad(where, "on")
    if len(set(of)) < 2 or len(set(of)) < len(of) or ("of" in table and {"left", "right"} & set(table)):
        raise _bad(where, "of")
    if cardinality == "one-to-many" and len(of) > 2:
        raise _bad(where, "cardinality")
    return JoinStep(name, of, on, how, cardinality)


def _link(table: Mapping[str, Any], where: str) -> LinkStep:
    _known_keys(table, where, "name of columns one_to_one threshold review model")
    name, of, columns = _name(table, where), _texts(table, "of", where), _texts(table, "columns", where)
    one_to_one, threshold = table.get("one_to_one"), table.get("threshold", LEAST_THRESHOLD)
    if not of:
        raise _bad(where, "of")
    if not isinstance(one_to_one, bool | None) or (one_to_one is not None and len(of) != 2):
        raise _bad(where, "one_to_one")
    if type(threshold) not in (int, float) or not LEAST_THRESHOLD <= threshold <= 1:
        raise _bad(where, "threshold")
    review = _text(table, "review", where) if "review" in table else None
    model = _text(table, "model", where) if "model" in table else None
    if model is not None and (columns or one_to_one is not None):
        raise _bad(where, "model")
    return LinkStep(name, of, columns, one_to_one, float(threshold), review, model)


def _step(table: Mapping[str, Any], where: str) -> Step:
    name = _name(table, where)
    kind = _one_of(table, "kind", where, ("union", "join", "fuse"))
    if kind == "fuse":
        step: Step = _fuse(table, name, where)
    elif kind == "union":
        _known_keys(table, where, "name kind of columns")
        step = UnionStep(name, _texts(table, "of", where), _columns(table, where))
    else:
        step = _join(table, name, where)
    if not step.of:
        raise _bad(where, "of")
    return step


def _ordered(steps: Sequence[Step], sources: Mapping[str, Source]) -> tuple[Step, ...]:
    """Each step after those that it needs, else as written; InputError for a cycle or a table that nobody gives."""
    names = {*sources, *(step.name for step in steps)}
    for step in steps:
        for needed in step.of:
            if needed not in names:
                raise InputError("data.integrate_unknown", step=step.name, name=needed, known=", ".join(sorted(names)))
    made, ordered, waiting = set(sources), list[Step](), list(steps)
    while waiting:
        ready = next((step for step in waiting if made.issuperset(step.of)), None)
        if ready is None:
            raise InputError("data.integrate_cycle", steps=", ".join(step.name for step in waiting))
        waiting.remove(ready)
        ordered.append(ready)
        made.add(ready.name)
    return tuple(ordered)


def _check_leads(sources: Sequence[Source]) -> None:
    """One number, one source: a field has one lead department."""
    leads: dict[str, str] = {}
    for source in sources:
        for name in source.lead:
            other = leads.setdefault(name, source.department)
            if other != source.department:
                raise InputError("data.integrate_lead_twice", field=name, one=other, two=source.department)


def _tables(document: Mapping[str, Any], key: str, *, needed: bool = True) -> list[dict[str, Any]]:
    found = document.get(key)
    if found is None and not needed:
        return []
    if not isinstance(found, list) or not found or not all(isinstance(item, dict) for item in found):
        raise _bad("plan", f"[[{key}]]")
    return found


def parse_plan(text: str, *, where: str) -> Plan:
    """The plan in a TOML text; InputError names the place and the key that cannot be used."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise InputError("data.integrate_toml", where=where, detail=str(fault)) from fault
    _known_keys(document, where, "source link step")
    sources = [_source(table, f"source {n}") for n, table in enumerate(_tables(document, "source"), 1)]
    links = [_link(table, f"link {n}") for n, table in enumerate(_tables(document, "link", needed=False), 1)]
    made = _tables(document, "step", needed=not links)
    steps: list[Step] = [*links, *(_step(table, f"step {n}") for n, table in enumerate(made, 1))]
    names = [item.name for item in (*sources, *steps)]
    for name in names:
        if names.count(name) > 1:
            raise InputError("data.integrate_name_twice", name=name)
    _check_leads(sources)
    by_name = {source.name: source for source in sources}
    return Plan(by_name, _ordered(steps, by_name))
