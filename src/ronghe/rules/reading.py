"""From the document of a set of rules (format `rules@1`) to its values; every mistake is told with its place."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ronghe.rules.decision_tables import AGGREGATES, HIT_POLICIES, TableSpec, outputs_of
from ronghe.rules.expressions import (
    AsOf,
    Compare,
    Constant,
    Expression,
    Fact,
    Kind,
    Member,
    Parameter,
    Value,
    rewritten,
    walk,
)
from ronghe.rules.parsing import Scope, name_of, parse
from ronghe.rules.ruleset import Case, Clause, FactSpec, ParameterSpec, Rule, RuleSet
from ronghe.rules.values import KINDS, bounded, possible, read_value
from ronghe.rules.yaml_reading import read_yaml
from ronghe.terms import InputError

__all__ = ["FORMAT", "bound", "read_rules"]

FORMAT = "rules@1"
MOST_RULES = 500
_RESERVED = frozenset(("as_of", "true", "false", "members", "and", "or", "not", "in", "if", "else", "is", "lambda"))
_TOP = ("format", "title", "version", "subject", "groups", "facts", "parameters", "tables", "define", "rules", "cases")
_FACT = ("type", "title", "column", "min", "max", "values", "absent", "element", "basis")
_PARAMETER = ("type", "title", "basis", "values", "until")
_TABLE = ("file", "header", "rows", "hit", "outputs", "collect", "otherwise", "title")
_RULE = ("title", "basis", "when", "amount", "from", "until")
_CLAUSE = ("clause", "if", "all", "any", "not", "title")
_CASE = ("name", "as_of", "given", "members", "expect")
_EXPECT = ("result", "clause", "missing", "amount")

Rows = Sequence[Sequence[str]]
TablesOf = Callable[[str], Rows]


def _no_tables(name: str) -> Rows:
    raise InputError("rules.table_file", path=name, detail="-")


def _mapping(value: object, where: str, known: Sequence[str] | None = None) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise InputError("rules.not_a_mapping", where=where)
    for key in value:
        if known is not None and key not in known:
            raise InputError("rules.key_unknown", where=where, key=key, known=", ".join(known))
    return value


def _list(value: object, where: str) -> Sequence[Any]:
    if not isinstance(value, list):
        raise InputError("rules.not_a_list", where=where)
    return value


def _day(value: object, where: str) -> dt.date | None:
    if value is None or (isinstance(value, dt.date) and not isinstance(value, dt.datetime)):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError as fault:
        raise InputError("rules.not_a_day", where=where, value=str(value)[:40]) from fault


def _strictly(value: object, kind: Kind, where: str) -> Value:
    found = read_value(value, kind)
    if found is None and value is not None:
        raise InputError("rules.value_kind", where=where, value=str(value)[:60], kind=kind)
    return found


def _kind(value: object, where: str) -> Kind:
    name = "number" if value == "integer" else value
    if name not in KINDS:
        raise InputError("rules.kind_unknown", where=where, kind=str(value), known=", ".join((*KINDS, "integer")))
    return name


def _fact(name: str, given: object, where: str) -> FactSpec:
    described = _mapping(given if isinstance(given, Mapping) else {"type": given}, where, _FACT)
    kind = _kind(described.get("type"), where)
    least, most = (_strictly(described.get(key), kind, where) for key in ("min", "max"))
    if least is not None and most is not None and least > most:  # type: ignore[operator]
        raise InputError("rules.range_reversed", where=where, least=least, most=most)
    values = tuple(_strictly(one, kind, where) for one in _list(described.get("values", []), where))
    absent = _strictly(described.get("absent"), kind, where)
    return FactSpec(
        name_of(name),
        kind,
        str(described.get("column", name)),
        str(described.get("title", "")),
        least,
        most,
        values,
        described.get("type") == "integer",
        absent,
        str(described.get("element", "")),
    )


def _parameter(name: str, given: object, where: str) -> ParameterSpec:
    described = _mapping(given, where, _PARAMETER)
    dated = described.get("values")
    if not isinstance(dated, Mapping) or not dated:
        raise InputError("rules.parameter_values", where=where)
    listed = [(_day(day, where), value) for day, value in dated.items()]
    first = next((value for _, value in listed if value is not None), None)
    by_value = {bool: "boolean", int: "number", float: "number", dt.date: "date"}
    kind = _kind(described.get("type", by_value.get(type(first), "text")), where)
    known = [(day, _strictly(value, kind, where)) for day, value in listed if day is not None]
    if len({day for day, _ in known}) < len(listed):
        raise InputError("rules.parameter_days", where=where)
    known.sort(key=lambda pair: pair[0])
    until = _day(described.get("until"), where)
    if until is not None and until <= known[0][0]:
        raise InputError("rules.range_reversed", where=where, least=known[0][0], most=until)
    basis, title = str(described.get("basis", "")), str(described.get("title", ""))
    return ParameterSpec(name_of(name), kind, tuple(known), basis, title, until)


def _table(name: str, given: object, where: str, tables_of: TablesOf) -> TableSpec:
    described = _mapping(given, where, _TABLE)
    hit, aggregate = str(described.get("hit", "unique")), str(described.get("collect", "sum"))
    if hit not in HIT_POLICIES or aggregate not in AGGREGATES:
        known = ", ".join((*HIT_POLICIES, *AGGREGATES))
        raise InputError("rules.table_hit", where=where, hit=hit if hit not in HIT_POLICIES else aggregate, known=known)
    outputs = {key: _kind(kind, where) for key, kind in _mapping(described.get("outputs", {}), where).items()}
    if not outputs:
        raise InputError("rules.table_output", where=where, name="outputs", known="")
    if "file" in described:
        where = f"{where} ({described['file']})"
        lines = tables_of(str(described["file"]))
        header, rows = (lines[0], lines[1:]) if lines else ([], [])
    else:
        header = [str(one) for one in _list(described.get("header"), where)]
        rows = [
            ["" if one is None else str(one) for one in _list(row, where)]
            for row in _list(described.get("rows"), where)
        ]
    otherwise = {key: str(value) for key, value in _mapping(described.get("otherwise", {}), where).items()}
    return TableSpec(name, hit, outputs, [one.strip() for one in header], rows, where, aggregate, otherwise)


def _clause(given: object, scope: Scope, where: str) -> Clause:
    if not isinstance(given, Mapping):
        return Clause("if", str(given).strip(), _condition(given, scope, where))
    described = _mapping(given, where, _CLAUSE)
    kinds = [kind for kind in ("if", "all", "any", "not") if kind in described]
    if len(kinds) != 1:
        raise InputError("rules.clause_form", where=where, found=", ".join(described))
    kind, label = kinds[0], str(described.get("clause", ""))
    here = f"{where} {label}".strip()
    if kind == "if":
        return Clause("if", label or str(described["if"]).strip(), _condition(described["if"], scope, here))
    parts = [described["not"]] if kind == "not" else _list(described[kind], here)
    if not parts:
        raise InputError("rules.not_a_list", where=here)
    return Clause(kind, label, None, tuple(_clause(part, scope, here) for part in parts))


def _condition(given: object, scope: Scope, where: str) -> Expression:
    found = parse(given, scope, where)
    if found.kind != "boolean":
        part = str(given)[:60]
        raise InputError("rules.expression_kind", where=where, text=part, part=part, kind=found.kind, wanted="boolean")
    return bounded(found, where)


def _rule(name: str, given: object, scope: Scope, where: str) -> Rule:
    described = _mapping(given, where, _RULE)
    if "when" not in described:
        raise InputError("rules.rule_without_when", where=where)
    when = _clause(described["when"], scope, where)
    amount = None
    if described.get("amount") is not None:
        amount = bounded(parse(described["amount"], scope, f"{where} amount"), f"{where} amount")
        if amount.kind != "number":
            part = str(described["amount"])[:60]
            raise InputError(
                "rules.expression_kind", where=where, text=part, part=part, kind=amount.kind, wanted="number"
            )
    start, until = _day(described.get("from"), where), _day(described.get("until"), where)
    if start is not None and until is not None and until <= start:
        raise InputError("rules.range_reversed", where=where, least=start, most=until)
    title, basis = str(described.get("title", name)), str(described.get("basis", ""))
    return Rule(name, title, basis, when, amount, start, until)


def _given(listed: object, facts: Mapping[str, FactSpec], where: str) -> Mapping[str, Value]:
    found = {}
    for name, value in _mapping(listed, where).items():
        spec = facts.get(name_of(name))
        if spec is None:
            raise InputError("rules.name_unknown", where=where, text=name, name=name, known=", ".join(facts))
        found[spec.name] = _possibly(spec, _strictly(value, spec.kind, f"{where} {name}"), f"{where} {name}")
    return found


def _possibly(spec: FactSpec, value: Value, where: str) -> Value:
    if value is not None and not possible(spec, value):
        raise InputError("rules.value_impossible", where=where, name=spec.name, value=value, known=_known(spec))
    return value


def _known(spec: FactSpec) -> str:
    return ", ".join(map(str, spec.values)) or f"{spec.least} … {spec.most}"


def _check_texts(expression: Expression, facts: Mapping[str, FactSpec], where: str) -> None:
    """InputError for a row of a table that asks for a value that the fact never has: it would never be used."""
    for node in walk(expression):
        if isinstance(node, Compare):
            pairs = [(node.left, node.right), (node.right, node.left)]
        elif isinstance(node, Member):
            pairs = [(node.operand, one) for one in node.values]
        else:
            continue
        for fact, constant in pairs:
            if isinstance(fact, Fact) and isinstance(constant, Constant) and facts[fact.name].values:
                spec = facts[fact.name]
                if spec.kind == "text" and constant.value not in (*spec.values, spec.absent, None):
                    known = _known(spec)
                    raise InputError(
                        "rules.value_impossible", where=where, name=spec.name, value=constant.value, known=known
                    )


def _case(
    given: object, where: str, facts: Mapping[str, FactSpec], rules: Sequence[str], groups: Mapping[str, str]
) -> Case:
    described = _mapping(given, where, _CASE)
    name = str(described.get("name", where))
    where = f"{where} {described.get('name', '')}".strip()
    day = _day(described.get("as_of"), where)
    if day is None:
        raise InputError("rules.not_a_day", where=where, value="as_of")
    members = {
        group: [_given(one, facts, where) for one in _list(listed, where)]
        for group, listed in _mapping(described.get("members", {}), where).items()
    }
    for group in members:
        if group not in groups:
            raise InputError("rules.name_unknown", where=where, text=group, name=group, known=", ".join(groups))
    expect: dict[str, Mapping[str, object]] = {}
    for rule, wanted in _mapping(described.get("expect", {}), where).items():
        if rule not in rules:
            raise InputError("rules.name_unknown", where=where, text=rule, name=rule, known=", ".join(rules))
        expect[rule] = _mapping(wanted if isinstance(wanted, Mapping) else {"result": wanted}, where, _EXPECT)
    if not expect:
        raise InputError("rules.case_empty", where=where)
    return Case(name, day, _given(described.get("given", {}), facts, where), members, expect)


def _with_definitions(scope: Scope, listed: Mapping[str, Any], where: str) -> Scope:
    """Definitions may use those above them, so none can be circular."""
    names = dict(scope.names)
    for name, text in listed.items():
        _fresh(name, names, where)
        names[name_of(name)] = parse(text, Scope(names, scope.groups, scope.tables), f"{where} define {name}")
    return Scope(names, scope.groups, scope.tables)


def _fresh(name: str, taken: Mapping[str, object], where: str) -> None:
    if not name_of(name).isidentifier() or name in (
        "as_of",
        "true",
        "false",
        "members",
        "and",
        "or",
        "not",
        "in",
        "if",
        "else",
    ):
        raise InputError("rules.name_form", where=where, name=name)
    # The engine does not tell capitals apart in names of columns.
    if name_of(name).lower() in {one.lower() for one in taken}:
        raise InputError("rules.name_twice", where=where, name=name)


def _scope(
    document: Mapping[str, Any], where: str, tables_of: TablesOf
) -> tuple[Scope, dict[str, Any], dict[str, Any]]:
    facts: dict[str, FactSpec] = {}
    names: dict[str, Expression] = {}
    for name, given in _mapping(document.get("facts", {}), f"{where} facts").items():
        _fresh(name, names, where)
        spec = facts[name_of(name)] = _fact(name, given, f"{where} facts {name}")
        names[spec.name] = Fact(spec.name, spec.kind)
    parameters: dict[str, ParameterSpec] = {}
    for name, given in _mapping(document.get("parameters", {}), f"{where} parameters").items():
        _fresh(name, names, where)
        held = parameters[name_of(name)] = _parameter(name, given, f"{where} parameters {name}")
        names[held.name] = Parameter(held.name, held.kind)
    groups = {key: str(value) for key, value in _mapping(document.get("groups", {}), f"{where} groups").items()}
    tables: dict[str, Mapping[str, Expression]] = {}
    scope = Scope(names, groups, tables)
    for name, given in _mapping(document.get("tables", {}), f"{where} tables").items():
        tables[name] = outputs_of(_table(name, given, f"{where} tables {name}", tables_of), scope)
        for output in tables[name].values():
            _check_texts(output, facts, f"{where} tables {name}")
    return _with_definitions(scope, _mapping(document.get("define", {}), where), where), facts, parameters


def _check_rule_names(names: Mapping[str, object], where: str) -> None:
    """Rules are columns of what is published: `rule`, `rule.clause` and so on must not meet."""
    seen: set[str] = set()
    for name in names:
        if not name.strip() or "." in name or "\0" in name or name.lower() in ("subject", "row_number"):
            raise InputError("rules.rule_name", where=where, name=name)
        if name.lower() in seen:
            raise InputError("rules.name_twice", where=where, name=name)
        seen.add(name.lower())


def read_rules(text: str, where: str, *, tables_of: TablesOf = _no_tables) -> RuleSet:
    """The rules of a YAML text. `tables_of` gives the cells of a decision table's file, header first.

    Raises InputError naming place, fault and what is known; LimitReached for what is too large.
    """
    document = _mapping(read_yaml(text, where), where, _TOP)
    if document.get("format") != FORMAT:
        raise InputError("rules.format", where=where, found=str(document.get("format")), known=FORMAT)
    scope, facts, parameters = _scope(document, where, tables_of)
    listed = _mapping(document.get("rules", {}), f"{where} rules")
    if not listed or len(listed) > MOST_RULES:
        raise InputError("rules.no_rules", where=where, limit=MOST_RULES)
    _check_rule_names(listed, where)
    rules = tuple(_rule(name, given, scope, f"{where} {name}") for name, given in listed.items())
    names = [rule.name for rule in rules]
    cases = [
        _case(one, f"{where} cases #{at}", facts, names, scope.groups)
        for at, one in enumerate(_list(document.get("cases", []), where), 1)
    ]
    subject = str(document.get("subject", "id"))
    return RuleSet(
        str(document.get("title", "")),
        subject,
        facts,
        parameters,
        rules,
        scope.groups,
        tuple(cases),
        str(document.get("version", "")),
    )


def bound(node: Expression, values: Mapping[str, Constant], as_of: dt.date) -> Expression:
    """The node with parameters and the day as constants."""

    def change(part: Expression) -> Expression | None:
        if isinstance(part, Parameter):
            return values[part.name]
        return Constant(as_of, "date") if isinstance(part, AsOf) else None

    return rewritten(node, change)
