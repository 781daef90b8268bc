"""Laws of the rules: SQL and Python agree, and facts are named as missing only if two values of them matter."""

import datetime as dt
import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ronghe.rules import Bound, bind, decide, read_rules
from ronghe.rules.evaluate import value_of
from ronghe.rules.over_tables import DECIDED, decide_table, facts_of_row, recorded_in
from ronghe.tables.engine import Resources, duckdb_engine
from ronghe.terms import InputError

DAY = dt.date(2026, 1, 1)
NUMBERS, TEXTS, TRUTHS, DAYS = ("n1", "n2", "n3"), ("t1", "t2"), ("b1", "b2"), ("d1", "d2")
HEAD = """format: rules@1
subject: id
groups: {g: key}
facts:
  n1: {type: number, min: 0, max: 100}
  n2: number
  n3: {type: integer, min: -5, max: 5}
  t1: {type: text, values: [x, y, z]}
  t2: text
  b1: boolean
  b2: boolean
  d1: {type: date, min: 1900-01-01, max: 2026-01-01}
  d2: date
tables:
  t: {hit: first, outputs: {v: number}, header: [n1, t1, v], rows: [["<20", "x,y", 1], ["<50", "-", 2], ["-", "z", n2]]}
rules:
"""


class Author:
    """Writes conditions at random."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def number(self, depth: int) -> str:
        pick = self.random
        if depth <= 0 or pick.random() < 0.3:
            return pick.choice((*NUMBERS, str(pick.randint(-3, 60)), f"{pick.randint(0, 99) / 4}"))
        forms: list[Callable[[], str]] = [
            lambda: f"({self.number(depth - 1)} {pick.choice('+-*/')} {self.number(depth - 1)})",
            lambda: f"({self.number(depth - 1)} if {self.truth(depth - 1)} else {self.number(depth - 1)})",
            lambda: f"{pick.choice(('years', 'months', 'days'))}({pick.choice(DAYS)}, as_of)",
            lambda: f"{pick.choice(('floor', 'ceil', 'round'))}({self.number(depth - 1)})",
            lambda: f"{pick.choice(('min', 'max'))}({self.number(0)}, {self.number(0)})",
            lambda: "t.v",
            lambda: pick.choice(
                (
                    f"g.sum({self.number(0)})",
                    "g.count(b1)",
                    f"g.max({pick.choice(NUMBERS)})",
                    f"g.min({pick.choice(NUMBERS)})",
                )
            ),
        ]
        return pick.choice(forms)()

    def truth(self, depth: int) -> str:
        pick = self.random
        if depth > 0 and pick.random() < 0.55:
            sign = pick.choice((" and ", " or "))
            parts = [self.truth(depth - 1) for _ in range(pick.randint(2, 3))]
            return f"({sign.join(parts)})" if pick.random() < 0.8 else f"(not {parts[0]})"
        forms: list[Callable[[], str]] = [
            lambda: pick.choice(TRUTHS),
            lambda: f"{self.number(depth)} {pick.choice(('<', '<=', '>', '>=', '==', '!='))} {self.number(depth - 1)}",
            lambda: f"{pick.choice(NUMBERS)} {pick.choice(('<', '<=', '>', '>='))} {pick.randint(-3, 60)}",
            lambda: f"{pick.choice(TEXTS)} {pick.choice(('==', '!='))} '{pick.choice('xyzw')}'",
            lambda: f"{pick.choice(TEXTS)} {pick.choice(('in', 'not in'))} ['x', '{pick.choice('yzw')}']",
            lambda: f"n3 in [1, {pick.randint(-5, 5)}]",
            lambda: f"age({pick.choice(DAYS)}) {pick.choice(('<', '>='))} {pick.randint(0, 80)}",
            lambda: f"{pick.choice(DAYS)} {pick.choice(('<', '>=', '=='))} '20{pick.randint(10, 25)}-05-15'",
            lambda: pick.choice(("g.any(b1)", "g.all(b1)", "g.any(n1 < 20)", "g.all(t1 == 'x')")),
        ]
        return pick.choice(forms)()

    def rule(self, name: str) -> str:
        kind = self.random.choice(("all", "any"))
        clauses = "".join(
            f"        - {{clause: c{n}, if: {_quoted(self.truth(2))}}}\n" for n in range(self.random.randint(1, 3))
        )
        inner = f"        - not: {_quoted(self.truth(1))}\n" if self.random.random() < 0.3 else ""
        return f"  {name}:\n    when:\n      {kind}:\n{clauses}{inner}    amount: {_quoted(self.number(2))}\n"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def subjects(count: int, seed: int) -> pa.Table:
    pick = random.Random(seed)

    def maybe(value: Any) -> Any:
        return None if pick.random() < 0.25 else value

    def day(latest: int) -> str:
        return (dt.date(1940, 1, 1) + dt.timedelta(pick.randint(0, latest))).isoformat()

    rows = [
        {
            "id": f"s{n}",
            "key": maybe(f"k{pick.randint(0, count // 3)}"),
            "n1": maybe(pick.choice((0.0, 19.999999, 20.0, 33.3, 50.0, 100.0, 101.0, pick.uniform(0, 100)))),
            "n2": maybe(pick.choice((0.0, -1.5, 1e9, 0.1, 7.0))),
            "n3": maybe(pick.choice(("-5", "0", "1", "5", "2.5", "nan", "x", " 3 "))),
            "t1": maybe(pick.choice("xyzq")),
            "t2": maybe(pick.choice(("x", "y", " w ", ""))),
            "b1": maybe(pick.random() < 0.5),
            "b2": maybe(pick.choice(("是", "否", "true", "0", "perhaps"))),
            "d1": maybe(dt.date.fromisoformat(day(32_000))),
            "d2": maybe(pick.choice((day(31_000), "2025-02-30", "2004-02-29"))),
        }
        for n in range(count)
    ]
    return pa.Table.from_pylist(rows)


def bound_rules(count: int, seed: int) -> Bound:
    """Rules that somebody could fulfill."""
    author = Author(seed)
    kept: list[str] = []
    while len(kept) < count:
        text = author.rule(f"r{len(kept)}")
        try:
            bind(read_rules(HEAD + text, "random.yaml"), DAY)
        except InputError as fault:
            if fault.code != "rules.never_activates":
                raise
            continue
        kept.append(text)
    return bind(read_rules(HEAD + "".join(kept), "random.yaml"), DAY)


def check_agreement(rules: int, people: int, seed: int, scratch: Path) -> int:
    """SQL's decisions of all subjects against Python's; gives how many were compared."""
    bound = bound_rules(rules, seed)
    with duckdb_engine(scratch, Resources()) as engine:
        engine.connection.register("people", subjects(people, seed))
        engine.connection.sql("FROM people").create_view("subjects")
        decide_table(engine, bound, "subjects", recorded_in(bound, engine.types("subjects")))
        rows = engine.connection.table(DECIDED).to_arrow_table().to_pylist()
        for row in rows:
            decisions = decide(bound, *facts_of_row(engine, bound, row["row_number"]))
            for name, decision in decisions.items():
                found = (row[name], row[f"{name}.clause"], row[f"{name}.missing"] or "")
                assert found == (decision.result, decision.clause, ", ".join(decision.missing)), (name, row["subject"])
                amounts = (row[f"{name}.amount"], decision.amount)
                assert (None in amounts) == (amounts == (None, None)), (name, row["subject"], amounts)
                if None not in amounts:
                    assert amounts[0] == pytest.approx(amounts[1], rel=1e-9), (name, row["subject"])
    return len(rows) * rules


@pytest.mark.parametrize("seed", range(3))
def test_sql_and_python_agree(seed: int, tmp_path: Path) -> None:
    assert check_agreement(6, 40, seed, tmp_path) == 240


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 125))
def test_sql_and_python_agree_on_ten_thousand(seed: int, tmp_path: Path) -> None:
    assert check_agreement(10, 40, seed, tmp_path) == 400


SIMPLE = ("n1", "n3", "t1", "b1", "b2", "d1")


class PlainAuthor(Author):
    """Writes conditions whose every comparison asks for one fact."""

    def truth(self, depth: int) -> str:
        pick = self.random
        if depth > 0:
            parts = [self.truth(depth - 1) for _ in range(2)]
            return pick.choice((f"({parts[0]} and {parts[1]})", f"({parts[0]} or {parts[1]})", f"(not {parts[0]})"))
        return pick.choice(
            (
                "b1",
                "b2",
                f"n1 * 2 < {pick.randint(1, 150)}",
                f"n3 >= {pick.randint(-4, 5)}",
                f"t1 == '{pick.choice('xyz')}'",
                f"age(d1) >= {pick.randint(1, 80)}",
                f"20 <= n1 < {pick.randint(21, 90)}",
            )
        )


def plain_bound(seed: int) -> Bound:
    """A rule that somebody could fulfill."""
    author = PlainAuthor(seed)
    while True:
        text = HEAD + f"  r:\n    when: {_quoted(author.truth(3))}\n"
        try:
            return bind(read_rules(text, "plain.yaml"), DAY)
        except InputError as fault:
            if fault.code != "rules.never_activates":
                raise


@pytest.mark.parametrize("seed", range(25))
def test_a_fact_is_named_if_and_only_if_two_of_its_values_lead_to_different_results(seed: int) -> None:
    """Against the definition: every completion of what is missing, tried."""
    bound = plain_bound(seed)
    pick = random.Random(seed)
    known = {"n1": 30.0, "n3": 2.0, "t1": "x", "b1": True, "b2": False, "d1": dt.date(1980, 5, 5)}
    missing = pick.sample(SIMPLE, 3)
    facts = {name: value for name, value in known.items() if name not in missing}
    decision = decide(bound, facts)["r"]
    expected = tuple(sorted(name for name in missing if _matters(bound, facts, missing, name)))
    assert decision.missing == expected
    assert (decision.result == "unknown") == bool(expected)


def _matters(bound: Bound, facts: dict[str, Any], missing: list[str], name: str) -> bool:
    root = bound.active[0].formula.root
    others = [other for other in missing if other != name]
    for completion in itertools.product(*(_sampled(other) for other in others)):
        whole = {**facts, **dict(zip(others, completion, strict=True))}
        if len({value_of(root, {**whole, name: value}, {}) for value in _sampled(name)}) > 1:
            return True
    return False


def _sampled(name: str) -> list[Any]:
    """Grids of their own, not the engine's: numbers between whole ones, a day in each second year."""
    if name == "n1":
        return [n + 0.25 for n in range(100)] + [0.0, 100.0]
    if name == "n3":
        return [float(n) for n in range(-5, 6)]
    if name == "t1":
        return ["x", "y", "z"]
    return [True, False] if name.startswith("b") else [dt.date(1926 + n, 1, 1) for n in range(0, 101, 2)]
