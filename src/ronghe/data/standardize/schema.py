"""The schema of a table: Frictionless Table Schema with our properties under the prefix `ronghe:`.

Source: https://datapackage.org/standard/table-schema/ (version 2.0). Read strictly: an unknown property under our
prefix or a value of the wrong kind is an error with its place, never silently passed over.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from ronghe.terms import InputError

__all__ = [
    "IMPUTED",
    "PREFIX",
    "CrossRule",
    "Field",
    "ForeignKey",
    "Impute",
    "OnError",
    "TableSchema",
    "parse_schema",
    "schema_json",
]

PREFIX = "ronghe:"
IMPUTED = "_imputed"
"""The end of the name of the column that says where a value was filled in."""
OnError = Literal["reject", "null", "keep"]
Impute = Literal["none", "mean", "median", "mode", "constant"]
LARGEST_SCHEMA = 5_000_000

MISSING_BY_DEFAULT = ("",)
"""What Table Schema calls missing when a schema does not say."""

_ELEMENT_OF_TYPE = {
    "string": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "yes_no",
    "date": "date",
    "datetime": "datetime",
    "time": "time",
    "year": "year",
    "yearmonth": "year_month",
    "any": "text",
}
_FIELD_KEYS = {"element", "options", "onError", "impute", "imputeValue", "column", "within"}
_CONSTRAINTS = (
    *("required", "unique", "pattern", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *("minLength", "maxLength"),
)
_TABLE_KEYS = {"rules", "name", "version", "asOf"}


@dataclass(frozen=True, slots=True)
class Field:
    """One output column.

    `column` is the name in the file when it differs from `name`; `impute_value` only for `impute="constant"`; `within`
    names the field around it, as the province around a district.
    """

    name: str
    column: str
    element: str
    options: tuple[tuple[str, str], ...] = ()
    title: str = ""
    on_error: OnError = "reject"
    impute: Impute = "none"
    impute_value: str | None = None
    required: bool = False
    unique: bool = False
    pattern: str | None = None
    enum: tuple[str, ...] = ()
    minimum: str | None = None
    maximum: str | None = None
    exclusive_minimum: str | None = None
    exclusive_maximum: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    within: str = ""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """The values of `fields` must stand in `reference_fields` of the table `resource` ("" is the table itself)."""

    fields: tuple[str, ...]
    resource: str
    reference_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CrossRule:
    """A condition between columns; where it is NULL (an operand is missing) `when_null` says what that means."""

    name: str
    condition: str
    when_null: Literal["pass", "reject"] = "pass"


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A table's fields and the rules between them; nobody in it was born after `as_of`."""

    fields: tuple[Field, ...]
    missing_values: tuple[str, ...] = MISSING_BY_DEFAULT
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    rules: tuple[CrossRule, ...] = ()
    as_of: date | None = None

    def field(self, name: str) -> Field:
        """The field of this name; KeyError when there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a schema file we read, so that every error can say so."""

    path: str

    def at(self, *steps: object) -> "_Place":
        return _Place("/".join([self.path, *map(str, steps)]))

    def wrong(self, wanted: str, value: object) -> InputError:
        return InputError("data.schema_value", place=self.path, wanted=wanted, value=_short(value))

    def text(self, value: object) -> str:
        if not isinstance(value, str):
            raise self.wrong("text", value)
        return value

    def flag(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise self.wrong("true / false", value)
        return value

    def count(self, value: object) -> int | None:
        if value is None:
            return None
        # To Python true is a whole number; to whoever wrote the schema it is not.
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.wrong("0, 1, 2 ...", value)
        return value

    def day(self, value: object) -> date | None:
        if value is None:
            return None
        try:
            return date.fromisoformat(self.text(value))
        except ValueError as fault:
            raise self.wrong("2026-01-31", value) from fault

    def mapping(self, value: object) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise self.wrong("{...}", value)
        return value

    def sequence(self, value: object) -> Sequence[Any]:
        if not isinstance(value, list):
            raise self.wrong("[...]", value)
        return value

    def texts(self, value: object) -> tuple[str, ...]:
        if isinstance(value, str):
            return (value,)
        return tuple(self.at(place).text(part) for place, part in enumerate(self.sequence(value)))

    def choice(self, value: object, choices: tuple[str, ...]) -> Any:
        if value not in choices:
            raise self.wrong(" | ".join(choices), value)
        return value


def _short(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)[:80]


def _ours(place: _Place, item: Mapping[str, Any], allowed: set[str]) -> dict[str, Any]:
    ours = {key.removeprefix(PREFIX): value for key, value in item.items() if key.startswith(PREFIX)}
    for key in ours:
        if key not in allowed:
            raise InputError(
                "data.schema_key",
                place=place.path,
                key=PREFIX + key,
                known=", ".join(PREFIX + k for k in sorted(allowed)),
            )
    return ours


def _scalar(place: _Place, value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise place.wrong("text | number", value)
    return str(value)


def _options(place: _Place, value: object) -> tuple[tuple[str, str], ...]:
    return tuple((key, place.at(key).text(option)) for key, option in sorted(place.mapping(value).items()))


def _element(place: _Place, item: Mapping[str, Any], ours: Mapping[str, Any]) -> str:
    if "element" in ours:
        return place.at(PREFIX + "element").text(ours["element"])
    kind = place.at("type").choice(item.get("type", "string"), tuple(_ELEMENT_OF_TYPE))
    return _ELEMENT_OF_TYPE[kind]


def _field(place: _Place, value: object) -> Field:
    item = place.mapping(value)
    ours = _ours(place, item, _FIELD_KEYS)
    limits = place.at("constraints").mapping(item.get("constraints", {}))
    name = place.at("name").text(item.get("name"))
    at = place.at("constraints")
    for key in limits:
        if key not in _CONSTRAINTS:
            raise InputError("data.schema_key", place=at.path, key=key, known=", ".join(_CONSTRAINTS))
    return Field(
        name=name,
        column=place.at(PREFIX + "column").text(ours.get("column", name)),
        element=_element(place, item, ours),
        options=_options(place.at(PREFIX + "options"), ours.get("options", {})),
        title=place.at("title").text(item.get("title", "")),
        on_error=place.at(PREFIX + "onError").choice(ours.get("onError", "reject"), get_args(OnError)),
        impute=place.at(PREFIX + "impute").choice(ours.get("impute", "none"), get_args(Impute)),
        impute_value=_scalar(place.at(PREFIX + "imputeValue"), ours.get("imputeValue")),
        required=at.at("required").flag(limits.get("required", False)),
        unique=at.at("unique").flag(limits.get("unique", False)),
        pattern=None if limits.get("pattern") is None else at.at("pattern").text(limits["pattern"]),
        enum=tuple(str(choice) for choice in at.at("enum").sequence(limits.get("enum", []))),
        minimum=_scalar(at.at("minimum"), limits.get("minimum")),
        maximum=_scalar(at.at("maximum"), limits.get("maximum")),
        exclusive_minimum=_scalar(at.at("exclusiveMinimum"), limits.get("exclusiveMinimum")),
        exclusive_maximum=_scalar(at.at("exclusiveMaximum"), limits.get("exclusiveMaximum")),
        min_length=at.at("minLength").count(limits.get("minLength")),
        max_length=at.at("maxLength").count(limits.get("maxLength")),
        within=place.at(PREFIX + "within").text(ours.get("within", "")),
    )


def _foreign_key(place: _Place, value: object) -> ForeignKey:
    item = place.mapping(value)
    reference = place.at("reference").mapping(item.get("reference"))
    key = ForeignKey(
        place.at("fields").texts(item.get("fields")),
        place.at("reference", "resource").text(reference.get("resource", "")),
        place.at("reference", "fields").texts(reference.get("fields")),
    )
    if not key.fields or len(key.fields) != len(key.reference_fields):
        raise place.at("reference", "fields").wrong(f"{len(key.fields)} x text", list(key.reference_fields))
    return key


def _rule(place: _Place, value: object) -> CrossRule:
    item = place.mapping(value)
    return CrossRule(
        place.at("name").text(item.get("name")),
        place.at("condition").text(item.get("condition")),
        place.at("whenNull").choice(item.get("whenNull", "pass"), ("pass", "reject")),
    )


def _no_number(word: str) -> None:
    """NaN and Infinity, which Python reads and JSON does not have: no value is above a limit that is none."""
    raise ValueError(word)


def parse_schema(text: str, *, where: str) -> TableSchema:
    """A schema from its JSON text; `where` names the file in errors.

    Raises InputError with the place of the first fault: `schema.json/fields/3/constraints/required`.
    """
    if len(text) > LARGEST_SCHEMA:
        raise InputError("data.schema_large", place=where, largest=LARGEST_SCHEMA)
    place = _Place(where)
    try:
        loaded = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as fault:  # ValueError also for a number of more digits than Python reads
        raise InputError("data.schema_json", place=where, detail=str(fault)) from fault
    document = place.mapping(loaded)
    ours = _ours(place, document, _TABLE_KEYS)
    fields = place.at("fields").sequence(document.get("fields"))
    schema = TableSchema(
        fields=tuple(_field(place.at("fields", number), item) for number, item in enumerate(fields)),
        missing_values=place.at("missingValues").texts(document.get("missingValues", list(MISSING_BY_DEFAULT))),
        primary_key=place.at("primaryKey").texts(document.get("primaryKey", [])),
        foreign_keys=tuple(
            _foreign_key(place.at("foreignKeys", number), item)
            for number, item in enumerate(place.at("foreignKeys").sequence(document.get("foreignKeys", [])))
        ),
        rules=tuple(
            _rule(place.at(PREFIX + "rules", number), item)
            for number, item in enumerate(place.at(PREFIX + "rules").sequence(ours.get("rules", [])))
        ),
        as_of=place.at(PREFIX + "asOf").day(ours.get("asOf")),
    )
    _consistent(place, schema)
    return schema


def _consistent(place: _Place, schema: TableSchema) -> None:
    names = [field.name for field in schema.fields]
    flags = {field.name + IMPUTED for field in schema.fields if field.impute != "none"}
    if not names:
        raise place.at("fields").wrong("[{...}, ...]", [])
    for number, field in enumerate(schema.fields):
        at = place.at("fields", number)
        if not field.name or field.name.startswith("_") or names.index(field.name) != number or field.name in flags:
            raise InputError("data.schema_name", place=at.path, name=field.name)
        if field.required and field.on_error == "null" and field.impute == "none":
            raise InputError("data.required_null", place=at.path, name=field.name)
        if (field.impute == "constant") != (field.impute_value is not None):
            raise at.at(PREFIX + "imputeValue").wrong(f"{PREFIX}impute = constant", field.impute_value)
    keys = [*schema.primary_key]
    for key in schema.foreign_keys:
        keys += key.fields if key.resource else (*key.fields, *key.reference_fields)
    for name in keys:
        if name not in names:
            raise InputError("data.schema_absent", place=place.path, name=name, known=", ".join(names))


def _field_json(field: Field, kind: str) -> dict[str, Any]:
    limits = {
        "required": field.required or None,
        "unique": field.unique or None,
        "pattern": field.pattern,
        "enum": list(field.enum) or None,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "exclusiveMinimum": field.exclusive_minimum,
        "exclusiveMaximum": field.exclusive_maximum,
        "minLength": field.min_length,
        "maxLength": field.max_length,
    }
    item = {
        "name": field.name,
        "title": field.title or None,
        "type": kind,
        "constraints": {key: value for key, value in limits.items() if value is not None} or None,
        PREFIX + "element": field.element,
        PREFIX + "options": dict(field.options) or None,
        PREFIX + "column": field.column if field.column != field.name else None,
        PREFIX + "onError": field.on_error,
        PREFIX + "impute": field.impute if field.impute != "none" else None,
        PREFIX + "imputeValue": field.impute_value,
        PREFIX + "within": field.within or None,
    }
    return {key: value for key, value in item.items() if value is not None}


def schema_json(schema: TableSchema, kinds: Mapping[str, str]) -> dict[str, Any]:
    """The schema as a JSON value; `kinds` gives each field's Table Schema type by field name."""
    keys = [
        {"fields": list(key.fields), "reference": {"resource": key.resource, "fields": list(key.reference_fields)}}
        for key in schema.foreign_keys
    ]
    rules = [{"name": rule.name, "condition": rule.condition, "whenNull": rule.when_null} for rule in schema.rules]
    document: dict[str, Any] = {
        "fields": [_field_json(field, kinds[field.name]) for field in schema.fields],
        "missingValues": list(schema.missing_values),
        "primaryKey": list(schema.primary_key),
        "foreignKeys": keys,
        PREFIX + "rules": rules,
        PREFIX + "asOf": schema.as_of.isoformat() if schema.as_of else [],
    }
    return {key: value for key, value in document.items() if value != []}
