"""A schema becomes a plan: one pass that decodes, cleans, parses, checks and says why.

    source   c0 c1 ...            the cells as text, in the order of the file
    1        has it the usual form?               u0 u1 ...   asked once for cleaning, parsing and checking
    2        clean                                k0 k1 ...
    3        missing words become NULL            t0 t1 ...
    4        typed values                         v0 v1 ...
    5        does each check hold?                h0_0 h0_1 h1_0 ...
    6        is the field broken?                 b0 b1 ...
    7        may the row be published?            _ok
    8        outputs, reasons, originals of rejected rows, things to count

Rules that need other rows (unique, foreign keys) are not in the plan: an aggregate pass finds the rows that break them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ronghe.data.standardize.conditions import Operand, parse_condition
from ronghe.data.standardize.rules import canonical_text, checks_of, joined_key
from ronghe.data.standardize.schema import IMPUTED, PREFIX, Field, TableSchema
from ronghe.standards.element import RAW, TEXT, Check, Element, Fault
from ronghe.tables import expressions as ops
from ronghe.tables.plan import Layer, Plan
from ronghe.terms import InputError

__all__ = ["IMPUTED", "OK", "ORIGINALS", "REASONS", "Compiled", "Count", "Key", "Output", "compile_schema"]

OK = "_ok"
REASONS = "_reasons"
ORIGINALS = "_originals"


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
    """A key whose rule needs other rows: "unique" or "foreign_key".

    `text` gives the key's text over the values; `parent` the referenced key's for a table that references itself.
    """

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
    def alone(self) -> ops.Column:
        """The value as the cell alone gives it, where another column may help."""
        return ops.Column(f"w{self.number}", self.element.type) if self.field.within else self.value

    @property
    def broken(self) -> ops.Column:
        return ops.Column(f"b{self.number}", ops.BOOLEAN)

    @property
    def usual(self) -> ops.Matches | None:
        """The question with which cleaning begins: is the raw cell in its usual form already?"""
        match self.element.clean:
            case ops.Case(branches=((ops.Matches(text=text) as question, kept), *_)) if text == kept == RAW:
                return question
        return None

    def bound(self, expression: ops.Expression) -> ops.Expression:
        """The expression over this field's columns, with the question of the usual form answered by its column."""
        if self.usual is not None:
            answer = ops.Column(f"u{self.number}", ops.BOOLEAN)
            again = ops.Matches(TEXT, self.usual.pattern)
            # A cell in its usual form is not changed by cleaning; any other may have it after cleaning.
            expression = ops.exchange(expression, self.usual, answer)
            expression = ops.exchange(expression, again, ops.Case(((answer, ops.ALWAYS),), again))
        return ops.substitute(expression, {"raw": self.raw, "text": self.text, "value": self.value})

    @property
    def errors(self) -> tuple[tuple[str, ops.Column], ...]:
        """The rule of each check that rejects, and the column that says whether it holds."""
        columns = (ops.Column(f"h{self.number}_{place}", ops.BOOLEAN) for place in range(len(self.checks)))
        return tuple(
            (check.rule, held) for check, held in zip(self.checks, columns, strict=True) if check.level == "error"
        )

    @property
    def held(self) -> tuple[tuple[str, ops.Expression], ...]:
        """What those columns compute."""
        asked = [check for check in self.checks if check.level == "error"]
        return tuple(
            (column.name, self.bound(check.holds)) for check, (_, column) in zip(asked, self.errors, strict=True)
        )


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


def _resolving(columns: Sequence[_Column], where: str) -> list[list[_Column]]:
    """The columns that another one around them helps to read, in the order in which that can be done.

    Raises InputError for a name that is no field, for an element that knows no outer column, and for a ring.
    """
    known = {column.field.name: column for column in columns}
    waiting = {column.field.name: column for column in columns if column.field.within}
    for name, column in waiting.items():
        if column.field.within not in known:
            raise InputError("data.schema_absent", place=where, name=column.field.within, known=", ".join(known))
        if column.element.inside is None or known[column.field.within].element.code != column.element.code:
            raise InputError("data.within_element", place=where, name=name, within=column.field.within)
    steps = []
    while waiting:
        ready = {name: column for name, column in waiting.items() if column.field.within not in waiting}
        if not ready:
            raise InputError("data.within_ring", place=where, names=", ".join(waiting))
        steps.append(list(ready.values()))
        waiting = {name: column for name, column in waiting.items() if name not in ready}
    return steps


