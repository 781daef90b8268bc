"""Import descriptions of technologies into a registry folder, and look in it before building again."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from ronghe.journeys.technology_files import rounded, table_of
from ronghe.journeys.technology_reading import read_texts
from ronghe.journeys.technology_yaml import read_json, read_text
from ronghe.messages import Language, render, render_error
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.package import Resource, json_text, manifest
from ronghe.tables.publish import workspace
from ronghe.tables.write import write_csv
from ronghe.technology.audit.licenses import read_license
from ronghe.technology.integrate.documents import compose, plain
from ronghe.technology.integrate.inventories import form_of, technologies_of
from ronghe.technology.integrate.likeness import Candidate, Match, candidates, matches
from ronghe.technology.integrate.publiccode import check_publiccode
from ronghe.technology.integrate.record import COLUMNS, Finding, Technology
from ronghe.technology.integrate.registry import merged
from ronghe.terms import InputError, LimitReached, UsageError

__all__ = ["Imported", "Reused", "Verdict", "import_files", "reuse"]

TECHNOLOGIES = "technologies.csv"
YAML = (".yml", ".yaml")
TABLES = (".csv", ".tsv", ".xlsx", ".xls", ".ods", ".parquet")
_PNG = b"\x89PNG\r\n\x1a\n"
_DERIVED = ("technology", "format", "source", "entry", "state", "reason")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an import says of one file: valid, warnings, invalid or unreadable, its form, entries and findings."""

    source: str
    form: str
    verdict: str
    technologies: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """A registry after an import: every entry, a verdict for each file, and candidates for reuse."""

    registry: Path
    technologies: tuple[Technology, ...]
    verdicts: tuple[Verdict, ...]
    candidates: tuple[Candidate, ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON value, without the entries, which stand in technologies.csv."""
        states = {state: sum(one.state == state for one in self.technologies) for state in ("present", "gone", "stale")}
        files = [
            {
                "file": one.source,
                "format": one.form,
                "verdict": one.verdict,
                "technologies": one.technologies,
                "findings": [
                    {"severity": f.severity, "place": f.place, "line": f.line, "code": f.code} for f in one.findings
                ],
            }
            for one in self.verdicts
        ]
        written = [one for one in self.technologies if one.license_written]
        licenses = {"named": len(written), "spdx": sum(bool(one.license) for one in written)}
        pairs = [self._pair(one) for one in self.candidates]
        counts = {"technologies": len(self.technologies), **states, "licenses": licenses}
        return {"registry": str(self.registry), **counts, "files": files, "candidates": pairs}

    def _pair(self, one: Candidate) -> dict[str, Any]:
        left, right = self.technologies[one.left], self.technologies[one.right]
        names = {"left": left.technology, "right": right.technology}
        return {**names, "why": one.why, "score": rounded(one.score)}


def _paths(given: Sequence[Path]) -> Iterator[Path]:
    for path in given:
        if path.is_dir():
            known = (*YAML, *TABLES, ".json")
            listed = (one for one in sorted(path.rglob("*")) if one.suffix.lower() in known and one.is_file())
            yield from (one for one in listed if not any(part.startswith(".") for part in one.parts))
        else:
            yield path


def _look(folder: Path, named: str) -> str | None:
    """Whether a file that a description names is there, inside its folder, and an image if it says so."""
    path = folder / named
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        return "file_missing"
    with path.open("rb") as file:
        broken = path.suffix.lower() == ".png" and file.read(len(_PNG)) != _PNG
    return "file_no_image" if broken else None


def _inventory(path: Path) -> tuple[list[Technology], list[Finding]]:
    """A table with a column `name` or `technology` and others of our own names."""
    texts = read_texts(path)
    column = next((name for name in ("name", "technology", "名称") if name in texts.table.column_names), None)
    if column is None:
        texts.wants("name")
    known = [name for name in COLUMNS if name in texts.table.column_names and name not in (*_DERIVED, "name")]
    found, faults = [], []
    for number, row in enumerate(texts.table.to_pylist(), 1):
        if not row[column]:
            faults.append(
                Finding("error", f"row {number}", 0, "technology.entry_nameless", {"place": number, "form": "CSV"})
            )
            continue
        one = Technology(row[column], row[column], **{name: row[name] or "" for name in known}, entry=f"row {number}")
        written = one.license_written or one.license
        found.append(replace(one, license=read_license(written).spdx, license_written=written))
    return found, faults


def _file(path: Path) -> tuple[str, list[Technology], list[Finding]]:
    """The form of a file, its technologies, what is wrong with it. InputError for one that cannot be read."""
    if path.suffix.lower() in TABLES:
        return "inventory", *_inventory(path)
    if path.suffix.lower() in YAML:
        node = compose(read_text(path), str(path))
        value = plain(node)
        form = form_of(value)
        if form == "publiccode" or (form is None and path.name.lower().startswith("publiccode")):
            assert node is not None
            findings = list(check_publiccode(node, lambda named: _look(path.parent, named)))
            found, _ = technologies_of("publiccode", value if isinstance(value, dict) else {})
            return "publiccode", found, findings
    else:
        value = read_json(path)
        form = form_of(value)
    if form is None:
        raise InputError("technology.form_unknown", path=str(path))
    return form, *technologies_of(form, value)


def _read(path: Path, lang: Language) -> tuple[Verdict, list[Technology]]:
    source = path.as_posix()
    try:
        form, found, findings = _file(path)
    except (InputError, LimitReached) as fault:
        line = fault.params.get("line")
        detail = render_error(fault, lang)
        wrong = Finding("error", "", line if isinstance(line, int) else 0, "technology.file_wrong", {"detail": detail})
        return Verdict(source, "", "unreadable", 0, (wrong,)), []
    severities = {one.severity for one in findings}
    verdict = "invalid" if "error" in severities else "warnings" if severities else "valid"
    entries = [replace(one, source=source, format=form) for one in found]
    return Verdict(source, form, verdict, len(entries), tuple(findings)), entries


def read_registry(folder: Path) -> tuple[Technology, ...]:
    """The entries of a registry folder; none where there is no such folder yet."""
    path = folder / TECHNOLOGIES
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if rows and not {"name", "source", "state"} <= rows[0].keys():
        raise InputError("technology.not_registry", path=str(folder))
    names = {one.name for one in fields(Technology)}
    return tuple(Technology(**{name: value or "" for name, value in row.items() if name in names}) for row in rows)


def import_files(
    paths: Sequence[Path], *, registry: Path, lang: Language = "zh", progress: Progress = silent
) -> Imported:
    """Read every description under `paths` into the registry folder and publish it.

    A file that cannot be read does not keep the others from being imported. Raises InputError where none could be read;
    the registry is then as it was.
    """
    listed = list(dict.fromkeys(_paths(paths)))
    if not listed:
        raise UsageError("technology.nothing_to_import", paths=", ".join(map(str, paths)))
    before = read_registry(registry)
    verdicts: list[Verdict] = []
    now: list[Technology] = []
    for number, path in enumerate(listed):
        progress("import_technology", number, len(listed))
        verdict, entries = _read(path, lang)
        verdicts.append(verdict)
        now += entries
    unreadable = {one.source for one in verdicts if one.verdict == "unreadable"}
    if len(unreadable) == len(verdicts):
        detail = render("technology.file_wrong", lang, detail=verdicts[0].findings[0].params["detail"])
        raise InputError("technology.none_imported", count=len(verdicts), detail=detail)
    folders = tuple(f"{path.as_posix().rstrip('/')}/" for path in paths if path.is_dir())
    looked_at = {one.source for one in verdicts} | {one.source for one in before if one.source.startswith(folders)}
    registered = merged(before, now, read=looked_at - unreadable, unreadable=unreadable)
    progress("import_technology", len(listed), len(listed))
    present = [at for at, one in enumerate(registered) if one.state == "present"]
    pairs = candidates([registered[at] for at in present])
    made = Imported(
        registry,
        registered,
        tuple(verdicts),
        tuple(replace(one, left=present[one.left], right=present[one.right]) for one in pairs),
    )
    _publish(made, lang)
    return made


def _findings(made: Imported, lang: Language) -> Iterator[dict[str, Any]]:
    for verdict in made.verdicts:
        for one in verdict.findings:
            said = render(one.code, lang, **one.params)
            place = {"file": verdict.source, "severity": one.severity, "place": one.place, "line": one.line or None}
            yield {**place, "finding": said}


def _publish(made: Imported, lang: Language) -> None:
    text = pa.string()
    about = made.to_json()
    tables = {
        "technologies": table_of(
            ({name: getattr(one, name) for name in COLUMNS} for one in made.technologies), dict.fromkeys(COLUMNS, text)
        ),
        "files": table_of(
            ({name: file[name] for name in ("file", "format", "verdict", "technologies")} for file in about["files"]),
            {"file": text, "format": text, "verdict": text, "technologies": pa.int64()},
        ),
        "findings": table_of(
            _findings(made, lang), {"file": text, "severity": text, "place": text, "line": pa.int64(), "finding": text}
        ),
        "candidates": table_of(about["candidates"], {"left": text, "right": text, "why": text, "score": pa.float64()}),
    }
    with workspace(made.registry, resume=False) as work:
        listed = []
        for name, table in tables.items():
            write_csv(table, work.folder / f"{name}.csv")
            listed.append(Resource(f"{name}.csv", {"ronghe:rows": table.num_rows}))
        shown = {name: value for name, value in about.items() if name not in ("files", "candidates", "registry")}
        (work.folder / "summary.json").write_text(json_text(shown), "utf-8")
        listed.append(Resource("summary.json"))
        work.publish(manifest(work.folder, made.registry.name.lower(), listed, {"ronghe:kind": "technologies"}))


@dataclass(frozen=True, slots=True)
class Reused:
    """What a registry has for a planned project, nearest first."""

    proposal: str
    looked_at: int
    found: tuple[tuple[Technology, Match], ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        rows = [
            {
                "technology": one.technology,
                "department": one.department,
                "score": rounded(match.score),
                "terms": list(match.terms),
                "description": one.description,
                "url": one.url,
                "license": one.license,
                "source": one.source,
                "entry": one.entry,
            }
            for one, match in self.found
        ]
        return {"proposal": self.proposal, "looked_at": self.looked_at, "matches": rows}


def reuse(proposal: Path, *, registry: Path) -> Reused:
    """Look in a registry for what matches the text of a planned project, before anyone pays to build it again.

    InputError for a registry without entries or a text that cannot be read or says nothing.
    """
    entries = [one for one in read_registry(registry) if one.state == "present"]
    if not entries:
        raise InputError("technology.registry_empty", path=str(registry))
    text = read_text(proposal, 5_000_000)
    if proposal.suffix == ".json":
        text = json.dumps(read_json(proposal), ensure_ascii=False)
    if not text.strip():
        raise InputError("technology.proposal_empty", path=str(proposal))
    found = matches(entries, text)
    return Reused(str(proposal), len(entries), tuple((entries[one.entry], one) for one in found))
