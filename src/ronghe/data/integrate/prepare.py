"""Records made ready to be compared: one table `records` with, for the i-th compared column,

    c{i}  the value in one form, NULL where there is none (identifiers and dates by their data element)
    a{i}  the same where it has only letters of one byte: edit distances count bytes
    s{i}  the sound of a Chinese name: each ideograph as the first one that is read the same way; where many names of
          the column are in letters, the letters of its pinyin in order (王伟芳, Wang Weifang and WEIFANG WANG)
    t{i}  its tokens, each a number that carries the token's weight, and q{i}, the sum of those weights
    g{i}  its tokens with a digit in them: house numbers, model codes, branches
    h     the checksummed identifier that decides who it is, where it is valid (`deciding_column`)

DuckDB's edit distances count bytes, and an ideograph has three: nothing here lets them see one.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
from sqlglot import exp

from ronghe.data.integrate.kinds import Kind
from ronghe.data.integrate.statements import drawn, drop, fetch, make, rename, union
from ronghe.standards import MISSING_WORDS
from ronghe.standards.catalog import Catalog
from ronghe.standards.element import Element
from ronghe.standards.folding import FULL_WIDTH, HALF_WIDTH
from ronghe.tables import expressions as ops
from ronghe.tables.engine import DuckDB
from ronghe.tables.plain_arrays import texts
from ronghe.tables.plan import Layer, Plan
from ronghe.tables.sql import name

__all__ = [
    "CHECKSUMMED",
    "RECORDS",
    "TOKENIZED",
    "Compared",
    "deciding_column",
    "numbered_sides",
    "prepare_records",
    "reading",
]

RECORDS = "records"
TOKENIZED = (Kind.ORGANIZATION, Kind.ADDRESS, Kind.TEXT)
WEIGHT_LEVELS = 4096
"""A token is number * WEIGHT_LEVELS + weight, so that the weights of a list's common tokens are found in the list."""
WEIGHT_UNIT = 8
CHECKSUMMED = ("citizen_id", "unified_credit_code")
"""Identifiers that prove themselves: one wrong sign, or two exchanged, and the check digit does not fit."""
OF_A_PERSON = ("birth_date", "sex")
READ_BY_ELEMENT = ("citizen_id", "unified_credit_code", "date", "birth_date", "datetime", "sex", "ethnic_group")
LEGAL_FORMS = (
    "(?:股份|集团)?有限(?:责任)?公司|股份公司|集团公司|个人独资企业|(?:普通|有限|特殊普通)合伙(?:企业)?|"
    "\\b(?:co|inc|llc|ltd|corp|gmbh|plc|limited|incorporated|corporation|company)\\b"
)
"""Legal forms say nothing about which company it is. A branch, which follows them, does and stays."""
REGION_PREFIX = "^[\u3400-\u9fff]{2,3}?[省市县区]"
"""Where a company is registered stands first in its full name and is left out of its short one."""
_TYPED_U = re.compile("([ln])v")
TONES = "\u0300\u0301\u0304\u030c"
"""Grave, acute, macron and caron, as Unicode takes them off a vowel."""
HAN = "[\u3400-\u9fff]"
MOBILE = "1[3-9][0-9]{9}"
IN_LETTERS = 0.2
"""The part of a column's names in letters from which ideographs are compared with them by their pinyin."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A column on both sides: its names, its kind, and the element that decided the kind, "" where none did."""

    left: str
    right: str
    kind: Kind
    element: str = ""

    @property
    def label(self) -> str:
        """What people call it."""
        return self.left if self.left == self.right else f"{self.left} / {self.right}"


def deciding_column(columns: Sequence[Compared]) -> int | None:
    """The place of the identifier that is the record's own: two valid ones that differ are two people, or companies.

    It is the only checksummed one, and what else is compared says whose it is: a citizen id with a person's name, but
    not beside a company's name unless birth or sex is told too (it may be the representative's); a credit code with a
    company's name, but not beside birth or sex (it may be the employer's). None where that is not so.
    """
    places = [place for place, column in enumerate(columns) if column.element in CHECKSUMMED]
    if len(places) != 1:
        return None
    person = any(column.element == "person_name" for column in columns)
    company = any(column.kind is Kind.ORGANIZATION for column in columns)
    born = any(column.element in OF_A_PERSON for column in columns)
    if columns[places[0]].element == "citizen_id":
        return places[0] if person and (born or not company) else None
    return places[0] if company and not born else None


def numbered_sides(engine: DuckDB, sides: Sequence[str], columns: int) -> None:
    """Keep `numbered`: every row of the sides with a number that depends on side and id alone, not on the order."""
    values = [name(f"v{place}") for place in range(columns)]
    parts = [
        exp.select(exp.alias_(exp.convert(number), "side"), name("id"), *values).from_(side)
        for number, side in enumerate(sides)
    ]
    every = union(list(parts))
    select = drawn("SELECT row_number() OVER (ORDER BY side, id) AS n, * FROM _every", every=every.subquery("e"))  # type: ignore[attr-defined]
    make(engine, "numbered", select)


