"""A schema becomes a plan: one pass that decodes, cleans, parses, checks and says why.

    source   c0 c1 ...            the cells as text, in the order of the file
    1        clean of each field                  k0 k1 ...
    2        missing words become NULL            t0 t1 ...
    3        typed values                         v0 v1 ...
    4        is the field broken?                 b0 b1 ...   (keys that need other rows are looked up here: u*, f*)
    5        may the row be published?            _sound
    6        outputs, reasons, originals of rejected rows, things to count
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ronghe.data.standardize.conditions import Operand, parse_condition
from ronghe.data.standardize.rules import canonical_text, checks_of
from ronghe.data.standardize.schema import PREFIX, Field, TableSchema
from ronghe.standards.element import Check, Element
from ronghe.tables import expressions as ops
from ronghe.tables.plan import ROW, Layer, Plan
from ronghe.terms import InputError

__all__ = ["IMPUTED", "OK", "REASONS", "Compiled", "Count", "Key", "Output", "compile_schema"]

OK = "_ok"
REASONS = "_reasons"
IMPUTED = "_imputed"
_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Output:
    """A published column: its name, its type, and the plan's column that holds it."""

    name: str
    type: ops.Type
    column: str
    field: str


@dataclass(frozen=True, slots=True)
class Count:
    """A boolean column of the plan whose true rows are counted: `what` happened to `field`."""

    column: str
    field: str
    what: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key whose rule needs other rows.

    `table` is the look-up table that an earlier pass makes; `text` gives the key's text over layer 3; `rule` is "unique"
    or "foreign_key"; `parent` gives the referenced key's text for a table that references itself.
    """

    table: str
    fields: tuple[str, ...]
    rule: str
    text: ops.Expression
    resource: str = ""
    reference_fields: tuple[str, ...] = ()
    parent: ops.Expression | None = None


@dataclass(frozen=True, slots=True)
class Compiled:
    """Everything that running a schema over a file of these columns needs.

    `sound` is the plan up to the rules that need no other row, keeping the values: what aggregate passes read.
    """

    schema: TableSchema
    columns: tuple[str, ...]
    elements: Mapping[str, Element]
    plan: Plan
    sound: Plan
    outputs: tuple[Output, ...]
    counts: tuple[Count, ...]
    keys: tuple[Key, ...]
    rules: tuple[tuple[str, str], ...]
    value_columns: Mapping[str, str]
    constants: Mapping[str, ops.Literal]


@dataclass(frozen=True, slots=True)
class _Column:
    """A field with its place in the plan."""

    number: int
    field: Field
    element: Element
    source: int
    checks: tuple[Check, ...]

    @property
    def raw(self) -> ops.Column:
        return ops.Column(f"c{self.source}")

    @property
    def text(self) -> ops.Column:
        return ops.Column(f"t{self.number}")

    @property
    def value(self) -> ops.Column:
        return ops.Column(f"v{self.number}", self.element.type)

    @property
    def broken(self) -> ops.Column:
        return ops.Column(f"b{self.number}", ops.BOOLEAN)

    def bound(self, expression: ops.Expression) -> ops.Expression:
        return ops.substitute(expression, {"raw": self.raw, "text": self.text, "value": self.value})

    @property
    def errors(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.level == "error")


def _columns(schema: TableSchema, columns: Sequence[str], elements: Mapping[str, Element], where: str) -> list[_Column]:
    found = []
    for number, field in enumerate(schema.fields):
        if field.column not in columns:
            raise InputError("data.column_absent", place=where, name=field.column, known=", ".join(columns))
        element = elements[field.name]
        if field.on_error == "keep" and element.type != ops.TEXT:
            raise InputError("data.keep_text_only", place=where, name=field.name, element=element.name)
        found.append(_Column(number, field, element, columns.index(field.column), checks_of(field, element)))
    used = {field.column for field in schema.fields} | {field.name + IMPUTED for field in schema.fields}
    for column in columns:
        if column not in used:
            raise InputError("data.column_unknown", place=where, name=column)
    return found


def _broken(column: _Column) -> ops.Expression:
    value = column.value
    sound = ops.And((ops.Not(ops.IsNull(value)), *(column.bound(check.holds) for check in column.errors)))
    wrong = ops.And((ops.Not(ops.IsNull(column.text)), ops.Not(ops.Holds(sound))))
    if column.field.required and column.field.impute == "none":
        return ops.Or((ops.IsNull(column.text), wrong))
    return wrong


def _key_text(columns: Sequence[_Column], names: Sequence[str], where: str) -> ops.Expression:
    parts: list[ops.Expression] = []
    for name in names:
        column = next(column for column in columns if column.field.name == name)
        if column.element.type == ops.NUMBER:
            raise InputError("data.key_number", place=where, name=name)
        parts += [ops.Literal(_SEPARATOR), canonical_text(column.value, column.element.type)]
    return ops.Concat(tuple(parts[1:])) if len(names) > 1 else parts[1]


def _keys(schema: TableSchema, columns: Sequence[_Column], where: str) -> tuple[Key, ...]:
    unique = [(field.name,) for field in schema.fields if field.unique]
    if schema.primary_key and schema.primary_key not in unique:
        unique.append(schema.primary_key)
    keys = [Key(f"unique_{n}", names, "unique", _key_text(columns, names, where)) for n, names in enumerate(unique)]
    for number, key in enumerate(schema.foreign_keys):
        parent = None if key.resource else _key_text(columns, key.reference_fields, where)
        text = _key_text(columns, key.fields, where)
        table = f"foreign_{number}"
        keys.append(Key(table, key.fields, "foreign_key", text, key.resource, key.reference_fields, parent))
    return tuple(keys)


def _key_broken(key: Key) -> ops.Expression:
    if key.rule == "unique":
        first = ops.Lookup(key.text, table=key.table, type=ops.INTEGER)
        return ops.Holds(ops.Compare("!=", first, ops.Column(ROW, ops.INTEGER)))
    known = ops.Lookup(key.text, table=key.table, type=ops.BOOLEAN)
    return ops.And((ops.Not(ops.IsNull(key.text)), ops.IsNull(known)))


def _shown(parts: Sequence[ops.Expression]) -> ops.Expression:
    shown: list[ops.Expression] = []
    for part in parts:
        shown += [ops.Literal(" | "), ops.Coalesce((part, ops.Literal("")))]
    return ops.Concat(tuple(shown[1:])) if len(shown) > 2 else shown[1]


class _Reasons:
    """Collects `column: rule: value` texts, and the pairs of column and rule for counting."""

    def __init__(self) -> None:
        self.parts: list[tuple[ops.Expression, ops.Expression]] = []
        self.rules: list[tuple[str, str]] = []

    def add(self, condition: ops.Expression, subject: str, rule: str, shown: ops.Expression) -> None:
        self.parts.append((condition, ops.Concat((ops.Literal(f"{subject}: {rule}: "), shown))))
        self.rules.append((subject, rule))

    def of_column(self, column: _Column) -> None:
        shown = _shown([column.raw])
        there, parsed = ops.Not(ops.IsNull(column.text)), ops.Not(ops.IsNull(column.value))
        name = column.field.name
        if column.field.required and column.field.impute == "none":
            self.add(ops.IsNull(column.text), name, "required", shown)
        self.add(ops.And((there, ops.Not(parsed))), name, "form", shown)
        for check in column.errors:
            self.add(ops.And((parsed, ops.Not(ops.Holds(column.bound(check.holds))))), name, check.rule, shown)


def _or(conditions: Sequence[ops.Expression]) -> ops.Expression:
    if len(conditions) > 1:
        return ops.Or(tuple(conditions))
    return conditions[0] if conditions else ops.Literal(False, ops.BOOLEAN)


def _published(column: _Column, imputed: ops.Literal | None) -> ops.Expression:
    value: ops.Expression = column.value
    if column.field.on_error != "reject":
        instead = column.text if column.field.on_error == "keep" else ops.Literal(None, column.element.type)
        value = ops.Case(((column.broken, instead),), value)
    return value if imputed is None else ops.Coalesce((value, imputed))


def _cross_rules(schema: TableSchema, columns: Sequence[_Column], where: str) -> list[tuple[str, ops.Expression, list[_Column]]]:
    operands = {column.field.name: Operand(column.value, column.element) for column in columns}
    found = []
    for number, rule in enumerate(schema.rules):
        condition = parse_condition(rule.condition, operands, place=f"{where}/{PREFIX}rules/{number}")
        read = [column for column in columns if column.value.name in ops.columns_of(condition)]
        holds = ops.Holds(condition) if rule.when_null == "reject" else ops.Coalesce((condition, ops.ALWAYS))
        found.append((rule.name, ops.Not(holds), read))
    return found


def compile_schema(
    schema: TableSchema,
    columns: Sequence[str],
    elements: Mapping[str, Element],
    *,
    imputed: Mapping[str, ops.Literal] | None = None,
    where: str = "schema",
) -> Compiled:
    """Compile a schema for a file whose columns are `columns`, in order; the source's columns must be named c0, c1, ...

    `elements` gives the element of each field by name, `imputed` the constants that an aggregate pass found. Raises
    InputError when schema and file do not fit; `where` names the schema in it.
    """
    placed = _columns(schema, columns, elements, where)
    keys = _keys(schema, placed, where)
    crossed = _cross_rules(schema, placed, where)
    raw = tuple(f"c{number}" for number in range(len(columns)))
    numbered = any(key.rule == "unique" for key in keys)
    row = (ROW,) if numbered else ()
    texts, values = tuple(c.text.name for c in placed), tuple(c.value.name for c in placed)
    broken = tuple(c.broken.name for c in placed)
    missing = tuple(dict.fromkeys(("", *schema.missing_values)))

    cleaned = Layer(tuple((f"k{c.number}", c.bound(c.element.clean)) for c in placed), (*raw, *row))
    texted = Layer(
        tuple(
            (c.text.name, ops.Case(((ops.IsIn(k := ops.Column(f"k{c.number}"), missing), ops.Literal(None)),), k))
            for c in placed
        ),
        (*raw, *row),
    )
    valued = Layer(tuple((c.value.name, c.bound(c.element.value)) for c in placed), (*raw, *row, *texts))
    key_flags = tuple((f"x{number}", _key_broken(key)) for number, key in enumerate(keys))
    flagged = Layer(
        (*((c.broken.name, _broken(c)) for c in placed), *key_flags), (*raw, *row, *texts, *values)
    )
    rejecting = [c.broken for c in placed if c.field.on_error == "reject"]
    unsound = _or([*rejecting, *(condition for _, condition, _ in crossed)])
    all_bad = _or([unsound, *(ops.Column(alias, ops.BOOLEAN) for alias, _ in key_flags)])
    judged = Layer(
        ((OK, ops.Not(ops.Holds(all_bad))),),
        (*raw, *row, *texts, *values, *broken, *(alias for alias, _ in key_flags)),
    )

    reasons = _Reasons()
    for c in placed:
        if c.field.on_error == "reject":
            reasons.of_column(c)
    for name, condition, read in crossed:
        reasons.add(condition, "+".join(c.field.name for c in read), name, _shown([c.raw for c in read]))
    for (alias, _), key in zip(key_flags, keys, strict=True):
        shown = _shown([c.raw for c in placed if c.field.name in key.fields])
        reasons.add(ops.Column(alias, ops.BOOLEAN), "+".join(key.fields), key.rule, shown)

    outputs, counts, final = _outputs(placed, columns, imputed or {})
    rejected = ops.Not(ops.Column(OK, ops.BOOLEAN))
    listed = ops.Case(((rejected, ops.Listed(tuple(reasons.parts))),))
    originals = tuple((f"o{n}", ops.Case(((rejected, ops.Column(name)),))) for n, name in enumerate(raw))
    last = Layer(((REASONS, listed), *originals, *final), (OK,))
    first_flags = Layer(tuple((c.broken.name, _broken(c)) for c in placed), (*row, *texts, *values))
    sound = Layer(((OK, ops.Not(ops.Holds(unsound))),), (*row, *values, *broken))
    base = (cleaned, texted, valued)
    return Compiled(
        schema=schema,
        columns=tuple(columns),
        elements=elements,
        plan=Plan((*base, flagged, judged, last), numbered),
        sound=Plan((*base, first_flags, sound), numbered),
        outputs=outputs,
        counts=counts,
        keys=keys,
        rules=tuple(dict.fromkeys(reasons.rules)),
        value_columns={c.field.name: c.value.name for c in placed},
        constants=imputed or {},
    )


def _outputs(
    placed: Sequence[_Column], columns: Sequence[str], imputed: Mapping[str, ops.Literal]
) -> tuple[tuple[Output, ...], tuple[Count, ...], tuple[tuple[str, ops.Expression], ...]]:
    outputs: list[Output] = []
    counts: list[Count] = []
    final: list[tuple[str, ops.Expression]] = []

    def count(column: _Column, what: str, condition: ops.Expression) -> None:
        alias = f"n{len(counts)}"
        counts.append(Count(alias, column.field.name, what))
        final.append((alias, condition))

    for c in placed:
        name, alias = c.field.name, f"p{c.number}"
        constant = imputed.get(name)
        outputs.append(Output(name, c.element.type, alias, name))
        final.append((alias, _published(c, constant)))
        if c.field.on_error != "reject":
            count(c, "kept" if c.field.on_error == "keep" else "nulled", ops.Holds(c.broken))
        for check in c.checks:
            if check.level == "warning":
                holds = ops.Holds(c.bound(check.holds))
                count(c, check.rule, ops.And((ops.Not(ops.IsNull(c.value)), ops.Not(holds))))
        if c.field.impute != "none":
            flag = _imputed_flag(c, columns, constant)
            outputs.append(Output(name + IMPUTED, ops.BOOLEAN, f"i{c.number}", name))
            final.append((f"i{c.number}", flag))
            count(c, "imputed", flag)
    return tuple(outputs), tuple(counts), tuple(final)


def _imputed_flag(column: _Column, columns: Sequence[str], constant: ops.Literal | None) -> ops.Expression:
    """True where a value was filled in, now or (the file has the flag column already) when it was published before."""
    now = ops.Literal(False, ops.BOOLEAN) if constant is None else ops.IsNull(_published(column, None))
    before = column.field.name + IMPUTED
    if before not in columns:
        return now
    flag = ops.Column(f"c{columns.index(before)}")
    return ops.Or((now, ops.Holds(ops.Compare("=", flag, ops.Literal("true")))))