def _resolved(column: _Column, outer: _Column) -> ops.Expression:
    assert column.element.inside is not None
    inside = ops.substitute(column.element.inside, {"text": column.text, "outer": outer.value})
    return ops.Coalesce((column.alone, inside))


def _absent(column: _Column) -> ops.Expression | None:
    """A required value is missing; None where the field need not have one."""
    wanted = column.field.required and column.field.impute == "none"
    return ops.IsNull(column.text) if wanted else None


def _broken(column: _Column) -> ops.Expression:
    value = column.value
    sound = ops.And((ops.Not(ops.IsNull(value)), *(held for _, held in column.errors)))
    return ops.And((ops.Not(ops.IsNull(column.text)), ops.Not(ops.Holds(sound))))


def _key_text(columns: Sequence[_Column], names: Sequence[str], where: str) -> ops.Expression:
    found = [next(column for column in columns if column.field.name == name) for name in names]
    for column in found:
        if column.element.type == ops.NUMBER:
            raise InputError("data.key_number", place=where, name=column.field.name)
    return joined_key([canonical_text(column.value, column.element.type) for column in found])


def _keys(schema: TableSchema, columns: Sequence[_Column], where: str) -> tuple[Key, ...]:
    unique: list[tuple[str, ...]] = [(field.name,) for field in schema.fields if field.unique]
    if schema.primary_key and schema.primary_key not in unique:
        unique.append(schema.primary_key)
    keys = [Key(names, "unique", _key_text(columns, names, where)) for names in unique]
    for key in schema.foreign_keys:
        parent = None if key.resource else _key_text(columns, key.reference_fields, where)
        text = _key_text(columns, key.fields, where)
        keys.append(Key(key.fields, "foreign_key", text, key.resource, key.reference_fields, parent))
    return tuple(keys)


def _unless_missing(column: _Column, missing: tuple[str, ...]) -> ops.Expression:
    """The cleaned text, NULL where it or the cell itself is a word for "no value": cleaning may change N/A."""
    text, nothing = ops.Column(f"k{column.number}"), ops.Literal(None)
    branches: list[tuple[ops.Expression, ops.Expression]] = [(ops.IsIn(text, missing), nothing)]
    if words := tuple(word for word in missing if word):
        as_read: ops.Expression = ops.IsIn(column.raw, words)
        if column.usual:
            as_read = ops.Case(((ops.Column(f"u{column.number}", ops.BOOLEAN), ops.Literal(False)),), as_read)
        branches.append((as_read, nothing))
    return ops.Case(tuple(branches), text)


def _shown(parts: Sequence[ops.Expression]) -> ops.Expression:
    shown: list[ops.Expression] = []
    for part in parts:
        shown += [ops.Literal(" | "), ops.Coalesce((part, ops.Literal("")))]
    return ops.Concat(tuple(shown[1:])) if len(shown) > 2 else shown[1]


def _told(column: _Column, fault: Fault, shown: ops.Expression) -> ops.Expression:
    """`rule: value (what helps)`."""
    parts: tuple[ops.Expression, ...] = (ops.Literal(f"{fault.rule}: "), shown)
    if fault.more:
        more = column.bound(fault.more)
        helped = ops.Concat((ops.Literal(" ("), more, ops.Literal(")")))
        parts = (*parts, ops.Case(((ops.IsNull(more), ops.Literal("")),), helped))
    return ops.Concat(parts)


class _Reasons:
    """Collects `column: rule: value` texts, and the pairs of column and rule for counting."""

    def __init__(self) -> None:
        self.parts: list[tuple[ops.Expression, ops.Expression]] = []
        self.rules: list[tuple[str, str]] = []

    def add(self, condition: ops.Expression, subject: str, rule: str, shown: ops.Expression) -> None:
        self.parts.append((condition, ops.Concat((ops.Literal(f"{subject}: {rule}: "), shown))))
        self.rules.append((subject, rule))

    def unread(self, column: _Column, condition: ops.Expression, shown: ops.Expression) -> None:
        """A text without a value: the first fault that it has, else its form."""
        name, faults = column.field.name, column.element.faults
        told = tuple((ops.Holds(column.bound(fault.when)), _told(column, fault, shown)) for fault in faults)
        plain = ops.Concat((ops.Literal("form: "), shown))
        text = ops.Case(told, plain) if told else plain
        self.parts.append((condition, ops.Concat((ops.Literal(f"{name}: "), text))))
        self.rules += [(name, rule) for rule in (*(fault.rule for fault in faults), "form")]

    def of_column(self, column: _Column) -> None:
        shown = _shown([column.raw])
        there, parsed = ops.Not(ops.IsNull(column.text)), ops.Not(ops.IsNull(column.value))
        name = column.field.name
        if absent := _absent(column):
            self.add(absent, name, "required", shown)
        if column.field.on_error != "reject":
            return
        self.unread(column, ops.And((there, ops.Not(parsed))), shown)
        for rule, held in column.errors:
            self.add(ops.And((parsed, ops.Not(ops.Holds(held)))), name, rule, shown)


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