def _missing(text: ops.Expression) -> ops.Expression:
    words = tuple(word.lower() for word in MISSING_WORDS)
    return ops.Case(((ops.IsIn(ops.Lower(text), words), ops.Literal(None)),), text)


def _folded(raw: ops.Expression) -> ops.Expression:
    return ops.Trim(ops.Lower(ops.Translate(raw, FULL_WIDTH, HALF_WIDTH)))


def _by_element(element: Element, raw: ops.Expression) -> ops.Expression:
    """The value as the element reads it; a text that it cannot read stays as it is, to be compared all the same."""
    value = ops.substitute(element.value, {"raw": raw, "text": ops.Column("text")})
    read = value if element.type == ops.TEXT else ops.TextOf(value, element.type)
    cleaned = ops.substitute(element.clean, {"raw": raw})
    return ops.Coalesce((ops.Let("text", cleaned, read), _folded(raw)))


DROPPED = {
    Kind.IDENTIFIER: "[^a-z0-9\u3400-\u9fff]+",
    Kind.PHONE: "[^0-9]+",
    Kind.EMAIL: "\\s+",
    Kind.NUMBER: "[^0-9.]+",
}
"""What is no part of such a value, however it is written."""


def _form(kind: Kind, text: ops.Expression) -> ops.Expression:
    if kind is Kind.PHONE:
        return _telephone(ops.Replace(text, DROPPED[kind]))
    if kind in DROPPED:
        return ops.Replace(ops.Replace(text, DROPPED[kind]), "^0086")
    match kind:
        case Kind.ORGANIZATION:
            return _company(text)
        case Kind.NAME:
            return ops.Trim(ops.Replace(text, "[^\\p{L}\\p{N}]+", " "))
        case _:
            return ops.Trim(ops.Replace(ops.Replace(text, "\\s+", " "), "\\s*[-·.,，。]\\s*$"))


def _telephone(digits: ops.Expression) -> ops.Expression:
    """The digits without the country of a Chinese mobile number: 86 may begin other numbers."""
    whole = ops.Column("whole")
    abroad = ops.Matches(whole, f"(?:00)?86{MOBILE}")
    national = ops.Extract(whole, f"86({MOBILE})")
    return ops.Let("whole", digits, ops.Case(((abroad, national),), ops.Replace(whole, "^0086")))


def _company(text: ops.Expression) -> ops.Expression:
    """The core of an organization's name: without marks, legal form and region prefix, if anything is left of it."""
    joined = ops.Case(
        ((ops.Found(text, HAN), ops.Replace(text, "[^a-z0-9\u3400-\u9fff]+")),),
        ops.Trim(ops.Replace(text, "[^\\p{L}\\p{N}]+", " ")),
    )
    whole = ops.Column("whole")
    bare = ops.Trim(ops.Replace(ops.Replace(whole, LEGAL_FORMS), REGION_PREFIX))
    enough = ops.Compare(">=", ops.Length(bare), ops.Literal(2, ops.INTEGER))
    return ops.Let("whole", joined, ops.Case(((enough, bare),), whole))


def _value(column: Compared, catalog: Catalog, raw: ops.Column) -> ops.Expression:
    if column.element in READ_BY_ELEMENT:
        return _by_element(catalog.get(column.element), raw)
    return _form(column.kind, _folded(raw))


def _proven(element: Element, raw: ops.Expression) -> ops.Expression:
    """The value of an identifier whose form and check digit are right, NULL of any other text."""
    right = tuple(ops.substitute(check.holds, {"raw": raw}) for check in element.checks if check.level == "error")
    value = ops.substitute(element.value, {"raw": raw})
    proven = ops.Let("value", value, ops.Case(((ops.And(right), ops.Column("value")),)))
    return ops.Let("text", ops.substitute(element.clean, {"raw": raw}), proven)


def _told_by_id(columns: Sequence[Compared], deciding: int, catalog: Catalog) -> dict[int, ops.Expression]:
    """What a valid citizen id says of the birth and the sex (GB 11643), by the place of the column that has them.

    A driving licence without a birth date is told from the namesake in the school by the birth within its number.
    """
    element = catalog.get(columns[deciding].element)
    if element.birth is None:
        return {}
    born = ops.substitute(element.birth, {"value": ops.Column("h")})
    parts = (ops.Slice(born, 1, 4), ops.Literal("-"), ops.Slice(born, 5, 2), ops.Literal("-"), ops.Slice(born, 7, 2))
    odd = ops.IsIn(ops.Slice(ops.Column("h"), 17, 1), ("1", "3", "5", "7", "9"))
    known = ops.Not(ops.IsNull(ops.Column("h")))
    sex = ops.Case(((odd, ops.Literal("1")), (known, ops.Literal("2"))))
    told = {"birth_date": ops.Concat(parts), "sex": sex}
    places = {code: [n for n, column in enumerate(columns) if column.element == code] for code in told}
    return {found[0]: told[code] for code, found in places.items() if len(found) == 1}


