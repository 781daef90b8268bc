"""One golden row per entity, with who said what and why that won."""

from dataclasses import replace
from pathlib import Path

from sqlglot import exp

from ronghe.data.integrate.fuse.entities import by_clusters, by_keys
from ronghe.data.integrate.fuse.plan import FuseStep
from ronghe.data.integrate.fuse.table import (
    Made,
    Table,
    call,
    check_agree,
    column,
    count_rows,
    named,
    need,
    row_name,
    text_of,
    write,
)
from ronghe.tables.engine import DuckDB
from ronghe.terms import InputError, InternalFault

__all__ = ["fuse"]

_LAST = exp.Literal.number(2**62)
_WHEN = "TIMESTAMP"
_OURS = ("_entity", "_place", "_source", "_department", "_row", "_id", "_changed", "_filled")


def _fields(step: FuseStep, tables: list[Table]) -> list[str]:
    """The columns of all tables; InputError where tables give one name different types."""
    for table in tables:
        for name in table.types:
            if name in _OURS:
                raise InputError("data.integrate_column_twice", step=step.name, name=name)
    check_agree(step.name, ((table.source.name, n, kind) for table in tables for n, kind in table.types.items()))
    return list(dict.fromkeys(name for table in tables for name in table.types))


def _changed(engine: DuckDB, step: FuseStep, table: Table) -> exp.Expr:
    """The instant of the last change, NULL where the table does not say; InputError for a text that is none."""
    name = table.source.changed
    if name is None:
        return exp.cast(exp.Null(), _WHEN)
    need(table, (name,), step.name)
    when = exp.TryCast(this=column(name), to=exp.DataType.build(_WHEN))
    wrong = exp.and_(when.is_(exp.Null()), column(name).is_(exp.Null()).not_())
    if count_rows(engine, exp.select("count(*)").from_(exp.to_identifier(table.view)).where(wrong)):
        raise InputError("data.integrate_changed", step=step.name, table=table.source.name, name=name)
    return when


def _rows(engine: DuckDB, step: FuseStep, tables: list[Table], fields: list[str]) -> None:
    """Keep `rows`: all rows of all tables under one head, with where each comes from."""
    parts = []
    for place, table in enumerate(tables):
        given: list[exp.Expr] = [
            exp.Case().when(column(n).is_(exp.Null()), exp.Literal.number(0)).else_(exp.Literal.number(1))
            for n in table.types
        ]
        filled = given[0]
        for one in given[1:]:
            filled = exp.Add(this=filled, expression=one)
        own = table.source.id or ""
        shown = [
            named(exp.Literal.number(place), "_place"),
            named(exp.Literal.string(table.source.name), "_source"),
            named(exp.Literal.string(table.source.department), "_department"),
            named(row_name(table), "_row"),
            named(text_of(column(own)) if own in table.types else row_name(table), "_id"),
            named(_changed(engine, step, table), "_changed"),
            named(filled, "_filled"),
            *(named(column(n) if n in table.types else exp.Null(), n) for n in fields),
        ]
        parts.append(exp.select(*shown).from_(exp.to_identifier(table.view)))
    whole = exp.union(*parts, distinct=False) if len(parts) > 1 else parts[0]
    engine.keep("rows", exp.select("*").from_(whole.subquery("u")))


def _leads(tables: list[Table]) -> dict[str, str]:
    return {name: table.source.department for table in tables for name in table.source.lead}


def _of_rows(tables: list[Table]) -> set[str]:
    """The columns that tell of a row, not of the entity: its name, and the day of its last change.

    That they differ contradicts nobody.
    """
    told = {name for t in tables for name in (t.source.id, t.source.changed) if name is not None}
    return {n for n in told if all(n in (t.source.id, t.source.changed) for t in tables if n in t.types)}


def _standing(rule: str, name: str) -> exp.Expr:
    """What the rule says of a value: smaller wins."""
    if rule == "newest":
        return exp.Coalesce(this=exp.Neg(this=call("epoch_us", column("_changed"))), expressions=[_LAST.copy()])
    if rule == "most-complete":
        return exp.Neg(this=column("_filled"))
    # A department that delivers the same row ten times is one voice.
    voices = exp.Count(this=exp.Distinct(expressions=[column("_department")]))
    return exp.Neg(this=exp.Window(this=voices, partition_by=[column("_entity"), column(name)]))


def _struct(**parts: exp.Expr) -> exp.Expr:
    return exp.Struct(
        expressions=[exp.PropertyEQ(this=exp.to_identifier(k), expression=part) for k, part in parts.items()]
    )