def _cross_rules(
    schema: TableSchema, columns: Sequence[_Column], where: str
) -> list[tuple[str, ops.Expression, list[_Column]]]:
    operands = {column.field.name: Operand(column.value, column.element) for column in columns}
    found: list[tuple[str, ops.Expression, list[_Column]]] = []
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
    fallen: Sequence[tuple[str, str]] = (),
    where: str = "schema",
) -> Compiled:
    """Compile a schema for a file whose columns are `columns`, in order; the source's columns must be named c0, c1, ...

    `elements` gives the element of each field by name, `imputed` the constants that an aggregate pass found, `fallen`
    the columns and rules by which rows outside the plan were found to fall. Raises InputError when schema and file do
    not fit; `where` names the schema in it.
    """
    placed = _columns(schema, columns, elements, where)
    keys = _keys(schema, placed, where)
    crossed = _cross_rules(schema, placed, where)
    raw = tuple(f"c{number}" for number in range(len(columns)))
    texts, values = tuple(c.text.name for c in placed), tuple(c.value.name for c in placed)
    broken = tuple(c.broken.name for c in placed)
    missing = tuple(dict.fromkeys(("", *schema.missing_values)))

    usual = tuple((f"u{c.number}", ops.substitute(c.usual, {"raw": c.raw})) for c in placed if c.usual)
    flags = tuple(name for name, _ in usual)
    asked = Layer(usual, raw)
    cleaned = Layer(tuple((f"k{c.number}", c.bound(c.element.clean)) for c in placed), (*raw, *flags))
    texted = Layer(tuple((c.text.name, _unless_missing(c, missing)) for c in placed), (*raw, *flags))
    valued = Layer(tuple((c.alone.name, c.bound(c.element.value)) for c in placed), (*raw, *flags, *texts))
    ready, resolved = {c.alone.name for c in placed}, []
    by_name = {c.field.name: c for c in placed}
    for step in _resolving(placed, where):
        made = tuple((c.value.name, _resolved(c, by_name[c.field.within])) for c in step)
        ready -= {c.alone.name for c in step}
        resolved.append(Layer(made, (*raw, *flags, *texts, *sorted(ready))))
        ready |= {c.value.name for c in step}
    held = tuple(pair for c in placed for pair in c.held)
    checked = Layer(held, (*raw, *flags, *texts, *values))
    kept = (*checked.keep, *(name for name, _ in held))
    flagged = Layer(tuple((c.broken.name, _broken(c)) for c in placed), kept)
    rejecting: list[ops.Expression] = [c.broken for c in placed if c.field.on_error == "reject"]
    rejecting += [absent for c in placed if (absent := _absent(c))]
    unsound = _or([*rejecting, *(condition for _, condition, _ in crossed)])
    judged = Layer(((OK, ops.Not(ops.Holds(unsound))),), (*kept, *broken))

    reasons = _Reasons()
    for c in placed:
        reasons.of_column(c)
    for name, condition, read in crossed:
        reasons.add(condition, "+".join(c.field.name for c in read), name, _shown([c.raw for c in read]))
    key_rules = [("+".join(key.fields), key.rule) for key in keys]

    outputs, counts, final = _outputs(placed, columns, imputed or {})
    rejected = ops.Not(ops.Column(OK, ops.BOOLEAN))
    listed = ops.Case(((rejected, ops.Listed(tuple(reasons.parts))),))
    cells = ops.Together(tuple(map(ops.Column, raw)))
    # Rows that break a key are rejected after the plan has run, so their originals must be there too.
    originals = cells if keys or fallen else ops.Case(((rejected, cells),))
    last = Layer(((REASONS, listed), (ORIGINALS, originals), *final), (OK,))
    base = (asked, cleaned, texted, valued, *resolved, checked, flagged, judged)
    return Compiled(
        schema=schema,
        columns=tuple(columns),
        elements=elements,
        plan=Plan((*base, last)),
        sound=Plan(base),
        outputs=outputs,
        counts=counts,
        keys=keys,
        rules=tuple(dict.fromkeys([*reasons.rules, *key_rules, *fallen])),
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
