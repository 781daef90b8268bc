"""Which plan integrates the tables of a folder: the user's own, one by a key, or the one that identifiers suggest."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from ronghe.data.integrate.fuse.plan import FuseStep, Plan, Source
from ronghe.data.standardize.result import ColumnResult
from ronghe.journeys.shared import SharedTable
from ronghe.tables.staged import Note
from ronghe.terms import InputError, UsageError

__all__ = ["BY_KEY", "Planned", "plan_by_identifiers", "plan_by_key", "plan_of_tables"]

BY_KEY = "integrated"
"""The table that a key makes."""

LASTING: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "people": ("citizen_id", ("person_name", "sex", "ethnic_group", "birth_date")),
        "organizations": ("unified_credit_code", ("organization_name", "industry")),
    }
)
"""Of each kind of entity: the identifier, and what every department says of the same thing.

An address or a telephone is not among them: beside a title deed stands the address of the house, not of its owner.
"""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan over the tables of a publication; notes say what could not take part, and why."""

    plan: Plan | None
    notes: tuple[Note, ...] = ()


def _column_names(table: SharedTable) -> list[str]:
    return [column.name for column in table.result.columns]


def _source(table: SharedTable, columns: Mapping[str, str]) -> Source:
    return Source(table.result.name, table.result.name, table.department.name, columns=columns)


def _left_out(tables: Sequence[SharedTable], holders: Sequence[SharedTable], key: str) -> list[Note]:
    rest = [table.result for table in tables if table not in holders]
    return [
        Note("journeys.left_out_no_key" if result.rows_published else "journeys.left_out_no_rows", params)
        for result in rest
        for params in [{"table": result.name, "key": key}]
    ]


def _disputed(holders: Sequence[SharedTable]) -> set[str]:
    """The names under which tables have columns of different types: those are different things."""
    kinds: dict[str, set[str]] = {}
    for table in holders:
        for column in table.result.columns:
            kinds.setdefault(column.name, set()).add("number" if column.type == "integer" else column.type)
    return {name for name, types in kinds.items() if len(types) > 1}


def plan_by_key(tables: Sequence[SharedTable], key: str) -> Planned:
    """One row for each value of the key, with the columns of all tables that have it.

    A column that several tables have is one field; where its types differ each table keeps its own, as `table.column`.
    Raises InputError where fewer than two tables with rows have the key, or have it in different types.
    """
    holders = [table for table in tables if key in _column_names(table) and table.result.rows_published]
    if len(holders) < 2:
        held = Counter(name for table in tables for name in _column_names(table))
        known = ", ".join(name for name, count in held.items() if count > 1) or "–"
        raise InputError("journeys.key_absent", key=key, tables=len(holders), known=known)
    disputed = _disputed(holders)
    if key in disputed:
        kinds = {t.result.name: c.type for t in holders for c in t.result.columns if c.name == key}
        raise InputError("journeys.key_types", key=key, types=", ".join(f"{n}: {kind}" for n, kind in kinds.items()))
    sources = {
        table.result.name: _source(
            table,
            {name: f"{table.result.name}.{name}" if name in disputed else name for name in _column_names(table)},
        )
        for table in holders
    }
    step = FuseStep(BY_KEY, tuple(sources), keys=(key,))
    return Planned(Plan(sources, (step,)), tuple(_left_out(tables, holders, key)))


def _only(columns: Sequence[ColumnResult], element: str) -> str | None:
    """The column with this element, None where there are none or several: which one is meant is then not known."""
    found = [column.name for column in columns if column.element == element]
    return found[0] if len(found) == 1 else None


def _holders(
    tables: Sequence[SharedTable], identifier: str, distinct: Callable[[SharedTable, str], int]
) -> dict[str, tuple[SharedTable, str]]:
    """The tables whose rows this identifier names, with its column: of several identifiers the one that varies most."""
    found = {}
    for table in tables:
        own = {code: name for code, _ in LASTING.values() if (name := _only(table.result.columns, code)) is not None}
        if identifier not in own or not table.result.rows_published:
            continue
        most = max(own, key=lambda code: distinct(table, own[code])) if len(own) > 1 else identifier
        if most == identifier:
            found[table.result.name] = (table, own[identifier])
    return found


def plan_by_identifiers(tables: Sequence[SharedTable], distinct: Callable[[SharedTable, str], int]) -> Planned:
    """Golden rows of people and organizations over the tables that name them by a number of the national standard.

    A key of another kind, such as a row number, is never taken unasked: equal numbers of two departments mean nothing.
    `distinct` counts the values of a table's column.
    """
    sources: dict[str, Source] = {}
    steps = []
    taken = {table.result.name for table in tables}
    for kind, (identifier, elements) in LASTING.items():
        holders = _holders(tables, identifier, distinct)
        if len(holders) < 2:
            continue
        called = _called([table for table, _ in holders.values()], (identifier, *elements))
        for name, (table, _) in holders.items():
            given = {element: _only(table.result.columns, element) for element in called}
            sources[name] = _source(table, {theirs: called[e] for e, theirs in given.items() if theirs})
        step = f"golden_{kind}" if kind in taken else kind
        steps.append(FuseStep(step, tuple(holders), keys=(called[identifier],)))
    if not steps:
        return Planned(None, (Note("journeys.no_identifier", {}),) if len(tables) > 1 else ())
    rest = [table.result.name for table in tables if table.result.name not in sources]
    notes = tuple(Note("journeys.left_out_no_identifier", {"table": name}) for name in rest)
    return Planned(Plan(sources, tuple(steps)), notes)


def _called(tables: Sequence[SharedTable], elements: Sequence[str]) -> dict[str, str]:
    """What each element is called in the golden row: as the first table calls it, else by its code."""
    called: dict[str, str] = {}
    for table in tables:
        for element in elements:
            name = _only(table.result.columns, element)
            if name is not None and element not in called:
                called[element] = element if name in called.values() else name
    return called


def plan_of_tables(plan: Plan, tables: Mapping[str, SharedTable], where: str) -> Plan:
    """The user's plan over the standardized tables: a source whose path has the name of a shared file is that table.

    `tables` are by file name. Raises InputError for a source that is none of them, UsageError for a step that would
    take the name of a table.
    """
    names = {table.result.name for table in tables.values()}
    for step in plan.steps:
        if step.name in names:
            raise UsageError("journeys.plan_name_taken", where=where, name=step.name)
    sources = {}
    for name, source in plan.sources.items():
        file = Path(source.path).name
        if file not in tables:
            raise InputError("journeys.plan_source", where=where, name=name, path=source.path, known=", ".join(tables))
        sources[name] = replace(source, path=tables[file].result.name)
    return Plan(sources, plan.steps)