def _chosen(engine: DuckDB, step: FuseStep, fields: list[str], leads: dict[str, str]) -> None:
    """Keep `chosen`: for each entity and field the winning value with its source, and whether others differ."""
    ranked = [named(_standing(step.rules.get(n, step.rule), n), f"_s{k}") for k, n in enumerate(fields)]
    entity = column("_entity").is_(exp.Null()).not_()
    engine.keep("ranked", exp.select("*", *ranked).from_("members").where(entity))
    shown: list[exp.Expr] = []
    for k, name in enumerate(fields):
        lead = exp.NEQ(this=column("_department"), expression=exp.Literal.string(leads.get(name, "")))
        order = _struct(
            a=exp.cast(lead, "INT"),
            b=exp.cast(column(f"_s{k}"), "BIGINT"),
            c=column("_place"),
            d=text_of(column(name)),
            e=column("_row"),
        )
        value = _struct(
            value=column(name),
            department=column("_department"),
            source=column("_source"),
            row=column("_row"),
            standing=exp.cast(column(f"_s{k}"), "BIGINT"),
        )
        given = exp.Where(this=column(name).is_(exp.Null()).not_())
        shown.append(named(exp.Filter(this=call("arg_min", value, order), expression=given), f"w{k}"))
        differ = exp.NEQ(this=call("min", column(name)), expression=call("max", column(name)))
        shown.append(named(differ, f"d{k}"))
    engine.keep("winners", exp.select(column("_entity"), *shown).from_("ranked").group_by(column("_entity")))
    _with_ties(engine, fields)


def _with_ties(engine: DuckDB, fields: list[str]) -> None:
    """Keep `chosen`: `winners`, and where the rule found another value as good as the one that won."""
    differing = exp.or_(*(column(f"d{k}") for k in range(len(fields))))
    disputed = exp.select("*").from_("winners").where(differing).subquery("c")
    ties = []
    for k, name in enumerate(fields):
        other = exp.NEQ(this=column(name, "r"), expression=_part(k, "value"))
        equal = exp.EQ(this=column(f"_s{k}", "r"), expression=_part(k, "standing"))
        ties.append(named(call("bool_or", exp.and_(column(f"d{k}", "c"), other, equal)), f"t{k}"))
    same = exp.EQ(this=column("_entity", "r"), expression=column("_entity", "c"))
    found = exp.select(named(column("_entity", "c"), "_entity"), *ties).from_(exp.to_table("ranked").as_("r"))
    found = found.join(disputed, on=same).group_by(column("_entity", "c"))
    shown = [exp.Coalesce(this=column(f"t{k}", "t"), expressions=[exp.false()]) for k in range(len(fields))]
    select = exp.select("w.*", *(named(tie, f"t{k}") for k, tie in enumerate(shown)))
    select = select.from_(exp.to_table("winners").as_("w"))
    on = exp.EQ(this=column("_entity", "w"), expression=column("_entity", "t"))
    engine.keep("chosen", select.join(found.subquery("t"), on=on, join_type="left"))


def _part(k: int, name: str) -> exp.Expr:
    return call("struct_extract", column(f"w{k}"), exp.Literal.string(name))


def _why(step: FuseStep, k: int, name: str, leads: dict[str, str]) -> exp.Expr:
    """lead, agreed (nobody says otherwise), the rule, or order where the rule said nothing or left a tie."""
    rule = step.rules.get(name, step.rule)
    lead = exp.EQ(this=_part(k, "department"), expression=exp.Literal.string(leads.get(name, "")))
    case = exp.Case().when(lead, exp.Literal.string("lead"))
    case = case.when(exp.Not(this=column(f"d{k}")), exp.Literal.string("agreed"))
    case = case.when(column(f"t{k}"), exp.Literal.string("order"))
    if rule == "newest":
        unknown = exp.EQ(this=_part(k, "standing"), expression=_LAST.copy())
        case = case.when(unknown, exp.Literal.string("order"))
    return case.else_(exp.Literal.string(rule))


def _provenance(step: FuseStep, fields: list[str], leads: dict[str, str]) -> exp.Select:
    parts = []
    for k, name in enumerate(fields):
        shown = [
            named(column("_entity"), "entity"),
            named(exp.Literal.string(name), "field"),
            named(_part(k, "source"), "source"),
            named(_part(k, "row"), "row"),
            named(_why(step, k, name, leads), "why"),
        ]
        given = column(f"w{k}").is_(exp.Null()).not_()
        parts.append(exp.select(*shown).from_("chosen", copy=False).where(given, copy=False))
    return _sorted(parts)


def _said(k: int, name: str) -> exp.Subquery:
    """Who said what of a field on which an entity's rows differ: each department's values, each once."""
    # Only entities that disagree are joined: the rest is most of the table.
    differs = exp.select(column("_entity")).from_("chosen", copy=False).where(column(f"d{k}"), copy=False)
    first = call("min", _struct(place=column("_place", "r"), source=column("_source", "r"), row=column("_row", "r")))
    group = [column("_entity", "r"), column("_department", "r"), column(name, "r")]
    shown = [
        named(column("_entity", "r"), "entity"),
        named(column("_department", "r"), "department"),
        named(text_of(column(name, "r")), "value"),
        named(first, "first"),
        named(exp.Count(this=exp.Star()), "rows"),
    ]
    on = exp.EQ(this=column("_entity", "r"), expression=column("_entity", "c"))
    given = column(name, "r").is_(exp.Null()).not_()
    select = exp.select(*shown).from_(exp.to_table("ranked").as_("r"), copy=False)
    select = select.join(differs.subquery("c", copy=False), on=on, copy=False).where(given, copy=False)
    return select.group_by(*group, copy=False).subquery("s", copy=False)