def _unless_blank(text: ops.Expression) -> ops.Expression:
    return ops.Case(((ops.Compare("=", text, ops.Literal("")), ops.Literal(None)),), text)


def _plan(columns: Sequence[Compared], catalog: Catalog) -> Plan:
    present = tuple((f"p{n}", _missing(ops.Column(f"v{n}"))) for n in range(len(columns)))
    made = tuple((f"c{n}", _value(column, catalog, ops.Column(f"p{n}"))) for n, column in enumerate(columns))
    deciding, told = deciding_column(columns), dict[int, ops.Expression]()
    keep = ("n", "side", "id")
    kept: tuple[str, ...] = keep
    if deciding is not None:
        element = catalog.get(columns[deciding].element)
        made = (*made, ("h", _proven(element, ops.Column(f"p{deciding}"))))
        told, kept = _told_by_id(columns, deciding, catalog), (*keep, "h")
    read = [_unless_blank(ops.Column(f"c{n}")) for n in range(len(columns))]
    whole = [ops.Coalesce((value, told[n])) if n in told else value for n, value in enumerate(read)]
    filled = tuple((f"c{n}", value) for n, value in enumerate(whole))
    return Plan((Layer(present, keep), Layer(made, keep), Layer(filled, kept)))


@cache
def _readings() -> dict[str, str]:
    """The readings of every sign, by the decimal number of its code point, as pypinyin's file of single signs has them.

    The package itself loads its phrases too, and learns to cut sentences by them: a quarter of a second for nothing.
    """
    found = find_spec("pypinyin")
    assert found is not None
    assert found.submodule_search_locations
    path = Path(found.submodule_search_locations[0]) / "pinyin_dict.json"
    return dict(json.loads(path.read_text("utf-8")))


def reading(sign: str) -> str:
    """The first reading of a sign without its tone; of one that has none the sign itself."""
    first = _readings().get(str(ord(sign)), sign).partition(",")[0]
    return "".join(part for part in unicodedata.normalize("NFD", first) if part not in TONES)


def _sounds(values: pa.ChunkedArray) -> pa.Array:
    """The values with each ideograph as the first one, by code point, that is read the same way, tones apart."""
    text = "\n".join(values.to_pylist())
    signs = sorted({sign for sign in text if "\u3400" <= sign <= "\u9fff"})
    first: dict[str, str] = {}
    table = {ord(sign): first.setdefault(reading(sign), sign) for sign in signs}
    return texts(text.translate(table).split("\n"))


def _letters(values: pa.ChunkedArray) -> pa.Array:
    """The letters of each value in order, an ideograph as its pinyin: order of names and spaces differ by whoever
    writes them. ü is typed as u or v."""
    text = "\n".join(values.to_pylist())
    signs = {sign for sign in text if "\u3400" <= sign <= "\u9fff"}
    spelled = text.translate({ord(sign): reading(sign) for sign in signs}).replace("ü", "u")
    lines = _TYPED_U.sub(r"\1u", spelled).split("\n")
    return texts(["".join(sorted(filter(str.isalpha, line))) for line in lines])


def _keep_sounds(engine: DuckDB, place: int) -> None:
    """Keep `sounds{place}`: value and sound of every distinct value with an ideograph in it, of all where many have
    none."""
    asked = drawn(
        "SELECT coalesce(avg((regexp_matches(_c, '[a-z]') AND NOT regexp_matches(_c, _han))::INT), 0) AS letters,"
        " coalesce(avg(regexp_matches(_c, _han)::INT), 0) AS signs FROM prepared",
        han=HAN,
        c=name(f"c{place}"),
    )
    shares = fetch(engine, asked).to_pylist()[0]
    both = min(shares["letters"], shares["signs"]) >= IN_LETTERS
    select = drawn(
        "SELECT DISTINCT _c AS value FROM prepared"
        " WHERE (_both OR regexp_matches(_c, _han)) AND NOT contains(_c, chr(10))",
        both=exp.convert(both),
        han=HAN,
        c=name(f"c{place}"),
    )
    values = fetch(engine, select).column("value")
    sound = _letters if both else _sounds
    made = pa.table({"value": values, "sound": sound(values) if len(values) else texts([])})
    engine.connection.register("made", made)
    make(engine, f"sounds{place}", drawn("SELECT * FROM made"))
    engine.connection.unregister("made")


