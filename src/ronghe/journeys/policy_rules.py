"""A file of rules with the decision tables that it names, which lie beside it; and the cases in it, tried."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlglot import exp

from ronghe.rules import CaseResult, RuleSet, read_rules, try_cases
from ronghe.rules.cases import untried
from ronghe.standards.catalog import catalog
from ronghe.tables.engine import MalformedRecords, Resources, duckdb_engine
from ronghe.tables.open import stage
from ronghe.terms import InputError, LimitReached

__all__ = ["Tried", "read_rules_file", "test_rules"]

LARGEST_FILE = 4_000_000
"""Bytes of a file of rules."""


@dataclass(frozen=True, slots=True)
class Tried:
    """The expectations of all cases with what came out, and the rules that no case shows to hold."""

    path: Path
    results: tuple[CaseResult, ...]
    untried: tuple[str, ...]

    @property
    def failed(self) -> tuple[CaseResult, ...]:
        """Those that do not hold."""
        return tuple(result for result in self.results if not result.holds)

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        fields = ("case", "rule", "what", "expected", "found", "holds")
        listed = [
            {name: getattr(one, name) for name in fields} | ({"error": one.error.code} if one.error else {})
            for one in self.results
        ]
        return {"path": str(self.path), "held": len(listed) - len(self.failed), "failed": len(self.failed)} | {
            "untried": list(self.untried),
            "expectations": listed,
        }


def _table_beside(folder: Path, name: str) -> list[list[str]]:
    """The cells of a decision table, header first. InputError for a path that leaves the folder of the rules."""
    path = folder / name.partition("#")[0]
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        raise InputError("rules.table_file", path=name, detail="-")
    with TemporaryDirectory(prefix="ronghe-") as made:
        scratch = Path(made)
        staged = stage(str(folder / name), scratch)
        with duckdb_engine(scratch / "spill", Resources()) as engine:
            engine.attach("given", staged)
            try:
                table = engine.query(exp.select("*").from_("given"))
            except MalformedRecords as fault:
                raise InputError("rules.table_file", path=name, detail=str(fault)) from fault
    if staged.malformed:
        raise InputError("rules.table_file", path=name, detail=f"#{staged.malformed[0].row}")
    rows = [["" if cell is None else str(cell) for cell in row.values()] for row in table.to_pylist()]
    return [list(staged.columns), *rows]


def read_rules_text(path: Path) -> str:
    """The text of a file of rules. Raises InputError when it cannot be read, LimitReached when it is too large."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise LimitReached("rules.too_large", path=str(path), limit=f"{LARGEST_FILE:,}")
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError("policy.rules_unreadable", path=str(path), detail=type(fault).__name__) from fault


def read_rules_file(path: Path) -> RuleSet:
    """The rules of a file; decision tables (CSV, Excel) are found beside it."""

    def tables_of(name: str) -> Sequence[Sequence[str]]:
        return _table_beside(path.parent, name)

    rules = read_rules(read_rules_text(path), path.name, tables_of=tables_of)
    _check_elements(rules, path.name)
    return rules


def _check_elements(rules: RuleSet, where: str) -> None:
    """InputError for a fact that is bound to a data element which does not exist."""
    named = {spec.element: spec.name for spec in rules.facts.values() if spec.element}
    known = {element.code for element in catalog()} if named else set()
    for element, fact in named.items():
        if element not in known:
            raise InputError("rules.element_unknown", where=f"{where} facts {fact}", element=element)


def test_rules(path: Path) -> Tried:
    """Try the cases of a file of rules. InputError when it has none."""
    rules = read_rules_file(path)
    if not rules.cases:
        raise InputError("policy.no_cases", path=str(path))
    return Tried(path, try_cases(rules), untried(rules))