def _conflicts(step: FuseStep, fields: list[str], of_rows: set[str], leads: dict[str, str]) -> exp.Select:
    """A row for each field on which an entity's rows differ, with each department's values."""
    parts = []
    for k, name in enumerate(fields):
        if name in of_rows and len(of_rows) < len(fields):
            continue
        said = _struct(
            department=column("department", "s"),
            value=column("value", "s"),
            source=call("struct_extract", column("first", "s"), exp.Literal.string("source")),
            row=call("struct_extract", column("first", "s"), exp.Literal.string("row")),
            rows=column("rows", "s"),
        )
        shown = [
            named(column("_entity", "c"), "entity"),
            named(exp.Literal.string(name), "field"),
            named(call("list_sort", call("list", said)), "values"),
            named(text_of(call("any_value", _part(k, "value"))), "won"),
            named(call("any_value", _part(k, "department")), "won_department"),
            named(call("any_value", _part(k, "source")), "won_source"),
            named(call("any_value", _part(k, "row")), "won_row"),
            named(call("any_value", _why(step, k, name, leads)), "why"),
        ]
        on = exp.EQ(this=column("entity", "s"), expression=column("_entity", "c"))
        select = exp.select(*shown).from_(_said(k, name), copy=False)
        select = select.join(exp.to_table("chosen").as_("c"), on=on, copy=False)
        parts.append(select.group_by(column("_entity", "c"), copy=False))
    return _sorted(parts)


def _sorted(parts: list[exp.Select]) -> exp.Select:
    whole = exp.union(*parts, distinct=False, copy=False) if len(parts) > 1 else parts[0]
    every = exp.select("*").from_(whole.subquery("u", copy=False), copy=False)
    return every.order_by(column("entity"), column("field"), copy=False)


def fuse(engine: DuckDB, step: FuseStep, tables: list[Table], clusters: Table | None, path: Path) -> Made:
    """Write the golden rows, their provenance, conflicts and members, and the rows that belong to no entity."""
    fields = _fields(step, tables)
    leads = _leads(tables)
    for table in tables:
        need(table, table.source.lead, step.name)
        if not count_rows(engine, exp.select("count(*)").from_(exp.to_identifier(table.view))):
            raise InputError("data.integrate_empty", step=step.name, table=table.source.name)
    for name in (*step.rules, *step.keys):
        if name not in fields:
            known = ", ".join(fields)
            raise InputError("data.integrate_column", step=step.name, table=step.name, name=name, known=known)
    changed = {name: "newest" for name in _of_rows(tables) if any(name == t.source.changed for t in tables)}
    step = replace(step, rules={**changed, **step.rules})
    _rows(engine, step, tables, fields)
    if clusters is None:
        by_keys(engine, step, tables)
    else:
        by_clusters(engine, step, tables, clusters)
    _chosen(engine, step, fields, leads)
    return _written(engine, step, tables, fields, leads, path)


def _written(
    engine: DuckDB, step: FuseStep, tables: list[Table], fields: list[str], leads: dict[str, str], path: Path
) -> Made:
    golden = exp.select(
        named(column("_entity"), "_entity"), *(named(_part(k, "value"), n) for k, n in enumerate(fields))
    )
    known = column("_entity").is_(exp.Null())
    member = [named(column("_source"), "source"), named(column("_row"), "row")]
    members = exp.select(named(column("_entity"), "entity"), *member).from_("members").where(known.not_())
    alone = exp.select(*member, *(column(n) for n in fields)).from_("members").where(known.copy())
    selects = {
        path.name: golden.from_("chosen").order_by(column("_entity")),
        f"{step.name}.provenance.parquet": _provenance(step, fields, leads),
        f"{step.name}.conflicts.parquet": _conflicts(step, fields, _of_rows(tables), leads),
        f"{step.name}.members.parquet": members.order_by(column("entity"), column("source"), column("row")),
        f"{step.name}.without_entity.parquet": alone.order_by(column("source"), column("row")),
    }
    files = {file: write(engine, select, path.parent / file) for file, select in selects.items()}
    rows, _, conflicts, listed, without = files.values()
    read = count_rows(engine, exp.select("count(*)").from_("rows"))
    if read != listed + without:
        raise InternalFault("data.integrate_lost", step=step.name, read=read, written=listed + without)
    counts = {"rows_in": read, "rows": rows, "members": listed, "without_entity": without, "conflicts": conflicts}
    origins = {n: [(t.source.name, n) for t in tables if n in t.types] for n in fields}
    return Made(files, counts, origins)
