"""Profiles of grades: how much harm a leak of each kind of data does to whom, read from a dated file.

Law is data: the grades, the matrix of object and degree, the rules on combinations and on numbers of persons stand in
`profiles/*.toml` with their source. A department gives its own file in their place.
"""

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from ronghe.messages import Bilingual
from ronghe.terms import InputError

__all__ = ["DEFAULT", "Combination", "Crowd", "GradeProfile", "grade_profile", "own_grade_profile", "parse_profile"]

DEFAULT = "cn-43697-2024"
_FORMAT = "grades@1"
_LARGEST_PROFILE = 1_000_000


@dataclass(frozen=True, slots=True)
class Combination:
    """Kinds that make a table worse together: one kind of each set of `of`."""

    code: str
    of: tuple[frozenset[str], ...]
    grade: str


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many persons in one table whose own grade is at least `least`."""

    code: str
    persons: int
    least: str
    grade: str


@dataclass(frozen=True, slots=True)
class GradeProfile:
    """One profile: grades from the lowest, the grade of each kind, and the rules that raise a table's.

    `smallest_group` is the number of persons below which a group of an aggregate tells about each of them. `verified`
    says of which of its `entries` were compared with which source on the day `checked`.
    """

    name: str
    title: Bilingual
    source: str
    in_force: dt.date
    checked: dt.date
    grades: tuple[str, ...]
    kinds: Mapping[str, str]
    combinations: tuple[Combination, ...]
    crowds: tuple[Crowd, ...]
    smallest_group: int
    entries: tuple[str, ...] = ()
    verified: Mapping[str, str] = field(default_factory=dict)

    @property
    def lowest(self) -> str:
        """The grade of what harms nobody."""
        return self.grades[0]

    def highest(self, grades: Sequence[str]) -> str:
        """The highest of several grades, the lowest there is when none is given."""
        return max(grades, key=self.grades.index, default=self.lowest)

    def of(self, kind: str) -> str:
        """The grade of a kind on its own; the lowest where the profile does not name it."""
        return self.kinds.get(kind, self.lowest)


def _grade(matrix: Mapping[str, Mapping[str, str]], entry: Mapping[str, Any], place: str, where: str) -> str:
    harmed, degree = str(entry.get("object")), str(entry.get("degree"))
    if harmed not in matrix or degree not in matrix[harmed]:
        raise InputError("standards.grades_harm", path=where, place=place, value=f"{harmed}, {degree}")
    return matrix[harmed][degree]


def _entries(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Everything in a profile that a source may say or not, by its place."""
    named = [f"{part}.{name}" for part in ("matrix", "kinds", "aggregates") for name in given[part]]
    listed = [f"{part}.{one['code']}" for part in ("combinations", "counts") for one in given.get(part, [])]
    return (*(f"grades.{grade}" for grade in given["grades"]), *named, *listed)


def _parsed(given: Mapping[str, Any], where: str) -> GradeProfile:
    matrix, grades = given["matrix"], tuple(given["grades"])
    strange = [grade for line in matrix.values() for grade in line.values() if grade not in grades]
    crowds = given.get("counts", [])
    strange += [entry["with"] for entry in crowds if entry["with"] not in grades]
    if strange or not grades:
        raise InputError("standards.grades_unknown", path=where, value=", ".join(map(str, strange)) or "-")
    entries, verified = _entries(given), dict(given.get("verified", {}))
    if unknown := sorted(verified.keys() - set(entries)):
        raise InputError("standards.grades_verified", path=where, value=", ".join(unknown))
    return GradeProfile(
        name=given["name"],
        title=Bilingual(given["zh"], given["en"]),
        source=given["source"],
        in_force=dt.date.fromisoformat(given["in_force"]),
        checked=dt.date.fromisoformat(given["checked"]),
        grades=grades,
        kinds={kind: _grade(matrix, entry, f"kinds.{kind}", where) for kind, entry in given["kinds"].items()},
        combinations=tuple(
            Combination(entry["code"], tuple(map(frozenset, entry["of"])), _grade(matrix, entry, entry["code"], where))
            for entry in given.get("combinations", [])
        ),
        crowds=tuple(
            Crowd(entry["code"], int(entry["persons"]), entry["with"], _grade(matrix, entry, entry["code"], where))
            for entry in crowds
        ),
        smallest_group=int(given["aggregates"]["smallest_group"]),
        entries=entries,
        verified=verified,
    )


def parse_profile(text: str, where: str) -> GradeProfile:
    """A profile from its TOML; InputError for anything that is not one, `where` being what the message calls it."""
    try:
        given = tomllib.loads(text)
        if given.get("format") != _FORMAT:
            raise InputError("standards.grades_format", path=where, value=str(given.get("format", "-")), wanted=_FORMAT)
        return _parsed(given, where)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as fault:
        raise InputError(
            "standards.grades_unreadable", path=where, detail=f"{type(fault).__name__}: {fault}"
        ) from fault


@cache
def grade_profile(name: str = DEFAULT) -> GradeProfile:
    """A profile that comes with Ronghe; InputError for a name that none has."""
    folder = files("ronghe.standards").joinpath("profiles")
    texts = {
        one.name.removesuffix(".toml"): one.read_text("utf-8") for one in folder.iterdir() if one.name.endswith(".toml")
    }
    # Other profiles lie beside them, such as the working days.
    known = sorted(found for found, text in texts.items() if f'format = "{_FORMAT}"' in text)
    if name not in known:
        raise InputError("standards.grades_absent", value=name, known=", ".join(known))
    return parse_profile(folder.joinpath(f"{name}.toml").read_text("utf-8"), f"{name}.toml")


def own_grade_profile(given: str | None) -> GradeProfile:
    """The profile of a file, of a name, or the default; InputError for a file that is none."""
    if given is None:
        return grade_profile()
    path = Path(given)
    if not path.suffix and not path.exists():
        return grade_profile(given)
    try:
        if path.stat().st_size > _LARGEST_PROFILE:
            raise InputError("standards.grades_unreadable", path=given, detail=f"> {_LARGEST_PROFILE:,} bytes")
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError("standards.grades_unreadable", path=given, detail=type(fault).__name__) from fault
    return parse_profile(text, path.name)