def _values(place: int) -> exp.Expr:
    """Every distinct value with its tokens: its words, words with a mark inside as one word too, pairs of ideographs.

    In steps, for DuckDB computes what stands inside a lambda for each element again.
    """
    return drawn(
        """
        SELECT value, times, list_distinct(list_concat(words, joined, pairs)) AS tokens FROM (
            SELECT value, times,
                regexp_extract_all(plain, '[a-z0-9]+') AS words,
                list_transform(
                    regexp_extract_all(plain, '[a-z0-9]+(?:[-./][a-z0-9]+)+'),
                    lambda w: regexp_replace(w, '[-./]', '', 'g')) AS joined,
                list_transform(range(1, length(signs)), lambda i: signs[i:i + 1]) AS pairs
            FROM (
                SELECT value, times, strip_accents(value) AS plain,
                    regexp_replace(value, '[^\u3400-\u9fff]+', '', 'g') AS signs
                FROM (SELECT _c AS value, count(*) AS times FROM prepared WHERE _c IS NOT NULL GROUP BY 1)))
        """,
        c=name(f"c{place}"),
    )


def _keep_tokens(engine: DuckDB, place: int) -> None:
    """Keep `tokens{place}`: the tokens of every distinct value, each weighed by the square of its idf.

    A token in one record of a thousand says more than one in every second: log(records / records with it), no list of
    stop words, for any language and trade.
    """
    values, words, known = f"values{place}", f"words{place}", f"vocabulary{place}"
    make(engine, values, _values(place))
    make(engine, words, drawn("SELECT value, times, unnest(tokens) AS token FROM _v", v=values))
    weight = drawn(
        "greatest(1, least(_most, round(_unit * power(ln((SELECT sum(times) + 1 FROM _v) / sum(times)), 2))))::BIGINT",
        v=values,
        unit=WEIGHT_UNIT,
        most=WEIGHT_LEVELS - 1,
    )
    make(
        engine,
        known,
        drawn(
            "SELECT token, row_number() OVER (ORDER BY token) * _levels + _weight AS id, _weight AS weight,"
            " sum(times) AS times FROM _words GROUP BY token",
            words=words,
            weight=weight,
            levels=WEIGHT_LEVELS,
        ),
    )
    make(
        engine,
        f"tokens{place}",
        drawn(
            "SELECT w.value, list(k.id ORDER BY k.id) AS ids, sum(k.weight)::DOUBLE AS total,"
            " list(w.token ORDER BY w.token) FILTER (regexp_matches(w.token, '[0-9]')) AS signs"
            " FROM _words AS w JOIN _known AS k ON w.token = k.token GROUP BY w.value",
            words=words,
            known=known,
        ),
    )
    drop(engine, values, words, known)


def _joined(columns: Sequence[Compared]) -> exp.Expr:
    """The SELECT of `records`."""
    wanted: list[exp.Expr] = [name(part, "p") for part in ("n", "side", "id")]
    if deciding_column(columns) is not None:
        wanted.append(name("h", "p"))
    select = exp.select().from_("prepared AS p")
    for place, column in enumerate(columns):
        plain = drawn("CASE WHEN strlen(_c) = length(_c) THEN _c END", c=name(f"c{place}", "p"))
        wanted += [name(f"c{place}", "p"), exp.alias_(plain, f"a{place}")]
        if column.kind is Kind.NAME:
            wanted.append(exp.alias_(name("sound", f"j{place}"), f"s{place}"))
            select = _look_up(select, f"sounds{place}", place)
        elif column.kind in TOKENIZED:
            parts = (("ids", "t"), ("total", "q"), ("signs", "g"))
            wanted += [exp.alias_(name(part, f"j{place}"), f"{letter}{place}") for part, letter in parts]
            select = _look_up(select, f"tokens{place}", place)
    return select.select(*wanted)


def _look_up(select: exp.Select, table: str, place: int) -> exp.Select:
    found = exp.EQ(this=name(f"c{place}", "p"), expression=name("value", f"j{place}"))
    return select.join(exp.to_table(table), on=found, join_type="left", join_alias=f"j{place}")


_MADE = ("sounds", "tokens")


def prepare_records(engine: DuckDB, columns: Sequence[Compared], catalog: Catalog) -> None:
    """Keep `records` from `numbered`."""
    engine.keep("prepared", exp.select("*").from_("plan"), (_plan(columns, catalog), "numbered"))
    for place, column in enumerate(columns):
        if column.kind is Kind.NAME:
            _keep_sounds(engine, place)
        elif column.kind in TOKENIZED:
            _keep_tokens(engine, place)
    make(engine, RECORDS, _joined(columns))
    make(engine, "named", drawn("SELECT n, side, id FROM numbered"))
    rename(engine, "named", "numbered")
    places = range(len(columns))
    drop(engine, "prepared", *(f"{made}{place}" for made in _MADE for place in places))
